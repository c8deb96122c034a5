"""What the view Volume counts: the period's appointments and those of a year ago."""

from collections.abc import Callable, Mapping
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
from clinical.schedule import with_outcome
from clinical.volume import YEAR_AGO_DAYS, with_units, year_before
from data_access import appointment_volume as queries
from data_access.filters import Filters
from data_access.infusions_behind import NOT_RECORDED
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
    """The bars split into parts: ``counts`` and ``earlier`` as of :class:`Volume`, with ``part``.

    ``keys``: for each code of a part, which kinds, outcomes, sites or providers it stands for.
    """

    split: Split
    counts: pd.DataFrame
    earlier: pd.DataFrame | None
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
    earlier = _a_year_ago(context, within, begins)
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


def _a_year_ago(context: PageContext, filters: Filters, begins: date) -> Filters | None:
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
            return _by_key(context, volume, split, "site_key", volume.sites, _ask_sites)
        case Split.PROVIDER:
            names = queries.appointment_providers(context.connection, context.viewer)
            names[NOT_RECORDED] = "Nobody named"
            return _by_key(context, volume, split, "provider_key", names, _ask_providers)


def _by_code(volume: Volume, split: Split) -> Parts:
    column = "outcome" if split is Split.OUTCOME else "kind"
    colours: Mapping[Outcome, str] | Mapping[AppointmentKind, str] = (
        OUTCOME_COLOURS if split is Split.OUTCOME else KIND_COLOURS
    )
    parts = tuple(VolumePart(int(each), each.label, colour) for each, colour in colours.items())

    def named(counts: pd.DataFrame) -> pd.DataFrame:
        return counts.assign(part=counts[column])

    return Parts(
        split,
        named(volume.counts),
        None if volume.earlier is None else named(volume.earlier),
        parts,
        {part.code: (part.code,) for part in parts},
    )


def _ask_sites(context: PageContext, filters: Filters, later: int) -> pd.DataFrame:
    by_site = queries.volume_by_site(context.connection, context.viewer, filters)
    return with_units(by_site, later)


def _ask_providers(context: PageContext, filters: Filters, later: int) -> pd.DataFrame:
    by_day = later > 0 or (filters.end - filters.start).days < LONGEST_BY_DAY
    found = queries.volume_by_provider(context.connection, context.viewer, filters, by_day=by_day)
    return with_units(found, later) if by_day else found


def _by_key(
    context: PageContext,
    volume: Volume,
    split: Split,
    column: str,
    names: Mapping[int, str],
    ask: Callable[[PageContext, Filters, int], pd.DataFrame],
) -> Parts:
    """Split by site or provider: the largest by name, the others together."""
    within = replace(context.filters, start=volume.first)
    counts = ask(context, within, 0)
    before = _a_year_ago(context, within, volume.begins)
    earlier = None if before is None else ask(context, before, YEAR_AGO_DAYS)
    sums = counts.groupby(column)["appointments"].sum().sort_values(ascending=False, kind="stable")
    colours = (*CATEGORIES, INK)
    told = len(sums) if len(sums) <= len(colours) else len(CATEGORIES)
    shown = sorted(int(key) for key in sums.index[:told])
    others = tuple(sorted(int(key) for key in sums.index[told:]))
    parts = [
        VolumePart(key, names.get(key, "Not known"), colour)
        for key, colour in zip(shown, colours, strict=False)
    ]
    if others:
        parts.append(VolumePart(OTHERS, f"{len(others)} others", NEUTRAL))

    def named(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(part=table[column].where(table[column].isin(shown), OTHERS))

    return Parts(
        split,
        named(counts),
        None if earlier is None else named(earlier),
        tuple(parts),
        {**{key: (key,) for key in shown}, OTHERS: others},
    )
