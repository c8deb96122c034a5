"""Why a patient needs attention, in words: the same on Today, in the caseload and on the page."""

from collections.abc import Callable, Hashable, Mapping
from datetime import date
from math import isnan
from typing import Any

import pandas as pd

from clinical.attention import Rule, red_pressure
from clinical.calendar import day_date, day_number
from clinical.codes import Phase
from clinical.instruments import CSSRS, INSTRUMENT_BY_CODE
from clinical.progress import points_worse
from clinical.thresholds import Thresholds
from pages.shared.frame import plain
from pages.shared.words import count_words, day_words, listed

Row = Mapping[Hashable, Any]
"""One patient's watched facts, by column."""
_URGENT = (Rule.THOUGHTS, Rule.RED_EVENT, Rule.WORSE)


def reason(rule: Rule, row: Row, today: date, thresholds: Thresholds) -> str:
    """Why the rule holds for a patient, as plain text."""
    return _WORDS[rule](row, day_number(today), thresholds)


def reason_badges(row: Row, today: date, thresholds: Thresholds) -> str:
    """Every reason of a row of the attention list with its badge, the most urgent first (markdown).

    ``row`` as from :func:`clinical.attention.attention_list`.
    """
    parts = []
    for number in row["rules"]:
        rule = Rule(number)
        colour = "orange" if rule in _URGENT else "gray"
        words = plain(reason(rule, row, today, thresholds))
        parts.append(f":{colour}-badge[{rule.label}] {words}")
    return " ".join(parts)


def since_words(day: int, today: date) -> str:
    """Since when something holds: ``Since yesterday``, ``For 12 days, since 13 Nov 2026``."""
    days = day_number(today) - day
    if days <= 1:
        return "Since yesterday" if days == 1 else "Since today"
    return f"For {count_words(days, 'day')}, since {day_words(day_date(day))}"


def _thoughts(row: Row, today: int, thresholds: Thresholds) -> str:
    parts = []
    if today - row["item_9_since"] <= thresholds.concern_days:
        parts.append(f"item 9 rose from {row['item_9_before']:.0f} to {row['item_9_last']:.0f}")
    if today - row["cssrs_since"] <= thresholds.concern_days:
        parts.append(
            f"C-SSRS rose from {_level(row['cssrs_before'])} to {_level(row['cssrs_last'])}"
        )
    elif row["cssrs_last"] >= thresholds.cssrs_high:
        parts.append(f"C-SSRS is {_level(row['cssrs_last'])}")
    words = listed(parts)
    return words[:1].upper() + words[1:]


def _level(level: float) -> str:
    index = CSSRS.band(level)
    return "unknown" if index is None else CSSRS.bands[index].name


def _red_event(row: Row, _today: int, thresholds: Thresholds) -> str:
    parts = []
    if bool(red_pressure(pd.DataFrame([row]), thresholds).iloc[0]):
        parts.append(_pressure(row["peak_systolic"], row["peak_diastolic"]))
    if row["lowest_spo2"] < thresholds.red_spo2:
        parts.append(f"oxygen saturation {row['lowest_spo2']:g} %")
    if row["deepest_sedation"] <= thresholds.red_sedation:
        parts.append(f"sedation MOAA/S {row['deepest_sedation']:.0f}")
    return f"Last infusion: {listed(parts)}"


def _pressure(systolic: float, diastolic: float) -> str:
    """The peaks, of which one may not have been measured."""
    if isnan(diastolic):
        return f"systolic pressure up to {systolic:.0f}"
    if isnan(systolic):
        return f"diastolic pressure up to {diastolic:.0f}"
    return f"blood pressure up to {systolic:.0f}/{diastolic:.0f}"


def _worse(row: Row, _today: int, _thresholds: Thresholds) -> str:
    scale = INSTRUMENT_BY_CODE[int(row["instrument"])]
    points = points_worse(scale, row["total"] - row["baseline"])
    began = "when maintenance began" if row["phase"] == Phase.MAINTENANCE else "at baseline"
    return (
        f"{scale.name} {points:g} points worse than {began} "
        f"({row['baseline']:g}, now {row['total']:g})"
    )


def _lost_response(row: Row, _today: int, _thresholds: Thresholds) -> str:
    scale = INSTRUMENT_BY_CODE[int(row["instrument"])].name
    scores = count_words(int(row["lost_scores"]), "score")
    return (
        f"{scale} response lost in {scores}: {_compared(row['best_percent'])} at best, "
        f"{_compared(row['now_percent'])} now"
    )


def _no_response(row: Row, _today: int, _thresholds: Thresholds) -> str:
    scale = INSTRUMENT_BY_CODE[int(row["instrument"])].name
    return (
        f"{scale} {_compared(row['percent'])} after infusion {row['total_number']:.0f}: no response"
    )


def _compared(percent: float) -> str:
    whole = round(percent)
    return f"{abs(whole)} % {'better' if whole >= 0 else 'worse'}"


def _late(row: Row, today: int, _thresholds: Thresholds) -> str:
    days = count_words(int(today - row["last_infusion_day"]), "day")
    booked = "none booked"
    if not isnan(row["booked_day"]):
        booked = f"booked for {day_words(day_date(int(row['booked_day'])))}"
    return f"{days} since the last booster, usually every {row['usual_interval']:g}; {booked}"


def _unscored(row: Row, today: int, _thresholds: Thresholds) -> str:
    if isnan(row["scored_day"]):
        return "No depression score was ever recorded"
    days = int(today - row["scored_day"])
    return f"No depression score for {count_words(days, 'day')}"


_WORDS: dict[Rule, Callable[[Row, int, Thresholds], str]] = {
    Rule.THOUGHTS: _thoughts,
    Rule.RED_EVENT: _red_event,
    Rule.WORSE: _worse,
    Rule.LOST_RESPONSE: _lost_response,
    Rule.NO_RESPONSE: _no_response,
    Rule.LATE: _late,
    Rule.UNSCORED: _unscored,
}
