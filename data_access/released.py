"""What may be told of side effects and outcomes to those who may not see small groups.

A release is made of the whole clinic at once and holds answers alone
(:mod:`clinical.release`): so no choice, and no page, can ask it for more. Who may see some sites
only is told of these, by the blocks of the whole clinic.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Row, Select, Text, and_, cast, func, select

from access.viewer import NotPermittedError, Permission, Viewer, require
from clinical.calendar import MONTHS_A_QUARTER, day_number, month_numbers
from clinical.codes import Phase
from clinical.incidence import proportion
from clinical.instruments import Instrument
from clinical.measures import MEASURES
from clinical.release import Choice, NotOfferedError, Release, for_sites
from clinical.release_blocks import (
    Block,
    Dimension,
    Table,
    last_settled_quarter,
    least_patients,
    quarter_start,
)
from clinical.release_counts import (
    REMITTED,
    RESPONDED,
    SCORED,
    Counted,
    Induction,
    event_release,
    result_release,
    table_of,
)
from clinical.thresholds import thresholds_from
from data_access.frames import TEXT, typed_frame
from data_access.schema import (
    InfusionFact,
    MilestoneFact,
    SideEffectFact,
    StartFact,
    Term,
    ThresholdChange,
)
from data_access.selection import permitted_site_keys

INFUSION_DIMENSIONS = (Dimension.SITE, Dimension.PHASE, Dimension.DIAGNOSIS)
"""Along what side effects can be narrowed."""
INDUCTION_DIMENSIONS = (Dimension.SITE, Dimension.DIAGNOSIS)
"""Along what outcomes can be narrowed: all are of inductions."""


def side_effect_release(connection: Connection, viewer: Viewer, today: date) -> Release:
    """What the viewer may be told of side effects: infusions with a record, and with each term.

    Raises :class:`~access.viewer.NotPermittedError` where the viewer may not see rates.
    """
    require(viewer, Permission.SEE_RATES)
    until, least = last_settled_quarter(today), _least(connection)
    release = event_release(
        _infusions(connection, until, least),
        _by_term(connection, until, least),
        INFUSION_DIMENSIONS,
        until,
        least,
    )
    return _own(connection, viewer, release)


def _infusions(connection: Connection, until: int, least: int) -> Table:
    statement = _by_crossing(InfusionFact, until).where(InfusionFact.recorded == 1)
    return _table(connection.execute(statement).all(), least)


def _by_term(connection: Connection, until: int, least: int) -> dict[str, Table]:
    key = SideEffectFact.term_key
    statement = _by_crossing(SideEffectFact, until).add_columns(key).group_by(key)
    names = {row.term_key: row.name for row in connection.execute(select(Term.term_key, Term.name))}
    by_term: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(statement).all():
        by_term[row.term_key].append(row)
    return {names[term]: _table(rows, least) for term, rows in by_term.items()}


def _by_crossing(facts: Any, until: int) -> Select[Any]:
    """Infusions by quarter and crossing, up to a quarter, and whose they are, as one text.

    The patients in a row each would be twenty times as many rows.
    """
    groups = (facts.month // MONTHS_A_QUARTER, facts.site_key, facts.phase, facts.diagnosis_group)
    patients = func.aggregate_strings(cast(facts.patient_key, Text), ",")
    # Nearly all rows: by the day SQLite would look them up one by one, in the order of an index.
    before = MONTHS_A_QUARTER * (until + 1)
    return select(*groups, func.count(), patients).where(facts.month < before).group_by(*groups)


def _table(rows: Sequence[Any], least: int) -> Table:
    return table_of(
        Counted(row[0], (row[1], row[2], row[3]), _some(row[5], least), row[4]) for row in rows
    )


_READ_AT_FIRST = 20
"""Times the smallest group: so many infusions hardly ever have fewer patients than that."""


def _some(patients: str, least: int) -> Iterable[str]:
    """The patients of a crossing; ``least`` of them, which is enough to know, where it is large."""
    few = set(patients.split(",", _READ_AT_FIRST * least)[: _READ_AT_FIRST * least])
    return islice(few, least) if len(few) >= least else set(patients.split(","))


@dataclass(frozen=True, slots=True)
class OutcomeRelease:
    """What may be told of outcomes: ``release`` of inductions, and by which measure."""

    measure: Instrument
    release: Release


def outcome_release(connection: Connection, viewer: Viewer, today: date) -> OutcomeRelease:
    """What the viewer may be told of inductions that are over, by the quarter in which they closed.

    By that quarter, and not by the one in which they began: whatever closed in a quarter that is
    over stays so, while those that began in it go on closing day by day, each a difference of one.
    PHQ-9, or the measure with most results where there is none.

    Raises :class:`~access.viewer.NotPermittedError` where the viewer may not see rates.
    """
    require(viewer, Permission.SEE_RATES)
    until = last_settled_quarter(today)
    measure = _measure(connection)
    release = result_release(
        _inductions(connection, measure, until),
        INDUCTION_DIMENSIONS,
        until,
        _least(connection),
    )
    return OutcomeRelease(measure, _own(connection, viewer, release))


def _measure(connection: Connection) -> Instrument:
    """The measure that outcomes are told by: the first in order, unless it has no result at all."""
    rules = [
        each
        for each in MEASURES
        if each.response_percent is not None and each.remission_at_most is not None
    ]
    counted = select(MilestoneFact.measure, func.count()).where(
        MilestoneFact.phase == int(Phase.INDUCTION), MilestoneFact.end_total.is_not(None)
    )
    if connection.execute(
        counted.where(MilestoneFact.measure == rules[0].code).group_by(MilestoneFact.measure)
    ).first():
        return rules[0]
    sizes = dict(connection.execute(counted.group_by(MilestoneFact.measure)).all())
    return max(rules, key=lambda each: sizes.get(each.code, 0))


def _inductions(connection: Connection, measure: Instrument, until: int) -> list[Induction]:
    facts, reached = StartFact, MilestoneFact
    of_course = and_(reached.series_key == facts.series_key, reached.measure == measure.code)
    before = day_number(quarter_start(until + 1))
    statement = (
        select(
            facts.closed_day,
            facts.site_key,
            facts.diagnosis_group,
            facts.patient_key,
            reached.baseline,
            reached.end_total,
        )
        .outerjoin(reached, of_course)
        .where(facts.phase == int(Phase.INDUCTION), facts.closed_day < before)
    )
    rows = connection.execute(statement).all()
    closed = np.array([row[0] for row in rows], np.int64)
    quarters = (month_numbers(closed) // MONTHS_A_QUARTER).tolist()
    return [
        Induction(quarter, (row[1], row[2]), row[3], *_result(measure, row[4], row[5]))
        for quarter, row in zip(quarters, rows, strict=True)
    ]


def _result(
    measure: Instrument, baseline: float | None, total: float | None
) -> tuple[bool | None, bool]:
    """Whether an induction ended in a response, and in a remission with it."""
    if baseline is None or total is None:
        return None, False
    responded = measure.responded(baseline, total)
    return responded, bool(responded and measure.remitted(total))


def _least(connection: Connection) -> int:
    """The smallest group, by the clinic's setting, which whoever is told of rates may not read."""
    changes = connection.execute(
        select(ThresholdChange.name, ThresholdChange.value).order_by(ThresholdChange.change_key)
    )
    smallest = thresholds_from({row.name: row.value for row in changes}).smallest_group
    return least_patients(smallest)


