"""Scores by infusion: means, changes, effect sizes, severity and reliable change.

Settled scores and scores within 72 hours have their own marks, and are never joined.
"""

from collections.abc import Hashable, Mapping, Sequence
from math import isnan
from typing import Any, NamedTuple

import pandas as pd
import plotly.graph_objects as go

from charts.numbers import percent, percent_range
from charts.palette import CONCERN, IMPROVEMENT, INK, NEUTRAL, PALE, severity
from charts.score_marks import LOOKS, Marks, severity_bands
from charts.style import (
    HEIGHT_LARGE,
    HEIGHT_SMALL,
    Trace,
    across,
    bar,
    figure,
    interval,
    name_at,
    scatter,
    text,
)
from clinical.codes import ScoreKind, Timepoint
from clinical.incidence import proportion
from clinical.instruments import Instrument

Means = Mapping[ScoreKind, pd.DataFrame]
"""Rows of :func:`clinical.mean_scores.means_by_number` of each kind of scores."""

_LOOK_OF = {
    ScoreKind.SETTLED: LOOKS[Timepoint.BEFORE_INFUSION],
    ScoreKind.ACUTE: LOOKS[Timepoint.AFTER_INFUSION],
}
_SHIFT = {ScoreKind.SETTLED: 0.0, ScoreKind.ACUTE: 0.22}
"""How far right of its infusion a mark stands."""
_LEAST_LABELLED = 0.09
"""A part of a bar that is smaller than this has no room for its percentage."""
_BELOW = 0.03
_MARGIN_FOR_NAME = 78
"""Pixels: room for the name of a line, right of the plot."""
_FINE = 10
"""Measures that reach no further than this are given to two decimals."""


class Start(NamedTuple):
    """The baseline from which the line begins: that of the courses scored after ``number``."""

    number: int
    n: int
    mean: float
    low: float
    high: float


def decimals(measure: Instrument) -> int:
    """To how many decimals a mean of the measure is given."""
    return 2 if measure.highest <= _FINE else 1


def between(low: float, high: float, places: int) -> str:
    """An interval of points: ``7.9–8.9``, ``−0.4 to 1.2``; ``not known`` where there is none."""
    if isnan(low) or isnan(high):
        return "not known"
    joined = " to " if round(low, places) < 0 else "–"
    return f"{signed(low, places)}{joined}{signed(high, places)}"


def signed(value: float, places: int) -> str:
    """A number with a true minus sign, and without one where it is rounded to nought."""
    rounded = round(value, places) + 0.0
    return f"{rounded:.{places}f}".replace("-", "−")


def means_chart(
    means: Means, start: Start | None, measure: Instrument, number: int, unit: str
) -> go.Figure:
    """Mean score by infusion on the severity bands, and the baselines of the same courses.

    ``start``: where the line of settled scores begins, at 0; ``number``: the infusion whose mean
    is written beside its mark; ``unit``: what is counted, in the plural.
    """
    settled, acute = means[ScoreKind.SETTLED], means[ScoreKind.ACUTE]
    marks = _bands_of(measure)
    places = decimals(measure)
    if start is not None:
        marks.words.append(_value_at(0, start.mean, places, {"xanchor": "left", "xshift": 6}))
    marks.words += [
        _value_at(number, row["score"], places, _clear_of_line(row))
        for row in settled[settled["number"] == number].to_dict("records")
    ]
    return figure(
        HEIGHT_LARGE,
        [
            _own_baselines(settled),
            _settled_means(settled, start, measure, unit),
            _marks(acute, ScoreKind.ACUTE, "score", _mean_words(acute, measure, unit)),
        ],
        **marks.layout(),
        xaxis={**_numbered(means, start), "title": {"text": _axis_words(means)}},
        yaxis={
            "title": {"text": f"{text(measure.name)}, mean"},
            # With room for the whole of a mark at the lowest score.
            "range": [
                measure.lowest - _BELOW * (measure.highest - measure.lowest),
                measure.highest,
            ],
        },
    )


def changes_chart(means: Means, measure: Instrument, points: float | None, unit: str) -> go.Figure:
    """Mean improvement by infusion; ``points``: what counts as a change of one person."""
    places = decimals(measure)
    words = {
        kind: [
            f"Mean improvement: {_estimate(row, 'change', places)} points<br>n {row['n']:,} {unit}"
            for row in rows.to_dict("records")
        ]
        for kind, rows in means.items()
    }
    return figure(
        HEIGHT_SMALL,
        [_marks(rows, kind, "change", words[kind]) for kind, rows in means.items()],
        xaxis={**_numbered(means), "title": {"text": _axis_words(means)}},
        yaxis={"title": {"text": "Points better, mean"}, **_NOUGHT},
        **_reliable(points),
    )


