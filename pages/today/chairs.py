"""The chairs of today as a picture with its words."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from charts.day import ChairDay, day_chart
from clinical.codes import AppointmentKind, AppointmentStatus
from clinical.day import (
    IN_USE,
    LEAST_FREE_MINUTES,
    USUAL_DAYS,
    ChairState,
    UsualTime,
    clock_words,
)
from pages.shared.frame import Finding, plain
from pages.shared.words import count_words, listed, weekday_words
from pages.today.known import Moment

_MOST_ROWS = 40
"""More chairs than this are not drawn; whole sites are, as many as fit."""


@dataclass(frozen=True, slots=True)
class Day:
    """What is known of today's chairs.

    ``chairs`` as from :func:`data_access.day.chairs`; ``visits`` and ``stays``: all of today's, and
    those in one of the chairs, as from :func:`clinical.day.chair_stays`; ``free`` as from
    :func:`clinical.day.free_slots`, empty where the data does not reach today. ``hours``: spans in
    minutes; ``shut``: why sites are closed today, by site; ``now``: by each site's clock.
    ``narrowed``: whether the reader chose a diagnosis or phase.
    """

    moment: Moment
    chairs: pd.DataFrame
    visits: pd.DataFrame
    stays: pd.DataFrame
    free: pd.DataFrame
    hours: pd.DataFrame
    shut: dict[int, str]
    now: dict[int, float]
    narrowed: bool

    @property
    def reaches_today(self) -> bool:
        """Whether the data's last change was today."""
        return self.moment.known_at.date() >= self.moment.today

    @property
    def at_hand(self) -> pd.DataFrame:
        """The chairs of sites that are open today, and those in use although theirs is closed."""
        is_open = ~self.chairs["site_key"].isin(list(self.shut))
        return self.chairs[is_open | self.chairs["chair_key"].isin(self.stays["chair_key"])]

    @property
    def clocks(self) -> int:
        """How many different clocks the chairs at hand go by."""
        return len({self.now[site] for site in self.at_hand["site_key"]})

    @property
    def is_closed(self) -> bool:
        """Whether no chair is open, and none is in use."""
        return self.at_hand.empty

    @property
    def closed_words(self) -> str:
        """Why (markdown)."""
        return plain(listed(sorted(set(self.shut.values()))))


def day_finding(day: Day) -> Finding:
    """The chairs of today, by the hour."""
    drawn = _drawn(day.at_hand)
    title = _title(day)
    return Finding(
        key="chairs-today",
        title=title,
        subtitle=_subtitle(day),
        chart=day_chart(_chart_day(day, drawn)),
        table=lambda: _table(day),
        alt=f"The chairs of today by the hour, and what becomes of their appointments. {title}.",
        note=_note(day, drawn),
    )


def _drawn(chairs: pd.DataFrame) -> pd.DataFrame:
    """The chairs of as many sites as fit, and of one at least."""
    sizes = chairs.groupby("site_key", sort=False).size().cumsum()
    fitting = sizes.index[(sizes <= _MOST_ROWS) | (sizes == sizes.iloc[0])]
    return chairs[chairs["site_key"].isin(list(fitting))]


def _chart_day(day: Day, drawn: pd.DataFrame) -> ChairDay:
    keys = list(drawn["chair_key"])
    sites = list(drawn["site_key"].unique())
    return ChairDay(
        chairs=drawn,
        stays=day.stays[day.stays["chair_key"].isin(keys)],
        free=day.free[day.free["chair_key"].isin(keys)],
        hours=day.hours[day.hours["site_key"].isin(sites)],
        now={site: day.now[site] for site in sites} if day.reaches_today else {},
        remarks={site: _remark(day, site) for site in sites},
    )


def _remark(day: Day, site: int) -> str:
    """When a site is open today."""
    if site in day.shut:
        return day.shut[site]
    spans = day.hours[day.hours["site_key"] == site]
    if spans.empty:
        return "opening hours not recorded"
    return ", ".join(
        f"{clock_words(opens)}–{clock_words(closes)}"
        for opens, closes in zip(spans["opens"], spans["closes"], strict=True)
    )


def _title(day: Day) -> str:
    chairs = len(day.at_hand)
    if not day.reaches_today:
        return (
            f"{count_words(len(day.stays), 'appointment')} in {count_words(chairs, 'chair')} "
            f"today; the data ends on {weekday_words(day.moment.known_at.date())}"
        )
    in_use = day.stays.loc[day.stays["state"].isin([int(each) for each in IN_USE]), "chair_key"]
    at = f" at {clock_words(day.now[_first_site(day)])}" if day.clocks == 1 else ""
    return f"{in_use.nunique():,} of {count_words(chairs, 'chair')} in use{at}; {_free_words(day)}"


def _first_site(day: Day) -> int:
    return int(day.at_hand["site_key"].iloc[0])


def _free_words(day: Day) -> str:
    slots = count_words(len(day.free), "free slot") if len(day.free) else "no free slot"
    return f"{slots} of {LEAST_FREE_MINUTES} minutes or more until closing"


