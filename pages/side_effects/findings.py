"""The findings of the Side effects page: each a picture, its message and its numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from charts import side_effects as charts
from charts.numbers import percent, points
from clinical.calendar import month_date, month_number
from clinical.codes import DoseBand
from clinical.incidence import Proportion, difference, proportion
from clinical.side_effect_rates import (
    FEW,
    HIGHEST_GRADE,
    NUMBER_BANDS,
    Change,
    incidence_by,
    with_rates,
)
from pages.shared.frame import Finding, plain
from pages.shared.words import day_words, listed

TOP_TERMS = 15
"""So many terms are drawn; the table holds them all."""
_TOP_SITES = 12

_DOSE_LABELS = {
    DoseBand.UNDER_0_45: "Under 0.45",
    DoseBand.FROM_0_45: "0.45–0.54",
    DoseBand.FROM_0_55: "0.55–0.74",
    DoseBand.FROM_0_75: "0.75–0.99",
    DoseBand.FROM_1_00: "1.00 and over",
    DoseBand.UNKNOWN: "Not known",
}


@dataclass(frozen=True, slots=True)
class Parts:
    """A period in two parts: up to the day before ``recent``, and from then on."""

    start: date
    recent: date
    end: date
    today: date

    @property
    def recent_words(self) -> str:
        """The recent part in words: ``the last 8 weeks``."""
        days = (self.end - self.recent).days + 1
        length = f"{days // 7} weeks" if days % 7 == 0 else f"{days} days"
        return f"the last {length}{'' if self.end == self.today else ' of the period'}"


@dataclass(frozen=True, slots=True)
class Counted:
    """What the rates are of: ``per`` is the word (``infusion`` or ``patient``)."""

    per: str
    column: str
    n: int


def incidence_finding(terms: pd.DataFrame, counted: Counted) -> Finding:
    """How often each term occurs, the commonest on top."""
    of_all = terms.assign(affected=terms[counted.column], recorded=counted.n)
    rates = with_rates(of_all, "affected", "recorded").sort_values(
        ["affected", "term"], ascending=[False, True], ignore_index=True
    )
    shown = rates.head(TOP_TERMS)
    of_what = (
        f"{counted.n:,} infusions with a filled-in form"
        if counted.per == "infusion"
        else f"{counted.n:,} patients: at least once in the period"
    )
    hidden = len(rates) - len(shown)
    commonest = rates.iloc[0]
    return Finding(
        key="side-effects-by-term",
        title=f"{listed([plain(term) for term in rates['term'].head(3)])} "
        f"{'is' if len(rates) == 1 else 'are'} the commonest",
        subtitle=f"Of {of_what}"
        + (
            f"; the commonest {TOP_TERMS} of {len(rates)}, all in the table below" if hidden else ""
        ),
        chart=charts.incidence_chart(shown),
        table=lambda: _term_numbers(shown, counted),
        alt=f"Dot plot of {len(shown)} side effects. The commonest, {commonest['term']}, occurred "
        f"in {percent(commonest['share'])} of {of_what}.",
        note="Dots: share with the 95 % Wilson interval, in brackets the number. Bars: the worst "
        "grade of the side effect in each infusion that had it.",
    )


def _term_numbers(rates: pd.DataFrame, counted: Counted) -> pd.DataFrame:
    grades = {f"Grade {grade}": rates[f"grade_{grade}"] for grade in range(1, HIGHEST_GRADE + 1)}
    return pd.DataFrame(
        {
            "Side effect": rates["term"],
            f"{counted.per.capitalize()}s with it": rates["affected"],
            "Of": rates["recorded"],
            **_rate_columns(rates),
            **grades,
            "Not graded": rates["grade_0"],
        }
    )


def _rate_columns(rates: pd.DataFrame) -> dict[str, "pd.Series[float]"]:
    return {
        "%": (100 * rates["share"]).round(1),
        "95 % CI from": (100 * rates["low"]).round(1),
        "to": (100 * rates["high"]).round(1),
    }


def _numbers(heading: str, labels: Sequence[str], rates: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            heading: list(labels),
            "Infusions with it": rates["affected"].to_list(),
            "Recorded infusions": rates["recorded"].to_list(),
            **{name: values.to_list() for name, values in _rate_columns(rates).items()},
        }
    )


def number_finding(name: str, recorded: pd.DataFrame, affected: pd.DataFrame) -> Finding:
    """The rate by the infusion's place in the series."""
    rates = incidence_by("number_band", range(len(NUMBER_BANDS)), recorded, affected)
    rates = rates[rates["recorded"] > 0].reset_index(drop=True)
    labels = [NUMBER_BANDS[band] for band in rates["number_band"]]
    induction = rates[rates["number_band"] < len(NUMBER_BANDS) - 1]
    first, later = (
        _pooled(induction[induction["number_band"] == 0]),
        _pooled(induction[induction["number_band"] > 0]),
    )
    title = _compared(
        name,
        later,
        first,
        clear=lambda verb: (
            f"{verb} from {percent(first.estimate)} at the first infusion to "
            f"{percent(later.estimate)} later in the induction"
        ),
        unclear=f"no clear difference between the first infusion ({percent(first.estimate)}) "
        f"and later ones ({percent(later.estimate)})",
        missing="by infusion number",
    )
    return Finding(
        key="side-effects-by-number",
        title=title,
        subtitle=f"By infusion of the series; {rates['recorded'].sum():,} recorded infusions, "
        "their number under each label",
        chart=charts.category_chart(
            rates, labels, "Infusion of the induction, and maintenance", FEW
        ),
        table=lambda: _numbers("Infusion of the series", labels, rates),
        alt=f"Share of infusions with {name} by infusion of the series. {title}",
    )


