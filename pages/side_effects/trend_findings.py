"""The findings of the Trend view by period: control chart, cumulative sums, observed/expected."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from math import isnan, nan
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charts.control import LineNames, percent_value
from charts.numbers import percent
from charts.side_effect_trend import (
    Rebased,
    control_chart,
    rate_value,
    ratio_chart,
    ratio_value,
    sums_chart,
)
from clinical.exact import Floats, poisson_rate
from clinical.incidence import proportion
from clinical.run_rules import NhsRule
from clinical.side_effect_rates import FEW
from clinical.standardised import adjusted
from clinical.trend_rules import Rules, trend_by
from clinical.trend_segments import (
    Measure,
    Segment,
    Trend,
    TrendCounts,
    cumulative_sums,
    expected_counts,
    periods_with_fewer_forms,
    spread,
)
from clinical.trend_unit import Periods
from clinical.variation import LEAST_REFERENCE, Design
from pages.shared.frame import Finding, plain
from pages.shared.words import count_words, day_words, rate_words
from pages.side_effects.trend_rule_words import nhs_words, price_words, rule_words, runs_words
from pages.side_effects.trend_words import budget_words, period_words, spread_words

_VALUE_WORDS: dict[Measure, Callable[[float], str]] = {
    Measure.SHARE: percent_value,
    Measure.RECORDS: rate_value,
    Measure.ADJUSTED: ratio_value,
}
_AXES = {
    Measure.SHARE: "Share of recorded infusions",
    Measure.RECORDS: "Records per 100 recorded infusions",
    Measure.ADJUSTED: "Observed / expected",
}
_EXACT = {
    Measure.SHARE: "exact binomial limits",
    Measure.RECORDS: "exact Poisson limits",
    Measure.ADJUSTED: "exact binomial limits over the expected share",
}


_LINES = {
    Rules.BUDGET: LineNames(),
    Rules.NHS: LineNames(band="Within three sigma"),
    Rules.ANHOEJ: LineNames(centre="median"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One side effect by period, and how it is to be drawn.

    ``name`` as recorded; ``place`` in words (markdown), which may be empty; ``rebased``: the days
    from which limits were worked out anew.
    """

    name: str
    place: str
    periods: Periods
    counts: TrendCounts
    parts: list[Segment]
    rebased: tuple[date, ...]
    design: Design

    @property
    def title_name(self) -> str:
        """The side effect and its place, for a title."""
        return f"{plain(self.name)}{self.place}"

    @property
    def recorded(self) -> int:
        """Recorded infusions of all periods."""
        return int(self.counts.recorded.sum())

    def words(self, period: int) -> str:
        """A period in words."""
        return period_words(self.periods, period)


def control_finding(
    shown: Shown, measure: Measure, *, laney: bool, rules: Rules = Rules.BUDGET
) -> Finding:
    """The large picture: the measure, marked by ``rules``, over the completeness of the forms."""
    found = trend_by(rules, shown.counts, shown.parts, measure, shown.design, laney)
    rows = _rows(shown, found, measure, rules)
    names = [Rebased(day, f"Limits anew from {day_words(day)}") for day in shown.rebased]
    said = _marks_words(shown, found, rules)
    return Finding(
        key="trend",
        title=f"{shown.title_name}: {said}",
        subtitle=_subtitle(shown, measure, laney=laney, rules=rules),
        chart=control_chart(rows, names, _VALUE_WORDS[measure], _AXES[measure], _LINES[rules]),
        table=lambda: _numbers(shown, found, rows, measure, rules),
        alt=f"Control chart of {shown.name} by {shown.periods.unit}, over the share of infusions "
        f"with a filled-in form. {said}".replace("**", ""),
        note=" ".join(_notes(shown, found, measure, laney=laney, rules=rules)),
    )


