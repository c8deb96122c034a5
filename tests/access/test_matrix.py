"""Who may ask what: every query function of ``data_access``, every role, and what each is refused.

:data:`MATRIX` is written by hand; the functions are found by walking the package. A function that
is not in the table, or a row without a function, is a fault.
"""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from inspect import isfunction, signature
from pkgutil import walk_packages
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine, event

import data_access
from access.roles import ROLES, RoleName
from access.standing import Limits
from access.viewer import LOCAL_VIEWER, NotPermittedError, Permission, Viewer
from benchmarks.queries import QUERIES
from benchmarks.scenario import Scenario, scenarios
from clinical.codes import Phase
from clinical.instruments import PHQ9
from clinical.release import Release
from data_access import (
    audit,
    audit_trail,
    audit_unusual,
    columns,
    handles,
    health,
    points,
    rebases,
    released,
    side_effect_counts,
    side_effects,
    user_sessions,
    users,
)
from data_access.engine import make_engine, reading, writing
from data_access.schema import Base, SideEffectFact
from data_access.thresholds import Signature
from tests.access.two_sites import (
    BASELINE,
    BIRTH_YEAR,
    FREE_TEXT,
    MARK,
    NAMES,
    TODAY,
    WEST_INFUSION,
    WEST_PATIENT,
    fill,
)

P = Permission

