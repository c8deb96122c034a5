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
from datetime import date, datetime, timedelta
from math import inf, nan
from typing import Any

import pandas as pd
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    Subquery,
    case,
    exists,
    func,
    literal,
    literal_column,
    select,
    true,
    union_all,
)

from access.viewer import Permission, Viewer, require
from clinical.calendar import day_number
from data_access.filters import Filters
from data_access.frames import TEXT, typed_frame
from data_access.measured import Measured, fulfils, most_extreme_first, was_measured
from data_access.schema import (
    Appointment,
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
from data_access.schema.base import YesNo
from data_access.selection import conditions
from data_access.treated import with_names

MOST_LISTED = 200
"""A list holds so many infusions: the latest, or of a measured condition the most extreme."""
MOST_COMPARED = 2_000
"""About so many infusions at most are compared, drawn evenly: a mean of 1,000 infusions is known to
a thirtieth of their spread, and more would only take longer."""
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
    facts = _facts_of(behind)
    of_point = _of_point(connection, viewer, filters, behind)
    total = _count(connection, of_point)
    extreme = [] if behind.measured is None else most_extreme_first(behind.measured)
    first = of_point.order_by(*extreme, facts.day.desc(), facts.infusion_key.desc()).limit(at_most)
    keys = list(connection.scalars(first))
    terms = _terms(connection, keys)
    details = {row.infusion_key: row for row in connection.execute(_details(keys, behind))}
    rows = [(*details[key], ", ".join(terms[key])) for key in keys]
    return Listed(typed_frame(rows, _kinds(behind)), total)


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
) -> Listed:
    """The affected infusions of a point and the others, a row an infusion, in no order.

    Columns: ``affected`` (bool); ``mg_per_kg``, ``number`` (in its series), ``age`` (years) and
    ``start_delay`` (minutes from the time of the appointment to the start, below 0 where it began
    early), NaN where they are not known; ``phase``, ``sex``, ``later_series``, ``hypertension``
    (codes); ``site_key``, ``provider_key``, ``chair_key`` and ``lot_number``, missing where not
    recorded.

    Where there are more than about ``at_most``, both sides are drawn evenly from all of theirs; the
    total says how many there are.
    """
    drawn, total = _draw(connection, viewer, filters, behind, at_most)
    statement = (
        select(
            drawn.c.affected,
            InfusionFact.mg_per_kg,
            InfusionFact.number,
            *(getattr(InfusionFact, name) for name in (*_CODES, *_KEYS)),
            Infusion.lot_number,
            InfusionFact.day,
            Patient.birth_date,
            Infusion.started_at,
            Appointment.scheduled_start,
        )
        .select_from(drawn)
        .join(InfusionFact, InfusionFact.infusion_key == drawn.c.infusion_key)
        .join(Infusion, Infusion.infusion_key == drawn.c.infusion_key)
        .join(Patient, Patient.patient_key == InfusionFact.patient_key)
        .outerjoin(Appointment, Appointment.appointment_id == Infusion.appointment_id)
    )
    rows = [
        (*row, _age(day, born), _delay(started, planned))
        for *row, day, born, started, planned in connection.execute(statement)
    ]
    return Listed(typed_frame(rows, _COMPARED), total)


_CODES = ("phase", "sex", "later_series", "hypertension")
_KEYS = ("site_key", "provider_key", "chair_key")
_COMPARED = {
    "affected": "bool",
    **dict.fromkeys(("mg_per_kg", "number"), "float64"),
    **dict.fromkeys(_CODES, "int64"),
    **dict.fromkeys(_KEYS, "Int64"),
    "lot_number": TEXT,
    **dict.fromkeys(("age", "start_delay"), "float64"),
}


