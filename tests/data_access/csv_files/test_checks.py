"""What rows must agree on with other rows, of the folder and of the database."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from data_access.csv_files import ImportReport
from tests.data_access.csv_files.helpers import (
    EXAMPLE,
    copy_example,
    edit,
    run_import,
    where,
    write_csv,
)

Edit = tuple[str, str, str]


def import_edited(engine: Engine, tmp_path: Path, *edits: Edit) -> ImportReport:
    folder = copy_example(tmp_path)
    for file, old, new in edits:
        edit(folder, file, old, new)
    return run_import(engine, folder)


@pytest.mark.parametrize(
    ("edits", "places"),
    [
        pytest.param(
            [("patients.csv", "P-004,,", "P-001,,")],
            [("patients.csv", 5, "patient_id", "P-001")],
            id="a second row with the same identifier",
        ),
        pytest.param(
            [("chairs.csv", "N2,north,Chair 2", "N1,north,Chair 1")],
            [
                ("chairs.csv", 3, "chair_id", "N1"),
                ("appointments.csv", 5, "chair_id", "N2"),
                ("appointments.csv", 7, "chair_id", "N2"),
                ("infusions.csv", 4, "chair_id", "N2"),
            ],
            id="the same row twice",
        ),
        pytest.param(
            [("vital_signs.csv", "I-1,2026-01-12T09:30:00-05:00", "I-1,2026-01-12T14:05:00.5Z")],
            [("vital_signs.csv", 3, "measured_at", "I-1 2026-01-12T14:05:00Z")],
            id="the same instant in another time zone",
        ),
        pytest.param(
            [("closures.csv", "west,2026-02-16", "north,2026-01-01")],
            [("closures.csv", 3, "date", "north 2026-01-01")],
            id="a day closed twice",
        ),
        pytest.param(
            [
                ("patients.csv", "true,west,Psychiatrist", "true,east,Psychiatrist"),
                ("appointments.csv", "A-4\n", "A-99\n"),
                ("infusions.csv", "34.5,S-1", "34.5,S-9"),
                ("checks.csv", "C-2,P-003", "C-2,P-03"),
                ("assessments.csv", "I-4,", "I-44,"),
            ],
            [
                ("patients.csv", 4, "site_id", "east"),
                ("appointments.csv", 7, "rescheduled_from", "A-99"),
                ("infusions.csv", 4, "series_id", "S-9"),
                ("assessments.csv", 6, "infusion_id", "I-44"),
                ("checks.csv", 3, "patient_id", "P-03"),
            ],
            id="references to nothing",
        ),
        pytest.param(
            [
                (
                    "infusions.csv",
                    "RN-7,N1,ketamine,iv,L0424,68,2026-01-12",
                    "RN-7,W1,,,,68,2026-01-12",
                )
            ],
            [("infusions.csv", 2, "chair_id", "W1")],
            id="a chair of another site",
        ),
        pytest.param(
            [("series.csv", "S-1,P-001", "S-1,P-002")],
            [("infusions.csv", line, "series_id", "S-1") for line in (2, 3, 4)],
            id="a series of another patient",
        ),
        pytest.param(
            [
                (
                    "appointments.csv",
                    "11:00:00-05:00,P-001,RN-7,N1,2026-01-05T10:05:00-05:00,,,\nA-3",
                    "11:00:00-05:00,P-002,RN-7,N1,2026-01-05T10:05:00-05:00,,,\nA-3",
                )
            ],
            [("infusions.csv", 2, "appointment_id", "A-2")],
            id="an appointment of another patient",
        ),
        pytest.param(
            [("assessments.csv", "Q-2,P-001", "Q-2,P-002")],
            [("assessments.csv", 3, "infusion_id", "I-1")],
            id="an assessment of another patient's infusion",
        ),
        pytest.param(
            [("infusions.csv", "false,,true\nI-2", "false,,false\nI-2")],
            [("side_effects.csv", 2, "infusion_id", "I-1")],
            id="a side effect where none were asked for",
        ),
        pytest.param(
            [("infusions.csv", "S-1,3,", "S-1,2,")],
            [("infusions.csv", 4, "sequence_number", "2")],
            id="a number twice in a series",
        ),
        pytest.param(
            [("opening_hours.csv", "13:00,17:30", "11:59,17:30")],
            [("opening_hours.csv", 3, "opens", "11:59")],
            id="overlapping hours",
        ),
        pytest.param(
            [
                ("patients.csv", "P-003,0034", "P-003,007"),
                ("patients.csv", "true,west", "true,north"),
            ],
            [("patients.csv", 4, "mrn", "007")],
            id="one number for two people",
        ),
    ],
)
def test_errors(
    engine: Engine,
    tmp_path: Path,
    edits: list[Edit],
    places: list[tuple[str, int, str, str]],
) -> None:
    report = import_edited(engine, tmp_path, *edits)
    assert [where(error) for error in report.errors] == places
    assert not report.committed
    by_file = {file.name: file.rejected for file in report.files}
    for name in by_file:
        assert by_file[name] == len({line for file, line, *_ in places if file == name})


@pytest.mark.parametrize(
    ("edits", "places"),
    [
        pytest.param(
            [("patients.csv", "P-003,0034", "P-003,007")],
            [("patients.csv", 4, "mrn", "007")],
            id="one number at two sites",
        ),
        pytest.param(
            [("appointments.csv", ",,A-4\n", ",,A-6\n")],
            [("appointments.csv", 7, "rescheduled_from", "A-6")],
            id="another patient's appointment replaced",
        ),
        pytest.param(
            [
                (
                    "infusions.csv",
                    "I-4,P-003,west,2026-01-20T09:30:00,40,,,,",
                    "I-4,P-003,west,2026-01-20T09:30:00,40,,,A-9,",
                ),
                ("appointments.csv", "A-8,west", "A-9,north"),
            ],
            [("infusions.csv", 5, "appointment_id", "A-9")],
            id="an appointment at another site",
        ),
    ],
)
def test_warnings(
    engine: Engine,
    tmp_path: Path,
    edits: list[Edit],
    places: list[tuple[str, int, str, str]],
) -> None:
    report = import_edited(engine, tmp_path, *edits)
    assert [where(warning) for warning in report.warnings] == places
    assert report.committed


@pytest.fixture
def import_rows(engine: Engine, tmp_path: Path) -> Callable[..., ImportReport]:
    """Imports rows of one file into a database that has the example clinic."""
    run_import(engine, EXAMPLE)

    def run(file: str, *rows: dict[str, str]) -> ImportReport:
        return run_import(engine, write_csv(tmp_path / "more", file, *rows))

    return run


class TestAgainstTheDatabase:
    """The folder holds one file; what it refers to is in the database alone."""

    def test_references_lead_there(self, import_rows: Callable[..., ImportReport]) -> None:
        report = import_rows(
            "checks.csv",
            {"check_id": "C-9", "patient_id": "P-002", "kind": "liver", "done_on": "2026-02-01"},
        )
        assert report.committed

    def test_a_chair_moves_away_from_its_appointments(
        self, import_rows: Callable[..., ImportReport]
    ) -> None:
        report = import_rows("chairs.csv", {"chair_id": "N1", "site_id": "west", "name": "Chair 1"})
        assert {where(error) for error in report.errors} == {("chairs.csv", 2, "site_id", "west")}
        assert len(report.errors) == 2  # once for its appointments, once for its infusions

    def test_a_series_moves_away_from_its_infusions(
        self, import_rows: Callable[..., ImportReport]
    ) -> None:
        report = import_rows(
            "series.csv",
            {
                "series_id": "S-1",
                "patient_id": "P-002",
                "phase": "induction",
                "started_on": "2026-01-12",
            },
        )
        assert [where(error) for error in report.errors] == [
            ("series.csv", 2, "patient_id", "P-002")
        ]
        assert "'P-001'" in report.errors[0].problem

    def test_an_infusion_says_that_none_were_asked_for(
        self, import_rows: Callable[..., ImportReport]
    ) -> None:
        report = import_rows(
            "infusions.csv",
            {
                "infusion_id": "I-4",
                "patient_id": "P-003",
                "site_id": "west",
                "started_at": "2026-01-20T09:30:00",
                "dose_mg": "40",
                "side_effects_recorded": "false",
            },
        )
        assert [where(error) for error in report.errors] == [
            ("infusions.csv", 2, "side_effects_recorded", "false")
        ]

    def test_a_side_effect_where_none_were_asked_for(
        self, import_rows: Callable[..., ImportReport]
    ) -> None:
        report = import_rows(
            "side_effects.csv", {"side_effect_id": "E-9", "infusion_id": "I-5", "term": "Nausea"}
        )
        assert [where(error) for error in report.errors] == [
            ("side_effects.csv", 2, "infusion_id", "I-5")
        ]

    def test_a_number_that_the_series_has_already(
        self, import_rows: Callable[..., ImportReport]
    ) -> None:
        report = import_rows(
            "infusions.csv",
            {
                "infusion_id": "I-9",
                "patient_id": "P-001",
                "site_id": "north",
                "started_at": "2026-01-26T09:00:00",
                "dose_mg": "34",
                "series_id": "S-1",
                "sequence_number": "3",
            },
        )
        assert [where(error) for error in report.errors] == [
            ("infusions.csv", 2, "sequence_number", "3")
        ]

    def test_a_number_of_somebody_else(self, import_rows: Callable[..., ImportReport]) -> None:
        report = import_rows(
            "patients.csv",
            {
                "patient_id": "P-010",
                "mrn": "007",
                "given_name": "Zoe",
                "family_name": "Young",
                "birth_date": "2001-01-01",
                "site_id": "north",
            },
            {"patient_id": "P-011", "mrn": "0012", "given_name": "Jose"},
        )
        assert [where(error) for error in report.errors] == [("patients.csv", 2, "mrn", "007")]
        assert [where(each) for each in report.warnings] == [("patients.csv", 3, "mrn", "0012")]

    def test_a_known_patient_becomes_somebody_else(
        self, import_rows: Callable[..., ImportReport]
    ) -> None:
        report = import_rows(
            "patients.csv",
            {"patient_id": "P-001", "family_name": "Young", "birth_date": "2001-01-01"},
        )
        assert report.committed
        assert [where(each) for each in report.warnings] == [
            ("patients.csv", 2, "patient_id", "P-001")
        ]

    def test_a_row_is_checked_with_the_values_that_its_file_leaves_out(
        self, import_rows: Callable[..., ImportReport]
    ) -> None:
        report = import_rows(
            "infusions.csv",
            {
                "infusion_id": "I-1",
                "patient_id": "P-001",
                "site_id": "north",
                "started_at": "2026-01-12T10:00:00",  # the database has 09:50 as its end
                "dose_mg": "34",
            },
        )
        assert [where(error) for error in report.errors] == [
            ("infusions.csv", 2, "ended_at", "2026-01-12T14:50:00Z")
        ]


class TestLocalTimes:
    """Times without an offset, by the clock of the row's site."""

    def test_a_time_that_does_not_exist(self, import_rows: Callable[..., ImportReport]) -> None:
        report = import_rows(
            "vital_signs.csv", {"infusion_id": "I-4", "measured_at": "2026-03-08T02:30:00"}
        )
        (error,) = report.errors
        assert where(error) == ("vital_signs.csv", 2, "measured_at", "2026-03-08T02:30:00")
        assert error.problem == (
            "does not exist in America/Los_Angeles, where the clock went forward"
        )

    def test_a_time_that_occurs_twice(self, import_rows: Callable[..., ImportReport]) -> None:
        report = import_rows(
            "assessments.csv",
            {
                "assessment_id": "Q-9",
                "patient_id": "P-002",
                "instrument": "PHQ-9",
                "completed_at": "2025-11-02T01:30:00",
                "total_score": "9",
            },
        )
        assert report.committed
        (warning,) = report.warnings
        assert warning.problem == (
            "occurs twice in America/New_York, where the clock went back; the first was taken"
        )

    def test_a_patient_without_a_site_needs_an_offset(
        self, import_rows: Callable[..., ImportReport]
    ) -> None:
        assessment = {
            "assessment_id": "Q-9",
            "patient_id": "P-004",
            "instrument": "PHQ-9",
            "completed_at": "2026-02-02T09:00:00",
            "total_score": "9",
        }
        report = import_rows("assessments.csv", assessment)
        (error,) = report.errors
        assert where(error) == ("assessments.csv", 2, "completed_at", "2026-02-02T09:00:00")
        assert error.problem.startswith("has no offset")
        assessment["completed_at"] += "-05:00"
        assert import_rows("assessments.csv", assessment).committed

    def test_the_infusion_in_the_database_tells_the_site(
        self, import_rows: Callable[..., ImportReport]
    ) -> None:
        import_rows("patients.csv", {"patient_id": "P-001", "site_id": "west"})
        report = import_rows(
            "assessments.csv",
            {
                "assessment_id": "Q-2",
                "patient_id": "P-001",
                "instrument": "PHQ-9",
                "completed_at": "2026-01-13T18:00:00",
            },
        )
        by_name = {file.name: file for file in report.files}
        assert by_name["assessments.csv"].unchanged == 1  # in New York, where I-1 was given


