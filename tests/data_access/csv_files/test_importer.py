"""The eight promises of the data contract, on the example clinic."""

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from data_access.csv_files import FolderError, import_folder
from data_access.engine import reading
from data_access.errors import SchemaMismatchError
from data_access.facts import check_facts
from data_access.schema import (
    Appointment,
    Assessment,
    ImportedFile,
    ImportRun,
    Infusion,
    OpeningHours,
    Patient,
    ScoreFact,
    Series,
    VitalSigns,
)
from tests.data_access.csv_files.helpers import (
    EXAMPLE,
    TESTER,
    copy_example,
    dump,
    edit,
    run_import,
    where,
    write_csv,
)


def rows(engine: Engine, *columns: Any) -> list[tuple[Any, ...]]:
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(columns[0]))]


class TestFirstImport:
    def test_every_row_is_added(self, engine: Engine) -> None:
        report = run_import(engine, EXAMPLE)
        assert report.committed
        assert (report.errors, report.warnings) == ([], [])
        assert {file.name: (file.rows, file.added) for file in report.files} == {
            "sites.csv": (2, 2),
            "chairs.csv": (3, 3),
            "opening_hours.csv": (5, 5),
            "closures.csv": (2, 2),
            "providers.csv": (2, 2),
            "patients.csv": (4, 4),
            "series.csv": (1, 1),
            "appointments.csv": (8, 8),
            "infusions.csv": (6, 6),
            "vital_signs.csv": (6, 6),
            "assessments.csv": (5, 5),
            "side_effects.csv": (3, 3),
            "medications.csv": (2, 2),
            "checks.csv": (2, 2),
        }
        assert not any(file.changed or file.unchanged or file.rejected for file in report.files)

    def test_text_is_kept_as_it_is_written(self, engine: Engine) -> None:
        run_import(engine, EXAMPLE)
        names = rows(
            engine, Patient.patient_id, Patient.mrn, Patient.given_name, Patient.family_name
        )
        assert names == [
            ("P-001", "007", "Ada", "NA"),
            ("P-002", "0012", "José", "O'Brien, Jr."),
            ("P-003", "0034", "Mei", "Null"),
            ("P-004", None, None, None),
        ]
        reasons = dict(rows(engine, Appointment.appointment_id, Appointment.cancellation_reason))
        assert reasons["A-4"] == 'Snow; "no school"\nand no bus'

    def test_keys_count_the_rows_of_the_file(self, engine: Engine) -> None:
        run_import(engine, EXAMPLE)
        assert rows(engine, Infusion.infusion_key, Infusion.infusion_id) == [
            (number, f"I-{number}") for number in range(1, 7)
        ]

    def test_times_are_stored_in_utc(self, engine: Engine) -> None:
        run_import(engine, EXAMPLE)
        started = dict(rows(engine, Infusion.infusion_id, Infusion.started_at))
        assert started["I-1"] == datetime(2026, 1, 12, 14, 10, tzinfo=UTC)  # -05:00 is given
        assert started["I-4"] == datetime(2026, 1, 20, 17, 30, tzinfo=UTC)  # Los Angeles
        completed = dict(rows(engine, Assessment.assessment_id, Assessment.completed_at))
        assert completed["Q-4"] == datetime(2026, 1, 19, 18, tzinfo=UTC)  # the patient's site
        assert completed["Q-5"] == datetime(2026, 1, 20, 17, tzinfo=UTC)  # the infusion's site
        measured = rows(engine, VitalSigns.measured_at, VitalSigns.infusion_id)
        assert (datetime(2026, 1, 20, 17, 25, tzinfo=UTC), "I-4") in measured

    def test_series_and_facts_are_derived(self, engine: Engine) -> None:
        run_import(engine, EXAMPLE)
        placed = rows(
            engine,
            Infusion.infusion_id,
            Infusion.series_id,
            Infusion.sequence_number,
            Infusion.series_derived,
            Infusion.sequence_derived,
        )
        assert placed == [
            ("I-1", "S-1", 1, False, False),
            ("I-2", "S-1", 2, False, False),
            ("I-3", "S-1", 3, False, False),
            ("I-4", "derived:3:1", 1, True, True),
            ("I-5", "derived:3:1", 2, True, True),
            ("I-6", "derived:3:2", 1, True, True),
        ]
        phases = rows(engine, Series.series_id, Series.phase, Series.derived)
        assert phases == [
            ("S-1", "induction", False),
            ("derived:3:1", "induction", True),
            ("derived:3:2", "maintenance", True),
        ]
        scores = rows(engine, ScoreFact.assessment_key, ScoreFact.total, ScoreFact.number)
        assert scores == [(1, 20, 0), (2, 11, 1), (3, 8, 2), (4, 32, 0), (5, 1, 0)]
        with reading(engine) as connection:
            assert list(check_facts(connection)) == []


