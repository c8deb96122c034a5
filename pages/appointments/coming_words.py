"""What is coming in words and key figures."""

from datetime import date
from math import ceil, floor

import numpy as np
import pandas as pd

from charts.numbers import percent
from clinical.calendar import week_date
from clinical.demand import Layer
from clinical.forecast import FEWEST_WEEKS, Backtest, Forecast, Method, Score
from clinical.standing import Record
from pages.appointments.coming_known import Coming
from pages.shared.context import PageContext
from pages.shared.frame import KeyFigure, plain
from pages.shared.words import count_words, day_words, listed

UNKNOWN = "unknown"
"""How full it will be, where no opening hours or no chairs are recorded."""


def week_words(week: int) -> str:
    """A week by its Monday: ``30 Nov``."""
    monday = week_date(week)
    return f"{monday.day} {monday:%b}"


def answer(coming: Coming, weeks: pd.DataFrame) -> str:
    """What the eight weeks hold, and how full they will be (markdown).

    ``weeks`` as from :func:`pages.appointments.coming_findings.by_week`, the whole weeks only.
    """
    first = day_words(week_date(int(weeks["week"].iloc[0])))
    booked = int(weeks["in_books"].sum())
    if coming.forecast is None:
        return (
            f"**{count_words(booked, 'infusion')}** {'is' if booked == 1 else 'are'} booked in the "
            f"eight weeks from {first}, of which **{weeks[int(Layer.BOOKED)].sum():,.0f}** can be "
            f"expected to be attended{_fullness(weeks)}."
        )
    return (
        f"**{weeks['infusions'].sum():,.0f} infusions** are to be expected in the eight weeks from "
        f"{first}, **{weeks[int(Layer.BOOKED)].sum():,.0f}** of them booked and expected to attend"
        f"{_fullness(weeks)}."
    )


def _fullness(weeks: pd.DataFrame) -> str:
    share = total_share(weeks)
    if share is None:
        return "; how full that makes the chairs is not known"
    fullest = fullest_week(weeks)
    return (
        f": **{percent(share)}** of the open chair-hours, **{percent(fullest['share'])}** in the "
        f"fullest week ({week_words(int(fullest['week']))})"
    )


def fullest_week(weeks: pd.DataFrame) -> "pd.Series[float]":
    """The row of the week whose chairs will be fullest; how full must be known of some."""
    return weeks.iloc[int(np.nanargmax(weeks["share"].to_numpy(float)))]


def total_share(weeks: pd.DataFrame) -> float | None:
    """The part of the open chair-time that is asked for; ``None`` where that is not known."""
    room = float(weeks["room"].sum())
    return float(weeks["asked"].sum()) / room if room > 0 else None


def scope_words(coming: Coming, context: PageContext) -> str:
    """What holds whatever is chosen above, and what cannot be told."""
    parts = ["Looks forward from today, whatever period is chosen above."]
    if coming.forecast is None:
        weeks = count_words(len(coming.history), "whole week")
        parts.append(
            f"New starts, boosters and the rest of inductions are not forecast: there are {weeks} "
            f"of history with these filters, and it takes {FEWEST_WEEKS}."
        )
    if not coming.rates.due:
        parts.append("Nothing was due in the last 12 months, so all that is booked is expected.")
    without = [plain(coming.sites[key]) for key in sites_without_room(coming)]
    if without:
        parts.append(
            f"No opening hours or no chairs are recorded for {listed(without)}: how full that will "
            "be is unknown, and it is left out of the open chair-hours."
        )
    if context.filters.diagnosis_groups or context.filters.phases:
        parts.append("Open chair-hours are those of everybody, also of those not chosen above.")
    return " ".join(parts)


def sites_without_room(coming: Coming) -> list[int]:
    """The sites whose open chair-time is not known."""
    known = coming.room.groupby("site_key")["minutes"].count()
    return [int(str(site)) for site, count in known.items() if not count]


def forecast_words(forecast: Forecast) -> str:
    """How well new starts were forecast in the last quarter, and what is used therefore."""
    test = forecast.backtest
    smoothing, naive = test.smoothing, test.naive
    used = _score_of(test, forecast.method)
    verdict = (
        f"so {forecast.method.label} is used"
        if forecast.method is Method.SMOOTHING
        else f"smoothing does not beat that, so {forecast.method.label} is used"
    )
    return (
        f"New starts, last quarter: the 80 % band held {used.held:,} of {used.n:,} times "
        f"({percent(used.held / used.n)}); mean error of {Method.SMOOTHING.label} "
        f"{smoothing.error:.1f} starts a week, of {test.naive_method.label} {naive.error:.1f}; "
        f"{verdict}."
    )


