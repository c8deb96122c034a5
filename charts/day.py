"""The timeline of the chairs: one row a chair, the hours of the day from left to right."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil, floor
from typing import Any, NamedTuple

import pandas as pd
import plotly.graph_objects as go

from charts.palette import BACKGROUND, CATEGORIES, CONCERN, INK, NEUTRAL, PALE
from charts.style import (
    Trace,
    bar,
    figure,
    label,
    scatter,
    text,
)
from clinical.codes import AppointmentKind, Phase
from clinical.day import LEAST_FREE_MINUTES, ChairState, UsualTime, clock_words

_ROW_HEIGHT = 28
_FRAME_HEIGHT = 84
_THICKNESS = 0.74
_THIN = 0.14
"""What was missed is a thin line at the foot of the row: the chair is free for all that."""
_HOUR = 60
_MOST_TICKS = 13
_CLEAR = "rgba(0,0,0,0)"

_COLOURS = {
    ChairState.DONE: CATEGORIES[0],
    ChairState.RECOVERING: INK,
    ChairState.RUNNING: INK,
    ChairState.ARRIVED: _CLEAR,
    ChairState.BOOKED: PALE,
    ChairState.LATE: NEUTRAL,
    ChairState.MISSED: CONCERN,
}
"""The colour of each state that is drawn; a cancelled appointment leaves its chair free."""
_EXPECTED_OPACITY = 0.3


@dataclass(frozen=True, slots=True)
class ChairDay:
    """All that the timeline shows. Times are minutes of the day by the site's own clock.

    ``chairs``: ``site_key``, ``site``, ``chair_key``, ``chair``, in the order of the rows.
    ``stays`` as from :func:`clinical.day.in_lanes`, with ``who`` (a name, or nothing). ``free``:
    ``chair_key``, ``begins``, ``ends``. ``hours``: ``site_key``, ``opens``, ``closes``. ``now``: up
    to when the data tells, by each site's clock; empty where it does not reach today.
    ``remarks``: what to say of a site beside its name.
    """

    chairs: pd.DataFrame
    stays: pd.DataFrame
    free: pd.DataFrame
    hours: pd.DataFrame
    now: Mapping[int, float]
    remarks: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows from the top: ``of_chair``, and ``of_site`` where several sites have their names."""

    of_chair: dict[int, int]
    of_site: dict[int, int]
    labels: list[str]

    @property
    def top(self) -> float:
        """The upper edge; room for a word where no name of a site stands there."""
        return -0.6 if self.of_site else -1.1


def _rows(chairs: pd.DataFrame) -> _Rows:
    of_chair: dict[int, int] = {}
    of_site: dict[int, int] = {}
    labels: list[str] = []
    several = chairs["site_key"].nunique() > 1
    columns = (chairs[each] for each in ("site_key", "site", "chair_key", "chair"))
    for site_key, site, chair_key, chair in zip(*columns, strict=True):
        if several and site_key not in of_site:
            of_site[site_key] = len(labels)
            labels.append(f"<b>{label(site)}</b>")
        of_chair[chair_key] = len(labels)
        labels.append(label(chair))
    return _Rows(of_chair, of_site, labels)


def day_chart(day: ChairDay) -> go.Figure:
    """The chairs of today."""
    rows = _rows(day.chairs)
    first, last = _reach(day)
    blocks = _blocks(day, rows)
    traces = [_closed(day, rows, blocks)]
    names = _names(day.chairs)
    stays = day.stays.assign(words=_stay_words(day.stays, names))
    for state in _COLOURS:
        of_state = stays[stays["state"] == int(state)]
        if not of_state.empty:
            traces.append(_bars(of_state, rows, state))
    expected = stays[stays["state"].isin(_UNDER_WAY) & (stays["ends"] > stays["known_until"])]
    if not expected.empty:
        traces.append(_expected_bars(expected, rows))
    if not day.free.empty:
        traces.append(_free_bars(day.free, rows, names))
    traces += [_now_lines(day, blocks), _words(day, rows, blocks)]
    return figure(
        _FRAME_HEIGHT + _ROW_HEIGHT * len(rows.labels),
        traces,
        barmode="overlay",
        uniformtext={"mode": "hide", "minsize": 10},
        legend={"traceorder": "normal"},
        xaxis={**_hours_axis(first, last), "range": [first, last], "showgrid": True},
        yaxis={
            "tickvals": list(range(len(rows.labels))),
            "ticktext": rows.labels,
            "range": [len(rows.labels) - 0.4, rows.top],
            "showgrid": False,
            "fixedrange": True,
        },
    )


_UNDER_WAY = [int(ChairState.RUNNING), int(ChairState.RECOVERING)]


def _reach(day: ChairDay) -> tuple[float, float]:
    """The hours shown: from the first opening or stay to the last closing or end."""
    begins = [*day.hours["opens"], *day.stays["begins"]]
    ends = [*day.hours["closes"], *day.stays["ends"]]
    if not begins:
        return 8 * _HOUR, 18 * _HOUR
    return _HOUR * floor(min(begins) / _HOUR), _HOUR * ceil(max(ends) / _HOUR)


