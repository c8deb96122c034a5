"""Side effects that are badly recorded: refused with the place, or counted right and marked."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from clinical.side_effect_times import Odd
from data_access.engine import reading
from data_access.facts import check_facts
from data_access.schema import InfusionFact, SideEffectFact, Term
from tests.data_access.csv_files.helpers import Row, run_import, where, write_csv

_START = "2026-03-02T10:00:00-05:00"


def clinic(folder: Path, *side_effects: Row) -> Path:
    """One infusion, from 10:00 to 10:40, discharged at 11:40, with some side effects."""
    write_csv(folder, "sites.csv", {"site_id": "S", "name": "N", "time_zone": "America/New_York"})
    write_csv(folder, "patients.csv", {"patient_id": "P"})
    infusion = {
        "infusion_id": "I",
        "patient_id": "P",
        "site_id": "S",
        "started_at": _START,
        "dose_mg": 40,
        "ended_at": "2026-03-02T10:40:00-05:00",
        "discharged_at": "2026-03-02T11:40:00-05:00",
    }
    write_csv(folder, "infusions.csv", infusion)
    own = ({"side_effect_id": f"E{n}", "infusion_id": "I"} for n in range(len(side_effects)))
    rows = ({**keys, **row} for keys, row in zip(own, side_effects, strict=True))
    return write_csv(folder, "side_effects.csv", *rows)


def timed(term: str, onset: str, resolved: str, **columns: str) -> Row:
    """A side effect by the clock of its day."""
    times = {"onset_at": onset, "resolved_at": resolved}
    written = {name: f"2026-03-02T{at}:00-05:00" if at else "" for name, at in times.items()}
    return {"term": term, **written, **columns}


def facts(engine: Engine, *columns: str) -> dict[str, tuple[object, ...]]:
    """Some columns of the facts of each term."""
    statement = select(Term.name, *(getattr(SideEffectFact, name) for name in columns)).join(
        SideEffectFact, SideEffectFact.term_key == Term.term_key
    )
    with reading(engine) as connection:
        assert check_facts(connection) == []
        return {name: tuple(values) for name, *values in connection.execute(statement)}


def test_passed_before_it_began_is_refused(engine: Engine, tmp_path: Path):
    folder = clinic(tmp_path / "clinic", timed("Nausea", "10:30", "10:20"))
    report = run_import(engine, folder)
    assert not report.committed
    assert [where(problem) for problem in report.errors] == [
        ("side_effects.csv", 2, "resolved_at", "2026-03-02T15:20:00Z")
    ]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        # onset, passed, lasted, open, odd
        (timed("Nausea", "", "09:50"), (None, None, None, 0, Odd.PASSED_BEFORE_ONSET)),
        (timed("Nausea", "09:50", "10:20"), (None, None, None, 0, Odd.BEGAN_BEFORE_INFUSION)),
        (timed("Nausea", "18:00", "19:00"), (480, 500, 60, 0, Odd.BEGAN_AFTER_DISCHARGE)),
        (timed("Nausea", "18:00", ""), (480, None, None, 1, Odd.BEGAN_AFTER_DISCHARGE)),
    ],
)
def test_odd_times_are_taken_in_and_marked(
    engine: Engine, tmp_path: Path, row: Row, told: tuple[object, ...]
):
    assert run_import(engine, clinic(tmp_path / "clinic", row)).committed
    columns = ("onset_minutes", "passed_minutes", "lasted_minutes", "open", "odd")
    assert facts(engine, *columns) == {"Nausea": told}


def test_a_death_is_warned_of_and_counted(engine: Engine, tmp_path: Path):
    row = timed("Seizure", "10:10", "10:15", grade="5", serious="true")
    report = run_import(engine, clinic(tmp_path / "clinic", row))
    assert report.committed
    assert [where(problem) for problem in report.warnings] == [
        ("side_effects.csv", 2, "grade", "5")
    ]
    assert facts(engine, "worst_grade", "serious") == {"Seizure": (5, 1)}


def test_a_sixth_grade_is_refused(engine: Engine, tmp_path: Path):
    row = timed("Nausea", "10:10", "10:15", grade="6")
    report = run_import(engine, clinic(tmp_path / "clinic", row))
    assert [where(problem) for problem in report.errors] == [("side_effects.csv", 2, "grade", "6")]


def test_forty_side_effects_in_many_spellings(engine: Engine, tmp_path: Path):
    spellings = ["Nausea", "NAUSEA", " nausea ", "Feeling sick", "felt  sick", "queasy"]
    unknown = ["Foot ache", "foot ACHE", "FOOT  ache"]
    others = [f"Ache {number:02}" for number in range(31)]
    rows = [{"term": term, "grade": "1"} for term in (*spellings, *unknown, *others)]
    assert run_import(engine, clinic(tmp_path / "clinic", *rows)).committed
    found = facts(engine, "events")
    assert len(found) == 33
    assert found["Nausea"] == (6,)
    assert found["Foot ache"] == (3,)
    with reading(engine) as connection:
        statement = select(InfusionFact.side_effects, InfusionFact.recorded)
        assert [tuple(row) for row in connection.execute(statement)] == [(40, 1)]
