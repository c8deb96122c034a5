"""The scores of one patient on one instrument, each with its place on the trajectory's axis."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan, nan
from typing import Any, NamedTuple

import pandas as pd

from charts.along import Along, score_positions
from charts.score_words import improvement, taken
from clinical.codes import Timepoint
from clinical.instruments import Instrument

NO_SERIES = -1
"""Stands for the series of a score outside any."""


@dataclass(frozen=True, slots=True)
class Panel:
    """The scores of one instrument.

    ``scores``: as :func:`data_access.one_patient.patient_scores`; ``baselines``: one row per
    series with ``series_key``, ``baseline``, ``completed`` (the time of the baseline) and
    ``induction_baseline`` (for maintenance: that of the induction before it; else missing).
    """

    instrument: Instrument
    scores: pd.DataFrame
    baselines: pd.DataFrame

    def later(self) -> pd.DataFrame:
        """The scores that are no baseline; these are drawn from ``baselines``."""
        return self.scores[self.scores["timepoint"] != int(Timepoint.BASELINE)]


class Spot(NamedTuple):
    """A score where it is drawn. ``number``: of the infusion it belongs to, 0 for a baseline."""

    series_key: int
    number: int
    timepoint: Timepoint
    x: Any
    total: float
    hover: str


class SeriesLevel(NamedTuple):
    """The baseline of a series; ``induction_baseline``: as in :class:`Panel`, may be nan.

    ``end``: where the last infusion or score of the series stands.
    """

    spot: Spot
    induction_baseline: float
    end: Any


@dataclass(frozen=True, slots=True)
class PlacedPanel:
    """A panel whose scores, baselines and missing scores know where they stand.

    ``missing``: number and position of each infusion without a score before it.
    """

    instrument: Instrument
    scores: list[Spot]
    levels: list[SeriesLevel]
    missing: list[tuple[int, Any]]

    def positions(self) -> list[Any]:
        """Where its scores and baselines stand."""
        return [spot.x for spot in (*self.scores, *(level.spot for level in self.levels))]

    def of_kind(self, timepoint: Timepoint) -> list[Spot]:
        """The scores of one timepoint."""
        return [spot for spot in self.scores if spot.timepoint is timepoint]

    def joined(self) -> list[list[Spot]]:
        """For each series its baseline and the scores before its infusions, in time order."""
        series: dict[int, list[Spot]] = {}
        before = self.of_kind(Timepoint.BEFORE_INFUSION)
        for spot in (*(level.spot for level in self.levels), *before):
            series.setdefault(spot.series_key, []).append(spot)
        return list(series.values())


def place_panel(panel: Panel, marks: pd.DataFrame, along: Along) -> PlacedPanel:
    """Place a panel's scores. ``marks``: the infusions with their position as ``x``."""
    later = panel.later()
    scores = [
        Spot(*row)
        for row in zip(
            [NO_SERIES if pd.isna(key) else int(key) for key in later["series_key"]],
            later["number"].tolist(),
            map(Timepoint, later["timepoint"].tolist()),
            score_positions(later, marks, along),
            later["total"].tolist(),
            _score_words(later),
            strict=True,
        )
    ]
    ends: dict[int, Any] = {}
    known = zip(marks["series_key"].tolist(), marks["x"].tolist(), strict=True)
    for key, x in (*known, *((spot.series_key, spot.x) for spot in scores)):
        ends[key] = max(ends.get(key, x), x)
    missing = without_score_before(panel, marks)
    return PlacedPanel(
        panel.instrument,
        scores,
        list(_levels(panel.baselines, marks, along, ends)),
        list(zip(missing["number"].tolist(), missing["x"].tolist(), strict=True)),
    )


def without_score_before(panel: Panel, infusions: pd.DataFrame) -> pd.DataFrame:
    """The infusions that no score of the instrument was taken before; for the first, no baseline.

    ``infusions``: in time order, all of each series that is among them.
    """
    keys = list(zip(infusions["series_key"].tolist(), infusions["number"].tolist(), strict=True))
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    following: dict[tuple[int, int], int] = {}
    for series_key, number in keys:
        if series_key in last:
            following[series_key, last[series_key]] = number
        first.setdefault(series_key, number)
        last[series_key] = number
    had = {(key, first.get(key)) for key in panel.baselines["series_key"].tolist()}
    had |= {(key, following.get((key, number))) for key, number in _before(panel.scores)}
    return infusions[[key not in had for key in keys]]


def _before(scores: pd.DataFrame) -> Iterator[tuple[int, int]]:
    """Series key and number of the scores before an infusion."""
    for key, number, timepoint in zip(
        scores["series_key"].tolist(),
        scores["number"].tolist(),
        scores["timepoint"].tolist(),
        strict=True,
    ):
        if timepoint == Timepoint.BEFORE_INFUSION:
            yield key, number


def _levels(
    baselines: pd.DataFrame, marks: pd.DataFrame, along: Along, ends: dict[int, Any]
) -> Iterator[SeriesLevel]:
    rows = baselines.assign(timepoint=int(Timepoint.BASELINE), number=0, hours_after=nan)
    for key, x, total, induction_baseline, completed in zip(
        rows["series_key"].tolist(),
        score_positions(rows, marks, along),
        rows["baseline"].tolist(),
        rows["induction_baseline"].tolist(),
        rows["completed"].tolist(),
        strict=True,
    ):
        hover = f"{completed:%d %b %Y}: {total:g}<br>baseline"
        spot = Spot(key, 0, Timepoint.BASELINE, x, total, hover)
        yield SeriesLevel(spot, induction_baseline, ends.get(key, x))


def _score_words(scores: pd.DataFrame) -> list[str]:
    return [
        f"{completed:%d %b %Y}: {total:g}<br>{taken(Timepoint(timepoint), number, hours)}"
        + ("" if isnan(percent) else f"<br>{improvement(percent)}")
        for completed, total, timepoint, number, hours, percent in zip(
            scores["completed"].tolist(),
            scores["total"].tolist(),
            scores["timepoint"].tolist(),
            scores["number"].tolist(),
            scores["hours_after"].tolist(),
            scores["percent"].tolist(),
            strict=True,
        )
    ]
