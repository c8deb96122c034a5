"""The planted rise of nausea, week by week: marked in time, at its site, and hardly anything else.

The watch of the page is asked on each Sunday, as if that were the last day. What it must keep is
what :mod:`clinical.false_alarms` promises the reader.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from math import isfinite
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binom, poisson
from sqlalchemy import Engine

from access.viewer import LOCAL_VIEWER
from clinical.calendar import week_number
from clinical.codes import Phase
from clinical.dispersion import dispersion
from clinical.false_alarms import CHANGES_FOUND, MARKS_A_YEAR, Clinic, Delay
from clinical.side_effect_rates import NUMBER_BANDS, number_band
from clinical.variation import (
    PERIODS_A_YEAR,
    RuleSet,
    Variation,
    directions,
    find_marks,
    make_design,
)
from clinical.watched_weeks import expected_counts, reference_weeks
from data_access.demo import side_effects
from data_access.demo.block import make_block
from data_access.demo.plan import make_plan
from data_access.demo.side_effects import KINDS, NAUSEA, POSITIONS
from data_access.demo.site_calendar import SiteCalendar, Workplace
from data_access.demo.stories import NAUSEA_SITE, NAUSEA_WEEKS
from data_access.engine import reading
from data_access.filters import Filters
from data_access.status import clinic_status
from pages.shared.context import PageContext
from pages.shared.watch import ANY, Watch, WatchedChart, watch
from pages.shared.watch_words import mark_words
from tests.data_access.demo.conftest import SEED, UNTIL
from tests.data_access.demo.test_stories import NAUSEA_FROM

Ints = NDArray[np.int64]

PLACE = "Harbor Street"
BEFORE = 12
"""Weeks before the rise in which the watch is asked."""
SEEDS = range(SEED, SEED + 30)
BUDGET = 1.0
"""False marks a year on the whole page, as the watch is set and the grid says."""
SUNDAY = date(2026, 11, 22)
"""The last day of the demos of other seeds; their nausea has then been high for seven weeks."""
RISEN = NAUSEA_WEEKS + 1
WEEKS = 104
"""The whole history of a demo of the default size."""
MARKED = (Variation.CONCERN, Variation.IMPROVEMENT)


def promised() -> Delay:
    """What the help says of a rise from 12 to 30 %, by the rules that hold by default."""
    return next(
        one
        for one in CHANGES_FOUND
        if (one.clinic, one.rules, one.before, one.after)
        == (Clinic.PATIENTS, RuleSet.ALL.label, 12.0, 30.0)
    )


def stated_rate() -> float:
    """New false marks a year on the whole page, as the help says them."""
    return next(
        one.a_year
        for one in MARKS_A_YEAR
        if (one.clinic, one.rules) == (Clinic.PATIENTS, RuleSet.ALL.label)
    )


@pytest.fixture(scope="module")
def sundays(standard_demo: Engine) -> dict[date, Watch]:
    """What the page's watch says on each Sunday, from 12 weeks before the rise to six after."""
    first = NAUSEA_FROM - timedelta(weeks=BEFORE, days=1)
    found = {}
    with reading(standard_demo) as connection:
        status = clinic_status(connection, LOCAL_VIEWER)
        for week in range(BEFORE + 1 + NAUSEA_WEEKS):
            day = first + timedelta(weeks=week)
            now = datetime(day.year, day.month, day.day, 22, tzinfo=UTC)
            filters = Filters(day - timedelta(days=364), day)
            found[day] = watch(PageContext(connection, LOCAL_VIEWER, filters, status, now, day, {}))
    return found


def chart_of(seen: Watch, term: str, site: str | None) -> WatchedChart:
    return next(one for one in seen.charts if (one.term, one.site) == (term, site))


def test_the_last_sunday_looked_at_ends_the_last_whole_week(sundays: dict[date, Watch]) -> None:
    last = max(sundays)
    assert last == date(2026, 11, 22) == UNTIL - timedelta(days=1)
    assert sundays[last].monday(51) == date(2026, 11, 16)
    assert len([day for day in sundays if day > NAUSEA_FROM]) == 6


def test_the_rise_is_marked_at_its_site_within_the_promised_weeks(
    sundays: dict[date, Watch],
) -> None:
    after = sorted(day for day in sundays if day > NAUSEA_FROM)
    states = [chart_of(sundays[day], "Nausea", PLACE).state for day in after]
    assert Variation.CONCERN in states
    weeks = states.index(Variation.CONCERN) + 1
    assert isfinite(promised().ninth)
    assert weeks <= promised().ninth
    # Once found it stays, and the words name the site.
    assert set(states[weeks - 1 :]) == {Variation.CONCERN}
    last = sundays[after[-1]]
    said = mark_words(chart_of(last, "Nausea", PLACE), last).replace("\N{NO-BREAK SPACE}", " ")
    assert said.startswith(f"Risen at {PLACE} since the week of ")


