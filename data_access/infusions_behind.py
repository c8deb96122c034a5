"""From a point of a chart to its infusions, and what they are to be compared with.

A point is a :class:`Behind`: a side effect or a measured condition, days, and what else the point
stands for. Its infusions are *affected*. *The others* are the infusions of the same filters and
days that were recorded without the side effect, or in which it was measured and the condition not
fulfilled, whatever their place, person or dose. An infusion with the side effect or condition that
does not belong to the point (another site's) is neither.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, Subquery, Text, case, func, select, type_coerce

from access.viewer import Permission, Viewer, require
from data_access.columns import Columns, Mask
from data_access.even_draw import draw_evenly
from data_access.filters import Filters
from data_access.frames import TEXT, typed_frame
from data_access.lookups import is_among
from data_access.measured import (
    Measured,
    columns_of,
    fulfils,
    most_extreme_first,
    was_measured,
)
from data_access.schema import (
    AppointmentFact,
    Chair,
    Infusion,
    InfusionFact,
    Medication,
    Patient,
    Provider,
    SideEffectFact,
    Site,
    Term,
)
from data_access.side_effect_counts import (
    infusion_columns,
    is_affected,
    is_recorded,
    side_effect_columns,
    term_columns,
)
from data_access.treated import with_names

MOST_LISTED = 200
"""A list holds so many infusions: the latest, or of a measured condition the most extreme."""
MOST_COMPARED = 1_000
"""So many infusions at most are compared, drawn evenly: a mean of 500 infusions is known to less
than a twentieth of their spread, and more would only take longer."""
NOT_RECORDED = 0
"""As a key of a chair or a provider: the infusions for which none is recorded."""


Statement = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Behind:
    """What a point stands for: the affected infusions of some days and of some kind.

    They are those with a side effect (``term_key``; ``None`` for any), or those that fulfil
    ``measured``, where the point is about that. ``first``, ``last``: the days, both included, as
    far as they lie within the filters. The rest are codes and keys of the facts, ``None`` where the
    point holds all; of a chair or a provider :data:`NOT_RECORDED` stands for infusions without.
    ``worst_grade`` and ``serious`` are those of the side effect (for any: the worst of all, and
    whether one was serious); ``hypertension`` only goes with a measured condition.
    """

    term_key: int | None
    first: date
    last: date
    site_key: int | None = None
    chair_key: int | None = None
    provider_key: int | None = None
    number_band: int | None = None
    dose_band: int | None = None
    age_band: int | None = None
    sex: int | None = None
    later_series: int | None = None
    diagnosis_group: int | None = None
    worst_grade: int | None = None
    serious: bool | None = None
    hypertension: int | None = None
    measured: Measured | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """The rows of a list that may be cut, and how many there would be uncut."""

    rows: pd.DataFrame
    total: int


@dataclass(frozen=True, slots=True)
class Compared(Listed):
    """Infusions that are compared, and ``medicines``: who of them had taken what."""

    medicines: pd.DataFrame


def infusions_behind(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    behind: Behind,
    at_most: int = MOST_LISTED,
) -> Listed:
    """The first ``at_most`` infusions of a point: the latest first.

    Of a measured condition the most extreme first (:func:`data_access.measured.most_extreme_first`)
    and of alike ones the latest.

    Columns: ``infusion_key``, ``day``, ``site``, ``phase``, ``number`` (in its series),
    ``mg_per_kg``, ``minutes`` (from its start to its end), ``provider``, ``chair``, ``lot_number``;
    of the side effect (of any: of all together) ``worst_grade`` (0: not graded), ``serious``,
    ``onset`` (minutes from the start), ``passed`` (minutes from the end until the last had passed),
    ``open`` (1: had not passed, and was watched until then), ``odd``
    (:class:`clinical.side_effect_times.Odd`), or of a measured condition :data:`EXTREMES`;
    ``terms``, the names of all side effects of the infusion. What is not known is missing.
    """
    point = _of_point(connection, viewer, filters, behind, "day")
    keys = _first(point, behind.measured, at_most)
    terms = _terms(connection, keys)
    told = connection.execute(_details(connection, keys, behind)).all()
    details = {row.infusion_key: row for row in told}
    rows = [(*details[key], ", ".join(terms[key])) for key in keys.tolist()]
    return Listed(typed_frame(rows, _kinds(behind)), point.rows)


def named_infusions_behind(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    behind: Behind,
    at_most: int = MOST_LISTED,
) -> Listed:
    """:func:`infusions_behind` with the columns of :func:`data_access.treated.with_names`.

    Raises :class:`~access.viewer.NotPermittedError` where the viewer may not see patients.
    """
    require(viewer, Permission.SEE_PATIENTS)
    listed = infusions_behind(connection, viewer, filters, behind, at_most)
    rows = with_names(connection, viewer, listed.rows, "infusions behind a point")
    return replace(listed, rows=rows)


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


_GROUPS = (
    "site_key",
    "chair_key",
    "provider_key",
    "number_band",
    "dose_band",
    "age_band",
    "sex",
    "later_series",
    "diagnosis_group",
    "worst_grade",
    "hypertension",
)


def _groups_of(behind: Behind) -> dict[str, int]:
    """The groups that the point stands for, by their column of the facts."""
    return {name: getattr(behind, name) for name in _GROUPS if getattr(behind, name) is not None}


def _within(filters: Filters, behind: Behind) -> Filters:
    """The filters, kept to the days of the point."""
    return replace(
        filters, start=max(filters.start, behind.first), end=min(filters.end, behind.last)
    )


def _of_point(
    connection: Connection, viewer: Viewer, filters: Filters, behind: Behind, *names: str
) -> Columns:
    """The infusions of a point: their keys, ``names``, and what most_extreme_first asks for."""
    asked = connection, viewer, _within(filters, behind)
    if behind.term_key is not None:
        effects = term_columns(*asked, behind.term_key, *_asked_of_effects(behind), *names)
        return effects.where(_of_effects(effects, behind))
    infusions = infusion_columns(*asked, "infusion_key", *_asked_of(behind), *names)
    return infusions.where(_of_infusions(asked, infusions, behind))


def _asked_of(behind: Behind) -> tuple[str, ...]:
    """The columns of infusions that tell which belong to a point, unless it is about one term."""
    of_it = ("side_effects",) if behind.measured is None else columns_of(behind.measured)
    return (*of_it, *_groups_of(behind))


def _asked_of_effects(behind: Behind) -> tuple[str, ...]:
    """The columns of a side effect that tell which of its infusions belong to a point."""
    serious = () if behind.serious is None else ("serious",)
    return ("infusion_key", *serious, *_groups_of(behind))


def _of_effects(effects: Columns, behind: Behind) -> Mask:
    """Which records of the point's side effect belong to it."""
    mask = _in_groups(effects, behind)
    if behind.serious is not None:
        mask &= effects.packed["serious"] == int(behind.serious)
    return mask