MATRIX: dict[Permission, str] = {
    P.OPEN: """
        sites.closures sites.opening_hours sites.site_ids sites.site_names status.clinic_status
    """,
    P.SEE_TOTALS: """
        appointment_access.bookings appointment_access.chairs_by_site
        appointment_access.induction_courses appointment_access.planned_lengths
        appointment_access.ways
        appointment_attendance.attendance_by_slot appointment_attendance.attendance_by_week
        appointment_attendance.attendance_in_all appointment_attendance.freed_slots
        appointment_calendar.appointments_on_days appointment_calendar.calendar_sites
        appointment_calendar.chair_minutes_on_days appointment_calendar.freed_slots_by_week
        appointment_calendar.infusions_by_week appointment_calendar.new_starts_by_week
        appointment_calendar.overruns_by_week
        appointment_capacity.booked_on_closures appointment_capacity.chairs_used
        appointment_capacity.count_too_long appointment_capacity.count_without_chair
        appointment_capacity.freed_minutes appointment_capacity.hours_used
        appointment_capacity.latest_stays appointment_capacity.missed_minutes
        appointment_capacity.overruns_by_cause
        appointment_coming.ahead appointment_coming.bookings_as_they_stood
        appointment_coming.induction_courses appointment_coming.infusions_by_lead
        appointment_coming.maintenance_by_site appointment_coming.outcomes_by_booking
        appointment_coming.starts_by_site appointment_coming.starts_by_week
        appointment_volume.appointment_providers appointment_volume.appointments_of_providers
        appointment_volume.appointments_of_sites appointment_volume.first_appointment_day
        appointment_volume.volume_by_day appointment_volume.volume_by_provider
        appointment_volume.volume_by_site appointment_volume.volume_by_week
        appointment_what_if.booked_work appointment_what_if.chair_time_by_day
        appointment_what_if.infusions_by_week appointment_what_if.places appointment_what_if.stays
        day.chair_times day.chairs
        health.check_health
        selection.count_infusions
        side_effect_groups.chair_names side_effect_groups.provider_names
        thresholds.read_thresholds
        today.active_patients today.appointments_by_hour today.given_by_day
        today.patients_by_window
    """,
    P.SEE_RATES: """
        released.outcome_release released.side_effect_release
    """,
    P.SEE_CLINICAL: """
        appointment_attendance.cancellation_reasons
        appointments_behind.appointments_behind
        cohort.measures_in_use
        columns.read_columns
        day.visits
        expected.comparable_scores expected.later_responses
        infusions_behind.infusions_behind infusions_compared.infusions_compared
        outcome_groups.group_mix outcome_groups.group_scores outcome_groups.group_starts
        outcome_how_long.response_spans
        outcome_how_soon.first_day_counts outcome_how_soon.times_to
        outcome_more.baselines_by_measure outcome_more.scores_by_measure
        outcome_published.after_induction_counts outcome_published.after_infusion_counts
        outcome_thoughts.thought_baselines outcome_thoughts.thoughts_and_mood
        outcomes.score_counts outcomes.start_counts
        patients.caseload_totals patients.instruments_in_use patients.scores_by_infusion
        rebases.rebases
        serious_events.serious_events serious_events.stopped_by_reason
        serious_events.stopped_infusions
        points.of_point
        side_effect_counts.infusion_columns side_effect_counts.recorded_by_day
        side_effect_counts.recorded_columns
        side_effect_counts.side_effect_columns side_effect_counts.term_columns
        side_effect_groups.infusions_by_person side_effect_groups.infusions_by_place
        side_effect_groups.infusions_by_provider side_effect_groups.term_by_person
        side_effect_groups.term_by_place side_effect_groups.term_by_provider
        side_effect_records.records_by_week
        side_effect_times.chair_minutes_by_site_and_phase side_effect_times.chair_minutes_by_term
        side_effect_times.odd_times side_effect_times.onset_and_lasted
        side_effect_times.passed_minutes
        side_effect_trends.events_of_term side_effect_trends.infusions_by_site_week
        side_effect_trends.infusions_by_week side_effect_trends.term_by_week
        side_effect_trends.terms_by_site_week side_effect_trends.terms_by_week
        side_effects.all_terms side_effects.count_patients side_effects.count_serious
        side_effects.patients_by_term side_effects.terms_by_grade
        thresholds.threshold_history
        today.complete_records today.infusions_by_day today.terms_recently_and_before
        vital_signs.limit_counts vital_signs.patients_over_limits
        vital_signs.recorded_hypertension vital_signs.rise_counts vital_signs.vital_sample
    """,
    P.SEE_PATIENTS: """
        appointment_access.named_people_behind
        appointments_behind.named_appointments_behind
        attention.people attention.watched_among attention.watched_patients
        courses_behind.named_courses_behind
        day.named_visits
        exposure.patient_checks exposure.patient_doses
        handles.handle_of_patient handles.patient_of_handle
        infusions_behind.named_infusions_behind
        one_infusion.infusion_measures one_infusion.side_effect_times one_infusion.vital_signs
        one_patient.find_patient one_patient.patient_baselines one_patient.patient_infusions
        one_patient.patient_scores one_patient.patient_series one_patient.patient_side_effects
        patient_items.patient_items
        patients.caseload_page patients.caseload_providers patients.caseload_size
        today.appointment_list
        treated.with_names
    """,
    P.EXPORT_PATIENTS: "audit.export",
    P.DECIDE_LIMITS: "rebases.decide_rebase rebases.withdraw_rebase",
    P.MANAGE_USERS: """
        user_sessions.end_sessions_of_user user_sessions.sessions_of_users
        users.add_user users.disable_user users.enable_user users.list_users users.set_role
    """,
    P.READ_AUDIT: """
        audit_trail.entry_count audit_trail.entry_page audit_trail.exported_trail
        audit_trail.find_patients audit_trail.opened_by_person audit_trail.patient_names
        audit_trail.patients_of_entry audit_trail.people_of_trail audit_trail.person_days
        audit_trail.trail_head audit_trail.who_looked
        audit_unusual.unusual_looks
    """,
}
"""What each function asks for, without ``data_access.`` before it."""

