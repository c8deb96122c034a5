"""All measures side by side, in words, figures, pictures and a table."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from charts.numbers import percent, percent_range
from charts.outcome_more import courses_chart, effects_chart, points_range, shown_course
from clinical.incidence import Proportion
from clinical.instruments import GAD7, PCL5, WHO5, Instrument
from clinical.measure_results import MeasureResult
from clinical.measures import ENERGY
from pages.shared.frame import Finding, KeyFigure, plain
from pages.shared.words import count_words, listed

_BESIDE_MOOD = (ENERGY, GAD7, WHO5, PCL5)
"""What the figures under the sentence are about: what is no measure of mood."""


@dataclass(frozen=True, slots=True)
class Compared:
    """The measures in use, each after the same infusion; ``least``: the smallest group shown."""

    results: tuple[MeasureResult, ...]
    number: int
    least: int
    courses: str

    @property
    def shown(self) -> list[MeasureResult]:
        """Those with enough scores and an effect, the largest effect first."""
        known = [
            (each.effect.estimate, each)
            for each in self.results
            if each.is_shown(self.least) and each.effect is not None
        ]
        return [each for _, each in sorted(known, key=lambda pair: -pair[0])]

    @property
    def too_few(self) -> list[MeasureResult]:
        """Those with fewer scores than are shown."""
        return [each for each in self.results if not each.is_shown(self.least)]


def more_answer(compared: Compared) -> str:
    """The answer in words: on how many measures courses are better, most and least, and where not.

    Markdown. Needs at least one measure that is shown.
    """
    shown = compared.shown
    better = [each for each in shown if each.verdict > 0]
    worse = [each for each in shown if each.verdict < 0]
    unclear = [each for each in shown if not each.verdict]
    said = (
        f"After infusion {compared.number}, {compared.courses} are **clearly better on "
        f"{len(better) or 'none'} of {count_words(len(shown), 'measure')}**"
    )
    if len(better) > 1:
        said += f": most on {_with_effect(better[0])} and least on {_with_effect(better[-1])}"
    elif better:
        said += f": {_with_effect(better[0])}"
    if unclear:
        said += f"; no clear change on {_names(unclear)}"
    if worse:
        said += f"; **clearly worse on {_names(worse)}**"
    return f"{said}."


def _with_effect(result: MeasureResult) -> str:
    effect = result.effect.estimate if result.effect else 0.0
    return f"{plain(result.measure.name)}, by {_signed(effect, 1)} standard deviations"


def _names(results: Sequence[MeasureResult]) -> str:
    return listed([plain(each.measure.name) for each in results])


def left_out_words(compared: Compared) -> str:
    """Which measures are not shown, and why; empty where all are."""
    parts = []
    if compared.too_few:
        parts.append(
            f"Not shown after infusion {compared.number}, with fewer than {compared.least} scores: "
            f"{_names(compared.too_few)}."
        )
    flat = [each for each in compared.results if each.is_shown(compared.least) and not each.effect]
    if flat:
        parts.append(f"All scores are the same, so there is no effect size: {_names(flat)}.")
    return " ".join(parts)


def more_figures(compared: Compared) -> list[KeyFigure]:
    """The mean change in points on what is no measure of mood, of the measures in use."""
    by_code = {each.measure.code: each for each in compared.results}
    known = [by_code[measure.code] for measure in _BESIDE_MOOD if measure.code in by_code]
    return [
        _figure(result, result.change)
        for result in known
        if result.is_shown(compared.least) and result.change is not None
    ]


def _figure(result: MeasureResult, change: float) -> KeyFigure:
    measure = result.measure
    help_ = (
        f"Mean change from the baseline on {measure.name}, "
        f"{measure.lowest:g} to {measure.highest:g}, "
        f"{'higher' if measure.higher_is_better else 'lower'} is better; 95 % interval by "
        "Student's t."
    )
    ends = "" if result.interval is None else f", 95 % CI {points_range(result.interval)}"
    return KeyFigure(
        measure.name,
        _points_words(change),
        help_,
        change=f"n {result.n:,} of {result.due:,}{ends}",
    )


def _points_words(change: float) -> str:
    if abs(change) < 0.05:
        return "no change"
    return f"{abs(change):.1f} points {'better' if change > 0 else 'worse'}"


def effects_finding(compared: Compared) -> Finding:
    """How large the change is on each measure."""
    shown = compared.shown
    title = _effects_title(shown)
    return Finding(
        key="outcome-more",
        title=title,
        subtitle=(
            f"Change from the baseline after infusion {compared.number}, of {compared.courses} "
            "with a score; n beside each measure"
        ),
        chart=effects_chart(shown),
        table=lambda: effect_numbers(shown),
        alt=f"Dot plot of the standardised mean change on {len(shown)} measures. {title}",
        note=(
            "Mean improvement over the standard deviation of baseline and later scores together, "
            "with its 95 % interval. Blue: clearly better; grey: no clear change; orange: clearly "
            "worse. The same effect can mean another thing on another measure, and the courses are "
            "not the same: not every measure is asked of everyone. A dot, when chosen, lists them, "
            "the least improved first."
        ),
    )


def _effects_title(shown: Sequence[MeasureResult]) -> str:
    first, last = shown[0], shown[-1]
    if first is last:
        return f"{plain(first.measure.name)} changed by {_sd(first)}"
    if _sd(first) == _sd(last):
        return f"The change is the same on all {len(shown)} measures, {_sd(first)}"
    return (
        f"The change is largest on {plain(first.measure.name)}, {_sd(first)}, and smallest on "
        f"{plain(last.measure.name)}, {_sd(last)}"
    )


def _sd(result: MeasureResult) -> str:
    return f"{_signed(result.effect.estimate if result.effect else 0.0, 2)} SD"


def _signed(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}".replace("-", "−")


def courses_finding(compared: Compared) -> Finding | None:
    """How the change grew from infusion to infusion; ``None`` where there is none to draw."""
    drawn = [each for each in compared.results if len(shown_course(each, compared.least))]
    if not drawn:
        return None
    title = _courses_title(drawn, compared.least)
    return Finding(
        key="outcome-more-courses",
        title=title,
        subtitle=(
            "Standardised mean change from the baseline by infusion number, better upwards; one "
            "scale for all; n in the numbers"
        ),
        chart=courses_chart(drawn, compared.least),
        table=lambda: _course_numbers(drawn, compared.least),
        alt=f"A small line chart for each of {len(drawn)} measures. {title}",
        note=(
            f"Infusions after which fewer than {compared.least} courses have a score are not "
            "drawn. Those with a score are not the same at each infusion."
        ),
    )


def _courses_title(drawn: Sequence[MeasureResult], least: int) -> str:
    rising = []
    for each in drawn:
        effects = shown_course(each, least)["effect"].to_list()
        if len(effects) > 1 and effects[-1] > effects[0]:
            rising.append(each)
    followed = [each for each in drawn if len(shown_course(each, least)) > 1]
    if not followed:
        return "The change after each infusion, by measure"
    return (
        "The change is larger after the last infusion shown than after the first on "
        f"{len(rising)} of {count_words(len(followed), 'measure')}"
    )


def effect_numbers(shown: Sequence[MeasureResult]) -> pd.DataFrame:
    """The numbers of the large picture."""
    return pd.DataFrame(
        [
            {
                "Measure": each.measure.name,
                "n": each.n,
                "Standardised change": round(each.effect.estimate, 2),
                "95 % CI from": round(each.effect.low, 2),
                "to": round(each.effect.high, 2),
            }
            for each in shown
            if each.effect is not None
        ]
    )


def _course_numbers(drawn: Sequence[MeasureResult], least: int) -> pd.DataFrame:
    frames = []
    for each in drawn:
        rows = shown_course(each, least)
        frames.append(
            pd.DataFrame(
                {
                    "Measure": each.measure.name,
                    "After infusion": rows["number"],
                    "n": rows["n"],
                    "Standardised change": rows["effect"].round(2),
                    "95 % CI from": rows["effect_low"].round(2),
                    "to": rows["effect_high"].round(2),
                    "Points better": rows["change"].round(1),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def measure_table(compared: Compared) -> pd.DataFrame:
    """Every measure in a row; what rests on too few scores is left empty."""
    return pd.DataFrame([_measure_row(each, compared.least) for each in compared.results])


def _measure_row(result: MeasureResult, least: int) -> dict[str, object]:
    measure, is_shown = result.measure, result.is_shown(least)
    told: dict[str, object] = {
        "Measure": measure.name,
        "Better is": "higher" if measure.higher_is_better else "lower",
        "With a baseline": result.due,
        "With a score": f"{result.n:,}" if is_shown else f"fewer than {least}",
    }
    effect = result.effect if is_shown else None
    return told | {
        "Baseline mean": _rounded(result.baseline, is_shown),
        "Mean then": _rounded(result.score, is_shown),
        "Points better": _rounded(result.change, is_shown),
        "Points, 95 % CI": points_range(result.interval) if is_shown and result.interval else "",
        "Effect size": None if effect is None else round(effect.estimate, 2),
        "Effect, 95 % CI": "" if effect is None else points_range(effect[1:], 2),
        "Response": _rate(result.responded, is_shown),
        "Remission, or free of it": _rate(result.remitted, is_shown),
        "Reliably better": _rate(result.improved, is_shown),
        "Reliably worse": _rate(result.worse, is_shown),
    }


def _rounded(value: float | None, is_shown: bool) -> float | None:
    return None if value is None or not is_shown else round(value, 1)


def _rate(rate: Proportion | None, is_shown: bool) -> str:
    """A rate in a cell: ``46 % (34–58), 28 of 61``."""
    if not is_shown:
        return ""
    if rate is None:
        return "no rule"
    if rate.estimate is None:
        return "no data"
    return (
        f"{percent(rate.estimate)} ({percent_range(rate.low, rate.high)}), "
        f"{rate.events:,} of {rate.n:,}"
    )


def rule_words(measures: Sequence[Instrument]) -> str:
    """Which of the measures have no response rule, in a sentence; empty where all have one."""
    without = [plain(each.name) for each in measures if each.response_percent is None]
    if not without:
        return ""
    verb = "has" if len(without) == 1 else "have"
    return f"{listed(without)} {verb} no agreed rule of response, so none is told."
