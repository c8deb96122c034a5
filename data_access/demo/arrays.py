"""The array types of the demo clinic, and the few array operations that numpy lacks."""

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Objects = NDArray[np.object_]

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Columns = TypeVar("Columns", bound=DataclassInstance)
    """A dataclass whose fields are arrays of the same length."""

NEVER = -1_000_000_000
"""A moment that does not come, or nothing, in arrays of whole numbers."""


def pick(random: np.random.Generator, weights: tuple[float, ...], size: int) -> Ints:
    """Indices drawn with the given weights."""
    bounds = np.cumsum(weights)
    return np.searchsorted(bounds / bounds[-1], random.random(size), side="right")


def as_objects(values: Sequence[Any] | Objects) -> Objects:
    """The values as an array of Python objects."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def chosen(values: Sequence[Any], indices: Ints) -> Objects:
    """The values at the indices."""
    return as_objects(values)[indices]


def position_in_group(groups: Ints) -> Ints:
    """For each element the number of earlier elements of the same group."""
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    positions = np.empty(len(groups), dtype=np.int64)
    positions[order] = np.arange(len(groups)) - np.searchsorted(ordered, ordered)
    return positions


def or_none(values: Any, known: Bools) -> Objects:
    """The values as plain Python objects, ``None`` where not known."""
    result = np.asarray(values).astype(object)
    result[~known] = None
    return result


def join(*parts: "Columns") -> "Columns":
    """One list out of several, column by column."""
    kind = type(parts[0])
    names = [field.name for field in fields(kind)]
    return kind(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def take(rows: "Columns", kept: Bools | Ints) -> "Columns":
    """Some of the rows."""
    return type(rows)(*(getattr(rows, field.name)[kept] for field in fields(rows)))
