"""The view What if, run as Streamlit runs it, on a clinic whose weeks are all alike."""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest
from sqlalchemy import delete
from streamlit.testing.v1 import AppTest

from clinical.block_length import lengths
from clinical.growth import Growth
from clinical.thresholds import DEFAULTS
from clinical.what_if import AS_NOW, Change, Outlook, UntilFull, outlook
from data_access.engine import URL_VARIABLE, make_engine, writing
from data_access.schema import OpeningHours
from pages.appointments.what_if_findings import site_blocks_finding, stays_finding
from pages.appointments.what_if_known import Known, SiteKnown
from pages.appointments.what_if_words import Compared, answer, change_words, interval_words
from tests.clinical.test_what_if import PLACE, weeks
from tests.data_access.even_clinic import TODAY, fill
from tests.pages.side_effect_page import chart, spaced, words

HOSTILE = "<b>North</b> $x$ ![x](http://host/a)"


@pytest.fixture(scope="module")
def url(make_database: Callable[[str], str]) -> str:
    found = make_database("sqlite")
    engine = make_engine(found)
    with writing(engine) as connection:
        fill(connection, HOSTILE)
    engine.dispose()
    return found


def _draw() -> None:
    import os
    from datetime import UTC, datetime, time

    from access.viewer import LOCAL_VIEWER
    from data_access.engine import make_engine, reading
    from data_access.filters import Filters
    from data_access.status import clinic_status
    from pages.appointments.what_if import what_if_view
    from pages.shared.context import PageContext
    from tests.data_access.even_clinic import TODAY

    now = datetime.combine(TODAY, time(16), UTC)
    filters = Filters(TODAY, TODAY, tuple(os.environ["TEST_SITES"].split()))
    engine = make_engine(os.environ["CLINIC_DATABASE_URL"])
    with reading(engine) as connection:
        status = clinic_status(connection, LOCAL_VIEWER)
        what_if_view(PageContext(connection, LOCAL_VIEWER, filters, status, now, TODAY, {}))
    engine.dispose()