def test_the_other_sites_are_not_blamed(sundays: dict[date, Watch]) -> None:
    for seen in sundays.values():
        for site in ("Lakeview", "Hudson Park"):
            assert chart_of(seen, "Nausea", site).state not in MARKED


def test_before_the_rise_nausea_has_no_mark(sundays: dict[date, Watch]) -> None:
    before = [seen for day, seen in sundays.items() if day < NAUSEA_FROM]
    assert len(before) == BEFORE + 1
    for seen in before:
        assert not {one.state for one in seen.charts if one.term == "Nausea"} & set(MARKED)
        # Elsewhere a doubling could take more than 20 weeks to be seen, and the page says so.
        assert chart_of(seen, "Nausea", None).state == Variation.COMMON
        assert chart_of(seen, "Nausea", PLACE).state == Variation.COMMON


def new_marks(sundays: dict[date, Watch]) -> Iterator[tuple[date, str, str | None]]:
    """Marks that were not there the Sunday before, or of the other direction."""
    days = sorted(sundays)
    for earlier, day in pairwise(days):
        stood = {(one.term, one.site): one.state for one in sundays[earlier].charts}
        for one in sundays[day].charts:
            if one.state in MARKED and stood.get((one.term, one.site)) != one.state:
                yield day, one.term, one.site


def test_no_other_side_effect_is_marked_beyond_the_stated_rate(sundays: dict[date, Watch]) -> None:
    """Any side effect together is left out too, because nausea raises it."""
    of_others = [found for found in new_marks(sundays) if found[1] not in ("Nausea", ANY)]
    weeks = len(sundays) - 1
    most = poisson.ppf(0.99, stated_rate() * weeks / PERIODS_A_YEAR)
    assert most == 2
    assert len(of_others) <= most, of_others


def clinic(seed: int, until: date) -> tuple[Ints, Ints]:
    """Recorded infusions by site, week and number band, and those with each side effect.

    The side effects are any, then the kinds. The same records as the demo's, not yet written.
    """
    plan = make_plan(4_000, seed, until)
    first = week_number(plan.last_day) - WEEKS + 1
    recorded = np.zeros((len(plan.sites), WEEKS, len(NUMBER_BANDS)), np.int64)
    affected = np.zeros((1 + len(KINDS), *recorded.shape), np.int64)
    for index, site in enumerate(plan.sites):
        block = make_block(Workplace(plan, site, SiteCalendar(plan, site)))
        infusions, effects = block.infusions, block.side_effects
        has = np.zeros((len(infusions), 1 + len(KINDS)), np.bool_)
        has[effects.infusion, 1 + effects.kind] = True
        has[:, 0] = has.any(axis=1)
        week = np.array([week_number(day) for day in infusions.day.tolist()]) - first
        steps = zip(infusions.phase.tolist(), infusions.step.tolist(), strict=True)
        band = np.array([number_band(Phase(phase), step + 1) for phase, step in steps])
        counted = (effects.recorded == 1) & (week >= 0)
        np.add.at(recorded, (index, week[counted], band[counted]), 1)
        for kind in range(1 + len(KINDS)):
            of_kind = counted & has[:, kind]
            np.add.at(affected, (kind, index, week[of_kind], band[of_kind]), 1)
    return recorded, affected


def test_the_demos_of_other_seeds_are_counted_as_the_page_counts(
    sundays: dict[date, Watch],
) -> None:
    """The records of the standard demo, counted without the database, in the last whole week."""
    recorded, affected = clinic(SEED, UNTIL)
    seen = chart_of(sundays[max(sundays)], "Nausea", PLACE).watched
    site, kind = NAUSEA_SITE - 1, 1 + POSITIONS[NAUSEA]
    # The week of the last day is not whole; the page has the 52 before it.
    assert recorded[site, -53:-1].sum(axis=-1).tolist() == seen.recorded.tolist()
    assert affected[kind, site, -53:-1].sum(axis=-1).tolist() == seen.observed.tolist()


def ways(seeds: range) -> Ints:
    """1, -1 or 0 by seed, side effect, place (all, then the sites) and Sunday, as the page judges.

    The Sundays are those with a whole history of 52 weeks.
    """
    return np.stack([_ways(*clinic(seed, SUNDAY)) for seed in seeds])


