"""The row models and the tables are the same contract."""

import re
from pathlib import Path

import pytest

from data_access.csv_files.contract import FILES, FileContract
from data_access.csv_files.rows import ITEMS
from data_access.schema.records import ITEM_COLUMNS

_OUR_OWN = re.compile(r"_key$|derived$")


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.stem))
def test_columns_are_those_of_the_table(file: FileContract) -> None:
    stored = {column.name for column in file.table.columns if not _OUR_OWN.search(column.name)}
    assert set(file.columns) == stored


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.stem))
def test_required_columns_are_those_that_must_be_stored(file: FileContract) -> None:
    assert file.required == {
        column for column in file.columns if not file.table.columns[column].nullable
    }


def test_references_lead_to_earlier_files_or_to_the_file_itself() -> None:
    for position, file in enumerate(FILES):
        assert set(file.references.values()) <= set(FILES[: position + 1])


def test_an_assessment_has_every_item_column() -> None:
    assert ITEMS == ITEM_COLUMNS


def test_the_guide_names_every_column() -> None:
    guide = Path(__file__).parents[3] / "docs" / "import.md"
    text = guide.read_text(encoding="utf-8")
    for file in FILES:
        (line,) = (line for line in text.splitlines() if line.startswith(f"| `{file.name}` |"))
        for column in file.columns:
            if column not in ITEMS:
                assert f"`{column}`" in line, (file.name, column)
                assert (f"**`{column}`**" in line) == (column in file.required)