@pytest.fixture
def page(url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """A function that draws the view for some sites, with choices from the address."""

    def make(sites: str = "", database: str = "", **choices: str) -> AppTest:
        monkeypatch.setenv(URL_VARIABLE, database or url)
        monkeypatch.setenv("TEST_SITES", sites)
        app = AppTest.from_function(_draw, default_timeout=30)
        for name, value in choices.items():
            app.query_params[f"what-if-{name}"] = value
        app.run()
        assert not app.exception
        return app

    return make


def both(page: AppTest) -> dict[str, tuple[str, str]]:
    """The table: what is, and what would be."""
    table = page.dataframe[-1].value
    return {
        row[0]: (spaced(row[1]), spaced(row[2])) for row in table.itertuples(index=False, name=None)
    }


def test_as_it_is(page):
    shown = page()
    assert (
        "## As things are, **50 %** of a usual week's 32 chair-hours are booked and 40 % used; at "
        "the trend of the last 26 weeks the chairs **will not be full within 2 years** (90 % "
        "booked) (95 % CI: not within 2 years either way)."
    ) in words(shown)
    assert "Left out, because utilisation is unknown: South: no chairs are recorded; West: no " in (
        words(shown)
    )
    table = both(shown)
    assert table["Open chair-hours a week"] == ("32.0", "32.0")
    assert table["Booked chair-hours a week"] == ("16.0", "16.0")
    assert table["Used chair-hours a week"] == ("12.8", "12.8")  # 770 minutes
    assert table["Infusions that fit in a week"] == ("16", "16")
    # Seven in each of 30 weeks.
    assert table["Infusion patients who stay longer than their block"][0] == "0 % of 210"
    assert [metric.label for metric in shown.metric] == [
        "Scheduled utilisation",
        "Actual utilisation",
        "Infusions that fit in a week",
        "Full (90\N{NO-BREAK SPACE}% booked)",
    ]


def test_a_change_is_worked_out_at_once(page):
    shown = page(chairs="1", hours="2", weekday="Tuesday", block="90 min", missed="Halved")
    table = both(shown)
    # 3 × (480 + 600) minutes are 54 hours; 8 × 90 minutes are booked; of eight due one is missed,
    # then half of one: 770 × 15 / 14 = 825 minutes.
    assert table["Open chair-hours a week"] == ("32.0", "54.0")
    assert table["Booked chair-hours a week"] == ("16.0", "12.0")
    assert table["Used chair-hours a week"] == ("12.8", "13.8")
    assert table["Scheduled utilisation"] == ("50 %", "22 %")
    assert table["Actual utilisation"] == ("40 %", "25 %")
    assert table["Infusions that fit in a week"] == ("16", "33")  # 3 × (5 + 6)
    assert table["Infusion patients who stay longer than their block"] == (
        "0 % of 210",
        "100 % of 210",
    )
    assert (
        "## With **one more chair, Tuesdays 2 hours longer, infusion blocks of 90 minutes instead "
        "of 120 and half as many missed** **22 %** of the open chair time would be booked instead "
        "of 50 %, and 25 % used instead of 40 %; at the trend of the last 26 weeks the chairs "
        "**will not be full within 2 years** (90 % booked), as now; **100 %** of the infusion "
        "patients stay longer than such a block."
    ) in words(shown)


def test_the_picture_has_what_was_and_what_would_be(page):
    lines = {trace["name"]: trace for trace in chart(page(chairs="1"))["data"] if "name" in trace}
    assert set(lines) == {
        "Scheduled",
        "Used",
        "as now",
        "used, as now",
        "what if",
        "used, what if",
    }
    assert len(lines["Scheduled"]["x"]) == 26
    assert lines["Scheduled"]["x"][-1].startswith("2026-11-16")
    assert len(lines["what if"]["x"]) == 53
    assert lines["what if"]["x"][0].startswith("2026-11-23")


def test_words_of_the_address_that_mean_nothing_change_nothing(page):
    shown = page(chairs="99", block="7 min", missed="all", site="Nowhere", weekday="Someday")
    table = both(shown)
    assert all(now == then for now, then in table.values())


def test_names_are_no_markup(page):
    shown = page(site=HOSTILE)
    assert "<b>" not in words(shown)
    assert both(shown)["Open chair-hours a week"][0] == "32.0"


@pytest.mark.parametrize(
    ("sites", "why"),
    [("S2", "West: no opening hours are recorded"), ("S3", "South: no chairs are recorded")],
)
def test_without_hours_or_chairs_utilisation_is_unknown(page, sites, why):
    shown = page(sites)
    assert shown.info[0].value == (f"Utilisation is unknown, so nothing can be compared. {why}.")
    assert not shown.metric


def test_without_hours_the_stays_are_still_shown(page, make_database):
    database = make_database("sqlite")
    engine = make_engine(database)
    with writing(engine) as connection:
        fill(connection, weeks=3)
        connection.execute(delete(OpeningHours))
    engine.dispose()
    shown = page("S1", database)
    assert "North: no opening hours are recorded" in shown.info[0].value
    assert "Blocks of 120 minutes would hold 90 % of the stays and the turnover" in words(shown)


def test_a_clinic_without_sites(page, make_database):
    assert page(database=make_database("sqlite")).info[0].value == ("There is no site to plan for.")


# The words, from outlooks made by hand.


def compared(change: Change = AS_NOW, *, sites: int = 1, growth: Growth | None = None) -> Compared:
    places = [replace(PLACE, growth=growth)] * sites
    return Compared(outlook(places, AS_NOW), outlook(places, change), change, places)


def stays(*each: tuple[int, int]):
    return lengths(pd.DataFrame(each, columns=["minutes", "stays"]), "stays")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (Change(chairs=2), "2 more chairs at each site"),
        (Change(chairs=-1), "one chair fewer at each site"),
        (Change(hours=-1, weekday=5), "Fridays 1 hour shorter"),
        (
            Change(block=60, missed=0),
            "infusion blocks of 60 minutes instead of 120 and no appointment missed",
        ),
    ],
)
def test_what_is_changed(change, expected):
    assert change_words(compared(change, sites=2)) == expected


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (UntilFull(is_known=False), ""),
        (UntilFull(0, 0, 0), ""),
        (UntilFull(28, 15, 99), "95 % CI 15 weeks to 99 weeks"),
        (UntilFull(28, 1, None), "95 % CI 1 week to not within 2 years"),
        (UntilFull(3, 0, 9), "95 % CI 0 weeks to 9 weeks"),
        (UntilFull(None, None, None), "95 % CI: not within 2 years either way"),
    ],
)
def test_the_interval_in_words(until, expected):
    assert interval_words(until) == expected


