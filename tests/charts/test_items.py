"""The strip of PHQ-9 items, and the small pictures beside it."""

from datetime import datetime, timedelta

import pandas as pd

from charts.items import item_strip, total_chart
from charts.palette import BACKGROUND, INK, NEUTRAL, severity
from clinical.codes import Timepoint
from clinical.instruments import GAD7, WHO5
from clinical.items import PHQ9_ITEMS

START = datetime(2026, 2, 2, 9)  # noqa: DTZ001 - the clinic's own clock
ANSWERS = pd.DataFrame(
    {f"item_{number}": pd.array([3, 1], "Int64") for number in range(1, 9)}
    | {"item_9": pd.array([0, None], "Int64")}
)
LABELS = [("2 Feb 26", "baseline"), ("6 Feb 26", "before inf. 2")]


def test_items_are_rows_and_questionnaires_columns():
    cells, numbers = item_strip(ANSWERS, LABELS).data
    assert list(cells.y) == list(PHQ9_ITEMS)
    assert [list(row) for row in cells.z] == [[3, 1]] * 8 + [[0, None]]
    assert list(numbers.text) == ["3", "1"] * 8 + ["0", "–"]


def test_each_answer_has_one_flat_colour():
    cells, _ = item_strip(ANSWERS, LABELS).data
    assert (cells.zmin, cells.zmax) == (-0.5, 3.5)
    assert list(cells.colorscale) == [
        (edge / 4, severity(level, 4)) for level in range(4) for edge in (level, level + 1)
    ]


def test_numbers_can_be_read_on_light_and_dark_cells():
    _, numbers = item_strip(ANSWERS, LABELS).data
    assert list(numbers.textfont.color) == [BACKGROUND, INK] * 8 + [INK, NEUTRAL]


def test_a_missing_answer_says_so():
    cells, _ = item_strip(ANSWERS, LABELS).data
    assert cells.customdata[8][1] == (
        "Thoughts of death: no answer kept<br>6 Feb 26, before inf. 2"
    )
    assert cells.customdata[0][0] == "Interest: 3, nearly every day<br>2 Feb 26, baseline"


def test_labels_turn_where_there_are_many():
    few = item_strip(ANSWERS, LABELS).layout.xaxis
    assert (few.tickangle, few.ticktext[0]) == (0, "2 Feb 26<br>baseline")
    many = pd.concat([ANSWERS] * 12, ignore_index=True)
    assert item_strip(many, LABELS * 12).layout.xaxis.tickangle == -90


def totals(*rows: tuple[Timepoint, float], instrument: int = GAD7.code) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "series_key": pd.array([1] * len(rows), "Int64"),
            "instrument": instrument,
            "timepoint": [int(kind) for kind, _ in rows],
            "completed": [START + timedelta(days=4 * place) for place in range(len(rows))],
            "number": range(len(rows)),
            "hours_after": 100.0,
            "total": [total for _, total in rows],
        }
    )


def test_only_scores_before_an_infusion_are_joined():
    scores = totals(
        (Timepoint.BASELINE, 14),
        (Timepoint.AFTER_INFUSION, 5),
        (Timepoint.BEFORE_INFUSION, 9),
    )
    drawn = [(trace.mode, list(trace.y)) for trace in total_chart(scores, GAD7).data]
    assert drawn == [("lines+markers", [14, 9]), ("markers", [5])]


def test_where_higher_is_better_the_axis_says_so():
    scores = totals((Timepoint.BASELINE, 24), instrument=WHO5.code)
    assert total_chart(scores, WHO5).layout.yaxis.title.text == "higher is better"
    assert total_chart(scores, GAD7).layout.yaxis.title.text is None
