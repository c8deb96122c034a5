"""The pictures of what is coming, and the table behind them."""

import numpy as np
import pandas as pd

from charts import appointment_coming as charts
from charts.numbers import percent
from clinical.calendar import week_date
from clinical.capacity import FULL_SHARE
from clinical.demand import Layer, demand_by
from clinical.forecast import ORIGINS, Forecast, Method, Score
from clinical.standing import Record
from pages.appointments.coming_known import Coming
from pages.appointments.coming_words import (
    fullest_week,
    rest_day,
    sites_without_room,
    total_share,
    week_words,
)
from pages.shared.frame import Finding, plain
from pages.shared.words import count_words, day_words

INFUSIONS, CHAIR_HOURS = "Infusions", "Chair-hours"
"""What the bars count."""
_MEASURES = {
    INFUSIONS: charts.Measure("Infusions a week", "infusions", "Room for infusions"),
    CHAIR_HOURS: charts.Measure("Chair-hours a week", "chair-hours", "Open chair-hours"),
}
_SHOWN_WEEKS = 52
_ABOUT = 0.05
"""A difference of no more than this share of the expected number is called close."""


def by_week(coming: Coming, by: tuple[str, ...] = ("week",)) -> pd.DataFrame:
    """The coming weeks, the rest of the one under way first.

    The columns ``by``, a column for each layer's infusions (by its number), and, as in
    :func:`clinical.demand.demand_by`, ``infusions``, ``low``, ``high``, ``minutes``,
    ``minutes_low``, ``minutes_high``; ``hours_1`` and so on: each layer's chair-hours; ``in_books``
    (infusions booked), ``room`` (open chair-minutes of the sites where they are known), ``places``
    (infusions for which there is room), ``asked`` (the minutes asked of those sites) and ``share``
    (``asked`` of ``room``; missing where that is not known or 0).
    """
    keys = list(by)
    table = demand_by(coming.demand, keys)
    for layer in Layer:
        of_layer = coming.demand[coming.demand["layer"] == layer].groupby(keys)
        table[int(layer)] = of_layer["infusions"].sum().to_numpy()
        table[f"hours_{layer:d}"] = of_layer["minutes"].sum().to_numpy() / 60
    booked = coming.booked.groupby(keys)["infusions"].sum().rename("in_books")
    room = coming.room.assign(
        places=coming.room["minutes"] / coming.room["site_key"].map(coming.block_minutes)
    )
    rooms = room.groupby(keys)[["minutes", "places"]].sum(min_count=1)
    known = coming.demand[~coming.demand["site_key"].isin(sites_without_room(coming))]
    asked = known.groupby(keys)["minutes"].sum().rename("asked")
    table = table.join(booked, on=keys).join(asked, on=keys)
    table = table.join(rooms.rename(columns={"minutes": "room"}), on=keys)
    table[["in_books", "asked"]] = table[["in_books", "asked"]].fillna(0)
    table["share"] = table["asked"] / table["room"].where(table["room"] > 0)
    return table.astype({"in_books": "int64"})


def drawn_weeks(coming: Coming, weeks: pd.DataFrame) -> pd.DataFrame:
    """The weeks as they are drawn: without the one under way where nothing is left of it."""
    return weeks if rest_day(coming) else weeks.iloc[1:].reset_index(drop=True)


def coming_finding(coming: Coming, weeks: pd.DataFrame, unit: str) -> Finding:
    """The coming weeks in layers, against the room for them; each bar carries its row."""
    table = drawn_weeks(coming, weeks)
    title = _coming_title(weeks.iloc[1:])
    return Finding(
        key="coming-weeks",
        title=title,
        subtitle=f"{unit} by week, {count_words(len(coming.sites), 'site')}; choose a bar to list "
        "what is booked in it",
        chart=charts.coming_chart(
            _measured(table, unit),
            [week_date(int(week)) for week in table["week"]],
            rest_day(coming),
            _MEASURES[unit],
        ),
        table=lambda: _numbers(table),
        alt=f"{unit} to be expected in each of the coming weeks, in layers. {title}.",
        note=_coming_note(coming),
    )


def _coming_title(whole: pd.DataFrame) -> str:
    share = total_share(whole)
    if share is None:
        return (
            f"{whole['infusions'].mean():,.0f} infusions a week are to be expected; how full the "
            "chairs will be is unknown"
        )
    fullest = fullest_week(whole)
    over = int((whole["share"] >= FULL_SHARE).sum())
    if over:
        verb = "is" if over == 1 else "are"
        return (
            f"{count_words(over, 'of eight weeks', 'of eight weeks')} {verb} full: "
            f"{percent(fullest['share'])} of the open chair-hours in that of "
            f"{week_words(int(fullest['week']))}"
        )
    return (
        f"There is room in every week: the fullest, that of {week_words(int(fullest['week']))}, "
        f"asks for {percent(fullest['share'])} of the open chair-hours"
    )


