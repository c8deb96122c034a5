"""The pictures of the caseload: scores by infusion number, response, and how patients are doing."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts.numbers import percent, percent_range
from charts.palette import CONCERN, IMPROVEMENT, INK, NEUTRAL, PALE, PALE_CONCERN
from charts.score_marks import LOOKS, severity_bands
from charts.style import (
    HEIGHT_LARGE,
    HEIGHT_SMALL,
    Trace,
    bar,
    figure,
    interval,
    scatter,
)
from clinical.codes import Phase, Timepoint
from clinical.instruments import Instrument
from clinical.progress import Status, mean_interval
from clinical.side_effect_rates import with_rates

FEWEST = 5
"""Fewer scores than this make no point: a mean or a share of so few says little."""
_LAST_NUMBER = 12

_STATUS_COLOURS = {
    Status.WORSE: CONCERN,
    Status.NO_RESPONSE: PALE_CONCERN,
    Status.PARTIAL: NEUTRAL,
    Status.STEADY: PALE,
    Status.IMPROVED: IMPROVEMENT,
    Status.RESPONDING: IMPROVEMENT,
    Status.REMISSION: INK,
}
"""Orange needs a look, blue is better, grey neither; response and remission as in their lines."""
_TAKEN = {
    Timepoint.BEFORE_INFUSION: "before an infusion",
    Timepoint.AFTER_INFUSION: "within 72 hours after",
    Timepoint.FOLLOW_UP: "later than 72 hours",
}


def before_infusion(scores: pd.DataFrame) -> pd.DataFrame:
    """The scores taken before an infusion, by the infusion before which they were taken.

    ``scores``: as :func:`data_access.patients.scores_by_infusion` gives them. A baseline is the
    score before infusion 1, a score that belongs to infusion k the one before infusion k + 1.
    Adds ``infusion``; keeps points of at least 5 scores, up to infusion 12.
    """
    kinds = (int(Timepoint.BASELINE), int(Timepoint.BEFORE_INFUSION))
    found = scores[scores["timepoint"].isin(kinds) & (scores["scores"] >= FEWEST)]
    found = found.assign(infusion=found["number"] + 1)
    return found[found["infusion"] <= _LAST_NUMBER].reset_index(drop=True)


def usual_end(points: pd.DataFrame) -> int:
    """The last infusion before which there are still half as many scores as before the first.

    What titles tell of the end of a series; beyond it are the few whose series was made longer.
    ``points``: as :func:`before_infusion` gives them.
    """
    enough = points["scores"] >= points["scores"].iloc[0] / 2
    return int(points.loc[enough, "infusion"].iloc[-1])


def scores_chart(scores: pd.DataFrame, instrument: Instrument) -> go.Figure:
    """Mean score by infusion number; each timepoint has its own mark, only one kind is joined.

    ``scores``: as :func:`data_access.patients.scores_by_infusion` gives them.
    """
    before = before_infusion(scores)
    traces = [
        _compared_baseline(before),
        _means(before, before["infusion"], Timepoint.BEFORE_INFUSION),
    ]
    for timepoint, shift in ((Timepoint.AFTER_INFUSION, 0.2), (Timepoint.FOLLOW_UP, 0.5)):
        rows = scores[
            (scores["timepoint"] == int(timepoint))
            & (scores["scores"] >= FEWEST)
            & (scores["number"] <= _LAST_NUMBER)
        ]
        traces.append(_means(rows, rows["number"] + shift, timepoint))
    return figure(
        HEIGHT_LARGE,
        traces,
        **severity_bands(instrument).layout(),
        xaxis={
            "title": {"text": "Infusion of the series, with the number of scores taken before it"},
            "range": [0.6, max([6.9, *(before["infusion"] + 0.9)])],
            **_numbered(before["infusion"], before["scores"]),
        },
        yaxis={
            "title": {"text": f"{instrument.name}, mean"},
            "range": [instrument.lowest, instrument.highest],
        },
    )


def response_chart(scores: pd.DataFrame) -> go.Figure:
    """Shares in response and in remission before each infusion, with 95 % Wilson intervals."""
    before = before_infusion(scores)
    before = before[before["rated"] >= FEWEST]
    return figure(
        HEIGHT_SMALL,
        [
            _share_line(before, "Response", "responded", "rated", IMPROVEMENT),
            _share_line(before, "Remission", "remitted", "remission_rated", INK),
        ],
        xaxis={
            "title": {"text": "Before infusion, with the number of scores"},
            **_numbered(before["infusion"], before["rated"]),
        },
        yaxis={"tickformat": ".0%", "range": [0, 1]},
    )


def _share_line(before: pd.DataFrame, name: str, events: str, of: str, colour: str) -> Trace:
    rates = with_rates(before, events, of)
    told = zip(rates[events], rates[of], rates["share"], rates["low"], rates["high"], strict=True)
    return scatter(
        x=rates["infusion"].to_numpy(),
        y=rates["share"].to_numpy(),
        error_y=interval(rates["share"], rates["low"], rates["high"], colour),
        name=name,
        mode="lines+markers",
        line={"color": colour, "width": 2},
        marker={"color": colour, "size": 7},
        customdata=[
            f"{count} of {n}: {percent(share)} (95 % CI {percent_range(low, high)})"
            for count, n, share, low, high in told
        ],
        hovertemplate=f"{name} before infusion %{{x}}<br>%{{customdata}}<extra></extra>",
    )


def status_chart(totals: pd.DataFrame) -> go.Figure:
    """How evaluable patients are doing, apart by phase and by when the latest score was taken.

    ``totals``: as :func:`data_access.patients.caseload_totals` gives them.
    """
    rows = evaluable(totals)
    groups = rows.groupby(["phase", "timepoint"])["patients"].sum()
    labels = {
        (phase, kind): f"{Phase(phase).label}: {_TAKEN[Timepoint(kind)]}<br>n {size:,}"
        for (phase, kind), size in zip(groups.index.tolist(), groups.tolist(), strict=True)
    }
    keys = list(zip(rows["phase"].tolist(), rows["timepoint"].tolist(), strict=True))
    rows = rows.assign(
        label=[labels[key] for key in keys],
        share=[count / groups[key] for count, key in zip(rows["patients"], keys, strict=True)],
    )
    parts = {status: rows[rows["status"] == int(status)] for status in _STATUS_COLOURS}
    return figure(
        max(HEIGHT_SMALL, 100 + 40 * len(labels)),
        [_status_bars(part, status) for status, part in parts.items() if len(part)],
        barmode="stack",
        bargap=0.35,
        legend={"traceorder": "normal"},
        margin={"r": 24},
        xaxis={"tickformat": ".0%", "range": [0, 1], "tickvals": [0, 0.25, 0.5, 0.75, 1]},
        yaxis={"categoryorder": "array", "categoryarray": list(labels.values())[::-1]},
    )


def _status_bars(part: pd.DataFrame, status: Status) -> Trace:
    return bar(
        y=part["label"].tolist(),
        x=part["share"].to_numpy(),
        orientation="h",
        name=status.label,
        marker={"color": _STATUS_COLOURS[status]},
        text=[f"{count:,}" for count in part["patients"]],
        textposition="inside",
        insidetextanchor="middle",
        textangle=0,
        customdata=[percent(share) for share in part["share"]],
        hovertemplate=f"{status.label}: %{{text}} (%{{customdata}})<br>%{{y}}<extra></extra>",
    )


def evaluable(totals: pd.DataFrame) -> pd.DataFrame:
    """The rows of the caseload's totals in which a status is known."""
    return totals[totals["status"] != int(Status.NOT_EVALUABLE)]


