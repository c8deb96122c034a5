"""Signals to staff: side effects that have changed this month, and how complete the records are."""

from dataclasses import dataclass

import pandas as pd

from charts import today as charts
from charts.numbers import p_words, percent
from charts.today import Compared
from clinical.calendar import day_date, day_number
from clinical.incidence import Proportion, proportion
from clinical.signals import ExactChange, discovery_limit, exact_changes
from pages.shared.frame import Finding, plain
from pages.shared.words import count_words, day_words, listed
from pages.today.known import BEFORE_DAYS, RECENT_DAYS, USUAL_RECORD_DAYS, WEEK_DAYS, Known, Moment

_TERMS = 8
"""So many side effects are shown, though all are compared."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One rate that is compared, and what it is called."""

    name: str
    change: ExactChange


def signal_findings(known: Known, moment: Moment) -> list[Finding]:
    """The signals that there is data for."""
    found = [_side_effects(known, moment), _completeness(known)]
    return [each for each in found if each is not None]


def _side_effects(known: Known, moment: Moment) -> Finding | None:
    if known.terms is None:
        return None
    is_recent = known.infusions["day"] >= day_number(moment.recent)
    recent = int(known.infusions.loc[is_recent, "recorded"].sum())
    before = int(known.infusions.loc[~is_recent, "recorded"].sum())
    if not recent or known.terms.empty:
        return None
    return terms_finding(known.terms, recent, before)


def terms_finding(terms: pd.DataFrame, n_recent: int, n_before: int) -> Finding:
    """Side effects in the last 30 days against the 90 before: all that changed, and the commonest.

    ``terms`` as from :func:`data_access.today.terms_recently_and_before`; ``n_…``: the infusions
    with a filled-in form.
    """
    everything = _term_rows(terms, n_recent, n_before)
    shown = _changed_and_commonest(everything)
    frame = _frame(shown)
    title = _terms_title(shown)
    return Finding(
        key="side-effects-30-days",
        title=title,
        subtitle=f"{_changed_words(shown)}; last {RECENT_DAYS} days ({n_recent:,} recorded "
        f"infusions, 95 % CI) against the {BEFORE_DAYS} before ({n_before:,})",
        chart=charts.change_chart(frame, _SIDE_EFFECTS),
        table=lambda: _table(frame, "Side effect", "Infusions with it", "of recorded"),
        alt=f"Side effects in the last {RECENT_DAYS} days and before. {title}.",
        note=f"{_test_words(everything, 'side effects')} {_ANOTHER_COMPARISON}",
    )


_ANOTHER_COMPARISON = (
    "What has risen *for staff*, above, is told from 52 weeks, week by week: each may see what the "
    "other does not."
)
_SIDE_EFFECTS = Compared(f"Last {RECENT_DAYS} days", f"{BEFORE_DAYS} days before", better=-1)


def _term_rows(terms: pd.DataFrame, n_recent: int, n_before: int) -> list[_Row]:
    """All side effects, the commonest first."""
    everywhere = terms["recent"] + terms["before"]
    ordered = terms.assign(all=everywhere).sort_values(["all", "term"], ascending=[False, True])
    pairs = [
        (proportion(int(recent), n_recent), proportion(int(before), n_before))
        for recent, before in zip(ordered["recent"], ordered["before"], strict=True)
    ]
    return [_Row(*each) for each in zip(ordered["term"], exact_changes(pairs), strict=True)]


def _changed_and_commonest(rows: list[_Row]) -> list[_Row]:
    """Every change beyond chance and the commonest others, in the order given."""
    changed = [row for row in rows if row.change.direction]
    others = [row for row in rows if not row.change.direction]
    chosen = changed + others[: max(_TERMS - len(changed), 0)]
    return [row for row in rows if row in chosen]


def _changed_words(shown: list[_Row]) -> str:
    changed = sum(1 for row in shown if row.change.direction)
    return f"The {len(shown)} commonest" + (" and changed" if changed else "")


def _terms_title(rows: list[_Row]) -> str:
    if all(row.change.p is None for row in rows):
        return f"Side effects of the last {RECENT_DAYS} days"
    risen = [_with_p(row, percent(row.change.recent.estimate)) for row in rows if _is(row, 1)]
    fallen = [_with_p(row) for row in rows if _is(row, -1)]
    parts = [
        f"{listed(some)} {'was' if len(some) == 1 else 'were'} {how} frequent"
        for some, how in ((risen, "more"), (fallen, "less"))
        if some
    ]
    # Not "has risen": the watch above says that, of longer periods, and both must be able to hold.
    said = " and ".join(parts) or "No side effect was clearly more or less frequent"
    return f"{said} than in the {BEFORE_DAYS} days before"


def _is(row: _Row, direction: int) -> bool:
    return row.change.direction == direction


def _with_p(row: _Row, *words: str) -> str:
    return f"{plain(row.name)} ({', '.join([*words, plain(p_words(row.change.p))])})"


def _test_words(rows: list[_Row], what: str) -> str:
    """How the rows were compared, for the note under a chart (markdown)."""
    compared = [row.change.p for row in rows if row.change.p is not None]
    if not compared:
        return "There is nothing before to compare with."
    limit = discovery_limit(compared)
    reach = plain(p_words(limit).replace("=", "up to"))
    beyond = f"here {reach}" if limit >= 0 else "here none is small enough"
    return (
        "p: Fisher's exact test, two-sided. Coloured only where p is beyond chance among the "
        f"{len(compared)} {what} compared ({beyond}; Benjamini–Hochberg, 5 %)."
    )


