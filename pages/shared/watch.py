"""The watch: every side effect in every place, judged within one budget of false marks.

It looks at the last 52 whole weeks up to the end of the reader's period, whenever the period
begins, within the filters for site, diagnosis and phase. Every page and view takes it from here, so
that all say the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clinical.calendar import day_number, week_date, week_number
from clinical.dispersion import dispersion
from clinical.incidence import Difference, Proportion, difference, proportion
from clinical.side_effect_rates import NUMBER_BANDS
from clinical.variation import Design, Judgement, Variation, Watched, judge_all, make_design
from clinical.watched_weeks import expected_counts, last_weeks, reference_weeks
from data_access import side_effect_trends as queries
from data_access.rebases import ANY_TERM, rebase_days, rebases
from data_access.side_effects import all_terms
from data_access.sites import site_ids, site_names
from data_access.thresholds import read_thresholds
from pages.shared.context import PageContext
from pages.shared.memory import remembered
from pages.shared.rebase_place import RebasePlace, rebase_place

ANY = "Any side effect"
"""Stands for all terms together. A clinic's own term of that name could not be told from it."""
MOST_SITES = 12
"""Of more sites than that, all together are watched, but not each alone."""
MOST_TERMS = 100
"""Of more terms than that the commonest are watched: a clinic may write terms in its own words."""
FEW_A_WEEK = 10
"""Where a usual week has fewer recorded infusions, small charts draw four weeks as one dot."""

_Ints = NDArray[np.int64]
_Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class WatchedChart:
    """One side effect in one place, by week.

    ``term_key``: ``None`` for any side effect; ``site_key`` and ``site``: ``None`` for all chosen
    sites together (where one is chosen, that one). ``infusions``: with and without a filled-in
    form, by week. ``rebased``: the day from which its limits hold, where somebody decided one.
    """

    term_key: int | None
    term: str
    site_key: int | None
    site: str | None
    watched: Watched
    infusions: _Ints
    rebased: date | None
    judgement: Judgement

    @property
    def judged(self) -> Proportion:
        """Infusions with it, of the recorded ones, in the judged weeks."""
        return _share(self.watched, ~self.watched.reference)

    @property
    def reference(self) -> Proportion:
        """Infusions with it, of the recorded ones, in the weeks that those are judged by."""
        return _share(self.watched, self.watched.reference)

    @property
    def forms(self) -> Difference:
        """The share of infusions with a filled-in form: of the judged weeks minus the reference."""
        judged = ~self.watched.reference
        return difference(self._filled(judged), self._filled(~judged))

    def _filled(self, weeks: _Bools) -> Proportion:
        recorded, infusions = self.watched.recorded[weeks], self.infusions[weeks]
        return proportion(int(recorded.sum()), int(infusions.sum()))

    @property
    def forms_fell(self) -> bool:
        """Whether fewer forms are filled in than before, by more than chance."""
        forms = self.forms
        return forms.is_clear and (forms.estimate or 0.0) < 0

    @property
    def state(self) -> Variation:
        """The judgement, but a fall is no improvement where fewer forms are filled in."""
        if self.judgement.state == Variation.IMPROVEMENT and self.forms_fell:
            return Variation.COMMON
        return self.judgement.state


def _share(watched: Watched, weeks: _Bools) -> Proportion:
    return proportion(int(watched.observed[weeks].sum()), int(watched.recorded[weeks].sum()))


