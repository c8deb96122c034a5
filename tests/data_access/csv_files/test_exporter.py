import csv
from pathlib import Path

import pytest
from sqlalchemy import Engine

from data_access.csv_files import FolderError, export_folder, write_template
from data_access.csv_files.contract import FILES
from tests.data_access.csv_files.helpers import EXAMPLE, dump, edit, run_import, write_csv


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@pytest.fixture
def exported(engine: Engine, tmp_path: Path) -> Path:
    run_import(engine, EXAMPLE)
    export_folder(engine, tmp_path / "exported")
    return tmp_path / "exported"


class TestExport:
    def test_times_are_in_utc(self, exported: Path) -> None:
        vital_signs = read(exported / "vital_signs.csv")
        assert vital_signs[0] == {
            "infusion_id": "I-1",
            "measured_at": "2026-01-12T14:05:00Z",
            "systolic_mmhg": "118",
            "diastolic_mmhg": "76",
            "heart_rate_bpm": "70",
            "spo2_percent": "98",
            "sedation_moaas": "5",
        }

    def test_text_is_written_as_it_was(self, exported: Path) -> None:
        patients = read(exported / "patients.csv")
        assert [(each["mrn"], each["family_name"]) for each in patients] == [
            ("007", "NA"),
            ("0012", "O'Brien, Jr."),
            ("0034", "Null"),
            ("", ""),
        ]
        appointments = read(exported / "appointments.csv")
        assert appointments[3]["cancellation_reason"] == 'Snow; "no school"\nand no bus'

    def test_what_was_derived_is_left_out(self, exported: Path) -> None:
        assert [each["series_id"] for each in read(exported / "series.csv")] == ["S-1"]
        infusions = read(exported / "infusions.csv")
        assert [(each["series_id"], each["sequence_number"]) for each in infusions] == [
            ("S-1", "1"),
            ("S-1", "2"),
            ("S-1", "3"),
            ("", ""),
            ("", ""),
            ("", ""),
        ]

    def test_every_file_is_there_with_its_rows(self, engine: Engine, tmp_path: Path) -> None:
        run_import(engine, EXAMPLE)
        told: list[tuple[int, int]] = []
        rows = export_folder(
            engine, tmp_path / "new" / "exported", lambda done, total: told.append((done, total))
        )
        assert rows == {file.name: len(read(EXAMPLE / file.name)) for file in FILES}
        assert told == [(done, 14) for done in range(15)]

    def test_a_formula_comes_back_unchanged(self, engine: Engine, tmp_path: Path) -> None:
        folder = write_csv(tmp_path / "in", "providers.csv", {"provider_id": "D", "name": "=1+1"})
        run_import(engine, folder)
        export_folder(engine, tmp_path / "out")
        assert read(tmp_path / "out" / "providers.csv")[0]["name"] == "=1+1"

    def test_reads_back_to_an_identical_database(self, exported: Path, engine: Engine) -> None:
        before = dump(engine)
        report = run_import(engine, exported)
        assert report.changed_nothing
        assert dump(engine) == before


class TestFolder:
    def test_only_its_owner_may_open_it(self, exported: Path) -> None:
        assert exported.stat().st_mode & 0o777 == 0o700

    def test_an_empty_folder_is_used(self, engine: Engine, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        export_folder(engine, tmp_path / "empty")
        assert len(list((tmp_path / "empty").iterdir())) == 14

    def test_nothing_is_overwritten(self, engine: Engine, tmp_path: Path) -> None:
        (tmp_path / "notes.txt").write_text("keep me")
        for taken in (tmp_path, tmp_path / "notes.txt"):
            with pytest.raises(FolderError, match="is there already"):
                export_folder(engine, taken)
            with pytest.raises(FolderError, match="is there already"):
                write_template(taken)
        assert [each.name for each in tmp_path.iterdir()] == ["notes.txt"]

    def test_a_failed_export_leaves_nothing(self, engine: Engine, tmp_path: Path) -> None:
        def fail(done: int, _total: int) -> None:
            if done == 5:
                raise RuntimeError

        with pytest.raises(RuntimeError):
            export_folder(engine, tmp_path / "exported", fail)
        assert list(tmp_path.iterdir()) == []


class TestTemplate:
    def test_has_a_header_in_every_file(self, tmp_path: Path) -> None:
        paths = write_template(tmp_path / "template")
        assert [path.name for path in paths] == [file.name for file in FILES]
        header = (tmp_path / "template" / "chairs.csv").read_text(encoding="utf-8")
        assert header == "chair_id,site_id,name\n"

    def test_is_a_valid_folder(self, engine: Engine, tmp_path: Path) -> None:
        write_template(tmp_path / "template")
        report = run_import(engine, tmp_path / "template")
        assert report.committed
        assert (report.error_count, report.changed_nothing) == (0, True)

    def test_a_filled_template_is_imported(self, engine: Engine, tmp_path: Path) -> None:
        write_template(tmp_path / "template")
        edit(tmp_path / "template", "providers.csv", "role\n", "role\nD-1,Dr. Lee,physician\n")
        assert run_import(engine, tmp_path / "template").files[4].added == 1
