"""The findings of the Trend view for rare or serious side effects: the gaps between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from charts.side_effect_gaps import GapLines, gap_chart
from clinical.calendar import day_date, day_number
from clinical.exact import Floats
from clinical.rare_events import GapChart, g_chart, t_chart
from clinical.trend_segments import LEAST_GAPS, gap_reference
from data_access.side_effect_trends import AT_MOST, RareEvents
from pages.shared.frame import Finding
from pages.shared.words import count_words
from pages.side_effects.gap_rows import MARK_WORDS, gap_mark, gap_rows


@dataclass(frozen=True, slots=True)
class Gaps:
    """The events of one rare side effect, and how they are judged.

    ``title_name`` is markdown, ``name`` as recorded. ``start``, ``end``: of the period; ``since``:
    the day from which gaps count for the limits; ``judged_from``: the first day of those judged by
    the ones before. ``forms_fell``: whether fewer forms are filled in since then, beyond chance;
    ``forms``: by week, for the strip.
    """

    name: str
    title_name: str
    events: RareEvents
    start: date
    end: date
    since: date
    judged_from: date
    alpha: float
    forms_fell: bool
    forms: pd.DataFrame

    @property
    def days(self) -> NDArray[np.int64]:
        """The days of the events, as :mod:`clinical.calendar` counts them."""
        return self.events.events["day"].to_numpy()

    @property
    def count(self) -> int:
        """How many events there are."""
        return len(self.events.events)


@dataclass(frozen=True, slots=True)
class _Kind:
    """The gaps in one unit, judged. ``open_gap``: since the last event, missing without one."""

    unit: str
    axis: str
    chart: GapChart
    reference: NDArray[np.bool_]
    open_gap: float | None


def infusions_between_finding(gaps: Gaps) -> Finding:
    """The large picture: recorded infusions without it between two with it (g chart)."""
    between = gaps.events.events["recorded_before"].to_numpy(np.float64)
    reference = _reference(gaps, between)
    open_gap = float(gaps.events.recorded_since) if gaps.count else None
    kind = _Kind(
        "infusion",
        "Infusions between",
        g_chart(between, reference, gaps.alpha),
        reference,
        open_gap,
    )
    return _finding(gaps, kind, "trend-gaps", gaps.forms)


def days_between_finding(gaps: Gaps) -> Finding:
    """The smaller picture: days from one to the next (t chart)."""
    between = gaps.events.events["days_before"].to_numpy(np.float64)
    reference = _reference(gaps, between)
    last = gaps.events.last_day
    open_gap = float(last - gaps.days[-1]) if gaps.count and last is not None else None
    kind = _Kind(
        "day", "Days between", t_chart(between, reference, gaps.alpha), reference, open_gap
    )
    return _finding(gaps, kind, "trend-days")


def _reference(gaps: Gaps, between: Floats) -> NDArray[np.bool_]:
    since, judged_from = day_number(gaps.since), day_number(gaps.judged_from)
    return gap_reference(gaps.days, between, since, judged_from)


def _finding(gaps: Gaps, kind: _Kind, key: str, forms: pd.DataFrame | None = None) -> Finding:
    rows = _rows(gaps, kind)
    chart = kind.chart
    title = f"{gaps.title_name}: {_open_words(gaps, kind)}{_marks_words(kind)}"
    return Finding(
        key=key,
        title=title,
        subtitle=f"{kind.axis} one and the next; {count_words(gaps.count, 'infusion')} with it"
        + (f", the latest {AT_MOST}" if gaps.count == AT_MOST else "")
        + f"; {_limits_words(kind)}",
        chart=gap_chart(
            rows,
            GapLines(max(gaps.since, gaps.start), chart.centre, chart.lower, chart.upper),
            kind.axis,
            gaps.end,
            forms,
        ),
        table=lambda: _numbers(rows, kind),
        alt=f"{kind.axis} one infusion with {gaps.name} and the next. {_open_words(gaps, kind)}",
        note=" ".join(_notes(gaps, kind)),
    )


def _open_words(gaps: Gaps, kind: _Kind) -> str:
    if kind.open_gap is None:
        return "none in the period"
    said = f"{count_words(round(kind.open_gap), kind.unit)} since the last"
    if not kind.chart.is_long(kind.open_gap):
        return said
    if gaps.forms_fell:
        return f"{said}, longer than chance gives, but fewer forms are filled in"
    return f"{said}, longer than chance gives"


def _marks_words(kind: _Kind) -> str:
    short, long = int((kind.chart.flag < 0).sum()), int((kind.chart.flag > 0).sum())
    if short or long:
        return f"; {short} shorter and {long} longer than chance gives"
    return "" if kind.chart.centre is None else "; the gaps are as chance gives"


def _limits_words(kind: _Kind) -> str:
    if kind.chart.centre is None:
        return f"no limits below {LEAST_GAPS} gaps"
    return f"limits from {count_words(int(kind.reference.sum()), 'gap')}"


def _notes(gaps: Gaps, kind: _Kind) -> list[str]:
    said = [
        "Each gap stands where it ended. Hollow: since the last one, still open. A tick: the first "
        "of the period.",
    ]
    if kind.chart.centre is not None and not kind.chart.can_show_short:
        said.append("No gap is so short that chance could not give it: a rise shows in the sum.")
    if kind.unit == "infusion":
        said.append("Counted are recorded infusions.")
    if gaps.forms_fell:
        said.append("Fewer forms are filled in than before, so a long gap is drawn grey.")
    return said


def _rows(gaps: Gaps, kind: _Kind) -> pd.DataFrame:
    def mark(flag: int, day: date) -> str:
        is_doubtful = flag > 0 and gaps.forms_fell and day >= gaps.judged_from
        return "forms" if is_doubtful else gap_mark(flag, day)

    days = [day_date(int(day)) for day in gaps.days]
    return gap_rows(kind.chart, days, kind.open_gap, gaps.end, kind.unit, mark)


def _numbers(rows: pd.DataFrame, kind: _Kind) -> pd.DataFrame:
    limits: dict[str, Any] = {
        "Half are longer than": kind.chart.centre,
        "Lower limit": kind.chart.lower,
        "Upper limit": kind.chart.upper,
    }
    return pd.DataFrame(
        {
            "Day": rows["day"],
            kind.axis: rows["gap"],
            "Still open": rows["open"],
            "Mark": [MARK_WORDS[mark] for mark in rows["mark"]],
            "In the reference": _padded(kind.reference, len(rows)),
        }
    ).assign(**{name: None if at is None else round(at, 1) for name, at in limits.items()})


def _padded(values: NDArray[np.bool_], size: int) -> Sequence[bool]:
    return [*values.tolist(), *[False] * (size - len(values))]
