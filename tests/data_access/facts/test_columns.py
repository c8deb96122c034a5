"""The packed columns: refreshes give what a rebuild gives, and touch what has changed alone."""

from collections.abc import Callable
from typing import Any
from zlib import crc32

import pytest
from sqlalchemy import delete, insert, update

from data_access.facts import check_facts, rebuild_facts, refresh, refresh_facts
from data_access.facts.tables import table_of
from data_access.packed import unpack
from data_access.schema import (
    FactColumn,
    Infusion,
    InfusionFact,
    Patient,
    SideEffect,
    SideEffectFact,
)
from tests.data_access.facts.recorded_clinic import RecordedClinic, at

INFUSIONS, EFFECTS = InfusionFact.__tablename__, SideEffectFact.__tablename__
NORTH, WEST = 1, 2
LAST_YEAR = -100
"""An infusion on this day is of November 2025."""
PLANTED = b"planted"

Part = tuple[str, int, int]


@pytest.fixture
def packed(clinic: RecordedClinic) -> RecordedClinic:
    """Write three patients at North with two infusions of 2026, and one of 2025 of the first.

    Each of 2026 has two side effects, and so has that of 2025. The last patient is also treated at
    West, without a side effect. All facts are there.
    """
    for patient in range(1, 4):
        clinic.patient()
        for day in (0, 3):
            infusion = clinic.infusion(patient, at(day))
            clinic.side_effect(infusion, "Nausea", grade=1)
            clinic.side_effect(infusion, "Headache")
    old = clinic.infusion(1, at(LAST_YEAR))
    clinic.side_effect(old, "Nausea", grade=2)
    clinic.infusion(3, at(20), site_id="S2")
    rebuild_facts(clinic.connection)
    return clinic


def parts(clinic: RecordedClinic) -> set[Part]:
    """What there is: of which facts, year and site."""
    return set(clinic.rows(FactColumn, "facts", "year", "site_key"))


def values(clinic: RecordedClinic, name: str, facts: str, year: int, site_key: int) -> list[int]:
    """The values of one packed column."""
    where = {"facts": facts, "year": year, "site_key": site_key, "name": name}
    ((data,),) = clinic.rows(FactColumn, "data", **where)
    return list(unpack([data]).tolist())


def test_each_site_and_year_has_its_part_with_every_column(packed):
    assert parts(packed) == {
        (INFUSIONS, 2025, NORTH),
        (INFUSIONS, 2026, NORTH),
        (INFUSIONS, 2026, WEST),
        (EFFECTS, 2025, NORTH),
        (EFFECTS, 2026, NORTH),
    }
    for facts in (InfusionFact, SideEffectFact):
        names = packed.rows(
            FactColumn, "name", facts=facts.__tablename__, year=2026, site_key=NORTH
        )
        assert sorted(name for (name,) in names) == sorted(table_of(facts).columns.keys())
    assert values(packed, "infusion_key", INFUSIONS, 2026, NORTH) == [1, 2, 3, 4, 5, 6]
    assert values(packed, "patient_key", INFUSIONS, 2026, NORTH) == [1, 1, 2, 2, 3, 3]
    assert values(packed, "infusion_key", INFUSIONS, 2025, NORTH) == [7]
    assert values(packed, "infusion_key", INFUSIONS, 2026, WEST) == [8]
    keys = [values(packed, key, EFFECTS, 2026, NORTH) for key in ("infusion_key", "term_key")]
    assert list(zip(*keys, strict=True)) == [(key, term) for key in range(1, 7) for term in (1, 2)]


def plant(clinic: RecordedClinic) -> None:
    """Write something else into every packed column: whatever is packed anew loses it."""
    clinic.connection.execute(update(FactColumn).values(data=PLANTED))


def packed_anew(clinic: RecordedClinic) -> set[Part]:
    """The parts that are there and were packed since; none was so in part."""
    columns = clinic.rows(FactColumn, "facts", "year", "site_key", "data")
    anew = {row[:3] for row in columns if bytes(row[3]) != PLANTED}
    assert not anew & {row[:3] for row in columns if bytes(row[3]) == PLANTED}
    return anew


def move(key: int, **columns: Any) -> Any:
    return update(Infusion).where(Infusion.infusion_key == key).values(**columns)


