"""What was different about the infusions of a point of a chart.

Its infusions (:mod:`data_access.points`) are *affected*. *The others* are the infusions of the same
filters and days that were recorded without the side effect, or in which it was measured and the
condition not fulfilled, whatever their place, person or dose. An infusion with the side effect or
condition that does not belong to the point (another site's) is neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection, Text, select, type_coerce

from access.viewer import Viewer
from data_access.columns import Columns, Mask
from data_access.even_draw import draw_evenly
from data_access.filters import Filters
from data_access.infusions_behind import Listed
from data_access.lookups import is_among
from data_access.measured import fulfils, was_measured
from data_access.points import (
    Asked,
    Behind,
    asked_of,
    asked_of_effects,
    of_effects,
    of_infusions,
    within,
)
from data_access.schema import AppointmentFact, Infusion, Medication, Patient
from data_access.side_effect_counts import (
    infusion_columns,
    is_affected,
    is_recorded,
    term_columns,
)

MOST_COMPARED = 1_000
"""So many infusions at most are compared, drawn evenly: a mean of 500 infusions is known to less
than a twentieth of their spread, and more would only take longer."""


@dataclass(frozen=True, slots=True)
class Compared(Listed):
    """Infusions that are compared, and ``medicines``: who of them had taken what."""

    medicines: pd.DataFrame


def infusions_compared(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    behind: Behind,
    at_most: int = MOST_COMPARED,
) -> Compared:
    """The affected infusions of a point and the others.

    ``rows``: an infusion each, in no order. Columns: ``affected`` (bool); ``mg_per_kg``, ``number``
    (in its series), ``age`` (years) and ``start_delay`` (minutes from the time of the appointment
    to the start, below 0 where it began early), NaN where they are not known; ``phase``, ``sex``,
    ``later_series``, ``hypertension`` (codes); ``site_key``, ``provider_key``, ``chair_key`` and
    ``lot_number``, missing where not recorded.

    ``medicines``: a row for each class of medicines of the data contract that anybody took.
    Columns: ``medicine`` (the class), ``with_it`` of ``n_with`` affected infusions and ``without``
    of ``n_without`` others, on whose day the patient took a medicine of the class. Only infusions
    of patients for whom any medicine is recorded are counted: of the rest it is not known. A
    medicine without a first or a last day counts as taken ever before or ever since.

    Where there are more than ``at_most``, both sides are drawn evenly from all of theirs; the total
    says how many there are.
    """
    names = (*_NUMBERS, *_CODES, *_KEYS, "appointment_key")
    drawn = _draw(connection, viewer, filters, behind, at_most, names)
    infusions = drawn.infusions
    key = infusions["infusion_key"]
    compared = {
        "affected": drawn.affected,
        **{name: infusions[name].astype(np.float64) for name in _NUMBERS},
        **{name: infusions[name] for name in _CODES},
        **{name: _keys(infusions, name) for name in _KEYS},
        "lot_number": _values(connection, Infusion.lot_number, Infusion.infusion_key, key),
        "age": _ages(connection, infusions),
        "start_delay": _delays(connection, infusions),
    }
    return Compared(pd.DataFrame(compared), drawn.total, _co_medications(connection, drawn))


_NUMBERS = ("mg_per_kg", "number")
_CODES = ("phase", "sex", "later_series", "hypertension")
_KEYS = ("site_key", "provider_key", "chair_key")


def _keys(infusions: Columns, name: str) -> pd.arrays.IntegerArray:
    return pd.arrays.IntegerArray(infusions[name], ~infusions.known(name))


def _values(
    connection: Connection, column: Any, key_column: Any, keys: NDArray[np.int64]
) -> NDArray[np.object_]:
    """The value in a column for each of some primary keys; ``None`` where there is no such row."""
    asked = is_among(connection, key_column, np.unique(keys))
    rows = connection.execute(select(key_column, column).where(asked)).all()
    found: dict[int, Any] = dict(rows)
    values: NDArray[np.object_] = np.array([found.get(key) for key in keys.tolist()], dtype="O")
    return values


def _ages(connection: Connection, infusions: Columns) -> NDArray[np.float64]:
    """The age of each patient on the day of the infusion, years; NaN where it is not known."""
    birth_date = type_coerce(Patient.birth_date, Text)
    born = _values(connection, birth_date, Patient.patient_key, infusions["patient_key"])
    days: NDArray[np.float64] = infusions["day"] - _days(born)
    return days / _DAYS_A_YEAR


_DAYS_A_YEAR = 365.2425


def _delays(connection: Connection, infusions: Columns) -> NDArray[np.float64]:
    """Minutes from the planned start to the start; NaN where there was no appointment."""
    delays = np.full(infusions.rows, np.nan)
    planned = infusions.known("appointment_key")
    facts, keys = AppointmentFact, infusions["appointment_key"][planned]
    delays[planned] = _values(connection, facts.start_delay, facts.appointment_key, keys)
    return delays


def _days(days: Sequence[Any] | NDArray[np.object_]) -> NDArray[np.float64]:
    """Days as either database has them, as day numbers; NaN where there is none."""
    found = np.array([day or "NaT" for day in days], dtype="datetime64[D]")
    return np.where(np.isnat(found), np.nan, found.astype(np.int64))


def _co_medications(connection: Connection, drawn: "_Drawn") -> pd.DataFrame:
    """Who had taken what on the day of the infusion, among the affected and among the others."""
    infusions = drawn.infusions
    medicines = _medicines(connection, np.unique(infusions["patient_key"]))
    begin, end = (
        np.searchsorted(medicines.patient_key, infusions["patient_key"], side)
        for side in _FROM_AND_UNTIL
    )
    # Each infusion with each of its patient's medicines.
    infusion = np.repeat(np.arange(infusions.rows), end - begin)
    medicine = np.arange(len(infusion)) + np.repeat(end - np.cumsum(end - begin), end - begin)
    day, of_class = infusions["day"][infusion], medicines.of_class[medicine]
    during = (medicines.first[medicine] <= day) & (day <= medicines.last[medicine])
    taken = during & (of_class != _NO_CLASS)
    took = np.zeros((infusions.rows, len(medicines.classes)), dtype=bool)
    took[infusion[taken], of_class[taken]] = True
    known = end > begin
    counts = pd.DataFrame(
        {
            "medicine": list(medicines.classes),
            "with_it": took[drawn.affected].sum(axis=0),
            "n_with": np.count_nonzero(known & drawn.affected),
            "without": took[~drawn.affected].sum(axis=0),
            "n_without": np.count_nonzero(known & ~drawn.affected),
        }
    )
    return counts.loc[np.flatnonzero(took.any(axis=0))]


_FROM_AND_UNTIL: tuple[Literal["left"], Literal["right"]] = ("left", "right")
_NO_CLASS = -1


@dataclass(frozen=True, slots=True)
class _Medicines:
    """Medicines, a value each, in the order of the patients.

    ``of_class``: the place in ``classes``, or ``_NO_CLASS``. ``first``, ``last``: the day numbers
    between which it was taken, infinite where they are not known.
    """

    patient_key: NDArray[np.int64]
    of_class: NDArray[np.intp]
    classes: Sequence[str]
    first: NDArray[np.float64]
    last: NDArray[np.float64]


def _medicines(connection: Connection, patient_keys: NDArray[np.int64]) -> _Medicines:
    """The medicines of some patients."""
    days = (type_coerce(day, Text) for day in (Medication.started_on, Medication.stopped_on))
    statement = (
        select(Patient.patient_key, Medication.class_, *days)
        .join(Medication, Medication.patient_id == Patient.patient_id)
        .where(is_among(connection, Patient.patient_key, patient_keys))
        .order_by(Patient.patient_key)
    )
    rows = connection.execute(statement).all()
    keys, classes, started, stopped = zip(*rows, strict=True) if rows else ((), (), (), ())
    of_class, found = pd.factorize(np.array(classes, dtype=object), sort=True)
    first, last = _days(started), _days(stopped)
    return _Medicines(
        patient_key=np.array(keys, dtype=np.int64),
        of_class=of_class,
        classes=list(found),
        first=np.where(np.isnan(first), -np.inf, first),
        last=np.where(np.isnan(last), np.inf, last),
    )


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Infusions of both sides, which of them are affected, and how many there are in all."""

    infusions: Columns
    affected: Mask
    total: int


