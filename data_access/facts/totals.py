"""Totals added up beforehand, by which one patient is compared with others.

They hold for the combinations that the comparison asks for and follow from ``score_facts`` and
``course_facts``. The comparison would otherwise read a large part of the scores of all patients
each time a patient is opened. A refresh of few patients takes their part away and puts their new
part in; one of many adds everything up anew.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from clinical.codes import Phase, Timepoint
from clinical.expected import COMPARED, MOST_INFUSIONS, STEP_PERCENT
from data_access.facts.tables import table_of
from data_access.schema import Base, CourseFact, ExpectedTotal, LaterTotal, ScoreFact

TOTAL_TABLES: tuple[type[Base], ...] = (ExpectedTotal, LaterTotal)


def refresh_totals(connection: Connection) -> None:
    """Add the totals up anew."""
    for model in TOTAL_TABLES:
        connection.execute(delete(model))
        columns = table_of(model).columns.keys()
        connection.execute(insert(model).from_select(columns, totals_statement(model)))


def take_from_totals(connection: Connection, patient_keys: Sequence[int]) -> None:
    """Take away what the facts of these patients are in the totals."""
    _change_totals(connection, patient_keys, -1)


def put_into_totals(connection: Connection, patient_keys: Sequence[int]) -> None:
    """Put in what the facts of these patients are."""
    _change_totals(connection, patient_keys, 1)


def _change_totals(connection: Connection, patient_keys: Sequence[int], sign: int) -> None:
    upsert = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
    for model in TOTAL_TABLES:
        table = table_of(model)
        rows = totals_statement(model, patient_keys).subquery()
        keys = table.primary_key.columns.keys()
        counts = [name for name in table.columns.keys() if name not in keys]  # noqa: SIM118
        columns = dict(zip(table.columns.keys(), rows.c, strict=True))
        change = upsert(table).from_select(
            table.columns.keys(),
            # SQLite reads the conflict's ON as a join's, unless a condition comes before it.
            select(
                *(columns[name] for name in keys), *(sign * columns[name] for name in counts)
            ).where(columns[counts[0]] > 0),
        )
        together = {name: table.c[name] + change.excluded[name] for name in counts}
        connection.execute(change.on_conflict_do_update(index_elements=keys, set_=together))
        connection.execute(delete(table).where(table.c[counts[0]] == 0))


Keys = Sequence[int] | Sequence[BindParameter[int]]
"""Keys of patients, or parameters that stand for them."""


def totals_statement(model: type[Base], patient_keys: Keys | None = None) -> Select[Any]:
    """The rows of a table of totals, in the order of its columns; of these patients where given."""
    return _expected(patient_keys) if model is ExpectedTotal else _later(patient_keys)


def _expected(patient_keys: Keys | None) -> Select[Any]:
    baselines = select(
        CourseFact.instrument,
        CourseFact.phase,
        CourseFact.baseline,
        literal(0).label("number"),
        CourseFact.baseline.label("total"),
        CourseFact.diagnosis_group,
        CourseFact.site_key,
    ).where(CourseFact.baseline.is_not(None), *_compared(CourseFact, patient_keys))
    scores = _last_of_each_step(
        ScoreFact.timepoint == int(Timepoint.BEFORE_INFUSION), *_compared(ScoreFact, patient_keys)
    )
    before = select(
        scores.c.instrument,
        scores.c.phase,
        scores.c.baseline,
        scores.c.number,
        scores.c.total,
        scores.c.diagnosis_group,
        scores.c.site_key,
    ).where(scores.c.from_last == 1)
    rows = union_all(baselines, before).subquery()
    groups = (
        rows.c.instrument,
        rows.c.phase,
        _band(rows.c.instrument, rows.c.baseline).label("baseline_band"),
        rows.c.number,
        rows.c.total,
        rows.c.diagnosis_group,
        rows.c.site_key,
    )
    return select(*groups, func.count()).group_by(*groups)


def _later(patient_keys: Keys | None) -> Select[Any]:
    scores = _last_of_each_step(
        ScoreFact.timepoint.in_((int(Timepoint.BEFORE_INFUSION), int(Timepoint.FOLLOW_UP))),
        ScoreFact.phase == int(Phase.INDUCTION),
        *_compared(ScoreFact, patient_keys),
    )

    # Missing where no score follows.
    later_response = func.max(scores.c.response).over(
        partition_by=(scores.c.series_key, scores.c.instrument),
        order_by=(scores.c.number, scores.c.hours_after),
        rows=(1, None),
    )
    followed = (
        select(*scores.c, later_response.label("later_response"))
        .where(scores.c.from_last == 1)
        .subquery()
    )
    step = cast(func.floor(followed.c.percent / STEP_PERCENT), Integer).label("step")
    groups = (
        followed.c.instrument,
        followed.c.phase,
        _band(followed.c.instrument, followed.c.baseline).label("baseline_band"),
        followed.c.number,
        step,
        followed.c.diagnosis_group,
        followed.c.site_key,
    )
    return (
        select(*groups, func.count(), func.sum(followed.c.later_response))
        .where(
            followed.c.timepoint == int(Timepoint.BEFORE_INFUSION),
            followed.c.later_response.is_not(None),
            followed.c.percent.is_not(None),
        )
        .group_by(*groups)
    )


def _last_of_each_step(*conditions: ColumnElement[bool]) -> Subquery:
    """The scores, counted from the last of each series, instrument, infusion and timepoint.

    Only the last of a step, ``from_last`` 1, may count, so that a patient counts once. It is the
    one completed last (of two at once the higher), in whatever order they were recorded. Whoever
    asks leaves out scores within 72 hours after an infusion: they must not be mixed with others.
    """
    step = (ScoreFact.series_key, ScoreFact.instrument, ScoreFact.number, ScoreFact.timepoint)
    from_last = func.row_number().over(
        partition_by=step,
        order_by=(ScoreFact.hours_after.desc(), ScoreFact.total.desc()),
    )
    return (
        select(
            *step,
            ScoreFact.phase,
            ScoreFact.diagnosis_group,
            ScoreFact.site_key,
            ScoreFact.hours_after,
            ScoreFact.total,
            ScoreFact.baseline,
            ScoreFact.percent,
            ScoreFact.response,
            from_last.label("from_last"),
        )
        .where(
            ScoreFact.number.between(1, MOST_INFUSIONS),
            ScoreFact.baseline.is_not(None),
            ScoreFact.site_key.is_not(None),
            *conditions,
        )
        .subquery()
    )


def _compared(facts: Any, patient_keys: Keys | None) -> list[ColumnElement[bool]]:
    """The facts of the instruments that are compared; of these patients where given."""
    found = [facts.instrument.in_([each.code for each in COMPARED])]
    return found if patient_keys is None else [*found, facts.patient_key.in_(patient_keys)]


def _band(code: ColumnElement[int], baseline: ColumnElement[float]) -> ColumnElement[int]:
    """The severity band of a baseline, by the instrument's own bands."""
    return case(
        *(
            (and_(code == each.code, baseline >= band.lowest), index)
            for each in COMPARED
            for index, band in reversed(list(enumerate(each.bands)))
        ),
        else_=0,
    )