def effects_chart(means: Means, unit: str) -> go.Figure:
    """The effect size by infusion, where there is one."""
    known = {kind: rows.dropna(subset="effect") for kind, rows in means.items()}
    words = {
        kind: [
            f"d = {_estimate(row, 'effect', 2)}<br>n {row['n']:,} {unit}"
            for row in rows.to_dict("records")
        ]
        for kind, rows in known.items()
    }
    return figure(
        HEIGHT_SMALL,
        [_marks(rows, kind, "effect", words[kind]) for kind, rows in known.items()],
        xaxis={**_numbered(known), "title": {"text": _axis_words(known)}},
        yaxis={"title": {"text": "Effect size d"}, **_NOUGHT},
    )


def bands_chart(bands: pd.DataFrame, measure: Instrument, unit: str) -> go.Figure:
    """Shares of courses by severity band; ``bands``: of :func:`clinical.score_shares`."""
    levels = range(len(measure.bands))
    return _stacked(
        [
            _Part(
                measure.bands[level].name,
                severity(
                    len(levels) - 1 - level if measure.higher_is_better else level, len(levels)
                ),
                bands[bands["band"] == level],
                "courses",
            )
            # The least severe at the foot, where growth is seen best.
            for level in (reversed(levels) if measure.higher_is_better else levels)
        ],
        unit,
    )


def reliable_chart(changes: pd.DataFrame, unit: str) -> go.Figure:
    """Shares that are better, the same and worse; of :func:`clinical.score_shares`."""
    return _stacked(
        [
            _Part("Better", IMPROVEMENT, changes, "better"),
            _Part("Neither", PALE, changes, "same"),
            _Part("Worse", CONCERN, changes, "worse"),
        ],
        unit,
    )


class _Part(NamedTuple):
    """A layer of stacked bars: a count in ``column`` of ``n``, by ``number``."""

    name: str
    colour: str
    rows: pd.DataFrame
    column: str


def _stacked(parts: Sequence[_Part], unit: str) -> go.Figure:
    whole = parts[0].rows
    return figure(
        HEIGHT_SMALL,
        [_layer(part, unit) for part in parts],
        barmode="stack",
        legend={"traceorder": "normal", "font": {"size": 11}},
        xaxis={
            "title": {"text": "After infusion"},
            "tickvals": whole["number"].tolist(),
            "ticktext": [
                f"{'Base' if number == 0 else number}<br>n {n:,}"
                for number, n in zip(whole["number"], whole["n"], strict=True)
            ],
        },
        yaxis={"tickformat": ".0%", "range": [0, 1], "tickvals": [0, 0.25, 0.5, 0.75, 1]},
    )


