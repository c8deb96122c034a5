"""A column of facts as bytes: an array of the narrowest numbers that hold its values.

The first byte is the kind, the values follow, little-endian. What is missing is the lowest value of
a kind of whole numbers, and NaN among numbers with decimals.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

_WHOLE = tuple(np.dtype(kind) for kind in ("<i1", "<i2", "<i4", "<i8"))
_DECIMAL = np.dtype("<f8")
_KINDS = (*_WHOLE, _DECIMAL)

Values = NDArray[Any]
"""Whole numbers of any width, or numbers with decimals."""


def missing_value(values: Values) -> int:
    """What stands for a whole number that is not known, in an array of this width."""
    return int(np.iinfo(values.dtype).min)


def pack(values: Sequence[int | float | None], *, decimal: bool) -> bytes:
    """The values as bytes; ``None`` is missing. ``decimal``: numbers with decimals."""
    if decimal:
        return _with_kind(np.array(values, dtype=_DECIMAL))
    is_missing = np.array([value is None for value in values], dtype=bool)
    numbers = np.array([0 if value is None else value for value in values], dtype=np.int64)
    narrow = numbers.astype(_narrowest(numbers))
    narrow[is_missing] = missing_value(narrow)
    return _with_kind(narrow)


def _narrowest(numbers: NDArray[np.int64]) -> np.dtype[Any]:
    """The narrowest kind that holds the numbers and has its lowest one free for the missing."""
    least, most = int(numbers.min(initial=0)), int(numbers.max(initial=0))
    return next(
        kind for kind in _WHOLE if np.iinfo(kind).min < least and most <= np.iinfo(kind).max
    )


def _with_kind(values: Values) -> bytes:
    return bytes([_KINDS.index(values.dtype)]) + values.tobytes()


def unpack(packed: Sequence[bytes]) -> Values:
    """The values of a column, part after part, as wide as the widest of its parts."""
    runs = [
        np.frombuffer(b"".join(part[1:] for part in parts), kind)
        for kind, parts in groupby(packed, _kind)
    ]
    if not runs:
        return np.array([], dtype=np.int8)
    widest = max((run.dtype for run in runs), key=_KINDS.index)
    return np.concatenate([_widened(run, widest) for run in runs])


def _kind(part: bytes) -> np.dtype[Any]:
    return _KINDS[part[0]]


def _widened(values: Values, kind: np.dtype[Any]) -> Values:
    """Whole numbers in a wider kind, what is missing as that kind has it."""
    if values.dtype == kind:
        return values
    wide = values.astype(kind)
    wide[values == missing_value(values)] = missing_value(wide)
    return wide
