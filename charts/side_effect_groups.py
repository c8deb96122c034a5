"""In whom: the rate of a side effect in groups of infusions, crude and adjusted.

Rates are fractions; a rate is a dot with its 95 % interval, and one that rests on few is hollow.
Each dot carries its words and which group it is, so that choosing it leads to its infusions.
"""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts.numbers import percent, percent_range
from charts.palette import CONCERN, IMPROVEMENT, INK, NEUTRAL
from charts.style import Trace, figure, interval, label, scatter, text

_WIDE = 0.8
"""An axis of rates that ends beyond this has its ticks set, so that none stands beyond 100 %."""
_ROW_HEIGHT = 24
_FRAME_HEIGHT = 84
_CRUDE_END, _ADJUSTED_START = 0.5, 0.58
_LEAST_RATIOS, _MOST_RATIOS = 2.0, 5.0
"""The axis of ratios ends between these; an interval that is longer leaves it."""

_COLOURS = {1: CONCERN, -1: IMPROVEMENT, 0: INK}


def band_chart(
    rates: pd.DataFrame, by: str, labels: Sequence[str], axis_title: str, few: int
) -> go.Figure:
    """The rate in each of a few ordered categories, with the number of infusions under each label.

    ``rates``: the category's code in the column ``by``, ``affected``, ``recorded``, ``share``,
    ``low``, ``high``; a row for each of ``labels``. Under ``few`` infusions the dot is hollow.
    """
    positions = list(range(len(labels)))
    return figure(
        traces=[
            scatter(
                x=positions,
                y=rates["share"].to_numpy(),
                mode="markers",
                marker={"color": INK, "size": 9, "symbol": _symbols(rates, few)},
                error_y=interval(rates["share"], rates["low"], rates["high"], INK),
                customdata=[
                    [words, by, key]
                    for words, key in zip(_descriptions(labels, rates), rates[by], strict=True)
                ],
                hovertemplate=_HOVER,
                showlegend=False,
            )
        ],
        xaxis={
            "tickvals": positions,
            "ticktext": [
                f"{text(name)}<br><i>{n:,}</i>"
                for name, n in zip(labels, rates["recorded"], strict=True)
            ],
            "range": [-0.5, len(labels) - 0.5],
            "title": {"text": axis_title},
        },
        yaxis={"range": _from_nought(_top(rates, few)), "tickformat": ".0%"},
    )


_HOVER = "%{customdata[0]}<extra></extra>"


def groups_chart(groups: pd.DataFrame, few: int) -> go.Figure:
    """Groups one under the other: the crude rate, and beside it observed over expected.

    ``groups``: a row for each group, the one for the top first, groups of one ``kind`` together:
    ``kind`` (a heading over them), ``by`` and ``key`` (which group it is), ``label``, the columns
    of :func:`clinical.side_effect_groups.group_rates` and ``differs`` of
    :func:`clinical.side_effect_groups.judged`. One kind alone goes without its heading. Coloured
    and named is what differs; under ``few`` infusions the dot is hollow.
    """
    headings, rows = _places(groups["kind"].to_list())
    end = rows[-1] if rows else 0
    share_end = min(1.0, 1.25 * _top(groups, few))
    return figure(
        _FRAME_HEIGHT + _ROW_HEIGHT * (end + 1),
        [_crude(groups, rows, few), _adjusted(groups, rows, few)],
        yaxis={
            "tickvals": [*headings.values(), *rows],
            "ticktext": [
                *(f"<b>{text(kind)}</b>" for kind in headings),
                *(
                    f"{label(name)} <i>{n:,}</i>"
                    for name, n in zip(groups["label"], groups["recorded"], strict=True)
                ),
            ],
            "range": [end + 0.6, -0.6],
            "showgrid": True,
        },
        xaxis={
            "domain": [0, _CRUDE_END],
            "range": _from_nought(share_end),
            "tickformat": ".0%",
            "nticks": 6,
            "showgrid": True,
            "title": {"text": "How often"},
            **({"tickvals": [0, 0.2, 0.4, 0.6, 0.8, 1]} if share_end > _WIDE else {}),
        },
        xaxis2={
            "domain": [_ADJUSTED_START, 1],
            "range": _from_nought(_ratio_end(groups, few)),
            "anchor": "y",
            "nticks": 6,
            "showgrid": True,
            "title": {"text": "Observed over expected"},
        },
        shapes=[_as_expected()],
        annotations=_named(groups, rows),
    )


def _places(kinds: Sequence[str]) -> tuple[dict[str, int], list[int]]:
    """The row of each heading, and of each group; no heading where there is one kind only."""
    if len(set(kinds)) < 2:
        return {}, list(range(len(kinds)))
    headings: dict[str, int] = {}
    rows = []
    for index, kind in enumerate(kinds):
        if kind not in headings:
            headings[kind] = index + len(headings)
        rows.append(index + len(headings))
    return headings, rows


