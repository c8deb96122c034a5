"""However the records arrive, the facts are those of a rebuild (property tests)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, update

from data_access.facts import (
    check_facts,
    rebuild_facts,
    refresh_facts,
    refresh_unassigned_appointments,
)
from data_access.facts.occupancy import OCCUPANCY_TABLES
from data_access.facts.tables import FACT_TABLES, table_of
from data_access.facts.totals import TOTAL_TABLES
from data_access.schema import Assessment, Base, Infusion, Patient, Series, SideEffectFact, Term
from tests.data_access.facts.recorded_clinic import RecordedClinic, at

PATIENTS = 3
TERMS = ("Nausea", "feeling sick", "Foot ache", "dizzy", "DIZZY ")
SITES = ("S1", "S2")


class Record(NamedTuple):
    """One record of a patient: what it is, its hour after 1 March 2026, and its other columns."""

    kind: str
    patient: int
    hour: int
    columns: dict[str, Any]


def records(kind: str, **columns: st.SearchStrategy[Any]) -> st.SearchStrategy[Record]:
    """Records of a kind within a year: intervals on both sides of 14, 28 and 182 days."""
    return st.builds(
        Record,
        st.just(kind),
        st.integers(1, PATIENTS),
        st.integers(0, 400 * 24),
        st.fixed_dictionaries({}, optional=columns),
    )


SITE = st.sampled_from(SITES)
RECORDS = st.lists(
    st.one_of(
        records(
            "infusion",
            site_id=SITE,
            weight_kg=st.sampled_from([50.0, 70.0]),
            sequence_number=st.integers(1, 9),
            series=st.booleans(),
            term=st.sampled_from(TERMS),
            chair_id=st.just("C1"),
            length=st.sampled_from([30, 200, 1500]),
        ),
        records(
            "score",
            total_score=st.integers(0, 21),
            instrument=st.sampled_from(["PHQ-9", "GAD-7"]),
        ),
        records(
            "appointment",
            site_id=SITE,
            nobody=st.booleans(),
            chair_id=st.just("C1"),
            status=st.sampled_from(["booked", "fulfilled", "noshow"]),
            cancelled_before=st.integers(0, 50),
            booked_before=st.integers(0, 50),
        ),
    ),
    max_size=12,
    unique_by=lambda record: record[:3],  # at most one of a kind at a time, so that none is tied
)


@contextmanager
def fresh_clinic(connection: Connection) -> Iterator[RecordedClinic]:
    """A clinic with patients and one series each that the clinic gave; gone afterwards."""
    with connection.begin_nested() as savepoint:
        clinic = RecordedClinic(connection)
        for patient in range(1, PATIENTS + 1):
            clinic.patient(site_id="S1" if patient == 1 else None)
            clinic.series(patient, "maintenance", date(2026, 5, 1), planned_infusions=4)
        yield clinic
        savepoint.rollback()


def write(clinic: RecordedClinic, record: Record) -> None:
    """Add one record to the clinic."""
    columns = dict(record.columns)
    time = at(0) + timedelta(hours=record.hour)
    if record.kind == "infusion":
        term = columns.pop("term", None)
        if columns.pop("series", False):
            columns["series_id"] = f"X{record.patient}"
        if "length" in columns:
            columns["discharged_at"] = time + timedelta(minutes=columns.pop("length"))
        infusion = clinic.infusion(record.patient, time, **columns)
        clinic.vitals(infusion, time, systolic_mmhg=120)
        if term is not None:
            clinic.side_effect(infusion, term, grade=1)
    elif record.kind == "score":
        clinic.score(record.patient, time, columns.pop("total_score", 12), **columns)
    else:
        nobody = columns.pop("nobody", False)
        for name in ("booked", "cancelled"):
            if f"{name}_before" in columns:
                columns[f"{name}_at"] = time - timedelta(hours=columns.pop(f"{name}_before"))
        if "cancelled_at" in columns:
            columns["status"] = "cancelled"
        clinic.appointment(time, patient_id=None if nobody else f"P{record.patient}", **columns)


def snapshot(clinic: RecordedClinic) -> dict[str, list[Any]]:
    """Everything that is derived."""
    derived: tuple[type[Base], ...] = (
        *FACT_TABLES,
        *TOTAL_TABLES,
        *OCCUPANCY_TABLES,
        Series,
        Infusion,
        Term,
    )
    return {model.__tablename__: clinic.rows(model) for model in derived}


STEADY = settings(
    max_examples=15,
    deadline=None,
    # The connection is shared, but every example leaves it as it was.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@STEADY
@given(batches=st.lists(RECORDS, max_size=3), order=st.permutations(range(1, PATIENTS + 1)))
def test_refreshes_in_any_order_give_what_a_rebuild_gives(connection, batches, order):
    with fresh_clinic(connection) as clinic:
        for batch in batches:
            for record in batch:
                write(clinic, record)
            for patient in order:
                refresh_facts(connection, [patient])
            refresh_unassigned_appointments(connection)
        refresh_facts(connection, order)
        refreshed = snapshot(clinic)
        assert check_facts(connection) == []
        rebuild_facts(connection)
        assert snapshot(clinic) == refreshed


@STEADY
@given(batch=RECORDS, data=st.data())
def test_edits_give_what_a_rebuild_gives(connection, batch, data):
    with fresh_clinic(connection) as clinic:
        for record in batch:
            write(clinic, record)
        rebuild_facts(connection)
        infusions = [key for (key,) in clinic.rows(Infusion, "infusion_key")]
        touched: set[int] = set()
        for key in data.draw(st.sets(st.sampled_from(infusions or [0]), max_size=3)):
            touched.update(move_infusion(clinic, key, data.draw(st.integers(-400, 400))))
        for patient in data.draw(st.sets(st.integers(1, PATIENTS), max_size=2)):
            change_patient(clinic, patient)
            touched.add(patient)
        refresh_facts(connection, touched)
        refreshed = snapshot(clinic)
        assert check_facts(connection) == []
        rebuild_facts(connection)
        assert snapshot(clinic) == refreshed


def move_infusion(clinic: RecordedClinic, key: int, days: int) -> set[int]:
    """Give an infusion another day and, where its series is derived, another patient."""
    found = clinic.rows(Infusion, "patient_id", "started_at", "series_derived", infusion_key=key)
    if not found:
        return set()
    patient_id, started_at, derived = found[0]
    patient = int(patient_id[1:])
    other = patient % PATIENTS + 1 if derived else patient
    clinic.connection.execute(
        update(Infusion)
        .where(Infusion.infusion_key == key)
        .values(patient_id=f"P{other}", started_at=started_at + timedelta(days=days))
    )
    return {patient, other}


def change_patient(clinic: RecordedClinic, patient: int) -> None:
    """Give a patient another site and diagnosis, and other totals."""
    connection, patient_id = clinic.connection, f"P{patient}"
    connection.execute(
        update(Patient)
        .where(Patient.patient_key == patient)
        .values(site_id="S2", primary_diagnosis="F31.4", birth_date=date(1990, 6, 1))
    )
    connection.execute(
        update(Assessment).where(Assessment.patient_id == patient_id).values(total_score=3)
    )


@STEADY
@given(batch=RECORDS, data=st.data())
def test_the_order_of_arrival_leaves_no_trace(connection, batch, data):
    """The same records in another order, one by one: the same facts but for surrogate keys."""
    shuffled = data.draw(st.permutations(batch))
    with fresh_clinic(connection) as clinic:
        for record in batch:
            write(clinic, record)
        rebuild_facts(connection)
        at_once = facts_by_meaning(clinic)
    with fresh_clinic(connection) as clinic:
        for record in shuffled:
            write(clinic, record)
            refresh_facts(connection, [record.patient])
        refresh_facts(connection, range(1, PATIENTS + 1))
        refresh_unassigned_appointments(connection)
        assert facts_by_meaning(clinic) == at_once


RECORD_KEYS = {"infusion_key", "assessment_key", "appointment_key"}


def facts_by_meaning(clinic: RecordedClinic) -> dict[str, list[str]]:
    """The fact rows without the keys of records, sorted; series and terms by their names."""
    series = dict(clinic.rows(Series, "series_key", "series_id"))
    terms = dict(clinic.rows(Term, "term_key", "name"))
    facts = {}
    for model in (*FACT_TABLES, *TOTAL_TABLES, *OCCUPANCY_TABLES):
        columns = [
            column.name for column in table_of(model).columns if column.name not in RECORD_KEYS
        ]
        rows = [dict(zip(columns, row, strict=True)) for row in clinic.rows(model, *columns)]
        for row in rows:
            if row.get("series_key") is not None:
                row["series_key"] = series[row["series_key"]]
            if model is SideEffectFact:
                row["term_key"] = terms[row["term_key"]]
        facts[model.__tablename__] = sorted(map(str, rows))
    return facts