def _frame(rows: list[_Row]) -> pd.DataFrame:
    """The rows as the chart and the table take them."""
    recent = [row.change.recent for row in rows]
    before = [row.change.before for row in rows]
    return pd.DataFrame(
        {
            "name": [row.name for row in rows],
            "recent": [each.events for each in recent],
            "n_recent": [each.n for each in recent],
            "share": _floats([each.estimate for each in recent]),
            "low": _floats([each.low for each in recent]),
            "high": _floats([each.high for each in recent]),
            "before_events": [each.events for each in before],
            "n_before": [each.n for each in before],
            "before": _floats([each.estimate for each in before]),
            "p": _floats([row.change.p for row in rows]),
            "direction": [row.change.direction for row in rows],
        }
    )


def _floats(values: list[float | None]) -> "pd.Series[float]":
    return pd.Series(values, dtype="float64")


_BEYOND_CHANCE = {1: "Risen", -1: "Fallen", 0: ""}


def _table(frame: pd.DataFrame, first: str, events: str, of: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            first: frame["name"],
            events: frame["recent"],
            of: frame["n_recent"],
            "%": (100 * frame["share"]).round(1),
            "95 % CI from": (100 * frame["low"]).round(1),
            "to": (100 * frame["high"]).round(1),
            f"{events}, before": frame["before_events"],
            f"{of}, before": frame["n_before"],
            "% before": (100 * frame["before"]).round(1),
            "p (Fisher's exact test)": frame["p"].round(5),
            "More than chance": [_BEYOND_CHANCE[each] for each in frame["direction"]],
        }
    )


@dataclass(frozen=True, slots=True)
class _Entry:
    """One thing that should be on record for every infusion: its columns and its names."""

    count: str
    n: str
    name: str
    in_title: str


_ENTRIES = (
    _Entry("form", "infusions", "Side-effect form", "the side-effect form"),
    _Entry("pressures", "infusions", "Blood pressure, two readings", "two blood pressures"),
    _Entry("weighed", "by_weight", "Body weight", "the body weight"),
    _Entry("scored", "infusions", "Depression score before it", "a depression score before it"),
    _Entry("ended", "infusions", "End of the infusion", "the end of the infusion"),
    _Entry("discharged", "infusions", "Discharge", "the discharge"),
)


def _completeness(known: Known) -> Finding | None:
    records = known.records
    if records is None or not _count(records.counts, "recent", "infusions"):
        return None
    return records_finding(records.counts, records.first, records.last)


def records_finding(counts: pd.DataFrame, first: int, last: int) -> Finding:
    """How complete the records of the last seven days are, against the eight weeks before.

    ``counts`` as from :func:`data_access.today.complete_records`; ``first`` and ``last``: the
    recent days, as day numbers.
    """
    rows = _entry_rows(counts)
    frame = _frame(rows)
    title = _records_title(rows)
    infusions, before = (_count(counts, when, "infusions") for when in ("recent", "before"))
    return Finding(
        key="records-7-days",
        title=title,
        subtitle=f"{count_words(infusions, 'infusion')} from {day_words(day_date(first))} to "
        f"{day_words(day_date(last))} (95 % CI) against the {USUAL_RECORD_DAYS // 7} weeks before "
        f"({before:,})",
        chart=charts.change_chart(frame, _RECORDS),
        table=lambda: _table(frame, "On record", "Infusions with it", "of infusions"),
        alt=f"What is on record for the infusions of the last {WEEK_DAYS} days and before. "
        f"{title}.",
        note=_test_words(rows, "entries"),
    )


_RECORDS = Compared(f"Last {WEEK_DAYS} days", f"{USUAL_RECORD_DAYS // 7} weeks before", better=1)


def _entry_rows(counts: pd.DataFrame) -> list[_Row]:
    pairs = [(_share(counts, "recent", each), _share(counts, "before", each)) for each in _ENTRIES]
    return [
        _Row(entry.name, change)
        for entry, change in zip(_ENTRIES, exact_changes(pairs), strict=True)
    ]


def _share(counts: pd.DataFrame, when: str, entry: _Entry) -> Proportion:
    return proportion(_count(counts, when, entry.count), _count(counts, when, entry.n))


def _count(counts: pd.DataFrame, when: str, column: str) -> int:
    return int(counts[column].to_dict()[when])


def _records_title(rows: list[_Row]) -> str:
    """What is least complete, in words."""
    shares = {
        entry.in_title: row.change
        for entry, row in zip(_ENTRIES, rows, strict=True)
        if row.change.recent.estimate is not None
    }
    least = min(shares.values(), key=lambda change: change.recent.estimate or 0.0)
    if least.recent.events == least.recent.n:
        return "The records of the last seven days are complete"
    which = [name for name, each in shares.items() if each.recent == least.recent]
    title = f"Least complete: {_some(which)}, in {percent(least.recent.estimate)}"
    if not least.direction:
        return title
    return f"{title}, {'more' if least.direction > 0 else 'less'} than usual ({p_words(least.p)})"


def _some(names: list[str]) -> str:
    """The first of several names, and how many more there are."""
    if len(names) <= _NAMED_ENTRIES + 1:
        return listed(names)
    return listed([*names[:_NAMED_ENTRIES], f"{len(names) - _NAMED_ENTRIES} more"])


_NAMED_ENTRIES = 2
