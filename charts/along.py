"""The horizontal axis of a trajectory: dates, days of the series, or infusion numbers."""

from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from math import nan
from typing import Any

import pandas as pd

from charts.score_marks import NARROW, set_apart
from clinical.codes import Timepoint

_DAY = timedelta(days=1)
_PADDING = 0.04
_NAMED_AT_MOST = 8
"""Infusions up to which each tick has room for the word beside its number."""
_TICKS_AT_MOST = 30
_TICK_WIDTH = 72


class Along(StrEnum):
    """What a trajectory runs along."""

    DATE = "Date"
    DAY = "Day of series"
    INFUSION = "Infusion"


def infusion_positions(infusions: pd.DataFrame, along: Along) -> list[Any]:
    """Where the infusions stand. Days count from the first of ``infusions``, which is day 0."""
    if along is Along.INFUSION:
        return list(infusions["number"].astype(float))
    if along is Along.DAY:
        return list((infusions["started"] - infusions["started"].iloc[0]) / _DAY)
    return list(infusions["started"])


def score_positions(scores: pd.DataFrame, infusions: pd.DataFrame, along: Along) -> list[Any]:
    """Where scores stand; ``scores`` with ``completed``, ``timepoint``, ``number``."""
    if along is Along.INFUSION:
        return [
            between_infusions(Timepoint(timepoint), number, hours)
            for timepoint, number, hours in zip(
                scores["timepoint"], scores["number"], scores["hours_after"], strict=True
            )
        ]
    if along is Along.DAY:
        return list((scores["completed"] - infusions["started"].iloc[0]) / _DAY)
    return list(scores["completed"])


def between_infusions(timepoint: Timepoint, number: int, hours_after: float = nan) -> float:
    """Where a score stands on an axis of infusion numbers: between two, in the order of time."""
    if timepoint is Timepoint.BASELINE:
        return 0.85
    if timepoint is Timepoint.BEFORE_INFUSION:
        return number + 0.85
    if timepoint is Timepoint.AFTER_INFUSION:
        return number + 0.1 + 0.2 * hours_after / 72
    return number + 0.35 + 0.4 * min(hours_after / (28 * 24), 1.0)


class Extent:
    """From where to where an axis goes, and where on it something stands, in pixels."""

    def __init__(self, positions: list[Any]) -> None:
        """``positions``: of all that is drawn, at least one."""
        least = _DAY if isinstance(positions[0], datetime) else 1.0
        low, high = min(positions), max(positions)
        margin = max((high - low) * _PADDING, least * 0.4)
        self.low, self.high = low - margin, high + margin

    def pixels(self, position: Any) -> float:
        """From the left, on a narrow screen."""
        return NARROW * float((position - self.low) / (self.high - self.low))


def along_axis(infusions: pd.DataFrame, along: Along, extent: Extent) -> dict[str, Any]:
    """The layout of the axis, its ticks at infusions except along dates. ``infusions`` with x."""
    shown: dict[str, Any] = {"range": [extent.low, extent.high]}
    if along is Along.DATE:
        return shown
    if along is Along.INFUSION:
        numbers = infusions["number"].tolist()
        if len(numbers) <= _NAMED_AT_MOST:
            return shown | {
                "tickvals": numbers,
                "ticktext": [f"Infusion {number}" for number in numbers],
            }
        step = 1 if len(numbers) <= _TICKS_AT_MOST else 5
        return shown | {"title": {"text": "Infusion of the series"}, "dtick": step}
    lefts = [extent.pixels(position) for position in infusions["x"]]
    rows = set_apart(lefts, [_TICK_WIDTH] * len(lefts), rows=1)
    ticks = [
        (position, f"Day {position:.0f}<br>Infusion {number}")
        for position, number, row in zip(infusions["x"], infusions["number"], rows, strict=True)
        if row is not None
    ]
    return shown | {
        "tickvals": [position for position, _ in ticks],
        "ticktext": [words for _, words in ticks],
    }


def phase_changes(infusions: pd.DataFrame) -> pd.DataFrame:
    """The infusions, in time order, with which another phase begins than the one before had."""
    phases = infusions["phase"].tolist()
    changed = [False, *(before != after for before, after in pairwise(phases))]
    return infusions[pd.Series(changed[: len(phases)], index=infusions.index, dtype=bool)]
