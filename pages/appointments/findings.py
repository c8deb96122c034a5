"""The pictures of the Appointments page with their words."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pandas as pd

from charts import appointments as charts
from charts.attendance import KIND_COLOURS
from charts.numbers import percent
from clinical.attendance import attendance_by, missed_most
from clinical.calendar import day_number, week_number
from clinical.capacity import FULL_SHARE, UNEVEN_RATIO, chair_use
from clinical.codes import AppointmentKind, AppointmentStatus
from clinical.incidence import Proportion, difference, proportion
from clinical.schedule import (
    COMING_WEEKS,
    USUAL_WEEKS,
    Grain,
    attendance_over_time,
    volume,
    week_grid,
)
from pages.appointments.known import Known
from pages.appointments.volume_findings import unit_words
from pages.shared.frame import Finding, plain
from pages.shared.words import count_words, day_words, listed

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MOST_ROWS = 12
_LONGEST_BY_WEEK = timedelta(days=200)
_KIND_NAMES = {
    AppointmentKind.CONSULTATION: "consultations",
    AppointmentKind.INFUSION: "infusions",
    AppointmentKind.FOLLOW_UP: "follow-ups",
}
_KINDS = [int(kind) for kind in AppointmentKind]


def weekday_finding(known: Known) -> Finding:
    """The missed rate by weekday, and the site at which the worst weekday is worst."""
    rates = attendance_by(known.by_slot, ["weekday"])
    rates = rates[rates["due"] > 0].reset_index(drop=True)
    worst = missed_most(rates)
    overall = known.in_all.missed_rate
    title = f"No weekday is missed clearly more than the others ({percent(overall.estimate)})"
    if worst is not None:
        others = _others(rates, worst)
        title = (
            f"{WEEKDAYS[int(rates['weekday'].iloc[worst]) - 1]}s are missed most: "
            f"{percent(rates['missed_rate'].iloc[worst])}, other days {percent(others.estimate)}"
        )
        title += _site_of_weekday(known, int(rates["weekday"].iloc[worst]))
    return Finding(
        key="missed-by-weekday",
        title=title,
        subtitle=f"Missed, of the {overall.n:,} appointments that were due, their number under "
        "each day; 95 % CI",
        chart=charts.weekday_chart(rates, overall.estimate, worst),
        table=lambda: _rates_table(
            {"Weekday": [WEEKDAYS[number - 1] for number in rates["weekday"]]}, rates
        ),
        alt=f"Share of appointments missed by weekday. {title}.",
        note="Coloured where it stands out from all other days together, allowing for the number "
        "of days.",
    )


def _others(rates: pd.DataFrame, worst: int) -> Proportion:
    sums = rates.drop(index=rates.index[worst])[["missed", "due"]].sum()
    return proportion(int(sums["missed"]), int(sums["due"]))


def _site_of_weekday(known: Known, weekday: int) -> str:
    """Where that weekday is missed most, if one site stands out."""
    of_day = known.by_slot[known.by_slot["weekday"] == weekday]
    sites = attendance_by(of_day, ["site_key"])
    worst = missed_most(sites)
    if worst is None:
        return ""
    name = plain(known.sites[int(sites["site_key"].iloc[worst])])
    return f" (at {name} {percent(sites['missed_rate'].iloc[worst])})"


def _rates_table(labels: Mapping[str, Any], rates: pd.DataFrame) -> pd.DataFrame:
    """The numbers behind missed and cancelled rates, with headings for the reader."""
    return pd.DataFrame(
        {
            **labels,
            "Appointments passed": rates["appointments"].to_numpy(),
            "Due": rates["due"].to_numpy(),
            "Missed": rates["missed"].to_numpy(),
            "Missed, %": (100 * rates["missed_rate"]).round(1).to_numpy(),
            "95 % CI from": (100 * rates["missed_low"]).round(1).to_numpy(),
            "to": (100 * rates["missed_high"]).round(1).to_numpy(),
            "Cancelled": rates["cancelled"].to_numpy(),
            "Cancelled, %": (100 * rates["cancelled_rate"]).round(1).to_numpy(),
            "Cancelled late": rates["late_cancelled"].to_numpy(),
            "Not closed": rates["not_closed"].to_numpy(),
        }
    )


def places_finding(known: Known) -> Finding:
    """Missed and cancelled rates by site (where there are several) and by kind."""
    by_site = attendance_by(known.by_slot, ["site_key"])
    by_site["name"] = [known.sites[key] for key in by_site["site_key"]]
    by_kind = attendance_by(known.by_slot, ["kind"])
    by_kind["name"] = [_KIND_NAMES[AppointmentKind(kind)] for kind in by_kind["kind"]]
    title = _places_title(by_site, by_kind)
    sites = by_site.sort_values(["missed_rate", "name"], ascending=[False, True])
    shown = sites.head(_MOST_ROWS if len(sites) > 1 else 0)
    rows = pd.concat([shown, by_kind], ignore_index=True)
    names = [name[:1].upper() + name[1:] for name in rows["name"]]
    hidden = ""
    if len(sites) > _MOST_ROWS:
        hidden = f"; the {_MOST_ROWS} sites missed most of {len(sites)}"
    return Finding(
        key="missed-by-site-and-kind",
        title=title,
        subtitle="Missed, of those due (their number beside each name), and cancelled, of all that "
        f"have passed; 95 % CI{hidden}",
        chart=charts.places_chart(rows, names),
        table=lambda: _rates_table({"Site or kind": names}, rows),
        alt=f"Missed and cancelled rates by site and kind. {title}.",
    )


def _places_title(*groups: pd.DataFrame) -> str:
    """Which site and which kind is missed most, where one stands out."""
    worst = [
        group.iloc[position] for group in groups if (position := missed_most(group)) is not None
    ]
    if not worst:
        what = "kind of appointment" if len(groups[0]) < 2 else "site or kind"
        return f"No {what} is missed clearly more than the others"
    named = [f"{plain(row['name'])} ({percent(row['missed_rate'])})" for row in worst]
    return f"Missed most: {listed(named)}"


def over_time_finding(known: Known) -> Finding:
    """Missed and cancelled rates by month; by week where the period is short."""
    period = known.period
    short = period.passed - period.first < _LONGEST_BY_WEEK
    grain = Grain.WEEK if short else Grain.MONTH
    rates = attendance_over_time(known.by_week, grain, period.first, period.passed)
    title = _halves_words(rates)
    return Finding(
        key="missed-over-time",
        title=title,
        subtitle=f"By {grain.lower()}; missed of {known.in_all.missed_rate.n:,} due, cancelled of "
        f"{known.in_all.appointments:,} that have passed; 95 % CI",
        chart=charts.rates_chart(rates, [unit_words(grain, start) for start in rates["start"]]),
        table=lambda: _rates_table({f"{grain} from": rates["start"]}, rates),
        alt=f"Missed and cancelled rates over time. {title}.",
        note="A gap: nothing was due. Later and earlier: the two halves of the period.",
    )


def _halves_words(rates: pd.DataFrame) -> str:
    half = len(rates) // 2
    sums = [part[["missed", "due"]].sum() for part in (rates.iloc[:half], rates.iloc[half:])]
    earlier, later = (proportion(int(part["missed"]), int(part["due"])) for part in sums)
    gap = difference(later, earlier)
    if gap.estimate is None:
        return "Missed and cancelled over time"
    both = f"{percent(later.estimate)} later, {percent(earlier.estimate)} earlier"
    if not gap.is_clear:
        return f"The missed rate has not clearly changed: {both}"
    return f"The missed rate has {'risen' if gap.estimate > 0 else 'fallen'}: {both}"


def slots_finding(known: Known) -> Finding:
    """How busy the hours of the week are."""
    period = known.period
    grid = week_grid(known.by_slot, period.first, period.passed)
    busiest = grid.iloc[int(grid["a_day"].to_numpy().argmax())]
    title = (
        f"{WEEKDAYS[int(busiest['weekday']) - 1]} {int(busiest['hour']):02d}:00 is busiest: "
        f"{busiest['a_day']:.1f} appointments start on average"
    )
    return Finding(
        key="week-by-hour",
        title=title,
        subtitle=f"Mean number that start in the hour, by the sites' clocks; "
        f"{int(grid['expected'].sum()):,} appointments without cancelled ones",
        chart=charts.week_grid_chart(grid, _open_hours(known.hours)),
        table=lambda: pd.DataFrame(
            {
                "Weekday": [WEEKDAYS[number - 1] for number in grid["weekday"]],
                "Hour": [f"{hour:02d}:00" for hour in grid["hour"]],
                "Appointments without cancelled": grid["expected"],
                "On an average day": grid["a_day"].round(2),
                "Due": grid["due"],
                "Missed": grid["missed"],
                "Missed, %": (100 * grid["missed_rate"]).round(1),
            }
        ),
        alt=f"Mean number of appointments by weekday and hour. {title}.",
        note="Blank: no site is open. Point at an hour for its missed rate.",
    )


def _open_hours(hours: pd.DataFrame) -> frozenset[tuple[int, int]]:
    """The weekdays and hours in which a site is open."""
    return frozenset(
        (int(weekday), hour)
        for weekday, opens, closes in zip(
            hours["weekday"], hours["opens"], hours["closes"], strict=True
        )
        for hour in range(opens.hour, closes.hour + (closes.minute > 0))
    )


def coming_finding(known: Known) -> Finding:
    """What is booked in the coming weeks, against a usual week."""
    tomorrow = known.period.today + timedelta(days=1)
    end = known.period.today + timedelta(weeks=COMING_WEEKS)
    around = known.around
    booked = around[
        (around["status"] == AppointmentStatus.BOOKED) & (around["day"] >= day_number(tomorrow))
    ]
    by_week = booked.assign(week=[week_number(day) for day in booked["day"]])
    coming = volume(by_week, Grain.WEEK, "kind", _KINDS, tomorrow, end)
    usual = _usual_week(known)
    title = _coming_words(coming, usual)
    return Finding(
        key="booked-ahead",
        title=title,
        subtitle=f"{count_words(int(coming['all'].sum()), 'appointment')} booked from "
        f"{day_words(tomorrow)} to {day_words(end)}, whatever the period chosen above",
        chart=charts.coming_chart(coming, usual),
        table=lambda: pd.DataFrame(
            {
                "Week from": coming["start"],
                **{kind.label: coming[int(kind)] for kind in KIND_COLOURS},
                "All": coming["all"],
                "Whole": ["yes" if whole else "no" for whole in coming["whole"]],
            }
        ),
        alt=f"Booked appointments of the coming weeks by kind. {title}.",
        note="Faded: part of a week. Usual week: the mean of the "
        f"{USUAL_WEEKS} weeks before this one, cancelled appointments left out.",
    )


def _usual_week(known: Known) -> float | None:
    before = known.around[
        (known.around["day"] < day_number(known.period.monday))
        & (known.around["status"] != AppointmentStatus.CANCELLED)
    ]
    return float(before["appointments"].sum()) / USUAL_WEEKS if len(before) else None


def _coming_words(coming: pd.DataFrame, usual: float | None) -> str:
    whole = coming[coming["whole"]]
    if not coming["all"].any():
        return "Nothing is booked ahead"
    next_week = f"{count_words(int(whole['all'].iloc[0]), 'appointment')} booked for next week"
    return next_week if usual is None else f"{next_week}, {usual:,.0f} in a usual one"


def chairs_finding(known: Known) -> Finding | None:
    """How full the chairs are, and whether one is a bottleneck; none without open time."""
    period = known.period
    chairs = chair_use(known.chairs, known.hours, known.closures, period.first, period.passed)
    chairs = chairs[chairs["open"] > 0].reset_index(drop=True)
    if chairs.empty:
        return None
    names = [
        f"{chair}, {known.sites[site]}" if len(known.sites) > 1 else str(chair)
        for chair, site in zip(chairs["chair"], chairs["site_key"], strict=True)
    ]
    shown = chairs.head(_MOST_ROWS)
    title = _chairs_words(chairs, names)
    dropped = len(chairs) - len(shown)
    return Finding(
        key="chairs",
        title=title,
        subtitle="Share of open time that was scheduled (bar) and used (line)"
        + (f"; the {len(shown)} fullest of {len(chairs)} chairs" if dropped else ""),
        chart=charts.chairs_chart(shown, names[: len(shown)]),
        table=lambda: pd.DataFrame(
            {
                "Chair": chairs["chair"],
                "Site": [known.sites[site] for site in chairs["site_key"]],
                "Open hours": (chairs["open"] / 60).round(1),
                "Scheduled hours": (chairs["scheduled"] / 60).round(1),
                "Used hours": (chairs["used"] / 60).round(1),
                "Scheduled, %": (100 * chairs["scheduled_share"]).round(1),
                "Used, %": (100 * chairs["used_share"]).round(1),
                "Appointments without cancelled": chairs["appointments"],
            }
        ),
        alt=f"How full each chair is. {title}.",
        note=f"All diagnoses and phases. Coloured: at least {percent(FULL_SHARE)} scheduled "
        f"(dotted), or half and {UNEVEN_RATIO:g} times as much as the site's other chairs.",
    )


def _chairs_words(chairs: pd.DataFrame, names: list[str]) -> str:
    narrow = [position for position, is_one in enumerate(chairs["bottleneck"]) if is_one]
    first = narrow[0] if narrow else 0
    share = percent(chairs["scheduled_share"].iloc[first])
    if not narrow:
        return f"No chair is a bottleneck; the fullest is scheduled for {share} of its open time"
    site = chairs["site_key"].iloc[first]
    others = chairs[(chairs["site_key"] == site) & (chairs.index != first)]
    against = (
        f", the others there {percent(others['scheduled'].sum() / others['open'].sum())}"
        if len(others)
        else ""
    )
    return f"{plain(names[first])} is a bottleneck: {share} of its time is scheduled{against}"


def rates_table(known: Known) -> pd.DataFrame:
    """The rates of every site and kind: the table behind the page."""
    rates = attendance_by(known.by_slot, ["site_key", "kind"])
    labels = {
        "Site": [known.sites[key] for key in rates["site_key"]],
        "For": [AppointmentKind(kind).label for kind in rates["kind"]],
    }
    return _rates_table(labels, rates)
