"""The clinic's figures by published definitions, by hand; intervals against scipy."""

from collections.abc import Callable
from dataclasses import replace
from math import sqrt

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from clinical.instruments import PHQ9, QIDS_SR16, WHO5
from clinical.measures import THOUGHTS
from clinical.published import FIGURES, MCINNES, SAKURAI, Figure, Outcome, When, Whose
from clinical.side_by_side import (
    Apart,
    Counts,
    Pair,
    own_effect,
    own_share,
    side_by_side,
)

NO_SCORE = float("nan")
PHQ9_COURSES = Counts(
    PHQ9,
    pd.DataFrame(
        [
            # baseline, total, courses
            (20.0, 10.0, 3),  # exactly half: response
            (20.0, 11.0, 2),
            (8.0, 4.0, 1),  # response and remission
            (6.0, 4.0, 1),  # remission alone
            (12.0, 13.0, 1),  # worse by a point
            (0.0, 2.0, 1),  # no room for a response; worse
            (18.0, NO_SCORE, 4),
        ],
        columns=["baseline", "total", "courses"],
    ),
)
ITEM_9 = Counts(
    THOUGHTS,
    pd.DataFrame(
        [(2.0, 1.0, 3), (1.0, 0.0, 2), (1.0, 1.0, 4), (0.0, 0.0, 5), (0.0, 1.0, 1), (2.0, 3.0, 1)],
        columns=["baseline", "total", "courses"],
    ),
)
NOBODY = Counts(PHQ9, PHQ9_COURSES.frame[:0])
RESPONSE = FIGURES[0]


@pytest.mark.parametrize(
    ("counts", "outcome", "whose", "events", "n"),
    [
        (PHQ9_COURSES, Outcome.RESPONSE, Whose.SCORED, 4, 8),
        (PHQ9_COURSES, Outcome.RESPONSE, Whose.STARTED, 4, 12),
        (PHQ9_COURSES, Outcome.REMISSION, Whose.SCORED, 3, 9),
        (PHQ9_COURSES, Outcome.ROSE, Whose.SCORED, 2, 9),
        (PHQ9_COURSES, Outcome.FELL, Whose.WITH_IT, 7, 8),
        (ITEM_9, Outcome.FELL, Whose.WITH_IT, 5, 10),
        (ITEM_9, Outcome.FREE, Whose.WITH_IT, 2, 10),
        (ITEM_9, Outcome.ROSE, Whose.SCORED, 2, 16),
        (NOBODY, Outcome.RESPONSE, Whose.SCORED, 0, 0),
    ],
)
def test_a_share_by_hand(
    counts: Counts, outcome: Outcome, whose: Whose, events: int, n: int
) -> None:
    found = own_share(counts, outcome, whose)
    assert (found.events, found.n) == (events, n)
    assert found.estimate == (events / n if n else None)


def test_more_is_better_on_who5() -> None:
    courses = pd.DataFrame(
        [(40.0, 60.0, 2), (40.0, 36.0, 1)], columns=["baseline", "total", "courses"]
    )
    counts = Counts(WHO5, courses)
    assert own_share(counts, Outcome.ROSE, Whose.SCORED).events == 1
    assert own_share(counts, Outcome.FELL, Whose.WITH_IT).events == 2
    # No rule for a response: nobody is in its rate.
    assert own_share(counts, Outcome.RESPONSE, Whose.SCORED).n == 0


def test_the_effect_is_that_of_the_courses_one_by_one() -> None:
    rows = PHQ9_COURSES.scored
    before = np.repeat(rows["baseline"].to_numpy(), rows["courses"])
    after = np.repeat(rows["total"].to_numpy(), rows["courses"])
    spread = sqrt((before.var(ddof=1) + after.var(ddof=1)) / 2)
    found = own_effect(PHQ9_COURSES)
    assert found is not None
    assert found.estimate == pytest.approx((before - after).mean() / spread, abs=1e-12)
    assert found.low < found.estimate < found.high


def test_no_effect_of_nobody_and_of_one() -> None:
    assert own_effect(NOBODY) is None
    assert own_effect(Counts(PHQ9, PHQ9_COURSES.frame[2:3])) is None


