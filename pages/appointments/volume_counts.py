"""What the view Volume counts: the period's appointments and those of a year ago."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import pandas as pd

from charts.appointment_volume import VolumePart
from charts.attendance import KIND_COLOURS, OUTCOME_COLOURS
from charts.palette import CATEGORIES, INK, NEUTRAL
from clinical.attendance import Outcome
from clinical.calendar import day_number
from clinical.codes import AppointmentKind
from clinical.marked_days import MarkedDay, marked_days
from clinical.schedule import MOST_DAYS, with_outcome
from clinical.volume import YEAR_AGO_DAYS, with_units, year_before
from data_access import appointment_volume as queries
from data_access.filters import Filters
from data_access.points import NOT_RECORDED
from data_access.sites import closures, site_ids, site_names
from pages.shared.context import PageContext

LONGEST_BY_DAY = 800
"""Longer periods are counted by week, of which there are fewer rows to add up."""
_BEGINS_WITHIN = 7
"""A record that begins so many days late still reaches back: not all days have visits."""
OTHERS = -1
"""The code of the sites or providers that are too many to be told apart."""


class Split(StrEnum):
    """By what the bars are split, by the words that stand in the address."""

    OUTCOME = "Outcome"
    KIND = "Kind"
    SITE = "Site"
    PROVIDER = "Provider"


@dataclass(frozen=True, slots=True)
class Volume:
    """The appointments of a period, from the first one on, and those of a year ago.

    ``counts``: ``week``, ``month`` (and ``day``, but for a long period), ``kind``, ``status``,
    ``outcome``, ``appointments``, ``demands``; ``earlier``: the same of a year ago with ``day``,
    all laid upon the units of now; ``None`` where the record does not reach back. ``begins``: the
    first day of the record. ``sites``: the names of the chosen sites.
    """

    first: date
    last: date
    begins: date
    counts: pd.DataFrame
    earlier: pd.DataFrame | None
    marks: list[MarkedDay]
    sites: dict[int, str]

    @property
    def appointments(self) -> int:
        """All appointments of the period."""
        return int(self.counts["appointments"].sum())

    @property
    def demands(self) -> int:
        """Those that no other one replaces."""
        return int(self.counts["demands"].sum())

    @property
    def before(self) -> int | None:
        """All appointments a year ago."""
        return None if self.earlier is None else int(self.earlier["appointments"].sum())

    @property
    def days(self) -> int:
        """The days of the period."""
        return (self.last - self.first).days + 1

    @property
    def not_closed(self) -> int:
        """Appointments of past days that are still booked."""
        return _sum(self.counts, "outcome", Outcome.NOT_CLOSED)

    def of_kind(self, kind: AppointmentKind) -> tuple[int, int | None]:
        """The appointments of a kind, now and a year ago."""
        before = None if self.earlier is None else _sum(self.earlier, "kind", kind)
        return _sum(self.counts, "kind", kind), before


def _sum(counts: pd.DataFrame, column: str, code: int) -> int:
    return int(counts.loc[counts[column] == code, "appointments"].sum())


@dataclass(frozen=True, slots=True)
class Parts:
    """The bars split into parts: ``counts`` as of :class:`Volume`, with ``part``.

    ``before``: how many appointments each part had a year ago, by its code; ``None`` where the
    record does not reach back. ``keys``: for each code, which kinds, outcomes, sites or providers
    it stands for.
    """

    split: Split
    counts: pd.DataFrame
    before: Mapping[int, int] | None
    parts: tuple[VolumePart, ...]
    keys: Mapping[int, tuple[int, ...]]


def count_volume(context: PageContext) -> Volume | None:
    """Ask for the appointments of the period; ``None`` where there are none in it."""
    connection, viewer, filters = context.connection, context.viewer, context.filters
    begins = queries.first_appointment_day(connection, viewer, filters)
    if begins is None or begins > filters.end:
        return None
    first = max(filters.start, begins)
    within = replace(filters, start=first)
    counts = _counts(context, within)
    if counts.empty:
        return None
    earlier = _a_year_ago(within, begins)
    sites = _chosen_sites(context)
    return Volume(
        first=first,
        last=filters.end,
        begins=begins,
        counts=counts,
        earlier=None if earlier is None else _by_day(context, earlier),
        marks=marked_days(
            _zones(context), closures(connection, viewer, within), first, filters.end
        ),
        sites=sites,
    )


def _counts(context: PageContext, filters: Filters) -> pd.DataFrame:
    asked = context.connection, context.viewer
    if (filters.end - filters.start).days < LONGEST_BY_DAY:
        by_day = queries.volume_by_day(*asked, filters)
        return with_outcome(with_units(by_day), by_day["day"] < day_number(context.today))
    yesterday = date.fromordinal(context.today.toordinal() - 1)
    past = queries.volume_by_week(*asked, replace(filters, end=min(filters.end, yesterday)))
    now = queries.volume_by_week(*asked, replace(filters, start=context.today))
    return pd.concat(
        [with_outcome(past, over=True), with_outcome(now, over=False)], ignore_index=True
    )


def _a_year_ago(filters: Filters, begins: date) -> Filters | None:
    """The filters of a year ago; ``None`` where the record does not reach back so far."""
    first, last = year_before(filters.start, filters.end)
    if (begins - first).days > _BEGINS_WITHIN:
        return None
    return replace(filters, start=first, end=last)


def _by_day(context: PageContext, earlier: Filters) -> pd.DataFrame:
    """A year ago, its days moved on to those of now."""
    by_day = queries.volume_by_day(context.connection, context.viewer, earlier)
    return with_outcome(with_units(by_day, YEAR_AGO_DAYS), over=True)


def _chosen_sites(context: PageContext) -> dict[int, str]:
    """The names of the chosen sites by their keys."""
    names = site_names(context.connection, context.viewer)
    chosen = context.filters.site_ids
    ids = site_ids(context.connection, context.viewer)
    return {key: name for key, name in names.items() if not chosen or ids[key] in chosen}


def _zones(context: PageContext) -> dict[int, str]:
    """The time zones of the chosen sites by their keys."""
    chosen = context.filters.site_ids
    zones = {site.site_id: site.time_zone for site in context.status.sites}
    return {
        key: zones[each]
        for key, each in site_ids(context.connection, context.viewer).items()
        if not chosen or each in chosen
    }


def split_volume(context: PageContext, volume: Volume, split: Split) -> Parts:
    """The volume split into parts, asking the database again where it must."""
    match split:
        case Split.OUTCOME | Split.KIND:
            return _by_code(volume, split)
        case Split.SITE:
            return _by_site(context, volume)
        case Split.PROVIDER:
            return _by_provider(context, volume)


def _by_code(volume: Volume, split: Split) -> Parts:
    column = "outcome" if split is Split.OUTCOME else "kind"
    colours: Mapping[Outcome, str] | Mapping[AppointmentKind, str] = (
        OUTCOME_COLOURS if split is Split.OUTCOME else KIND_COLOURS
    )
    parts = tuple(VolumePart(int(each), each.label, colour) for each, colour in colours.items())
    before = None
    if volume.earlier is not None:
        sums = volume.earlier.groupby(column)["appointments"].sum()
        before = {int(code): int(count) for code, count in sums.items()}  # type: ignore[call-overload]
    counts = volume.counts.assign(part=volume.counts[column])
    return Parts(split, counts, before, parts, {part.code: (part.code,) for part in parts})


def _by_site(context: PageContext, volume: Volume) -> Parts:
    asked = context.connection, context.viewer
    within, before = _periods(context, volume)
    return _by_key(
        Split.SITE,
        with_units(queries.volume_by_site(*asked, within)).rename(columns={"site_key": "key"}),
        None if before is None else queries.appointments_of_sites(*asked, before),
        volume.sites,
    )


def _by_provider(context: PageContext, volume: Volume) -> Parts:
    asked = context.connection, context.viewer
    within, before = _periods(context, volume)
    by_day = volume.days <= MOST_DAYS
    counts = queries.volume_by_provider(*asked, within, by_day=by_day)
    names = queries.appointment_providers(*asked)
    return _by_key(
        Split.PROVIDER,
        counts.rename(columns={"provider_key": "key"}),
        None if before is None else queries.appointments_of_providers(*asked, before),
        {**names, NOT_RECORDED: "Nobody named"},
    )


def _periods(context: PageContext, volume: Volume) -> tuple[Filters, Filters | None]:
    """The period, and that of a year ago."""
    within = replace(context.filters, start=volume.first)
    return within, _a_year_ago(within, volume.begins)


def _by_key(
    split: Split,
    counts: pd.DataFrame,
    before: Mapping[int, int] | None,
    names: Mapping[int, str],
) -> Parts:
    """Split by ``key``: the largest by name, the others together."""
    sums = counts.groupby("key")["appointments"].sum().sort_values(ascending=False, kind="stable")
    colours = (*CATEGORIES, INK)
    told = len(sums) if len(sums) <= len(colours) else len(CATEGORIES)
    shown = sorted(int(key) for key in sums.index[:told])
    others = tuple(sorted(int(key) for key in sums.index[told:]))
    parts = [
        VolumePart(key, names.get(key, "Not known"), colour)
        for key, colour in zip(shown, colours, strict=False)
    ]
    keys: dict[int, tuple[int, ...]] = {key: (key,) for key in shown}
    gone = set(before or ()) - set(shown)
    if others or gone:
        parts.append(VolumePart(OTHERS, "All others", NEUTRAL))
        keys[OTHERS] = others
    summed = None
    if before is not None:
        summed = {key: before.get(key, 0) for key in shown}
        summed[OTHERS] = sum(before[key] for key in gone)
    part = counts["key"].where(counts["key"].isin(shown), OTHERS)
    return Parts(split, counts.assign(part=part), summed, tuple(parts), keys)