@dataclass(frozen=True, slots=True)
class Watch:
    """All charts: any side effect, then each term, the commonest first; over all sites, then each.

    ``weeks``: those of every chart, as :mod:`clinical.calendar` counts them. ``design``: the limits
    that all charts share. ``unwatched``: terms left out because there are too many. ``asked``:
    what it depends on beside the filters, for the key of what is made of it and remembered.
    """

    charts: tuple[WatchedChart, ...]
    weeks: range
    design: Design
    unwatched: int
    asked: tuple[object, ...]

    def of(self, term_key: int | None, site_key: int | None = None) -> WatchedChart | None:
        """The chart of a side effect, over all chosen sites or at one; ``None`` without one."""
        places = (one for one in self.places(term_key) if one.site_key == site_key)
        return next(places, None)

    def places(self, term_key: int | None) -> list[WatchedChart]:
        """All charts of a side effect: the one over all sites first, then the sites."""
        return [one for one in self.charts if one.term_key == term_key]

    def monday(self, period: int) -> date:
        """The Monday with which a week of the charts begins."""
        return week_date(self.weeks[period])


def watch(context: PageContext) -> Watch:
    """What the watch says now, within the filters; no charts where there are no infusions."""
    thresholds = read_thresholds(context.connection, context.viewer)
    entries = rebases(context.connection, context.viewer)
    budget = (thresholds.false_alarm_years, thresholds.run_rules)
    standing = entries.loc[entries["standing"], ["term", "site_id", "from_day"]]
    # A frame is no key; what stands in it is.
    decided = tuple(standing.astype(str).itertuples(index=False, name=None))
    asked = (budget, decided)
    weeks = last_weeks(context.filters.end, context.status.last_day)
    # Whenever the reader's period begins: one key for all that end on the same day.
    within = replace(context, filters=replace(context.filters, start=week_date(weeks.start)))

    def make() -> Watch:
        return _watch(within, weeks, budget, entries, asked)

    return remembered(within, "watch", make, *asked)


def _watch(
    context: PageContext,
    weeks: range,
    budget: tuple[float, int],
    entries: pd.DataFrame,
    asked: tuple[object, ...],
) -> Watch:
    counts = _count(context, weeks)
    series = list(_all_series(context, counts, weeks, entries))
    judged = [one.watched for one in series]
    design = make_design(len(series), *budget, dispersion=_dispersion(judged))
    judgements = judge_all(judged, design)
    charts = tuple(
        WatchedChart(
            term_key=one.term_key,
            term=one.term,
            site_key=one.site_key,
            site=one.site,
            watched=one.watched,
            infusions=one.infusions,
            rebased=one.rebased,
            judgement=judgement,
        )
        for one, judgement in zip(series, judgements, strict=True)
    )
    return Watch(charts, weeks, design, counts.unwatched, asked)


def _dispersion(charts: Sequence[Watched]) -> float:
    """How much the counts of the page vary, over what chance gives."""
    if not charts:
        return 1.0
    counts = (
        np.stack([getattr(chart, name) for chart in charts])
        for name in ("observed", "recorded", "expected", "reference")
    )
    return float(dispersion(*counts))


@dataclass(frozen=True, slots=True)
class _Counts:
    """What the queries found, as arrays in the order of ``term_keys`` and ``site_keys``.

    ``infusions`` and ``recorded`` by site and week; ``observed`` and ``expected`` by side effect,
    site and week. The first side effect is any of them (``None``).
    """

    term_keys: tuple[int | None, ...]
    site_keys: tuple[int, ...]
    infusions: _Ints
    recorded: _Ints
    observed: _Ints
    expected: NDArray[np.float64]
    unwatched: int


