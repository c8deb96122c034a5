"""The watch over a clinic whose weeks are known."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from access.viewer import LOCAL_VIEWER, NotPermittedError, Viewer
from clinical.variation import Variation
from data_access.engine import URL_VARIABLE, make_engine, reading, writing
from data_access.filters import Filters
from data_access.rebases import RebaseAt, decide_rebase, withdraw_rebase
from data_access.status import clinic_status
from data_access.thresholds import Signature, set_threshold
from pages.shared.context import PageContext
from pages.shared.watch import ANY, WatchedChart, watch
from pages.shared.watch_words import change_words, explained, mark_words
from tests.pages.weekly_clinic import END, LAST_MONDAY, Week, fill_weeks

NORTH, SOUTH = 1, 2
PERIOD = Filters(END - timedelta(days=29), END)
Clinic = Mapping[str, Callable[[int], Week]]


def usual(_ago: int) -> Week:
    return Week(affected={"Nausea": 1, "Headache": 3})


def risen(ago: int) -> Week:
    """Nausea in 7 of 10 infusions of the last six weeks, in 1 of 10 before."""
    return Week(affected={"Nausea": 7 if ago < 6 else 1, "Headache": 3})


@contextmanager
def looking(
    url: str, viewer: Viewer = LOCAL_VIEWER, filters: Filters = PERIOD
) -> Iterator[PageContext]:
    engine = make_engine(url)
    with reading(engine) as connection:
        now = datetime(END.year, END.month, END.day, 20, tzinfo=UTC)
        status = clinic_status(connection, viewer)
        yield PageContext(connection, viewer, filters, status, now, END, {})
    engine.dispose()


@pytest.fixture
def clinic(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """A function that makes a clinic of such sites and gives its address."""

    def make(sites: Clinic, weeks: int = 60) -> str:
        monkeypatch.setenv(URL_VARIABLE, sqlite_url)
        engine = make_engine(sqlite_url)
        with writing(engine) as connection:
            fill_weeks(connection, sites, weeks)
        engine.dispose()
        return sqlite_url

    return make


def by_name(charts) -> dict[tuple[str, str | None], WatchedChart]:
    return {(chart.term, chart.site): chart for chart in charts}


def test_every_side_effect_is_watched_together_and_at_each_site(clinic):
    with looking(clinic({"North": usual, "South": usual})) as context:
        seen = watch(context)
    # Any first, then the commonest; together first, then the sites.
    assert [(chart.term, chart.site) for chart in seen.charts] == [
        (term, site) for term in (ANY, "Headache", "Nausea") for site in (None, "North", "South")
    ]
    assert seen.design.charts == 9
    assert len(seen.weeks) == 52
    assert seen.monday(51) == LAST_MONDAY
    together = by_name(seen.charts)[("Nausea", None)]
    # Whatever the period's beginning: 12 weeks of 2 x 10 infusions, and 40 before them.
    assert (together.judged.events, together.judged.n) == (24, 240)
    assert (together.reference.events, together.reference.n) == (80, 800)
    assert [chart.state for chart in seen.charts] == [Variation.COMMON] * 9
    assert seen.unwatched == 0


def test_a_rise_is_found_at_its_site_and_nowhere_else(clinic):
    with looking(clinic({"North": risen, "South": usual})) as context:
        seen = watch(context)
    charts = by_name(seen.charts)
    north = charts[("Nausea", "North")]
    assert north.state == Variation.CONCERN
    assert (north.judged.events, north.judged.n) == (6 * 1 + 6 * 7, 120)
    for place in ((ANY, "South"), ("Headache", "North"), ("Nausea", "South")):
        assert charts[place].state == Variation.COMMON
    # The six weeks begin with that of 16 February.
    assert mark_words(north, seen) == "Risen at North since the week of 16 Feb 2026"
    assert change_words(north, seen).startswith("**Nausea** has risen at North since")
    words = explained(north, seen).replace("\N{NO-BREAK SPACE}", " ")
    assert "by a single week beyond the limits and the cumulative sum over its limit" in words
    assert "48 of 120 infusions in the last 12 weeks (40 %" in words
    assert "in the weeks before 40 of 400 (10 %)" in words


def test_one_chosen_site_is_watched_as_all_together(clinic):
    url = clinic({"North": risen, "South": usual})
    with looking(url, filters=replace(PERIOD, site_ids=("S1",))) as context:
        chosen = watch(context)
    with looking(url, replace(LOCAL_VIEWER, site_ids=frozenset({"S1"}))) as context:
        only = watch(context)
    for seen in (chosen, only):
        assert {chart.site for chart in seen.charts} == {None}
        assert by_name(seen.charts)[("Nausea", None)].judged.events == 48


def test_many_sites_are_watched_together_only(clinic):
    sites = {f"Site {number}": lambda ago: Week(1, 1, {"Nausea": ago % 2}) for number in range(13)}
    with looking(clinic(sites)) as context:
        seen = watch(context)
    assert [chart.site for chart in seen.charts] == [None, None]


def test_a_week_of_new_starters_is_expected_to_have_more(clinic):
    def starters(ago: int) -> Week:
        """Ten more patients in one week of the reference and one of the last; each is ill once."""
        extra = 10 if ago in (2, 30) else 0
        return Week(10 + extra, 10 + extra, {"Dizziness": extra} if extra else {})

    with looking(clinic({"North": starters})) as context:
        found = by_name(watch(context).charts)[("Dizziness", None)]
    # The first infusions of the extra patients came with it in the reference; so they do now.
    assert found.watched.expected[51 - 2] > 4
    assert found.watched.expected[51 - 3] < 1


def test_a_rebase_leaves_out_what_was_before_until_it_is_taken_back(clinic):
    url = clinic({"North": usual, "South": usual})
    at = RebaseAt("Nausea", "S1", LAST_MONDAY - timedelta(weeks=19))
    signature = Signature("Ada Lund", datetime(2026, 3, 29, tzinfo=UTC), "A new protocol")
    engine = make_engine(url)

    def recorded_at(site: str | None) -> tuple[int, int]:
        with looking(url) as context:
            chart = by_name(watch(context).charts)[("Nausea", site)]
        return chart.reference.n, chart.judged.n

    assert recorded_at("North") == (400, 120)
    with writing(engine) as connection:
        decide_rebase(connection, LOCAL_VIEWER, at, signature)
    # Of the last 20 weeks 12 are the reference, as it needs so many; the other charts stay.
    assert recorded_at("North") == (120, 80)
    assert recorded_at("South") == (400, 120)
    assert recorded_at(None) == (800, 240)
    with writing(engine) as connection:
        withdraw_rebase(connection, LOCAL_VIEWER, at, signature)
    assert recorded_at("North") == (400, 120)
    engine.dispose()


def test_a_fall_with_the_forms_is_no_improvement(clinic):
    def careless(ago: int) -> Week:
        return Week(forms=4, affected={}) if ago < 8 else Week(affected={"Nausea": 5})

    def better(ago: int) -> Week:
        return Week(affected={"Nausea": 0 if ago < 8 else 5})

    with looking(clinic({"North": careless, "South": better})) as context:
        seen = watch(context)
    charts = by_name(seen.charts)
    careful, apparent = charts[("Nausea", "South")], charts[("Nausea", "North")]
    assert careful.state == Variation.IMPROVEMENT
    assert mark_words(careful, seen).startswith("Fallen at South since")
    assert apparent.judgement.state == Variation.IMPROVEMENT
    assert apparent.forms_fell
    assert apparent.state == Variation.COMMON
    assert "fewer forms are filled in than before" in explained(apparent, seen)


def test_a_young_clinic_says_what_is_lacking(clinic):
    with looking(clinic({"North": usual}, weeks=8)) as context:
        seen = watch(context)
    nausea = by_name(seen.charts)[("Nausea", None)]
    assert nausea.state == Variation.TOO_LITTLE
    assert "8 weeks with records to judge by, and 12 are needed" in explained(nausea, seen)


def test_few_infusions_say_how_long_a_doubling_takes(clinic):
    rare = {"North": lambda ago: Week(2, 2, {"Vomiting": 1} if ago == 20 else {})}
    with looking(clinic(rare)) as context:
        seen = watch(context)
    vomiting = by_name(seen.charts)[("Vomiting", None)]
    assert vomiting.state == Variation.TOO_LITTLE
    assert "a doubling would take" in explained(vomiting, seen)


def test_the_clinics_own_budget_and_rules_are_taken(clinic):
    url = clinic({"North": usual})
    with looking(url) as context:
        before = watch(context).design
    engine = make_engine(url)
    signature = Signature("Ada Lund", datetime(2026, 3, 29, tzinfo=UTC), None)
    with writing(engine) as connection:
        set_threshold(connection, "false_alarm_years", 4.0, signature)
        set_threshold(connection, "run_rules", 0, signature)
    engine.dispose()
    with looking(url) as context:
        after = watch(context).design
    assert (before.years, after.years) == (1.0, 4.0)
    # All of a budget that is four times smaller goes to the points: 3 charts, 52 weeks.
    assert after.alpha == pytest.approx(1 / (4 * 52 * 3))


def test_no_infusions_no_charts(clinic):
    with looking(clinic({"North": usual}, weeks=0)) as context:
        assert watch(context).charts == ()


def test_the_period_may_end_before_the_data_and_within_a_week(clinic):
    url = clinic({"North": usual})
    ended = replace(PERIOD, end=date(2026, 3, 18))
    with looking(url, filters=ended) as context:
        seen = watch(context)
    # Wednesday 18 March: the week of the 9th is the last that is whole.
    assert seen.monday(51) == date(2026, 3, 9)
    assert np.all(seen.charts[0].watched.recorded == 10)


def test_one_watch_serves_every_period_that_ends_on_the_same_day(clinic):
    url = clinic({"North": usual})
    with looking(url) as context:
        of_30_days = watch(context)
        of_a_year = watch(
            replace(context, filters=replace(PERIOD, start=END - timedelta(days=364)))
        )
    assert of_a_year is of_30_days


def test_nothing_is_watched_without_the_permission(clinic):
    with (
        looking(clinic({"North": usual})) as context,
        pytest.raises(NotPermittedError),
    ):
        watch(replace(context, viewer=Viewer("stranger", frozenset())))