class TestSecondImport:
    def test_changes_nothing_and_says_so(self, engine: Engine) -> None:
        run_import(engine, EXAMPLE)
        before = dump(engine)
        report = run_import(engine, EXAMPLE)
        assert report.committed
        assert report.changed_nothing
        assert all(file.unchanged == file.rows > 0 for file in report.files)
        assert dump(engine) == before

    def test_updates_a_changed_row(self, engine: Engine, tmp_path: Path) -> None:
        run_import(engine, EXAMPLE)
        folder = copy_example(tmp_path)
        edit(folder, "patients.csv", "P-003,0034,Mei", "P-003,0034,Mei Lin")
        report = run_import(engine, folder)
        counts = {file.name: (file.added, file.changed) for file in report.files}
        assert counts.pop("patients.csv") == (0, 1)
        assert set(counts.values()) == {(0, 0)}
        assert ("P-003", "Mei Lin") in rows(engine, Patient.patient_id, Patient.given_name)

    def test_a_late_infusion_renumbers_a_derived_series(
        self, engine: Engine, tmp_path: Path
    ) -> None:
        run_import(engine, EXAMPLE)
        late = write_csv(
            tmp_path / "late",
            "infusions.csv",
            {
                "infusion_id": "I-0",
                "patient_id": "P-003",
                "site_id": "west",
                "started_at": "2026-01-15T09:30:00",
                "dose_mg": "40",
            },
        )
        report = run_import(engine, late)
        assert [(file.added, file.changed) for file in report.files] == [(1, 0)]
        numbers = dict(rows(engine, Infusion.infusion_id, Infusion.sequence_number))
        assert [numbers[each] for each in ("I-0", "I-4", "I-5", "I-6")] == [1, 2, 3, 1]
        with reading(engine) as connection:
            assert list(check_facts(connection)) == []

    def test_a_moved_record_refreshes_both_patients(self, engine: Engine, tmp_path: Path) -> None:
        run_import(engine, EXAMPLE)
        folder = copy_example(tmp_path)
        edit(folder, "assessments.csv", "Q-3,P-001", "Q-3,P-003")
        assert run_import(engine, folder).committed
        with reading(engine) as connection:
            assert list(check_facts(connection)) == []

    def test_a_moved_clock_moves_the_clinic_days(self, engine: Engine, tmp_path: Path) -> None:
        run_import(engine, EXAMPLE)
        moved = write_csv(
            tmp_path / "moved",
            "sites.csv",
            {"site_id": "west", "name": "West Clinic", "time_zone": "Asia/Tokyo"},
        )
        assert run_import(engine, moved).committed
        with reading(engine) as connection:
            assert list(check_facts(connection)) == []

    def test_an_absent_column_is_left_as_it_is_and_an_empty_cell_clears(
        self, engine: Engine, tmp_path: Path
    ) -> None:
        run_import(engine, EXAMPLE)
        partial = write_csv(
            tmp_path / "partial",
            "patients.csv",
            {"patient_id": "P-001", "mrn": ""},
            {"patient_id": "P-009", "mrn": "99"},
        )
        report = run_import(engine, partial)
        assert [(file.added, file.changed) for file in report.files] == [(1, 1)]
        patients = rows(engine, Patient.patient_id, Patient.mrn, Patient.birth_date)
        assert patients[0] == ("P-001", None, date(1979, 5, 14))
        assert patients[-1] == ("P-009", "99", None)

    def test_a_given_series_replaces_a_derived_one(self, engine: Engine, tmp_path: Path) -> None:
        run_import(engine, EXAMPLE)
        folder = copy_example(tmp_path)
        edit(folder, "series.csv", "S-1,", "S-2,P-003,induction,2026-01-20,\nS-1,")
        for line in (
            "I-4,P-003,west,2026-01-20T09:30:00,40,",
            "I-5,P-003,west,2026-01-27T09:30:00,40,",
        ):
            edit(folder, "infusions.csv", line, line + "S-2")
        assert run_import(engine, folder).committed
        placed = rows(engine, Infusion.infusion_id, Infusion.series_id, Infusion.series_derived)
        assert placed[3:5] == [("I-4", "S-2", False), ("I-5", "S-2", False)]

    def test_opening_hours_replace_those_that_they_overlap(
        self, engine: Engine, tmp_path: Path
    ) -> None:
        run_import(engine, EXAMPLE)
        hours = write_csv(
            tmp_path / "hours",
            "opening_hours.csv",
            {"site_id": "north", "weekday": "1", "opens": "07:00", "closes": "12:30"},
        )
        report = run_import(engine, hours)
        assert [problem.problem for problem in report.warnings] == [
            "begins hours that replace 08:00 to 12:00 of Monday in the database"
        ]
        monday = [
            (f"{opens:%H:%M}", f"{closes:%H:%M}")
            for opens, closes, site, weekday in rows(
                engine,
                OpeningHours.opens,
                OpeningHours.closes,
                OpeningHours.site_id,
                OpeningHours.weekday,
            )
            if (site, weekday) == ("north", 1)
        ]
        assert monday == [("07:00", "12:30"), ("13:00", "17:30")]


