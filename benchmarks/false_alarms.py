"""How often the watch over side effects marks a clinic in which nothing changes, and how soon one
in which something does, by the judgement that the page itself makes each week.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from benchmarks import stable_clinics as clinic
from clinical.dispersion import dispersion
from clinical.false_alarms import (
    NHS,
    THREE_SIGMA,
    Clinic,
    Delay,
    FalseMarks,
    NewStarters,
)
from clinical.variation import Design, RuleSet, directions, find_marks, make_design

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

YEAR = 52
"""Weeks in which the marks of a stable clinic are counted."""
PATIENCE = 26
"""Weeks after a change in which it must be marked, else it counts as not found."""
CHANGES = ((35.0, 70.0), (12.0, 30.0), (12.0, 24.0), (3.0, 6.0), (1.0, 2.0))
"""Infusions with the side effect per 100, before and after the change."""
BUSY_WEEKS = (1, 8)
"""Weeks in a row in which half of the infusions are first ones."""
BUSY_FIRSTS = 0.5
CHARTS = len(clinic.SHARES) * (clinic.SITES + 1)
"""Each side effect at all sites together and at each."""
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Windows:
    """What a reader sees week after week; axes: years, terms, all and sites, readings, weeks."""

    observed: Ints
    recorded: Ints
    expected: Floats


def reference() -> Bools:
    """Which weeks of a judgement are its reference."""
    return np.arange(clinic.WEEKS) < clinic.WEEKS - clinic.JUDGED


def readings(recorded: Ints, observed: Ints, adjusted: bool = True) -> Windows:
    """The charts of every week from the 52nd on, with the expected counts as the page makes them.

    ``recorded``: years, sites, weeks, strata; ``observed``: years, terms, sites, weeks, strata. The
    rates of the strata are those of all sites in the reference; not ``adjusted``: of all strata.
    """
    n = np.concatenate((recorded.sum(axis=1, keepdims=True), recorded), axis=1)
    x = np.concatenate((observed.sum(axis=2, keepdims=True), observed), axis=2)
    if not adjusted:
        n, x = n.sum(axis=-1, keepdims=True), x.sum(axis=-1, keepdims=True)
    n, x = (sliding_window_view(counts, clinic.WEEKS, axis=-2) for counts in (n, x))
    basis = reference()
    seen, of = x[:, :, 0][..., basis].sum(axis=-1), n[:, 0][..., basis].sum(axis=-1)
    rates = seen / of[:, np.newaxis]
    expected = np.einsum("ytwk,yswkp->ytswp", rates, n)
    counts = x.sum(axis=-2)
    return Windows(counts, np.broadcast_to(n.sum(axis=-2)[:, np.newaxis], counts.shape), expected)


def marks(windows: Windows, design: Design, spread: Floats | None = None) -> Ints:
    """The direction of every chart at every reading, by the page's judgement.

    ``spread``: the dispersion by year and reading, where it is not that of these charts.
    """
    shape = windows.observed.shape
    flat = (shape[0] * shape[1] * shape[2] * shape[3], shape[4])
    observed, recorded, expected = (
        values.reshape(flat) for values in (windows.observed, windows.recorded, windows.expected)
    )
    basis = np.broadcast_to(reference(), flat)
    of_page = spreads(windows) if spread is None else spread
    of_chart = np.broadcast_to(of_page[:, np.newaxis, np.newaxis], shape[:-1]).ravel()
    found = find_marks(observed, recorded, expected, basis, design, of_chart)
    return directions(found).reshape(shape[:-1])


def spreads(windows: Windows) -> Floats:
    """The dispersion of each year's page at each reading, as the page estimates it."""
    years, _, _, weeks, _ = windows.observed.shape
    observed, recorded, expected = (
        np.moveaxis(counts, 3, 1).reshape(years, weeks, -1, counts.shape[-1])
        for counts in (windows.observed, windows.recorded, windows.expected)
    )
    return dispersion(observed, recorded, expected, reference())


