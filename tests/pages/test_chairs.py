"""The words and the table of the timeline of the chairs."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pytest

from clinical.codes import AppointmentKind as Kind
from clinical.codes import AppointmentStatus as Status
from clinical.codes import Phase
from clinical.day import ChairState, UsualTime
from pages.today.chairs import Day, day_finding
from pages.today.known import Moment

MOMENT = Moment(date(2026, 3, 11), datetime(2026, 3, 11, 11, 0, tzinfo=UTC), 1)
INFUSION, CONSULTATION = int(Kind.INFUSION), int(Kind.CONSULTATION)
USUAL = UsualTime(105, 40, Phase.INDUCTION)


def stay(chair: int, state: ChairState, begins: float, ends: float, **more: Any) -> dict[str, Any]:
    return {
        "site_key": 1,
        "chair_key": chair,
        "kind": INFUSION,
        "status": int(Status.ARRIVED),
        "state": int(state),
        "begins": begins,
        "known_until": min(ends, 660.0),
        "ends": ends,
        "usual": None,
        "who": "",
        "lane": 0,
        "lanes": 1,
        **more,
    }


def day(*stays: dict[str, Any], chairs: int = 2, **more: Any) -> Day:
    table = pd.DataFrame(list(stays) or [stay(1, ChairState.DONE, 0, 1)]).head(len(stays))
    parts: dict[str, Any] = {
        "moment": MOMENT,
        "chairs": pd.DataFrame(
            {
                "site_key": 1,
                "site": "North",
                "time_zone": "UTC",
                "chair_key": range(1, chairs + 1),
                "chair": [f"*Chair* {number}" for number in range(1, chairs + 1)],
            }
        ),
        "visits": table[["chair_key", "kind", "status"]],
        "stays": table,
        "free": pd.DataFrame(columns=["site_key", "chair_key", "begins", "ends"]),
        "hours": pd.DataFrame({"site_key": [1], "opens": [480.0], "closes": [1020.0]}),
        "shut": {},
        "now": {1: 660.0},
        "narrowed": False,
    }
    return Day(**{**parts, **more})


def free(*slots: tuple[int, int, float, float]) -> pd.DataFrame:
    return pd.DataFrame(slots, columns=["site_key", "chair_key", "begins", "ends"])


def said(words: str) -> str:
    return words.replace("\\", "")


RUNNING = stay(2, ChairState.RUNNING, 615, 720, usual=USUAL)
DONE = stay(1, ChairState.DONE, 480, 590)


def test_the_finding_in_words():
    finding = day_finding(day(DONE, RUNNING, free=free((1, 1, 660, 1020))))
    assert said(finding.title) == (
        "1 of 2 chairs in use at 11:00; 1 free slot of 60 minutes or more until closing"
    )
    assert said(finding.subtitle) == (
        "2 appointments with a chair: 1 done, 1 running. Next free: ***Chair* 1, 11:00–17:00**."
    )
    assert r"\*Chair\* 1" in finding.subtitle


def test_the_table_holds_stays_and_free_slots_by_chair():
    finding = day_finding(day(RUNNING, DONE, free=free((1, 1, 660, 1020))))
    rows = list(finding.numbers().itertuples(index=False, name=None))
    assert rows == [
        ("North", "*Chair* 1", "08:00", "09:50", "Done", "Infusion"),
        ("North", "*Chair* 1", "11:00", "17:00", "Free", ""),
        ("North", "*Chair* 2", "10:15", "12:00", "Running", "Infusion"),
    ]


def test_names_are_in_the_table_where_the_query_gave_them():
    named = stay(1, ChairState.DONE, 480, 590, who="Lee, Ann")
    visits = pd.DataFrame(
        {"chair_key": [1], "kind": [INFUSION], "status": [3], "family_name": ["Lee"]}
    )
    table = day_finding(day(named, visits=visits, free=free((1, 2, 660, 1020)))).numbers()
    assert table["Patient"].tolist() == ["Lee, Ann", ""]


def test_a_day_without_appointments_is_drawn_with_its_free_slots():
    finding = day_finding(day(free=free((1, 1, 660, 1020), (1, 2, 660, 1020))))
    assert said(finding.subtitle).startswith("No appointment has a chair today. Next free: ")
    assert finding.numbers()["What"].tolist() == ["Free", "Free"]


def test_the_note_says_on_what_an_expected_end_rests():
    note = said(day_finding(day(RUNNING)).note)
    assert (
        "Pale: until the expected end, the start plus the usual chair time (105 minutes: median "
        "from start to discharge in 90 days, by site and phase, n 40)."
    ) in note
    other = stay(1, ChairState.RECOVERING, 600, 720)
    assert "n 40); 1 as scheduled." in said(day_finding(day(RUNNING, other)).note)
    scheduled = said(day_finding(day(other)).note)
    assert "until the expected end, as scheduled: too few infusions to tell what is usual." in (
        scheduled
    )


def test_the_note_counts_what_has_no_chair_and_what_is_not_drawn():
    visits = pd.DataFrame(
        {
            "chair_key": pd.array([None, None, None, 1, None], dtype="Int64"),
            "kind": [INFUSION, INFUSION, CONSULTATION, INFUSION, CONSULTATION],
            "status": [
                int(each)
                for each in (
                    Status.BOOKED,
                    Status.ARRIVED,
                    Status.BOOKED,
                    Status.CANCELLED,
                    Status.CANCELLED,
                )
            ],
        }
    )
    note = said(day_finding(day(visits=visits, narrowed=True)).note)
    assert "**2 infusions have no chair noted.**" in note
    assert "1 other visit takes no chair." in note
    assert "Not drawn: 2 cancelled." in note
    assert "the filters for diagnosis and phase do not count here" in note


def two_sites(first: int, second: int) -> pd.DataFrame:
    sites = [1] * first + [2] * second
    return pd.DataFrame(
        {
            "site_key": sites,
            "site": [f"Site {site}" for site in sites],
            "time_zone": "UTC",
            "chair_key": range(1, len(sites) + 1),
            "chair": "Chair",
        }
    )


@pytest.mark.parametrize(("first", "second", "drawn"), [(20, 20, 40), (20, 21, 20), (50, 1, 50)])
def test_whole_sites_are_drawn_as_far_as_they_fit(first: int, second: int, drawn: int):
    several = replace(day(now={1: 660.0, 2: 660.0}), chairs=two_sites(first, second))
    finding = day_finding(several)
    chairs = [name for name in finding.chart.layout.yaxis.ticktext if not name.startswith("<b>")]
    assert len(chairs) == drawn
    is_whole = drawn == first + second
    assert ("1 more site is counted but not drawn" in finding.note) is not is_whole
    assert finding.title.startswith(f"0 of {first + second} chairs in use")


def test_chairs_of_a_closed_site_are_left_out():
    shut = day(DONE, now={1: 660.0, 2: 1.0}, shut={2: "closed: Staff training"})
    finding = day_finding(replace(shut, chairs=two_sites(1, 1)))
    assert list(finding.chart.layout.yaxis.ticktext) == ["Chair"]
    assert "Site 2 is closed: Staff training." in said(finding.note)
    assert said(finding.title).startswith("0 of 1 chair in use at 11:00")
