"""A clinic small enough to count by hand: side effects that pass, infusions stopped, serious ones.

Day 0 is 1 March 2026. Infusions start at 10:00 by New York's clock (I6 at 11:00) and end 40 minutes
later; *chair* is the time until the discharge. Times of side effects are minutes from the start.

====  =======  =====  ====  ======  =====  ====  ====  =====  ======================================
id    patient  site   day   number  mg/kg  in    by    chair  side effects: from - to
====  =======  =====  ====  ======  =====  ====  ====  =====  ======================================
I1    P1       North  0     1       0.50   C1    D1    100    Nausea 2: 10-65; Vomiting 4, serious,
                                                              infusion stopped: 15-35
I2    P1       North  3     2       0.50   C1    D1    120    Nausea 1: 20-open; Anxiety 3, serious,
                                                              medicated and transferred: 30-20 and
                                                              30-35; Syncope, serious
I3    P1       North  6     3       0.50   C1          90     none
I4    P2       North  0     1       0.80         D1    110    Nausea 1: 10-65; stopped: "Nausea"
I5    P2       North  3     2       0.80               100    no form; stopped: "distress"
I6    P3       West   0     1       0.50               100    Nausea 2, serious: 480-540
I7    P4       West   6     1       0.50                      Nausea: not known; stopped: "Distress"
I8    P4       West   40    1 (m)   0.50               70     none; stopped: "Distress"
I9    P4       West   43    2 (m)   0.50               80     none; stopped, no reason
====  =======  =====  ====  ======  =====  ====  ====  =====  ======================================

P1 is a woman born on 1 January 1980, P3 a patient of North who was treated in West. I8 is the first
of P4's maintenance series (m). I1 was planned for 9:45, I4 for 10:10. P1 took two benzodiazepines
that both ended on day 0 and, since ever, lithium; P4 a benzodiazepine from day 6 on; of P3 a
medicine of no class is recorded, of P2 none.
"""

from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Connection, insert, select

from access.viewer import LOCAL_VIEWER, Permission, Viewer
from data_access.facts import rebuild_facts
from data_access.facts.tables import table_of
from data_access.filters import Filters
from data_access.schema import Medication, Term
from tests.data_access.facts.recorded_clinic import RecordedClinic, at

START = date(2026, 3, 1)
ALL = Filters(start=date(2026, 1, 1), end=date(2026, 12, 31))
EARLIER = Filters(start=date(2025, 1, 1), end=date(2025, 12, 31))
SEES_WEST = Viewer("west", LOCAL_VIEWER.permissions, frozenset({"S2"}))
SEES_TOTALS = Viewer("manager", frozenset({Permission.SEE_TOTALS}))
SEES_NO_NAMES = Viewer(
    "unnamed", frozenset({Permission.OPEN, Permission.SEE_TOTALS, Permission.SEE_CLINICAL})
)
STRANGER = Viewer("stranger", frozenset())
NORTH, WEST = 1, 2


def fill(connection: Connection) -> None:
    """Write the clinic, with all facts."""
    clinic = RecordedClinic(connection)
    _patients(clinic)
    _infusions(clinic)
    _side_effects(clinic)
    _medicines(connection)
    rebuild_facts(connection)


def _patients(clinic: RecordedClinic) -> None:
    clinic.patient(
        site_id="S1",
        birth_date=date(1980, 1, 1),
        sex="female",
        primary_diagnosis="F31.4",
        given_name="Ada",
        family_name="Lund",
    )
    clinic.patient(site_id="S1")
    clinic.patient(site_id="S1", given_name="Bo", family_name="Reyes")
    clinic.patient(site_id="S2", given_name="Cy", family_name="Adler")


