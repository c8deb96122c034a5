"""What a person did by day: the bars, and what is left out."""

from datetime import date

import pandas as pd

from charts.audit_days import PARTS, audit_days_chart
from charts.palette import CONCERN


def _days(**counts: list[int]) -> pd.DataFrame:
    days = [date(2026, 3, 9), date(2026, 3, 12)]
    return pd.DataFrame({"day": days, **{part: counts.get(part, [0, 0]) for part in PARTS}})


def test_a_bar_for_each_part_on_the_days_that_have_it():
    days = _days(records=[3, 0], not_done=[1, 2])
    chart = audit_days_chart(days, date(2026, 3, 1), date(2026, 3, 31))
    records, not_done = chart.data
    assert (records.name, list(records.x), list(records.y)) == (
        "Records opened",
        ["2026-03-09"],
        [3],
    )
    assert list(not_done.y) == [1, 2]
    assert not_done.marker.color == CONCERN
    assert records.customdata[0] == "9 Mar 2026: 3 × records opened"
    assert list(chart.layout.xaxis.range) == ["2026-03-01", "2026-03-31"]
    assert chart.layout.barmode == "stack"


def test_no_part_without_anything():
    assert not audit_days_chart(_days(), date(2026, 3, 1), date(2026, 3, 31)).data
