"""Rebases: who decided when from which day on a side effect's limits are worked out anew."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection, Engine

from access.viewer import LOCAL_VIEWER, NotPermittedError, Permission, Viewer
from data_access.bulk import insert_rows
from data_access.engine import reading, writing
from data_access.rebases import (
    ANY_TERM,
    RebaseAt,
    RebaseRefusedError,
    decide_rebase,
    rebase_days,
    rebases,
    withdraw_rebase,
)
from data_access.schema import Site, Term
from data_access.thresholds import Signature

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SIGNED = Signature("Dr Okafor", NOON, "New lot")
OCTOBER, JUNE = date(2026, 10, 12), date(2026, 6, 1)
NORTH = RebaseAt("Nausea", "S1", OCTOBER)
EVERYWHERE = RebaseAt("Nausea", None, JUNE)
READER = Viewer("reader", frozenset({Permission.SEE_TOTALS, Permission.SEE_CLINICAL}))
OF_NORTH = Viewer("north", frozenset(Permission), frozenset({"S1"}))


@pytest.fixture
def clinic(engine: Engine) -> Engine:
    with writing(engine) as connection:
        columns = ("site_key", "site_id", "name", "time_zone")
        sites = [(1, "S1", "North", "America/New_York"), (2, "S2", "South", "America/Chicago")]
        insert_rows(connection, Site, columns, sites)
        insert_rows(connection, Term, ("term_key", "name"), [(1, "Nausea"), (2, "Headache")])
    return engine


def days(connection: Connection, term: str, site_id: str | None) -> list[date]:
    return rebase_days(rebases(connection, READER), term, site_id)


def test_without_a_decision_there_is_none(clinic: Engine) -> None:
    with reading(clinic) as connection:
        entries = rebases(connection, READER)
        assert rebase_days(entries, "Nausea", None) == []
    assert entries.empty
    assert list(entries.columns) == [
        "term",
        "site_id",
        "site",
        "from_day",
        "withdrawn",
        "standing",
        "decided_by",
        "decided_at",
        "reason",
    ]


def test_a_decision_holds_for_its_side_effect_and_place_alone(clinic: Engine) -> None:
    with writing(clinic) as connection:
        decide_rebase(connection, LOCAL_VIEWER, NORTH, SIGNED)
        decide_rebase(connection, LOCAL_VIEWER, EVERYWHERE, SIGNED)
        decide_rebase(connection, LOCAL_VIEWER, RebaseAt(ANY_TERM, None, JUNE), SIGNED)
    with reading(clinic) as connection:
        assert days(connection, "Nausea", "S1") == [OCTOBER]
        assert days(connection, "Nausea", None) == [JUNE]
        assert days(connection, "Nausea", "S2") == []
        assert days(connection, "Headache", "S1") == []
        assert days(connection, ANY_TERM, None) == [JUNE]
        latest = rebases(connection, READER).iloc[-1]
    assert (latest["term"], latest["site"], latest["from_day"]) == ("Nausea", "North", OCTOBER)
    assert (latest["decided_by"], latest["reason"]) == ("Dr Okafor", "New lot")
    assert latest["decided_at"] == NOON
    assert bool(latest["standing"])
    assert not bool(latest["withdrawn"])


def test_several_days_of_one_chart_are_in_order(clinic: Engine) -> None:
    with writing(clinic) as connection:
        for day in (OCTOBER, JUNE):
            decide_rebase(connection, LOCAL_VIEWER, RebaseAt("Nausea", "S1", day), SIGNED)
    with reading(clinic) as connection:
        assert days(connection, "Nausea", "S1") == [JUNE, OCTOBER]


def test_what_is_taken_back_holds_no_longer_and_stays_on_record(clinic: Engine) -> None:
    back = Signature("A nurse", NOON, "Was another lot")
    with writing(clinic) as connection:
        decide_rebase(connection, LOCAL_VIEWER, NORTH, SIGNED)
        withdraw_rebase(connection, LOCAL_VIEWER, NORTH, back)
    with reading(clinic) as connection:
        entries = rebases(connection, READER)
        assert rebase_days(entries, "Nausea", "S1") == []
    assert entries["withdrawn"].astype(bool).tolist() == [True, False]
    assert entries["standing"].tolist() == [False, False]
    assert entries["decided_by"].tolist() == ["A nurse", "Dr Okafor"]


def test_what_was_taken_back_can_be_decided_again(clinic: Engine) -> None:
    with writing(clinic) as connection:
        decide_rebase(connection, LOCAL_VIEWER, EVERYWHERE, SIGNED)
        withdraw_rebase(connection, LOCAL_VIEWER, EVERYWHERE, SIGNED)
        decide_rebase(connection, LOCAL_VIEWER, EVERYWHERE, SIGNED)
    with reading(clinic) as connection:
        entries = rebases(connection, READER)
    assert entries["standing"].tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("at", "signature", "told"),
    [
        (RebaseAt("Nosea", "S1", OCTOBER), SIGNED, "No such side effect"),
        (RebaseAt("Nausea", "S9", OCTOBER), SIGNED, "no site of this site_id"),
        (RebaseAt("Nausea", "S1", date(2026, 11, 24)), SIGNED, "2026-11-24 is still to come"),
        (NORTH, Signature("  ", NOON, "New lot"), "needs the name"),
        (NORTH, Signature("Dr Okafor", NOON, " "), "and a reason"),
        (NORTH, Signature("Dr Okafor", NOON), "and a reason"),
    ],
)
def test_what_cannot_be_decided_is_refused_in_words(
    clinic: Engine, at: RebaseAt, signature: Signature, told: str
) -> None:
    with pytest.raises(RebaseRefusedError, match=told), writing(clinic) as connection:
        decide_rebase(connection, LOCAL_VIEWER, at, signature)
    with reading(clinic) as connection:
        assert rebases(connection, READER).empty


def test_a_rebase_is_not_decided_twice_nor_one_taken_back_that_there_is_not(
    clinic: Engine,
) -> None:
    with writing(clinic) as connection:
        decide_rebase(connection, LOCAL_VIEWER, NORTH, SIGNED)
    with (
        pytest.raises(RebaseRefusedError, match="already worked out anew from 2026-10-12"),
        writing(clinic) as connection,
    ):
        decide_rebase(connection, LOCAL_VIEWER, NORTH, SIGNED)
    with (
        pytest.raises(RebaseRefusedError, match="no rebase from 2026-06-01"),
        writing(clinic) as connection,
    ):
        withdraw_rebase(connection, LOCAL_VIEWER, EVERYWHERE, SIGNED)


def test_who_may_not_decide_does_not(clinic: Engine) -> None:
    with pytest.raises(NotPermittedError), writing(clinic) as connection:
        decide_rebase(connection, READER, NORTH, SIGNED)
    with pytest.raises(NotPermittedError), reading(clinic) as connection:
        rebases(connection, Viewer("nobody", frozenset()))


def test_who_sees_one_site_decides_for_that_alone_and_sees_no_others(clinic: Engine) -> None:
    south = RebaseAt("Nausea", "S2", OCTOBER)
    with writing(clinic) as connection:
        decide_rebase(connection, OF_NORTH, NORTH, SIGNED)
        decide_rebase(connection, LOCAL_VIEWER, south, SIGNED)
        decide_rebase(connection, LOCAL_VIEWER, EVERYWHERE, SIGNED)
    for at in (RebaseAt("Nausea", "S2", JUNE), RebaseAt("Nausea", None, OCTOBER)):
        with pytest.raises(NotPermittedError), writing(clinic) as connection:
            decide_rebase(connection, OF_NORTH, at, SIGNED)
    with reading(clinic) as connection:
        seen = rebases(connection, OF_NORTH)
    assert seen["site"].fillna("all").tolist() == ["all", "North"]
