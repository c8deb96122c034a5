"""Noting what the gate refuses: the same thing from the same address once a minute."""

from collections.abc import Callable
from enum import StrEnum
from time import monotonic

_SECONDS = 60.0
_MOST = 5_000


class Reason(StrEnum):
    """What was refused, as the audit trail says it."""

    HOST = "a request that names another host"
    NOT_LOCAL = "a request from another computer, without sign-in"
    DISGUISED = "an address that is disguised"
    CLOSED = "a part of the server that is closed"
    METHOD = "a request of a kind that its address does not take"
    TOO_LONG = "a request that is too long"
    HEADER = "a header that claims a session"
    FORGED = "a cookie that opens nothing"
    OVER = "the cookie of a session that is over"
    NO_SESSION = "a connection without a session"
    ORIGIN = "a request from the page of another site"
    FILE = "a file that was not sent to this session"


class Refusals:
    """What was noted within the last minute, so that a flood does not fill the trail."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._noted: dict[tuple[str, str], float] = {}

    def is_new(self, reason: str, address: str) -> bool:
        """Whether a refusal is to be noted; from then on it has been."""
        now = self._clock()
        self._forget_what_is_old(now)
        # From thousands of addresses it is an attack, of which enough is noted.
        if (reason, address) in self._noted or len(self._noted) >= _MOST:
            return False
        self._noted[reason, address] = now
        return True

    def _forget_what_is_old(self, now: float) -> None:
        while self._noted:  # the oldest stands first
            oldest = next(iter(self._noted))
            if now - self._noted[oldest] < _SECONDS:
                return
            del self._noted[oldest]
