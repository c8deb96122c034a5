"""Making a demo: repeatable, complete, all or nothing, and nothing after its last moment."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Select, func, select

from data_access.demo import DEFAULT_INFUSIONS, is_demo, make_demo
from data_access.demo.plan import make_plan
from data_access.engine import make_engine, reading, writing
from data_access.errors import ClinicDatabaseError
from data_access.schema import (
    Appointment,
    Assessment,
    Base,
    Check,
    ClinicSetting,
    Closure,
    ImportRun,
    Infusion,
    Medication,
    Patient,
    Series,
    SideEffect,
    Site,
    VitalSigns,
)
from tests.data_access.demo.conftest import SEED, UNTIL

SMALL = 300
NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
"""11:00 in New York on the last day."""
RECORDS = [
    Site,
    Closure,
    Patient,
    Series,
    Appointment,
    Infusion,
    VitalSigns,
    Assessment,
    SideEffect,
    Medication,
    Check,
]


def contents(engine: Engine, models: list[type[Base]]) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the tables, in the order of the primary keys."""
    with reading(engine) as connection:
        return {
            table.name: [
                tuple(row)
                for row in connection.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for table in (Base.metadata.tables[model.__tablename__] for model in models)
        }


def only(connection: Connection, statement: Select[Any]) -> Any:
    """The one value of a statement."""
    return connection.execute(statement).scalar_one()


@pytest.fixture
def small_demo(make_database: Callable[[str], str]) -> Callable[..., Engine]:
    """A function that makes a small demo in a new SQLite database."""

    def make(seed: int = SEED, until: date = UNTIL) -> Engine:
        engine = make_engine(make_database("sqlite"))
        make_demo(engine, infusions=SMALL, seed=seed, until=until)
        return engine

    return make


ALL_TABLES = [mapper.class_ for mapper in Base.registry.mappers]


def test_the_same_seed_and_day_give_the_same_rows(small_demo: Callable[..., Engine]) -> None:
    assert contents(small_demo(), ALL_TABLES) == contents(small_demo(), ALL_TABLES)


def test_another_seed_or_day_gives_other_rows(small_demo: Callable[..., Engine]) -> None:
    first = contents(small_demo(), [Infusion])
    assert contents(small_demo(seed=SEED + 1), [Infusion]) != first
    assert contents(small_demo(until=date(2026, 11, 24)), [Infusion]) != first


@pytest.mark.postgres
def test_both_databases_take_every_row_and_hold_the_same(
    small_demo: Callable[..., Engine], make_database: Callable[[str], str]
) -> None:
    postgres = make_engine(make_database("postgres"))
    make_demo(postgres, infusions=SMALL, seed=SEED, until=UNTIL)
    assert contents(postgres, ALL_TABLES) == contents(small_demo(), ALL_TABLES)
    postgres.dispose()


def test_many_infusions_are_loaded_the_same_way(
    engine: Engine, small_demo: Callable[..., Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large demo drops indexes, and on PostgreSQL references, while it loads, and no longer."""
    monkeypatch.setattr("data_access.demo.make._MANY", SMALL)
    before = _structure(engine)
    make_demo(engine, infusions=SMALL, seed=SEED, until=UNTIL)
    assert _structure(engine) == before
    assert contents(engine, ALL_TABLES) == contents(small_demo(), ALL_TABLES)


def _structure(engine: Engine) -> list[object]:
    """All indexes and constraints, and SQLite's journal mode."""
    statements = {
        "sqlite": [
            "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name",
            "PRAGMA journal_mode",
        ],
        "postgresql": [
            "SELECT conname FROM pg_constraint ORDER BY 1",
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
        ],
    }[engine.dialect.name]
    with reading(engine) as connection:
        return [
            tuple(row) for statement in statements for row in connection.exec_driver_sql(statement)
        ]


def test_size(standard_demo: Engine) -> None:
    with reading(standard_demo) as connection:
        counts = {
            model: only(connection, select(func.count()).select_from(model)) for model in RECORDS
        }
        zones = set(connection.scalars(select(Site.time_zone)))
        first, last = connection.execute(
            select(func.min(Infusion.started_at), func.max(Infusion.started_at))
        ).one()
    assert counts[Infusion] == pytest.approx(DEFAULT_INFUSIONS, rel=0.02)
    assert counts[Patient] == pytest.approx(370, abs=40)
    assert counts[Site] == 3
    assert zones == {"America/New_York", "America/Chicago"}
    assert (last - first).days == pytest.approx(24 * 30.4, abs=25)
    assert counts[Appointment] / counts[Infusion] == pytest.approx(1.6, abs=0.15)


@pytest.mark.parametrize(
    ("infusions", "months", "sites"), [(4_000, 24, 3), (100_000, 60, 12), (1_000_000, 120, 60)]
)
def test_larger_demos_have_more_months_and_sites(infusions: int, months: int, sites: int) -> None:
    plan = make_plan(infusions, SEED, UNTIL)
    assert len(plan.sites) == sites
    assert (plan.last_day - plan.first_day) / (365.25 / 12) == pytest.approx(months, abs=0.1)
    assert sum(site.infusions for site in plan.sites) == pytest.approx(infusions, rel=0.001)
    assert len({site.name for site in plan.sites}) == sites


def test_no_chair_is_booked_twice(standard_demo: Engine) -> None:
    blocks = _held_blocks(standard_demo)
    for (chair, _, ends), (next_chair, starts, _) in pairwise(blocks):
        assert chair != next_chair or ends <= starts


def _held_blocks(engine: Engine) -> list[tuple[str, datetime, datetime]]:
    statement = (
        select(Appointment.chair_id, Appointment.scheduled_start, Appointment.scheduled_end)
        .where(Appointment.chair_id.is_not(None), Appointment.status != "cancelled")
        .order_by(Appointment.chair_id, Appointment.scheduled_start)
    )
    with reading(engine) as connection:
        return [(str(chair), start, end) for chair, start, end in connection.execute(statement)]


def test_appointments_are_booked_eight_weeks_ahead(standard_demo: Engine) -> None:
    statement = select(Appointment.scheduled_start).where(Appointment.status == "booked")
    with reading(standard_demo) as connection:
        starts = connection.scalars(statement).all()
    weeks = {(start - NOW).days // 7 for start in starts}
    assert weeks == set(range(8))


def test_today_looks_like_a_morning(standard_demo: Engine) -> None:
    statement = select(Appointment.status).where(
        Appointment.kind == "infusion", func.date(Appointment.scheduled_start) == UNTIL.isoformat()
    )
    with reading(standard_demo) as connection:
        assert {"fulfilled", "arrived", "booked"} <= set(connection.scalars(statement))


def test_nothing_is_recorded_after_now(standard_demo: Engine) -> None:
    moments = [
        Infusion.started_at,
        Infusion.ended_at,
        Infusion.discharged_at,
        VitalSigns.measured_at,
        Assessment.completed_at,
        SideEffect.onset_at,
        SideEffect.resolved_at,
        Appointment.booked_at,
        Appointment.cancelled_at,
    ]
    days = [Medication.started_on, Medication.stopped_on, Check.done_on, Series.started_on]
    with reading(standard_demo) as connection:
        assert all(only(connection, select(func.max(moment))) <= NOW for moment in moments)
        assert all(only(connection, select(func.max(day))) <= UNTIL for day in days)
        undecided = select(func.max(Appointment.scheduled_start)).where(
            Appointment.status.in_(("arrived", "fulfilled", "noshow"))
        )
        assert only(connection, undecided) <= NOW
        overdue = select(func.min(Appointment.scheduled_start)).where(
            Appointment.status == "booked"
        )
        assert only(connection, overdue) > NOW


def test_a_replaced_appointment_had_been_given_up_before(standard_demo: Engine) -> None:
    old = Base.metadata.tables["appointments"].alias("old")
    statement = select(
        Appointment.booked_at, Appointment.scheduled_start, old.c.scheduled_start,
        old.c.cancelled_at, old.c.status,
    ).join(old, Appointment.rescheduled_from == old.c.appointment_id)  # fmt: skip
    with reading(standard_demo) as connection:
        found = connection.execute(statement).all()
    assert len(found) > 500
    for booked_at, start, old_start, cancelled_at, status in found:
        assert status in {"cancelled", "noshow"}
        assert booked_at >= (cancelled_at or old_start)
        assert start > old_start


def test_one_site_names_no_series(standard_demo: Engine) -> None:
    """There series and numbers are derived from the bare infusions."""
    statement = select(Infusion.site_id, Infusion.series_derived, func.count()).group_by(
        Infusion.site_id, Infusion.series_derived
    )
    with reading(standard_demo) as connection:
        derived = {(site, flag) for site, flag, _ in connection.execute(statement)}
    assert derived == {("S01", False), ("S02", True), ("S03", False)}


def test_a_demo_is_marked(standard_demo: Engine, make_database: Callable[[str], str]) -> None:
    with reading(standard_demo) as connection:
        assert is_demo(connection)
        settings = dict(connection.execute(select(ClinicSetting.name, ClinicSetting.value)).all())
        [run] = connection.execute(select(ImportRun.source, ImportRun.finished_at)).all()
    assert settings == {
        "demo": str(SEED),
        "demo_until": "2026-11-23",
        "handle_secret": f"demo {SEED}",
    }
    assert tuple(run) == ("demo", NOW)
    with reading(make_engine(make_database("sqlite"))) as connection:
        assert not is_demo(connection)


def test_a_database_with_patients_is_refused(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(Base.metadata.tables["patients"].insert(), [_patient()])
    with pytest.raises(ClinicDatabaseError, match="already holds patients"):
        make_demo(engine, infusions=SMALL, until=UNTIL)
    with reading(engine) as connection:
        assert not is_demo(connection)


def _patient() -> dict[str, object]:
    return {"patient_key": 1, "patient_id": "REAL-1"}


def test_what_is_stopped_half_way_leaves_an_empty_database(engine: Engine) -> None:
    def stop(done: int, of: int) -> None:
        if 2 * done > of:
            raise KeyboardInterrupt

    before = contents(engine, ALL_TABLES)
    with pytest.raises(KeyboardInterrupt):
        make_demo(engine, infusions=SMALL, until=UNTIL, progress=stop)
    assert contents(engine, ALL_TABLES) == before
    assert {name for name, rows in before.items() if rows} == {"clinic_settings", "audit_head"}


def test_progress_reaches_its_end(engine: Engine) -> None:
    reports: list[tuple[int, int]] = []
    make_demo(engine, infusions=SMALL, until=UNTIL, progress=lambda *report: reports.append(report))
    assert [done for done, _ in reports] == sorted(done for done, _ in reports)
    assert reports[-1][0] == reports[-1][1]
