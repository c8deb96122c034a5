"""Third next available: when a site could take one more infusion.

The first free slot is often one that somebody has just given back, and says little of how full the
clinic is; the third is the usual measure of access (Murray and Berwick 2003, "Advanced access").
A slot is a block of the site's usual infusion length, free on one chair within an opening span.
Weekends count where the site is open, closures do not.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from clinical.calendar import day_date

AHEAD_DAYS = 56
"""So many days are looked at: eight weeks."""
NTH = 3
"""The slot that is looked for: the third."""

Span = tuple[int, int]
"""From which to which minute after midnight, by the site's clock."""


class Booking(NamedTuple):
    """A planned stay of ``minutes`` from minute ``start``; without a chair it takes a free one."""

    day: int
    chair: int | None
    start: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Place:
    """A site as it can be booked.

    ``hours``: opening spans by ISO weekday (1 = Monday); ``closed``: day numbers on which it stays
    closed; ``chairs``: their keys; ``block``: minutes of its usual infusion, if known.
    """

    hours: Mapping[int, Sequence[Span]]
    closed: Collection[int]
    chairs: Sequence[int]
    block: int | None

    @property
    def unknown(self) -> str:
        """What is missing to tell a free slot, in words; empty where nothing is."""
        if not any(self.hours.values()):
            return "no opening hours"
        if not self.chairs:
            return "no chairs"
        return "" if self.block else "no usual infusion length"


def free_days(
    place: Place, bookings: Iterable[Booking], first: int, days: int = AHEAD_DAYS
) -> tuple[int, ...] | None:
    """The days of the first :data:`NTH` free slots from day ``first`` on.

    A day with several comes several times. Fewer: there are no more within ``days``. ``None``:
    unknown, as :attr:`Place.unknown` says.
    """
    if place.unknown or not place.block:
        return None
    by_day: dict[int, list[Booking]] = {}
    for booking in bookings:
        by_day.setdefault(booking.day, []).append(booking)
    found: list[int] = []
    for day in range(first, first + days):
        found += [day] * free_blocks(place, by_day.get(day, ()), day)
        if len(found) >= NTH:
            break
    return tuple(found[:NTH])


def free_blocks(place: Place, bookings: Iterable[Booking], day: int) -> int:
    """How many blocks are free on a day, on all chairs of the site together.

    ``bookings``: those of that day. Blocks do not overlap; each lies within one opening span.
    """
    if day in place.closed or not place.block:
        return 0
    spans = merged(place.hours.get(day_date(day).isoweekday(), ()))
    busy = _busy(place.chairs, bookings)
    return sum(
        (end - start) // place.block
        for chair in place.chairs
        for span in spans
        for start, end in _gaps(span, busy[chair])
    )


def _busy(chairs: Sequence[int], bookings: Iterable[Booking]) -> dict[int, list[Span]]:
    """When each chair is taken; who has no chair gets the one that is freest at the time."""
    busy: dict[int, list[Span]] = {chair: [] for chair in chairs}
    placed = sorted(bookings, key=lambda each: (each.chair is None, each.start, each.minutes))
    for booking in placed:
        span = (booking.start, booking.start + booking.minutes)
        chair = booking.chair
        if chair is None:
            chair = min(chairs, key=lambda each: _overlap(span, merged(busy[each])))
        if chair in busy:  # a chair that was taken away holds nobody here
            busy[chair].append(span)
    return {chair: merged(spans) for chair, spans in busy.items()}


def _overlap(span: Span, others: Iterable[Span]) -> int:
    start, end = span
    return sum(max(0, min(end, until) - max(start, since)) for since, until in others)


def merged(spans: Iterable[Span]) -> list[Span]:
    """The spans in order; what overlaps or touches is one, and what has no length is left out."""
    found: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _gaps(span: Span, busy: Iterable[Span]) -> list[Span]:
    """What of the span is free; ``busy`` in order and without overlaps."""
    start, end = span
    gaps = []
    for since, until in busy:
        if until <= start:
            continue
        if since >= end:
            break
        if since > start:
            gaps.append((start, since))
        start = until
    if start < end:
        gaps.append((start, end))
    return gaps


def usual_block(lengths: Iterable[tuple[int, int]]) -> int | None:
    """The median of planned lengths (the lower of two in the middle); ``None`` without any.

    ``lengths``: minutes, and how many appointments have them.
    """
    ordered = sorted((minutes, count) for minutes, count in lengths if minutes > 0 and count > 0)
    half = sum(count for _, count in ordered) / 2
    reached = 0
    for minutes, count in ordered:
        reached += count
        if reached >= half:
            return minutes
    return None