_Asked = tuple[Connection, Viewer, Filters]


def _of_infusions(asked: _Asked, infusions: Columns, behind: Behind) -> Mask:
    """Which infusions belong to a point about any side effect or about what was measured."""
    mask = _in_groups(infusions, behind)
    if behind.measured is not None:
        return mask & fulfils(infusions, behind.measured)
    mask &= is_affected(infusions)
    if behind.serious is not None:
        effects = side_effect_columns(*asked, "infusion_key", "serious")
        any_serious = effects.packed["infusion_key"][effects.packed["serious"] == 1]
        mask &= np.isin(infusions.packed["infusion_key"], any_serious) == behind.serious
    return mask


def _in_groups(found: Columns, behind: Behind) -> Mask:
    mask = np.ones(found.rows, dtype=bool)
    for name, value in _groups_of(behind).items():
        nobody = value == NOT_RECORDED and name in _WITHOUT
        mask &= ~found.known(name) if nobody else found.packed[name] == value
    return mask


_WITHOUT = ("chair_key", "provider_key")
"""Keys that an infusion may lack."""


def _first(point: Columns, measured: Measured | None, at_most: int) -> NDArray[np.int64]:
    """The keys of the infusions that are told first, in order."""
    ways = [-point["infusion_key"], -point["day"]]
    if measured is not None:
        ways.append(most_extreme_first(point, measured))
    foremost = ways[-1]
    if point.rows > at_most:
        # To put the few in order that may be among the first is less work than all.
        near = foremost <= np.partition(foremost, at_most)[at_most]
        point, ways = point.where(near), [way[near] for way in ways]
    found: NDArray[np.int64] = point["infusion_key"][np.lexsort(ways)[:at_most]]
    return found


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
    asked = connection, viewer, _within(filters, behind)
    told_by = _asked_of(behind) if behind.term_key is None else ()
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


