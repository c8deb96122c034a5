"""The pictures of the vital signs of many infusions.

Shares are fractions, drawn as a dot with its 95 % interval as a line; what rests on few infusions
is hollow. What can be chosen carries its words and then what it stands for.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from charts.infusion_vitals import Panel, panels
from charts.numbers import percent, percent_range
from charts.palette import (
    BACKGROUND,
    CATEGORIES,
    CONCERN,
    INK,
    NEUTRAL,
    PALE,
    PALE_CONCERN,
    severity,
)
from charts.style import HEIGHT_SMALL, Trace, bar, figure, label, scatter, text, unfaded
from clinical.incidence import Proportion
from clinical.pressure_rises import BIN_MMHG, MARKED_RISES, Rises
from clinical.side_effect_rates import FEW
from clinical.thresholds import Thresholds
from clinical.vital_curves import FEWEST, VitalCurve
from clinical.vital_limits import Concern
from clinical.vital_reached import SEDATION_LEVELS, VitalLimit
from clinical.vital_schedule import Slot, SlotKind

CURVES = ("systolic", "diastolic", "heart_rate", "spo2")
"""The vital signs that have a course by minute, from the top."""
_HEIGHTS = {"systolic": 170, "diastolic": 150, "heart_rate": 105, "spo2": 105}
_GAP = 30
_TOP, _BOTTOM = 58, 74
_ROW = 24
_TICKS_AT_MOST = 13
_FEW = f"&lt;{FEWEST}"
_SPACE = 3 * "\N{NO-BREAK SPACE}"
_COLOURS = {Concern.AMBER: PALE_CONCERN, Concern.RED: CONCERN}


def vital_curves_chart(
    curves: Mapping[str, VitalCurve], thresholds: Thresholds, end: float | None
) -> go.Figure:
    """The mean, the median and the middle 80 % of each vital sign by minute, one above the other.

    ``curves``: by the names of :data:`CURVES`; one without a slot has no panel, and at least one
    has some. ``end``: the minute at which a usual infusion ends, marked over all panels.
    """
    shown = [
        panel
        for panel in panels(thresholds)
        if panel.column in curves and len(curves[panel.column].minute)
    ]
    heights = [_HEIGHTS[panel.column] for panel in shown]
    inner = sum(heights) + _GAP * (len(shown) - 1)
    domains = _domains(heights, inner)
    ranges = [_range(curves[panel.column], panel) for panel in shown]
    traces = [
        trace
        for number, panel in enumerate(shown, 1)
        for trace in _course(curves[panel.column], panel, number)
    ]
    axes = {
        f"yaxis{number if number > 1 else ''}": {
            "domain": domain,
            "range": values,
            "rangemode": "normal",
            "nticks": 5,
        }
        for number, (domain, values) in enumerate(zip(domains, ranges, strict=True), 1)
    }
    limits = [
        (number, at, name, concern)
        for number, (panel, (low, high)) in enumerate(zip(shown, ranges, strict=True), 1)
        for at, name, concern in panel.limits
        if low <= at <= high
    ]
    return figure(
        inner + _TOP + _BOTTOM,
        traces,
        margin={"t": _TOP, "b": _BOTTOM, "r": 96, "l": 8},
        **axes,
        xaxis=_minutes_axis(
            curves[shown[0].column], [curves[panel.column] for panel in shown], len(shown)
        ),
        shapes=[*_until(end), *(_limit_line(number, at, c) for number, at, _, c in limits)],
        annotations=[
            *_headings(shown, domains),
            *(_limit_name(number, at, name) for number, at, name, _ in limits),
            *_end_name(end),
        ],
        legend={"y": 1 + 26 / inner, "x": 1, "xanchor": "right"},
    )


def _axis(number: int) -> str:
    return "y" if number == 1 else f"y{number}"


def _domains(heights: Sequence[int], inner: int) -> list[tuple[float, float]]:
    """The part of the height that each panel takes, from the top."""
    tops = [inner - sum(heights[:place]) - _GAP * place for place in range(len(heights))]
    return [
        (max(0.0, (top - height) / inner), top / inner)
        for top, height in zip(tops, heights, strict=True)
    ]


def _range(curve: VitalCurve, panel: Panel) -> list[float]:
    """From the lowest to the highest percentile drawn, wide enough for the nearest limit."""
    values = [*curve.percentiles[10], *curve.percentiles[90], *curve.mean, panel.limits[0][0]]
    low, high = float(min(values)), float(max(values))
    pad = max(0.06 * (high - low), 0.5)
    return [low - pad, high + pad]


def _course(curve: VitalCurve, panel: Panel, number: int) -> list[Trace]:
    place = {"yaxis": _axis(number), "showlegend": number == 1}
    low, middle, high = (curve.percentiles[percentile] for percentile in (10, 50, 90))
    return [
        scatter(
            x=np.concatenate([curve.minute, curve.minute[::-1]]),
            y=np.concatenate([high, low[::-1]]),
            mode="lines",
            fill="toself",
            fillcolor=PALE,
            line={"width": 0},
            opacity=0.5,
            hoverinfo="skip",
            name="Middle 80 %",
            **place,
        ),
        scatter(
            x=curve.minute,
            y=middle,
            mode="lines",
            line={"color": NEUTRAL, "width": 2, "dash": "dash"},
            hoverinfo="skip",
            name="Median",
            **place,
        ),
        scatter(
            x=curve.minute,
            y=curve.mean,
            mode="lines+markers",
            line={"color": INK, "width": 2.5},
            marker={"color": INK, "size": 7, "line": {"width": 1, "color": BACKGROUND}},
            customdata=[
                f"<b>{panel.title}, minute {minute}</b><br>mean {mean:.1f} "
                f"(95 % CI {from_:.1f} to {to:.1f})<br>median {median:.4g}; "
                f"middle 80 %: {tenth:.4g} to {ninetieth:.4g}<br>{n:,} infusions"
                for minute, mean, from_, to, median, tenth, ninetieth, n in zip(
                    curve.minute,
                    curve.mean,
                    curve.low,
                    curve.high,
                    middle,
                    low,
                    high,
                    curve.n,
                    strict=True,
                )
            ],
            hovertemplate="%{customdata}<extra></extra>",
            name="Mean",
            **place,
        ),
    ]


def _minutes_axis(first: VitalCurve, every: Sequence[VitalCurve], panel: int) -> dict[str, Any]:
    """The minutes, and under each the infusions of the uppermost panel."""
    numbers = {
        minute: f"{n:,}" for minute, n in zip(first.minute.tolist(), first.n.tolist(), strict=True)
    }
    minutes = sorted({minute for curve in every for minute in curve.minute.tolist()})
    step = -(-len(minutes) // _TICKS_AT_MOST)
    ticks = minutes[::step]
    return {
        "tickvals": ticks,
        "ticktext": [
            f"{str(minute).replace('-', '−')}<br><i>{numbers.get(minute, _FEW)}</i>"
            for minute in ticks
        ],
        "range": [minutes[0] - 4, minutes[-1] + 4],
        "anchor": _axis(panel),
        "title": {"text": "Minutes after the start, and <i>infusions</i>"},
    }


def _until(end: float | None) -> list[dict[str, Any]]:
    """The time of a usual infusion, shaded over all panels."""
    if end is None:
        return []
    return [
        {
            "type": "rect",
            "xref": "x",
            "x0": 0,
            "x1": end,
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "fillcolor": PALE,
            "opacity": 0.22,
            "line": {"width": 0},
            "layer": "below",
        }
    ]


def _end_name(end: float | None) -> list[dict[str, Any]]:
    if end is None:
        return []
    return [
        {
            "x": end,
            "xref": "x",
            "yref": "paper",
            "y": 1,
            "yanchor": "bottom",
            "text": f"usual end, minute {end:.0f}",
            "font": {"size": 11, "color": NEUTRAL},
            "showarrow": False,
        }
    ]


def _limit_line(number: int, at: float, concern: Concern) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "yref": _axis(number),
        "y0": at,
        "y1": at,
        "line": {"color": _COLOURS[concern], "width": 1.2, "dash": "dot"},
    }


def _limit_name(number: int, at: float, name: str) -> dict[str, Any]:
    return {
        "xref": "paper",
        "x": 1.005,
        "xanchor": "left",
        "yref": _axis(number),
        "y": at,
        "text": text(name),
        "showarrow": False,
        "font": {"size": 11, "color": NEUTRAL},
    }


def _headings(
    shown: Sequence[Panel], domains: Sequence[tuple[float, float]]
) -> list[dict[str, Any]]:
    return [
        {
            "xref": "paper",
            "x": 0,
            "xanchor": "left",
            "yref": "paper",
            "y": top,
            "yanchor": "bottom",
            "text": panel.title,
            "showarrow": False,
            "font": {"size": 12, "color": INK},
        }
        for panel, (_, top) in zip(shown, domains, strict=True)
    ]


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
                hovertemplate=_HOVER,
                showlegend=False,
            )
        ],
        shapes=[
            _upright(mild, NEUTRAL, "dot"),
            _upright(strong, NEUTRAL, "dot", top=0.86),  # below the name of the other
            _upright(rises.mean, INK, "dash"),
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


def _upright(at: float, colour: str, dash: str, top: float = 1.0) -> dict[str, Any]:
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
        [_told(words, rate), *chosen]
        for words, rate, chosen in zip(labels, rates, choices, strict=True)
    ]


def _told(words: str, rate: Proportion) -> str:
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


def schedule_chart(slots: Sequence[tuple[Slot, Proportion]]) -> go.Figure:
    """The share of infusions in which each expected measurement was made, in time order."""
    places = list(range(len(slots)))
    rates = [rate for _, rate in slots]
    share = np.array([rate.estimate for rate in rates], dtype=np.float64)
    return figure(
        HEIGHT_SMALL,
        [
            scatter(
                x=places,
                y=share,
                mode="markers",
                marker={
                    "color": INK,
                    "size": 9,
                    "symbol": ["circle-open" if rate.n < FEW else "circle" for rate in rates],
                },
                error_y={
                    "type": "data",
                    "symmetric": False,
                    "array": [(rate.high or 0) - (rate.estimate or 0) for rate in rates],
                    "arrayminus": [(rate.estimate or 0) - (rate.low or 0) for rate in rates],
                    "color": INK,
                    "thickness": 1.5,
                    "width": 0,
                },
                customdata=[_told(slot_words(slot), rate) for slot, rate in slots],
                hovertemplate="%{customdata}<extra></extra>",
                showlegend=False,
            )
        ],
        xaxis={
            "tickvals": places,
            "ticktext": [f"{_slot_tick(slot)}<br><i>{rate.n:,}</i>" for slot, rate in slots],
            "range": [-0.6, len(slots) - 0.4],
            "title": {"text": "Minute of the infusion; + after its end; <i>infusions</i>"},
        },
        yaxis={"range": [0, 1.04], "tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, 1]},
        shapes=[_upright(place - 0.5, PALE, "solid") for place in _part_starts(slots)],
    )


def slot_words(slot: Slot) -> str:
    """A slot in words: ``minute 20``, ``15 minutes after the end``."""
    return {
        SlotKind.BEFORE: "before the start",
        SlotKind.DURING: f"minute {slot.minute}",
        SlotKind.AFTER: f"{slot.minute} minutes after the end",
    }[slot.kind]


def _slot_tick(slot: Slot) -> str:
    if slot.kind is SlotKind.BEFORE:
        return "Before"
    return f"+{slot.minute}" if slot.kind is SlotKind.AFTER else str(slot.minute)


def _part_starts(slots: Sequence[tuple[Slot, Proportion]]) -> list[int]:
    """Where another part of the infusion begins."""
    kinds = [slot.kind for slot, _ in slots]
    return [place for place in range(1, len(kinds)) if kinds[place] is not kinds[place - 1]]
