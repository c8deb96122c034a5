"""Access times: waits as curves, by month and by site, and the third next free slot of each site.

Waits are in days; curves show the share of people who have come by then (Kaplan-Meier), as steps. A
median is a dot with its 95 % interval, hollow where it rests on few people.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from charts.numbers import percent, percent_range
from charts.palette import CATEGORIES, INK, NEUTRAL, PALE
from charts.style import (
    HEIGHT_LARGE,
    Trace,
    across,
    bar,
    figure,
    interval,
    label,
    name_at,
    scatter,
    text,
)
from clinical.survival import Curve, at_risk_at, passed_by

SEEN_COLOUR, TREATED_COLOUR = CATEGORIES[1], CATEGORIES[0]
"""As consultations and infusions have them on this page."""
_ENDS = (14, 28, 42, 56, 84, 112, 140, 182, 273, 364)
"""The axis of days ends at one of these."""
_TICKS = 7
_ROOM = 0.29
"""So much of the axis a curve's name takes on a narrow screen."""
_FRAME_HEIGHT, _ROW_HEIGHT = 84, 34
_LONGEST_AXIS_OF_MONTHS = 8
_HOVER = "%{customdata}<extra></extra>"


@dataclass(frozen=True, slots=True)
class Line:
    """One curve: what its people came to, its colour, and the days until half had come."""

    name: str
    colour: str
    curve: Curve
    half: int | None


