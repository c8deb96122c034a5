"""Which of Streamlit's media files were offered to whom.

Streamlit serves a file to whoever knows its address, which is a hash of the content. The gate reads
the addresses in what goes out over a session's own connection, and lets that session have them and
nobody else.
"""

import re
from collections import OrderedDict
from typing import TypeVar

_OFFERED = re.compile(rb"/media/([0-9a-f]{32})")
_MOST_FILES = 2_000
_MOST_SESSIONS = 2_000
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class SentFiles:
    """The ids of the files that each session was sent the address of. Bounded: the oldest go.

    What it was sent under another stamp, that is, in another role or for other sites, counts no
    more.
    """

    def __init__(self) -> None:
        self._of: OrderedDict[tuple[str, str], OrderedDict[str, None]] = OrderedDict()

    def read(self, session_id: str, stamp: str, frame: bytes) -> None:
        """Note the files whose addresses stand in a frame that goes out to a session."""
        if b"/media/" not in frame:
            return
        files = self._of.setdefault((session_id, stamp), OrderedDict())
        self._of.move_to_end((session_id, stamp))
        for media_id in _OFFERED.findall(frame):
            files[media_id.decode()] = None
            files.move_to_end(media_id.decode())
        _shorten(files, _MOST_FILES)
        _shorten(self._of, _MOST_SESSIONS)

    def were_sent(self, session_id: str, stamp: str, media_id: str) -> bool:
        """Whether a session, as it is now, was sent the address of a file."""
        return media_id in self._of.get((session_id, stamp), ())

    def forget(self, session_id: str) -> None:
        """Forget a session that is over."""
        for kept in [each for each in self._of if each[0] == session_id]:
            del self._of[kept]


def _shorten(things: OrderedDict[_Key, _Value], most: int) -> None:
    while len(things) > most:
        things.popitem(last=False)
