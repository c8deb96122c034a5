"""The vital signs of infusions: their course, how far they went beyond limits, what is missing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from charts.numbers import percent
from charts.vital_curves import CURVES
from clinical.incidence import Proportion, proportion
from clinical.pressure_rises import Rises, binned_rises, summarise_rises
from clinical.thresholds import Thresholds
from clinical.vital_curves import vital_curve
from clinical.vital_reached import MEASURED_COLUMNS, VitalLimit, limit_words, reached
from clinical.vital_schedule import Stay, completeness
from data_access import vital_signs as queries
from data_access.thresholds import read_thresholds
from pages.shared.context import PageContext
from pages.shared.frame import (
    Finding,
    KeyFigure,
    key_figures,
    nothing,
    sentence,
    show,
)
from pages.shared.memory import remembered
from pages.shared.words import count_words, rate_words
from pages.side_effects.no_rates import no_infusions_words, period_words
from pages.side_effects.vital_behind import (
    Chosen,
    behind_vital,
    chosen_limit,
    chosen_limit_of_group,
    chosen_rise,
    chosen_sedation,
)
from pages.side_effects.vital_findings import (
    Sampled,
    curves_finding,
    group_words,
    in_whom_finding,
    limits_finding,
    rise_finding,
    schedule_finding,
    sedation_finding,
)


@dataclass(frozen=True, slots=True)
class _Counts:
    """What the queries found in the period."""

    infusions: int
    limits: pd.DataFrame
    patients: pd.DataFrame
    rise_counts: list[tuple[int, int]]
    rises: Rises | None
    hypertension: queries.RecordedHypertension
    sampled: Sampled

    @property
    def is_measured(self) -> bool:
        """Whether any vital sign was measured at all."""
        counted = any(self.limits[name].sum() for name in MEASURED_COLUMNS)
        return counted or self.sampled.measurements.without_any.events < self.sampled.drawn


def vital_signs_view(context: PageContext) -> None:
    """Draw the view."""
    thresholds = read_thresholds(context.connection, context.viewer)
    counts = remembered(context, "vital signs", lambda: _count(context, thresholds), thresholds)
    if not counts.is_measured:
        nothing(_why_nothing(context, counts.infusions))
        return
    sentence(_answer(counts, thresholds))
    st.caption(_measured_words(counts))
    key_figures([_figure(counts, limit, thresholds) for limit in _KEY_LIMITS])
    if counts.limits["pressure"].sum():
        st.markdown(_two_things(counts, thresholds))
    first, others = remembered(
        context, "vital findings", lambda: _findings(counts, thresholds), thresholds
    )
    if first is not None:
        show(first)
    _choosable_grid(context, others, counts, thresholds)
    _in_whom(context, counts, thresholds)


def _count(context: PageContext, thresholds: Thresholds) -> _Counts:
    asked = context.connection, context.viewer, context.filters
    limits = queries.limit_counts(*asked, thresholds)
    rise_counts = queries.rise_counts(*asked)
    return _Counts(
        infusions=int(limits["infusions"].sum()),
        limits=limits,
        patients=queries.patients_over_limits(*asked, thresholds),
        rise_counts=rise_counts,
        rises=summarise_rises(rise_counts),
        hypertension=queries.recorded_hypertension(*asked, thresholds),
        sampled=_sampled(queries.vital_sample(*asked), thresholds),
    )


def _sampled(sample: queries.VitalSample, thresholds: Thresholds) -> Sampled:
    readings = sample.readings
    infusion, minute = readings["infusion"].to_numpy(), readings["minute"].to_numpy()
    minutes: list[list[float]] = [[] for _ in range(len(sample.infusions))]
    for place, at in zip(infusion.tolist(), minute.tolist(), strict=True):
        minutes[place].append(at)
    ends, discharges = (sample.infusions[name].to_list() for name in ("end", "discharge"))
    stays = [Stay(*times) for times in zip(ends, discharges, minutes, strict=True)]
    known = sample.infusions["end"].dropna()
    return Sampled(
        selected=sample.selected,
        drawn=len(stays),
        end=None if known.empty else float(np.median(known)),
        curves={name: vital_curve(infusion, minute, readings[name].to_numpy()) for name in CURVES},
        measurements=completeness(stays, thresholds),
    )


def _why_nothing(context: PageContext, infusions: int) -> str:
    if not infusions:
        return no_infusions_words(context)
    of_infusions = count_words(infusions, "infusion")
    return f"No vital signs were recorded in {of_infusions} {period_words(context)}."


def _answer(counts: _Counts, thresholds: Thresholds) -> str:
    high = reached(counts.limits, VitalLimit.HIGH_PRESSURE)
    if high.n == 0:
        return f"No blood pressure was recorded in {count_words(counts.infusions, 'infusion')}."
    patients = reached(counts.patients, VitalLimit.HIGH_PRESSURE)
    said = (
        f"Blood pressure reached {thresholds.amber_systolic}/{thresholds.amber_diastolic} in "
        f"**{high.events:,} of {high.n:,}** infusions ({rate_words(high)}) and at least once in "
        f"**{patients.events:,} of {patients.n:,}** patients ({percent(patients.estimate)})"
    )
    if counts.rises is not None:
        said += f"; systolic pressure rose by a mean of **{counts.rises.mean:.0f} mmHg**"
    return f"{said}. {_stop_words(counts, thresholds)}."


def _stop_words(counts: _Counts, thresholds: Thresholds) -> str:
    stop = reached(counts.limits, VitalLimit.STOP_PRESSURE)
    limit = f"{thresholds.stop_systolic}/{thresholds.stop_diastolic}"
    if stop.events == 0:
        return f"None reached {limit}"
    return f"**{stop.events:,}** ({percent(stop.estimate)}) reached {limit}"


def _measured_words(counts: _Counts) -> str:
    parts = [
        f"{name} in {percent(_measured(counts, column).estimate)}"
        for name, column in (
            ("blood pressure", "pressure"),
            ("oxygen saturation", "oxygen"),
            ("sedation", "sedation"),
        )
    ]
    return (
        f"Recorded, of {count_words(counts.infusions, 'infusion')}: {', '.join(parts)}; each rate "
        "counts only the infusions in which it was measured."
    )


def _measured(counts: _Counts, column: str) -> Proportion:
    return proportion(int(counts.limits[column].sum()), counts.infusions)


_KEY_LIMITS = (
    VitalLimit.HIGH_PRESSURE,
    VitalLimit.RED_PRESSURE,
    VitalLimit.LOW_OXYGEN,
    VitalLimit.DEEP_SEDATION,
)


def _figure(counts: _Counts, limit: VitalLimit, thresholds: Thresholds) -> KeyFigure:
    rate = reached(counts.limits, limit)
    patients = reached(counts.patients, limit)
    return KeyFigure(
        label=limit_words(limit, thresholds),
        value=percent(rate.estimate),
        change=f"{rate.events:,} of {rate.n:,}" if rate.n else "",
        help=f"Infusions in which the limit was reached, of those measured ({rate_words(rate)}). "
        f"Patients, at least once: {patients.events:,} of {patients.n:,} ({rate_words(patients)}).",
    )


def _two_things(counts: _Counts, thresholds: Thresholds) -> str:
    """The passing pressure of an infusion, and hypertension as a side effect, kept apart."""
    high = reached(counts.limits, VitalLimit.HIGH_PRESSURE)
    recorded = counts.hypertension
    limit = f"{thresholds.amber_systolic}/{thresholds.amber_diastolic}"
    of_these = f", in {recorded.and_high:,} of which it had reached that limit"
    return (
        f"**Two things.** The pressure reached {limit} in {high.events:,} of "
        f"{count_words(high.n, 'measured infusion')}. Hypertension was recorded as a side effect "
        f"in {recorded.with_it:,} of {recorded.recorded:,} with a filled-in form"
        f"{of_these if recorded.with_it else ''}. The first is a measurement: "
        "under ketamine the pressure rises in most people and is as a rule back by 90 minutes "
        "(Szarmach 2020). The second is somebody's judgement (CTCAE) that it was an adverse event; "
        "its grade 3 begins at 160/100, so to grade every passing rise would drown the grave ones."
    )


def _findings(counts: _Counts, thresholds: Thresholds) -> tuple[Finding | None, list[Finding]]:
    """The course by minute, where there is one, and the smaller findings."""
    sampled = counts.sampled
    first = curves_finding(sampled, thresholds) if sampled.has_curves else None
    others = [limits_finding(counts.limits, counts.patients, thresholds)]
    if counts.rises is not None:
        others.append(rise_finding(counts.rise_counts, counts.rises))
    if counts.limits["sedation"].sum():
        others.append(sedation_finding(counts.limits, thresholds))
    others.append(schedule_finding(sampled, thresholds))
    return first, others


def _choosable_grid(
    context: PageContext, findings: list[Finding], counts: _Counts, thresholds: Thresholds
) -> None:
    """Draw the smaller findings, and below them what lies behind what is chosen in them."""
    lower = [start for start, _ in binned_rises(counts.rise_counts)]
    chosen_by: dict[str, Callable[[list[Any]], Chosen | None]] = {
        "vital-limits": lambda points: chosen_limit(points, thresholds),
        "pressure-rise": lambda points: chosen_rise(points, lower),
        "deepest-sedation": chosen_sedation,
    }
    with st.grid(2, min_column_width=420):
        points = {
            finding.key: show(finding, choosable=finding.key in chosen_by) for finding in findings
        }
    for key, find in chosen_by.items():
        behind_vital(context, find(points.get(key, [])), key)


def _in_whom(context: PageContext, counts: _Counts, thresholds: Thresholds) -> None:
    names = {limit_words(limit, thresholds): limit for limit in VitalLimit}
    chosen = st.selectbox(
        "Limit, in whom",
        list(names),
        key="vital-limit",
        bind="query-params",
        width=280,
        help="Which limit the rates by infusion number, dose, age and history are about",
    )
    limit = names[chosen]
    if reached(counts.limits, limit).n == 0:
        nothing(f"{chosen}: it was not measured in {count_words(counts.infusions, 'infusion')}.")
        return
    finding = remembered(
        context,
        "vital limit in whom",
        lambda: in_whom_finding(counts.limits, limit, thresholds),
        limit,
        thresholds,
    )
    points, known = show(finding, choosable=True), group_words(counts.limits, limit)
    group = chosen_limit_of_group(points, known, limit, thresholds)
    behind_vital(context, group, finding.key)


VITAL_SIGNS_DEFINITIONS = """
- **Limits** are the clinic's settings, for its medical director to sign off; no body prescribes
  them for ketamine ("There is no standard safety monitoring", KSET consensus 2022). A pressure of
  165/100 is reached where the systolic is 165 or more, the diastolic 100 or more, or both. The
  amber limit and the stop limit count any reading of the infusion, the first one too; **twice**
  means that two readings in a row reached the limit. Each limit counts by itself. The amber default
  is after Rodrigues 2021, in whose clinic 44.3 % of patients reached it.