def _subtitle(day: Day) -> str:
    counts = day.stays["state"].value_counts()
    parts = [
        f"{counts[state]:,} {state.label.lower()}" for state in ChairState if counts.get(state, 0)
    ]
    what = count_words(len(day.stays), "appointment with a chair", "appointments with a chair")
    words = f"{what}: {', '.join(parts)}" if parts else "No appointment has a chair today"
    return f"{words}. {_next_free(day)}"


def _next_free(day: Day) -> str:
    if day.free.empty:
        return ""
    # The soonest by the world's clock: sites may go by different ones.
    wait = day.free["begins"] - day.free["site_key"].map(day.now)
    slot = day.free.assign(wait=wait).sort_values("wait").iloc[0]
    chair = day.chairs[day.chairs["chair_key"] == slot["chair_key"]].iloc[0]
    where = plain(chair["chair"])
    if day.chairs["site_key"].nunique() > 1:
        where += f" at {plain(chair['site'])}"
    return f"Next free: **{where}, {clock_words(slot['begins'])}–{clock_words(slot['ends'])}**."


def _note(day: Day, drawn: pd.DataFrame) -> str:
    """What the marks mean, on what an expected end rests, and what is not drawn (markdown)."""
    parts = [_clock_words(day), _expected_words(day), *_not_drawn(day, drawn)]
    return " ".join(part for part in parts if part)


def _clock_words(day: Day) -> str:
    clock = "Hours by each site's own clock. " if day.clocks > 1 else ""
    if not day.reaches_today:
        return f"{clock}What has happened since the data ended is not known, nor what is free."
    return f"{clock}Dotted: the data's last change. Shaded: closed."


def _expected_words(day: Day) -> str:
    under_way = day.stays["state"].isin([ChairState.RUNNING, ChairState.RECOVERING])
    if not under_way.any():
        return ""
    usual = [each for each in day.stays.loc[under_way, "usual"] if isinstance(each, UsualTime)]
    scheduled = int(under_way.sum()) - len(usual)
    words = "Pale: until the expected end"
    if usual:
        words += (
            f", the start plus the usual chair time ({_range([each.minutes for each in usual])} "
            f"minutes: median from start to discharge in {USUAL_DAYS} days, by site and phase, "
            f"n {_range([each.infusions for each in usual])})"
        )
        return f"{words}; {scheduled:,} as scheduled." if scheduled else f"{words}."
    return f"{words}, as scheduled: too few infusions to tell what is usual."


def _range(values: list[int]) -> str:
    low, high = min(values), max(values)
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"


def _not_drawn(day: Day, drawn: pd.DataFrame) -> Iterator[str]:
    without = day.visits[~day.visits["chair_key"].isin(list(day.chairs["chair_key"]))]
    without = without[without["status"] != AppointmentStatus.CANCELLED]
    infusions = int((without["kind"] == AppointmentKind.INFUSION).sum())
    if infusions:
        yield f"**{count_words(infusions, 'infusion has', 'infusions have')} no chair noted.**"
    others = len(without) - infusions
    if others:
        yield f"{count_words(others, 'other visit takes', 'other visits take')} no chair."
    cancelled = int((day.visits["status"] == AppointmentStatus.CANCELLED).sum())
    if cancelled:
        yield f"Not drawn: {cancelled:,} cancelled."
    shut = day.chairs[~day.chairs["chair_key"].isin(day.at_hand["chair_key"])]
    for site in shut.drop_duplicates("site_key").to_dict("records"):
        yield f"{plain(site['site'])} is {plain(day.shut[site['site_key']])}."
    left_out = day.at_hand["site_key"].nunique() - drawn["site_key"].nunique()
    if left_out:
        yield (
            f"{count_words(left_out, 'more site is', 'more sites are')} counted but not drawn; "
            "choose sites above to see them."
        )
    if day.narrowed:
        yield "A chair serves everybody: the filters for diagnosis and phase do not count here."


def _table(day: Day) -> pd.DataFrame:
    """Stays and free slots as rows, by chair and then by time."""
    columns = ["chair_key", "begins", "ends", "What", "For"]
    states = [ChairState(each).label for each in day.stays["state"]]
    kinds = [AppointmentKind(each).label for each in day.stays["kind"]]
    stays = day.stays.assign(What=states, For=kinds)
    named = "family_name" in day.visits
    if named:
        columns.append("who")
    free = day.free.assign(What="Free", For="", who="")
    rows = pd.concat([stays[columns], free[columns]]) if len(free) else stays[columns]
    order = {key: place for place, key in enumerate(day.chairs["chair_key"])}
    rows = rows.assign(place=rows["chair_key"].map(order)).sort_values(["place", "begins"])
    chairs = day.chairs.set_index("chair_key").loc[rows["chair_key"].astype(int)]
    table = {
        "Site": chairs["site"].to_numpy(),
        "Chair": chairs["chair"].to_numpy(),
        "From": [clock_words(each) for each in rows["begins"]],
        "To": [clock_words(each) for each in rows["ends"]],
        "What": rows["What"].to_numpy(),
        "For": rows["For"].to_numpy(),
    }
    if named:
        table["Patient"] = rows["who"].to_numpy()
    return pd.DataFrame(table)
