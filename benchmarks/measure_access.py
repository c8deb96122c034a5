"""What access costs: who looks, whether they may, and the entry of the audit trail."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import perf_counter

from sqlalchemy import Connection, Engine

from access.actions import Action
from access.roles import RoleName
from access.settings import read_settings
from access.standing import Way
from access.viewer import Permission, Viewer, require
from benchmarks.server import settings_file, signed_in
from benchmarks.timing import Action as Step
from benchmarks.timing import freeze_heap, medians_ms
from data_access.audit import Entry, append, disclose
from data_access.audit_check import check_trail
from data_access.engine import appending, make_engine, reading
from data_access.schema import InfusionFact
from data_access.selection import of_permitted_sites
from data_access.sessions import viewer_of_session

_PEOPLE = 50
"""Patients of a list that is noted, as many as a page of the caseload holds."""


@dataclass(frozen=True, slots=True)
class AccessTime:
    """A step, and its median in ms."""

    step: str
    milliseconds: float


def measure_access(url: str, repeat: int) -> list[AccessTime]:
    """Time each step; the check of the trail once, and per 100,000 entries."""
    freeze_heap()
    with (
        settings_file() as settings,
        signed_in(url, settings, [RoleName.CLINICIAN]) as (reader,),
    ):
        engine = make_engine(url)
        try:
            limits = read_settings(settings).sessions.limits()
            now = datetime.now(UTC) + timedelta(seconds=1)
            with reading(engine) as connection:

                def who() -> Viewer | None:
                    return viewer_of_session(
                        connection, reader.session_id, limits, [Way.PROVIDER], now
                    )

                viewer = who()
                assert viewer is not None  # noqa: S101 - it was opened a moment ago
                steps = _steps(connection, engine, viewer) | {"who looks, once a run": who}
                medians = medians_ms(tuple(steps.values()), repeat)
            times = [AccessTime(*each) for each in zip(steps, medians, strict=True)]
            return [*times, _checked(engine)]
        finally:
            engine.dispose()


def _steps(connection: Connection, engine: Engine, viewer: Viewer) -> dict[str, Step]:
    """What is timed, by its name."""
    some = Viewer(viewer.name, viewer.permissions, frozenset({"S1"}), viewer.role, viewer.session)
    people, looks = range(1, _PEOPLE + 1), iter(range(10_000_000))

    def may_look() -> object:
        require(some, Permission.SEE_PATIENTS)
        return of_permitted_sites(connection, some, InfusionFact)

    def look_anew() -> None:
        # Another what each time, so that it is another look.
        disclose(connection, viewer, Action.LIST, f"benchmark {next(looks)}", people)

    def add() -> None:
        with appending(engine) as writer:
            append(writer, viewer, Entry(Action.VIEW_PATIENT, "benchmark", people=(1,)))

    return {
        "permission, every site": lambda: require(viewer, Permission.SEE_PATIENTS),
        "permission and some sites": may_look,
        f"a list of {_PEOPLE} is noted": look_anew,
        "the same list again": lambda: disclose(
            connection, viewer, Action.LIST, "benchmark", people
        ),
        "an entry is added": add,
    }


def _checked(engine: Engine) -> AccessTime:
    with reading(engine) as connection:
        began = perf_counter()
        check = check_trail(connection)
        taken = 1000 * (perf_counter() - began)
    return AccessTime("verify-audit, per 100,000 entries", 100_000 * taken / max(1, check.sound))