def test_the_answer_tells_what_is_not_known():
    said = spaced(answer(compared(), stays()))
    assert said.endswith("when the chairs will be full is not known.")
    no_chair = spaced(answer(compared(Change(chairs=-1), sites=1, growth=None), stays()))
    assert "**100 %** of the open chair time would be booked" in no_chair
    none_left = answer(
        Compared(
            compared().now,
            Outlook(0, 960, 720, 0, None, UntilFull(is_known=False)),
            Change(chairs=-1),
            [PLACE],
        ),
        stays(),
    )
    assert none_left == "With one chair fewer there would be no open chair time left."


def test_when_a_change_moves_the_week_both_are_told():
    said = answer(compared(Change(chairs=1), growth=Growth(24, 0, 24)), stays())
    # 0.9 × 2,880 - 960 = 1,632 minutes: 68 weeks of growth less 4.5.
    assert "**in 64 weeks**; as it is, in 28 weeks." in said


def known(*of: tuple[str, list[tuple[int, int]]]) -> Known:
    sites = tuple(SiteKnown(name, PLACE, weeks(), stays(*each)) for name, each in of)
    return Known(TODAY, sites, DEFAULTS)


def test_the_block_that_the_stays_ask_for():
    # Of 100 stays 90 last up to 125 minutes: 135 with the turnover; 30 outlast 120.
    finding = stays_finding(known(("A", [(110, 70), (125, 20), (150, 10)])), 120)
    assert finding is not None
    assert spaced(finding.title) == (
        "30 % stay longer than 120 minutes; to hold 90 % of the stays and the turnover takes 135"
    )
    # scipy.stats: 30 of 100 is 21.9 to 39.6 %.
    assert "30 %, 95 % CI 22–40 at 120 min" in spaced(finding.note)
    table = finding.numbers().set_index("Block, minutes")
    assert table.loc[120, "Stay longer"] == 30
    assert table.loc[135, ""] == "suggested"
    assert table.loc[120, ""] == "now"


@pytest.mark.parametrize(
    ("block", "minutes", "expected"),
    [
        (150, 110, "Blocks of 120 minutes instead of 150 would hold"),
        (120, 110, "The block of 120 minutes holds"),
        (None, 110, "Blocks of 120 minutes would hold"),
    ],
)
def test_a_block_that_is_too_long_or_right(block, minutes, expected):
    finding = stays_finding(known(("A", [(minutes, 20)])), block)
    assert finding is not None
    assert finding.title.startswith(expected)


def test_few_stays_suggest_nothing():
    finding = stays_finding(known(("A", [(110, 19)])), 120)
    assert finding is not None
    assert finding.title == "Fewer than 20 stays: too few to suggest a block"
    assert stays_finding(known(("A", [])), 120) is None


def test_sites_whose_stays_differ():
    finding = site_blocks_finding(
        known(("A", [(110, 30)]), (HOSTILE, [(125, 30)]), ("C", [(90, 3)]))
    )
    assert finding is not None
    assert finding.title == "By site, blocks of 120 to 135 minutes would be needed"
    table = finding.numbers().set_index("Site")
    assert table.loc[HOSTILE, "Suggested, minutes"] == 135
    assert table.loc[HOSTILE, "Stay longer than the block, %"] == 100
    assert table["Suggested, minutes"].isna()["C"]
    assert HOSTILE not in str(finding.chart.to_dict())
    assert site_blocks_finding(known(("A", [(110, 30)]), ("C", [(90, 3)]))) is None
