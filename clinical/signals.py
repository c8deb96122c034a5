"""Signals to staff: which rates have changed by more than chance, by an exact test."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clinical.incidence import Proportion, fisher_p
from clinical.side_effect_rates import largest_discovery


@dataclass(frozen=True, slots=True)
class ExactChange:
    """A rate now and before, with the two-sided p of Fisher's exact test.

    ``direction``: 1 where it has risen by more than chance, -1 where fallen, 0 where the difference
    may be chance. ``p`` is missing where there is nothing to compare.
    """

    recent: Proportion
    before: Proportion
    p: float | None
    direction: int


def exact_changes(pairs: Sequence[tuple[Proportion, Proportion]]) -> list[ExactChange]:
    """Each pair (recent, before) compared, allowing for how many are compared.

    A change is more than chance where its p is a discovery at a false-discovery rate of 5 %
    (Benjamini and Hochberg 1995) among all pairs that can be compared. Whoever shows some of the
    pairs only must still pass all of them that were looked at.
    """
    p_values = [fisher_p(recent, before) for recent, before in pairs]
    limit = discovery_limit(p_values)
    return [
        ExactChange(recent, before, p, _direction(recent, before) if _within(p, limit) else 0)
        for (recent, before), p in zip(pairs, p_values, strict=True)
    ]


def discovery_limit(p_values: Iterable[float | None]) -> float:
    """The largest p that counts as more than chance among these; -1 where none does."""
    return largest_discovery(p for p in p_values if p is not None)


def _within(p: float | None, limit: float) -> bool:
    return p is not None and p <= limit


def _direction(recent: Proportion, before: Proportion) -> int:
    gap = (recent.estimate or 0.0) - (before.estimate or 0.0)
    return (gap > 0) - (gap < 0)