def _hours_axis(first: float, last: float) -> dict[str, Any]:
    step = _HOUR * ceil((last - first) / _HOUR / _MOST_TICKS)
    ticks = list(range(int(first), int(last) + 1, step))
    return {"tickvals": ticks, "ticktext": [clock_words(tick) for tick in ticks]}


def _bars(stays: pd.DataFrame, rows: _Rows, state: ChairState) -> Trace:
    """What is known of the stays of one state."""
    # The rim keeps stays apart that follow each other without a gap.
    marker: dict[str, Any] = {
        "color": _COLOURS[state],
        "line": {"color": BACKGROUND, "width": 1},
    }
    if state is ChairState.ARRIVED:
        marker["line"] = {"color": INK, "width": 2}
    if state is ChairState.RECOVERING:
        marker["pattern"] = {"shape": "/", "fgcolor": INK, "bgcolor": _CLEAR, "size": 6}
        marker["line"] = {"color": INK, "width": 1}
    is_other = stays["kind"] != AppointmentKind.INFUSION
    return bar(
        **_places(stays, rows, stays["begins"], stays["known_until"], state),
        orientation="h",
        name=state.label,
        marker=marker,
        text=[
            AppointmentKind(kind).label if other else ""
            for kind, other in zip(stays["kind"], is_other, strict=True)
        ],
        **_INSIDE,
        customdata=stays["words"].to_list(),
        hovertemplate="%{customdata}<extra></extra>",
    )


_INSIDE: dict[str, Any] = {
    "textposition": "inside",
    "insidetextanchor": "middle",
    "textangle": 0,
    "textfont": {"size": 11},
    "constraintext": "inside",
}


def _expected_bars(stays: pd.DataFrame, rows: _Rows) -> Trace:
    """What is expected of the stays that are under way."""
    return bar(
        **_places(stays, rows, stays["known_until"], stays["ends"]),
        orientation="h",
        name="Expected",
        showlegend=False,
        marker={"color": INK, "opacity": _EXPECTED_OPACITY, "line": {"width": 0}},
        text=[f"to {clock_words(ends)}" for ends in stays["ends"]],
        **_INSIDE | {"insidetextanchor": "end", "insidetextfont": {"color": INK, "size": 11}},
        customdata=stays["words"].to_list(),
        hovertemplate="%{customdata}<extra></extra>",
    )


