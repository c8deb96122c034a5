"""What is released of a clinic counted by hand, to whom, and that nothing else is."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection, Engine
from statsmodels.stats.proportion import proportion_confint

from access.viewer import LOCAL_VIEWER, NotPermittedError, Permission, Viewer
from clinical.release import Choice
from clinical.release_blocks import Dimension, Narrowing
from data_access.engine import reading, writing
from data_access.released import (
    outcome_release,
    released_outcomes,
    released_side_effects,
    side_effect_release,
)
from data_access.thresholds import Signature, set_threshold
from tests.data_access.released_clinic import CLOSED, INFUSED, NORTH, TODAY, WEST, fill
from tests.data_access.side_effect_clinic import rows

RATES = Viewer("rates", frozenset({Permission.SEE_RATES}))
IN_THE_WEST = replace(RATES, site_ids=frozenset({"S2"}))
ALL = Choice(INFUSED, INFUSED)
COUNTS = ["term", "infusions", "recorded", "is_whole"]


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with writing(engine) as writer:
        fill(writer)
    with reading(engine) as reader:
        yield reader


def told(connection: Connection, viewer: Viewer, choice: Choice) -> list[tuple[object, ...]]:
    release = side_effect_release(connection, viewer, TODAY)
    return rows(released_side_effects(release, choice)[COUNTS])


def test_side_effects_of_at_least_five_patients(connection: Connection):
    # One form of twenty was not filled in; two patients with Syncope are too few.
    assert told(connection, RATES, ALL) == [("Dizziness", 11, 19, 1), ("Nausea", 11, 19, 1)]
    release = side_effect_release(connection, RATES, TODAY)
    first = released_side_effects(release, ALL).iloc[0]
    low, high = proportion_confint(11, 19, method="wilson")
    assert [first["share"], first["low"], first["high"]] == pytest.approx([11 / 19, low, high])


def test_a_site_is_not_told_of_what_three_in_the_other_had(connection: Connection):
    # Nausea in the West has 3 patients, and at North the 8 would give them away.
    at_north = Choice(INFUSED, INFUSED, Narrowing(Dimension.SITE, NORTH))
    assert told(connection, RATES, at_north) == [("Dizziness", 6, 14, 1)]
    west = Choice(INFUSED, INFUSED, Narrowing(Dimension.SITE, WEST))
    assert told(connection, RATES, west) == [("Dizziness", 5, 5, 1)]


def test_a_viewer_of_a_site_is_told_of_it_what_one_of_all_is(connection: Connection):
    assert told(connection, IN_THE_WEST, ALL) == [("Dizziness", 5, 5, 1)]
    release = side_effect_release(connection, IN_THE_WEST, TODAY)
    assert {narrowing for _, narrowing in release.counted} == {
        None,
        Narrowing(Dimension.SITE, WEST),
    }
    nobody = side_effect_release(connection, replace(RATES, site_ids=frozenset()), TODAY)
    assert nobody.runs(None) == []


@pytest.mark.parametrize(
    "choice",
    [
        Choice(INFUSED, INFUSED + 1),
        Choice(INFUSED - 1, INFUSED),
        Choice(INFUSED + 1, INFUSED + 1),
        Choice(INFUSED, INFUSED, Narrowing(Dimension.SITE, NORTH)),
    ],
)
def test_a_choice_that_is_not_offered_is_not_permitted(connection: Connection, choice: Choice):
    release = side_effect_release(connection, IN_THE_WEST, TODAY)
    if choice.narrowing is None:
        with pytest.raises(NotPermittedError, match="not offered"):
            released_side_effects(release, choice)
    else:
        # Nothing of another site is in what this viewer is given.
        assert released_side_effects(release, choice).empty
        assert release.count(choice) == 0
    outcomes = outcome_release(connection, RATES, TODAY).release
    with pytest.raises(NotPermittedError, match="not offered"):
        released_outcomes(outcomes, replace(choice, narrowing=None))


def test_a_quarter_is_told_of_when_it_has_settled(connection: Connection):
    before = side_effect_release(connection, RATES, date(2026, 4, 28))
    assert before.blocks == ()
    after = side_effect_release(connection, RATES, date(2026, 4, 29))
    assert [(block.first, block.last) for block in after.blocks] == [(INFUSED, INFUSED)]


def test_the_clinics_own_setting_may_ask_for_more(engine: Engine):
    with writing(engine) as writer:
        fill(writer)
        set_threshold(
            writer, "smallest_group", 12, Signature("A. Director", datetime(2026, 7, 1, tzinfo=UTC))
        )
    with reading(engine) as reader:
        # In the West there are 5 recorded patients: the quarter waits for more.
        assert side_effect_release(reader, RATES, TODAY).blocks == ()


def test_whoever_may_not_see_rates_is_told_nothing(connection: Connection):
    permissions = LOCAL_VIEWER.permissions - {Permission.SEE_RATES}
    for release in (side_effect_release, outcome_release):
        with pytest.raises(NotPermittedError):
            release(connection, replace(LOCAL_VIEWER, permissions=permissions), TODAY)


def test_results_of_inductions_by_the_quarter_in_which_they_closed(engine: Engine):
    with writing(engine) as writer:
        fill(writer, west_from=21)
    with reading(engine) as reader:
        found = outcome_release(reader, RATES, TODAY)
        assert found.measure.name == "PHQ-9"
        frame = released_outcomes(found.release, Choice(CLOSED, CLOSED))
        # Over, with a score, responded (to 9 or 4), and in remission (4).
        assert rows(frame) == [(CLOSED, CLOSED, 20, 15, 10, 5)]
        # On the last day of the quarter before it settled.
        assert outcome_release(reader, RATES, date(2026, 7, 28)).release.blocks == ()


@pytest.mark.parametrize(
    ("scored", "west_from"),
    [
        (14, 21),  # four without a response, found as those with a score less the others
        (16, 21),  # four without a score
        (15, 15),  # too few of each result in the West, and the year is not over yet
    ],
)
def test_results_of_few_are_not_told(engine: Engine, scored: int, west_from: int):
    with writing(engine) as writer:
        fill(writer, west_from=west_from, scored=scored)
    with reading(engine) as reader:
        assert outcome_release(reader, RATES, TODAY).release.blocks == ()


def test_a_clinic_without_records_is_told_nothing_of(engine: Engine):
    with reading(engine) as reader:
        assert side_effect_release(reader, RATES, TODAY).blocks == ()
        assert outcome_release(reader, RATES, TODAY).release.blocks == ()