def _marks_words(shown: Shown, found: Trend, rules: Rules) -> str:
    """The finding: which periods of the last segment are marked, and by what."""
    part, unit = shown.parts[-1], shown.periods.unit.value
    inside = np.zeros(len(found.mark), np.bool_)
    inside[part.first : part.stop] = True
    if np.isnan(found.chart.centre[inside]).all():
        return "nothing recorded yet that could give limits"
    if rules is Rules.ANHOEJ:
        return runs_words(found.runs, unit)
    hidden = int((inside & found.forms_fell).sum())
    fewer = f"{count_words(hidden, unit)} lower, but with fewer forms filled in" if hidden else ""
    if rules is Rules.NHS:
        return nhs_words(found, inside & ~found.forms_fell, unit, fewer)
    said = [
        words
        for way, side in ((1, "above"), (-1, "below"))
        for words in _way_words(shown, found, inside & (found.mark == way), side)
    ]
    said += [fewer] if fewer else []
    return "; ".join(said) if said else f"every {unit} as chance gives"


def _way_words(shown: Shown, found: Trend, marked: NDArray[np.bool_], side: str) -> Iterator[str]:
    """What is marked on one side, beyond the limits and within them."""
    unit = shown.periods.unit.value
    marked = marked & ~found.forms_fell
    beyond = np.flatnonzero(marked & (found.chart.flag != 0))
    if len(beyond):
        yield (
            f"{count_words(len(beyond), unit)} {side} the limits, the latest "
            f"{_day_or_month(shown, int(beyond[-1]))}"
        )
    together = np.flatnonzero(marked & (found.chart.flag == 0))
    if len(together):
        yield (
            f"{count_words(len(together), unit)} since {_day_or_month(shown, int(together[0]))} "
            f"together {side} what chance gives"
        )


def _day_or_month(shown: Shown, period: int) -> str:
    return shown.words(period).removeprefix("week of ")


def _subtitle(shown: Shown, measure: Measure, *, laney: bool, rules: Rules) -> str:
    part, unit = shown.parts[-1], shown.periods.unit.value
    known = shown.counts.recorded[part.first : part.stop] > 0
    basis = known if rules is Rules.ANHOEJ else part.reference & known
    periods = int(basis.sum())
    return (
        f"By {unit}; {count_words(shown.recorded, 'recorded infusion')}; "
        f"{_limits_words(measure, laney=laney, rules=rules)} {count_words(periods, unit)}"
        + (", provisional below 12" if periods < LEAST_REFERENCE else "")
    )


def _limits_words(measure: Measure, *, laney: bool, rules: Rules) -> str:
    if rules is Rules.ANHOEJ:
        return "no limits; median of"
    if rules is Rules.NHS:
        return "Laney's limits at three sigma from" if laney else "limits at three sigma from"
    return "Laney's limits from" if laney else f"{_EXACT[measure]} from"


def _notes(shown: Shown, found: Trend, measure: Measure, *, laney: bool, rules: Rules) -> list[str]:
    unit = shown.periods.unit
    said = ["Hollow: part of a period. A gap: nothing recorded."]
    if not np.isnan(found.chart.lower).all() and not found.chart.can_show_fall:
        said.append(
            f"The lower limit is 0 in every {unit}: a single point cannot show an improvement."
        )
    if found.chart.sigma_z is not None:
        said.append(f"Limits are {found.chart.sigma_z:.2f} times as wide as by chance alone.")
    if found.in_run.any():
        said.append(f"The last {count_words(int(found.in_run.sum()), unit.value)} lie on one side.")
    if found.in_sum.any():
        said.append(
            "Marked within the limits: together the cumulative sum finds them beyond chance."
        )
    if measure is Measure.ADJUSTED:
        said.append("1 is what infusion number and dose lead to expect.")
    elif rules is not Rules.ANHOEJ:
        said.append(spread_words(spread(shown.counts, shown.parts[-1]), unit, laney=laney))
    if rules is Rules.BUDGET:
        said.append(budget_words(shown.design, unit))
    else:
        said += [rule_words(rules, found), price_words(rules, _points(found))]
    said.append("Choose a point to see its infusions.")
    return [words for words in said if words]


