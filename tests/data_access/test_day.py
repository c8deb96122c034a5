"""The queries behind the timeline of the chairs, against a clinic counted by hand."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine, select, update

from access.viewer import LOCAL_VIEWER, NotPermittedError, Permission, Viewer
from clinical.codes import AppointmentKind as Kind
from clinical.codes import AppointmentStatus as Status
from clinical.codes import DiagnosisGroup, Phase
from data_access import day
from data_access.bulk import insert_rows
from data_access.engine import reading, writing
from data_access.facts import rebuild_facts
from data_access.schema import Chair, Infusion
from tests.data_access.appointment_clinic import ALL, NORTH, NOW, TODAY, WEST, fill

THE_DAY = replace(ALL, start=TODAY, end=TODAY)
SEES_WEST = replace(LOCAL_VIEWER, site_ids=frozenset({"S2"}))
SEES_TOTALS = Viewer("manager", frozenset({Permission.SEE_TOTALS}))
UNNAMED = Viewer("unnamed", frozenset({Permission.SEE_TOTALS, Permission.SEE_CLINICAL}))
SEES_NOTHING = Viewer("nobody", frozenset())
N1, N2, N3, W1 = 1, 2, 3, 4


@pytest.fixture
def clinic(engine: Engine) -> Iterator[Connection]:
    with writing(engine) as writer:
        fill(writer)
    with reading(engine) as reader:
        yield reader


@pytest.fixture
def changed(engine: Engine) -> Iterator[Connection]:
    """The clinic with some times and links that its records lack, and a tenth and second chair.

    I4 ended at 08:52 and was discharged at 10:01, in chair N3. Two infusions more: I12 of P2 at
    10:15 names T3; I13 of P4 at West at 07:30 fits no appointment.
    """
    with writing(engine) as writer:
        fill(writer)
        of = Infusion.infusion_id
        began = writer.scalar(select(Infusion.started_at).where(of == "I4"))
        assert began is not None
        ended = {
            "ended_at": began + timedelta(minutes=42),
            "discharged_at": began + timedelta(minutes=111),
            "chair_id": "N3",
        }
        writer.execute(update(Infusion).where(of == "I4").values(ended))
        insert_rows(
            writer,
            Infusion,
            (
                "infusion_key",
                "infusion_id",
                "patient_id",
                "site_id",
                "started_at",
                "dose_mg",
                "appointment_id",
                "series_derived",
                "sequence_derived",
            ),
            [
                (12, "I12", "P2", "S1", began + timedelta(minutes=125), 40.0, "T3", False, False),
                (13, "I13", "P4", "S2", began + timedelta(minutes=140), 40.0, None, False, False),
            ],
        )
        insert_rows(
            writer,
            Chair,
            ("chair_key", "chair_id", "site_id", "name"),
            [(5, "N10", "S1", "Chair 10"), (6, "NB", "S1", "bed")],
        )
        rebuild_facts(writer)
    with reading(engine) as reader:
        yield reader


def rows(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    missing_as_none = frame.astype(object).where(frame.notna(), None)
    return list(missing_as_none.itertuples(index=False, name=None))


def test_chairs_by_site_and_in_the_order_of_their_numbers(changed: Connection):
    frame = day.chairs(changed, LOCAL_VIEWER, THE_DAY)
    assert list(frame.columns) == ["site_key", "site", "time_zone", "chair_key", "chair"]
    assert rows(frame) == [
        (NORTH, "North", "America/New_York", 6, "bed"),
        (NORTH, "North", "America/New_York", N1, "Chair 1"),
        (NORTH, "North", "America/New_York", N2, "Chair 2"),
        (NORTH, "North", "America/New_York", N3, "Chair 3"),
        (NORTH, "North", "America/New_York", 5, "Chair 10"),
        (WEST, "West", "America/Los_Angeles", W1, "Recliner"),
    ]


def test_chairs_of_the_chosen_sites(clinic: Connection):
    chosen = day.chairs(clinic, LOCAL_VIEWER, replace(THE_DAY, site_ids=("S2",)))
    assert chosen["chair_key"].tolist() == [W1]
    assert day.chairs(clinic, SEES_WEST, THE_DAY)["chair_key"].tolist() == [W1]


def test_sites_of_one_name_are_told_apart(engine: Engine):
    with writing(engine) as writer:
        fill(writer, north="West")
    with reading(engine) as reader:
        names = day.chairs(reader, LOCAL_VIEWER, THE_DAY)["site"].unique().tolist()
    assert names == ["West (S1)", "West (S2)"]


VISITS = [
    "site_key",
    "chair_key",
    "kind",
    "status",
    "phase",
    "late",
    "start",
    "end",
    "started",
    "ended",
    "discharged",
]
INFUSION, CONSULTATION, FOLLOW_UP = int(Kind.INFUSION), int(Kind.CONSULTATION), int(Kind.FOLLOW_UP)
BOOKED, ARRIVED, DONE = int(Status.BOOKED), int(Status.ARRIVED), int(Status.FULFILLED)
CANCELLED, MISSED = int(Status.CANCELLED), int(Status.NOSHOW)


def without_phase(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return rows(frame.drop(columns="phase"))


def test_visits_of_the_day_with_their_infusions(clinic: Connection):
    frame = day.visits(clinic, LOCAL_VIEWER, THE_DAY, NOW)
    assert list(frame.columns) == VISITS
    assert without_phase(frame) == [
        # I4 names no appointment; it is P1's, who has one infusion appointment at North today.
        (NORTH, N1, INFUSION, DONE, 0, 480.0, 600.0, 490.0, None, None),
        (NORTH, N2, INFUSION, MISSED, 0, 540.0, 660.0, None, None, None),
        (NORTH, N2, INFUSION, ARRIVED, 0, 600.0, 720.0, None, None, None),
        (NORTH, None, CONSULTATION, BOOKED, 1, 630.0, 690.0, None, None, None),
        (NORTH, None, FOLLOW_UP, BOOKED, 0, 650.0, 710.0, None, None, None),
        # 09:00 by West's own clock.
        (WEST, W1, INFUSION, BOOKED, 0, 540.0, 660.0, None, None, None),
        (WEST, None, CONSULTATION, CANCELLED, 0, 600.0, 660.0, None, None, None),
    ]


def test_an_infusion_goes_by_its_own_chair_and_stands_alone_without_an_appointment(
    changed: Connection,
):
    found = without_phase(day.visits(changed, LOCAL_VIEWER, THE_DAY, NOW))
    assert found[0] == (NORTH, N3, INFUSION, DONE, 0, 480.0, 600.0, 490.0, 532.0, 601.0)
    assert found[2] == (NORTH, N2, INFUSION, ARRIVED, 0, 600.0, 720.0, 615.0, None, None)
    # 10:30 on the east coast. P4's missed appointment is at another site.
    assert found[7] == (WEST, None, INFUSION, ARRIVED, 0, None, None, 450.0, None, None)
    assert len(found) == 8


def test_the_phase_is_that_of_the_infusion(changed: Connection):
    frame = day.visits(changed, LOCAL_VIEWER, THE_DAY, NOW)
    assert frame["phase"].tolist()[0] == Phase.INDUCTION


def test_names_are_only_for_those_who_may_see_patients(changed: Connection):
    frame = day.named_visits(changed, LOCAL_VIEWER, THE_DAY, NOW)
    assert list(frame.columns) == [*VISITS, "family_name", "given_name", "patient_key"]
    assert rows(frame[["family_name", "given_name"]]) == [
        ("Lee", "Ann"),
        ("Fox", None),
        ("Diaz", "Bo"),
        (None, None),
        ("Lee", "Ann"),
        ("Roe", "Cy"),
        ("Roe", "Cy"),
        ("Fox", None),
    ]
    with pytest.raises(NotPermittedError, match="see patients by name"):
        day.named_visits(changed, UNNAMED, THE_DAY, NOW)
    assert len(day.visits(changed, UNNAMED, THE_DAY, NOW)) == len(frame)
    with pytest.raises(NotPermittedError, match="single infusions"):
        day.visits(changed, SEES_TOTALS, THE_DAY, NOW)


def test_a_chair_serves_everybody_whatever_the_diagnosis_and_phase(clinic: Connection):
    narrow = replace(
        THE_DAY, diagnosis_groups=(DiagnosisGroup.BIPOLAR,), phases=(Phase.MAINTENANCE,)
    )
    assert len(day.visits(clinic, LOCAL_VIEWER, narrow, NOW)) == 7


def test_how_long_infusions_kept_their_chair(changed: Connection):
    frame = day.chair_times(changed, LOCAL_VIEWER, ALL)
    assert list(frame.columns) == ["site_key", "phase", "minutes", "infusions"]
    assert rows(frame) == [(NORTH, Phase.INDUCTION, 111, 1)]
    before = replace(ALL, end=date(2026, 3, 10))
    assert day.chair_times(changed, LOCAL_VIEWER, before).empty
    assert day.chair_times(changed, SEES_WEST, ALL).empty


def test_a_viewer_of_one_site_sees_only_that_site(clinic: Connection):
    assert day.visits(clinic, SEES_WEST, THE_DAY, NOW)["site_key"].tolist() == [WEST, WEST]
    assert day.named_visits(clinic, SEES_WEST, THE_DAY, NOW)["site_key"].eq(WEST).all()


def test_a_viewer_without_the_permission_sees_nothing(clinic: Connection):
    for query in (day.chairs, day.chair_times):
        with pytest.raises(NotPermittedError):
            query(clinic, SEES_NOTHING, THE_DAY)
    for query_at in (day.visits, day.named_visits):
        with pytest.raises(NotPermittedError):
            query_at(clinic, SEES_NOTHING, THE_DAY, NOW)


def test_an_empty_database(engine: Engine):
    with reading(engine) as connection:
        assert day.chairs(connection, LOCAL_VIEWER, THE_DAY).empty
        assert day.chair_times(connection, LOCAL_VIEWER, THE_DAY).empty
        empty = day.named_visits(connection, LOCAL_VIEWER, THE_DAY, NOW)
        assert empty.empty
        assert list(empty.columns) == [*VISITS, "family_name", "given_name", "patient_key"]
