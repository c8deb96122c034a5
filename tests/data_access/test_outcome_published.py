"""Scores some weeks after an induction, against a clinic counted by hand.

Inductions of PHQ-9 that begin in March 2026, today is 1 June 2026. McInnes 2022 takes those of 4 to
8 infusions within 7 to 28 days, by the first score 14 to 31 days after the last one.

===  =====  =========  ====  ========  ============================  ======
who  site   infusions  days  baseline  scores: days after the last   taken
===  =====  =========  ====  ========  ============================  ======
P1   North  6          15    20        13 (4), 14 (9), 31 (15)       9
P2   North  4          9     20        20 (12)                       12
P3   West   8          28    18        31 (8)                        8
P4   West   6          15    16        13 (3), 32 (2)                not
P5   North  6          15    20        14 (9)                        9
P6   North  3          8     20        20 (1)                        not
P7   North  9          24    20        20 (1)                        not
P8   North  6          5     20        20 (1)                        not
P9   North  6          30    20        20 (1)                        not
P10  North  6          15    none      20 (1)                        not
===  =====  =========  ====  ========  ============================  ======

P1 to P5 also have item 9: 2 before, and of P1 and P5 0 on day 14.
"""

from dataclasses import replace
from datetime import date
from math import isnan
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine

from access.viewer import LOCAL_VIEWER, NotPermittedError, Viewer
from clinical.instruments import PHQ9, WHO5
from clinical.measures import THOUGHTS
from data_access.cohort import Cohort
from data_access.engine import reading, writing
from data_access.facts import rebuild_facts
from data_access.filters import Filters
from data_access.outcome_published import after_induction_counts, after_infusion_counts
from tests.data_access.facts.recorded_clinic import RecordedClinic, at

TODAY = date(2026, 6, 1)
ALL = Filters(start=date(2026, 1, 1), end=TODAY)
ON_PHQ9 = Cohort(PHQ9.code)
STRANGER = Viewer("stranger", frozenset())

_COURSES: tuple[tuple[str, int, int, int | None, dict[int, int]], ...] = (
    ("S1", 6, 15, 20, {13: 4, 14: 9, 31: 15}),
    ("S1", 4, 9, 20, {20: 12}),
    ("S2", 8, 28, 18, {31: 8}),
    ("S2", 6, 15, 16, {13: 3, 32: 2}),
    ("S1", 6, 15, 20, {14: 9}),
    ("S1", 3, 8, 20, {20: 1}),
    ("S1", 9, 24, 20, {20: 1}),
    ("S1", 6, 5, 20, {20: 1}),
    ("S1", 6, 30, 20, {20: 1}),
    ("S1", 6, 15, None, {20: 1}),
)


def _write(connection: Connection) -> None:
    clinic = RecordedClinic(connection)
    for site, infusions, days, baseline, later in _COURSES:
        key = clinic.patient(site_id=site)
        series = clinic.series(key, "induction", date(2026, 3, 1), planned_infusions=infusions)
        given = [round(days * turn / (infusions - 1)) for turn in range(infusions)]
        for day in given:
            clinic.infusion(key, at(day), series_id=f"X{series}", site_id=site)
        item: dict[str, Any] = {"item_9": 2} if key <= 5 else {}
        if baseline is not None:
            clinic.score(key, at(0, 9), baseline, **item)
        for after, total in later.items():
            # At the time of day of the infusion, so that whole days have passed.
            clinic.score(key, at(days + after), total, **_item_after(key, after))
    rebuild_facts(connection)


def _item_after(key: int, day: int) -> dict[str, Any]:
    return {"item_9": 0} if key in {1, 5} and day == 14 else {}


def _rows(found: pd.DataFrame) -> set[tuple[Any, ...]]:
    """What is found, with ``None`` for what is missing."""
    return {
        tuple(None if isnan(value) else value for value in row)
        for row in found.itertuples(index=False)
    }


def _after_induction(connection: Connection, cohort: Cohort = ON_PHQ9, **how: Any) -> Any:
    filters, viewer = how.get("filters", ALL), how.get("viewer", LOCAL_VIEWER)
    today = how.get("today", TODAY)
    return _rows(after_induction_counts(connection, viewer, filters, cohort, today))


def test_the_scores_that_published_ones_are_read_beside(engine: Engine) -> None:
    with writing(engine) as connection:
        _write(connection)
    with reading(engine) as connection:
        assert _after_induction(connection) == {(20, 9, 2), (20, 12, 1), (18, 8, 1)}
        assert _after_induction(connection, Cohort(THOUGHTS.code)) == {(2, 0, 2)}
        assert _after_induction(connection, Cohort(WHO5.code)) == set()
        # Of one site; of a viewer of one site; and before any induction is over.
        west = {(18, 8, 1)}
        assert _after_induction(connection, filters=replace(ALL, site_ids=("S2",))) == west
        sees_west = replace(LOCAL_VIEWER, site_ids=frozenset({"S2"}))
        assert _after_induction(connection, viewer=sees_west) == west
        assert _after_induction(connection, today=date(2026, 4, 1)) == set()
        _after_an_infusion(connection)
        for count in (after_induction_counts, _six):
            with pytest.raises(NotPermittedError):
                count(connection, STRANGER, ALL, ON_PHQ9, TODAY)


def _six(
    connection: Connection, viewer: Viewer, filters: Filters, cohort: Cohort, today: date
) -> pd.DataFrame:
    return after_infusion_counts(connection, viewer, filters, cohort, 6, today)


def _after_an_infusion(connection: Connection) -> None:
    """After infusion 6 the latest settled score up to 28 days: P1 9, P4 3, P5 9, P8 1, P9 1.

    P7 has had more infusions and P3 too, so their later scores are after another one; P2 and P6 are
    judged up to theirs only, and P10 has no baseline.
    """
    found = _six(connection, LOCAL_VIEWER, ALL, ON_PHQ9, TODAY)
    assert _rows(found) == {(20, 9, 2), (16, 3, 1), (20, 1, 2), (None, None, 2)}
    assert list(found["courses"])[-1] == 2
    # Without anybody there is no row at all, not one of nobody.
    assert not len(_six(connection, LOCAL_VIEWER, ALL, Cohort(WHO5.code), TODAY))
