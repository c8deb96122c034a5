"""What of the watch is told first: one chart for each side effect, and what has changed.

Each page that speaks of changes takes them from here, so that all name the same side effect at the
same place.
"""

from clinical.variation import Variation
from pages.shared.watch import Watch, WatchedChart
from pages.shared.watch_words import telling


def headlines(seen: Watch) -> list[WatchedChart]:
    """One chart for each side effect, those with a mark first, then by frequency.

    Any of them together stands behind those with a mark, which say what it is that has changed.
    """
    keys = dict.fromkeys(chart.term_key for chart in seen.charts)
    chosen = [_headline(seen.places(key)) for key in keys]
    return sorted(chosen, key=_rank)


def changes(seen: Watch) -> list[WatchedChart]:
    """What has changed, as it is told: the headlines with a mark, rises first.

    Any side effect says nothing more where a term has changed in the same direction.
    """
    marked = [chart for chart in headlines(seen) if telling(chart)]
    of_terms = {chart.state for chart in marked if chart.term_key is not None}
    return [chart for chart in marked if chart.term_key is not None or chart.state not in of_terms]


def _rank(chart: WatchedChart) -> tuple[int, bool]:
    return _ORDER[chart.state], chart.term_key is None and bool(telling(chart))


_ORDER = {
    Variation.CONCERN: 0,
    Variation.IMPROVEMENT: 1,
    Variation.COMMON: 2,
    Variation.TOO_LITTLE: 2,
}


def _headline(places: list[WatchedChart]) -> WatchedChart:
    """The place that says most: the one site with a mark, else all together, else the furthest."""
    state = min((place.state for place in places), key=_ORDER.__getitem__)
    if state not in (Variation.CONCERN, Variation.IMPROVEMENT):
        return places[0]
    marked = [place for place in places if place.state == state]
    sites = [place for place in marked if place.site_key is not None]
    if len(sites) == 1:
        return sites[0]
    return marked[0] if marked[0].site_key is None else max(sites, key=_distance)


def _distance(chart: WatchedChart) -> float:
    return abs((chart.judgement.ratio or 0.0) - 1)
