"""Of how many infusions and patients the vital signs reached a limit, and how deep sedation went.

Shares are fractions, drawn as a dot or a bar with its 95 % interval as a line; what rests on few
infusions is hollow. What can be chosen carries its words and then what it stands for.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from charts.numbers import percent, percent_range
from charts.palette import CATEGORIES, INK, NEUTRAL, severity
from charts.style import HEIGHT_SMALL, Trace, bar, figure, label, scatter, text, unfaded
from clinical.incidence import Proportion
from clinical.side_effect_rates import FEW
from clinical.vital_reached import SEDATION_LEVELS, VitalLimit

_ROW = 24
_SPACE = 3 * "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of dots: its label; a heading where it has no rate.

    ``group``: which group it is, its column and its code.
    """

    label: str
    rate: Proportion | None = None
    group: tuple[str, int] | None = None


def limits_chart(
    limits: Mapping[VitalLimit, str],
    infusions: Sequence[Proportion],
    patients: Sequence[Proportion],
) -> go.Figure:
    """The share of infusions and of patients that reached each of the limits, by their names."""
    labels, rows = list(limits.values()), range(len(limits))
    choices = [(limit.value,) for limit in limits]
    end = _end([*infusions, *patients])
    series = (
        ("Infusions", INK, "circle", infusions, -0.19),
        ("Patients, at least once", CATEGORIES[0], "diamond", patients, 0.19),
    )
    traces = [
        trace
        for name, colour, symbol, rates, shift in series
        for trace in (
            _dots(
                _customdata(labels, rates, choices),
                rates,
                [row + shift for row in rows],
                end,
                colour,
                symbol,
                name,
            ),
            _values(rates, [row + shift for row in rows], end, colour),
        )
    ]
    return figure(
        70 + 2 * _ROW * len(labels),
        traces,
        yaxis={
            "tickvals": list(rows),
            "ticktext": [label(words) for words in labels],
            "range": [len(labels) - 0.45, -0.55],
        },
        xaxis=_rate_axis(end),
    )


def groups_chart(rows: Sequence[Row]) -> go.Figure:
    """The rate in each row, from the top; rows without a rate are headings, set in bold."""
    drawn = [(place, row, row.rate) for place, row in enumerate(rows) if row.rate]
    places = [place for place, _, _ in drawn]
    rates = [rate for _, _, rate in drawn]
    end = _end(rates)
    carried = _customdata(
        [row.label for _, row, _ in drawn], rates, [row.group or () for _, row, _ in drawn]
    )
    return figure(
        56 + _ROW * len(rows),
        [
            _dots(carried, rates, places, end, INK, "circle", ""),
            _values(rates, places, end, INK),
        ],
        yaxis={
            "tickvals": list(range(len(rows))),
            "ticktext": [
                label(row.label) if row.rate else f"<b>{label(row.label)}</b>" for row in rows
            ],
            "range": [len(rows) - 0.4, -0.6],
        },
        xaxis=_rate_axis(end),
    )


def _end(rates: Iterable[Proportion]) -> float:
    """The highest rate or limit to be drawn, not stretched by the interval of one on few."""
    known = [rate for rate in rates if rate.estimate is not None]
    tops = [(rate.high if rate.n >= FEW else rate.estimate) or 0.0 for rate in known]
    return max([*tops, 0.01])


def _rate_axis(end: float) -> dict[str, Any]:
    """An axis of rates with room for the values beside the dots, and no tick beyond 100 %."""
    wide = end > 0.6
    return {
        "range": [-0.03 * end, 1.55 * end],
        **({"tickvals": [0, 0.2, 0.4, 0.6, 0.8, 1]} if wide else {"nticks": 6}),
        "tickformat": ".0%" if end > 0.05 else ".1%",
        "showgrid": True,
    }


def _dots(
    customdata: Sequence[Sequence[Any]],
    rates: Sequence[Proportion],
    rows: Sequence[float],
    end: float,
    colour: str,
    symbol: str,
    name: str,
) -> Trace:
    share = np.array([rate.estimate for rate in rates], dtype=np.float64)
    low = np.array([rate.low for rate in rates], dtype=np.float64)
    high = np.array([rate.high for rate in rates], dtype=np.float64)
    return scatter(
        x=share,
        y=list(rows),
        mode="markers",
        marker={
            "color": colour,
            "size": 9,
            "symbol": [f"{symbol}-open" if rate.n < FEW else symbol for rate in rates],
        },
        error_x={
            "type": "data",
            "symmetric": False,
            "array": np.minimum(high, end) - np.minimum(share, end),
            "arrayminus": share - low,
            "color": colour,
            "thickness": 1.5,
            "width": 0,
        },
        customdata=customdata,
        hovertemplate=_HOVER,
        name=name or None,
        showlegend=bool(name),
    )


_HOVER = "%{customdata[0]}<extra></extra>"


def _customdata(
    labels: Sequence[str], rates: Sequence[Proportion], choices: Sequence[Sequence[Any]]
) -> list[list[Any]]:
    """What each mark carries: its words, and what is chosen with it."""
    return [
        [rate_words(words, rate), *chosen]
        for words, rate, chosen in zip(labels, rates, choices, strict=True)
    ]


def rate_words(words: str, rate: Proportion) -> str:
    """The hover of a rate: what it is of (data), its numbers and its interval."""
    return (
        f"<b>{text(words)}</b><br>{rate.events:,} of {rate.n:,}: {percent(rate.estimate)} "
        f"(95 % CI {percent_range(rate.low, rate.high)})"
    )


def _values(rates: Sequence[Proportion], rows: Sequence[float], end: float, colour: str) -> Trace:
    """Each rate in words, right of its interval."""
    return scatter(
        x=[min(rate.high or 0.0, end) for rate in rates],
        y=list(rows),
        mode="text",
        text=[
            f"{_SPACE}{percent(rate.estimate)} <i>({rate.events:,} of {rate.n:,})</i>"
            if rate.n
            else f"{_SPACE}not measured"
            for rate in rates
        ],
        textposition="middle right",
        textfont={"color": colour, "size": 12},
        unselected=unfaded(colour),
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )


def sedation_chart(levels: Sequence[Proportion], names: Sequence[str]) -> go.Figure:
    """The share of infusions by their deepest sedation, from awake (5) at the top to 0.

    ``levels`` and their ``names``: in the order of
    :data:`clinical.vital_reached.SEDATION_LEVELS`.
    """
    rows = list(range(len(levels)))
    end = _end(levels)
    return figure(
        HEIGHT_SMALL,
        [
            bar(
                x=np.array([rate.estimate for rate in levels], dtype=np.float64),
                y=rows,
                orientation="h",
                width=0.62,
                marker={
                    "color": [severity(row + 1, len(SEDATION_LEVELS) + 1) for row in rows],
                    "line": {"width": 1, "color": NEUTRAL},
                },
                error_x={
                    "type": "data",
                    "symmetric": False,
                    "array": [(rate.high or 0) - (rate.estimate or 0) for rate in levels],
                    "arrayminus": [(rate.estimate or 0) - (rate.low or 0) for rate in levels],
                    "color": NEUTRAL,
                    "thickness": 1.5,
                    "width": 0,
                },
                customdata=_customdata(names, levels, [(level,) for level in SEDATION_LEVELS]),
                hovertemplate=_HOVER,
                showlegend=False,
            ),
            _values(levels, rows, end, INK),
        ],
        yaxis={
            "tickvals": rows,
            "ticktext": [label(name) for name in names],
            "range": [len(rows) - 0.4, -0.6],
        },
        xaxis=_rate_axis(end),
    )