def false_marks(
    years: int, seed: int, clinics: Clinic = Clinic.INDEPENDENT, allowed_years: float = 1.0
) -> list[FalseMarks]:
    """New marks a year on the whole page of a stable clinic, by rule set, and by other tools'."""
    rng = np.random.default_rng(seed)
    judges: dict[str, Callable[[Windows], Ints]] = {
        rules.label: _page(make_design(CHARTS, allowed_years, rules)) for rules in RuleSet
    }
    judges |= {NHS: nhs_rules, THREE_SIGMA: three_sigma}
    found: dict[str, list[int]] = {name: [] for name in judges}
    for _ in range(years):
        windows = readings(*_stable(rng, 1, clinic.WEEKS + YEAR, clinics))
        for name, judge in judges.items():
            found[name].append(_new_marks(judge(windows)))
    return [FalseMarks(clinics, name, *_mean(counts)) for name, counts in found.items()]


def _page(design: Design) -> Callable[[Windows], Ints]:
    return lambda windows: marks(windows, design)


def _stable(rng: np.random.Generator, years: int, weeks: int, clinics: Clinic) -> tuple[Ints, Ints]:
    """Stable clinics as :func:`readings` takes them."""
    if clinics is Clinic.INDEPENDENT:
        recorded = clinic.infusions(rng, years, weeks)
        risk = clinic.risks()[:, np.newaxis, np.newaxis]
        return recorded, clinic.side_effects(rng, recorded, risk)
    risk = np.broadcast_to(clinic.risks()[:, np.newaxis], (len(clinic.SHARES), weeks, 2))
    recorded, observed = clinic.patients(rng, years * clinic.SITES, weeks, risk)
    by_site = (years, clinic.SITES, weeks, 2)
    return recorded.reshape(by_site), np.moveaxis(observed.reshape(-1, *by_site), 0, 1)


def _new_marks(ways: Ints) -> int:
    """Marks that were not there, or of the other direction, a week before."""
    now, before = ways[..., 1:], ways[..., :-1]
    return int(((now != 0) & (now != before)).sum())


def _mean(counts: Sequence[float]) -> tuple[float, float]:
    """The mean with its standard error."""
    values = np.array(counts, dtype=np.float64)
    error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
    return float(values.mean()), float(error)


def nhs_rules(windows: Windows) -> Ints:
    """The state of the last point by the four rules of NHS England on an XmR chart of the shares.

    The limits are those of the reference: mean ± 3 sigma, sigma the mean moving range / 1.128.
    """
    points = _shares(windows)
    basis = points[..., reference()]
    centre = basis.mean(axis=-1, keepdims=True)
    sigma = np.abs(np.diff(basis, axis=-1)).mean(axis=-1, keepdims=True) / 1.128
    last = (points[..., -7:] - centre) / np.where(sigma > 0, sigma, np.inf)
    way = np.sign(last[..., -1]).astype(np.int64)
    one_side = (np.sign(last) == way[..., np.newaxis]) & (way != 0)[..., np.newaxis]
    steps = np.sign(np.diff(last, axis=-1))
    rising = np.abs(steps.sum(axis=-1)) == 6
    beyond_two = (np.abs(last[..., -3:]) > 2) & one_side[..., -3:]
    two_of_three = one_side[..., -3:].all(axis=-1) & (beyond_two.sum(axis=-1) >= 2)
    outside = np.abs(last[..., -1]) > 3
    flagged = outside | one_side.all(axis=-1) | (two_of_three & beyond_two[..., -1])
    return np.where(flagged, way, np.where(rising, steps[..., -1].astype(np.int64), 0))


def three_sigma(windows: Windows) -> Ints:
    """The state of the last point on a p chart with limits at three sigma of the reference."""
    points, n = _shares(windows)[..., -1], windows.recorded[..., -1]
    basis = reference()
    centre = windows.observed[..., basis].sum(axis=-1) / windows.recorded[..., basis].sum(axis=-1)
    sigma = np.sqrt(centre * (1 - centre) / np.maximum(n, 1))
    beyond = (np.abs(points - centre) > 3 * sigma) & (n > 0)
    return np.where(beyond, np.sign(points - centre), 0).astype(np.int64)


def _shares(windows: Windows) -> Floats:
    return np.asarray(windows.observed / np.maximum(windows.recorded, 1))