- **Rate per infusion**: infusions that reached it, of those in which it was measured (for twice: in
  which the same pressure was measured at least twice). **Per patient**: patients who reached it at
  least once, of those in whom it was measured, within the period and the filters.
- **Rise**: the highest later systolic reading minus the first one, which should be the one before
  the start. A highest reading is the higher the more often one measures.
- **By minute**: of at most 500 infusions, always the same ones, drawn evenly over all of the
  period; readings to the nearest 10 minutes. Percentiles are of type 7 (Hyndman and Fan 1996); the
  interval of a mean is by Student's t. Infusions of one patient are alike, so all these intervals
  are rather too short.
- **Transient pressure and hypertension**: a passing rise in the infusion is counted from the
  readings; hypertension as a side effect is what staff recorded, graded by CTCAE 5, and stands in
  the other views of this page.
- **Sedation**: MOAA/S (Chernik 1990, as modified), 5 awake to 0 no reaction; the lowest of the
  infusion.
- **Expected measurements**: by the clinic's settings (`vitals_during_minutes`,
  `vitals_after_minutes`, `vitals_late_minutes`). Without a recorded end only the measurement before
  the start is expected, without a recorded discharge none after the end. Of all slots together the
  interval allows for the slots of one infusion going together (Cochran 1977).
- **Behind a dot or a bar** lie the infusions that it counts (of patients: all in which theirs was
  reached), those furthest beyond the limit first; of two pressures the one further beyond its own
  limit counts. They are compared with the infusions of the same days and filters in which it was
  measured and was not so, whatever their group.
- **95 % CI** of a share: Wilson score interval (Wilson 1927). In whom: Newcombe's interval of the
  difference (1998, method 10), at 98.75 % because four comparisons are made (Bonferroni). Rates are
  crude.
"""
