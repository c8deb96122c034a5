"""From consultation to course."""

from typing import Any

import pandas as pd
import pytest

from clinical.funnel import (
    STILL_ON_THE_WAY,
    Stage,
    by_source,
    days_on_the_way,
    furthest,
    grouped_sources,
    stages,
)

COLUMNS = ["planned", "seen", "treated", "completed", "waited"]
GAP = None


def ways(*rows: tuple[float | None, ...], **more: Any) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=COLUMNS).astype(dict.fromkeys(COLUMNS[:-1], "Float64"))
    return frame.assign(**{"people": 1, "source": None} | more)


SIX = ways(
    (5, 5, 12, 30, 90),  # all the way
    (6, 8, 20, GAP, 90),  # moved once; the course is not complete
    (9, 9, GAP, GAP, 90),  # seen only
    (40, GAP, GAP, GAP, 30),  # planned for a day to come
    (GAP, GAP, GAP, GAP, 90),  # referred, no more
    (GAP, GAP, 0, 18, 90),  # treated without a recorded consultation
)


def test_the_furthest_stage():
    assert furthest(SIX).tolist() == [
        Stage.COMPLETED,
        Stage.TREATED,
        Stage.SEEN,
        Stage.PLANNED,
        Stage.ENTERED,
        Stage.COMPLETED,
    ]


def test_stages_by_hand():
    found = stages(SIX).set_index("stage")
    assert found["people"].tolist() == [6, 5, 4, 3, 2]
    assert found["before"].tolist() == [6, 6, 5, 4, 3]
    assert found["skipped"].tolist() == [0, 1, 1, 0, 0]
    # Planned after 5, 6 and 9 days (the one to come is not counted); seen after 0, 2 and 0; treated
    # after 7 and 12; completed after 18 and 18. Of two the lower.
    assert found["median"].tolist()[1:] == [6, 0, 7, 18]
    assert found["timed"].tolist() == [0, 3, 3, 2, 2]


def test_nobody():
    found = stages(SIX[:0])
    assert found["people"].tolist() == [0] * 5
    assert found["median"].isna().all()
    assert by_source(SIX[:0], 5, "Other", "Unknown").empty


def test_still_on_the_way():
    few = ways(*[(1, 1, 5, 30, 400)] * 19)
    assert days_on_the_way(few) == STILL_ON_THE_WAY
    # Of 20 who finished, 18 within 40 days: 90 %. Those of the last 180 days do not tell.
    slow = [(1, 1, 5, 90, 180)] * 2
    assert days_on_the_way(ways(*[(1, 1, 5, 40, 180)] * 18, *slow, *[(1, 1, 2, 9, 30)] * 50)) == 40
    assert days_on_the_way(ways(*[(1, 1, 5, 40, 180)] * 17, *slow, (1, 1, 5, 70, 180))) == 70


def test_sources_are_compared_without_case():
    frame = ways(
        *[(GAP, GAP, GAP, GAP, 90)] * 6,
        source=pd.Series(["GP", "gp", "Hospital", None, "GP", "  "]),
        people=[2, 5, 4, 9, 2, 1],
    )
    names, which = grouped_sources(frame)
    assert names == ["gp", "Hospital", ""]
    assert which.tolist() == [0, 0, 1, 2, 0, 2]


@pytest.mark.parametrize("at_most", [1, 9])
def test_small_sources_stand_together(at_most):
    frame = pd.concat([SIX] * 3, ignore_index=True).assign(
        source=pd.Series([*["GP"] * 6, *["Hospital"] * 5, "Aunt", "Uncle", *[None] * 5])
    )
    found = by_source(frame, at_most, "Others", "Unknown")
    if at_most == 9:
        assert found["source"].tolist() == ["GP", "Hospital", "Others", "Unknown"]
        assert found["merged"].tolist() == [1, 1, 2, 0]
        assert found["people"].tolist() == [6, 5, 2, 5]
        # Aunt sent the one who was treated at once, Uncle the one who went all the way.
        assert found["treated"].tolist() == [3, 2, 2, 2]
        assert found["completed"].tolist() == [2, 1, 2, 1]
    else:
        assert found["source"].tolist() == ["GP", "Others", "Unknown"]
        assert found["people"].tolist() == [6, 7, 5]