def _free_bars(slots: pd.DataFrame, rows: _Rows, names: Mapping[int, str]) -> Trace:
    free = slots.assign(lane=0, lanes=1)
    return bar(
        **_places(free, rows, free["begins"], free["ends"]),
        orientation="h",
        name=f"Free, {LEAST_FREE_MINUTES} minutes or more",
        marker={"color": _CLEAR, "line": {"color": NEUTRAL, "width": 1}},
        text=[
            length_words(ends - begins)
            for begins, ends in zip(free["begins"], free["ends"], strict=True)
        ],
        **_INSIDE | {"insidetextfont": {"color": NEUTRAL, "size": 11}},
        customdata=[
            f"{names[chair]}<br>Free {clock_words(begins)}–{clock_words(ends)} "
            f"({length_words(ends - begins)})"
            for chair, begins, ends in zip(
                free["chair_key"], free["begins"], free["ends"], strict=True
            )
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _places(
    table: pd.DataFrame,
    rows: _Rows,
    begins: "pd.Series[float]",
    ends: "pd.Series[float]",
    state: ChairState | None = None,
) -> dict[str, Any]:
    """Where bars lie: in the row of their chair, side by side with those that overlap them."""
    share = _THICKNESS / table["lanes"]
    upper = [rows.of_chair[chair] - _THICKNESS / 2 for chair in table["chair_key"]]
    lower = upper + share * (table["lane"] + 1)
    thickness = share * 0 + _THIN if state is ChairState.MISSED else share
    return {
        "base": begins.to_numpy(),
        "x": (ends - begins).to_numpy(),
        "y": (lower - thickness / 2).to_numpy(),
        "width": thickness.to_numpy(),
    }


def length_words(minutes: float) -> str:
    """A length of time in words: ``45 min``, ``1 h``, ``2 h 15``."""
    whole = int(minutes)
    if whole < _HOUR:
        return f"{whole} min"
    rest = whole % _HOUR
    return f"{whole // _HOUR} h{f' {rest:02d}' if rest else ''}"


def _names(chairs: pd.DataFrame) -> dict[int, str]:
    """Chair and site in a hover."""
    columns = (chairs[each] for each in ("chair_key", "chair", "site"))
    return {
        key: f"<b>{text(chair)}</b>, {text(site)}"
        for key, chair, site in zip(*columns, strict=True)
    }


def _stay_words(stays: pd.DataFrame, names: Mapping[int, str]) -> list[str]:
    return [
        "<br>".join(
            part
            for part in (
                names[stay["chair_key"]],
                f"{AppointmentKind(stay['kind']).label}: {_state_words(stay)}",
                _usual_words(stay["usual"]),
                text(stay["who"]),
            )
            if part
        )
        for stay in stays.to_dict("records")
    ]


def _state_words(stay: Mapping[Any, Any]) -> str:
    state = ChairState(stay["state"])
    begins, ends = clock_words(stay["begins"]), clock_words(stay["ends"])
    words = state.label.lower()
    if int(state) in _UNDER_WAY:
        return f"{words}, since {begins}, expected to leave at {ends}"
    return f"{words}, {begins}–{ends}"


def _usual_words(usual: UsualTime | None) -> str:
    """On what an expected end rests; nothing where it is as scheduled."""
    if usual is None:
        return ""
    of = "infusions" if usual.phase is Phase.NONE else f"infusions in {usual.phase.label.lower()}"
    return (
        f"Usual chair time: {usual.minutes} minutes (median of {usual.infusions:,} {of}, 90 days)"
    )


_Blocks = dict[int, tuple[float, float]]
"""The upper and lower edge of each site's rows, its name's included."""


def _blocks(day: ChairDay, rows: _Rows) -> _Blocks:
    edges: _Blocks = {}
    for site, chair in zip(day.chairs["site_key"], day.chairs["chair_key"], strict=True):
        top = rows.of_site[site] - 0.5 if site in rows.of_site else rows.top
        edges[site] = (edges.get(site, (top, 0.0))[0], rows.of_chair[chair] + 0.5)
    return edges


# Shades, lines and words are traces of many marks each: as many shapes cost ten times the time.
def _closed(day: ChairDay, rows: _Rows, blocks: _Blocks) -> Trace:
    """Shades over the hours in which a site is closed; none where its hours are not recorded."""
    first, last = _reach(day)
    shades = [
        (begins, ends - begins, upper + 1 if site in rows.of_site else -0.5, lower)
        for site, (upper, lower) in blocks.items()
        for begins, ends in _outside(day.hours, site, first, last)
    ]
    return bar(
        orientation="h",
        base=[shade[0] for shade in shades],
        x=[shade[1] for shade in shades],
        y=[(upper + lower) / 2 for _, _, upper, lower in shades],
        width=[lower - upper for _, _, upper, lower in shades],
        name="Closed",
        marker={"color": PALE, "opacity": 0.3, "line": {"width": 0}},
        hoverinfo="skip",
        showlegend=False,
    )


def _outside(
    hours: pd.DataFrame, site: int, first: float, last: float
) -> Iterable[tuple[float, float]]:
    spans = hours[hours["site_key"] == site].sort_values("opens")
    cursor = first
    for opens, closes in zip(spans["opens"], spans["closes"], strict=True):
        if opens > cursor:
            yield cursor, opens
        cursor = closes
    if not spans.empty and cursor < last:
        yield cursor, last


def _now_lines(day: ChairDay, blocks: _Blocks) -> Trace:
    """A dotted line at the data's last change, for each site by its own clock."""
    x: list[float | None] = []
    y: list[float | None] = []
    for site, edges in blocks.items():
        if site in day.now:
            x.extend((day.now[site], day.now[site], None))
            y.extend((*edges, None))
    return scatter(
        x=x,
        y=y,
        mode="lines",
        line={"color": INK, "width": 1.5, "dash": "dot"},
        name="Data's last change",
        hoverinfo="skip",
        showlegend=False,
    )


def _words(day: ChairDay, rows: _Rows, blocks: _Blocks) -> Trace:
    """Beside each site's name when it is open, and at the dotted line what time it was there."""
    words = [*_remarks(day, rows), *_now_words(day, rows, blocks)]
    return scatter(
        x=[each.x for each in words],
        y=[each.y for each in words],
        text=[text(each.words) for each in words],
        mode="text",
        textposition=[each.position for each in words],
        textfont={"size": 11, "color": INK},
        name="Opening hours",
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )


class _Words(NamedTuple):
    """A text in the plot, and on which side of its point it stands."""

    x: float
    y: float
    words: str
    position: str = "middle right"


def _remarks(day: ChairDay, rows: _Rows) -> Iterable[_Words]:
    first, last = _reach(day)
    for site, row in rows.of_site.items():
        if site in day.remarks:
            # At the end of the row that is farther from the dotted line, which has words too.
            if day.now.get(site, last) < (first + last) / 2:
                yield _Words(last, row, day.remarks[site], "middle left")
            else:
                yield _Words(first, row, day.remarks[site])


def _now_words(day: ChairDay, rows: _Rows, blocks: _Blocks) -> Iterable[_Words]:
    """At the first site, and again where the clock shows another time."""
    last: float | None = None
    for site, (upper, _) in blocks.items():
        now = day.now.get(site)
        if now is not None and now != last:
            row = rows.of_site.get(site, upper + 0.3)
            yield _Words(now, row, f" as of {clock_words(now)}")
            last = now