def _crude(groups: pd.DataFrame, rows: Sequence[int], few: int) -> Trace:
    return scatter(
        x=groups["share"].to_numpy(),
        y=rows,
        mode="markers",
        marker={"color": INK, "size": 8, "symbol": _symbols(groups, few)},
        error_x=interval(groups["share"], groups["low"], groups["high"], NEUTRAL),
        customdata=_chosen(groups, _descriptions(groups["label"], groups)),
        hovertemplate=_HOVER,
        showlegend=False,
    )


def _adjusted(groups: pd.DataFrame, rows: Sequence[int], few: int) -> Trace:
    return scatter(
        x=groups["ratio"].to_numpy(),
        y=rows,
        xaxis="x2",
        mode="markers",
        marker={
            "color": [_COLOURS[differs] for differs in groups["differs"]],
            "size": 8,
            "symbol": _symbols(groups, few),
        },
        error_x=interval(groups["ratio"], groups["ratio_low"], groups["ratio_high"], NEUTRAL),
        customdata=_chosen(groups, [_ratio_words(row) for row in groups.to_dict("records")]),
        hovertemplate=_HOVER,
        showlegend=False,
    )


def _named(groups: pd.DataFrame, rows: Sequence[int]) -> list[dict[str, Any]]:
    """Words beside what differs, so that its colour is not all that tells it."""
    columns = (groups[name] for name in ("differs", "ratio", "ratio_high"))
    return [
        beside(high, row, f"{'more' if differs > 0 else 'fewer'} ({ratio:.2f})")
        | {"xref": "x2", "font": {"size": 12, "color": _COLOURS[differs]}}
        for row, differs, ratio, high in zip(rows, *columns, strict=True)
        if differs
    ]


def beside(x: float, y: float, words: str) -> dict[str, Any]:
    """Words to the right of a mark, for the layout's ``annotations``."""
    return {
        "x": x,
        "y": y,
        "xanchor": "left",
        "xshift": 7,
        "yanchor": "middle",
        "text": words,
        "font": {"size": 12, "color": INK},
        "showarrow": False,
    }


def _chosen(groups: pd.DataFrame, words: Sequence[str]) -> list[list[Any]]:
    """What a dot carries: its words, and which group it is."""
    return [
        [said, by, key] for said, by, key in zip(words, groups["by"], groups["key"], strict=True)
    ]


def _ratio_words(row: dict[Hashable, Any]) -> str:
    name = f"<b>{text(row['label'])}</b><br>"
    if pd.isna(row["ratio"]):
        return f"{name}Nothing to be expected: no data"
    return (
        f"{name}{row['affected']:,} observed, {row['expected']:,.1f} expected by infusion number "
        f"and dose:<br>{row['ratio']:.2f} times as many (95 % CI {row['ratio_low']:.2f}–"
        f"{row['ratio_high']:.2f})<br>adjusted, as a share: {percent(row['adjusted'])} (95 % CI "
        f"{percent_range(row['adjusted_low'], row['adjusted_high'])})"
    )


def _as_expected() -> dict[str, Any]:
    return {
        "type": "line",
        "xref": "x2",
        "x0": 1,
        "x1": 1,
        "yref": "y domain",
        "y0": 0,
        "y1": 1,
        "line": {"color": NEUTRAL, "width": 1, "dash": "dot"},
    }


def _ratio_end(groups: pd.DataFrame, few: int) -> float:
    """The end of the axis of ratios, not stretched by the long interval of what rests on few."""
    firm = groups["ratio_high"].where(groups["recorded"] >= few, groups["ratio"])
    longest = firm.max()
    return float(min(_MOST_RATIOS, max(_LEAST_RATIOS, 1.3 * longest if longest > 0 else 0)))


def _from_nought(end: float) -> list[float]:
    """The range of an axis, with room for the whole of a dot at nought."""
    return [-0.03 * end, end]


def _top(rates: pd.DataFrame, few: int) -> float:
    """The end of the axis of rates, not stretched by the long interval of what rests on few."""
    top = rates["high"].where(rates["recorded"] >= few, rates["share"]).max()
    return float(min(1.02, 1.1 * top)) if top > 0 else 1.0


def _symbols(rates: pd.DataFrame, few: int) -> list[str]:
    return ["circle-open" if n < few else "circle" for n in rates["recorded"]]


def _descriptions(labels: Iterable[str], rates: pd.DataFrame) -> list[str]:
    """The hover of each rate: what it is, its numbers and its interval."""
    columns = (rates[name] for name in ("affected", "recorded", "share", "low", "high"))
    return [
        f"<b>{text(name)}</b><br>{affected:,} of {recorded:,}: {percent(share)} "
        f"(95 % CI {percent_range(low, high)})"
        for name, affected, recorded, share, low, high in zip(labels, *columns, strict=True)
    ]
