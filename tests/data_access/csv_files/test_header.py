from data_access.csv_files.contract import FILE_BY_STEM
from data_access.csv_files.header import understand_header

CHAIRS = FILE_BY_STEM["chairs"]
VITAL_SIGNS = FILE_BY_STEM["vital_signs"]


def problems(names: list[str]) -> list[tuple[str | None, str | None, str, str | None]]:
    _, findings = understand_header(CHAIRS, names)
    return [(each.column, each.value, each.problem, each.expected) for each in findings]


def test_columns_come_in_any_order() -> None:
    header, findings = understand_header(CHAIRS, ["name", "chair_id", "site_id"])
    assert header.columns == ("name", "chair_id", "site_id")
    assert (header.absent, findings) == ((), [])


def test_an_optional_column_may_be_absent() -> None:
    header, findings = understand_header(
        VITAL_SIGNS, ["infusion_id", "measured_at", "systolic_mmhg", "diastolic_mmhg"]
    )
    assert header.absent == ("heart_rate_bpm", "spo2_percent", "sedation_moaas")
    assert findings == []


def test_every_problem_of_a_header_is_found() -> None:
    assert problems(["chair_id", "Name", "chair_id", "", "colour"]) == [
        (None, "Name", "is not a column of this file", "name"),
        ("chair_id", None, "is in the header twice", "each column once"),
        (None, None, "column 4 has no name", "a header without empty cells"),
        (None, "colour", "is not a column of this file", "one of chair_id, site_id, name"),
        ("site_id", None, "is missing from the header", "this column, filled in every row"),
        ("name", None, "is missing from the header", "this column, filled in every row"),
    ]


def test_a_name_is_taken_exactly() -> None:
    assert problems(["chair_id", "site_id", " name"])[0][3] == "name"