def test_repeated_rows_do_not_multiply_what_refers_to_them(engine: Engine, tmp_path: Path) -> None:
    """As when a clinic's export joins each appointment with its site, its chair and its patient."""
    count = 2_000
    site = {"site_id": "S", "name": "Site", "time_zone": "UTC"}
    chair = {"chair_id": "C", "site_id": "S", "name": "Chair"}
    hours = {"site_id": "S", "weekday": "1", "opens": "08:00", "closes": "09:00"}
    folder = write_csv(tmp_path / "joined", "sites.csv", *[site] * count)
    write_csv(folder, "chairs.csv", *[chair] * count)
    write_csv(folder, "opening_hours.csv", *[hours] * count)
    write_csv(
        folder,
        "patients.csv",
        *({"patient_id": f"P{number}", "mrn": "000"} for number in range(count)),
    )
    write_csv(
        folder,
        "appointments.csv",
        *(
            {
                "appointment_id": f"A{number}",
                "site_id": "S",
                "chair_id": "C",
                "kind": "infusion",
                "status": "booked",
                "scheduled_start": "2026-01-05T09:00",
                "scheduled_end": "2026-01-05T10:00",
            }
            for number in range(count)
        ),
    )
    report = run_import(engine, folder)
    assert report.error_count == 3 * (count - 1)
    assert report.warning_count == count - 1
    assert {file.name: file.rejected for file in report.files} == {
        "sites.csv": count - 1,
        "chairs.csv": count - 1,
        "opening_hours.csv": count - 1,
        "patients.csv": 0,
        "appointments.csv": 0,
    }
