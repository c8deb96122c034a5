"""Who else on this computer can get at a file."""

import stat
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class File:
    """A file, or a folder, that others might get at.

    ``what`` it is, with a capital. ``is_read_by_others`` and ``is_changed_by_others``: by users of
    this computer who are neither its owner nor in its group, as far as the folders above let them
    through; a folder is changed where files in it may be replaced. ``is_grave``: whether they must
    not.
    """

    what: str
    path: Path
    is_read_by_others: bool
    is_changed_by_others: bool
    is_grave: bool = True


def looked_at(
    what: str, path: Path, *, is_secret: bool = True, is_grave: bool = True
) -> File | None:
    """How a file or a folder stands to other users; ``None`` where it is not there.

    ``is_secret``: whether it matters who reads it. On Windows the rights are others, and are not
    looked at.
    """
    if sys.platform == "win32":
        return None
    try:
        mode = path.stat().st_mode
        is_reached = all(folder.stat().st_mode & stat.S_IXOTH for folder in path.resolve().parents)
    except OSError:
        return None
    # In a folder such as /tmp, with the sticky bit, only its owner can replace a file.
    is_kept = stat.S_ISDIR(mode) and bool(mode & stat.S_ISVTX)
    return File(
        what,
        path,
        is_read_by_others=bool(is_secret and is_reached and mode & stat.S_IROTH),
        is_changed_by_others=bool(is_reached and mode & stat.S_IWOTH and not is_kept),
        is_grave=is_grave,
    )
