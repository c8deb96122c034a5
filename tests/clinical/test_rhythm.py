"""Whether induction courses keep their rhythm."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from clinical.rhythm import allowed_days, kept_rhythm


def courses(*rows: tuple[int, float | None, int], **more: Any) -> pd.DataFrame:
    """Courses as planned infusions, days to the last of them, and days since the first."""
    frame = pd.DataFrame(rows, columns=["planned", "taken", "since"]).astype({"taken": "Float64"})
    return frame.assign(**{"planned_known": 1, "courses": 1, "month": 0, **more})


def one(frame: pd.DataFrame, per_week: int = 2) -> dict[str, int]:
    (row,) = kept_rhythm(frame, per_week).to_dict("records")
    return {str(name): int(value) for name, value in row.items()}


@pytest.mark.parametrize(
    ("planned", "per_week", "days"),
    [(6, 2, 21), (6, 3, 14), (7, 2, 28), (8, 2, 28), (1, 2, 7), (4, 7, 7), (8, 1, 56)],
)
def test_so_many_whole_weeks(planned, per_week, days):
    assert allowed_days(np.array([planned]), per_week).tolist() == [days]


@pytest.mark.parametrize(
    ("course", "kept", "judged"),
    [
        ((6, 21, 100), 1, 1),  # on the last day
        ((6, 22, 100), 0, 1),  # a day late
        ((6, 14, 21), 0, 0),  # done, but its time is not over: the slow ones have their chance yet
        ((6, 14, 22), 1, 1),
        ((6, None, 21), 0, 0),  # the last day is today: it may still come
        ((6, None, 22), 0, 1),  # the time is up
        ((1, 0, 7), 0, 0),
        ((1, 0, 8), 1, 1),
    ],
)
def test_boundaries(course, kept, judged):
    found = one(courses(course))
    assert (found["kept"], found["judged"], found["in_time"]) == (kept, judged, 1 - judged)


def test_a_denser_rhythm_leaves_fewer_days():
    assert one(courses((6, 16, 100)), per_week=2)["kept"] == 1
    assert one(courses((6, 16, 100)), per_week=3)["kept"] == 0


def test_groups_and_unknown_plans():
    frame = courses(
        (6, 18, 90),
        (6, 30, 90),
        (6, None, 5),
        month=[1, 2, 2],
        planned_known=[0, 1, 0],
        courses=[3, 2, 4],
    )
    found = kept_rhythm(frame, 2, ["month"])
    assert found.to_dict("list") == {
        "month": [1, 2],
        "kept": [3, 0],
        "judged": [3, 2],
        "in_time": [0, 4],
        "unknown_plan": [3, 0],  # what is not judged has no plan to be unknown
    }


def test_no_course_at_all():
    assert one(courses()) == {"kept": 0, "judged": 0, "in_time": 0, "unknown_plan": 0}
