"""The queries of the Today page, against a clinic counted by hand."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine, select, update

from access.viewer import LOCAL_VIEWER, NotPermittedError, Permission, Viewer
from clinical.calendar import day_number
from clinical.codes import AppointmentKind as Kind
from clinical.codes import AppointmentStatus as Status
from clinical.codes import DiagnosisGroup, Phase
from data_access import today
from data_access.bulk import insert_rows
from data_access.engine import reading, writing
from data_access.facts import rebuild_facts
from data_access.schema import Assessment, Infusion, VitalSigns
from data_access.today import ActivePatients
from tests.data_access.appointment_clinic import ALL, NORTH, NOW, TODAY, WEST, fill

THE_DAY = replace(ALL, start=TODAY, end=TODAY)
SEES_WEST = replace(LOCAL_VIEWER, site_ids=frozenset({"S2"}))
SEES_TOTALS = Viewer("manager", frozenset({Permission.SEE_TOTALS}))
SEES_NOTHING = Viewer("nobody", frozenset())


@pytest.fixture
def clinic(engine: Engine) -> Iterator[Connection]:
    with writing(engine) as writer:
        fill(writer)
    with reading(engine) as reader:
        yield reader


@pytest.fixture
def complete_clinic(engine: Engine) -> Iterator[Connection]:
    """The clinic with some records filled in.

    I10 has two readings, a weight, an end and a discharge; I11 has a single reading and an end; I7
    is of esketamine. PHQ-9: of P6 on 3 March, the baseline before I10 and three days before I11,
    and on 4 March, two hours after I10; of P3 an hour before I3; of P4 five days before I7.
    """
    with writing(engine) as writer:
        fill(writer)
        of = Infusion.infusion_id
        start = dict(iter(writer.execute(select(of, Infusion.started_at))))
        minutes = timedelta(minutes=1)
        filled: dict[str, dict[str, Any]] = {
            "I10": {
                "weight_kg": 80.0,
                "ended_at": start["I10"] + 40 * minutes,
                "discharged_at": start["I10"] + 100 * minutes,
            },
            "I11": {"ended_at": start["I11"] + 40 * minutes},
            "I7": {"drug": "esketamine"},
        }
        for own_id, values in filled.items():
            writer.execute(update(Infusion).where(of == own_id).values(values))
        readings = [("I10", 0), ("I10", 20), ("I11", 0)]
        insert_rows(
            writer,
            VitalSigns,
            ("infusion_id", "measured_at", "systolic_mmhg"),
            [(own_id, start[own_id] + after * minutes, 120) for own_id, after in readings],
        )
        scores = [
            ("P6", start["I10"] - timedelta(days=1)),
            ("P6", start["I10"] + timedelta(hours=2)),
            ("P3", start["I3"] - timedelta(hours=1)),
            ("P4", start["I7"] - timedelta(days=5)),
        ]
        insert_rows(
            writer,
            Assessment,
            (
                "assessment_key",
                "assessment_id",
                "patient_id",
                "instrument",
                "completed_at",
                "total_score",
            ),
            [(key, f"Q{key}", who, "PHQ-9", at, 12.0) for key, (who, at) in enumerate(scores, 1)],
        )
        rebuild_facts(writer)
    with reading(engine) as reader:
        yield reader


def rows(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    missing_as_none = frame.astype(object).where(frame.notna(), None)
    return list(missing_as_none.itertuples(index=False, name=None))


def day(month: int, number: int) -> int:
    return day_number(date(2026, month, number))


def test_today_by_hour_of_each_sites_clock(clinic: Connection):
    frame = today.appointments_by_hour(clinic, LOCAL_VIEWER, THE_DAY, NOW)
    assert list(frame.columns) == ["site_key", "hour", "kind", "status", "overdue", "appointments"]
    assert rows(frame) == [
        (NORTH, 8, Kind.INFUSION, Status.FULFILLED, 0, 1),
        (NORTH, 9, Kind.INFUSION, Status.NOSHOW, 0, 1),
        (NORTH, 10, Kind.CONSULTATION, Status.BOOKED, 1, 1),  # half an hour ago
        (NORTH, 10, Kind.INFUSION, Status.ARRIVED, 0, 1),
        (NORTH, 10, Kind.FOLLOW_UP, Status.BOOKED, 0, 1),  # ten minutes ago: within the grace
        (WEST, 9, Kind.INFUSION, Status.BOOKED, 0, 1),  # in an hour, by the clock there
        (WEST, 10, Kind.CONSULTATION, Status.CANCELLED, 0, 1),
    ]


def test_an_appointment_is_overdue_after_fifteen_minutes(clinic: Connection):
    def overdue(minutes_later: int) -> int:
        now = NOW + timedelta(minutes=minutes_later)
        return int(today.appointments_by_hour(clinic, LOCAL_VIEWER, THE_DAY, now)["overdue"].sum())

    assert overdue(5) == 1  # 10:50 is exactly fifteen minutes ago
    assert overdue(6) == 2


def test_the_list_of_the_day(clinic: Connection):
    frame = today.appointment_list(clinic, LOCAL_VIEWER, THE_DAY, NOW)
    assert list(frame.columns) == [
        "time",
        "site",
        "family_name",
        "given_name",
        "mrn",
        "kind",
        "status",
        "overdue",
        "chair",
        "provider",
        "patient_key",
    ]
    ash = "Nurse Ash"
    done, missed, here = int(Status.FULFILLED), int(Status.NOSHOW), int(Status.ARRIVED)
    booked, cancelled = int(Status.BOOKED), int(Status.CANCELLED)
    infusion, consultation, follow_up = 2, 1, 3
    assert frame["patient_key"].notna().tolist() == frame["family_name"].notna().tolist()
    assert rows(frame.drop(columns="patient_key")) == [
        ("08:00", "North", "Lee", "Ann", "M1", infusion, done, 0, "Chair 1", ash),
        ("09:00", "North", "Fox", None, None, infusion, missed, 0, "Chair 2", ash),
        ("10:00", "North", "Diaz", "Bo", "M2", infusion, here, 0, "Chair 2", ash),
        ("10:30", "North", None, None, None, consultation, booked, 1, None, None),
        ("10:50", "North", "Lee", "Ann", "M1", follow_up, booked, 0, None, None),
        # 09:00 on the west coast is an hour after 11:00 on the east coast.
        ("09:00", "West", "Roe", "Cy", "M3", infusion, booked, 0, "Recliner", ash),
        ("10:00", "West", "Roe", "Cy", "M3", consultation, cancelled, 0, None, None),
    ]


def test_a_day_without_appointments_is_an_empty_list(clinic: Connection):
    sunday = replace(ALL, start=date(2026, 3, 15), end=date(2026, 3, 15))
    assert today.appointment_list(clinic, LOCAL_VIEWER, sunday, NOW).empty
    assert today.appointments_by_hour(clinic, LOCAL_VIEWER, sunday, NOW).empty


def test_names_are_only_for_those_who_may_see_patients(clinic: Connection):
    with pytest.raises(NotPermittedError, match="see patients by name"):
        today.appointment_list(clinic, SEES_TOTALS, THE_DAY, NOW)
    assert len(today.appointments_by_hour(clinic, SEES_TOTALS, THE_DAY, NOW)) == 7


def test_infusions_by_day(clinic: Connection):
    frame = today.infusions_by_day(clinic, LOCAL_VIEWER, replace(ALL, start=date(2026, 1, 15)))
    assert list(frame.columns) == ["day", "infusions", "recorded", "affected"]
    assert rows(frame) == [
        (day(1, 20), 1, 1, 1),
        (day(3, 1), 1, 0, 0),  # its form was not filled in
        (day(3, 2), 1, 1, 1),  # two side effects, one infusion
        (day(3, 3), 1, 1, 0),  # 23:40; already 4 March in UTC
        (day(3, 4), 1, 1, 0),
        (day(3, 5), 1, 1, 0),
        (day(3, 6), 1, 1, 0),
        (day(3, 11), 1, 1, 1),
    ]


def test_patients_in_windows_of_seven_days_that_end_with_the_period(clinic: Connection):
    # 26 February to 4 March: P1, P3 (twice), P6; 5 to 11 March: P1, P4, P6.
    period = replace(ALL, start=date(2026, 2, 19), end=TODAY)
    assert today.patients_by_window(clinic, LOCAL_VIEWER, period) == [0, 3, 3]
    one_day_more = replace(period, start=date(2026, 2, 18))
    assert today.patients_by_window(clinic, LOCAL_VIEWER, one_day_more) == [0, 3, 3]


def test_active_patients(clinic: Connection):
    def active(viewer: Viewer = LOCAL_VIEWER, on: date = TODAY, **choice: Any) -> ActivePatients:
        return today.active_patients(clinic, viewer, replace(ALL, **choice), on)

    assert active() == ActivePatients(induction=3, maintenance=1, unbooked=1)
    assert active(site_ids=("S1",)) == ActivePatients(2, 0, 1)
    assert active(phases=(Phase.MAINTENANCE,)) == ActivePatients(0, 1, 0)
    assert active(diagnosis_groups=(DiagnosisGroup.BIPOLAR,)) == ActivePatients(0, 0, 0)
    assert active(SEES_WEST) == ActivePatients(1, 1, 0)


def test_a_series_ends_by_the_contracts_intervals(clinic: Connection):
    def active(on: date) -> ActivePatients:
        return today.active_patients(clinic, LOCAL_VIEWER, ALL, on)

    # P4's only infusion was on 5 March, P3's last on 3 March, P1's on 11 March.
    assert active(date(2026, 3, 19)).induction == 2
    assert active(date(2026, 3, 20)).induction == 1
    # P5's last was on 20 January; 182 days later is 21 July.
    assert active(date(2026, 7, 21)).maintenance == 1
    assert active(date(2026, 7, 22)).maintenance == 0


def test_terms_recently_and_before(clinic: Connection):
    recent = date(2026, 2, 10)
    frame = today.terms_recently_and_before(clinic, LOCAL_VIEWER, ALL, recent)
    assert list(frame.columns) == ["term_key", "term", "recent", "before"]
    assert sorted(rows(frame[["term", "recent", "before"]])) == [
        ("Headache", 1, 1),
        ("Nausea", 2, 1),
    ]
    seen = today.terms_recently_and_before(clinic, SEES_WEST, ALL, recent)
    assert rows(seen[["term", "recent", "before"]]) == [("Headache", 0, 1)]


def test_a_viewer_of_one_site_sees_only_that_site(clinic: Connection):
    assert today.appointments_by_hour(clinic, SEES_WEST, THE_DAY, NOW)["site_key"].eq(WEST).all()
    assert today.appointment_list(clinic, SEES_WEST, THE_DAY, NOW)["site"].eq("West").all()
    assert today.infusions_by_day(clinic, SEES_WEST, ALL)["infusions"].sum() == 4
    period = replace(ALL, start=date(2026, 2, 26), end=TODAY)
    assert today.patients_by_window(clinic, SEES_WEST, period) == [1, 0]


def test_a_viewer_without_the_permission_sees_nothing(clinic: Connection):
    with pytest.raises(NotPermittedError):
        today.appointments_by_hour(clinic, SEES_NOTHING, THE_DAY, NOW)
    with pytest.raises(NotPermittedError):
        today.appointment_list(clinic, SEES_NOTHING, THE_DAY, NOW)
    with pytest.raises(NotPermittedError):
        today.infusions_by_day(clinic, SEES_NOTHING, ALL)
    with pytest.raises(NotPermittedError):
        today.patients_by_window(clinic, SEES_NOTHING, ALL)
    with pytest.raises(NotPermittedError):
        today.active_patients(clinic, SEES_NOTHING, ALL, TODAY)
    with pytest.raises(NotPermittedError):
        today.terms_recently_and_before(clinic, SEES_NOTHING, ALL, TODAY)


def test_an_empty_database(engine: Engine):
    week = replace(ALL, start=date(2026, 3, 5), end=TODAY)
    with reading(engine) as connection:
        assert today.appointments_by_hour(connection, LOCAL_VIEWER, THE_DAY, NOW).empty
        assert today.appointment_list(connection, LOCAL_VIEWER, THE_DAY, NOW).empty
        assert today.infusions_by_day(connection, LOCAL_VIEWER, ALL).empty
        assert today.patients_by_window(connection, LOCAL_VIEWER, week) == [0]
        nobody = today.active_patients(connection, LOCAL_VIEWER, ALL, TODAY)
        assert nobody == ActivePatients(0, 0, 0)
        assert today.terms_recently_and_before(connection, LOCAL_VIEWER, ALL, TODAY).empty


def test_what_is_on_record_in_the_last_week_and_before(complete_clinic: Connection):
    period = replace(ALL, start=date(2026, 1, 7), end=date(2026, 3, 10))
    frame = today.complete_records(complete_clinic, LOCAL_VIEWER, period, date(2026, 3, 4))
    assert list(frame.columns) == [
        "infusions",
        "form",
        "pressures",
        "by_weight",
        "weighed",
        "scored",
        "ended",
        "discharged",
    ]
    # 4 to 10 March: I10, I7, I11; I7 is of esketamine. Before: I6, I9, I2, I1, I3.
    assert frame.index.tolist() == ["recent", "before"]
    assert rows(frame) == [(3, 3, 1, 2, 1, 1, 2, 1), (5, 4, 0, 5, 0, 1, 0, 0)]


def test_records_of_one_site_and_of_a_period_without_infusions(complete_clinic: Connection):
    period = replace(ALL, start=date(2026, 1, 7), end=date(2026, 3, 10))
    west = today.complete_records(complete_clinic, SEES_WEST, period, date(2026, 3, 4))
    assert west["infusions"].tolist() == [0, 3]
    none = replace(ALL, start=date(2020, 1, 1), end=date(2020, 3, 1))
    empty = today.complete_records(complete_clinic, LOCAL_VIEWER, none, date(2020, 2, 1))
    assert empty.to_numpy().sum() == 0
    with pytest.raises(NotPermittedError):
        today.complete_records(complete_clinic, SEES_NOTHING, period, date(2026, 3, 4))