def _points(found: Trend) -> int:
    return int((~np.isnan(found.chart.values)).sum())


def _rows(shown: Shown, found: Trend, measure: Measure, rules: Rules) -> pd.DataFrame:
    periods = range(shown.periods.count)
    rows = pd.DataFrame(
        {
            "value": found.chart.values,
            "centre": found.chart.centre,
            "lower": found.chart.lower,
            "upper": found.chart.upper,
            "ghost_centre": found.ghost_centre,
            "ghost_lower": found.ghost_lower,
            "ghost_upper": found.ghost_upper,
            "mark": [_mark(found, period) for period in periods],
            "part": [shown.periods.is_part(period) for period in periods],
            "words": [_hover(shown, found, measure, rules, period) for period in periods],
        }
    )
    return pd.concat([forms_rows(shown), rows], axis="columns")


def forms_rows(shown: Shown) -> pd.DataFrame:
    """The share of filled-in forms by period, as :func:`charts.side_effect_trend.forms_strip`."""
    counts, periods = shown.counts, range(shown.periods.count)
    with np.errstate(invalid="ignore"):
        filled = np.where(counts.infusions > 0, counts.recorded / counts.infusions, np.nan)
    fewer = periods_with_fewer_forms(counts, shown.parts)
    return pd.DataFrame(
        {
            "day": [shown.periods.first_day(period) for period in periods],
            "filled": filled,
            "fewer_forms": fewer,
            "forms_words": [_forms_hover(shown, period, fewer[period]) for period in periods],
            "key": [shown.periods.key(period) for period in periods],
        }
    )


def _mark(found: Trend, period: int) -> str:
    if found.forms_fell[period]:
        return "forms"
    if found.rule[period] == NhsRule.TREND:
        return "rising" if found.mark[period] > 0 else "falling"
    return {1: "concern", -1: "improvement", 0: ""}[int(found.mark[period])]


def _hover(shown: Shown, found: Trend, measure: Measure, rules: Rules, period: int) -> str:
    lines = [
        f"<b>{_capital(shown.words(period))}</b>",
        _value_line(shown, measure, period, found),
        *_expected_lines(found, measure, rules, period),
    ]
    if found.rule[period]:
        lines.append(f"marked: {NhsRule(int(found.rule[period])).label}")
    if found.in_run[period]:
        lines.append("belongs to the run with which the series ends")
    if found.in_sum[period]:
        lines.append("belongs to the change that the cumulative sum shows")
    if found.forms_fell[period]:
        lines.append("fewer forms are filled in than before, so this proves no improvement")
    if shown.periods.is_part(period):
        lines.append("part of the period")
    lines.append(_forms_line(shown, period))
    return "<br>".join(lines)


def _expected_lines(found: Trend, measure: Measure, rules: Rules, period: int) -> Iterator[str]:
    low, high, centre = (
        line[period] for line in (found.chart.lower, found.chart.upper, found.chart.centre)
    )
    say = _VALUE_WORDS[measure]
    if rules is Rules.ANHOEJ and not isnan(centre):
        yield f"median {say(centre)}"
    if not isnan(high):
        by = "within three sigma" if rules is Rules.NHS else "by chance"
        yield f"expected {say(centre)}, {by} {say(low)} to {say(high)}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _value_line(shown: Shown, measure: Measure, period: int, found: Trend) -> str:
    counts = shown.counts
    n, affected = int(counts.recorded[period]), int(counts.affected[period])
    if n == 0:
        return "nothing recorded"
    if measure is Measure.RECORDS:
        events = int(counts.events[period])
        rate = poisson_rate(events, n)
        return (
            f"{count_words(events, 'record')} in {count_words(n, 'infusion')}: "
            f"{rate_value(events / n)} per 100 "
            f"(95 % CI {rate_value(rate.low or 0.0)}–{rate_value(rate.high or 0.0)})"
        )
    crude = f"{affected:,} of {n:,} infusions: {rate_words(proportion(affected, n))}"
    if measure is Measure.ADJUSTED and not isnan(found.chart.values[period]):
        return f"{ratio_value(found.chart.values[period])} times as many as expected<br>{crude}"
    return crude


