"""The chair time that goes with side effects, as a picture and its message."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from charts.side_effect_chair_time import chair_time_chart, signed
from clinical.chair_time import LostTime
from clinical.side_effect_passing import beyond_chance
from pages.shared.frame import Finding, plain

_TOP_TERMS = 15
_HOUR = 60


def chair_time_finding(lost: Mapping[str, LostTime], untimed: int) -> Finding | None:
    """The chair time that goes with each side effect; ``None`` where there is none to compare.

    ``lost``: by the name of the side effect; ``untimed``: recorded infusions whose time in the
    chair is not known.
    """
    frame = _lost_frame(lost)
    if frame.empty:
        return None
    shown = frame.head(_TOP_TERMS)
    title = _chair_title(frame)
    return Finding(
        key="side-effects-chair-time",
        title=title,
        subtitle="Against infusions without it, of the same site and phase; infusions compared "
        "beside the name"
        + (f"; of {untimed:,} recorded ones the chair time is not known" if untimed else "")
        + (f". The {_TOP_TERMS} with most of {len(frame)}" if len(frame) > _TOP_TERMS else ""),
        chart=chair_time_chart(shown),
        table=lambda: _lost_numbers(frame),
        alt=f"Bars of the chair-hours that go with each side effect. {title}",
        note="An association and not a cause: an infusion with one side effect often has others, "
        "so the hours of different side effects overlap and are not to be added up.",
    )


def _chair_title(frame: pd.DataFrame) -> str:
    """The side effect that clearly goes with most chair time, or that none does."""
    clear = frame[frame["clear"]]
    if clear.empty:
        return "No side effect goes with clearly more or less chair time"
    first = clear.iloc[int(clear["hours"].abs().to_numpy().argmax())]
    return (
        f"Infusions with {plain(first['term'])} kept the chair {signed(abs(first['each']))} "
        f"minutes {'longer' if first['each'] >= 0 else 'less long'} each: "
        f"{signed(first['hours'])} chair-hours"
    )


def _lost_frame(lost: Mapping[str, LostTime]) -> pd.DataFrame:
    """The chair time of each term with something to compare, the most hours first."""
    known = {name: one for name, one in lost.items() if one.total is not None}
    rows = [
        {
            "term": name,
            "infusions": one.infusions,
            "left_out": one.left_out,
            "clear": clear,
            "hours": _hours(one.total),
            "hours_low": _hours(one.low),
            "hours_high": _hours(one.high),
            "each": _minutes(one.each),
            "each_low": _minutes(one.each_low),
            "each_high": _minutes(one.each_high),
        }
        for (name, one), clear in zip(
            known.items(), beyond_chance(list(known.values())), strict=True
        )
    ]
    frame = pd.DataFrame(rows, columns=_LOST)
    return frame.sort_values(["hours", "term"], ascending=[False, True], ignore_index=True)


def _hours(minutes: float | None) -> float:
    return _minutes(minutes) / _HOUR


def _minutes(value: float | None) -> float:
    return np.nan if value is None else value


_LOST = [
    "term",
    "infusions",
    "left_out",
    "clear",
    "hours",
    "hours_low",
    "hours_high",
    "each",
    "each_low",
    "each_high",
]


def _lost_numbers(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Side effect": frame["term"],
            "Infusions compared": frame["infusions"],
            "Without any to compare with": frame["left_out"],
            "Chair-hours": frame["hours"].round(1),
            "Hours, 95 % CI from": frame["hours_low"].round(1),
            "Hours, to": frame["hours_high"].round(1),
            "Minutes an infusion": frame["each"].round(1),
            "Minutes, 95 % CI from": frame["each_low"].round(1),
            "Minutes, to": frame["each_high"].round(1),
            "Beyond chance": frame["clear"].map({True: "yes", False: "no"}),
        }
    )