def _own(connection: Connection, viewer: Viewer, release: Release) -> Release:
    site_keys = permitted_site_keys(connection, viewer)
    return release if site_keys is None else for_sites(release, site_keys)


_SIDE_EFFECTS = {
    "term": TEXT,
    "infusions": "int64",
    "recorded": "int64",
    "is_whole": "int64",
    "share": "float64",
    "low": "float64",
    "high": "float64",
}


def released_side_effects(release: Release, choice: Choice) -> pd.DataFrame:
    """The side effects of a choice, the commonest first; only those that are told.

    Columns: ``term``, ``infusions`` (with it), ``recorded`` (infusions with a filled-in form),
    ``is_whole`` (0: in some blocks it is not told, so there are at least so many), and the rate
    with its 95 % interval, ``share``, ``low`` and ``high``, missing unless whole.

    Raises :class:`~access.viewer.NotPermittedError` where the choice is not offered.
    """
    _blocks(release, choice)
    recorded = release.count(choice)
    rows = []
    for term in release.events:
        answer = release.answer(term, choice)
        if answer.events:
            rate = proportion(answer.events, recorded) if answer.is_whole else None
            interval = (rate.estimate, rate.low, rate.high) if rate else (None, None, None)
            rows.append((term, answer.events, recorded, int(answer.is_whole), *interval))
    rows.sort(key=lambda row: (-row[3], -row[1], row[0]))
    return typed_frame(rows, _SIDE_EFFECTS)


_OUTCOMES = {
    "first": "int64",
    "last": "int64",
    "over": "int64",
    "scored": "int64",
    "responded": "int64",
    "remitted": "int64",
}


def released_outcomes(release: Release, choice: Choice) -> pd.DataFrame:
    """The results of a choice, a row for each of its blocks, oldest first.

    Columns, all whole numbers: ``first`` and ``last`` (quarter of the block), ``over``
    (inductions), ``scored`` (with a baseline and a score at the end), ``responded``, ``remitted``.

    Raises :class:`~access.viewer.NotPermittedError` where the choice is not offered.
    """
    rows = []
    for block in _blocks(release, choice):
        part = Choice(block.first, block.last, choice.narrowing)
        results = (release.answer(name, part).events for name in (SCORED, RESPONDED, REMITTED))
        rows.append((block.first, block.last, release.count(part), *results))
    return typed_frame(rows, _OUTCOMES)


def _blocks(release: Release, choice: Choice) -> list[Block]:
    try:
        return release.blocks_in(choice)
    except NotOfferedError as error:
        raise NotPermittedError(str(error)) from None