def _forms_line(shown: Shown, period: int) -> str:
    filled = proportion(int(shown.counts.recorded[period]), int(shown.counts.infusions[period]))
    return (
        f"form filled in for {filled.events:,} of {count_words(filled.n, 'infusion')}"
        f" ({percent(filled.estimate)})"
    )


def _forms_hover(shown: Shown, period: int, fewer: bool) -> str:
    return f"<b>{_capital(shown.words(period))}</b><br>{_forms_line(shown, period)}" + (
        "<br>fewer than in the reference, by more than chance" if fewer else ""
    )


_MARK_WORDS = {
    "": "",
    "concern": "above",
    "improvement": "below",
    "rising": "rising",
    "falling": "falling",
    "forms": "below, fewer forms",
}


def _numbers(
    shown: Shown, found: Trend, rows: pd.DataFrame, measure: Measure, rules: Rules
) -> pd.DataFrame:
    counts = shown.counts
    scale = 1 if measure is Measure.ADJUSTED else 100
    value = {Measure.SHARE: "%", Measure.RECORDS: "Per 100", Measure.ADJUSTED: "Ratio"}[measure]

    def scaled(name: str) -> Floats:
        return np.asarray((scale * rows[name]).round(2))

    columns: dict[str, Any] = {
        "From": rows["day"],
        "Infusions": counts.infusions,
        "Recorded": counts.recorded,
        "Infusions with it": counts.affected,
        "Records": counts.events,
        value: scaled("value"),
        **_judged_columns(found, rows, rules, scaled),
        "Part of a period": rows["part"],
        "Form filled in, %": (100 * rows["filled"]).round(1),
        "Fewer forms than before": rows["fewer_forms"],
    }
    if rows["ghost_centre"].notna().any():
        columns |= {
            "Expected before": scaled("ghost_centre"),
            "Lower limit before": scaled("ghost_lower"),
            "Upper limit before": scaled("ghost_upper"),
        }
    return pd.DataFrame(columns)


def _judged_columns(
    found: Trend, rows: pd.DataFrame, rules: Rules, scaled: Callable[[str], Floats]
) -> dict[str, Any]:
    """What a value is held against, and what marks it."""
    if rules is Rules.ANHOEJ:
        return {"Median": scaled("centre")}
    lines = {
        "Expected": scaled("centre"),
        "Lower limit": scaled("lower"),
        "Upper limit": scaled("upper"),
        "Mark": [_MARK_WORDS[mark] for mark in rows["mark"]],
    }
    if rules is Rules.NHS:
        labels = [NhsRule(int(rule)).label if rule else "" for rule in found.rule]
        return lines | {"Rule": labels}
    return lines | {"In the last run": found.in_run, "In the cumulative sum": found.in_sum}


