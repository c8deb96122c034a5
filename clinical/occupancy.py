"""Occupancy: when a chair was booked, and when it was held.

A chair is *booked* by the appointments that were not cancelled, for their planned time, and *held*
by the patients who came, from when they were due (or earlier) until they were discharged. Whatever
lies on a chair twice counts once.
"""

from datetime import datetime, timedelta

LONGEST_MINUTES = 720
"""Longer than twelve hours no patient holds a chair: such times are a slip and hold none."""

_LONGEST = timedelta(minutes=LONGEST_MINUTES)

Span = tuple[datetime, datetime]
"""From when until when."""
InfusionTimes = tuple[datetime, datetime | None, datetime | None]
"""Start, end and discharge of an infusion, as far as they were recorded."""


def held_span(planned: Span | None, infusion: InfusionTimes | None) -> Span | None:
    """From when until when a patient who came held the chair; ``None`` where that is not known.

    From the planned start, or the infusion's where that is earlier, to the discharge; without a
    discharge to the end of the infusion or the planned end, whichever is later. Either may be
    missing: an infusion without an appointment counts by its own times. Planned times and whole
    spans that are not possible (:data:`LONGEST_MINUTES`, or an end that is no later than the start)
    are left out, and what remains counts.
    """
    possible = planned if planned is not None and _is_possible(planned) else None
    both = _together(possible, infusion)
    if both is not None and _is_possible(both):
        return both
    alone = _together(None, infusion)
    return alone if alone is not None and _is_possible(alone) else None


def _together(planned: Span | None, infusion: InfusionTimes | None) -> Span | None:
    if infusion is None:
        return planned
    start, end, discharge = infusion
    starts = [start, *(planned[:1] if planned else ())]
    ends = [each for each in (end, planned[1] if planned else None) if each is not None]
    if discharge is not None:
        return min(starts), discharge
    return (min(starts), max(ends)) if ends else None


def _is_possible(span: Span) -> bool:
    return timedelta(0) < span[1] - span[0] <= _LONGEST