def _count(context: PageContext, weeks: range) -> _Counts:
    filters = replace(context.filters, end=week_date(weeks.stop) - timedelta(days=1))
    asked = context.connection, context.viewer, filters
    infusions = queries.infusions_by_site_week(*asked)
    with_term = queries.terms_by_site_week(*asked)
    by_number = queries.terms_by_week(*asked)
    sites = sorted(infusions["site_key"].unique().tolist())
    terms = _commonest(with_term)
    bands = range(len(NUMBER_BANDS))
    of_infusions = {"site_key": sites, "week": weeks, "number_band": bands}
    recorded = _table(infusions, "recorded", of_infusions)
    affected = _table(infusions, "affected", of_infusions)
    of_terms = _table(with_term, "affected", {"term_key": terms, "site_key": sites, "week": weeks})
    terms_by_number = _table(
        by_number, "affected", {"term_key": terms, "week": weeks, "number_band": bands}
    )
    basis = reference_weeks(recorded.sum(axis=(0, 2)))
    return _Counts(
        term_keys=(None, *terms),
        site_keys=tuple(sites),
        infusions=_table(infusions, "infusions", of_infusions).sum(axis=2),
        recorded=recorded.sum(axis=2),
        observed=np.concatenate((affected.sum(axis=2)[np.newaxis], of_terms)),
        expected=expected_counts(
            recorded,
            recorded[:, basis].sum(axis=(0, 1)),
            np.concatenate(
                (affected[:, basis].sum(axis=(0, 1))[np.newaxis], terms_by_number[:, basis].sum(1))
            ),
        ),
        unwatched=with_term["term_key"].nunique() - len(terms),
    )


def _commonest(with_term: pd.DataFrame) -> list[int]:
    """The terms that are watched, the commonest first."""
    totals = with_term.groupby("term_key")["affected"].sum()
    return totals.sort_values(ascending=False, kind="stable").index.to_list()[:MOST_TERMS]


def _table(frame: pd.DataFrame, counts: str, axes: dict[str, Sequence[int]]) -> _Ints:
    """The counts as an array with an axis for each column of ``axes``; other rows are left out."""
    places = [pd.Index(values).get_indexer(pd.Index(frame[name])) for name, values in axes.items()]
    known = np.all([place >= 0 for place in places], axis=0)
    table = np.zeros([len(values) for values in axes.values()], np.int64)
    np.add.at(table, tuple(place[known] for place in places), frame[counts].to_numpy()[known])
    return table


@dataclass(frozen=True, slots=True)
class _Series:
    """A chart before it is judged; as :class:`WatchedChart`."""

    term_key: int | None
    term: str
    site_key: int | None
    site: str | None
    watched: Watched
    infusions: _Ints
    rebased: date | None


def _all_series(
    context: PageContext, counts: _Counts, weeks: range, entries: pd.DataFrame
) -> Iterator[_Series]:
    asked = context.connection, context.viewer
    known = all_terms(*asked)
    names = dict(zip(known["term_key"], known["term"], strict=True))
    sites, own_ids = site_names(*asked), site_ids(*asked)
    alone = range(len(counts.site_keys)) if 2 <= len(counts.site_keys) <= MOST_SITES else ()
    together = rebase_place(context)
    for number, term_key in enumerate(counts.term_keys if counts.site_keys else ()):
        stored = ANY_TERM if term_key is None else names[term_key]
        name = ANY if term_key is None else names[term_key]
        for site in (None, *alone):
            key = None if site is None else counts.site_keys[site]
            at = together if key is None else RebasePlace(own_ids[key])
            days = rebase_days(entries, stored, at.site_id) if at else []
            rebased = max((day for day in days if day <= context.filters.end), default=None)
            here = slice(None) if site is None else slice(site, site + 1)
            counted = np.arange(len(weeks)) >= _first(rebased, weeks)
            watched = _watched(counts, number, here, counted)
            infusions = counts.infusions[here].sum(axis=0) * counted
            label = None if key is None else sites[key]
            yield _Series(term_key, name, key, label, watched, infusions, rebased)


def _first(rebased: date | None, weeks: range) -> int:
    """The first week that counts, as a place among the weeks."""
    if rebased is None:
        return 0
    return max(week_number(day_number(rebased)) - weeks.start, 0)


def _watched(counts: _Counts, number: int, here: slice, counted: _Bools) -> Watched:
    """One chart; weeks before a rebase have no infusions, so that no rule sees them."""
    recorded = counts.recorded[here].sum(axis=0) * counted
    return Watched(
        observed=counts.observed[number, here].sum(axis=0) * counted,
        recorded=recorded,
        expected=counts.expected[number, here].sum(axis=0) * counted,
        reference=reference_weeks(recorded),
    )
