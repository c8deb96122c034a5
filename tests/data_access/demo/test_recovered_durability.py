"""How long responses last in the demo, by the view How long itself, against what it is made from.

The recipe loses responses so that 80 % are there after 4 weeks and 60 % after 8 without maintenance
(McInnes 2022), counted from the score that showed them. Under maintenance 16.5 % are lost for good,
and noise costs some more.
"""

from datetime import date

import pytest
from sqlalchemy import Engine

from access.viewer import LOCAL_VIEWER
from clinical.durability import WEEK, Lasting, Since, kept_on
from clinical.instruments import PHQ9
from data_access.cohort import Cohort
from data_access.engine import reading
from data_access.filters import Filters
from data_access.outcome_how_long import response_spans
from pages.outcomes.how_long import states_of
from tests.data_access.demo.conftest import UNTIL

ALL = Filters(start=date(2020, 1, 1), end=UNTIL)


@pytest.fixture(scope="module")
def lasted(standard_demo: Engine) -> dict[str, Lasting]:
    """The curves of the view, from the score on, by their names."""
    with reading(standard_demo) as connection:
        rows = response_spans(connection, LOCAL_VIEWER, ALL, Cohort(PHQ9.code), UNTIL)
    told = states_of(rows, Since.END_SCORE, least=5)
    return {line.name: line.found for line in told.lines()}


@pytest.mark.parametrize(("weeks", "published"), [(4, 0.80), (8, 0.60)])
def test_the_view_recovers_how_long_responses_last(
    lasted: dict[str, Lasting], weeks: int, published: float
) -> None:
    kept = kept_on(lasted["without maintenance"], weeks * WEEK)
    assert kept is not None
    assert kept.low is not None
    assert kept.high is not None
    assert kept.low <= published <= kept.high


def test_maintenance_holds_responses_longer(lasted: dict[str, Lasting]) -> None:
    without, boosted = lasted["without maintenance"], lasted["with maintenance"]
    later = [kept_on(one, 12 * WEEK) for one in (without, boosted)]
    assert later[0] is not None
    assert later[1] is not None
    assert later[1].share > later[0].share
