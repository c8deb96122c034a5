"""Reading the trail, by hand: who looked at whom, in which order, and that the reading is noted."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine, select

from access.actions import Action, Outcome
from access.viewer import NotPermittedError, Permission
from data_access import audit_trail as trail
from data_access.audit import Entry, append, chain_hash
from data_access.audit_trail import TrailFilter
from data_access.engine import appending, make_engine, reading, writing
from data_access.schema import AuditEntry, AuditPerson
from tests.data_access.trail_clinic import ADA, BEN, CEM, END, HOSTILE, OLGA, START, fill
from tests.postgres_server import PostgresDatabases

NEW_YORK = ZoneInfo("America/New_York")
YEAR = TrailFilter(START, END)
EVER = TrailFilter(datetime(2020, 1, 1, tzinfo=UTC), END)
OFFICER = replace(
    OLGA, permissions=frozenset({Permission.OPEN, Permission.READ_AUDIT}), session="now"
)


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def engine(request: pytest.FixtureRequest, make_database: Callable[[str], str]) -> Iterator[Engine]:
    """The clinic with its trail; one for all tests. What they read is noted later than END."""
    url = make_database(request.param)
    engine = make_engine(url)
    with writing(engine) as connection:
        fill(connection)
    if request.param == "sqlite":
        yield engine
        engine.dispose()
        return
    databases: PostgresDatabases = request.getfixturevalue("postgres_databases")
    yield engine
    engine.dispose()
    databases.give_back(url)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with reading(engine) as reader:
        yield reader


def page(connection: Connection, asked: TrailFilter, number: int = 1) -> pd.DataFrame:
    return trail.entry_page(connection, OFFICER, asked, number, "the trail")


def last_noted(engine: Engine) -> tuple[Any, list[int]]:
    """The last entry of the trail, and whom it is about."""
    with reading(engine) as connection:
        entry = connection.execute(
            select(AuditEntry).order_by(AuditEntry.entry_key.desc()).limit(1)
        ).one()
        people = connection.scalars(
            select(AuditPerson.patient_key).where(AuditPerson.entry_key == entry.entry_key)
        ).all()
    return entry, sorted(people)


def test_who_looked_at_a_patient(connection: Connection):
    found = trail.who_looked(connection, OFFICER, replace(YEAR, patient_key=1))
    march = datetime(2026, 3, 1, 14, tzinfo=UTC)
    assert found["who"].tolist() == [ADA.name, BEN.name, CEM.name]  # Olga read the trail only
    assert found["full_name"].tolist()[:2] == ["Ada Müller", HOSTILE]
    assert pd.isna(found["full_name"].iloc[2])
    assert found["role"].tolist() == ["clinician", "nurse", "clinician"]
    assert [at.day for at in found["first"]] == [10, 12, 21]
    assert [at.day for at in found["last"]] == [23, 22, 21]
    assert found["last"].iloc[0] == march.replace(day=23)
    assert found["last_opened"].iloc[0] == datetime(2026, 3, 20, 3, 30, tzinfo=UTC)
    assert found["last_opened"].isna().tolist() == [False, True, True]
    counts = found[["records", "lists", "exports", "prints", "not_done"]]
    assert counts.to_numpy().tolist() == [[2, 1, 0, 1, 0], [0, 1, 0, 0, 1], [0, 0, 1, 0, 0]]


def test_nobody_looked(connection: Connection):
    assert trail.who_looked(connection, OFFICER, replace(YEAR, patient_key=7)).empty
    assert trail.who_looked(connection, OFFICER, replace(YEAR, patient_key=10**9)).empty


def test_whom_it_is_about_must_be_said(connection: Connection):
    with pytest.raises(ValueError, match="whom"):
        trail.who_looked(connection, OFFICER, YEAR)


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        (YEAR, [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]),  # two at the same time: the later one first
        (EVER, [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
        (replace(YEAR, start=datetime(2026, 3, 20, 3, 30, tzinfo=UTC)), [12, 11, 10, 9, 8, 7]),
        (
            replace(
                YEAR,
                start=datetime(2026, 3, 20, 3, 30, 1, tzinfo=UTC),
                end=datetime(2026, 3, 24, 14, tzinfo=UTC),
            ),
            [10, 9, 8],
        ),
        (replace(EVER, who=BEN.name), [9, 6, 5, 1]),
        (replace(YEAR, who=""), [12]),
        (replace(YEAR, who="nobody@clinic.example"), []),
        (replace(YEAR, action=Action.VIEW_PATIENT), [7, 6, 3]),
        (replace(YEAR, outcome=Outcome.REFUSED), [12, 9]),
        (replace(YEAR, outcome=Outcome.FAILED), []),
        (replace(YEAR, action=Action.SIGN_IN, outcome=Outcome.DONE), [2]),
        (replace(EVER, patient_key=1), [11, 10, 9, 8, 7, 5, 4, 3, 1]),
        (replace(EVER, patient_key=1, who=BEN.name), [9, 5, 1]),
        (replace(YEAR, patient_key=2), [8, 6, 5, 4]),
    ],
)
def test_entries_newest_first(connection: Connection, asked: TrailFilter, numbers: list[int]):
    assert page(connection, asked)["entry_key"].tolist() == numbers
    assert trail.entry_count(connection, OFFICER, asked) == len(numbers)


def test_an_entry_in_full(connection: Connection):
    rows = {row["entry_key"]: row for row in page(connection, EVER).to_dict("records")}
    view, export, sign_in = rows[7], rows[8], rows[12]
    assert view["at"] == datetime(2026, 3, 20, 3, 30, tzinfo=UTC)
    assert (view["who"], view["full_name"], view["role"]) == (ADA.name, "Ada Müller", "clinician")
    assert (view["action"], view["what"], view["outcome"]) == ("view patient", "record", "done")
    assert (view["address"], view["people"], view["patient_key"]) == ("192.0.2.7", 1, 1)
    assert (view["patient_id"], view["given_name"]) == ("P1", "Anna-Lena")
    assert (export["people"], pd.isna(export["patient_key"])) == (3, True)
    assert (sign_in["who"], sign_in["address"], sign_in["people"]) == ("", "203.0.113.9", 0)


def test_pages_of_fifty(database_url: str):
    engine = make_engine(database_url)
    start = datetime(2026, 3, 1, tzinfo=UTC)
    with appending(engine) as connection:
        for number in range(120):
            append(connection, ADA, Entry(Action.LIST, "caseload"), start + timedelta(hours=number))
    with reading(engine) as connection:
        found = [page(connection, YEAR, number)["entry_key"].tolist() for number in (1, 2, 3, 4)]
        assert trail.entry_count(connection, OFFICER, YEAR) == 120
    engine.dispose()
    assert found == [[*range(120, 70, -1)], [*range(70, 20, -1)], [*range(20, 0, -1)], []]


def test_no_more_than_so_many_are_counted(connection: Connection, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(trail, "MOST_COUNTED", 5)
    assert trail.entry_count(connection, OFFICER, YEAR) == 6


@pytest.mark.parametrize(
    ("search", "keys"),
    [
        ("müll", [1]),
        ("anna", [1, 5]),  # by family name: Müller, Novak
        ("a-200", [2]),
        ("an no", [5]),
        ("p8", [8]),
        ("", []),
        ("%", []),
        ("zzz", []),
    ],
)
def test_find_patients(connection: Connection, search: str, keys: list[int]):
    assert trail.find_patients(connection, OFFICER, search)["patient_key"].tolist() == keys


def test_what_a_search_tells(connection: Connection):
    anna, novak = trail.find_patients(connection, OFFICER, "anna").to_dict("records")
    assert anna == {
        "patient_key": 1,
        "patient_id": "P1",
        "mrn": "A-100",
        "given_name": "Anna-Lena",
        "family_name": "Müller",
        "birth_year": 1980,
    }
    assert pd.isna(novak["birth_year"])


def test_other_sites_patients_are_not_named(connection: Connection):
    south = replace(OFFICER, site_ids=frozenset({"S2"}))
    assert trail.find_patients(connection, south, "anna").empty
    rows = trail.entry_page(connection, south, YEAR, 1, "the trail").to_dict("records")
    look = next(row for row in rows if row["entry_key"] == 7)
    assert (look["people"], pd.isna(look["patient_key"]), look["family_name"]) == (1, True, None)
    assert trail.patients_of_entry(connection, south, 4)["patient_id"].tolist() == ["P3"]
    opened = trail.opened_by_person(connection, south, replace(YEAR, who=ADA.name))
    assert (opened["times"].tolist(), opened["patient_id"].isna().tolist()) == ([2], [True])


def test_the_patients_of_an_entry(connection: Connection):
    found = trail.patients_of_entry(connection, OFFICER, 4)
    assert found["family_name"].tolist() == ["Müller", "O'Brien", "Çelik"]
    assert trail.patients_of_entry(connection, OFFICER, 2).empty


def test_whose_records_a_person_opened(connection: Connection):
    found = trail.opened_by_person(connection, OFFICER, replace(EVER, who=BEN.name))
    assert found["patient_key"].tolist() == [2, 1]  # the latest first
    assert found["times"].tolist() == [1, 1]
    assert found["last"].iloc[1] == datetime(2025, 1, 5, 15, tzinfo=UTC)


def test_days_are_by_the_clock_that_is_asked_for(connection: Connection):
    asked = replace(YEAR, who=ADA.name)
    found = trail.person_days(connection, OFFICER, asked, NEW_YORK)
    views = found[found["action"] == "view patient"]
    assert views["day"].tolist() == [date(2026, 3, 10), date(2026, 3, 19)]
    utc = trail.person_days(connection, OFFICER, asked, UTC)
    assert date(2026, 3, 20) in utc["day"].tolist()
    assert found["entries"].sum() == utc["entries"].sum() == 5
    nobody = trail.person_days(connection, OFFICER, replace(YEAR, who="x"), NEW_YORK)
    assert nobody.empty


def test_everybody_who_can_have_done_something(connection: Connection):
    people = trail.people_of_trail(connection, OFFICER)
    assert people["who"].tolist() == [ADA.name, BEN.name, CEM.name, OLGA.name]


def test_the_head(connection: Connection):
    head = trail.trail_head(connection, OFFICER)
    assert head.number >= 12
    assert head.first_at == datetime(2025, 1, 5, 15, tzinfo=UTC)
    assert len(head.hash) == 64


def test_the_file_shows_whether_it_is_as_it_was_written(connection: Connection):
    rows = trail.exported_trail(connection, OFFICER, EVER)
    *entries, head = rows.to_dict("records")
    assert [entry["entry_key"] for entry in entries] == [*range(12, 0, -1)]
    assert (head["what"], head["hash"]) == (
        "head of the trail",
        trail.trail_head(connection, OFFICER).hash,
    )
    before = "0" * 64
    for entry in reversed(entries):  # anybody can work the chain out from the file alone
        people = [int(key) for key in entry.pop("patients").split()]
        told = entry.pop("hash")
        assert chain_hash(before, entry, people) == told
        before = told
    assert "Müller" not in rows.to_csv()


READS: dict[str, tuple[Callable[[Connection, Any], object], str, list[int]]] = {
    "find": (lambda c, v: trail.find_patients(c, v, "anna"), "search for a patient", [1, 5]),
    "found nobody": (lambda c, v: trail.find_patients(c, v, "zzz"), "search for a patient", []),
    "page": (lambda c, v: trail.entry_page(c, v, YEAR, 1, "the trail"), "the trail", [1, 2]),
    "who looked": (
        lambda c, v: trail.who_looked(c, v, replace(YEAR, patient_key=3)),
        "who looked at a patient",
        [3],
    ),
    "entry": (lambda c, v: trail.patients_of_entry(c, v, 4), "the patients of an entry", [1, 2, 3]),
    "person": (
        lambda c, v: trail.person_days(c, v, replace(YEAR, who=ADA.name), NEW_YORK),
        "what a person did",
        [],
    ),
    "opened": (
        lambda c, v: trail.opened_by_person(c, v, replace(YEAR, who=BEN.name)),
        "whose records a person opened",
        [2],
    ),
    "file": (lambda c, v: trail.exported_trail(c, v, YEAR), "the trail, for a file", []),
}


@pytest.mark.parametrize("name", READS)
def test_each_reading_is_noted_once(engine: Engine, name: str):
    read, what, people = READS[name]
    viewer = replace(OFFICER, session=f"reads {name}")
    for _ in range(2):
        with reading(engine) as connection:
            read(connection, viewer)
    entry, noted = last_noted(engine)
    assert (entry.action, entry.what, entry.outcome) == ("read audit", what, "done")
    assert (entry.who, entry.session, noted) == (OLGA.name, viewer.session, people)
    with reading(engine) as connection:
        mine = select(AuditEntry.entry_key).where(AuditEntry.session == viewer.session)
        assert len(connection.execute(mine).all()) == 1


@pytest.mark.parametrize(
    "read",
    [
        *(read for read, _, _ in READS.values()),
        lambda c, v: trail.trail_head(c, v),
        lambda c, v: trail.people_of_trail(c, v),
        lambda c, v: trail.entry_count(c, v, YEAR),
        lambda c, v: trail.patient_names(c, v, [1]),
    ],
)
def test_only_whoever_may_read_the_trail(connection: Connection, read):
    others = frozenset(Permission) - {Permission.READ_AUDIT}
    with pytest.raises(NotPermittedError, match="read who looked"):
        read(connection, replace(OFFICER, permissions=others))
