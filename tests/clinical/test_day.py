"""The day of the chairs, worked out by hand. Times are minutes after midnight."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from clinical.codes import AppointmentKind as Kind
from clinical.codes import AppointmentStatus as Status
from clinical.codes import Phase
from clinical.day import (
    ChairState,
    Noted,
    UsualTime,
    chair_state,
    chair_stays,
    clock_words,
    free_slots,
    in_lanes,
    minute_of_day,
    usual_time,
    usual_times,
)

NOTHING = Noted()
BEGUN = Noted(started=True)
ENDED = Noted(started=True, ended=True)
GONE = Noted(started=True, ended=True, discharged=True)
MISSING = float("nan")
SITE, NOW = 1, {1: 660.0}  # 11:00


@pytest.mark.parametrize(
    ("status", "noted", "late", "state"),
    [
        (Status.BOOKED, NOTHING, False, ChairState.BOOKED),
        (Status.BOOKED, NOTHING, True, ChairState.LATE),
        (Status.ARRIVED, NOTHING, False, ChairState.ARRIVED),
        (Status.ARRIVED, BEGUN, False, ChairState.RUNNING),
        (Status.ARRIVED, ENDED, False, ChairState.RECOVERING),
        (Status.ARRIVED, GONE, False, ChairState.DONE),
        (Status.FULFILLED, NOTHING, False, ChairState.DONE),
        (Status.FULFILLED, BEGUN, False, ChairState.DONE),
        # Nobody has touched the appointment, but the infusion is going on.
        (Status.BOOKED, BEGUN, True, ChairState.RUNNING),
        (Status.NOSHOW, NOTHING, False, ChairState.MISSED),
        (Status.CANCELLED, NOTHING, False, ChairState.CANCELLED),
    ],
)
def test_how_far_a_stay_has_come(status, noted, late, state):
    assert chair_state(status, noted, late=late) is state


def test_minutes_are_by_the_sites_clock():
    instant = datetime(2026, 3, 11, 15, 0, 30, tzinfo=UTC)
    day = date(2026, 3, 11)
    assert minute_of_day(instant, ZoneInfo("America/New_York"), day) == 11 * 60 + 0.5
    assert minute_of_day(instant, ZoneInfo("Asia/Tokyo"), day) == 24 * 60 + 0.5
    assert clock_words(24 * 60 + 0.5) == "00:00"
    assert clock_words(13 * 60 + 5.9) == "13:05"


def counts(*rows: tuple[int, int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["site_key", "phase", "minutes", "infusions"])


INDUCTION, MAINTENANCE = int(Phase.INDUCTION), int(Phase.MAINTENANCE)


def test_the_usual_time_is_the_median_by_phase_from_ten_infusions_on():
    times = usual_times(
        counts(
            (SITE, INDUCTION, 100, 5),
            (SITE, INDUCTION, 110, 4),
            (SITE, INDUCTION, 200, 1),
            (SITE, MAINTENANCE, 80, 9),
        )
    )
    # Of ten the fifth and sixth: 100 and 110. Of all nineteen the tenth: 100.
    induction = UsualTime(105, 10, Phase.INDUCTION)
    assert usual_time(times, SITE, INDUCTION) == induction
    whole_site = UsualTime(100, 19, Phase.NONE)
    assert usual_time(times, SITE, MAINTENANCE) == whole_site
    assert usual_time(times, SITE, int(Phase.NONE)) == whole_site
    assert usual_time(times, 2, INDUCTION) is None


def test_too_few_infusions_tell_nothing():
    assert usual_time(usual_times(counts((SITE, INDUCTION, 100, 9))), SITE, INDUCTION) is None
    assert usual_times(counts()) == {}


USUAL = {(SITE, Phase.INDUCTION): UsualTime(100, 40, Phase.INDUCTION)}


def visit(status: Status, **times: Any) -> dict[str, Any]:
    """An infusion appointment from 10:00 to 12:00 at 11:00."""
    empty = dict.fromkeys(("started", "ended", "discharged"), MISSING)
    return {
        "site_key": SITE,
        "chair_key": 1,
        "kind": int(Kind.INFUSION),
        "status": int(status),
        "phase": INDUCTION,
        "late": 0,
        "start": 600.0,
        "end": 720.0,
        **empty,
        **times,
    }


def stay(status: Status, usual: Any = USUAL, **times: Any) -> tuple[Any, ...]:
    stays = chair_stays(pd.DataFrame([visit(status, **times)]), usual, NOW)
    (row,) = stays[["state", "begins", "known_until", "ends", "usual"]].itertuples(index=False)
    return tuple(row)


def test_a_running_infusion_ends_its_usual_time_after_its_start():
    usual = USUAL[SITE, Phase.INDUCTION]
    running = stay(Status.ARRIVED, started=615.0)
    assert running == (ChairState.RUNNING, 615.0, 660.0, 715.0, usual)
    recovering = stay(Status.ARRIVED, started=615.0, ended=655.0)
    assert recovering == (ChairState.RECOVERING, 615.0, 660.0, 715.0, usual)


def test_what_takes_longer_than_usual_lasts_until_now_at_least():
    assert stay(Status.ARRIVED, started=540.0)[1:4] == (540.0, 660.0, 660.0)


def test_where_nothing_is_usual_it_ends_as_scheduled():
    state, begins, known_until, ends, usual = stay(Status.ARRIVED, {}, started=615.0)
    assert (state, begins, known_until, ends) == (ChairState.RUNNING, 615.0, 660.0, 720.0)
    assert usual is None


def test_an_infusion_without_appointment_and_without_anything_usual_lasts_until_now():
    alone = {"start": MISSING, "end": MISSING, "started": 630.0}
    assert stay(Status.ARRIVED, {}, **alone)[1:4] == (630.0, 660.0, 660.0)


def test_who_has_arrived_keeps_the_chair_for_the_usual_time_from_now_on():
    assert stay(Status.ARRIVED)[:4] == (ChairState.ARRIVED, 600.0, 760.0, 760.0)
    assert stay(Status.ARRIVED, {})[:4] == (ChairState.ARRIVED, 600.0, 720.0, 720.0)
    consultation = stay(Status.ARRIVED, kind=int(Kind.CONSULTATION))
    assert consultation[:4] == (ChairState.ARRIVED, 600.0, 720.0, 720.0)


def test_what_is_done_lasted_from_its_start_to_the_discharge():
    done = stay(Status.FULFILLED, started=480.0, ended=520.0, discharged=595.0)
    assert done[:4] == (ChairState.DONE, 480.0, 595.0, 595.0)
    # No discharge is noted: the usual time, but not beyond now.
    assert stay(Status.FULFILLED, started=480.0)[1:4] == (480.0, 580.0, 580.0)
    assert stay(Status.FULFILLED, started=600.0)[1:4] == (600.0, 660.0, 660.0)
    assert stay(Status.FULFILLED)[1:4] == (600.0, 720.0, 720.0)


def test_other_states_are_as_scheduled():
    for status, late in ((Status.BOOKED, 0), (Status.BOOKED, 1), (Status.NOSHOW, 0)):
        assert stay(status, late=late)[1:4] == (600.0, 720.0, 720.0)


def test_no_visits():
    empty = chair_stays(pd.DataFrame([visit(Status.BOOKED)]).head(0), USUAL, NOW)
    assert {"state", "begins", "ends", "known_until", "usual"} <= set(empty.columns)
    assert in_lanes(empty).empty


def spans(*rows: tuple[int, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["chair_key", "begins", "ends"])


def test_stays_that_overlap_lie_side_by_side():
    placed = in_lanes(spans((1, 0, 10), (1, 5, 15), (1, 10, 20), (1, 20, 30), (2, 0, 10)))
    # The third begins when the first has ended, and takes its lane.
    assert placed["lane"].tolist() == [0, 1, 0, 0, 0]
    assert placed["lanes"].tolist() == [2, 2, 2, 1, 1]


def test_three_at_once():
    placed = in_lanes(spans((1, 0, 10), (1, 0, 30), (1, 5, 6)))
    assert placed["lane"].tolist() == [0, 1, 2]
    assert placed["lanes"].tolist() == [3, 3, 3]


CHAIRS = pd.DataFrame({"site_key": [1, 1], "chair_key": [1, 2]})
HOURS = pd.DataFrame({"site_key": [1, 1], "opens": [480.0, 780.0], "closes": [720.0, 1020.0]})


def slots(*stays: tuple[int, ChairState, float, float], now: float = 660.0) -> list[Any]:
    table = pd.DataFrame(stays, columns=["chair_key", "state", "begins", "ends"])
    found = free_slots(CHAIRS, table, HOURS, {1: now})
    assert list(found.columns) == ["site_key", "chair_key", "begins", "ends"]
    return list(found[["chair_key", "begins", "ends"]].itertuples(index=False, name=None))


def test_free_slots_begin_now_and_end_with_the_lunch_break_and_at_closing():
    # 11:00 to 12:00 is just long enough.
    assert slots()[:2] == [(1, 660.0, 720.0), (1, 780.0, 1020.0)]
    assert slots(now=661.0)[:1] == [(1, 780.0, 1020.0)]
    assert slots(now=1100.0) == []
    assert slots(now=400.0)[:1] == [(1, 480.0, 720.0)]


def test_what_holds_a_chair_leaves_the_gaps_between():
    booked, late = ChairState.BOOKED, ChairState.LATE
    found = slots((1, booked, 840.0, 900.0), (1, late, 600.0, 700.0), (1, booked, 959.0, 980.0))
    # 13:00 to 14:00 is free; 15:00 to 15:59 is too short, so is 16:20 to 17:00.
    assert [slot for slot in found if slot[0] == 1] == [(1, 780.0, 840.0)]


def test_stays_that_overlap_or_reach_beyond_closing():
    running = ChairState.RUNNING
    found = slots(
        (2, running, 640.0, 850.0), (2, running, 650.0, 700.0), (2, running, 1000.0, 1100.0)
    )
    assert [slot for slot in found if slot[0] == 2] == [(2, 850.0, 1000.0)]


@pytest.mark.parametrize("state", [ChairState.MISSED, ChairState.CANCELLED, ChairState.DONE])
def test_who_does_not_come_or_has_left_leaves_the_chair_free(state):
    assert slots((1, state, 780.0, 900.0))[1] == (1, 780.0, 1020.0)


def test_a_closed_site_has_no_free_slots():
    empty = pd.DataFrame(columns=["chair_key", "state", "begins", "ends"])
    assert free_slots(CHAIRS, empty, HOURS.head(0), {1: 660.0}).empty


def test_a_stay_is_never_shorter_than_a_minute():
    stays = chair_stays(pd.DataFrame([visit(Status.ARRIVED, started=660.0)]), {}, {1: 660.0})
    assert (stays["ends"] - stays["begins"]).tolist() == [60.0]
    at_end = visit(Status.FULFILLED, started=700.0)
    assert not np.isnan(chair_stays(pd.DataFrame([at_end]), {}, NOW)["ends"]).any()