def _infusions(clinic: RecordedClinic) -> None:
    planned = [
        clinic.appointment(at(0, 9, 45), patient_id="P1", status="fulfilled"),
        clinic.appointment(at(0, 10, 10), patient_id="P2", status="fulfilled"),
    ]
    first, second = (f"A{key}" for key in planned)
    here: dict[str, Any] = {"chair_id": "C1", "provider_id": "D1"}
    west: dict[str, Any] = {"site_id": "S2"}
    stopped: dict[str, Any] = {"stopped_early": True}
    _infusion(clinic, 1, 0, 100, appointment_id=first, lot_number="L1", **here)
    _infusion(clinic, 1, 3, 120, **here)
    _infusion(clinic, 1, 6, 90, chair_id="C1")
    _infusion(
        clinic,
        2,
        0,
        110,
        weight_kg=50.0,
        provider_id="D1",
        appointment_id=second,
        stop_reason="Nausea",
        **stopped,
    )
    _infusion(
        clinic,
        2,
        3,
        100,
        weight_kg=50.0,
        side_effects_recorded=None,
        stop_reason="  distress ",
        **stopped,
    )
    _infusion(clinic, 3, 0, 100, hour=11, **west)
    _infusion(clinic, 4, 6, None, stop_reason="Distress", **west, **stopped)
    _infusion(clinic, 4, 40, 70, stop_reason="Distress ", **west, **stopped)
    _infusion(clinic, 4, 43, 80, stop_reason=" ", **west, **stopped)


def _infusion(
    clinic: RecordedClinic,
    patient: int,
    day: int,
    chair: int | None,
    *,
    hour: int = 10,
    **columns: Any,
) -> None:
    start = at(day, hour)
    columns = {
        "dose_mg": 40.0,
        "weight_kg": 80.0,
        "ended_at": start + timedelta(minutes=40),
        "discharged_at": None if chair is None else start + timedelta(minutes=chair),
        "side_effects_recorded": True,
        **columns,
    }
    clinic.infusion(patient, start, **columns)


def _side_effects(clinic: RecordedClinic) -> None:
    def add(infusion: int, term: str, onset: int | None, end: int | None, **columns: Any) -> None:
        start = at(3 if infusion == 2 else 0, 11 if infusion == 6 else 10)
        times = (
            minute if minute is None else start + timedelta(minutes=minute)
            for minute in (onset, end)
        )
        columns |= dict(zip(("onset_at", "resolved_at"), times, strict=True))
        clinic.side_effect(infusion, term, **columns)

    add(1, "Nausea", 10, 65, grade=2)
    add(1, "threw up", 15, 35, grade=4, serious=True, action="infusion_stopped")
    add(2, "queasy", 20, None, grade=1)
    add(2, "Anxiety", 30, 20, grade=1, action="medicated")
    add(2, "anxious", 30, 35, grade=3, serious=True, action="transferred")
    add(2, "Fainted", None, None, serious=True)
    add(4, "NAUSEA", 10, 65, grade=1)
    add(6, "nausea", 480, 540, grade=2, serious=True)
    add(7, "Nausea", None, None)


def _medicines(connection: Connection) -> None:
    def day(number: int) -> date:
        return START + timedelta(days=number)

    rows = [
        ("P1", "Lorazepam", "benzodiazepine", day(-10), day(0)),
        ("P1", "Diazepam", "benzodiazepine", day(0), day(0)),
        ("P1", "Lithium", "lithium", None, None),
        ("P3", "Vitamin D", None, None, None),
        ("P4", "Lorazepam", "benzodiazepine", day(6), None),
    ]
    columns = ("patient_id", "name", "class", "started_on", "stopped_on")
    for key, row in enumerate(rows, start=1):
        own = {"medication_key": key, "medication_id": f"M{key}"}
        values = {**own, **dict(zip(columns, row, strict=True))}
        connection.execute(insert(table_of(Medication)).values(values))


def term_key(connection: Connection, name: str) -> int:
    """The key of a term."""
    return connection.scalars(select(Term.term_key).where(Term.name == name)).one()


def told(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """The rows as plain tuples, what is missing as ``None``."""
    return [
        tuple(None if not isinstance(value, tuple) and pd.isna(value) else value for value in row)
        for row in frame.astype(object).itertuples(index=False)
    ]


def in_order(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rows in an order that does not hang on where a database puts what is missing."""
    return sorted(rows, key=lambda row: tuple((value is None, value or 0) for value in row))
