"""From the clock on a site's wall to UTC."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import Enum, auto


class Occurs(Enum):
    """How often a local time occurs."""

    ONCE = auto()
    NEVER = auto()
    TWICE = auto()


@dataclass(frozen=True, slots=True)
class Instant:
    """A local time's instant in UTC, and whether that local time exists or is ambiguous."""

    utc: datetime
    occurs: Occurs


def to_utc(moment: datetime) -> datetime:
    """The instant of a time with an offset, in UTC, cut to the whole second."""
    return moment.replace(microsecond=0).astimezone(UTC)


def local_to_utc(local: datetime, zone: tzinfo) -> Instant:
    """The instant of a local time without an offset.

    Where clocks go back, the time occurs twice and the first is taken. Where they go forward, it
    does not exist (the instant is then without meaning). PEP 495 tells the two by the offsets of
    both folds: the first is the larger in autumn and the smaller in spring.
    """
    first = local.replace(tzinfo=zone, microsecond=0, fold=0)
    offset, later = first.utcoffset(), first.replace(fold=1).utcoffset()
    assert offset is not None  # noqa: S101 - a zone always knows its offset
    assert later is not None  # noqa: S101
    occurs = Occurs.ONCE if offset == later else Occurs.TWICE if offset > later else Occurs.NEVER
    return Instant(first.astimezone(UTC), occurs)