def _ways(recorded: Ints, affected: Ints) -> Ints:
    stops = range(PERIODS_A_YEAR, WEEKS + 1)
    read = [_reading(recorded, affected, slice(stop - PERIODS_A_YEAR, stop)) for stop in stops]
    observed, of, expected, basis = (np.stack(parts) for parts in zip(*read, strict=True))
    sundays, effects, places, weeks = observed.shape
    x, n, likely, within = (
        parts.reshape(sundays, -1, weeks) for parts in (observed, of, expected, basis)
    )
    marks = find_marks(
        x.reshape(-1, weeks),
        n.reshape(-1, weeks),
        likely.reshape(-1, weeks),
        within.reshape(-1, weeks),
        make_design(effects * places, 1 / BUDGET, RuleSet.ALL),
        np.repeat(dispersion(x, n, likely, within), effects * places),
    )
    return np.moveaxis(directions(marks).reshape(sundays, effects, places), 0, -1)


def _reading(recorded: Ints, affected: Ints, weeks: slice) -> list[NDArray[Any]]:
    """Observed, recorded, expected, in the reference; each by side effect, place and week."""
    n, x = recorded[:, weeks], affected[:, :, weeks]
    basis = reference_weeks(n.sum(axis=(0, 2)))
    expected = expected_counts(n, n[:, basis].sum(axis=(0, 1)), x[:, :, basis].sum(axis=(1, 2)))
    observed = _with_all(x.sum(axis=-1))
    of = _with_all(n.sum(axis=-1)[np.newaxis])
    return [np.broadcast_to(p, observed.shape) for p in (observed, of, _with_all(expected), basis)]


def _with_all(by_site: NDArray[Any]) -> NDArray[Any]:
    """All sites together before the sites; axes: side effects, sites, weeks."""
    return np.concatenate((by_site.sum(axis=1, keepdims=True), by_site), axis=1)


@pytest.fixture(scope="module")
def many() -> Ints:
    """The marks of demos of other seeds, with their rises."""
    return ways(SEEDS)


def test_the_rise_is_found_in_time_in_the_demos_of_other_seeds(many: Ints) -> None:
    at_site = many[:, 1 + POSITIONS[NAUSEA], NAUSEA_SITE, -RISEN:] == 1
    within = {weeks: int(at_site[:, :weeks].any(axis=1).sum()) for weeks in range(RISEN + 1)}
    # As many as promised, but for what chance may take off. In 200 demos 66 % within 5 weeks, 82 %
    # within 6, 90 % within 7.
    assert within[int(promised().median)] >= binom.ppf(0.01, len(SEEDS), 0.5)
    assert within[6] >= binom.ppf(0.01, len(SEEDS), promised().within_6)


def false_marks(found: Ints) -> tuple[int, float]:
    """New marks before the rise, and the years in which they came."""
    stable = found[..., :-RISEN]
    now, before = stable[..., 1:], stable[..., :-1]
    years = len(found) * now.shape[-1] / PERIODS_A_YEAR
    return int(((now != 0) & (now != before)).sum()), years


def test_false_marks_keep_to_the_budget_where_infusions_are_independent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In 200 demos: 0.40 a year (95 % CI 0.30-0.51)."""
    monkeypatch.setattr(side_effects, "_OWN_SHARE", 0.0)
    count, years = false_marks(ways(SEEDS))
    assert years == pytest.approx(len(SEEDS) * 45 / 52)
    assert count <= poisson.ppf(0.99, BUDGET * years)


def test_false_marks_keep_to_the_budget_where_side_effects_run_in_patients(many: Ints) -> None:
    """The demo as it is: who felt sick once is likelier to again, so weeks differ by more.

    In 200 demos: 0.86 a year (95 % CI 0.70-1.02); 2.06 without allowing for it.
    """
    count, years = false_marks(many)
    assert count <= poisson.ppf(0.99, BUDGET * years)


def test_after_the_rise_the_others_are_marked_no_oftener_than_the_budget_allows(many: Ints) -> None:
    """In 200 demos: 0.30 a year."""
    others = [kind for kind in range(1, 1 + len(KINDS)) if kind != 1 + POSITIONS[NAUSEA]]
    found = many[:, others, :, -RISEN - 1 :]
    now, before = found[..., 1:], found[..., :-1]
    count = int(((now != 0) & (now != before)).sum())
    assert count <= poisson.ppf(0.99, BUDGET * len(SEEDS) * RISEN / PERIODS_A_YEAR)