def co_medications(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    behind: Behind,
    at_most: int = MOST_COMPARED,
) -> pd.DataFrame:
    """Who had taken what on the day of the infusion, among the affected and among the others.

    A row for each class of medicines of the data contract that anybody took. Columns: ``medicine``
    (the class), ``with_it`` of ``n_with`` affected infusions and ``without`` of ``n_without``
    others, on whose day the patient took a medicine of the class. Only infusions of patients for
    whom any medicine is recorded are counted: of the rest it is not known. A medicine without a
    first or a last day counts as taken ever before or ever since. Drawn as
    :func:`infusions_compared`.
    """
    drawn, _ = _draw(connection, viewer, filters, behind, at_most)
    statement = (
        select(drawn.c.affected, InfusionFact.patient_key, InfusionFact.day)
        .select_from(drawn)
        .join(InfusionFact, InfusionFact.infusion_key == drawn.c.infusion_key)
    )
    kinds = {"affected": "bool", "patient_key": "int64", "day": "int64"}
    infusions = typed_frame(connection.execute(statement), kinds)
    medicines = _medicines(connection, infusions["patient_key"].unique().tolist())
    infusions = infusions[infusions["patient_key"].isin(medicines["patient_key"])]
    taken = infusions.reset_index(names="infusion").merge(medicines, on="patient_key")
    taken = taken[taken["day"].between(taken["first"], taken["last"]) & taken["medicine"].notna()]
    taken = taken.drop_duplicates(["infusion", "medicine"])
    sides = {"with_it": taken["affected"], "without": ~taken["affected"]}
    counts = taken.assign(**sides).groupby("medicine", as_index=False)[list(sides)].sum()
    n_with = int(infusions["affected"].sum())
    counts.insert(2, "n_with", n_with)
    return counts.assign(n_without=len(infusions) - n_with)


def _medicines(connection: Connection, patient_keys: Sequence[int]) -> pd.DataFrame:
    """The medicines of some patients, with the day numbers between which they took them."""
    statement = (
        select(Patient.patient_key, Medication.class_, Medication.started_on, Medication.stopped_on)
        .join(Medication, Medication.patient_id == Patient.patient_id)
        .where(Patient.patient_key.in_(patient_keys))
    )
    rows = (
        (key, medicine, _day_or(started, -inf), _day_or(stopped, inf))
        for key, medicine, started, stopped in connection.execute(statement)
    )
    kinds = {"patient_key": "int64", "medicine": TEXT, "first": "float64", "last": "float64"}
    return typed_frame(rows, kinds)


def _day_or(day: date | None, unknown: float) -> float:
    return unknown if day is None else day_number(day)


def _age(day: int, born: date | None) -> float:
    """Age in years on a day."""
    return nan if born is None else (day - day_number(born)) / _DAYS_A_YEAR


_DAYS_A_YEAR = 365.2425


def _delay(started: datetime, planned: datetime | None) -> float:
    """Minutes from the planned time to the start."""
    return nan if planned is None else (started - planned) / timedelta(minutes=1)


def _within(filters: Filters, behind: Behind) -> Filters:
    """The filters, kept to the days of the point."""
    return replace(
        filters, start=max(filters.start, behind.first), end=min(filters.end, behind.last)
    )


_Facts = type[InfusionFact] | type[SideEffectFact]


def _facts_of(behind: Behind) -> _Facts:
    """Where the infusions of a point are found: with one side effect, or by themselves."""
    return InfusionFact if behind.term_key is None else SideEffectFact


def _of_point(
    connection: Connection, viewer: Viewer, filters: Filters, behind: Behind
) -> Statement:
    """The keys of the infusions of a point."""
    facts = _facts_of(behind)
    groups = _of_groups(facts, behind)
    serious = [] if behind.serious is None else [_is_serious(facts, serious=behind.serious)]
    scoped = _scoped(connection, viewer, filters, behind, of_group=bool(groups))
    return select(facts.infusion_key).where(_has_it(behind), *groups, *serious, *scoped)


def _scoped(
    connection: Connection, viewer: Viewer, filters: Filters, behind: Behind, *, of_group: bool
) -> list[ColumnElement[bool]]:
    """The point's days and the filters, for the index in which its infusions lie together.

    That of the counts by the group or the measured value, or of one side effect by week.
    """
    asked = connection, viewer, _within(filters, behind), _facts_of(behind)
    if of_group or behind.measured is not None:
        return conditions(*asked, along_groups=True)
    return conditions(*asked)


def _has_it(behind: Behind) -> ColumnElement[bool]:
    if behind.measured is not None:
        return fulfils(behind.measured)
    if behind.term_key is None:
        return InfusionFact.side_effects > 0
    return SideEffectFact.term_key == behind.term_key