NO_QUERIES = {
    # They make conditions, and ask for what the query that uses them asks for.
    *("cohort.in_cohort", "selection.conditions", "selection.scope", "selection.along_months"),
    *("selection.in_each_site", "selection.scope_in_each_site"),
    # They say which sites are meant, and read nothing else.
    *("selection.permitted_site_keys", "selection.of_permitted_sites"),
    "selection.spans_every_site",
    # What every query about one patient goes through, which asks for it.
    "one_patient.about_patient",
    # It takes rights away.
    "reporting_roles.assume",
    # They write that something was shown or refused, whoever it was.
    *("audit.append", "audit.note", "audit.disclose", "audit.disclose_record"),
    *("audit.is_same_look", "audit.read_trail", "audit.refuse_record"),
    # It brings records in, from the terminal, and is told for whom.
    "csv_files.importer.import_folder",
}
"""Functions that take a viewer and give nothing back about the clinic."""

NEEDED: dict[Permission, frozenset[Permission]] = {
    **{each: frozenset({each}) for each in Permission},
    # Each with what it is built on: thresholds, then single visits, then whose they are.
    P.SEE_TOTALS: frozenset({P.OPEN, P.SEE_TOTALS}),
    P.SEE_CLINICAL: frozenset({P.SEE_TOTALS, P.SEE_CLINICAL}),
    P.SEE_PATIENTS: frozenset({P.SEE_TOTALS, P.SEE_CLINICAL, P.SEE_PATIENTS}),
}
"""With a permission these are enough; each role that has it has these too."""

SAYS_NOTHING_OF_PATIENTS = {
    "audit_entries",
    "audit_head",
    "audit_people",
    "chairs",
    "clinic_settings",
    "closures",
    "import_runs",
    "opening_hours",
    "providers",
    "rebases",
    "sessions",
    "sites",
    "threshold_changes",
    "user_sites",
    "users",
}
"""The tables that may be read before a viewer is refused."""


def matrix() -> dict[str, Permission]:
    """The table by function."""
    rows = [(name, needed) for needed, names in MATRIX.items() for name in names.split()]
    assert len(dict(rows)) == len(rows), "none twice"
    return dict(rows)


def functions() -> dict[str, Callable[..., Any]]:
    """Every public function of the package that takes a viewer."""
    found: dict[str, Callable[..., Any]] = {}
    for module in walk_packages(data_access.__path__, "data_access."):
        if ".migrations" in module.name or module.name.endswith("__main__"):
            continue
        for name, value in vars(import_module(module.name)).items():
            if (
                isfunction(value)
                and not name.startswith("_")
                and value.__module__ == module.name
                and "viewer" in signature(value).parameters
            ):
                found[f"{module.name.removeprefix('data_access.')}.{name}"] = value
    return found


def test_every_function_is_in_the_table_and_every_row_is_a_function():
    assert set(matrix()) | NO_QUERIES == set(functions())
    assert not set(matrix()) & NO_QUERIES


def test_each_role_that_has_a_permission_has_what_comes_with_it():
    for role in ROLES.values():
        for permission in role.permissions:
            assert NEEDED[permission] <= role.permissions


# --- how each function is called --------------------------------------------------------------

NOW = datetime(2026, 6, 30, 16, tzinfo=UTC)
_TRAIL = audit_trail.TrailFilter(datetime(2026, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC))
_SIGNED = Signature("Dr Ash", NOW, "The rate has changed for good")
_NORTH_NAUSEA = rebases.RebaseAt("Nausea", "S1", TODAY)
_STANDING = replace(_NORTH_NAUSEA, from_day=TODAY.replace(month=4, day=1))
_LIMITS = Limits(idle=timedelta(minutes=15), absolute=timedelta(hours=12))
_PERSON, _DISABLED = "ben@clinic.example", "cy@clinic.example"
_ZONE = ZoneInfo("America/New_York")

Call = Callable[[Connection, Viewer, Scenario], Any]


def _told_of(release: Release) -> Release:
    """A release without the side effects of which it has no count: nobody is told of them."""
    events = {name: counts for name, counts in release.events.items() if counts}
    return replace(release, events=events)