def _coming_note(coming: Coming) -> str:
    closed = coming.room.groupby("week")["minutes"].sum(min_count=1)
    whole = closed.iloc[1:]
    usual = whole.median()
    short = [week_words(int(str(week))) for week, open_ in whole.items() if open_ < 0.9 * usual]
    words = "The stronger the colour, the surer."
    if short:
        words += f" Open for clearly less than usual: week of {', '.join(short)}."
    return words


def _measured(table: pd.DataFrame, unit: str) -> pd.DataFrame:
    """The weeks in the unit that the reader has chosen, as the chart takes them."""
    if unit == INFUSIONS:
        layers = {int(layer): table[int(layer)] for layer in Layer}
        band = {name: table[name] for name in ("low", "high")}
        total, room = table["infusions"], table["places"]
    else:
        layers = {int(layer): table[f"hours_{layer:d}"] for layer in Layer}
        band = {name: table[f"minutes_{name}"] / 60 for name in ("low", "high")}
        total, room = table["minutes"] / 60, table["room"] / 60
    found = pd.DataFrame(layers)
    return found.assign(**band, total=total, room=room, share=table["share"])


def _numbers(table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Week from": [week_date(int(week)) for week in table["week"]],
            "Booked": table["in_books"],
            **{layer.label: table[int(layer)].round(1) for layer in Layer},
            "All expected": table["infusions"].round(1),
            "80 % from": table["low"].round(1),
            "80 % to": table["high"].round(1),
            "Chair-hours expected": (table["minutes"] / 60).round(1),
            "Chair-hours, 80 % from": (table["minutes_low"] / 60).round(1),
            "Chair-hours, 80 % to": (table["minutes_high"] / 60).round(1),
            "Open chair-hours": (table["room"] / 60).round(1),
            "Room for infusions": table["places"].round(0),
            "Of open chair-hours, %": (100 * table["share"]).round(1),
        }
    )


def site_table(coming: Coming) -> pd.DataFrame:
    """Every site and week in numbers."""
    table = by_week(coming, ("site_key", "week"))
    if rest_day(coming) is None:
        table = table[table["week"] > coming.weeks.ahead.weeks[0]].reset_index(drop=True)
    numbers = _numbers(table)
    numbers.insert(0, "Site", [coming.sites[key] for key in table["site_key"]])
    return numbers


def smaller_findings(coming: Coming) -> list[Finding]:
    """New starts, how the books have held, and the sites; what has no data is left out."""
    found = []
    if coming.forecast is not None:
        found.append(starts_finding(coming, coming.forecast))
    if coming.record is not None and len(coming.record.by_ahead()):
        found.append(record_finding(coming.record))
    sites = sites_finding(coming)
    return [*found, *([sites] if sites else [])]


def starts_finding(coming: Coming, forecast: Forecast) -> Finding:
    """New starts as they were and as forecast."""
    past = coming.history.tail(_SHOWN_WEEKS)
    mondays = [week_date(int(week)) for week in past["week"]]
    ahead = [week_date(week) for week in coming.weeks.ahead.weeks]
    title = (
        f"{forecast.mean[1:].mean():.1f} new starts a week are to be expected, after "
        f"{coming.history['starts'].tail(ORIGINS).mean():.1f} in the last quarter"
    )
    return Finding(
        key="coming-starts",
        title=title,
        subtitle=f"Inductions begun by week, {int(past['starts'].sum()):,} in "
        f"{count_words(len(past), 'week')}; forecast by {forecast.method.label}",
        chart=charts.starts_chart(
            mondays,
            past["starts"].tolist(),
            charts.StartsAhead(
                ahead, forecast.mean.tolist(), forecast.low.tolist(), forecast.high.tolist()
            ),
        ),
        table=lambda: pd.DataFrame(
            {
                "Week from": [*mondays, *ahead],
                "Began": [*past["starts"].tolist(), *[None] * len(ahead)],
                **{
                    name: [*[None] * len(mondays), *values.round(1).tolist()]
                    for name, values in (
                        ("Forecast", forecast.mean),
                        ("80 % from", forecast.low),
                        ("80 % to", forecast.high),
                    )
                },
            }
        ),
        alt=f"New starts by week, and their forecast with its 80 % band. {title}.",
    )