_EQUAL = (
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


def _of_groups(facts: _Facts, behind: Behind) -> list[ColumnElement[bool]]:
    """The groups that the point stands for."""
    found: list[ColumnElement[bool]] = []
    for name in _EQUAL:
        value = getattr(behind, name)
        if value is not None:
            nobody = value == NOT_RECORDED and name in _WITHOUT
            found.append(getattr(facts, name) == (None if nobody else value))
    return found


_WITHOUT = ("chair_key", "provider_key")
"""Keys that an infusion may lack."""


def _is_serious(facts: _Facts, *, serious: bool) -> ColumnElement[bool]:
    if facts is SideEffectFact:
        return SideEffectFact.serious == int(serious)
    any_serious = select(SideEffectFact.infusion_key).where(
        SideEffectFact.serious == literal_column("1")
    )
    among = InfusionFact.infusion_key.in_(any_serious)
    return among if serious else ~among


def _others(
    connection: Connection, viewer: Viewer, filters: Filters, behind: Behind
) -> tuple[Statement, int]:
    """The keys of the other infusions of the same days, and how many.

    Of a side effect they are counted as all recorded ones less those with it: to look for it in
    each of them would take longer.
    """
    is_measured = behind.measured is not None
    within = _within(filters, behind)
    scoped = conditions(connection, viewer, within, InfusionFact, along_groups=is_measured)
    if behind.measured is not None:
        # Of two pressures one may not have been measured: then the condition is not false but null.
        unfulfilled = fulfils(behind.measured).is_not(true())
        others = select(InfusionFact.infusion_key).where(
            was_measured(behind.measured), unfulfilled, *scoped
        )
        return others, _count(connection, others)
    recorded = select(InfusionFact.infusion_key).where(InfusionFact.recorded == 1, *scoped)
    with_it = Behind(behind.term_key, behind.first, behind.last)
    all_with_it = _of_point(connection, viewer, filters, with_it)
    n = _count(connection, recorded) - _count(connection, all_with_it)
    if behind.term_key is None:
        return recorded.where(InfusionFact.side_effects == 0), n
    has_it = exists().where(
        SideEffectFact.infusion_key == InfusionFact.infusion_key,
        SideEffectFact.term_key == behind.term_key,
    )
    return recorded.where(~has_it), n


def _count(connection: Connection, keys: Statement) -> int:
    return connection.scalar(select(func.count()).select_from(keys.subquery())) or 0


def _draw(
    connection: Connection, viewer: Viewer, filters: Filters, behind: Behind, at_most: int
) -> tuple[Subquery, int]:
    """Infusions on both sides as ``affected`` and ``infusion_key``, and how many there are in all.

    Where they are too many, each side may fill half of the room, and what the other leaves of it.
    """
    of_point = _of_point(connection, viewer, filters, behind)
    n_point = _count(connection, of_point)
    others, n_others = _others(connection, viewer, filters, behind)
    room_of_point = max(at_most // 2, at_most - n_others)
    room_of_others = at_most - min(n_point, room_of_point)
    sides = (
        _drawn(of_point, _facts_of(behind), room_of_point, n_point, affected=True),
        _drawn(others, InfusionFact, room_of_others, n_others, affected=False),
    )
    return union_all(*sides).subquery(), n_point + n_others


def _drawn(keys: Statement, facts: _Facts, room: int, n: int, *, affected: bool) -> Statement:
    """About ``room`` of ``n`` infusions, always the same ones."""
    drawn = keys.with_only_columns(literal(affected, YesNo).label("affected"), facts.infusion_key)
    if n <= room:
        return drawn
    # Knuth's multiplicative hash spreads keys evenly, in whatever order they were given.
    place = facts.infusion_key * literal(_SPREAD, BigInteger) % literal(_PLACES, BigInteger)
    return drawn.where(place < room * _PLACES // n)


_SPREAD = 2_654_435_761
_PLACES = 2**32


def _details(keys: Sequence[int], behind: Behind) -> Statement:
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
        .where(InfusionFact.infusion_key.in_(keys))
    )
    if behind.measured is not None:
        return infusions.add_columns(*(getattr(InfusionFact, name) for name in EXTREMES))
    told = _told(keys, behind.term_key)
    return infusions.join(told, told.c.infusion_key == InfusionFact.infusion_key).add_columns(
        *(told.c[name] for name in _TOLD)
    )


def _told(keys: Sequence[int], term_key: int | None) -> Subquery:
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
        .where(facts.infusion_key.in_(keys))
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


def _terms(connection: Connection, keys: Sequence[int]) -> dict[int, list[str]]:
    """The names of the side effects of some infusions, in alphabetical order."""
    facts = SideEffectFact
    statement = (
        select(facts.infusion_key, Term.name)
        .join(Term, Term.term_key == facts.term_key)
        .where(facts.infusion_key.in_(keys))
        .order_by(Term.name)
    )
    found: defaultdict[int, list[str]] = defaultdict(list)
    for key, name in connection.execute(statement):
        found[key].append(name)
    return found