class TestRejection:
    def test_an_error_anywhere_changes_nothing(self, engine: Engine, tmp_path: Path) -> None:
        run_import(engine, EXAMPLE)
        before = dump(engine)
        folder = copy_example(tmp_path)
        edit(folder, "patients.csv", "P-003,0034,Mei", "P-003,0034,Mei Lin")
        edit(folder, "checks.csv", "normal", "fine")
        report = run_import(engine, folder)
        assert not report.committed
        assert [where(error) for error in report.errors] == [("checks.csv", 2, "result", "fine")]
        assert dump(engine) == before
        with reading(engine) as connection:
            assert len(connection.execute(select(ImportRun)).all()) == 1

    def test_every_problem_of_every_file_is_listed(self, engine: Engine, tmp_path: Path) -> None:
        folder = copy_example(tmp_path)
        edit(folder, "sites.csv", "America/Los_Angeles", "America/Los_Angles")
        edit(folder, "patients.csv", "1991-11-02", "02/11/1991")
        edit(folder, "appointments.csv", "noshow", "no show")
        edit(
            folder, "infusions.csv", "2026-01-14T09:05:00-05:00,34,", "2026-01-14T09:05:00-05:00,0,"
        )
        edit(folder, "assessments.csv", "Q-3,P-001,PHQ-9", "Q-3,P-005,PHQ9")
        edit(folder, "side_effects.csv", "E-2,I-3", "E-2,I-9")
        report = run_import(engine, folder)
        assert [where(error) for error in report.errors] == [
            ("sites.csv", 3, "time_zone", "America/Los_Angles"),
            ("patients.csv", 3, "birth_date", "02/11/1991"),
            ("appointments.csv", 8, "status", "no show"),
            ("infusions.csv", 3, "dose_mg", "0"),
            ("assessments.csv", 4, "instrument", "PHQ9"),
            ("assessments.csv", 4, "patient_id", "P-005"),
            ("side_effects.csv", 3, "infusion_id", "I-9"),
        ]
        assert report.errors[0].problem.endswith("(did you mean 'America/Los_Angeles'?)")
        assert report.errors[4].problem.endswith("(did you mean 'PHQ-9'?)")
        rejected = {file.name: file.rejected for file in report.files if file.rejected}
        assert rejected["assessments.csv"] == 1
        assert rejected["side_effects.csv"] == 1

    def test_a_thousand_problems_are_listed_and_the_rest_counted(
        self, engine: Engine, tmp_path: Path
    ) -> None:
        folder = write_csv(
            tmp_path / "bad",
            "providers.csv",
            *({"provider_id": f"D{number}", "name": "x", "role": "chef"} for number in range(1200)),
        )
        report = run_import(engine, folder)
        assert (len(report.errors), report.error_count) == (1000, 1200)
        assert report.files[0].rejected == 1200

    def test_a_rejected_row_does_not_reject_what_refers_to_it(
        self, engine: Engine, tmp_path: Path
    ) -> None:
        folder = copy_example(tmp_path)
        edit(folder, "patients.csv", "P-001,007,Ada", "P-001,007,Ada,extra")
        report = run_import(engine, folder)
        assert [where(error) for error in report.errors] == [("patients.csv", 2, None, None)]

    def test_a_file_without_its_key_is_the_only_one_to_blame(
        self, engine: Engine, tmp_path: Path
    ) -> None:
        folder = copy_example(tmp_path)
        edit(folder, "patients.csv", "patient_id,", "patientid,")
        report = run_import(engine, folder)
        assert [(*where(error), error.expected) for error in report.errors] == [
            ("patients.csv", 1, None, "patientid", "patient_id"),
            (
                "patients.csv",
                1,
                "patient_id",
                None,
                "this column, filled in every row",
            ),
        ]


