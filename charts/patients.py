"""The pictures of the caseload: scores by infusion number, response, and how patients are doing."""

from collections.abc import Iterable

import pandas as pd
import plotly.graph_objects as go

from charts.numbers import percent, percent_range
from charts.palette import CONCERN, IMPROVEMENT, INK, NEUTRAL, PALE, PALE_CONCERN
from charts.score_marks import LOOKS, severity_bands
from charts.style import HEIGHT_LARGE, HEIGHT_SMALL, figure
from clinical.codes import Phase, Timepoint
from clinical.incidence import proportion
from clinical.instruments import Instrument
from clinical.progress import Status, mean_interval

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


def last_full(points: pd.DataFrame) -> int:
    """The position of the last point that still has half as many scores as the first.

    What a title says of the end of a series; beyond it are the few whose series was made longer.
    """
    enough = points["scores"] >= points["scores"].iloc[0] / 2
    return int(enough[enough].index[-1])


def scores_chart(scores: pd.DataFrame, instrument: Instrument) -> go.Figure:
    """Mean score by infusion number; each timepoint has its own mark, only one kind is joined.

    ``scores``: as :func:`data_access.patients.scores_by_infusion` gives them.
    """
    chart = figure(HEIGHT_LARGE)
    before = before_infusion(scores)
    severity_bands(instrument).draw(chart)
    _add_compared_baseline(chart, before)
    _add_means(chart, before, before["infusion"], Timepoint.BEFORE_INFUSION)
    for timepoint, shift in ((Timepoint.AFTER_INFUSION, 0.2), (Timepoint.FOLLOW_UP, 0.5)):
        rows = scores[
            (scores["timepoint"] == int(timepoint))
            & (scores["scores"] >= FEWEST)
            & (scores["number"] <= _LAST_NUMBER)
        ]
        _add_means(chart, rows, rows["number"] + shift, timepoint)
    chart.update_xaxes(
        title_text="Infusion of the series, with the number of scores taken before it",
        range=[0.6, max([6.9, *(before["infusion"] + 0.9)])],
        tickvals=list(before["infusion"]),
        ticktext=_numbered(before["infusion"], before["scores"]),
    )
    chart.update_yaxes(
        title_text=f"{instrument.name}, mean", range=[instrument.lowest, instrument.highest]
    )
    return chart


def response_chart(scores: pd.DataFrame) -> go.Figure:
    """Shares in response and in remission before each infusion, with 95 % Wilson intervals."""
    chart = figure(HEIGHT_SMALL)
    before = before_infusion(scores)
    before = before[before["rated"] >= FEWEST]
    for name, events, of, colour in (
        ("Response", "responded", "rated", IMPROVEMENT),
        ("Remission", "remitted", "remission_rated", INK),
    ):
        shares = [
            proportion(int(count), int(n))
            for count, n in zip(before[events], before[of], strict=True)
        ]
        estimates = [share.estimate or 0.0 for share in shares]
        chart.add_scatter(
            x=before["infusion"],
            y=estimates,
            error_y={
                "array": [(s.high or 0.0) - y for s, y in zip(shares, estimates, strict=True)],
                "arrayminus": [y - (s.low or 0.0) for s, y in zip(shares, estimates, strict=True)],
                "symmetric": False,
                "thickness": 1,
                "width": 3,
            },
            name=name,
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={"color": colour, "size": 7},
            customdata=[
                f"{share.events} of {share.n}: {percent(share.estimate)} "
                f"(95 % CI {percent_range(share.low, share.high)})"
                for share in shares
            ],
            hovertemplate=f"{name} before infusion %{{x}}<br>%{{customdata}}<extra></extra>",
        )
    chart.update_xaxes(
        title_text="Before infusion, with the number of scores",
        tickvals=list(before["infusion"]),
        ticktext=_numbered(before["infusion"], before["rated"]),
    )
    chart.update_yaxes(tickformat=".0%", range=[0, 1])
    return chart


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
    chart = figure(max(HEIGHT_SMALL, 100 + 40 * len(labels)))
    keys = list(zip(rows["phase"].tolist(), rows["timepoint"].tolist(), strict=True))
    rows = rows.assign(
        label=[labels[key] for key in keys],
        share=[count / groups[key] for count, key in zip(rows["patients"], keys, strict=True)],
    )
    for status, colour in _STATUS_COLOURS.items():
        part = rows[rows["status"] == int(status)]
        if part.empty:
            continue
        chart.add_bar(
            y=part["label"],
            x=part["share"],
            orientation="h",
            name=status.label,
            marker={"color": colour},
            text=[f"{count:,}" for count in part["patients"]],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            customdata=[percent(share) for share in part["share"]],
            hovertemplate=f"{status.label}: %{{text}} (%{{customdata}})<br>%{{y}}<extra></extra>",
        )
    chart.update_layout(
        barmode="stack", bargap=0.35, legend={"traceorder": "normal"}, margin={"r": 24}
    )
    chart.update_xaxes(tickformat=".0%", range=[0, 1], tickvals=[0, 0.25, 0.5, 0.75, 1])
    chart.update_yaxes(categoryorder="array", categoryarray=list(labels.values())[::-1])
    return chart


def evaluable(totals: pd.DataFrame) -> pd.DataFrame:
    """The rows of the caseload's totals in which a status is known."""
    return totals[totals["status"] != int(Status.NOT_EVALUABLE)]


def _add_compared_baseline(chart: go.Figure, before: pd.DataFrame) -> None:
    later = before[before["number"] > 0].dropna(subset="mean_baseline")
    chart.add_scatter(
        x=later["infusion"],
        y=later["mean_baseline"],
        name="Baseline of the same patients",
        mode="lines",
        line={"color": NEUTRAL, "width": 1.5, "dash": "dash"},
        customdata=later["compared"],
        hovertemplate="Their mean baseline: %{y:.1f} (n %{customdata:,})<extra></extra>",
    )


def _add_means(
    chart: go.Figure,
    rows: pd.DataFrame,
    positions: "pd.Series[float]",
    timepoint: Timepoint,
) -> None:
    symbol, colour = LOOKS[timepoint]
    joined = timepoint is Timepoint.BEFORE_INFUSION
    halves = [
        0.0 if interval is None else interval[1] - mean
        for mean, interval in zip(rows["mean"], _intervals(rows), strict=True)
    ]
    chart.add_scatter(
        x=positions,
        y=rows["mean"],
        error_y={"array": halves, "thickness": 1, "width": 3, "color": colour},
        name=timepoint.label,
        mode="lines+markers" if joined else "markers",
        line={"color": colour, "width": 2.5},
        marker={"color": colour, "size": 9, "symbol": symbol, "line": {"width": 2}},
        customdata=rows["scores"],
        hovertemplate=f"{timepoint.label}: %{{y:.1f}} (n %{{customdata:,}})<extra></extra>",
    )


def _intervals(rows: pd.DataFrame) -> list[tuple[float, float] | None]:
    return [
        mean_interval(int(n), mean, square)
        for n, mean, square in zip(rows["scores"], rows["mean"], rows["mean_square"], strict=True)
    ]


def _numbered(infusions: Iterable[int], counts: Iterable[int]) -> list[str]:
    return [f"{number}<br>n {count:,}" for number, count in zip(infusions, counts, strict=True)]
