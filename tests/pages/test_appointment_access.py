"""The view Access, run as Streamlit runs it, and the words about it."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Connection
from streamlit.testing.v1 import AppTest

from clinical.access_times import Waits
from clinical.calendar import day_number, month_number
from clinical.funnel import by_source, stages
from clinical.survival import kaplan_meier
from data_access.engine import URL_VARIABLE, make_engine, writing
from pages.appointments.access_findings import (
    Slots,
    access_answer,
    curves_finding,
    quality_words,
    slots_figure,
    slots_finding,
)
from pages.appointments.access_people import chosen_bar
from pages.appointments.funnel_findings import (
    NO_SOURCE,
    OTHER_SOURCES,
    Funnel,
    funnel_finding,
    rhythm_findings,
    sources_finding,
)
from tests.data_access.access_clinic import fill
from tests.data_access.appointment_clinic import fill_sites
from tests.pages.side_effect_page import chart, choose, spaced, words

HOSTILE = "<b>x</b> *y* [z](javascript:1)"
TODAY = date(2026, 3, 11)


def _draw() -> None:
    import os
    from datetime import UTC, date, datetime, time

    from access.roles import ROLES, RoleName
    from access.viewer import LOCAL_VIEWER, Viewer
    from clinical.codes import Phase
    from data_access.engine import make_engine, reading
    from data_access.filters import Filters
    from data_access.status import clinic_status
    from pages.appointments.access import access_view
    from pages.shared.context import PageContext

    start, end = (date.fromisoformat(day) for day in os.environ["TEST_DAYS"].split())
    today = date(2026, 3, 11)
    viewer = LOCAL_VIEWER
    phases: tuple[Phase, ...] = ()
    if os.environ["TEST_VIEWER"] == "manager":
        viewer = Viewer("manager", ROLES[RoleName.MANAGER].permissions, role="manager")
        phases = (Phase.MAINTENANCE,)
    engine = make_engine(os.environ["CLINIC_DATABASE_URL"])
    with reading(engine) as connection:
        status = clinic_status(connection, viewer)
        now = datetime.combine(today, time(16), UTC)
        filters = Filters(start, end, phases=phases)
        access_view(PageContext(connection, viewer, filters, status, now, today, {}))
    engine.dispose()


@pytest.fixture(scope="module")
def clinic(make_database: Callable[[str], str]) -> str:
    url = make_database("sqlite")
    write(url, fill)
    return url


def write(url: str, filler: Callable[[Connection], None]) -> None:
    engine = make_engine(url)
    with writing(engine) as connection:
        filler(connection)
    engine.dispose()


@pytest.fixture
def page(clinic: str, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv(URL_VARIABLE, clinic)
    monkeypatch.setenv("TEST_DAYS", "2026-01-01 2026-12-31")
    monkeypatch.setenv("TEST_VIEWER", "clinician")
    return AppTest.from_function(_draw, default_timeout=30)


def test_the_view_answers_in_its_first_sentence(page: AppTest):
    shown = page.run()
    assert not shown.exception
    said = words(shown)
    # Seen after 3, 7 and 8 days of seven referred; treated after 3, 5, 10 and 20 of eight. West is
    # closed on the 18th, so its slots are on the 25th; North's third is on Monday.
    assert (
        "## Half of the **7** referred were seen within **8 days** and treated within **20 days**; "
        "the third next infusion slot comes latest at **West**, in **14 days**."
    ) in said
    assert "9 people were referred, seen or treated for the first time from 1 Jan 2026" in said
    assert "Referral to consultation: 1 person left out, whose end lies before" in said
    assert "phase filter" not in said


def test_key_figures(page: AppTest):
    figures = {each.label: (spaced(each.value), spaced(each.delta)) for each in page.run().metric}
    assert figures == {
        "Referral to consultation": ("8 days", "80 %: not reached · 90 %: not reached · n 7"),
        # After 7, 12, 0 and 15 days; one was not treated.
        "Consultation to first infusion": ("12 days", "80 %: 15 d · 90 %: not reached · n 5"),
        "Third next slot": ("14 days", "West · Wed 25 Mar 2026"),
        # Q1 and Q7 in a week; Q2 and Q5 never, Q10 after eight days.
        "Courses in rhythm": ("40 %", "2 of 5 · 95 % CI 12–77"),
    }


def test_pictures_say_what_was_found(page: AppTest):
    said = words(page.run())
    assert "7 people referred, 4 of them not seen yet; 4 of 8 not treated yet" in said
    assert "Third next slot: 14 days (Wed 25 Mar) at West, the latest" in said
    assert "5 inductions judged, 0 whose time is not over are not; at 2 infusions a week" in said
    assert "1 of the 5 had no plan on record and counts as planned for six." in said
    # Who entered since 10 January, 60 days ago, is not judged: four.
    assert (
        "20 % of those who entered completed a course; most lost: no consultation planned (2 of 5)"
    ) in said
    assert "5 people who entered until 10 Jan 2026; 4 later ones are still on the way" in said
    slots = next(
        each for each in page.get("plotly_chart") if "free infusion slot" in each.proto.alt
    )
    assert "unknown: no opening hours" in slots.proto.spec


def test_from_a_bar_to_the_people(page: AppTest):
    page.run()
    shown = choose(page, "access-funnel", 3, 1)
    assert not shown.exception
    assert "#### Behind it: Seen, not treated" in words(shown)
    (table,) = [each.value for each in shown.dataframe if "Patient" in each.value.columns]
    assert table["Patient"].tolist() == ["Person 3, Ann"]
    assert table["Consultation attended"].tolist() == [date(2026, 1, 14)]
    assert table["Infusions of the first course"].tolist() == ["none"]
    shown = choose(page, "access-funnel", 0, 0)
    (table,) = [each.value for each in shown.dataframe if "Patient" in each.value.columns]
    assert table["Referral source"].tolist() == ["GP", HOSTILE, "GP", "gp", "GP"]


def test_names_are_not_for_everybody(page: AppTest, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TEST_VIEWER", "manager")
    page.run()
    shown = choose(page, "access-funnel", 3, 1)
    assert not shown.exception
    assert "Behind it" not in words(shown)
    assert "which are free text, is for clinicians and nurses." in words(shown)
    assert HOSTILE not in str(shown)
    assert not shown.dataframe
    assert "Person" not in str(shown)
    assert "The phase filter does not apply here" in words(shown)


def test_nobody_entered_but_slots_are_known(page: AppTest, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TEST_DAYS", "2025-06-01 2025-06-30")
    shown = page.run()
    assert not shown.exception
    assert shown.info[0].value.startswith(
        "Nobody was referred, seen or treated for the first time between 1 Jun 2025 and 30 Jun"
    )
    assert chart(shown)["data"]


def test_everybody_is_still_on_the_way(page: AppTest, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TEST_DAYS", "2026-03-01 2026-03-11")
    shown = page.run()
    assert not shown.exception
    assert ("1 person entered, all within the last 60 days: still on the way.") in words(shown)
    assert "The **one** person referred had not been seen yet" in words(shown)


def test_an_empty_clinic(sqlite_url: str, page: AppTest, monkeypatch: pytest.MonkeyPatch):
    write(sqlite_url, fill_sites)
    monkeypatch.setenv(URL_VARIABLE, sqlite_url)
    shown = page.run()
    assert not shown.exception
    assert "with these filters." in shown.info[0].value
    assert "no usual infusion length" in shown.get("plotly_chart")[0].proto.spec


@pytest.mark.parametrize(
    "sent",
    [
        [],
        ["words"],
        [["words", 9, 0]],
        [["words", -1, 1]],
        [["words", "3", 1]],
        [["words", 0, 1]],
        [["words", 2, 5]],
        [{"stage": 1}],
    ],
)
def test_what_a_browser_sends_is_checked(sent):
    assert chosen_bar(sent, TODAY) is None


def some_waits(days: list[int], came: list[int], waiting: list[int], odd: int = 0) -> Waits:
    return Waits(kaplan_meier(np.array(days), np.array(came), np.array(waiting)), odd)


NOBODY = some_waits([], [], [])
QUICK = some_waits([3, 9], [6, 4], [0, 0])
SLOW = some_waits([30, 60], [2, 0], [0, 8])


def in_days(*days: int) -> tuple[int, ...]:
    return tuple(day_number(TODAY) + day for day in days)


@pytest.mark.parametrize(
    ("seen", "treated", "slots", "answer"),
    [
        (NOBODY, NOBODY, [], "How long people wait is not known, as no referral is dated."),
        (
            QUICK,
            SLOW,
            [Slots("North", in_days(1, 1, 1))],
            "Half of the **10** referred were seen within **3 days**, and under half have been "
            "treated yet; the third next infusion slot at **North** is in **1 day**.",
        ),
        (
            SLOW,
            SLOW,
            [Slots("A*b*", in_days(2)), Slots("B", None, "no chairs")],
            "Under half of the **10** referred were seen; there is no third free infusion slot at "
            "**A\\*b\\*** within eight weeks.",
        ),
    ],
)
def test_answers(seen, treated, slots, answer):
    assert access_answer(seen, treated, slots, TODAY, several=True) == answer


def test_slots_that_are_unknown_or_beyond():
    unknown = Slots("B", None, "no chairs")
    assert slots_figure([unknown], TODAY).value == "unknown"
    finding = slots_finding([unknown, Slots("A", in_days(1, 2, 2)), Slots("C", ())], TODAY)
    assert finding is not None
    assert finding.title == "Third next slot: beyond 8 weeks at C, the latest"
    table = finding.numbers()
    assert table["Site"].tolist() == ["C", "A", "B"]
    assert table["Remark"].tolist() == ["beyond 8 weeks", "", "unknown: no chairs"]
    assert table["Days until the third"].isna().tolist() == [True, False, True]
    alone = slots_finding([unknown], TODAY)
    assert alone is not None
    assert alone.title == "When the next infusion fits in is not known"
    assert slots_finding([], TODAY) is None


def test_the_curves_in_numbers():
    finding = curves_finding(QUICK, SLOW)
    assert finding.title == "80 % seen within 9 days"
    table = finding.numbers()
    first = table.iloc[0].tolist()
    # Six of ten within a week, none censored before; four waited on.
    assert first[:3] == ["Referral to consultation", 7, 60.0]
    assert first[5] == 4
    treated = table[table["Wait"] == "Referral to first infusion"]
    # Two of ten by 30 days; after 60 nobody was watched any more.
    assert treated["Within days"].max() == 56
    assert treated["% had come"].tolist()[-1] == 20.0
    assert quality_words({}) == []


def a_funnel(sources: list[str | None], treated: list[float]) -> Funnel:
    ways = pd.DataFrame(
        {
            "planned": 2.0,
            "seen": 3.0,
            "treated": treated,
            "completed": np.nan,
            "waited": 90,
            "people": 1,
            "source": pd.Series(sources, dtype=object),
        }
    )
    return Funnel(
        stages(ways), by_source(ways, 3, OTHER_SOURCES, NO_SOURCE), 60, date(2026, 1, 10), 2
    )


def test_a_source_that_stands_out_is_named_as_text():
    # Of 40 from the first 38 were treated, of 40 from the GP 8.
    treated = [9.0] * 38 + [np.nan] * 2 + [9.0] * 8 + [np.nan] * 32 + [np.nan] * 4
    finding = sources_finding(a_funnel([HOSTILE] * 40 + ["GP"] * 40 + [None] * 4, treated))
    assert finding is not None
    title = spaced(finding.title)
    assert title.startswith("More are treated of those from \\<b\\>x")
    # 38 of 40, and 8 of the 44 others.
    assert title.endswith(": 95 %, of the others 18 %")
    drawn = finding.chart.to_json()
    assert "<b>x" not in drawn.replace("\\u003c", "<").replace("<b>&lt;b&gt;x", "")
    assert finding.numbers()["Referral source"].tolist() == [HOSTILE, "GP", NO_SOURCE]


def test_sources_of_which_nothing_is_known():
    assert sources_finding(a_funnel([None] * 3, [1.0, 2.0, 3.0])) is None
    few = sources_finding(a_funnel(["GP"] * 6, [9.0] * 6))
    assert few is not None
    assert spaced(few.title) == "100 % were treated, whatever the source"


def test_a_funnel_that_loses_nobody():
    ways = pd.DataFrame(
        {
            **{stage: [1.0, 4.0] for stage in ("planned", "seen", "treated", "completed")},
            "waited": 90,
            "people": 1,
            "source": None,
        }
    )
    funnel = Funnel(stages(ways), by_source(ways, 3, "", ""), 60, TODAY, 0)
    finding = funnel_finding(funnel)
    assert spaced(finding.title) == "100 % of those who entered completed a course"
    assert finding.numbers()["% of all"].tolist() == [100.0] * 5


def test_rhythm_by_month_and_site():
    january = month_number(date(2026, 1, 1))
    by_month = pd.DataFrame(
        {
            "month": [january, january + 1, january + 3, january + 4],
            "kept": [18, 17, 4, 0],
            "judged": [20, 20, 20, 0],
            "in_time": [0, 0, 3, 5],
            "unknown_plan": 0,
        }
    )
    by_site = pd.DataFrame(
        {"site_key": [1, 2], "kept": [30, 9], "judged": [30, 30], "in_time": 4, "unknown_plan": 1}
    )
    months, sites = rhythm_findings(by_month, by_site, {1: "A", 2: "B*"}, 2)
    # 39 of 60; nothing before the latest three months with courses that are judged.
    assert spaced(months.title) == "65 % of courses kept their rhythm"
    # March had none, of May none is judged: both are gaps.
    assert months.numbers()["%"].fillna(-1).tolist() == [90.0, 85.0, -1.0, 20.0, -1.0]
    assert spaced(sites.title) == "Fewest keep it at B\\*: 30 %, elsewhere 100 %"
    assert "2 of the 60 had no plan" not in months.note
