"""When each site could take one more infusion, read from what is booked."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from clinical.calendar import day_number
from clinical.free_slots import AHEAD_DAYS, NTH, Place, Span, free_days, usual_block
from data_access import appointment_access as queries
from data_access import sites
from pages.appointments.access_findings import Slots
from pages.shared.context import PageContext

_SOON_DAYS = 7
"""Most sites have a third free slot within so many days; bookings beyond are read where not."""

_Days = dict[int, tuple[int, ...] | None]


def read_slots(context: PageContext) -> list[Slots]:
    """The first free slots of each chosen site, in the order of their keys."""
    names = sites.site_names(context.connection, context.viewer)
    places = _places(context)
    found = _free_days(context, places, _SOON_DAYS)
    full = {
        key: place
        for key, place in places.items()
        if not place.unknown and len(found[key] or ()) < NTH
    }
    if full:
        found |= _free_days(context, full, AHEAD_DAYS)
    return [Slots(names[key], found[key], place.unknown) for key, place in places.items()]


def _places(context: PageContext) -> dict[int, Place]:
    """Each chosen site as it can be booked from tomorrow on."""
    asked = context.connection, context.viewer
    first = context.today + timedelta(days=1)
    ahead = replace(context.filters, start=first, end=first + timedelta(days=AHEAD_DAYS))
    chairs = queries.chairs_by_site(*asked, ahead)
    lengths = queries.planned_lengths(*asked, list(chairs), context.today)
    hours: dict[int, dict[int, list[Span]]] = {}
    for row in sites.opening_hours(*asked, ahead).to_dict("records"):
        opens, closes = row["opens"], row["closes"]
        span = 60 * opens.hour + opens.minute, 60 * closes.hour + closes.minute
        hours.setdefault(row["site_key"], {}).setdefault(row["weekday"], []).append(span)
    closed: dict[int, set[int]] = {}
    for row in sites.closures(*asked, ahead).to_dict("records"):
        closed.setdefault(row["site_key"], set()).add(day_number(row["date"]))
    return {
        key: Place(
            hours.get(key, {}), closed.get(key, set()), own, usual_block(lengths.get(key, ()))
        )
        for key, own in chairs.items()
    }


def _free_days(context: PageContext, places: Mapping[int, Place], days: int) -> _Days:
    first = context.today + timedelta(days=1)
    last = first + timedelta(days=days - 1)
    booked = queries.bookings(context.connection, context.viewer, list(places), first, last)
    return {
        key: free_days(place, booked.get(key, ()), day_number(first), days)
        for key, place in places.items()
    }
