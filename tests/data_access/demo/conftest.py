"""Two demos for all tests: the standard one in a database, and a large one as plain frames."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine

from data_access.demo import make_demo
from data_access.demo.appointments import Appointments
from data_access.demo.arrays import NEVER
from data_access.demo.block import Block, make_block
from data_access.demo.plan import Plan, make_plan
from data_access.demo.scores import PHQ9
from data_access.demo.side_effects import KINDS
from data_access.demo.site_calendar import SiteCalendar, Workplace
from data_access.engine import make_engine

UNTIL = date(2026, 11, 23)
"""A Monday."""
SEED = 20260101


@pytest.fixture(scope="session")
def standard_demo(make_database: Callable[[str], str]) -> Iterator[Engine]:
    """The demo of the default size, on SQLite; for reading only."""
    engine = make_engine(make_database("sqlite"))
    make_demo(engine, seed=SEED, until=UNTIL)
    yield engine
    engine.dispose()


@dataclass(frozen=True)
class Frames:
    """What many blocks hold, as frames. Patients are counted through; days are day numbers.

    The patients of the stories are left out, because their scores are written by hand.
    """

    plan: Plan
    infusions: pd.DataFrame
    scores: pd.DataFrame
    appointments: pd.DataFrame
    vitals: pd.DataFrame
    side_effects: pd.DataFrame


@pytest.fixture(scope="session")
def frames() -> Frames:
    """About 120,000 infusions at 16 sites, so that chance differences are small."""
    plan = make_plan(120_000, SEED, UNTIL)
    parts: dict[str, list[pd.DataFrame]] = {}
    for site in plan.sites:
        block = make_block(Workplace(plan, site, SiteCalendar(plan, site)))
        for name, frame in _frames_of(block, site.number).items():
            parts.setdefault(name, []).append(frame)
    return Frames(
        plan, **{name: pd.concat(found, ignore_index=True) for name, found in parts.items()}
    )


def _frames_of(block: Block, site: int) -> dict[str, pd.DataFrame]:
    invented = len(block.told)
    infusions = _infusions(block, site)
    tables = {
        "infusions": infusions,
        "scores": _scores(block, site),
        "appointments": _appointments(block.appointments, site),
        "vitals": _vitals(block, infusions),
        "side_effects": _side_effects(block, infusions),
    }
    return {
        name: frame[frame["patient"] >= site * 1_000_000 + invented]
        for name, frame in tables.items()
    }


def _infusions(block: Block, site: int) -> pd.DataFrame:
    infusions, doses = block.infusions, block.doses
    return pd.DataFrame(
        {
            "site": site,
            "patient": site * 1_000_000 + infusions.patient,
            "number": infusions.number + 1,
            "phase": infusions.phase,
            "course": infusions.course,
            "day": infusions.day,
            "started": infusions.started,
            "mg_per_kg": doses.mg_per_kg,
            "stopped": doses.stop_minutes != NEVER,
            "recorded": block.side_effects.recorded == 1,
            "peak_systolic": block.vitals.peak_systolic,
            "peak_diastolic": block.vitals.peak_diastolic,
        }
    )


def _scores(block: Block, site: int) -> pd.DataFrame:
    scores = block.scores
    phq9 = scores.instrument == PHQ9
    frame = pd.DataFrame(
        {
            "patient": site * 1_000_000 + scores.patient[phq9],
            "completed": scores.completed[phq9],
            "total": scores.total[phq9],
            "item9": scores.items[phq9, 8],
        }
    )
    return frame.sort_values(["patient", "completed"])


def _appointments(appointments: Appointments, site: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "site": site,
            "patient": site * 1_000_000 + appointments.patient,
            "kind": appointments.kind,
            "status": appointments.status,
            "start": appointments.start,
            "cancelled_at": appointments.cancelled_at,
        }
    )


def _vitals(block: Block, infusions: pd.DataFrame) -> pd.DataFrame:
    vitals = block.vitals
    started = infusions["started"].to_numpy()[vitals.infusion]
    return pd.DataFrame(
        {
            "patient": infusions["patient"].to_numpy()[vitals.infusion],
            "infusion": infusions["site"].to_numpy()[0] * 1_000_000 + vitals.infusion,
            "minute": vitals.measured - started,
            "systolic": vitals.systolic,
            "diastolic": vitals.diastolic,
        }
    )


def _side_effects(block: Block, infusions: pd.DataFrame) -> pd.DataFrame:
    effects = block.side_effects
    of = infusions.take(effects.infusion)
    terms = np.array([kind.written[0] for kind in KINDS])
    return pd.DataFrame(
        {
            "site": of["site"].to_numpy(),
            "patient": of["patient"].to_numpy(),
            "term": terms[effects.kind],
            "grade": effects.grade,
            "number": of["number"].to_numpy(),
            "day": of["day"].to_numpy(),
            "mg_per_kg": of["mg_per_kg"].to_numpy(),
            "onset": effects.onset - of["started"].to_numpy(),
            "lasted": np.where(
                effects.resolved == NEVER, NEVER, effects.resolved - of["started"].to_numpy()
            ),
        }
    )