def _score_of(test: Backtest, method: Method) -> Score:
    return test.smoothing if method is Method.SMOOTHING else test.naive


def record_words(record: Record | None) -> str:
    """How the books have held; empty where there is no record."""
    if record is None or record.ratio is None:
        return ""
    return (
        f"Booked infusions: {percent(record.ratio)} of those expected were attended; the 80 % band "
        f"held {record.held:,} of {record.n:,} times ({percent(record.held / record.n)})."
    )


def figures(coming: Coming, weeks: pd.DataFrame) -> list[KeyFigure]:
    """The four numbers of the eight whole weeks."""
    return [
        _booked_figure(weeks),
        *(
            [_unbooked_figure(weeks), _starts_figure(coming.forecast, coming.history)]
            if coming.forecast is not None
            else []
        ),
        _room_figure(weeks),
    ]


def _booked_figure(weeks: pd.DataFrame) -> KeyFigure:
    in_books = int(weeks["in_books"].sum())
    expected = float(weeks[int(Layer.BOOKED)].sum())
    share = f" ({percent(expected / in_books)})" if in_books else ""
    return KeyFigure(
        label="Booked infusions",
        value=f"{in_books:,}",
        change=f"{expected:,.0f} expected to attend{share}",
        trend=weeks["in_books"].tolist(),
        help="Infusion appointments of the eight weeks with the status booked, and how many of "
        "them are expected to be attended: by the clinic's rates of cancelled and missed ones by "
        "kind and days ahead, and each patient's own record. The line: by week.",
    )


def _unbooked_figure(weeks: pd.DataFrame) -> KeyFigure:
    layers = [int(layer) for layer in Layer if layer is not Layer.BOOKED]
    unbooked = float(weeks[layers].to_numpy().sum())
    in_all = float(weeks["infusions"].sum())
    return KeyFigure(
        label="Not booked yet",
        value=f"{unbooked:,.0f}",
        change=f"{percent(unbooked / in_all) if in_all else percent(None)} of all expected",
        trend=weeks[layers].sum(axis=1).round(1).tolist(),
        help="Infusions that are to be expected and that nobody has booked: the rest of inductions "
        "under way, boosters by how late they usually are booked, and new starts as forecast. The "
        "line: by week.",
    )


def band_words(low: float, high: float) -> str:
    """The whole starts that lie in a band, which is judged so; where none does, its limits."""
    first, last = ceil(low), floor(high)
    return f"{first}–{last}" if first <= last else f"{low:.1f}–{high:.1f}"


def _starts_figure(forecast: Forecast, history: pd.DataFrame) -> KeyFigure:
    lately = history["starts"].tail(13)
    return KeyFigure(
        label="New starts a week",
        value=f"{forecast.mean[1:].mean():.1f}",
        change=f"80 % band {band_words(forecast.low[1], forecast.high[1])} next week · lately "
        f"{lately.mean():.1f}",
        trend=lately.tolist(),
        help="Inductions that begin, of new patients and of those who return, forecast for the "
        "mean of the eight weeks. Lately: the mean of the last 13 whole weeks, which the line "
        "shows.",
    )


def _room_figure(weeks: pd.DataFrame) -> KeyFigure:
    share = total_share(weeks)
    hours, room = weeks["asked"].sum() / 60, weeks["room"].sum() / 60
    return KeyFigure(
        label="Of open chair-hours",
        value=UNKNOWN if share is None else percent(share),
        change="no opening hours or no chairs"
        if share is None
        else f"{hours:,.0f} of {room:,.0f} hours",
        trend=[] if weeks["share"].isna().any() else (100 * weeks["share"]).round(1).tolist(),
        help="Planned chair-hours of all that is expected, of the opening hours (without closures) "
        "times the chairs of each site. The line: by week.",
    )


def rest_day(coming: Coming) -> date | None:
    """The first day that is left of the week under way; ``None`` where it has ended."""
    begins, ends = coming.weeks.days(0)
    return begins if begins <= ends else None