def record_finding(record: Record) -> Finding:
    """How many of the expected booked infusions were attended, by weeks before."""
    by_ahead = record.by_ahead()
    ratio = record.ratio or 0.0
    title = (
        f"Booked infusions came within {100 * _ABOUT:g} % of what was expected: {percent(ratio)}"
    )
    if abs(ratio - 1) > _ABOUT:
        fewer = "Fewer" if ratio < 1 else "More"
        title = f"{fewer} booked infusions came than expected: {percent(ratio)} of the number"
    return Finding(
        key="coming-record",
        title=title,
        subtitle=f"Booked infusions as they stood on {ORIGINS} Mondays, each for eight weeks; "
        f"{int(record.rows['expected'].sum()):,} expected",
        chart=charts.record_chart(by_ahead),
        table=lambda: pd.DataFrame(
            {
                "Weeks before": by_ahead["ahead"],
                "Expected": by_ahead["expected"].round(1),
                "Attended": by_ahead["attended"],
                "Of expected, %": (100 * by_ahead["attended"] / by_ahead["expected"]).round(1),
                "80 % band, ± %": (100 * by_ahead["reach"]).round(1),
            }
        ),
        alt=f"Attended of expected by weeks before. {title}.",
        note="Grey: the 80 % band of what was expected.",
    )


def sites_finding(coming: Coming) -> Finding | None:
    """How full each site will be; ``None`` where there are not two whose room is known."""
    whole = coming.demand[coming.demand["week"] > coming.weeks.ahead.weeks[0]]
    room = coming.room[coming.room["week"] > coming.weeks.ahead.weeks[0]]
    known = room.groupby("site_key")["minutes"].sum(min_count=1)
    known = known[known > 0]
    if len(known) < 2:
        return None
    totals = demand_by(whole, ("site_key",)).set_index("site_key").loc[known.index]
    booked = whole[whole["layer"] == Layer.BOOKED].groupby("site_key")["minutes"].sum()
    sites = pd.DataFrame(
        {
            "booked": booked.loc[known.index] / known,
            "total": totals["minutes"] / known,
            "low": totals["minutes_low"] / known,
            "high": totals["minutes_high"] / known,
        }
    ).sort_values("total", ascending=False)
    sites["full"] = sites["total"] >= FULL_SHARE
    names = [coming.sites[int(str(key))] for key in sites.index]
    fullest, emptiest = sites["total"].iloc[0], sites["total"].iloc[-1]
    title = (
        f"{plain(names[0])} will be fullest ({percent(fullest)}), {plain(names[-1])} emptiest "
        f"({percent(emptiest)})"
    )
    return Finding(
        key="coming-sites",
        title=title,
        subtitle=f"Chair-hours asked for in the eight weeks from "
        f"{day_words(week_date(coming.weeks.ahead.weeks[1]))}, of those open; "
        f"{count_words(len(sites), 'site')}",
        chart=charts.sites_chart(sites.reset_index(drop=True), names),
        table=lambda: pd.DataFrame(
            {
                "Site": names,
                "Booked, %": (100 * sites["booked"]).round(1).tolist(),
                "All expected, %": (100 * sites["total"]).round(1).tolist(),
                "80 % from": (100 * sites["low"]).round(1).tolist(),
                "80 % to": (100 * sites["high"]).round(1).tolist(),
                "Open chair-hours": (known.loc[sites.index] / 60).round(1).tolist(),
            }
        ),
        alt=f"Share of open chair-hours asked for at each site. {title}.",
        note=f"The dotted line: {percent(FULL_SHARE)}, from which chairs count as full.",
    )


def backtest_table(coming: Coming) -> pd.DataFrame:
    """How each forecast did in the last quarter."""
    rows = []
    if coming.forecast is not None:
        test, used = coming.forecast.backtest, coming.forecast.method
        rows = [
            _backtest_row(
                "New starts", Method.SMOOTHING.label, test.smoothing, used is Method.SMOOTHING
            ),
            _backtest_row(
                "New starts", test.naive_method.label, test.naive, used is test.naive_method
            ),
        ]
    if coming.record is not None and coming.record.ratio is not None:
        found = coming.record.rows
        errors = (found["expected"] - found["attended"]).abs()
        came = float(found["attended"].sum())
        score = Score(
            coming.record.n,
            float(errors.mean()),
            float(errors.sum()) / came if came else None,
            coming.record.held,
        )
        rows.append(_backtest_row("Booked infusions", "own and clinic's rates", score, in_use=True))
    return pd.DataFrame(rows)


def _backtest_row(what: str, how: str, score: Score, in_use: bool) -> dict[str, object]:
    return {
        "Forecast of": what,
        "By": how,
        "Used": "yes" if in_use else "no",
        "Weeks forecast": score.n,
        "Mean error a week": round(score.error, 2),
        "Errors, % of all that came": np.nan
        if score.share is None
        else round(100 * score.share, 1),
        "In the 80 % band": score.held,
        "In the 80 % band, %": round(100 * score.held / score.n, 1),
    }