def _layer(part: _Part, unit: str) -> Trace:
    counts, of = part.rows[part.column].tolist(), part.rows["n"].tolist()
    shares = [proportion(count, n) for count, n in zip(counts, of, strict=True)]
    return bar(
        x=part.rows["number"].to_numpy(),
        y=[share.estimate for share in shares],
        name=text(part.name),
        marker={"color": part.colour},
        text=[
            percent(share.estimate) if (share.estimate or 0) >= _LEAST_LABELLED else ""
            for share in shares
        ],
        textposition="inside",
        insidetextanchor="middle",
        textangle=0,
        customdata=[
            f"{text(part.name)}: {share.events:,} of {share.n:,} {unit}, {percent(share.estimate)} "
            f"(95 % CI {percent_range(share.low, share.high)})"
            for share in shares
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )


_NOUGHT = {"zeroline": True, "zerolinecolor": NEUTRAL, "zerolinewidth": 1}


def _reliable(points: float | None) -> dict[str, Any]:
    """The line of what counts as a change of one person, named in the margin."""
    if points is None:
        return {}
    name = {
        "xref": "paper",
        "x": 1.01,
        "xanchor": "left",
        "yanchor": "middle",
        "text": f"Reliable<br>change: {points:g}",
        "align": "left",
    }
    return {
        "shapes": [across(points)],
        "annotations": [name_at(points, "") | name],
        "margin": {"r": _MARGIN_FOR_NAME},
    }


def _own_baselines(settled: pd.DataFrame) -> Trace:
    return scatter(
        x=settled["number"].to_numpy(),
        y=settled["baseline"].to_numpy(),
        name="Baseline of the same",
        mode="lines",
        line={"color": NEUTRAL, "width": 1.5, "dash": "dash"},
        hoverinfo="skip",
    )


def _settled_means(
    settled: pd.DataFrame, start: Start | None, measure: Instrument, unit: str
) -> Trace:
    """The settled scores, joined, from the baseline on."""
    words = _mean_words(settled, measure, unit)
    if start is None:
        return _marks(settled, ScoreKind.SETTLED, "score", words)
    places = decimals(measure)
    first = pd.DataFrame(
        [(0, start.mean, start.low, start.high)],
        columns=["number", "score", "score_low", "score_high"],
    )
    said = (
        f"Baseline: {signed(start.mean, places)} (95 % CI "
        f"{between(start.low, start.high, places)})<br>of the {start.n:,} {unit} with a settled "
        f"score after infusion {start.number}"
    )
    joined = pd.concat([first, settled[first.columns]], ignore_index=True)
    return _marks(joined, ScoreKind.SETTLED, "score", [said, *words])


def _mean_words(rows: pd.DataFrame, measure: Instrument, unit: str) -> list[str]:
    places = decimals(measure)
    return [
        f"Mean: {_estimate(row, 'score', places)}, n {row['n']:,} {unit}"
        f"<br>their baseline: {signed(row['baseline'], places)}"
        for row in rows.to_dict("records")
    ]


def _bands_of(measure: Instrument) -> Marks:
    """The bands of the measure; remission is named at the left, below where scores begin."""
    marks = severity_bands(measure)
    at_left = {"x": 0.005, "xanchor": "left"}
    marks.words = [
        words | at_left if words["xref"] == "x domain" else words for words in marks.words
    ]
    return marks


def _estimate(row: Mapping[Hashable, Any], column: str, places: int) -> str:
    """A value with its interval: ``8.4 (95 % CI 7.9–8.9)``."""
    low, high = row[f"{column}_low"], row[f"{column}_high"]
    return f"{signed(row[column], places)} (95 % CI {between(low, high, places)})"


def _marks(rows: pd.DataFrame, kind: ScoreKind, column: str, words: Sequence[str]) -> Trace:
    """Marks with their intervals; settled scores are joined, those within 72 hours are not."""
    symbol, colour = _LOOK_OF[kind]
    joined = kind is ScoreKind.SETTLED
    value = rows[column]
    return scatter(
        x=(rows["number"] + _SHIFT[kind]).to_numpy(),
        y=value.to_numpy(),
        # Where there is no interval none is drawn.
        error_y=interval(
            value, rows[f"{column}_low"].fillna(value), rows[f"{column}_high"].fillna(value), colour
        ),
        name=kind.label,
        mode="lines+markers" if joined else "markers",
        line={"color": colour, "width": 2.5},
        marker={"color": colour, "size": 9, "symbol": symbol, "line": {"width": 2}},
        customdata=[
            f"<b>{_taken(kind, number)}</b><br>{said}"
            for number, said in zip(rows["number"], words, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
        showlegend=bool(len(rows)),
    )


def _taken(kind: ScoreKind, number: int) -> str:
    if number == 0:
        return "Before the first infusion"
    when = "Within 72 hours after" if kind is ScoreKind.ACUTE else "After"
    return f"{when} infusion {number}"


def _value_at(number: int, value: float, places: int, place: dict[str, Any]) -> dict[str, Any]:
    """The value of a mark, written beside it; over it, unless ``place`` says otherwise."""
    return {
        "x": number,
        "y": value,
        "yanchor": "bottom",
        "yshift": 8,
        "text": f"<b>{signed(value, places)}</b>",
        "font": {"size": 14, "color": INK},
        "showarrow": False,
        **place,
    }


def _clear_of_line(row: Mapping[Hashable, Any]) -> dict[str, Any]:
    """Left of a mark and on the side to which the line moved, where nothing else is drawn."""
    left = {"xanchor": "right", "xshift": -6}
    fell = row["score"] <= row["baseline"]
    return left | ({"yanchor": "top", "yshift": -6} if fell else {})


def _numbered(means: Means, start: Start | None = None) -> dict[str, Any]:
    """The ticks of an axis of infusions, with the n of each kind of scores under each."""
    counts = {
        kind: dict(zip(rows["number"], rows["n"], strict=True)) for kind, rows in means.items()
    }
    settled, acute = counts[ScoreKind.SETTLED], counts[ScoreKind.ACUTE]
    ticks = {
        number: str(number)
        + (f"<br>n {settled[number]:,}" if number in settled else "<br>" if acute else "")
        + (f"<br>◇ {acute[number]:,}" if number in acute else "")
        for number in sorted({*settled, *acute})
    }
    if start is not None:
        ticks = {0: f"Baseline<br>n {start.n:,}"} | ticks
    numbers = list(ticks)
    return {
        "tickvals": numbers,
        "ticktext": list(ticks.values()),
        **({"range": [numbers[0] - 0.5, numbers[-1] + 0.7]} if numbers else {}),
    }


def _axis_words(means: Means) -> str:
    has_acute = bool(len(means[ScoreKind.ACUTE]))
    return "After infusion" + (" (n settled, ◇ n within 72 hours)" if has_acute else "")