def _sides(asked: _Asked, infusions: Columns, behind: Behind) -> tuple[Mask, Mask]:
    """Which infusions are affected, and which are the others."""
    if behind.measured is not None:
        fulfilled = fulfils(infusions, behind.measured)
        others = was_measured(infusions, behind.measured) & ~fulfilled
        return _of_infusions(asked, infusions, behind), others
    recorded = is_recorded(infusions)
    if behind.term_key is None:
        return _of_infusions(asked, infusions, behind), recorded & ~is_affected(infusions)
    effects = term_columns(*asked, behind.term_key, *_asked_of_effects(behind))
    of_point = effects.where(_of_effects(effects, behind))
    affected, with_it = (
        np.isin(infusions.packed["infusion_key"], some.packed["infusion_key"])
        for some in (of_point, effects)
    )
    return affected, recorded & ~with_it


def _details(connection: Connection, keys: NDArray[np.int64], behind: Behind) -> Statement:
    """What :func:`infusions_behind` tells of each infusion, but the names of its side effects."""
    infusions = (
        select(
            InfusionFact.infusion_key,
            InfusionFact.day,
            Site.name,
            InfusionFact.phase,
            InfusionFact.number,
            InfusionFact.mg_per_kg,
            InfusionFact.minutes,
            Provider.name,
            Chair.name,
            Infusion.lot_number,
        )
        .select_from(InfusionFact)
        .join(Infusion, Infusion.infusion_key == InfusionFact.infusion_key)
        .join(Site, Site.site_key == InfusionFact.site_key)
        .outerjoin(Provider, Provider.provider_key == InfusionFact.provider_key)
        .outerjoin(Chair, Chair.chair_key == InfusionFact.chair_key)
        .where(is_among(connection, InfusionFact.infusion_key, keys))
    )
    if behind.measured is not None:
        return infusions.add_columns(*(getattr(InfusionFact, name) for name in EXTREMES))
    told = _told(connection, keys, behind.term_key)
    return infusions.join(told, told.c.infusion_key == InfusionFact.infusion_key).add_columns(
        *(told.c[name] for name in _TOLD)
    )


def _told(connection: Connection, keys: NDArray[np.int64], term_key: int | None) -> Subquery:
    """What is told of the side effect in each infusion, of any of all together."""
    facts = SideEffectFact
    passed = case(
        (func.count(facts.passed_minutes) == func.count(), func.max(facts.passed_minutes))
    )
    times = (
        select(
            facts.infusion_key,
            func.max(facts.worst_grade).label("worst_grade"),
            func.max(facts.serious).label("serious"),
            func.min(facts.onset_minutes).label("onset"),
            passed.label("passed"),
            func.max(facts.open).label("open"),
            func.max(facts.odd).label("odd"),
        )
        .where(is_among(connection, facts.infusion_key, keys))
        .group_by(facts.infusion_key)
    )
    if term_key is not None:
        times = times.where(facts.term_key == term_key)
    return times.subquery()


_TOLD = {
    **dict.fromkeys(("worst_grade", "serious"), "int64"),
    **dict.fromkeys(("onset", "passed"), "Int64"),
    **dict.fromkeys(("open", "odd"), "int64"),
}
EXTREMES = {
    **dict.fromkeys(
        ("peak_systolic", "peak_diastolic", "sustained_systolic", "sustained_diastolic"), "Int64"
    ),
    "systolic_rise": "Int64",
    "lowest_spo2": "float64",
    "deepest_sedation": "Int64",
}
"""The columns of what was measured in an infusion, as in the facts, and their dtypes."""


def _kinds(behind: Behind) -> dict[str, str]:
    """The columns of :func:`infusions_behind` and their dtypes."""
    return {
        **dict.fromkeys(("infusion_key", "day"), "int64"),
        "site": TEXT,
        **dict.fromkeys(("phase", "number"), "int64"),
        "mg_per_kg": "float64",
        "minutes": "Int64",
        **dict.fromkeys(("provider", "chair", "lot_number"), TEXT),
        **(_TOLD if behind.measured is None else EXTREMES),
        "terms": TEXT,
    }


def _terms(connection: Connection, keys: NDArray[np.int64]) -> dict[int, list[str]]:
    """The names of the side effects of some infusions, in alphabetical order."""
    facts = SideEffectFact
    statement = (
        select(facts.infusion_key, Term.name)
        .join(Term, Term.term_key == facts.term_key)
        .where(is_among(connection, facts.infusion_key, keys))
        .order_by(Term.name)
    )
    found: defaultdict[int, list[str]] = defaultdict(list)
    for key, name in connection.execute(statement).all():
        found[key].append(name)
    return found