def _for(counts: Counts | None) -> Callable[[Figure], Counts | None]:
    return lambda figure: counts if counts is None or figure.measure is counts.measure else None


def test_a_figure_stands_beside_ours_from_the_smallest_group_on() -> None:
    enough = side_by_side([RESPONSE], _for(PHQ9_COURSES), least=8)
    assert [pair.figure for pair in enough.pairs] == [RESPONSE]
    assert not enough.apart
    few = side_by_side([RESPONSE], _for(PHQ9_COURSES), least=9)
    assert few.apart == (Apart(RESPONSE, "fewer than 9 here with a score then"),)
    none = side_by_side([RESPONSE], _for(NOBODY), least=1)
    assert none.apart == (Apart(RESPONSE, "no score then here"),)
    unused = side_by_side([RESPONSE], _for(None), least=1)
    assert unused.apart == (Apart(RESPONSE, "no PHQ-9 here"),)


def test_among_all_starters_those_who_were_seen_decide_whether_it_is_shown() -> None:
    sakurai = next(figure for figure in FIGURES if figure.study is SAKURAI)
    frame = pd.DataFrame(
        [(16.0, 8.0, 4), (NO_SCORE, NO_SCORE, 40)], columns=["baseline", "total", "courses"]
    )
    found = side_by_side([sakurai], _for(Counts(QIDS_SR16, frame)), least=5)
    assert [one.why for one in found.apart] == ["fewer than 5 here with a score then"]


def test_what_is_read_otherwise_is_never_beside() -> None:
    found = side_by_side(FIGURES, _for(PHQ9_COURSES), least=1)
    assert [pair.figure.outcome for pair in found.pairs] == [
        Outcome.RESPONSE,
        Outcome.REMISSION,
        Outcome.ROSE,
    ]
    assert len(found.pairs) + len(found.apart) == len(FIGURES) - 1  # but the effect size
    assert found.comparisons == 3


def _pair(events: int, n: int, figure: Figure = RESPONSE) -> Pair:
    baseline = pd.DataFrame(
        [(20.0, 5.0, events), (20.0, 20.0, n - events)], columns=["baseline", "total", "courses"]
    )
    return Pair(figure, own_share(Counts(PHQ9, baseline), Outcome.RESPONSE, Whose.SCORED))


def test_the_difference_is_newcombes_and_allows_for_the_number_of_comparisons() -> None:
    """Newcombe 1998, table II, example (a), 56 of 70 and 48 of 80: 0.0524 to 0.3339."""
    figure = replace(RESPONSE, value="60.0", n=80)
    gap = _pair(56, 70, figure).gap()
    assert gap is not None
    assert gap.estimate == pytest.approx(0.2)
    assert (gap.low, gap.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    # Bonferroni for five: each at 99 %.
    ours = binomtest(56, 70).proportion_ci(0.99, method="wilson")
    theirs = binomtest(48, 80).proportion_ci(0.99, method="wilson")
    wider = _pair(56, 70, figure).gap(5)
    assert wider is not None
    assert (wider.low, wider.high) == pytest.approx(
        (
            0.2 - sqrt((0.8 - ours.low) ** 2 + (theirs.high - 0.6) ** 2),
            0.2 + sqrt((ours.high - 0.8) ** 2 + (0.6 - theirs.low) ** 2),
        ),
        abs=1e-12,
    )


def test_intervals_that_overlap() -> None:
    # McInnes: 288 of 537, Wilson 0.494 to 0.578.
    assert _pair(50, 100).overlaps  # 0.404 to 0.596
    assert not _pair(30, 100).overlaps  # up to 0.396
    assert not _pair(80, 100).overlaps  # from 0.711


def test_without_an_n_the_printed_figure_lies_within_ours_or_not() -> None:
    figure = replace(RESPONSE, n=None)
    assert _pair(50, 100, figure).overlaps
    assert not _pair(70, 100, figure).overlaps
    assert _pair(50, 100, figure).gap() is None


def test_most_figures_are_of_mcinnes_at_the_same_time() -> None:
    times = {figure.when for figure in FIGURES if figure.study is MCINNES}
    assert times == {When.AFTER_INDUCTION, When.WEEKS_LATER}
