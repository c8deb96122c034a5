"""The queries of the vital signs: limits reached, rises, and the readings of a sample by minute.

Counts are of infusions in which it was measured; what was not measured is in no denominator. No
statement names anybody.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from access.viewer import Viewer
from clinical.terms import canonical_term
from clinical.thresholds import Thresholds
from clinical.vital_reached import SEDATION_LEVELS, VitalLimit
from data_access.columns import Columns, Mask, counts_by
from data_access.even_draw import draw_evenly
from data_access.filters import Filters
from data_access.lookups import is_among, seconds_between
from data_access.measured import (
    EXTREMES,
    LimitReached,
    columns_of,
    fulfils,
    has_measured,
    has_reached,
    numbers,
)
from data_access.schema import Infusion, Term, VitalSigns
from data_access.side_effect_counts import infusion_columns, is_recorded, term_columns

SAMPLE_INFUSIONS = 500
"""The most infusions whose single readings are read for one view. Of pressures with a standard
deviation of 16 mmHg the mean is then known to 1.5 and the 5th and 95th percentile to 3 mmHg."""
VITAL_SIGNS = ("systolic", "diastolic", "heart_rate", "spo2", "sedation")
"""The vital signs as columns of a sample's readings."""


def limit_counts(
    connection: Connection, viewer: Viewer, filters: Filters, thresholds: Thresholds
) -> pd.DataFrame:
    """The infusions that reached each limit, of those in which it was measured.

    A row for each combination of ``number_band``, ``dose_band``, ``age_band`` and ``hypertension``
    (codes). Columns, all whole numbers: those, ``infusions``, the measured ones as
    :data:`clinical.vital_reached.MEASURED_COLUMNS`, a column for each
    :class:`~clinical.vital_reached.VitalLimit`, and ``sedation_0`` to ``sedation_5`` by the deepest
    sedation.
    """
    groups = ("number_band", "dose_band", "age_band", "hypertension")
    found = infusion_columns(connection, viewer, filters, *groups, *EXTREMES)
    deepest = found.packed["deepest_sedation"]
    levels = {f"sedation_{level}": deepest == level for level in SEDATION_LEVELS}
    counts = {"infusions": None, **_measured_and_reached(found, thresholds), **levels}
    return counts_by(found, groups, counts)


def patients_over_limits(
    connection: Connection, viewer: Viewer, filters: Filters, thresholds: Thresholds
) -> pd.DataFrame:
    """The patients who reached each limit at least once, of those in whom it was measured.

    One row. Columns, all whole numbers: ``patients``, and measured and reached as
    :func:`limit_counts`.
    """
    found = infusion_columns(connection, viewer, filters, "patient_key", *EXTREMES)
    counts = _measured_and_reached(found, thresholds)
    infusions = counts_by(found, ("patient_key",), counts)[list(counts)]
    ever = (infusions > 0).sum()
    return pd.DataFrame({"patients": [len(infusions)], **{name: [ever[name]] for name in counts}})


def _measured_and_reached(infusions: Columns, thresholds: Thresholds) -> dict[str, Mask]:
    """In which infusions it was measured, and in which each limit was reached."""
    reached = {limit.value: has_reached(infusions, limit, thresholds) for limit in VitalLimit}
    return has_measured(infusions) | reached