CALLS: dict[str, Call] = {
    "audit.export": lambda c, v, a: audit.export(c, v, "caseload", [a.patient.key]),
    "audit_trail.entry_count": lambda c, v, _: audit_trail.entry_count(c, v, _TRAIL),
    "audit_trail.entry_page": lambda c, v, _: audit_trail.entry_page(c, v, _TRAIL, 1, "the trail"),
    "audit_trail.exported_trail": lambda c, v, _: audit_trail.exported_trail(c, v, _TRAIL),
    "audit_trail.find_patients": lambda c, v, _: audit_trail.find_patients(c, v, NAMES[0]),
    "audit_trail.opened_by_person": lambda c, v, _: audit_trail.opened_by_person(
        c, v, replace(_TRAIL, who="terminal")
    ),
    "audit_trail.patient_names": lambda c, v, _: audit_trail.patient_names(c, v, range(1, 7)),
    "audit_trail.patients_of_entry": lambda c, v, _: audit_trail.patients_of_entry(c, v, 1),
    "audit_trail.people_of_trail": lambda c, v, _: audit_trail.people_of_trail(c, v),
    "audit_trail.person_days": lambda c, v, _: audit_trail.person_days(
        c, v, replace(_TRAIL, who="terminal"), _ZONE
    ),
    "audit_trail.trail_head": lambda c, v, _: audit_trail.trail_head(c, v),
    "audit_trail.who_looked": lambda c, v, a: audit_trail.who_looked(
        c, v, replace(_TRAIL, patient_key=a.patient.key)
    ),
    "audit_unusual.unusual_looks": lambda c, v, _: audit_unusual.unusual_looks(
        c, v, _TRAIL.start, _TRAIL.end, _ZONE
    ),
    "columns.read_columns": lambda c, v, a: columns.read_columns(
        c, v, a.filters, SideEffectFact, ("patient_key", "site_key", "term_key")
    ),
    "health.check_health": lambda c, v, _: health.check_health(c, v),
    "rebases.decide_rebase": lambda c, v, _: rebases.decide_rebase(c, v, _NORTH_NAUSEA, _SIGNED),
    "rebases.withdraw_rebase": lambda c, v, _: rebases.withdraw_rebase(c, v, _STANDING, _SIGNED),
    "released.outcome_release": lambda c, v, a: released.outcome_release(c, v, a.today),
    "released.side_effect_release": lambda c, v, a: _told_of(
        released.side_effect_release(c, v, a.today)
    ),
    "points.of_point": lambda c, v, a: points.of_point(
        c, v, a.filters, points.Behind(None, a.filters.start, a.filters.end), "patient_key"
    ),
    "side_effect_counts.infusion_columns": lambda c, v, a: side_effect_counts.infusion_columns(
        c, v, a.filters, "patient_key", "day"
    ),
    "side_effect_counts.recorded_by_day": lambda c, v, a: side_effect_counts.recorded_by_day(
        c, v, a.filters
    ),
    "side_effect_counts.recorded_columns": lambda c, v, a: side_effect_counts.recorded_columns(
        c, v, a.filters, "patient_key", "day"
    ),
    "side_effect_counts.side_effect_columns": (
        lambda c, v, a: side_effect_counts.side_effect_columns(c, v, a.filters, "patient_key")
    ),
    "side_effect_counts.term_columns": lambda c, v, a: side_effect_counts.term_columns(
        c, v, a.filters, a.term_key, "patient_key"
    ),
    "user_sessions.end_sessions_of_user": lambda c, v, _: user_sessions.end_sessions_of_user(
        c, v, _PERSON, NOW
    ),
    "user_sessions.sessions_of_users": lambda c, v, _: user_sessions.sessions_of_users(
        c, v, _LIMITS, NOW
    ),
    "users.add_user": lambda c, v, _: users.add_user(c, v, "new@clinic.example", "nurse", ["S1"]),
    "users.disable_user": lambda c, v, _: users.disable_user(c, v, _PERSON, now=NOW),
    "users.enable_user": lambda c, v, _: users.enable_user(c, v, _DISABLED, now=NOW),
    "users.list_users": lambda c, v, _: users.list_users(c, v),
    "users.set_role": lambda c, v, _: users.set_role(c, v, _PERSON, "clinician", ["S1"], now=NOW),
}
"""How those are called that no page's benchmark calls."""

