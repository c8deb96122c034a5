"""The pictures of the caseload."""

import pandas as pd
import pytest

from charts.palette import CONCERN, IMPROVEMENT, INK
from charts.patients import (
    before_infusion,
    response_chart,
    scores_chart,
    status_chart,
    usual_end,
)
from clinical.codes import Phase, Timepoint
from clinical.instruments import CADSS, PHQ9
from clinical.progress import Status

BASELINE, BEFORE, AFTER, LATER = (
    Timepoint.BASELINE,
    Timepoint.BEFORE_INFUSION,
    Timepoint.AFTER_INFUSION,
    Timepoint.FOLLOW_UP,
)


def scores(*rows: tuple[int, int, int, float]) -> pd.DataFrame:
    """Timepoint, number, scores, mean; variance 16, baseline 18, a fifth responded."""
    frame = pd.DataFrame(rows, columns=["timepoint", "number", "scores", "mean"])
    frame["mean_square"] = frame["mean"] ** 2 + 16 * (frame["scores"] - 1) / frame["scores"]
    frame["compared"] = frame["scores"]
    frame["mean_baseline"] = 18.0
    for column in ("rated", "remission_rated"):
        frame[column] = frame["scores"]
    frame["responded"] = frame["scores"] // 5
    frame["remitted"] = frame["scores"] // 10
    return frame


SERIES = scores(
    (BASELINE, 0, 100, 18.0),
    (BEFORE, 1, 64, 15.0),
    (BEFORE, 2, 50, 12.0),
    (BEFORE, 3, 40, 11.0),
    (BEFORE, 4, 4, 2.0),
    (BEFORE, 12, 60, 2.0),
    (AFTER, 1, 20, 9.0),
    (LATER, 3, 10, 13.0),
    (LATER, 4, 4, 1.0),
)


def test_scores_before_an_infusion_stand_at_that_infusion():
    found = before_infusion(SERIES)
    # The baseline is before infusion 1; 4 scores are too few; beyond infusion 12 nothing is drawn.
    assert list(found["infusion"]) == [1, 2, 3, 4]
    assert list(found["mean"]) == [18, 15, 12, 11]


def test_a_title_tells_of_the_last_infusion_with_half_of_the_first_scores():
    assert usual_end(before_infusion(SERIES)) == 3
    assert usual_end(before_infusion(SERIES).head(1)) == 1


def test_only_scores_of_one_kind_are_joined():
    chart = scores_chart(SERIES, PHQ9)
    traces = {trace.name: trace for trace in chart.data}
    assert set(traces) == {
        "Baseline of the same patients",
        "Before an infusion",
        "Within 72 hours after an infusion",
        "Later than 72 hours after an infusion",
    }
    before = traces["Before an infusion"]
    assert (before.mode, list(before.y)) == ("lines+markers", [18, 15, 12, 11])
    after = traces["Within 72 hours after an infusion"]
    assert (after.mode, list(after.x), list(after.y)) == ("markers", [1.2], [9])
    later = traces["Later than 72 hours after an infusion"]
    assert (later.mode, list(later.x), list(later.y)) == ("markers", [3.5], [13])
    assert len({trace.marker.symbol for trace in (before, after, later)}) == 3


def test_the_baseline_of_the_same_patients_begins_after_the_first_infusion():
    compared = scores_chart(SERIES, PHQ9).data[0]
    assert list(compared.x) == [2, 3, 4]
    assert list(compared.y) == [18, 18, 18]


def test_means_have_their_interval_and_their_number():
    chart = scores_chart(SERIES, PHQ9)
    before = chart.data[1]
    # 64 scores, standard deviation 4: 1.96 * 4 / 8.
    assert before.error_y.array[1] == pytest.approx(0.98, abs=0.001)
    assert list(chart.layout.xaxis.ticktext)[:2] == ["1<br>n 100", "2<br>n 64"]


def test_bands_and_remission_are_named():
    named = [note.text for note in scores_chart(SERIES, PHQ9).layout.annotations]
    assert named == [
        "Minimal",
        "Mild",
        "Moderate",
        "Moderately severe",
        "Severe",
        "Remission: 4",
    ]
    assert not scores_chart(SERIES, CADSS).layout.annotations


def test_response_with_wilson_intervals():
    chart = response_chart(SERIES)
    response, remission = chart.data
    assert list(response.x) == [1, 2, 3, 4]
    # 10 of 50: Wilson 0.1124 to 0.3304.
    assert response.y[2] == 0.2
    assert response.error_y.array[2] == pytest.approx(0.1304, abs=5e-5)
    assert response.error_y.arrayminus[2] == pytest.approx(0.0876, abs=5e-5)
    assert response.customdata[2].startswith("10 of 50")
    assert (response.marker.color, remission.marker.color) == (IMPROVEMENT, INK)


def test_response_needs_enough_rated_scores():
    unrated = SERIES.assign(rated=4)
    assert all(len(trace.x) == 0 for trace in response_chart(unrated).data)


TOTALS = pd.DataFrame(
    [
        (Phase.INDUCTION, Status.WORSE, BEFORE, 2),
        (Phase.INDUCTION, Status.RESPONDING, BEFORE, 6),
        (Phase.INDUCTION, Status.REMISSION, AFTER, 3),
        (Phase.INDUCTION, Status.NOT_EVALUABLE, 0, 9),
        (Phase.MAINTENANCE, Status.STEADY, BEFORE, 5),
    ],
    columns=["phase", "status", "timepoint", "patients"],
).astype(int)


def test_status_bars_are_shares_within_a_phase_and_a_timepoint():
    bars = {bar.name: bar for bar in status_chart(TOTALS).data}
    assert list(bars) == ["Worse", "Steady", "Responding", "Remission"]
    assert list(bars["Worse"].x) == [0.25]
    assert list(bars["Worse"].y) == ["Induction: before an infusion<br>n 8"]
    assert list(bars["Worse"].text) == ["2"]
    assert bars["Worse"].marker.color == CONCERN
    assert list(bars["Steady"].y) == ["Maintenance: before an infusion<br>n 5"]


def test_induction_stands_above_maintenance():
    order = status_chart(TOTALS).layout.yaxis.categoryarray
    assert [label.split("<br>")[0] for label in order] == [
        "Maintenance: before an infusion",
        "Induction: within 72 hours after",
        "Induction: before an infusion",
    ]