def sums_finding(shown: Shown) -> Finding:
    """The cumulative sums, adjusted for infusion number and dose. ``shown`` by week."""
    sums = cumulative_sums(shown.counts, shown.parts, shown.design)
    expected = expected_counts(shown.counts, shown.parts)
    rows = pd.DataFrame(
        {
            "day": [shown.periods.first_day(period) for period in range(shown.periods.count)],
            "up": sums.up,
            "down": sums.down,
            "signal_up": sums.signal_up,
            "signal_down": sums.signal_down,
            "words": [
                f"<b>{_capital(shown.words(period))}</b><br>{observed:,} with it, "
                f"{likely:.1f} expected<br>sum for a rise {up:.1f}, for a fall {down:.1f} "
                f"(limit {sums.limit:.1f})"
                for period, (observed, likely, up, down) in enumerate(
                    zip(shown.counts.affected, expected, sums.up, sums.down, strict=True)
                )
            ],
        }
    )
    title = f"{shown.title_name}: {_sums_words(rows)}"
    return Finding(
        key="trend-sums",
        title=title,
        subtitle="Cumulative sum by week, adjusted for infusion number and dose; "
        f"{count_words(shown.recorded, 'recorded infusion')}",
        chart=sums_chart(rows, sums.limit),
        table=lambda: pd.DataFrame(
            {
                "Week from": rows["day"],
                "Infusions with it": shown.counts.affected,
                "Recorded": shown.counts.recorded,
                "Expected": expected.round(2),
                "Sum for a rise": rows["up"].round(2),
                "Sum for a fall": rows["down"].round(2),
                "Limit": round(sums.limit, 2),
                "Rise marked": rows["signal_up"],
                "Fall marked": rows["signal_down"],
            }
        ),
        alt=f"Cumulative sums of {shown.name} by week for a rise and for a fall. "
        f"{_sums_words(rows)}",
        note="Tuned to twice and half the odds. While it climbs, weeks have more (downwards: "
        "fewer) than expected; at the limit it is marked. It begins anew with new limits.",
    )


def _sums_words(rows: pd.DataFrame) -> str:
    if rows.empty:
        return "no week"
    last = rows.iloc[-1]
    if last["signal_up"]:
        return "the sum shows a rise that still holds"
    if last["signal_down"]:
        return "the sum shows a fall that still holds"
    marked = rows[rows["signal_up"] | rows["signal_down"]]
    if len(marked):
        kind = "rise" if marked["signal_up"].iloc[-1] else "fall"
        return f"the sum last marked a {kind} in the week of {day_words(marked['day'].iloc[-1])}"
    return "the sum has marked no lasting change"


def ratio_finding(shown: Shown) -> Finding:
    """Observed over expected by period, each with its interval."""
    counts = shown.counts
    expected = expected_counts(counts, shown.parts)
    found = [
        adjusted(int(x), int(n), float(likely), nan)
        for x, n, likely in zip(counts.affected, counts.recorded, expected, strict=True)
    ]
    rows = pd.DataFrame(
        {
            "day": [shown.periods.first_day(period) for period in range(shown.periods.count)],
            "share": np.array([one.ratio for one in found], np.float64),
            "low": np.array([one.low for one in found], np.float64),
            "high": np.array([one.high for one in found], np.float64),
            "recorded": counts.recorded,
        }
    )
    rows["words"] = [_ratio_hover(shown, rows, expected, period) for period in range(len(rows))]
    clear = [one for one in found if one.is_clear]
    title = (
        f"{shown.title_name}: {len(clear)} of {count_words(len(rows), shown.periods.unit.value)} "
        "clearly other than infusion number and dose lead to expect"
    )
    return Finding(
        key="trend-ratios",
        title=title,
        subtitle=f"Observed over expected by {shown.periods.unit}; "
        f"{count_words(shown.recorded, 'recorded infusion')}",
        chart=ratio_chart(rows, FEW),
        table=lambda: pd.DataFrame(
            {
                "From": rows["day"],
                "Infusions with it": counts.affected,
                "Recorded": counts.recorded,
                "Expected": expected.round(2),
                "Ratio": rows["share"].round(2),
                "95 % CI from": rows["low"].round(2),
                "to": rows["high"].round(2),
            }
        ),
        alt=f"Observed over expected infusions with {shown.name} by {shown.periods.unit}. {title}",
        note=f"Lines: 95 % intervals; by chance one in twenty leaves out 1. Hollow: fewer than "
        f"{FEW} recorded infusions.",
    )


def _ratio_hover(shown: Shown, rows: pd.DataFrame, expected: Floats, period: int) -> str:
    row = rows.iloc[period]
    return (
        f"<b>{_capital(shown.words(period))}</b><br>{shown.counts.affected[period]:,} of "
        f"{row['recorded']:,}, {expected[period]:.1f} expected: {row['share']:.2f} "
        f"(95 % CI {row['low']:.2f}–{row['high']:.2f})"
    )