def _pooled(rates: pd.DataFrame) -> Proportion:
    return proportion(int(rates["affected"].sum()), int(rates["recorded"].sum()))


def _compared(
    name: str,
    later: Proportion,
    earlier: Proportion,
    clear: Callable[[str], str],
    unclear: str,
    missing: str,
) -> str:
    """A title that says whether ``later`` differs from ``earlier``, or that there is no telling."""
    gap = difference(later, earlier)
    if gap.estimate is None:
        return f"{plain(name)} {missing}"
    if not gap.is_clear:
        return f"{plain(name)}: {unclear}"
    return f"{plain(name)} {clear('rises' if gap.estimate > 0 else 'falls')}"


def dose_finding(name: str, recorded: pd.DataFrame, affected: pd.DataFrame) -> Finding:
    """The rate by dose band: the lowest band with enough infusions against the highest."""
    rates = incidence_by("dose_band", list(_DOSE_LABELS), recorded, affected)
    rates = rates[rates["recorded"] > 0].reset_index(drop=True)
    labels = [_DOSE_LABELS[DoseBand(band)] for band in rates["dose_band"]]
    known = rates[(rates["dose_band"] != DoseBand.UNKNOWN) & (rates["recorded"] >= FEW)]
    lowest, highest = (
        _pooled(known.head(1)),
        _pooled(known.tail(1) if len(known) > 1 else known[:0]),
    )
    title = _compared(
        name,
        highest,
        lowest,
        clear=lambda verb: (
            f"{verb} with the dose: {percent(lowest.estimate)} in the lowest band, "
            f"{percent(highest.estimate)} in the highest"
        ),
        unclear=f"no clear difference between the lowest dose band ({percent(lowest.estimate)}) "
        f"and the highest ({percent(highest.estimate)})",
        missing="by dose",
    )
    return Finding(
        key="side-effects-by-dose",
        title=title,
        subtitle=f"By ketamine dose per body weight; {rates['recorded'].sum():,} recorded "
        "infusions, their number under each label",
        chart=charts.category_chart(rates, labels, "mg/kg", FEW),
        table=lambda: _numbers("Dose, mg/kg", labels, rates),
        alt=f"Share of infusions with {name} by dose band. {title}",
        note=f"Compared are bands of {FEW} or more infusions. Doses are often raised later in a "
        "series, so dose and infusion number go together.",
    )


def month_finding(
    name: str, parts: Parts, recorded: pd.DataFrame, affected: pd.DataFrame, overall: Change
) -> Finding:
    """The rate by month; the title compares the recent weeks with the time before."""
    months = range(month_number(parts.start), month_number(parts.end) + 1)
    rates = incidence_by("month", months, recorded, affected)
    days = [month_date(month) for month in months]
    recent, before = overall.recent, overall.before
    gap = overall.difference
    if gap.estimate is None:
        title = f"{plain(name)} by month"
    elif gap.is_clear:
        title = (
            f"{plain(name)} has {'risen' if gap.estimate > 0 else 'fallen'}: "
            f"{percent(recent.estimate)} recently, {percent(before.estimate)} before"
        )
    else:
        title = (
            f"{plain(name)}: no clear change, {percent(recent.estimate)} recently, "
            f"{percent(before.estimate)} before"
        )
    return Finding(
        key="side-effects-by-month",
        title=title,
        subtitle=f"By month; {rates['recorded'].sum():,} recorded infusions",
        chart=charts.month_chart(rates, days, FEW),
        table=lambda: _numbers("Month", [f"{day:%Y-%m}" for day in days], rates),
        alt=f"Share of infusions with {name} by month. {title}",
        note=f"Hollow: fewer than {FEW} recorded infusions; a gap: none. Recently: "
        f"{parts.recent_words}.",
    )


