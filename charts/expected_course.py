"""The expected course: one patient's scores on the fan of comparable patients."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts.palette import CONCERN, INK, NEUTRAL, PALE
from charts.style import (
    HEIGHT_SMALL,
    Trace,
    figure,
    scatter,
)
from clinical.expected import Track
from clinical.instruments import Instrument

_BANDS = ((("p10", "p90"), 0.35, "Middle 80 %"), (("p25", "p75"), 0.6, "Middle half"))
_ALARMING = {Track.BEHIND, Track.SLOW}


def expected_course_chart(
    course: pd.DataFrame, own: pd.DataFrame, instrument: Instrument, verdict: Track
) -> go.Figure:
    """The percentiles of comparable patients by infusion, and the patient's own scores.

    ``course`` as from :func:`clinical.expected.expected_course`; ``own``: ``number`` and ``total``
    of the patient's baseline (number 0) and scores before an infusion, in order.
    """
    known = course.dropna(subset="p50")
    bands = [_fan(known, *ends, opacity, name) for ends, opacity, name in _BANDS]
    return figure(
        HEIGHT_SMALL + 40,
        [*bands, _median(known), _own(own, verdict)],
        xaxis=_steps(known, own),
        yaxis={
            "title": {"text": instrument.name},
            "range": [instrument.lowest, instrument.highest],
        },
    )


def step_words(number: int) -> str:
    """The step of a score that belongs to infusion ``number``: it is taken before the next one."""
    return "Baseline" if number == 0 else f"Before {number + 1}"


def _steps(known: pd.DataFrame, own: pd.DataFrame) -> dict[str, Any]:
    """A place for each step with its n; every other one is named where there are many."""
    numbers = sorted(set(known["number"]) | set(own["number"]))
    n_of = dict(zip(known["number"], known["n"], strict=True))
    every = 1 if len(numbers) <= 8 else 2
    return {
        "tickvals": numbers[::every],
        "ticktext": [
            f"{step_words(number)}<br>n {n_of[number]:,}"
            if number in n_of
            else f"{step_words(number)}<br>n under 10"
            for number in numbers[::every]
        ],
        **({"range": [numbers[0] - 0.4, numbers[-1] + 0.4]} if numbers else {}),
    }


def _fan(known: pd.DataFrame, low: str, high: str, opacity: float, name: str) -> Trace:
    """One band of the fan as a closed shape."""
    return scatter(
        x=[*known["number"], *known["number"][::-1]],
        y=[*known[high], *known[low][::-1]],
        fill="toself",
        fillcolor=PALE,
        opacity=opacity,
        line={"width": 0},
        mode="lines",
        name=name,
        hoverinfo="skip",
    )


def _median(known: pd.DataFrame) -> Trace:
    return scatter(
        x=known["number"].to_numpy(),
        y=known["p50"].to_numpy(),
        mode="lines",
        line={"color": NEUTRAL, "width": 2, "dash": "dash"},
        name="Median of comparable patients",
        customdata=[
            f"median {row.p50:g}, half between {row.p25:g} and {row.p75:g}, "
            f"four in five between {row.p10:g} and {row.p90:g}; n {row.n:,}"
            for row in known.itertuples()
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _own(own: pd.DataFrame, verdict: Track) -> Trace:
    colours = [INK] * len(own)
    if colours and verdict in _ALARMING:
        colours[-1] = CONCERN
    return scatter(
        x=own["number"].to_numpy(),
        y=own["total"].to_numpy(),
        mode="lines+markers",
        line={"color": INK, "width": 2.5},
        marker={"color": colours, "size": 9},
        name="This patient",
        customdata=[step_words(number) for number in own["number"]],
        hovertemplate="%{customdata}: %{y:g}<extra></extra>",
    )
