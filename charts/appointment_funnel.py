"""From consultation to course: the funnel, referral sources, and the rhythm of courses.

Shares are fractions, drawn as dots with their 95 % intervals, hollow where they rest on few.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts.numbers import percent, percent_range
from charts.palette import CATEGORIES, INK, NEUTRAL, PALE
from charts.style import Trace, bar, figure, interval, label, scatter, text, unfaded

_FRAME_HEIGHT, _ROW_HEIGHT, _STAGE_HEIGHT = 84, 34, 52
_HOVER = "%{customdata[0]}<extra></extra>"
_LONGEST_AXIS_OF_MONTHS = 8


def funnel_chart(
    stages: pd.DataFrame, words: Sequence[str], reached: Sequence[str], lost: Sequence[str]
) -> go.Figure:
    """How many people reached each stage, and pale beside them those lost since the one before.

    ``stages``: as from :func:`clinical.funnel.stages`, with ``name``; ``words``: beside each bar;
    ``reached``, ``lost``: what the two parts of each bar say on hovering. A part carries its words,
    its stage, and 1 where it stands for those lost.
    """
    rows = list(range(len(stages)))
    people, before = stages["people"], stages["before"]
    # Where none was lost there is nothing to choose.
    some = [place for place in rows if before.iloc[place] > people.iloc[place]]
    numbers = stages["stage"].tolist()
    return figure(
        _FRAME_HEIGHT + _STAGE_HEIGHT * len(stages),
        [
            _part(people.tolist(), rows, CATEGORIES[0], _carried(reached, numbers, 0)),
            _part(
                [int(before.iloc[place] - people.iloc[place]) for place in some],
                some,
                PALE,
                _carried([lost[place] for place in some], [numbers[place] for place in some], 1),
            ),
            scatter(
                x=before.tolist(),
                y=rows,
                mode="text",
                text=[f" {text(each)}" for each in words],
                textposition="middle right",
                textfont={"color": INK, "size": 13},
                unselected=unfaded(INK),
                cliponaxis=False,
                hoverinfo="skip",
            ),
        ],
        barmode="stack",
        xaxis={
            "range": [0, 1.9 * max(1, int(before.max()))],
            "title": {"text": "People; pale: lost since the stage before"},
            "showgrid": False,
            "tickvals": _ticks(int(before.max())),
        },
        yaxis={
            "tickvals": rows,
            "ticktext": [text(name) for name in stages["name"]],
            "range": [len(rows) - 0.4, -0.6],
            "showgrid": False,
        },
        showlegend=False,
    )


def _ticks(most: int) -> list[int]:
    """Nought, the half and all, so that no tick stands under the words."""
    return sorted({0, most // 2, most})


def _carried(words: Sequence[str], stages: Sequence[int], lost: int) -> list[list[Any]]:
    return [[text(said), stage, lost] for said, stage in zip(words, stages, strict=True)]


def _part(
    lengths: Sequence[int], rows: Sequence[int], colour: str, carried: list[list[Any]]
) -> Trace:
    return bar(
        x=list(lengths),
        y=list(rows),
        orientation="h",
        marker={"color": colour},
        customdata=carried,
        hovertemplate=_HOVER,
    )


def sources_chart(rates: pd.DataFrame, few: int) -> go.Figure:
    """Of the people of each referral source, the share who were treated and who completed.

    ``rates``: ``source``, ``people``, ``treated`` and ``completed``, and of both the interval in
    ``…_share``, ``…_low``, ``…_high``; the first row for the top.
    """
    rows = list(range(len(rates)))
    return figure(
        _FRAME_HEIGHT + _ROW_HEIGHT * len(rates),
        [
            _of_sources(rates, "treated", "First infusion", CATEGORIES[0], -0.13, few),
            _of_sources(rates, "completed", "Course completed", INK, 0.13, few),
        ],
        xaxis={"tickformat": ".0%", "range": [0, 1.02], "showgrid": True},
        yaxis={
            "tickvals": rows,
            "ticktext": [
                f"{label(source)} <i>({people:,})</i>"
                for source, people in zip(rates["source"], rates["people"], strict=True)
            ],
            "range": [len(rows) - 0.4, -0.6],
            "showgrid": False,
        },
        legend={"traceorder": "normal"},
    )


def _of_sources(
    rates: pd.DataFrame, stage: str, name: str, colour: str, shift: float, few: int
) -> Trace:
    share, low, high = (rates[f"{stage}_{part}"] for part in ("share", "low", "high"))
    return scatter(
        x=share.to_numpy(),
        y=[row + shift for row in range(len(rates))],
        mode="markers",
        name=name,
        marker={"color": colour, "size": 9, "symbol": _symbols(rates["people"], few)},
        error_x=interval(share, low, high, NEUTRAL),
        customdata=[
            [f"<b>{text(source)}</b><br>{name}: {words}"]
            for source, words in zip(
                rates["source"],
                _share_words(rates[stage], rates["people"], rates, stage),
                strict=True,
            )
        ],
        hovertemplate=_HOVER,
    )


def _share_words(
    events: "pd.Series[int]", n: "pd.Series[int]", rates: pd.DataFrame, stage: str
) -> list[str]:
    columns = (rates[f"{stage}_{part}"] for part in ("share", "low", "high"))
    return [
        f"{some:,} of {of:,}, {percent(share)} (95 % CI {percent_range(low, high)})"
        for some, of, share, low, high in zip(events, n, *columns, strict=True)
    ]


def _symbols(n: "pd.Series[int]", few: int) -> list[str]:
    return ["circle-open" if each < few else "circle" for each in n]


def rhythm_months_chart(rates: pd.DataFrame, few: int) -> go.Figure:
    """The share of courses that kept their rhythm, by month of their start.

    ``rates``: ``start`` (date), ``kept`` of ``judged`` with ``kept_share``, ``kept_low``,
    ``kept_high``; a month in which none is judged is a gap.
    """
    return figure(
        traces=[
            scatter(
                x=list(rates["start"]),
                y=rates["kept_share"].to_numpy(),
                mode="lines+markers",
                connectgaps=False,
                line={"color": INK, "width": 1.5},
                marker={"color": INK, "size": 8, "symbol": _symbols(rates["judged"], few)},
                error_y=interval(
                    rates["kept_share"], rates["kept_low"], rates["kept_high"], NEUTRAL
                ),
                customdata=[
                    [f"<b>{start:%B %Y}</b><br>{words}"]
                    for start, words in zip(
                        rates["start"],
                        _share_words(rates["kept"], rates["judged"], rates, "kept"),
                        strict=True,
                    )
                ],
                hovertemplate=_HOVER,
            )
        ],
        xaxis={"tickformat": "%b\n%Y" if len(rates) > _LONGEST_AXIS_OF_MONTHS else "%b %Y"},
        yaxis={"tickformat": ".0%", "range": [0, 1.04]},
        showlegend=False,
    )


def rhythm_sites_chart(rates: pd.DataFrame, names: Sequence[str], few: int) -> go.Figure:
    """The same of each site; a row of ``rates`` for each of ``names``, the first for the top."""
    rows = list(range(len(rates)))
    said = _share_words(rates["kept"], rates["judged"], rates, "kept")
    return figure(
        _FRAME_HEIGHT + 27 * len(rates),
        [
            scatter(
                x=rates["kept_share"].to_numpy(),
                y=rows,
                mode="markers",
                marker={"color": INK, "size": 9, "symbol": _symbols(rates["judged"], few)},
                error_x=interval(
                    rates["kept_share"], rates["kept_low"], rates["kept_high"], NEUTRAL
                ),
                customdata=[
                    [f"<b>{text(name)}</b><br>{words}"]
                    for name, words in zip(names, said, strict=True)
                ],
                hovertemplate=_HOVER,
            )
        ],
        xaxis={"tickformat": ".0%", "range": [0, 1.02], "showgrid": True},
        yaxis={
            "tickvals": rows,
            "ticktext": [
                f"{label(name)} <i>({n:,})</i>"
                for name, n in zip(names, rates["judged"], strict=True)
            ],
            "range": [len(rows) - 0.4, -0.6],
            "showgrid": False,
        },
        showlegend=False,
    )