def site_finding(
    name: str, parts: Parts, changes: Sequence[Change], sites: dict[int, str]
) -> Finding:
    """The recent rate at each site against the one before, the largest rise on top."""
    ordered = sorted(changes, key=lambda one: one.difference.estimate or 0.0, reverse=True)
    frame = _site_rows(ordered, sites)
    clear = [one for one in ordered if one.difference.is_clear]
    title = _site_title(name, clear, sites)
    hidden = len(frame) - _TOP_SITES
    return Finding(
        key="side-effects-by-site",
        title=title,
        subtitle=f"{parts.recent_words.capitalize()} (dots) against the time before, from "
        f"{day_words(parts.start)} on (bars)"
        + (f"; the {_TOP_SITES} largest rises of {len(frame)} sites" if hidden > 0 else ""),
        chart=charts.site_chart(frame.head(_TOP_SITES)),
        table=lambda: _site_numbers(frame),
        alt=f"Share of infusions with {name} at each site, recently and before. {title}",
        note="Coloured where the 95 % interval of the difference leaves out zero; by chance alone "
        "that happens once in twenty comparisons.",
    )


def _site_title(name: str, clear: Sequence[Change], sites: dict[int, str]) -> str:
    if not clear:
        return f"{plain(name)}: no clear change at any site"
    largest = max(clear, key=lambda one: abs(one.difference.estimate or 0.0))
    verb = "rose" if (largest.difference.estimate or 0.0) > 0 else "fell"
    return (
        f"{plain(name)} {verb} at {plain(sites[largest.site_key])}: "
        f"from {percent(largest.before.estimate)} to {percent(largest.recent.estimate)}"
    )


def _site_rows(changes: Sequence[Change], sites: dict[int, str]) -> pd.DataFrame:
    def judgement(change: Change) -> str:
        if not change.difference.is_clear:
            return ""
        return "worse" if (change.difference.estimate or 0.0) > 0 else "better"

    frame = pd.DataFrame(
        {
            "site": [sites[one.site_key] for one in changes],
            "affected_before": [one.before.events for one in changes],
            "n_before": [one.before.n for one in changes],
            "before": pd.Series([one.before.estimate for one in changes], dtype="float64"),
            "affected": [one.recent.events for one in changes],
            "recorded": [one.recent.n for one in changes],
            "points": pd.Series([one.difference.estimate for one in changes], dtype="float64"),
            "points_low": pd.Series([one.difference.low for one in changes], dtype="float64"),
            "points_high": pd.Series([one.difference.high for one in changes], dtype="float64"),
            "judgement": [judgement(one) for one in changes],
        }
    )
    return with_rates(frame, "affected", "recorded")


def _site_numbers(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Site": frame["site"],
            "Before: infusions with it": frame["affected_before"],
            "of": frame["n_before"],
            "% before": (100 * frame["before"]).round(1),
            "Recent: infusions with it": frame["affected"],
            "of recorded": frame["recorded"],
            "% recent": (100 * frame["share"]).round(1),
            "Difference, points": (100 * frame["points"]).round(1),
            "95 % CI from": (100 * frame["points_low"]).round(1),
            "to": (100 * frame["points_high"]).round(1),
        }
    )


def change_words(change: Change, term: str, site: str, parts: Parts) -> str:
    """A change that is more than chance, in words (markdown)."""
    gap = change.difference
    verb = "rose" if (gap.estimate or 0.0) > 0 else "fell"
    return (
        f"**{plain(term)} at {plain(site)} {verb}**: {percent(change.recent.estimate)} of "
        f"{change.recent.n:,} infusions in {parts.recent_words}, "
        f"{percent(change.before.estimate)} of {change.before.n:,} before "
        f"({points(gap.estimate or 0.0)}, 95 % CI {_points_range(gap.low, gap.high)})"
    )


def _points_range(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return "no data"
    return f"{100 * low:+.0f} to {100 * high:+.0f}".replace("-", "−")
