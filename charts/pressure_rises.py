"""How far the pressure of many infusions rose."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from charts.numbers import percent
from charts.palette import CONCERN, INK, NEUTRAL, PALE_CONCERN
from charts.style import HEIGHT_SMALL, bar, figure
from clinical.pressure_rises import BIN_MMHG, MARKED_RISES, Rises


def rise_chart(bins: Sequence[tuple[int, int]], rises: Rises) -> go.Figure:
    """How many infusions rose how far: ``bins`` as :func:`clinical.pressure_rises.binned_rises`.

    The marked rises are set off by colour and named with their shares.
    """
    lower = [start for start, _ in bins]
    counts = [infusions for _, infusions in bins]
    mild, strong = MARKED_RISES
    highest = max(counts)
    return figure(
        HEIGHT_SMALL,
        [
            bar(
                x=[start + BIN_MMHG / 2 for start in lower],
                y=counts,
                width=0.9 * BIN_MMHG,
                marker={
                    "color": [
                        CONCERN if start >= strong else PALE_CONCERN if start >= mild else NEUTRAL
                        for start in lower
                    ]
                },
                customdata=[
                    [
                        f"{bin_words(start)}: {infusions:,} of {rises.n:,} "
                        f"({percent(infusions / rises.n)})",
                        start,
                    ]
                    for start, infusions in bins
                ],
                hovertemplate="%{customdata[0]}<extra></extra>",
                showlegend=False,
            )
        ],
        shapes=[
            upright(mild, NEUTRAL, "dot"),
            upright(strong, NEUTRAL, "dot", top=0.86),  # below the name of the other
            upright(rises.mean, INK, "dash"),
        ],
        annotations=[
            _beside_line(rises.mean, 1.19 * highest, f"mean {rises.mean:.1f}", INK, "right"),
            *(
                _beside_line(
                    at,
                    height * highest,
                    f"{at} or more: {percent(rises.reached[at].estimate)}",
                    NEUTRAL,
                    "left",
                )
                for at, height in zip(MARKED_RISES, (1.19, 1.05), strict=True)
            ),
        ],
        xaxis={
            "title": {"text": "Rise of the systolic pressure, mmHg"},
            "dtick": 10,
            "range": [min(*lower, -5), max(lower[-1] + BIN_MMHG, strong + 25)],
        },
        yaxis={"title": {"text": "Infusions"}, "range": [0, 1.27 * highest], "nticks": 5},
    )


def bin_words(start: int) -> str:
    """A bar of the rises in words: ``+20 to +24 mmHg``."""
    return f"{_signed(start)} to {_signed(start + BIN_MMHG - 1)} mmHg"


def _signed(value: int) -> str:
    return f"+{value}" if value > 0 else f"−{-value}" if value < 0 else "0"


def upright(at: float, colour: str, dash: str, top: float = 1.0) -> dict[str, Any]:
    """An upright line over the height of a chart, or up to ``top`` of it."""
    return {
        "type": "line",
        "x0": at,
        "x1": at,
        "yref": "y domain",
        "y0": 0,
        "y1": top,
        "line": {"color": colour, "width": 1.2, "dash": dash},
    }


def _beside_line(at: float, y: float, words: str, colour: str, side: str) -> dict[str, Any]:
    return {
        "x": at,
        "y": y,
        "xanchor": side,
        "text": words,
        "showarrow": False,
        "font": {"size": 12, "color": colour},
        "xshift": 4 if side == "left" else -4,
    }