class TestDryRun:
    def test_reports_as_an_import_and_changes_nothing(self, engine: Engine) -> None:
        empty = dump(engine)
        dry = run_import(engine, EXAMPLE, dry_run=True)
        assert (dry.dry_run, dry.committed) == (True, False)
        assert dump(engine) == empty
        assert rows(engine, ImportRun.run_key) == []
        assert dry.files == run_import(engine, EXAMPLE).files


class TestRecord:
    def test_tells_when_by_whom_and_which_files(self, engine: Engine) -> None:
        before = datetime.now(UTC).replace(microsecond=0)
        run_import(engine, EXAMPLE)
        run_import(engine, EXAMPLE)
        runs = rows(
            engine, ImportRun.run_key, ImportRun.source, ImportRun.user_name, ImportRun.started_at
        )
        assert [run[:3] for run in runs] == [(1, "example", "tester"), (2, "example", "tester")]
        assert before <= runs[0][3] <= runs[1][3] <= datetime.now(UTC)
        digest = hashlib.sha256((EXAMPLE / "patients.csv").read_bytes()).hexdigest()
        files = rows(
            engine,
            ImportedFile.run_key,
            ImportedFile.name,
            ImportedFile.sha256,
            ImportedFile.rows,
            ImportedFile.added,
            ImportedFile.unchanged,
        )
        assert (1, "patients.csv", digest, 4, 4, 0) in files
        assert (2, "patients.csv", digest, 4, 0, 4) in files

    def test_the_report_is_json_too(self, engine: Engine, tmp_path: Path) -> None:
        folder = copy_example(tmp_path)
        edit(folder, "checks.csv", "normal", "fine")
        report = json.loads(run_import(engine, folder).to_json())
        assert report["committed"] is False
        assert report["errors"] == [
            {
                "file": "checks.csv",
                "line": 2,
                "column": "result",
                "value": "fine",
                "problem": "is not one of the words for this column",
                "expected": "one of normal, abnormal",
            }
        ]

    def test_a_value_that_is_not_utf8_is_told_in_valid_text(
        self, engine: Engine, tmp_path: Path
    ) -> None:
        folder = copy_example(tmp_path)
        latin = (folder / "patients.csv").read_text(encoding="utf-8").encode("latin-1")
        (folder / "patients.csv").write_bytes(latin)
        report = run_import(engine, folder)
        (error,) = report.errors
        assert where(error) == ("patients.csv", 3, "given_name", r"Jos\xe9")
        assert error.problem == "holds bytes that are not UTF-8"
        assert report.to_json().encode("utf-8")


class TestFolder:
    def test_a_misnamed_file_is_an_error(self, engine: Engine, tmp_path: Path) -> None:
        folder = copy_example(tmp_path)
        for name in ("Patients.CSV", "infusion.csv", "vital_signs.xlsx", "staff.csv"):
            (folder / name).write_text("")
        for name in ("notes.txt", ".hidden.csv", "~$sites.csv"):
            (folder / name).write_text("")
        report = run_import(engine, folder)
        found = {error.file: error.expected for error in report.errors}
        assert found["Patients.CSV"] == "patients.csv"
        assert found["infusion.csv"] == "infusions.csv"
        assert found["vital_signs.xlsx"] == "vital_signs.csv"
        assert (found["staff.csv"] or "").startswith("one of sites.csv, ")
        assert len(found) == 4

    def test_a_folder_without_files_is_an_error(self, engine: Engine, tmp_path: Path) -> None:
        report = run_import(engine, tmp_path)
        assert [error.problem for error in report.errors] == ["holds no file to import"]

    def test_a_missing_folder_is_refused(self, engine: Engine, tmp_path: Path) -> None:
        with pytest.raises(FolderError, match="cannot be read"):
            run_import(engine, tmp_path / "nowhere")

    def test_another_schema_is_refused(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(SchemaMismatchError):
            run_import(engine, EXAMPLE)


def test_progress_rises_to_the_end(engine: Engine) -> None:
    told: list[tuple[int, int]] = []
    import_folder(
        engine, EXAMPLE, viewer=TESTER, progress=lambda done, total: told.append((done, total))
    )
    done = [each for each, _ in told]
    assert done == sorted(done)
    assert told[-1] == (100, 100)
