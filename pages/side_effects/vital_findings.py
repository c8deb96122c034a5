"""The findings about vital signs: each a picture, its message and its numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from charts.numbers import percent
from charts.pressure_rises import rise_chart
from charts.vital_curves import vital_curves_chart
from charts.vital_reached import Row, groups_chart, limits_chart, sedation_chart
from charts.vital_schedule import schedule_chart, slot_words
from clinical.codes import AgeBand, DoseBand, PressureHistory
from clinical.incidence import Proportion, proportion
from clinical.pressure_rises import BIN_MMHG, MARKED_RISES, Rises, binned_rises
from clinical.side_effect_rates import FEW, NUMBER_BANDS
from clinical.thresholds import Thresholds
from clinical.vital_curves import FEWEST, PERCENTILES, SLOT_MINUTES, VitalCurve
from clinical.vital_reached import (
    SEDATION_LEVELS,
    Contrast,
    Grouping,
    VitalLimit,
    clear_contrasts,
    contrasts,
    limit_words,
    rates_by,
    reached,
)
from clinical.vital_schedule import Completeness, SlotKind
from pages.shared.frame import Finding
from pages.shared.words import count_words, listed, rate_words

_SLOTS_AT_MOST = 14
_NAMED_CONTRASTS = 2
SEDATION_WORDS = {
    5: "5, awake",
    4: "4, drowsy",
    3: "3, answers when called loudly",
    2: "2, answers when shaken",
    1: "1, reacts only to pain",
    0: "0, no reaction",
}
"""The levels of MOAA/S in words."""
_CURVE_NAMES = {
    "systolic": "Systolic, mmHg",
    "diastolic": "Diastolic, mmHg",
    "heart_rate": "Heart rate, a minute",
    "spo2": "SpO₂, %",
}


@dataclass(frozen=True, slots=True)
class Sampled:
    """What the single readings of a sample of infusions say.

    ``drawn`` infusions of ``selected``; ``end``: the median minute at which an infusion ends.
    """

    selected: int
    drawn: int
    end: float | None
    curves: Mapping[str, VitalCurve]
    measurements: Completeness

    @property
    def words(self) -> str:
        """How many infusions it rests on: ``1,000 of 41,233 infusions, drawn evenly``."""
        if self.drawn < self.selected:
            return f"{self.drawn:,} of {self.selected:,} infusions, drawn evenly"
        return f"all {count_words(self.selected, 'infusion')}"

    @property
    def has_curves(self) -> bool:
        """Whether any vital sign has a minute with enough readings."""
        return any(len(curve.minute) for curve in self.curves.values())


def curves_finding(sampled: Sampled, thresholds: Thresholds) -> Finding:
    """The usual course of each vital sign by minute; only where there is one."""
    title = _curves_title(sampled.curves["systolic"])
    ends = "" if sampled.end is None else f" Shaded: to the median end, minute {sampled.end:.0f}."
    return Finding(
        key="vital-curves",
        title=title,
        subtitle=f"Mean, median and the middle 80 % by minute; {sampled.words}, "
        "those measured under each minute",
        chart=vital_curves_chart(sampled.curves, thresholds, sampled.end),
        table=lambda: _curves_table(sampled.curves),
        alt=f"Blood pressure, heart rate and oxygen saturation by minute. {title}.",
        note=f"Readings to the nearest {SLOT_MINUTES} minutes; an infusion counts once in each "
        f"(several readings as their mean), and a minute with fewer than {FEWEST} infusions is "
        f"left out. Late minutes hold only those who were still there.{ends}",
    )


def _curves_title(systolic: VitalCurve) -> str:
    """Where the mean systolic pressure starts, where it is highest and where it ends."""
    before = [place for place, minute in enumerate(systolic.minute) if minute <= 0]
    later = [place for place, minute in enumerate(systolic.minute) if minute > 0]
    if not before or not later:
        return "Vital signs by minute: too few blood pressures to tell a course"
    start = round(systolic.mean[before[-1]])
    peak = max(later, key=lambda place: float(systolic.mean[place]))
    highest, last = round(systolic.mean[peak]), round(systolic.mean[later[-1]])
    if highest <= start:
        return f"Mean systolic pressure does not rise above its start, {start} mmHg"
    said = (
        f"Mean systolic pressure rises from {start} to {highest} mmHg "
        f"at minute {systolic.minute[peak]}"
    )
    if peak == later[-1]:
        return said
    return f"{said} and is {last} at minute {systolic.minute[later[-1]]}"


def _curves_table(curves: Mapping[str, VitalCurve]) -> pd.DataFrame:
    parts = [
        pd.DataFrame(
            {
                "Vital sign": _CURVE_NAMES[name],
                "Minute": curve.minute,
                "Infusions": curve.n,
                "Mean": curve.mean.round(1),
                "95 % CI from": curve.low.round(1),
                "to": curve.high.round(1),
                **{
                    f"Percentile {percentile}": curve.percentiles[percentile].round(1)
                    for percentile in PERCENTILES
                },
            }
        )
        for name, curve in curves.items()
        if len(curve.minute)
    ]
    return pd.concat(parts, ignore_index=True)


def rise_finding(counts: Sequence[tuple[int, int]], rises: Rises) -> Finding:
    """How far the systolic pressure rose."""
    most = MARKED_RISES[-1]
    title = (
        f"Systolic pressure rises by a mean of {rises.mean:.1f} mmHg, by {most} or more in "
        f"{percent(rises.reached[most].estimate)} of infusions"
    )
    spread = "" if rises.sd is None else f" (SD {rises.sd:.1f}, {_mean_interval(rises)})"
    shares = "; ".join(f"{at} or more: {rate_words(rises.reached[at])}" for at in MARKED_RISES)
    bins = binned_rises(counts)
    return Finding(
        key="pressure-rise",
        title=title,
        subtitle=f"{count_words(rises.n, 'infusion')} with two or more systolic readings; "
        f"mean {rises.mean:.1f} mmHg{spread}; {shares}",
        chart=rise_chart(bins, rises),
        table=lambda: pd.DataFrame(
            {
                "Rise from, mmHg": [lower for lower, _ in bins],
                "to": [lower + BIN_MMHG - 1 for lower, _ in bins],
                "Infusions": [infusions for _, infusions in bins],
                "%": [round(100 * infusions / rises.n, 2) for _, infusions in bins],
            }
        ),
        alt=f"Histogram of the rise of the systolic pressure. {title}.",
        note="The highest later reading minus the first. Published: mean 16.0 (SD 11.2) mmHg, at "
        "40 minutes, in 2,342 infusions measured every 10 minutes (Yale 2024, Gen Hosp "
        "Psychiatry); other patients and other times of measuring, so no target. Choose a bar "
        "to see its infusions.",
    )


def _mean_interval(rises: Rises) -> str:
    return f"95 % CI {rises.low:.1f}–{rises.high:.1f}"


def limits_finding(
    infusions: pd.DataFrame, patients: pd.DataFrame, thresholds: Thresholds
) -> Finding:
    """The share of infusions and of patients over each limit."""
    limits = {limit: limit_words(limit, thresholds) for limit in VitalLimit}
    names = list(limits.values())
    by_infusion = [reached(infusions, limit) for limit in VitalLimit]
    by_patient = [reached(patients, limit) for limit in VitalLimit]
    title = (
        f"{names[0]} in {percent(by_infusion[0].estimate)} of infusions and, at least once, in "
        f"{percent(by_patient[0].estimate)} of patients"
        if by_infusion[0].n
        else "Limits reached; the blood pressure was not recorded"
    )
    return Finding(
        key="vital-limits",
        title=title,
        subtitle="Infusions, and patients at least once in the period, of those in whom it was "
        f"measured ({by_infusion[0].n:,} infusions and {by_patient[0].n:,} patients for pressure)",
        chart=limits_chart(limits, by_infusion, by_patient),
        table=lambda: pd.DataFrame(
            {
                "Limit": names,
                **_columns("Infusions", by_infusion),
                **_columns("Patients", by_patient),
            }
        ),
        alt=f"Share of infusions and of patients over each limit. {title}.",
        note="Limits are the clinic's own settings. Twice: two readings in a row. Who has more "
        "infusions has more occasions to reach a limit. Lines: 95 % Wilson interval. Choose a dot "
        "to see its infusions.",
    )


def _columns(heading: str, rates: Sequence[Proportion]) -> dict[str, list[float | int | None]]:
    return {
        f"{heading} over it": [rate.events for rate in rates],
        f"{heading} measured": [rate.n for rate in rates],
        f"{heading}, %": [_hundredfold(rate.estimate) for rate in rates],
        f"{heading}, 95 % CI from": [_hundredfold(rate.low) for rate in rates],
        f"{heading}, to": [_hundredfold(rate.high) for rate in rates],
    }


def _hundredfold(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 2)


_HEADINGS = {
    Grouping.NUMBER: "Infusion of the series",
    Grouping.DOSE: "Dose",
    Grouping.AGE: "Age",
    Grouping.HISTORY: "Blood pressure before",
}


def _category(grouping: Grouping, code: int) -> str:
    if grouping is Grouping.NUMBER:
        return NUMBER_BANDS[code]
    if grouping is Grouping.AGE:
        return AgeBand(code).label
    if grouping is Grouping.HISTORY:
        return PressureHistory(code).label
    return DoseBand(code).label if code else "Dose not known"


def in_whom_finding(counts: pd.DataFrame, limit: VitalLimit, thresholds: Thresholds) -> Finding:
    """One limit by infusion number, dose, age and history; only where it was measured."""
    rows = [
        (grouping, row) for grouping in Grouping for row in _group_rows(counts, limit, grouping)
    ]
    overall = reached(counts, limit)
    name = limit_words(limit, thresholds)
    title = f"{name}: {_contrast_words(counts, limit)}"
    rated = [(grouping, row.label, row.rate) for grouping, row in rows if row.rate]
    return Finding(
        key="vital-limit-in-whom",
        title=title,
        subtitle=f"Share of infusions; {overall.events:,} of {overall.n:,} in which it was "
        f"measured ({rate_words(overall)})",
        chart=groups_chart([row for _, row in rows]),
        table=lambda: pd.DataFrame(
            {
                "By": [_HEADINGS[grouping] for grouping, _, _ in rated],
                "Group": [label for _, label, _ in rated],
                **_columns("Infusions", [rate for _, _, rate in rated]),
            }
        ),
        alt=f"Share of infusions over the limit by infusion number, dose, age and history. "
        f"{title}.",
        note=f"Hollow: fewer than {FEW} infusions. Crude rates: the groups differ in other ways "
        "too, and several infusions are of one patient. Named are differences whose interval, "
        "widened for four comparisons, leaves out zero. Choose a dot to see its infusions.",
    )


def group_words(counts: pd.DataFrame, limit: VitalLimit) -> dict[tuple[str, int], str]:
    """The groups that :func:`in_whom_finding` draws, in words: ``age: 60–74``."""
    return {
        row.group: f"{_HEADINGS[grouping].lower()}: {row.label}"
        for grouping in Grouping
        for row in _group_rows(counts, limit, grouping)
        if row.group is not None
    }


def _group_rows(counts: pd.DataFrame, limit: VitalLimit, grouping: Grouping) -> list[Row]:
    rates = rates_by(counts, limit, grouping)
    return [
        Row(_HEADINGS[grouping]),
        *(
            Row(_category(grouping, code), proportion(affected, n), (grouping.value, code))
            for code, affected, n in zip(
                rates[grouping.value].to_list(),
                rates["affected"].to_list(),
                rates["recorded"].to_list(),
                strict=True,
            )
        ),
    ]


def _contrast_words(counts: pd.DataFrame, limit: VitalLimit) -> str:
    clear = clear_contrasts(counts, limit)[:_NAMED_CONTRASTS]
    if clear:
        return listed([_one_contrast(one) for one in clear])
    if contrasts(counts, limit):
        return "no clear difference by infusion number, dose, age or history"
    return "too few infusions to compare groups"


def _one_contrast(one: Contrast) -> str:
    """``more often from age 60 on (25 % against 14 % at younger ages)``."""
    exposed, other = one.words
    more = "more" if (one.difference.estimate or 0.0) > 0 else "less"
    return (
        f"{more} often {exposed} ({percent(one.exposed.estimate)} against "
        f"{percent(one.other.estimate)} {other})"
    )


def sedation_finding(counts: pd.DataFrame, thresholds: Thresholds) -> Finding:
    """The deepest sedation of each infusion; only where it was measured."""
    n = int(counts["sedation"].sum())
    levels = [proportion(int(counts[f"sedation_{level}"].sum()), n) for level in SEDATION_LEVELS]
    names = [SEDATION_WORDS[level] for level in SEDATION_LEVELS]
    deep = reached(counts, VitalLimit.DEEP_SEDATION)
    title = (
        f"MOAA/S fell to {thresholds.red_sedation} or less in {percent(deep.estimate)} of infusions"
        if deep.events
        else f"MOAA/S stayed above {thresholds.red_sedation} in {count_words(n, 'infusion')}"
    )
    return Finding(
        key="deepest-sedation",
        title=title,
        subtitle=f"The deepest sedation of each infusion; {count_words(n, 'infusion')} in which "
        f"it was measured; {thresholds.red_sedation} or less: {rate_words(deep)}",
        chart=sedation_chart(levels, names),
        table=lambda: pd.DataFrame({"MOAA/S": names, **_columns("Infusions", levels)}),
        alt=f"Bars of the deepest sedation of each infusion. {title}.",
        note="MOAA/S: Modified Observer's Assessment of Alertness/Sedation, 5 awake to 0. Choose a "
        "bar to see its infusions.",
    )


def schedule_finding(sampled: Sampled, thresholds: Thresholds) -> Finding:
    """Which of the expected measurements were made."""
    found = sampled.measurements
    during, after = found.kinds[SlotKind.DURING], found.kinds[SlotKind.AFTER]
    title = _schedule_title(found)
    # Times that only a few long infusions have are in the table, not in the picture.
    shown = [(slot, rate) for slot, rate in found.slots.items() if rate.n >= FEWEST]
    drawn = (shown or list(found.slots.items()))[:_SLOTS_AT_MOST]
    return Finding(
        key="vital-schedule",
        title=title,
        subtitle=f"Due: before the start, every {thresholds.vitals_during_minutes} min during, "
        f"every {thresholds.vitals_after_minutes} min until the discharge; {sampled.words}. "
        f"No reading at all: {_of(found.without_any)}",
        chart=schedule_chart(drawn),
        table=lambda: _schedule_table(found),
        alt=f"Share of infusions measured at each time that was due. {title}.",
        note=f"On time: a reading of any vital sign within {thresholds.vitals_late_minutes} "
        "minutes of its time; each reading counts for one time. "
        f"During: {_of(during)}; after: {_of(after)}, intervals by how much infusions differ. "
        f"The end is known of {found.end_known:,} of {found.infusions:,} infusions, the discharge "
        f"too of {found.discharge_known:,}.",
    )


def _schedule_title(found: Completeness) -> str:
    """What was measured of what was due, as far as anything was."""
    due = [
        f"{percent(found.kinds[kind].estimate)} ({words})"
        for kind, words in ((SlotKind.DURING, "during"), (SlotKind.AFTER, "afterwards"))
        if found.kinds[kind].n
    ]
    before = percent(found.kinds[SlotKind.BEFORE].estimate)
    said = f"Measured before the start in {before} of infusions"
    return f"{said}; at {listed(due)} of the times due" if due else said


def _of(rate: Proportion) -> str:
    return f"{rate.events:,} of {rate.n:,} ({rate_words(rate)})"


def _schedule_table(found: Completeness) -> pd.DataFrame:
    slots = list(found.slots)
    names = [slot_words(slot).capitalize() for slot in slots]
    return pd.DataFrame({"Due": names, **_schedule_columns([found.slots[slot] for slot in slots])})


def _schedule_columns(rates: Sequence[Proportion]) -> dict[str, list[float | int | None]]:
    return {
        "Measured": [rate.events for rate in rates],
        "Infusions in which it was due": [rate.n for rate in rates],
        "%": [_hundredfold(rate.estimate) for rate in rates],
        "95 % CI from": [_hundredfold(rate.low) for rate in rates],
        "to": [_hundredfold(rate.high) for rate in rates],
    }
