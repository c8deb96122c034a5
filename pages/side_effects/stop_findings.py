"""The findings about infusions that were stopped early."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from charts import serious_events as charts
from charts.numbers import percent
from clinical.calendar import month_date
from clinical.incidence import Proportion, difference, proportion
from clinical.side_effect_rates import FEW, with_rates
from pages.shared.frame import Finding, plain
from pages.shared.words import count_words
from pages.side_effects.infusion_table import days, grades, places_in_series

NO_REASON = "No reason recorded"
_TOP_REASONS = 12
_IN_A_QUARTER = 3


def reason_rates(reasons: pd.DataFrame, infusions: int) -> pd.DataFrame:
    """How often infusions were stopped for each reason.

    ``reasons``: as :func:`data_access.serious_events.stopped_by_reason`; ``infusions``: all of the
    period. Columns: ``reason``, ``is_given``, ``affected`` of ``recorded`` infusions with
    ``share``, ``low``, ``high``, and ``of_stopped``.
    """
    given = reasons["reason"].notna()
    frame = pd.DataFrame(
        {
            "reason": reasons["reason"].where(given, NO_REASON),
            "is_given": given,
            "affected": reasons["infusions"],
            "recorded": infusions,
            "of_stopped": reasons["infusions"] / reasons["infusions"].sum(),
        }
    )
    return with_rates(frame, "affected", "recorded")


def reason_finding(rates: pd.DataFrame) -> Finding:
    """Why infusions were stopped, the commonest reason on top. ``rates``: not empty."""
    stopped, infusions = int(rates["affected"].sum()), int(rates["recorded"].iloc[0])
    shown = rates.head(_TOP_REASONS)
    hidden = len(rates) - len(shown)
    title = _reason_title(rates, stopped)
    return Finding(
        key="stops-by-reason",
        title=title,
        subtitle=f"{count_words(stopped, 'infusion')} stopped early of {infusions:,}"
        + (f"; the commonest {len(shown)} of {len(rates)} reasons" if hidden else ""),
        chart=charts.reasons_chart(shown),
        table=lambda: _reason_numbers(rates),
        alt=f"Bars: how often infusions were stopped for each of {len(shown)} reasons. "
        f"{rates['reason'].iloc[0]}: {rates['affected'].iloc[0]} of {stopped} stops.",
        note="Of all infusions, whether or not their side-effect form was filled in, with the 95 % "
        "Wilson interval. Reasons that differ only in case or spaces are one. Choose a bar to list "
        "its infusions.",
    )


def _reason_title(rates: pd.DataFrame, stopped: int) -> str:
    given = rates[rates["is_given"]]
    if given.empty:
        return "No reason is recorded for any of the stops"
    first = given.iloc[0]
    words = f"{plain(first['reason'])}: {first['affected']:,} of {stopped:,} stops"
    equal = int((given["affected"] == first["affected"]).sum())
    if equal > 1:
        return f"{equal} reasons are the commonest, with {first['affected']:,} of {stopped:,} each"
    if len(given) == 1:
        return words if len(rates) > 1 else f"{words}, and no other reason"
    return f"The commonest reason is {words}"


def _reason_numbers(rates: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Reason": rates["reason"],
            "Infusions": rates["affected"],
            "% of stopped": (100 * rates["of_stopped"]).round(1),
            "Of all infusions": rates["recorded"],
            "Per 100 infusions": (100 * rates["share"]).round(2),
            "95 % CI from": (100 * rates["low"]).round(2),
            "to": (100 * rates["high"]).round(2),
        }
    )


def minute_finding(minutes: "pd.Series[int]") -> Finding | None:
    """When in the infusion it was stopped; ``None`` where that is not known of any.

    ``minutes``: of each stopped infusion from its start to its end, missing where not known.
    """
    known = minutes.dropna().astype("int64")
    if known.empty:
        return None
    unknown = len(minutes) - len(known)
    middle = known.median()
    title = (
        f"The only one with a known time was stopped after {middle:.0f} minutes"
        if len(known) == 1
        else f"Half of the stops came within the first {middle:.0f} minutes"
    )
    return Finding(
        key="stops-by-minute",
        title=title,
        subtitle=f"{count_words(len(known), 'stopped infusion')}"
        + (f"; {unknown:,} more without a recorded end" if unknown else ""),
        chart=charts.minutes_chart(known.tolist()),
        table=lambda: _minute_numbers(known),
        alt=f"Bars: stopped infusions by the minute of the stop. {title}.",
        note=f"From the start to the end of the stopped infusion, in steps of "
        f"{charts.BIN_MINUTES} minutes.",
    )


def _minute_numbers(known: "pd.Series[int]") -> pd.DataFrame:
    steps = (known // charts.BIN_MINUTES * charts.BIN_MINUTES).value_counts().sort_index()
    return pd.DataFrame(
        {
            "From minute": steps.index,
            "to": steps.index + charts.BIN_MINUTES - 1,
            "Infusions": steps.to_numpy(),
        }
    )


@dataclass(frozen=True, slots=True)
class Quarters:
    """The rate in each quarter of the period, the oldest first, and what each is called."""

    rates: pd.DataFrame
    labels: tuple[str, ...]


def quarters(months: pd.DataFrame, start: date, end: date) -> Quarters:
    """Infusions stopped early in each quarter.

    ``months``: ``month``, ``infusions``, ``stopped`` (any number of rows a month), at least one;
    ``start``, ``end``: of the period. A quarter without infusions between others is kept.
    """
    quarter = months["month"] // _IN_A_QUARTER
    sums = months.groupby(quarter)[["stopped", "infusions"]].sum()
    every = range(int(sums.index.min()), int(sums.index.max()) + 1)
    sums = sums.reindex(every, fill_value=0)
    frame = pd.DataFrame(
        {
            "affected": sums["stopped"].to_list(),
            "recorded": sums["infusions"].to_list(),
            "is_whole": [_is_whole(number, start, end) for number in every],
        }
    )
    labels = tuple(f"Q{number % 4 + 1} {number // 4}" for number in every)
    return Quarters(with_rates(frame, "affected", "recorded"), labels)


def _is_whole(quarter: int, start: date, end: date) -> bool:
    first = month_date(quarter * _IN_A_QUARTER)
    last = month_date((quarter + 1) * _IN_A_QUARTER) - timedelta(days=1)
    return start <= first and last <= end


def quarter_finding(found: Quarters) -> Finding:
    """Whether stops have become more or fewer: the last quarter against those before."""
    rates = found.rates
    latest, before = _pooled(rates.tail(1)), _pooled(rates.iloc[:-1])
    title = _quarter_title(latest, before, found.labels[-1])
    return Finding(
        key="stops-by-quarter",
        title=title,
        subtitle=f"{rates['affected'].sum():,} of {rates['recorded'].sum():,} infusions, their "
        "number under each quarter",
        chart=charts.quarters_chart(rates, found.labels, FEW),
        table=lambda: _quarter_numbers(found),
        alt=f"Share of infusions stopped early by quarter. {title}.",
        note=f"95 % Wilson intervals. Hollow: a part of a quarter, or under {FEW} infusions. "
        "Compared are the last quarter and all before it; a change is one where the 95 % interval "
        "of the difference leaves out zero.",
    )


def _pooled(rates: pd.DataFrame) -> Proportion:
    return proportion(int(rates["affected"].sum()), int(rates["recorded"].sum()))


def _quarter_title(latest: Proportion, before: Proportion, name: str) -> str:
    gap = difference(latest, before)
    if gap.estimate is None:
        return f"{percent(latest.estimate)} of infusions stopped in {name}"
    rates = f"{percent(latest.estimate)} in {name}, {percent(before.estimate)} before"
    if not gap.is_clear:
        return f"No clear change: {rates}"
    return f"Stops have become {'more' if gap.estimate > 0 else 'fewer'}: {rates}"


def _quarter_numbers(found: Quarters) -> pd.DataFrame:
    rates = found.rates
    return pd.DataFrame(
        {
            "Quarter": found.labels,
            "Stopped": rates["affected"],
            "Of infusions": rates["recorded"],
            "%": (100 * rates["share"]).round(2),
            "95 % CI from": (100 * rates["low"]).round(2),
            "to": (100 * rates["high"]).round(2),
            "Whole quarter": ["yes" if whole else "no" for whole in rates["is_whole"]],
        }
    )


def folded(reason: object) -> str:
    """A reason as it is compared with others: case and spaces ignored; empty where none is given.

    As :func:`data_access.serious_events.stopped_by_reason` puts reasons together.
    """
    return " ".join(reason.split()).casefold() if isinstance(reason, str) else ""


def stop_details(rows: pd.DataFrame) -> pd.DataFrame:
    """The list of stopped infusions, as it is shown.

    ``rows``: as :func:`data_access.serious_events.stopped_infusions`.
    """
    return pd.DataFrame(
        {
            "Day": days(rows),
            "Site": rows["site"],
            "Infusion": places_in_series(rows),
            "mg/kg": rows["mg_per_kg"],
            "Stopped after, min": rows["minutes"],
            "Reason": rows["reason"],
            "Side effects": [_side_effects(row) for row in rows.to_dict("records")],
            "Worst grade": [
                grade if count else ""
                for grade, count in zip(grades(rows), rows["side_effects"], strict=True)
            ],
        }
    )


def _side_effects(row: dict[Hashable, Any]) -> str:
    if not row["recorded"]:
        return "form not filled in"
    return str(row["side_effects"]) if row["side_effects"] else "none"
