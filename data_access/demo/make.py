"""Making a demo clinic in an empty database."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Connection, Engine, func, insert, select

from data_access.demo.block import make_block
from data_access.demo.load import tables_of, without_indexes, without_write_ahead_log
from data_access.demo.plan import Plan, make_plan
from data_access.demo.site_calendar import SiteCalendar, Workplace
from data_access.demo.write import ClinicWriter
from data_access.engine import reading, writing
from data_access.errors import ClinicDatabaseError
from data_access.facts import rebuild_facts
from data_access.facts.occupancy import OCCUPANCY_TABLES
from data_access.handles import set_secret
from data_access.schema import (
    AccessFact,
    Appointment,
    AppointmentFact,
    Assessment,
    Check,
    ClinicSetting,
    CourseFact,
    ImportRun,
    InductionFact,
    Infusion,
    InfusionFact,
    Medication,
    Patient,
    PatientFact,
    PatientWord,
    ScoreFact,
    Series,
    SideEffect,
    SideEffectFact,
    VitalSigns,
    WatchFact,
)
from data_access.status import DEMO_SETTING, DEMO_UNTIL_SETTING

DEFAULT_INFUSIONS = 4_000
DEFAULT_SEED = 20260101

Progress = Callable[[int, int], None]

_MANY = 20_000
"""From this many infusions on, indexes are made after the rows."""
_RECORD_TABLES = (
    Patient,
    Series,
    Appointment,
    Infusion,
    VitalSigns,
    Assessment,
    SideEffect,
    Medication,
    Check,
)
_FACT_TABLES = (
    InfusionFact,
    SideEffectFact,
    ScoreFact,
    CourseFact,
    PatientFact,
    PatientWord,
    WatchFact,
    AppointmentFact,
    AccessFact,
    InductionFact,
    *OCCUPANCY_TABLES,
)


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What was made. ``rows`` counts the records, without the facts derived from them."""

    seed: int
    until: date
    sites: int
    patients: int
    infusions: int
    appointments: int
    rows: int


def make_demo(
    engine: Engine,
    *,
    infusions: int = DEFAULT_INFUSIONS,
    seed: int = DEFAULT_SEED,
    until: date,
    progress: Progress | None = None,
) -> DemoSummary:
    """Fill an empty, migrated database with a synthetic clinic of about ``infusions`` infusions.

    The three values decide every row. One transaction: whatever stops it leaves the database
    empty. ``progress`` is told steps done and steps in all. Raises
    :class:`~data_access.errors.ClinicDatabaseError` where the database holds patients.
    """
    plan = make_plan(infusions, seed, until)
    many = infusions >= _MANY
    with reading(engine) as connection:
        _require_empty(connection)
    with without_write_ahead_log(engine) if many else nullcontext(), writing(engine) as connection:
        _require_empty(connection)  # again, now that nobody else can write
        rows = _write_records(connection, plan, many, progress)
        set_secret(connection, f"demo {seed}")  # the same demo has the same addresses
        connection.exec_driver_sql("ANALYZE")  # so that the facts are read by way of the indexes
        _write_facts(connection, many, plan, progress)
        _write_bookkeeping(connection, plan)
        summary = _summary(connection, plan, rows)
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("ANALYZE")
    if engine.dialect.name == "postgresql":
        _vacuum(engine)
    return summary


def _require_empty(connection: Connection) -> None:
    if connection.scalar(select(func.count()).select_from(Patient)):
        raise ClinicDatabaseError(
            "The database already holds patients, and a demo clinic must not be mixed with them. "
            "Name an empty database: run 'python -m data_access migrate' on a new one first."
        )


def _write_records(
    connection: Connection, plan: Plan, many: bool, progress: Progress | None
) -> int:
    """The records of every site; returns how many."""
    writer = ClinicWriter(connection, plan)
    writer.write_sites()
    total = sum(site.infusions for site in plan.sites)
    done = 0
    with without_indexes(connection, tables_of(_RECORD_TABLES) if many else []):
        for site in plan.sites:
            workplace = Workplace(plan, site, SiteCalendar(plan, site))
            writer.write_block(workplace, make_block(workplace))
            done += site.infusions
            if progress is not None:
                progress(done, 2 * total)
    return writer.rows


def _write_facts(connection: Connection, many: bool, plan: Plan, progress: Progress | None) -> None:
    total = sum(site.infusions for site in plan.sites)

    def report(done: int, of: int) -> None:
        if progress is not None:
            progress(total + total * done // of, 2 * total)

    with without_indexes(connection, tables_of(_FACT_TABLES) if many else []):
        rebuild_facts(connection, report)


def _write_bookkeeping(connection: Connection, plan: Plan) -> None:
    """The marks of a demo, and the import that the pages' "data as of" comes from."""
    now = datetime.fromtimestamp(plan.now * 60, UTC)
    connection.execute(
        insert(ClinicSetting),
        [
            {"name": DEMO_SETTING, "value": str(plan.seed)},
            {"name": DEMO_UNTIL_SETTING, "value": plan.until.isoformat()},
        ],
    )
    connection.execute(
        insert(ImportRun).values(
            run_key=1, source="demo", user_name="demo", started_at=now, finished_at=now
        )
    )


def _summary(connection: Connection, plan: Plan, rows: int) -> DemoSummary:
    def count(table: type[Patient] | type[Infusion] | type[Appointment]) -> int:
        return connection.scalar(select(func.count()).select_from(table)) or 0

    return DemoSummary(
        seed=plan.seed,
        until=plan.until,
        sites=len(plan.sites),
        patients=count(Patient),
        infusions=count(Infusion),
        appointments=count(Appointment),
        rows=rows,
    )


def _vacuum(engine: Engine) -> None:
    """Let PostgreSQL see its new rows as settled, without which index-only scans do not happen."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql("VACUUM (ANALYZE)")