WRITES = {name for name in CALLS if name.startswith("users.") and name != "users.list_users"} | {
    "rebases.decide_rebase",
    "rebases.withdraw_rebase",
    "user_sessions.end_sessions_of_user",
}
"""They want a write transaction, which is undone here."""


@contextmanager
def asking_as(viewer: Viewer) -> Iterator[None]:
    """Let the calls of the benchmarks ask as this viewer."""
    modules = [
        module
        for name, module in list(sys.modules.items())
        if name.startswith("benchmarks.") and hasattr(module, "VIEWER")
    ]
    before = [module.VIEWER for module in modules]
    try:
        for module in modules:
            module.VIEWER = viewer  # type: ignore[attr-defined]
        yield
    finally:
        for module, old in zip(modules, before, strict=True):
            module.VIEWER = old  # type: ignore[attr-defined]


_WORD = re.compile(r"\w+")
_MEASURED = {query.name: query for query in QUERIES}


class UndoneError(Exception):
    """Ends a write transaction without a trace."""


@dataclass
class Clinic:
    """A clinic, what is asked of it, and what reached its tables."""

    engine: Engine
    asked: Scenario
    read: set[str]

    def call(self, name: str, viewer: Viewer, asked: Scenario | None = None) -> Any:
        """What a function gives this viewer. A write is undone."""
        if name not in WRITES:
            with reading(self.engine) as connection:
                return self._ask(connection, name, viewer, asked or self.asked)
        given = []
        with suppress(UndoneError), writing(self.engine) as connection:
            given.append(self._ask(connection, name, viewer, asked or self.asked))
            raise UndoneError
        return given[0]

    def _ask(self, connection: Connection, name: str, viewer: Viewer, asked: Scenario) -> Any:
        self.read.clear()
        if name in CALLS:
            return CALLS[name](connection, viewer, asked)
        with asking_as(viewer):
            return _MEASURED[name].run(connection, asked)


def _make(url: str, *, west: bool) -> Clinic:
    engine = make_engine(url)
    with writing(engine) as connection:
        fill(connection, west=west)
        users.add_user(connection, LOCAL_VIEWER, "ada@clinic.example", "administrator", now=NOW)
        users.add_user(connection, LOCAL_VIEWER, _PERSON, "nurse", ["S1"], now=NOW)
        users.add_user(connection, LOCAL_VIEWER, _DISABLED, "nurse", ["S1"], now=NOW)
        users.disable_user(connection, LOCAL_VIEWER, _DISABLED, now=NOW)
    with reading(engine) as connection:
        asked = scenarios(connection)[1]
    patient = replace(asked.patient, phase=Phase.INDUCTION, band=PHQ9.band(BASELINE) or 0)
    clinic = Clinic(engine, replace(asked, patient=patient), set())

    @event.listens_for(engine, "before_cursor_execute")
    def _note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        clinic.read |= set(_WORD.findall(statement)) & set(Base.metadata.tables)

    return clinic


@pytest.fixture(scope="module")
def clinic(make_database: Callable[[str], str]) -> Iterator[Clinic]:
    """The clinic with both sites."""
    made = _make(make_database("sqlite"), west=True)
    yield made
    made.engine.dispose()


@pytest.fixture(scope="module")
def only_north(make_database: Callable[[str], str]) -> Iterator[Clinic]:
    """The same clinic as it would be without the West."""
    made = _make(make_database("sqlite"), west=False)
    yield made
    made.engine.dispose()