def waits_chart(lines: Sequence[Line], at_risk: str, end: int) -> go.Figure:
    """The share of people who have come, by days since the beginning of the wait.

    ``at_risk``: what the numbers under the axis count: who still waited, of the last curve;
    ``end``: days up to which the axis goes at least.
    """
    last = next((each for each in _ENDS if each >= end), _ENDS[-1])
    ticks = sorted({round(place * last / _TICKS) for place in range(_TICKS + 1)})
    return figure(
        HEIGHT_LARGE,
        [trace for line in lines for trace in (*_band(line, last), _steps(line, last))]
        + [
            _half(line, place)
            for line, place in zip(lines, _places(lines, last), strict=True)
            if line.half is not None
        ],
        xaxis={
            "tickvals": ticks,
            "ticktext": [f"{day}<br><i>{at_risk_at(lines[-1].curve, day):,}</i>" for day in ticks],
            "range": [-0.02 * last, 1.02 * last],
            "title": {"text": f"Days; {text(at_risk)}"},
        },
        yaxis={"range": [0, 1.04], "tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, 1]},
        shapes=[across(0.5)],
        annotations=[
            name_at(0.5, "half"),
            *(
                _name(line, last)
                for line, place in zip(lines, _places(lines, last), strict=True)
                if not place
            ),
        ],
        showlegend=False,
    )


def _shown(curve: Curve, last: int) -> slice:
    """The entries within the axis."""
    return slice(0, int(np.searchsorted(curve.times, last, side="right")))


def _steps(line: Line, last: int) -> Trace:
    curve, shown = line.curve, _shown(line.curve, last)
    times, came = curve.times[shown], 1 - curve.remaining[shown]
    said = [
        f"<b>{text(line.name)}</b> within {day:g} days: {_share_words(curve, day)}<br>"
        f"{waited:,} still waited just before"
        for day, waited in zip(times, curve.at_risk[shown], strict=True)
    ]
    # As far as anybody was watched, a curve goes on to the end of the axis.
    goes_on = curve.n > 0 and (curve.times[-1] > last or curve.remaining[-1] == 0)
    return scatter(
        x=[0, *times, *([last] if goes_on else [])],
        y=[0, *came, *([came[-1] if len(came) else 0] if goes_on else [])],
        mode="lines",
        line={"shape": "hv", "color": line.colour, "width": 2.5},
        name=text(line.name),
        customdata=[text(line.name), *said, *([said[-1] if said else ""] if goes_on else [])],
        hovertemplate=_HOVER,
    )


def _share_words(curve: Curve, day: float) -> str:
    found = passed_by(curve, day)
    if found is None:
        return "not known"
    return f"{percent(found.share)} (95 % CI {percent_range(found.low, found.high)})"


def _band(line: Line, last: int) -> list[Trace]:
    curve, shown = line.curve, _shown(line.curve, last)
    known = np.isfinite(curve.low[shown])
    if not known.any():
        return []
    edge: dict[str, Any] = {
        "x": curve.times[shown][known],
        "mode": "lines",
        "line": {"shape": "hv", "width": 0, "color": PALE},
        "hoverinfo": "skip",
    }
    return [
        scatter(**edge, y=1 - curve.high[shown][known]),
        scatter(**edge, y=1 - curve.low[shown][known], fill="tonexty", fillcolor=PALE, opacity=0.5),
    ]


def _places(lines: Sequence[Line], last: int) -> list[str]:
    """Where the name of each curve stands beside its half: on its side away from the others.

    Empty where there is no half, or no room on its left: then the name stands at the curve's end.
    """
    found = []
    for place, line in enumerate(lines):
        if line.half is None or line.half > last:
            found.append("")
        elif place == len(lines) - 1:
            found.append("bottom right" if line.half < (1 - _ROOM) * last else "")
        else:
            found.append("top left" if line.half > _ROOM * last else "")
    return found


def _half(line: Line, place: str) -> Trace:
    return scatter(
        x=[line.half],
        y=[0.5],
        mode="markers+text",
        marker={"color": line.colour, "size": 9},
        text=[f" {text(line.name)}: {line.half} days "] if place else None,
        textposition=place or None,
        textfont={"color": INK, "size": 13},
        hoverinfo="skip",
    )


def _name(line: Line, last: int) -> dict[str, Any]:
    """The name of a curve, above its right end."""
    shown = line.curve.remaining[_shown(line.curve, last)]
    return {
        "x": 1,
        "xref": "x domain",
        "y": 1 - shown[-1] if len(shown) else 0,
        "xanchor": "right",
        "yanchor": "bottom" if len(shown) and 1 - shown[-1] < 0.93 else "top",
        "text": text(line.name),
        "font": {"size": 13, "color": line.colour},
        "showarrow": False,
    }


def months_chart(medians: pd.DataFrame, few: int) -> go.Figure:
    """Median waits by month of entry, a line for each part of the way.

    ``medians``: ``start`` (date), ``way`` (its name), ``colour``, ``days``, ``low``, ``high``
    (missing where not reached), ``n``.
    """
    ways = [str(way) for way in medians["way"].unique()]
    starts = medians["start"].unique()
    return figure(
        traces=[_monthly(medians[medians["way"] == way], few) for way in ways],
        xaxis=_month_axis(list(starts)),
        yaxis={"title": {"text": "Days until half had come"}, "range": [0, _top(medians)]},
        legend={"traceorder": "normal"},
    )


def _month_axis(starts: list[date]) -> dict[str, Any]:
    """Few months are named one by one: plotly would put several marks into one month."""
    if len(starts) > _LONGEST_AXIS_OF_MONTHS:
        return {"tickformat": "%b\n%Y"}
    return {"tickformat": "%b %Y", "tickvals": starts}


def _top(medians: pd.DataFrame) -> float:
    """The end of an axis of days, not stretched by the long interval of what rests on few."""
    longest = medians[["days", "low"]].max().max()
    highest = medians["high"].quantile(0.9)
    return float(1.1 * np.nanmax([7.0, longest, highest]))


def _monthly(rows: pd.DataFrame, few: int) -> Trace:
    return scatter(
        x=list(rows["start"]),
        y=rows["days"].to_numpy(),
        mode="lines+markers",
        name=text(rows["way"].iloc[0]),
        line={"color": rows["colour"].iloc[0], "width": 1.5},
        marker={"color": rows["colour"].iloc[0], "size": 8, "symbol": _symbols(rows["n"], few)},
        error_y=_interval(rows),
        connectgaps=False,
        customdata=[
            f"<b>{row['start']:%B %Y}</b><br>{_median_words(row)}"
            for row in rows.to_dict("records")
        ],
        hovertemplate=_HOVER,
    )


def _symbols(n: Iterable[int], few: int) -> list[str]:
    return ["circle-open" if each < few else "circle" for each in n]


def _interval(rows: pd.DataFrame) -> dict[str, Any]:
    """The interval; an end that is not known is drawn at the dot."""
    low, high = rows["low"].fillna(rows["days"]), rows["high"].fillna(rows["days"])
    return interval(rows["days"], low, high, NEUTRAL)


def _median_words(row: Mapping[Hashable, Any]) -> str:
    name, n = text(row["way"]), f"{row['n']:,} people"
    if pd.isna(row["days"]):
        return f"{name}: half had not come yet ({n})"
    low = "not known" if pd.isna(row["low"]) else f"{row['low']:g}"
    high = "not reached" if pd.isna(row["high"]) else f"{row['high']:g}"
    return f"{name}: half within {row['days']:g} days (95 % CI {low} to {high}; {n})"


def sites_chart(medians: pd.DataFrame, names: Sequence[str], few: int) -> go.Figure:
    """Median waits of each site, a dot for each part of the way.

    ``medians``: as of :func:`months_chart` with ``row``, the place of the site among ``names``, the
    first for the top.
    """
    ways = [str(way) for way in medians["way"].unique()]
    shift = {way: 0.26 * (place - (len(ways) - 1) / 2) for place, way in enumerate(ways)}
    return figure(
        _FRAME_HEIGHT + _ROW_HEIGHT * len(names),
        [_of_sites(medians[medians["way"] == way], names, shift[way], few) for way in ways],
        xaxis={
            "title": {"text": "Days until half had come"},
            "range": [0, _top(medians)],
            "showgrid": True,
        },
        yaxis=_rows_axis([label(name) for name in names]),
        legend={"traceorder": "normal"},
    )


def _rows_axis(words: Sequence[str]) -> dict[str, Any]:
    rows = list(range(len(words)))
    return {
        "tickvals": rows,
        "ticktext": list(words),
        "range": [len(rows) - 0.4, -0.6],
        "showgrid": False,
    }


def _of_sites(rows: pd.DataFrame, names: Sequence[str], shift: float, few: int) -> Trace:
    return scatter(
        x=rows["days"].to_numpy(),
        y=(rows["row"] + shift).to_numpy(),
        mode="markers",
        name=text(rows["way"].iloc[0]),
        marker={"color": rows["colour"].iloc[0], "size": 9, "symbol": _symbols(rows["n"], few)},
        error_x=_interval(rows),
        customdata=[
            f"<b>{text(names[row['row']])}</b><br>{_median_words(row)}"
            for row in rows.to_dict("records")
        ],
        hovertemplate=_HOVER,
    )


def slots_chart(
    days: Sequence[int | None], words: Sequence[str], names: Sequence[str]
) -> go.Figure:
    """How many days it is to the third next free slot of each site.

    ``days``: from today, missing where there is none within the horizon or it is not known;
    ``words``: what stands beside each bar; ``names``: of the sites, the first for the top.
    """
    rows = list(range(len(names)))
    lengths = [day or 0 for day in days]
    return figure(
        _FRAME_HEIGHT + _ROW_HEIGHT * len(names),
        [
            bar(
                x=lengths,
                y=rows,
                orientation="h",
                marker={"color": TREATED_COLOUR},
                text=[text(each) for each in words],
                textposition="outside",
                textfont={"color": INK},
                cliponaxis=False,
                customdata=[
                    f"<b>{text(name)}</b><br>{text(said)}"
                    for name, said in zip(names, words, strict=True)
                ],
                hovertemplate=_HOVER,
            )
        ],
        # Room on the right for the words beside the longest bar.
        xaxis={"range": [0, 2 * max(*lengths, 3)], "showgrid": True, "title": {"text": "Days"}},
        yaxis=_rows_axis([label(name) for name in names]),
        showlegend=False,
    )
