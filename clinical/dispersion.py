"""How much more counts of side effects vary than chance gives, because the same people return.

Who felt sick once is likelier to again. Where patients come week after week, weeks near each other
go up and down together, and a sum over them errs oftener than with independent infusions.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

BLOCK = 8
"""Periods that are put together: what is alike in neighbouring weeks shows in sums over them."""
LEAST = 1.2
"""No clinic is taken to vary less.

Patients return in every clinic, and a slow change of who comes lies between the reference and what
it judges, where the reference cannot show it. Set by simulation, so that a page of the demo clinic
and of the clustered one (``python -m benchmarks false-alarms``) keep their budget.
"""
_NONE = 1e-9
"""Less variance than that is none: a level of 0 or 1 is seldom exact to the last bit."""

Floats = NDArray[np.float64]


def dispersion(
    observed: ArrayLike, recorded: ArrayLike, expected: ArrayLike, reference: ArrayLike
) -> Floats:
    """The variance of counts over the binomial one, of all charts of a page together.

    Arrays of charts by periods, of any number of pages before; one number for each page. Pearson's
    chi-square of blocks of reference periods over its degrees of freedom (McCullagh and Nelder
    1989, section 4.5), each chart held against its own level, and at least :data:`LEAST`.
    """
    basis = np.asarray(reference, np.bool_)
    x, n, likely = (
        np.asarray(counts, np.float64) * basis for counts in (observed, recorded, expected)
    )
    seen, before = x.sum(axis=-1, keepdims=True), likely.sum(axis=-1, keepdims=True)
    likely = likely * np.divide(seen, before, out=np.zeros_like(before), where=before > 0)
    x, n, likely = (_in_blocks(counts) for counts in (x, n, likely))
    variance = likely * (1 - np.divide(likely, n, out=np.ones_like(n), where=n > 0))
    known = variance > _NONE
    squares = np.divide((x - likely) ** 2, variance, out=np.zeros_like(x), where=known)
    freedom = np.maximum(known.sum(axis=-1) - 1, 0)
    # A chart with one block has no freedom, and fits its own level.
    total, free = squares.sum(axis=(-2, -1)), freedom.sum(axis=-1)
    ratio = np.divide(total, free, out=np.ones_like(total), where=free > 0)
    return np.asarray(np.maximum(ratio, LEAST))


def _in_blocks(counts: Floats) -> Floats:
    """Sums of :data:`BLOCK` periods each, the oldest first; the last block may be shorter."""
    return np.add.reduceat(counts, np.arange(0, counts.shape[-1], BLOCK), axis=-1)