def delays(
    clinics: int, seed: int, kind: Clinic = Clinic.INDEPENDENT, allowed_years: float = 1.0
) -> list[Delay]:
    """Weeks until a change at one site of 20 infusions a week is marked on its own chart."""
    rng = np.random.default_rng(seed)
    found = []
    for before, after in CHANGES:
        risen: dict[RuleSet, list[Bools]] = {rules: [] for rules in RuleSet}
        for part in _parts(clinics):
            # The counts of the page as a whole say how much they vary: one year before the change.
            spread = spreads(readings(*_stable(rng, part, clinic.WEEKS, kind)))
            windows = _changed(rng, part, before / 100, after / 100, kind)
            for rules in RuleSet:
                ways = marks(windows, make_design(CHARTS, allowed_years, rules), spread)
                risen[rules].append(ways[:, 0, 0] == 1)
        found += [
            _delay(kind, rules.label, before, after, np.concatenate(parts))
            for rules, parts in risen.items()
        ]
    return found


def _parts(clinics: int) -> Iterator[int]:
    """So many clinics at a time, because all at once would take gigabytes."""
    for done in range(0, clinics, _AT_ONCE):
        yield min(_AT_ONCE, clinics - done)


def _changed(
    rng: np.random.Generator, clinics: int, before: float, after: float, kind: Clinic
) -> Windows:
    """A year of weeks and then some with the new risk; the first reading is before the change."""
    weeks = np.arange(clinic.WEEKS + PATIENCE)
    risk = np.where(weeks < clinic.WEEKS, before, after)
    number, affected = _with_risk(rng, clinics, risk, kind)
    observed, recorded = (
        sliding_window_view(counts[:, np.newaxis, np.newaxis], clinic.WEEKS, axis=-1)
        for counts in (affected, number)
    )
    return Windows(observed, recorded, np.asarray(recorded * before, np.float64))


def _with_risk(
    rng: np.random.Generator, clinics: int, risk: Floats, kind: Clinic
) -> tuple[Ints, Ints]:
    """Infusions by clinic and week, and those with a side effect of that risk in each week."""
    if kind is Clinic.INDEPENDENT:
        number = rng.poisson(clinic.INFUSIONS, (clinics, len(risk)))
        return number, rng.binomial(number, risk)
    of_strata = np.stack((risk, risk), axis=-1)[np.newaxis]
    recorded, observed = clinic.patients(rng, clinics, len(risk), of_strata)
    return recorded.sum(axis=-1), observed[0].sum(axis=-1)


def _delay(kind: Clinic, rules: str, before: float, after: float, risen: Bools) -> Delay:
    """Of the clinics that were not marked before the change: when they were after it."""
    fair = risen[~risen[:, 0], 1:]
    weeks = np.where(fair.any(axis=-1), np.argmax(fair, axis=-1) + 1.0, np.inf)
    median, ninth = np.quantile(weeks, (0.5, 0.9), method="inverted_cdf")
    return Delay(
        kind,
        rules,
        before,
        after,
        median=float(median),
        ninth=float(ninth),
        within_6=float((weeks <= 6).mean()),
        within_12=float((weeks <= 12).mean()),
    )


def new_starters(years: int, seed: int) -> list[NewStarters]:
    """How often weeks of many first infusions mark a rise of dissociation, adjusted and not."""
    rng = np.random.default_rng(seed)
    design = make_design(CHARTS, 1.0, RuleSet.ALL)
    return [_starters(rng, years, weeks, design) for weeks in (0, *BUSY_WEEKS)]


def _starters(rng: np.random.Generator, years: int, weeks: int, design: Design) -> NewStarters:
    """Any chart of dissociation, from the first such week to the one after the last."""
    parts = [_starters_marked(rng, part, weeks, design) for part in _parts(years)]
    adjusted, crude = np.concatenate(parts, axis=1).mean(axis=1)
    return NewStarters(weeks, adjusted=float(adjusted), crude=float(crude))


def _starters_marked(rng: np.random.Generator, years: int, weeks: int, design: Design) -> Bools:
    """Which years are marked, adjusted and crude."""
    length = clinic.WEEKS + max(weeks, 1)
    busy = np.arange(length) >= length - 1 - weeks
    busy[-1] = False
    recorded = clinic.infusions(rng, years, length, np.where(busy, BUSY_FIRSTS, clinic.FIRSTS))
    risk = clinic.risks()[clinic.DISSOCIATION :][:1, np.newaxis, np.newaxis]
    observed = clinic.side_effects(rng, recorded, risk)
    return np.stack(
        [
            (marks(readings(recorded, observed, adjusted), design) == 1).any(axis=(1, 2, 3))
            for adjusted in (True, False)
        ]
    )
