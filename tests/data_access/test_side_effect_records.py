"""Records of any side effect by week."""

import pytest
from sqlalchemy import Engine

from access.viewer import LOCAL_VIEWER, NotPermittedError
from clinical.calendar import month_date, week_date
from data_access.engine import reading, writing
from data_access.filters import Filters
from data_access.side_effect_records import records_by_week
from tests.data_access.side_effect_clinic import (
    ALL,
    BEFORE_ALL,
    ONLY_SOUTH,
    SEES_SOUTH,
    STRANGER,
    fill,
)


@pytest.fixture
def clinic(engine: Engine) -> Engine:
    with writing(engine) as connection:
        fill(connection)
    return engine


def records(engine: Engine, filters: Filters, viewer=LOCAL_VIEWER) -> dict[tuple[str, str], int]:
    with reading(engine) as connection:
        found = records_by_week(connection, viewer, filters)
    return {
        (f"{month_date(month):%b}", f"{week_date(week):%d %b}"): events
        for month, week, events in found.itertuples(index=False)
    }


def test_each_record_counts_and_infusions_without_any_are_weeks_of_none(clinic: Engine):
    # Three of I1, one of I2; none of I3; two of I4, one each of I7 and I8; none of I9.
    assert records(clinic, ALL) == {
        ("Feb", "02 Feb"): 4,
        ("Feb", "09 Feb"): 0,
        ("Mar", "02 Mar"): 4,
        ("Mar", "09 Mar"): 0,
    }


def test_only_chosen_and_permitted_sites_count(clinic: Engine):
    south = {("Feb", "02 Feb"): 0, ("Mar", "02 Mar"): 2, ("Mar", "09 Mar"): 0}
    assert records(clinic, ONLY_SOUTH) == south
    assert records(clinic, ALL, SEES_SOUTH) == south
    assert records(clinic, BEFORE_ALL) == {}


def test_it_needs_the_permission(clinic: Engine):
    with pytest.raises(NotPermittedError):
        records(clinic, ALL, STRANGER)