def _draw(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    behind: Behind,
    at_most: int,
    names: Sequence[str],
) -> _Drawn:
    """Draw infusions of both sides, with their keys, patient, day and ``names``.

    Where they are too many, each side may fill half of the room, and what the other leaves of it.
    """
    asked = connection, viewer, within(filters, behind)
    told_by = asked_of(behind) if behind.term_key is None else ()
    needed = ("infusion_key", "patient_key", "day", "recorded", *told_by, *names)
    infusions = infusion_columns(*asked, *needed)
    affected, others = _sides(asked, infusions, behind)
    n_affected, n_others = (int(np.count_nonzero(side)) for side in (affected, others))
    room_of_affected = max(at_most // 2, at_most - n_others)
    room_of_others = at_most - min(n_affected, room_of_affected)
    keys = infusions.packed["infusion_key"]
    for side, room in ((affected, room_of_affected), (others, room_of_others)):
        side[side] = draw_evenly(keys[side], room)
    drawn = affected | others
    return _Drawn(infusions.where(drawn), affected[drawn], n_affected + n_others)


def _sides(asked: Asked, infusions: Columns, behind: Behind) -> tuple[Mask, Mask]:
    """Which infusions are affected, and which are the others."""
    if behind.measured is not None:
        fulfilled = fulfils(infusions, behind.measured)
        others = was_measured(infusions, behind.measured) & ~fulfilled
        return of_infusions(asked, infusions, behind), others
    recorded = is_recorded(infusions)
    if behind.term_key is None:
        return of_infusions(asked, infusions, behind), recorded & ~is_affected(infusions)
    effects = term_columns(*asked, behind.term_key, *asked_of_effects(behind))
    of_point = effects.where(of_effects(effects, behind))
    affected, with_it = (
        np.isin(infusions.packed["infusion_key"], some.packed["infusion_key"])
        for some in (of_point, effects)
    )
    return affected, recorded & ~with_it