# --- what each viewer is given ----------------------------------------------------------------


def viewer_with(permissions: frozenset[Permission], name: str) -> Viewer:
    return Viewer(name, permissions, session=name)


def check(clinic: Clinic, name: str, needed: Permission) -> None:
    """That a function asks for this permission and for nothing else."""
    enough = NEEDED[needed]
    everything = frozenset(Permission)
    for role in ROLES.values():
        allowed = enough <= role.permissions
        _check(clinic, name, viewer_with(role.permissions, role.name), allowed=allowed)
    _check(clinic, name, viewer_with(enough, "just enough"), allowed=True)
    _check(clinic, name, viewer_with(everything - {needed}, "all but it"), allowed=False)
    _check(clinic, name, viewer_with(frozenset(), "nobody"), allowed=False)


def _check(clinic: Clinic, name: str, viewer: Viewer, *, allowed: bool) -> None:
    try:
        clinic.call(name, viewer)
    except NotPermittedError:
        assert not allowed, f"{name} refuses {viewer.name}"
        told_of = clinic.read - SAYS_NOTHING_OF_PATIENTS
        assert not told_of, f"{name} reads {told_of} before it refuses {viewer.name}"
    else:
        assert allowed, f"{name} lets {viewer.name} in"


@pytest.mark.parametrize("name", sorted(matrix()))
def test_each_function_asks_for_its_permission_and_for_nothing_else(clinic: Clinic, name: str):
    check(clinic, name, matrix()[name])


@pytest.mark.parametrize(
    "name",
    [
        "sites.site_names",
        "selection.count_infusions",
        "released.side_effect_release",
        "day.visits",
        "patients.caseload_page",
        "users.set_role",
        "audit_trail.find_patients",
    ],
)
def test_any_other_cell_in_the_table_would_be_found(clinic: Clinic, name: str):
    for other in set(Permission) - {matrix()[name]}:
        with pytest.raises(AssertionError):
            check(clinic, name, other)


# --- nothing of another site ------------------------------------------------------------------

SEES_NORTH = replace(LOCAL_VIEWER, site_ids=frozenset({"S1"}), session="north")

OF_EVERY_SITE = {
    "health.check_health": "counts the rows of whole tables; for the terminal",
    "released.outcome_release": "goes by blocks of the whole clinic",
    "released.side_effect_release": "goes by blocks of the whole clinic",
    "audit_trail.entry_count": "the trail is one for all sites",
    "audit_trail.entry_page": "the trail is one for all sites",
    "audit_trail.exported_trail": "the trail is one for all sites",
    "audit_trail.patients_of_entry": "the trail is one for all sites",
    "audit_trail.people_of_trail": "the trail is one for all sites",
    "audit_trail.person_days": "the trail is one for all sites",
    "audit_trail.opened_by_person": "the trail is one for all sites",
    "audit_trail.trail_head": "the trail is one for all sites",
    "audit_trail.who_looked": "the trail is one for all sites",
    "audit_unusual.unusual_looks": "the trail is one for all sites",
}
"""What counts more than the viewer's sites, and why; it names nobody of another site."""


def told(given: Any) -> Any:
    """An answer as plain values, whatever it is made of."""
    if isinstance(given, pd.DataFrame):
        return {"rows": given.to_dict("split")}
    if isinstance(given, pd.Series):
        return given.tolist()
    if is_dataclass(given) and not isinstance(given, type):
        return {name: told(getattr(given, name)) for name in given.__dataclass_fields__}
    if isinstance(given, dict):
        return {key: told(value) for key, value in given.items()}
    if isinstance(given, list | tuple | set | frozenset):
        return [told(each) for each in given]
    return given


