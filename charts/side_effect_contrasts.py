"""The picture of what was different about the infusions behind a point."""

from collections.abc import Sequence
from math import copysign

import plotly.graph_objects as go

from charts.palette import INK, NEUTRAL, PALE
from charts.style import Trace, figure, label, scatter, text
from clinical.contrast_chance import beyond_chance
from clinical.contrasts import Contrast

_ROW_HEIGHT = 30
_FRAME_HEIGHT = 96
_DIFFERENCES_END, _VALUES_START = 0.62, 0.66
_LEAST_REACH = 0.5
"""The axis of the differences reaches at least so far, or chance would look like a finding."""


def contrast_chart(
    found: Sequence[Contrast], names: Sequence[str], values: Sequence[tuple[str, str]]
) -> go.Figure:
    """Standardised differences as dots on a line from 0, and beside them what was compared.

    ``found``: the one for the top first; ``names`` and ``values`` (with the side effect, without
    it) say each of them in words. Dark where the difference is larger than chance gives one in
    twenty (:attr:`~clinical.contrasts.Contrast.by_chance`, drawn as a pale bar), grey where it is
    not. A complete difference, beyond measure, is an arrow head at the edge.
    """
    reach = _reach(found)
    at = [_position(contrast, reach) for contrast in found]
    rows = list(range(len(found)))
    end = reach * 1.12
    return figure(
        _FRAME_HEIGHT + _ROW_HEIGHT * len(found),
        [
            _chance(found, rows, reach),
            _lines(at, rows),
            _dots(found, at, rows, names, values),
            *(_values(values, rows, column) for column in (0, 1)),
        ],
        showlegend=False,
        yaxis={
            "tickvals": rows,
            "ticktext": [label(name) for name in names],
            "range": [len(found) - 0.4, -0.6],
            "showgrid": False,  # it would strike the values through
        },
        xaxis={
            "domain": [0, _DIFFERENCES_END],
            "range": [-end, end],
            "zeroline": True,
            "showgrid": True,
            "title": {"text": "← less with it · standardised difference · more with it →"},
        },
        xaxis2={
            "domain": [_VALUES_START, 1],
            "range": [-0.5, 1.5],
            "anchor": "y",
            "side": "top",
            "tickvals": [0, 1],
            "ticktext": ["With it", "The others"],
            "fixedrange": True,
        },
    )


def _reach(found: Sequence[Contrast]) -> float:
    sizes = [abs(contrast.difference) for contrast in found if contrast.difference is not None]
    chance = [contrast.by_chance for contrast in found if contrast.by_chance is not None]
    return max([_LEAST_REACH, *sizes, *chance])


def _position(contrast: Contrast, reach: float) -> float:
    """Where the dot stands: of a complete difference at the edge, on its side."""
    if contrast.difference is not None:
        return contrast.difference
    if not contrast.is_complete:
        return 0.0
    more = (contrast.value_with or 0.0) - (contrast.value_without or 0.0)
    return copysign(reach * 1.06, more)


def _chance(found: Sequence[Contrast], rows: Sequence[int], reach: float) -> Trace:
    """What one difference exceeds by chance one time in twenty: a pale bar on both sides of 0."""
    x: list[float | None] = []
    y: list[float | None] = []
    for contrast, row in zip(found, rows, strict=True):
        wide = min(contrast.by_chance or 0.0, reach)
        x += [-wide, wide, None]
        y += [row, row, None]
    return scatter(
        x=x, y=y, mode="lines", line={"color": PALE, "width": 12}, opacity=0.5, hoverinfo="skip"
    )


def _lines(at: Sequence[float], rows: Sequence[int]) -> Trace:
    x: list[float | None] = []
    y: list[float | None] = []
    for value, row in zip(at, rows, strict=True):
        x += [0.0, value, None]
        y += [row, row, None]
    return scatter(x=x, y=y, mode="lines", line={"color": NEUTRAL, "width": 1.5}, hoverinfo="skip")


def _dots(
    found: Sequence[Contrast],
    at: Sequence[float],
    rows: Sequence[int],
    names: Sequence[str],
    values: Sequence[tuple[str, str]],
) -> Trace:
    return scatter(
        x=list(at),
        y=rows,
        mode="markers",
        marker={
            "color": [INK if beyond_chance(contrast) else NEUTRAL for contrast in found],
            "size": 10,
            "symbol": [_symbol(contrast) for contrast in found],
        },
        customdata=[_description(*each) for each in zip(found, names, values, strict=True)],
        hovertemplate="%{customdata}<extra></extra>",
        cliponaxis=False,
    )


def _symbol(contrast: Contrast) -> str:
    if not contrast.is_complete:
        return "circle"
    more = (contrast.value_with or 0.0) > (contrast.value_without or 0.0)
    return "triangle-right" if more else "triangle-left"


def _description(contrast: Contrast, name: str, value: tuple[str, str]) -> str:
    if contrast.difference is not None:
        size = f"Standardised difference {contrast.difference:+.2f}".replace("-", "−")
    elif contrast.is_complete:
        size = "A complete difference: it does not vary on either side"
    else:
        size = "No difference can be told"
    return (
        f"<b>{text(name)}</b><br>With it {text(value[0])} (n = {contrast.n_with:,}), the others "
        f"{text(value[1])} (n = {contrast.n_without:,})<br>{size}"
    )


def _values(values: Sequence[tuple[str, str]], rows: Sequence[int], column: int) -> Trace:
    return scatter(
        x=[column] * len(rows),
        y=rows,
        xaxis="x2",
        mode="text",
        text=[text(value[column]) for value in values],
        textfont={"color": INK if column == 0 else NEUTRAL, "size": 12},
        hoverinfo="skip",
    )