def _compared_baseline(before: pd.DataFrame) -> Trace:
    later = before[before["number"] > 0].dropna(subset="mean_baseline")
    return scatter(
        x=later["infusion"].to_numpy(),
        y=later["mean_baseline"].to_numpy(),
        name="Baseline of the same patients",
        mode="lines",
        line={"color": NEUTRAL, "width": 1.5, "dash": "dash"},
        customdata=later["compared"].to_numpy(),
        hovertemplate="Their mean baseline: %{y:.1f} (n %{customdata:,})<extra></extra>",
    )


def _means(rows: pd.DataFrame, positions: "pd.Series[float]", timepoint: Timepoint) -> Trace:
    symbol, colour = LOOKS[timepoint]
    joined = timepoint is Timepoint.BEFORE_INFUSION
    intervals = [
        mean_interval(n, mean, square) or (mean, mean)
        for n, mean, square in zip(
            rows["scores"].tolist(), rows["mean"], rows["mean_square"], strict=True
        )
    ]
    ends = pd.DataFrame(intervals, columns=["low", "high"], index=rows.index)
    return scatter(
        x=positions.to_numpy(),
        y=rows["mean"].to_numpy(),
        error_y=interval(rows["mean"], ends["low"], ends["high"], colour),
        name=timepoint.label,
        mode="lines+markers" if joined else "markers",
        line={"color": colour, "width": 2.5},
        marker={"color": colour, "size": 9, "symbol": symbol, "line": {"width": 2}},
        customdata=rows["scores"].to_numpy(),
        hovertemplate=f"{timepoint.label}: %{{y:.1f}} (n %{{customdata:,}})<extra></extra>",
    )


def _numbered(infusions: "pd.Series[int]", counts: "pd.Series[int]") -> dict[str, Any]:
    """The ticks of an axis of infusion numbers, each with its n."""
    labels = zip(infusions, counts, strict=True)
    return {
        "tickvals": infusions.tolist(),
        "ticktext": [f"{number}<br>n {count:,}" for number, count in labels],
    }