def about_the_west(asked: Scenario, handle: str, term_key: int) -> Iterator[Scenario]:
    """Questions that name the other site, a patient of it, and what happened only there."""
    yield asked
    yield replace(asked, filters=replace(asked.filters, site_ids=("S2",)), site_key=2)
    keys = range(WEST_PATIENT, WEST_PATIENT + 3)
    yield replace(
        asked,
        patient=replace(asked.patient, key=WEST_PATIENT, infusion_key=WEST_INFUSION, handle=handle),
        page=tuple(keys),
        listed=tuple(range(WEST_INFUSION, 2 * WEST_INFUSION - 1)),
        term_key=term_key,
    )


@pytest.fixture(scope="module")
def questions(clinic: Clinic) -> list[Scenario]:
    with reading(clinic.engine) as connection:
        handle = handles.handle_of_patient(connection, LOCAL_VIEWER, WEST_PATIENT)
        terms = side_effects.all_terms(connection, LOCAL_VIEWER)
    (term_key,) = terms.loc[terms["term"].str.contains(MARK, case=False), "term_key"]
    assert handle
    return list(about_the_west(clinic.asked, handle, int(term_key)))


@pytest.mark.parametrize("name", sorted(set(matrix()) - WRITES))
def test_who_sees_one_site_learns_nothing_of_another(
    clinic: Clinic, only_north: Clinic, questions: list[Scenario], name: str
):
    for asked in questions:
        of_both = told(clinic.call(name, SEES_NORTH, asked))
        assert MARK.lower() not in repr(of_both).lower()
        if name not in OF_EVERY_SITE:
            assert repr(of_both) == repr(told(only_north.call(name, SEES_NORTH, asked)))


ALIKE_IN_BOTH = {
    # The program's, or both clinics' alike.
    *("audit.export", "sites.site_ids", "sites.site_names", "status.clinic_status"),
    *("rebases.rebases", "thresholds.read_thresholds", "thresholds.threshold_history"),
    *("cohort.measures_in_use", "patients.instruments_in_use"),
    *("user_sessions.sessions_of_users", "users.list_users"),
}


def test_whoever_sees_every_site_is_told_of_both(
    clinic: Clinic, only_north: Clinic, questions: list[Scenario]
):
    """Else the test above would find nothing, whatever a query forgot."""
    for name in set(matrix()) - WRITES - set(OF_EVERY_SITE) - ALIKE_IN_BOTH:
        assert any(
            repr(told(clinic.call(name, LOCAL_VIEWER, asked)))
            != repr(told(only_north.call(name, LOCAL_VIEWER, asked)))
            for asked in questions
        ), f"{name} says the same of one site as of both"
    for name in ("sites.site_names", "day.chairs", "patients.caseload_page", "rebases.rebases"):
        assert MARK in repr(told(clinic.call(name, LOCAL_VIEWER)))


# --- what a manager is given --------------------------------------------------------------

MANAGER = Viewer("manager", ROLES[RoleName.MANAGER].permissions, session="manager")
LEADS_TO_SOMEBODY = {
    *("patient_id", "mrn", "handle", "given_name", "family_name", "birth_date"),
    *("appointment_id", "appointment_key", "infusion_id", "infusion_key", "series_key"),
}


@pytest.mark.parametrize(
    "name", [name for name, needed in matrix().items() if needed in MANAGER.permissions]
)
def test_a_manager_is_given_no_name_no_number_and_no_free_text(clinic: Clinic, name: str):
    answer = repr(told(clinic.call(name, MANAGER)))
    for mark in (*NAMES, FREE_TEXT, str(BIRTH_YEAR)):
        assert mark not in answer
    for column in LEADS_TO_SOMEBODY:
        assert f"'{column}'" not in answer


def test_the_marks_would_be_found(clinic: Clinic):
    named = repr(told(clinic.call("one_patient.find_patient", LOCAL_VIEWER)))
    assert all(mark in named for mark in (*NAMES, str(BIRTH_YEAR)))
    assert FREE_TEXT in repr(told(clinic.call("serious_events.stopped_by_reason", LOCAL_VIEWER)))
