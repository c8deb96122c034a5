"""When a side effect came and passed, of all records of one term in one infusion.

Minutes to the onset count from the start of the infusion. How soon it passed counts from its end,
because that is what a patient in the chair waits for. A side effect that had not passed when it was
recorded is *open*: it was watched until the discharge, and how much longer it lasted is not known
(censored). Times that contradict each other are marked and left out rather than guessed at.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from clinical.codes import Code


class Odd(Code):
    """What is wrong with the times of a side effect; the number lies in databases."""

    NONE = 0, "Nothing"
    PASSED_BEFORE_ONSET = 1, "Passed before it began"
    BEGAN_BEFORE_INFUSION = 2, "Began before the infusion"
    BEGAN_AFTER_DISCHARGE = 3, "Began after the discharge"


class Span(NamedTuple):
    """When one record's side effect began and had passed; ``None`` where it is not known."""

    onset: datetime | None
    resolved: datetime | None


class Stay(NamedTuple):
    """One infusion's start and end and the discharge; the last two may not be known."""

    started: datetime
    ended: datetime | None
    discharged: datetime | None


class Times(NamedTuple):
    """One term of one infusion, in whole minutes; ``None`` where that cannot be told.

    ``onset``: from the start of the infusion to the first onset. ``passed``: from the end of the
    infusion until the last record of it had passed, 0 where that was before the end. ``lasted``:
    from the first onset to the same. Where ``open`` is 1 both reach to the discharge, until which
    it was watched. ``odd``: 0, or what is wrong (:class:`Odd`); times that contradict each other
    are missing. What began after the discharge has its times, unless it is open: nobody watched it.
    """

    onset: int | None
    passed: int | None
    lasted: int | None
    open: int
    odd: int


def side_effect_times(spans: Iterable[Span], stay: Stay) -> Times:
    """The times of a term from its records, of which there is at least one."""
    records = list(spans)
    is_open = int(any(span.resolved is None for span in records))
    found = {_odd(span, stay) for span in records}
    odd = next((each for each in _GRAVEST_FIRST if each in found), Odd.NONE)
    if odd in {Odd.PASSED_BEFORE_ONSET, Odd.BEGAN_BEFORE_INFUSION}:
        return Times(None, None, None, is_open, int(odd))
    onset = min((span.onset for span in records if span.onset), default=None)
    last = _watched_until(records, stay, odd)
    return Times(
        onset=_minutes(stay.started, onset),
        passed=_minutes(stay.ended, last),
        lasted=_minutes(onset, last),
        open=is_open,
        odd=int(odd),
    )


_GRAVEST_FIRST = (Odd.BEGAN_BEFORE_INFUSION, Odd.PASSED_BEFORE_ONSET, Odd.BEGAN_AFTER_DISCHARGE)
"""What contradicts itself in one record makes the times of all records of the term doubtful."""


def _watched_until(records: list[Span], stay: Stay, odd: Odd) -> datetime | None:
    """When the last record had passed; of an open one the discharge, if it had begun by then."""
    if all(span.resolved for span in records):
        return max(span.resolved for span in records if span.resolved)
    return None if odd is Odd.BEGAN_AFTER_DISCHARGE else stay.discharged


def _odd(span: Span, stay: Stay) -> Odd:
    if span.resolved and span.resolved < (span.onset or stay.started):
        return Odd.PASSED_BEFORE_ONSET
    if span.onset and span.onset < stay.started:
        return Odd.BEGAN_BEFORE_INFUSION
    if span.onset and stay.discharged and span.onset > stay.discharged:
        return Odd.BEGAN_AFTER_DISCHARGE
    return Odd.NONE


def _minutes(start: datetime | None, end: datetime | None) -> int | None:
    if start is None or end is None:
        return None
    return max(0, round((end - start) / timedelta(minutes=1)))
