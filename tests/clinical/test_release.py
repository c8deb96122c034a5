"""What is told of a clinic tells of nobody in a small group, however the answers are combined."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinical.release import Answer, Choice, NotOfferedError, Release, for_sites
from clinical.release_blocks import (
    Block,
    Dimension,
    Narrowing,
    blocks_of,
    is_safe,
    last_settled_quarter,
    least_patients,
    quarter_number,
    quarter_start,
)
from clinical.release_counts import (
    REMITTED,
    RESPONDED,
    SCORED,
    event_release,
    result_release,
)
from tests.clinical.released_clinics import (
    DIMENSIONS,
    FIRST,
    LAST,
    LEAST,
    Attack,
    Given,
    Unknown,
    every_choice,
    given_table,
    random_clinic,
    random_inductions,
)

NAUSEA = "Nausea"
SEEDS = st.integers(min_value=0, max_value=10**6)
NONE: frozenset[int] = frozenset()
A, B = 1, 2
X, Y = 1, 2


def release_of(clinic: list[Given], until: int = LAST) -> Release:
    nausea = {NAUSEA: given_table(each for each in clinic if each.nausea)}
    return event_release(given_table(clinic), nausea, DIMENSIONS, until, LEAST)


def whose(clinic: Iterable[Given]) -> dict[Unknown, set[int]]:
    found: dict[Unknown, set[int]] = {}
    for each in clinic:
        found.setdefault((each.quarter, each.cell), set()).add(each.patient)
    return found


def wanted(
    choice: Choice,
    cells: Iterable[Unknown],
    blocks: Iterable[Block],
    sites: Collection[int] | None = None,
) -> set[Unknown]:
    quarters = {quarter for block in blocks for quarter in range(block.first, block.last + 1)}
    narrowing = choice.narrowing
    place = 0 if narrowing is None else DIMENSIONS.index(narrowing.dimension)
    return {
        (quarter, cell)
        for quarter, cell in cells
        if quarter in quarters
        and (sites is None or cell[0] in sites)
        and (narrowing is None or cell[place] == narrowing.code)
    }


def answers_heard(
    clinic: list[Given], *releases: tuple[Release, Collection[int] | None]
) -> tuple[Attack, Attack]:
    """All answers of releases to viewers of some sites: of all infusions, and with nausea.

    The answers themselves are counted again from the infusions.
    """
    everything, nausea = whose(clinic), whose(each for each in clinic if each.nausea)
    numbers = Counter((each.quarter, each.cell) for each in clinic)
    with_it = Counter((each.quarter, each.cell) for each in clinic if each.nausea)
    on_all, on_nausea = Attack(everything), Attack(nausea)
    for release, sites in releases:
        for choice in every_choice(release):
            blocks = release.blocks_in(choice)
            cells = wanted(choice, everything, blocks, sites)
            on_all.hears(cells)
            assert release.count(choice) == sum(numbers[cell] for cell in cells)
            of_nausea = release.events.get(NAUSEA, {})
            told = [block for block in blocks if (block.first, choice.narrowing) in of_nausea]
            cells = wanted(choice, nausea, told, sites)
            on_nausea.hears(cells)
            answer = release.answer(NAUSEA, choice)
            assert answer.events == sum(with_it[cell] for cell in cells)
    return on_all, on_nausea


@settings(max_examples=12, deadline=None)
@given(SEEDS)
def test_no_combination_of_answers_tells_of_few(seed: int):
    clinic = random_clinic(seed)
    for attack in answers_heard(clinic, (release_of(clinic), None)):
        assert not attack.finds()


@settings(max_examples=5, deadline=None)
@given(SEEDS)
def test_nor_do_the_answers_of_days_and_of_viewers_of_one_site_together(seed: int):
    clinic = random_clinic(seed)
    days = [release_of(clinic, until) for until in range(FIRST, LAST + 1)]
    for earlier, later in pairwise(days):
        # What was told yesterday is told today, in the same blocks.
        assert later.blocks[: len(earlier.blocks)] == earlier.blocks
    viewers = [(for_sites(days[-1], {site}), {site}) for site in range(3)]
    pair = (for_sites(days[-1], {0, 1}), {0, 1})
    for attack in answers_heard(clinic, *((day, None) for day in days), *viewers, pair):
        assert not attack.finds()


@settings(max_examples=5, deadline=None)
@given(SEEDS)
def test_a_late_import_into_an_old_quarter_is_told_by_the_same_rule(seed: int):
    clinic = random_clinic(seed)
    late = [Given(FIRST + 1, (0, 1, 3), 999, True), Given(FIRST + 1, (2, 2, 0), 998, False)]
    for attack in answers_heard([*clinic, *late], (release_of([*clinic, *late]), None)):
        assert not attack.finds()


@settings(max_examples=12, deadline=None)
@given(SEEDS)
def test_no_combination_of_results_tells_of_few(seed: int):
    inductions = random_inductions(seed)
    release = result_release(inductions, (Dimension.SITE, Dimension.DIAGNOSIS), LAST, LEAST)
    patients: dict[Unknown, set[Any]] = {}
    for each in inductions:
        cell = (each.quarter, each.cell, each.responded, each.remitted)
        patients.setdefault(cell, set()).add(each.patient)
    results: dict[str, Callable[[Any, Any], bool]] = {
        SCORED: lambda responded, _: responded is not None,
        RESPONDED: lambda responded, _: responded is True,
        REMITTED: lambda _, remitted: remitted is True,
    }
    attack = Attack(patients)
    for choice in every_choice(release):
        blocks = release.blocks_in(choice)
        place = choice.narrowing is not None and choice.narrowing.dimension is Dimension.DIAGNOSIS
        cells = {
            cell
            for cell in patients
            if any(block.first <= cell[0] <= block.last for block in blocks)
            and (choice.narrowing is None or cell[1][place] == choice.narrowing.code)
        }
        attack.hears(cells)
        for name, has in results.items():
            attack.hears({cell for cell in cells if has(cell[2], cell[3])})
            assert release.answer(name, choice).events == sum(
                has(each.responded, each.remitted)
                for each in inductions
                if (each.quarter, each.cell, each.responded, each.remitted) in cells
            )
    assert not attack.finds()


@pytest.mark.parametrize("seed", range(8))
def test_the_attack_finds_few_where_quarters_and_values_are_told_as_they_are(seed: int):
    """The same answers without the rule: the attack is worth something."""
    clinic = random_clinic(seed)
    attack = Attack(whose(clinic))
    for quarter in range(FIRST, LAST + 1):
        here = {(each.quarter, each.cell) for each in clinic if each.quarter == quarter}
        attack.hears(here)
        for place in range(3):
            for code in {cell[place] for _, cell in here}:
                attack.hears({(q, cell) for q, cell in here if cell[place] == code})
    assert attack.finds()


def test_the_attack_finds_few_where_only_single_groups_are_held_back():
    """Each site and each diagnosis has five patients or more; X is treated at A alone."""
    clinic = [Given(FIRST, (A, 0, X), patient, True) for patient in range(8)]
    clinic += [Given(FIRST, (A, 0, Y), patient, True) for patient in (8, 9)]
    clinic += [Given(FIRST, (B, 0, Y), patient, True) for patient in range(10, 30)]
    attack = Attack(whose(clinic))
    for place, code in ((0, A), (0, B), (2, X), (2, Y)):
        attack.hears({(each.quarter, each.cell) for each in clinic if each.cell[place] == code})
    assert attack.finds()
    (block,) = release_of(clinic).blocks
    assert {each.dimension for each in block.told} == {Dimension.SITE, Dimension.PHASE}


def _people(**sizes: int) -> dict[tuple[int, ...], set[int]]:
    """Crossings of site and diagnosis by their letters, each with patients of its own."""
    codes = {"A": A, "B": B, "X": X, "Y": Y}
    return {
        tuple(codes[letter] for letter in name): {100 * at + each for each in range(size)}
        for at, (name, size) in enumerate(sizes.items())
    }


BOTH = frozenset({1, 2})


@pytest.mark.parametrize(
    ("sizes", "told", "safe"),
    [
        # Everybody alone.
        ({"AX": 4}, (NONE, NONE), False),
        ({"AX": 5}, (NONE, NONE), True),
        ({"AX": 3, "BY": 2}, (NONE, NONE), True),
        # Nobody: nothing to find.
        ({}, (BOTH, BOTH), True),
        # One site is told, and the other is what is left.
        ({"AX": 30, "BX": 4}, (BOTH, NONE), False),
        ({"AX": 30, "BX": 4}, (frozenset({A}), NONE), False),
        ({"AX": 30, "BX": 5}, (BOTH, NONE), True),
        # A less X is AY: two patients, if it is known that nobody at B has X.
        ({"AX": 8, "AY": 2, "BY": 20}, (BOTH, BOTH), False),
        ({"AX": 8, "AY": 2, "BY": 20}, (BOTH, NONE), True),
        # Three large crossings fix the sums of the fourth: A + B = X + Y.
        ({"AX": 8, "AY": 7, "BX": 6, "BY": 1}, (BOTH, BOTH), True),
        # Two do not: A less X would be AY less BX.
        ({"AX": 8, "AY": 2, "BX": 1, "BY": 20}, (BOTH, BOTH), False),
    ],
)
def test_which_answers_are_safe(sizes, told, safe):
    assert is_safe(_people(**sizes), told, LEAST) is safe


def _even(quarters: Iterable[int], per_site: dict[int, int]) -> list[Given]:
    """So many patients at each site in each of some quarters, each in that quarter alone."""
    return [
        Given(quarter, (site, 1, X), 1000 * quarter + 100 * site + each, each < 6)
        for quarter in quarters
        for site, patients in per_site.items()
        for each in range(patients)
    ]


def test_quarters_are_put_together_until_every_site_is_large_enough():
    # Three patients a quarter at B: two quarters have six.
    release = release_of(_even(range(FIRST, FIRST + 5), {A: 9, B: 3}))
    assert [(b.first - FIRST, b.last - FIRST) for b in release.blocks] == [(0, 1), (2, 3)]
    at_b = Narrowing(Dimension.SITE, B)
    assert release.count(Choice(FIRST, FIRST + 3, at_b)) == 12
    assert release.count(Choice(FIRST + 2, FIRST + 3)) == 24
    assert release.narrowings() == [Narrowing(Dimension.SITE, A), at_b]


def test_after_a_year_a_small_site_is_left_out_and_what_it_would_be_found_by():
    # One patient a quarter at B: four in a year, so A would give them away.
    (block,) = release_of(_even(range(FIRST, FIRST + 4), {A: 9, B: 1})).blocks
    assert (block.first, block.last) == (FIRST, FIRST + 3)
    assert not [each for each in block.told if each.dimension is Dimension.SITE]


def test_quarters_without_anybody_belong_to_the_next_block():
    release = release_of(_even((FIRST, FIRST + 3), {A: 9}))
    assert [(b.first - FIRST, b.last - FIRST) for b in release.blocks] == [(0, 0), (1, 3)]


def test_an_event_of_few_is_not_told_and_what_is_told_counts_the_rest():
    clinic = [Given(FIRST, (A, 1, X), each, each < 5) for each in range(20)]
    clinic += [Given(FIRST + 1, (A, 1, X), 50 + each, each < 4) for each in range(20)]
    release = release_of(clinic)
    assert release.answer(NAUSEA, Choice(FIRST, FIRST)) == Answer(5, is_whole=True)
    assert release.answer(NAUSEA, Choice(FIRST + 1, FIRST + 1)) == Answer(0, is_whole=False)
    assert release.answer(NAUSEA, Choice(FIRST, FIRST + 1)) == Answer(5, is_whole=False)
    # Of an event that nobody had, no more is told than of one that four had.
    assert release.answer("Syncope", Choice(FIRST, FIRST)) == Answer(0, is_whole=False)


@pytest.mark.parametrize(
    "choice",
    [
        Choice(FIRST, FIRST),  # half a block
        Choice(FIRST + 1, FIRST + 2),
        Choice(FIRST, FIRST + 4),  # the last quarter is not told of yet
        Choice(FIRST + 3, FIRST),
        Choice(FIRST - 4, FIRST + 1),
        Choice(FIRST, FIRST + 1, Narrowing(Dimension.SITE, 99)),
    ],
)
def test_any_other_choice_is_refused_or_of_nobody(choice):
    release = release_of(_even(range(FIRST, FIRST + 5), {A: 9, B: 3}))
    if choice.narrowing is None:
        with pytest.raises(NotOfferedError, match="not offered"):
            release.count(choice)
    else:
        assert release.count(choice) == 0
        assert release.runs(choice.narrowing) == []


def test_a_value_that_is_not_told_is_refused():
    clinic = [Given(FIRST, (A, 1, X), each, True) for each in range(20)]
    clinic += [Given(FIRST, (A, 1, Y), 50, True)]
    release = release_of(clinic)
    with pytest.raises(NotOfferedError):
        release.count(Choice(FIRST, FIRST, Narrowing(Dimension.DIAGNOSIS, X)))
    # A dimension along which all are alike is none to choose along.
    assert release.narrowings() == []


def test_a_viewer_of_some_sites_is_told_of_these_by_the_blocks_of_all():
    release = release_of(_even(range(FIRST, FIRST + 4), {A: 9, B: 3}))
    mine = for_sites(release, {B})
    assert [(b.first, b.last) for b in mine.blocks] == [(b.first, b.last) for b in release.blocks]
    assert mine.count(Choice(FIRST, FIRST + 1)) == 6
    # Six a quarter at A have nausea, three at B.
    assert mine.answer(NAUSEA, Choice(FIRST, FIRST + 3)) == Answer(12, is_whole=True)
    assert mine.narrowings() == []
    assert set(mine.counted) == {
        (first, narrowing)
        for first in (FIRST, FIRST + 2)
        for narrowing in (None, Narrowing(Dimension.SITE, B))
    }
    assert for_sites(release, set()).runs(None) == []
    # What was recorded at no site of theirs, not even by its name.
    assert for_sites(release, set()).events == {}


def test_quarters_by_their_days():
    assert quarter_number(date(2026, 3, 31)) + 1 == quarter_number(date(2026, 4, 1))
    assert quarter_start(quarter_number(date(2026, 12, 31))) == date(2026, 10, 1)
    assert quarter_start(8100) == date(2025, 1, 1)


@pytest.mark.parametrize(
    ("today", "first_untold"),
    [
        # 28 days after the last of a quarter it counts as settled.
        (date(2026, 10, 28), date(2026, 7, 1)),
        (date(2026, 10, 29), date(2026, 10, 1)),
    ],
)
def test_a_quarter_is_told_of_once_it_has_settled(today, first_untold):
    assert quarter_start(last_settled_quarter(today) + 1) == first_untold


def test_no_setting_makes_the_smallest_group_smaller_than_five():
    assert [least_patients(setting) for setting in (1, 5, 12)] == [5, 5, 12]


def test_no_records_have_no_blocks():
    assert blocks_of([given_table([])], DIMENSIONS, LAST, LEAST) == ()
    assert result_release([], DIMENSIONS, LAST, LEAST).runs(None) == []