CHANGES = {
    "an infusion to another year": (
        [move(1, started_at=at(LAST_YEAR + 9))],
        [1],
        {(facts, year, NORTH) for facts in (INFUSIONS, EFFECTS) for year in (2025, 2026)},
    ),
    "an infusion to another site": (
        [move(3, site_id="S2")],
        [2],
        {(facts, 2026, site) for facts in (INFUSIONS, EFFECTS) for site in (NORTH, WEST)},
    ),
    "an infusion to another patient": (
        [move(3, patient_id="P1")],
        [2, 1],
        # The first patient's infusion of 2025 stays as it is.
        {(INFUSIONS, 2026, NORTH), (EFFECTS, 2026, NORTH)},
    ),
    "the only infusion of a year to the next": (
        [move(7, started_at=at(9))],
        [1],
        {(INFUSIONS, 2026, NORTH), (EFFECTS, 2026, NORTH)},
    ),
    "a side effect taken away": (
        [delete(SideEffect).where(SideEffect.side_effect_key == 2)],
        [1],
        # Infusions tell how many side effects they have.
        {(INFUSIONS, 2026, NORTH), (EFFECTS, 2026, NORTH)},
    ),
    "the last side effect of a year taken away": (
        [delete(SideEffect).where(SideEffect.infusion_id == "I7")],
        [1],
        {(INFUSIONS, 2025, NORTH)},
    ),
    "the grade of a side effect that is not the worst": (
        [update(SideEffect).where(SideEffect.side_effect_key == 2).values(grade=1)],
        [1],
        {(EFFECTS, 2026, NORTH)},
    ),
    "the chair of an infusion without a side effect": (
        [move(8, chair_id="C1")],
        [3],
        {(INFUSIONS, 2026, WEST)},
    ),
    "something that facts do not tell": (
        [update(Patient).where(Patient.patient_key == 1).values(given_name="Ada")],
        [1],
        set(),
    ),
    "nothing": ([], [1, 2, 3], set()),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_refresh_packs_what_has_changed_and_nothing_else(packed, change):
    statements, patients, expected = CHANGES[change]
    plant(packed)
    for statement in statements:
        packed.connection.execute(statement)
    refresh_facts(packed.connection, patients)
    assert packed_anew(packed) == expected
    there = {(INFUSIONS, *row) for row in year_and_site(packed, InfusionFact)}
    there |= {(EFFECTS, *row) for row in year_and_site(packed, SideEffectFact)}
    assert parts(packed) == there


def year_and_site(clinic: RecordedClinic, facts: Any) -> set[tuple[int, int]]:
    return {(month // 12, site) for month, site in clinic.rows(facts, "month", "site_key")}


@pytest.mark.parametrize("change", CHANGES)
def test_a_refresh_gives_what_a_rebuild_gives(packed, change):
    statements, patients, _ = CHANGES[change]
    for statement in statements:
        packed.connection.execute(statement)
    refresh_facts(packed.connection, patients)
    refreshed = packed.rows(FactColumn)
    assert check_facts(packed.connection) == []
    rebuild_facts(packed.connection)
    assert packed.rows(FactColumn) == refreshed


def test_patients_may_come_one_after_the_other(packed):
    before = packed.rows(FactColumn)
    packed.connection.execute(delete(FactColumn))
    rebuild_facts(packed.connection)
    for patient in (3, 1, 2):
        refresh_facts(packed.connection, [patient])
    assert packed.rows(FactColumn) == before


def test_of_many_patients_all_is_packed_anew(packed, monkeypatch):
    monkeypatch.setattr(refresh, "_FEW", 2)
    plant(packed)
    packed.connection.execute(move(1, started_at=at(LAST_YEAR + 9)))
    refresh_facts(packed.connection, [1, 2, 3])
    assert packed_anew(packed) == parts(packed)
    assert check_facts(packed.connection) == []


def test_of_nobody_nothing_is_packed_anew(packed):
    plant(packed)
    refresh_facts(packed.connection, [])
    assert packed_anew(packed) == set()


# --- what a check finds -----------------------------------------------------------------------


def of(name: str, year: int, site_key: int) -> Callable[[Any], Any]:
    """A statement about one packed column of infusions."""
    return lambda statement: statement.where(
        FactColumn.facts == INFUSIONS,
        FactColumn.name == name,
        FactColumn.year == year,
        FactColumn.site_key == site_key,
    )


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            of("number", 2026, NORTH)(update(FactColumn)).values(data=bytes([0, 1, 2])),
            f"infusion_facts, number, 2026, 1: data is 3 bytes ({crc32(bytes([0, 1, 2])):08x}), "
            f"should be 7 bytes ({crc32(bytes([0, 1, 2, 1, 2, 1, 2])):08x})",
        ),
        (of("day", 2025, NORTH)(delete(FactColumn)), "infusion_facts, day, 2025, 1: missing"),
        (
            insert(FactColumn).values(
                facts=EFFECTS, name="day", year=2026, site_key=WEST, data=b"\x00"
            ),
            "side_effect_facts, day, 2026, 2: should not be there",
        ),
        (
            insert(FactColumn).values(
                facts=EFFECTS, name="day", year=1999, site_key=NORTH, data=b"\x00"
            ),
            "side_effect_facts, day, 1999, 1: should not be there",
        ),
    ],
)
def test_a_part_that_is_not_what_the_facts_say_is_named_in_one_line(packed, change, found):
    packed.connection.execute(change)
    assert [str(each) for each in check_facts(packed.connection)] == [f"fact_columns {found}"]


def test_a_fact_that_was_never_packed_is_found(packed):
    packed.connection.execute(
        update(InfusionFact).where(InfusionFact.infusion_key == 8).values(stopped=1)
    )
    found = [str(each) for each in check_facts(packed.connection)]
    assert found[0] == "infusion_facts 8: stopped is 1, should be 0"
    assert found[1].startswith("fact_columns infusion_facts, stopped, 2026, 2: data is 2 bytes (")
    assert len(found) == 2


def test_where_there_is_no_infusion_nothing_is_packed(clinic):
    rebuild_facts(clinic.connection)
    assert clinic.rows(FactColumn) == []
    clinic.patient()
    refresh_facts(clinic.connection, [1])
    assert clinic.rows(FactColumn) == []
    assert check_facts(clinic.connection) == []