def rise_counts(connection: Connection, viewer: Viewer, filters: Filters) -> list[tuple[int, int]]:
    """How far the systolic pressure rose, mmHg, and in how many infusions; in order of the rise.

    Infusions without two readings of it have no rise and are left out.
    """
    found = infusion_columns(connection, viewer, filters, "systolic_rise")
    counts = counts_by(found, ("systolic_rise",), {"infusions": None}).dropna()
    return list(zip(counts["systolic_rise"].tolist(), counts["infusions"].tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class RecordedHypertension:
    """Infusions in which hypertension was recorded as a side effect, however graded.

    ``recorded``: infusions with a filled-in side-effect form; ``with_it``: of those;
    ``and_high``: of those again, the ones in which the pressure reached the amber limit.
    """

    recorded: int
    with_it: int
    and_high: int


_HYPERTENSION = canonical_term("hypertension")


def recorded_hypertension(
    connection: Connection, viewer: Viewer, filters: Filters, thresholds: Thresholds
) -> RecordedHypertension:
    """Count the infusions with hypertension as a side effect; the pressure itself is another thing.

    See :func:`limit_counts` for how often the pressure was high.
    """
    asked = connection, viewer, filters
    limit = LimitReached(VitalLimit.HIGH_PRESSURE, thresholds)
    infusions = infusion_columns(*asked, "infusion_key", "recorded", *columns_of(limit))
    high = infusions.where(fulfils(infusions, limit))
    term = connection.scalar(select(Term.term_key).where(Term.name == _HYPERTENSION))
    with_it = np.array([], dtype=np.int64)
    if term is not None:
        with_it = term_columns(*asked, term, "infusion_key").packed["infusion_key"]
    return RecordedHypertension(
        recorded=int(np.count_nonzero(is_recorded(infusions))),
        with_it=len(with_it),
        and_high=int(np.count_nonzero(np.isin(high.packed["infusion_key"], with_it))),
    )


@dataclass(frozen=True, slots=True)
class VitalSample:
    """Single readings of at most 500 infusions, drawn evenly from ``selected``.

    ``infusions``: a row each, numbered from 0 by its place, with ``end`` and ``discharge`` (minutes
    after the start, NaN where not known). ``readings``: ``infusion`` (that number), ``minute``
    (after the start; before it below 0) and :data:`VITAL_SIGNS` (NaN where not measured), a row
    each, without those that hold nothing; in no particular order.
    """

    selected: int
    infusions: pd.DataFrame
    readings: pd.DataFrame


def vital_sample(connection: Connection, viewer: Viewer, filters: Filters) -> VitalSample:
    """Draw infusions evenly, always the same ones, and read their vital signs.

    All of them where there are no more than 500. Keys of patients or infusions are not told.
    """
    stays = {"minutes": "end", "chair_minutes": "discharge"}
    selected = infusion_columns(connection, viewer, filters, "infusion_key", *stays)
    drawn = selected.where(draw_evenly(selected.packed["infusion_key"], SAMPLE_INFUSIONS))
    infusions = pd.DataFrame({stay: numbers(drawn, name) for name, stay in stays.items()})
    return VitalSample(selected.rows, infusions, _readings(connection, drawn["infusion_key"]))


_MEASURES = (
    VitalSigns.systolic_mmhg,
    VitalSigns.diastolic_mmhg,
    VitalSigns.heart_rate_bpm,
    VitalSigns.spo2_percent,
    VitalSigns.sedation_moaas,
)


def _readings(connection: Connection, keys: NDArray[np.int64]) -> pd.DataFrame:
    """The readings of the infusions with these keys, each of which is numbered by its place."""
    after_start = seconds_between(connection, Infusion.started_at, VitalSigns.measured_at)
    statement = (
        select(Infusion.infusion_key, after_start, *_MEASURES)
        .join(VitalSigns, VitalSigns.infusion_id == Infusion.infusion_id)
        .where(is_among(connection, Infusion.infusion_key, keys))
    )
    rows = connection.execute(statement).all()
    read = [np.array(values, dtype=np.float64) for values in zip(*rows, strict=True)]
    key, seconds, *measures = read or [np.array([], dtype=np.float64)] * (2 + len(_MEASURES))
    in_order = np.argsort(keys)
    infusion = in_order[np.searchsorted(keys, key, sorter=in_order)]
    readings = {"infusion": infusion, "minute": seconds / 60}
    readings |= dict(zip(VITAL_SIGNS, measures, strict=True))
    holds_any = ~np.logical_and.reduce([np.isnan(values) for values in measures])
    return pd.DataFrame({name: values[holds_any] for name, values in readings.items()})
