"""Pages take turns: a few are drawn at a time, the others wait.

All pages of a server share one interpreter. Ten drawn at once each take ten times as long, and lose
more by handing it to and fro at every statement; in turn, most are done in the time of one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

AT_ONCE = 3
"""More than one, because a page that waits for the database leaves the interpreter to another."""

_turns = BoundedSemaphore(AT_ONCE)


@contextmanager
def turn() -> Iterator[None]:
    """Wait for a turn, and hold it until the page is drawn. Take it before any connection."""
    with _turns:
        yield
