"""The documents say what the program does."""

import re
from pathlib import Path

import pytest

from clinical.instruments import INSTRUMENTS
from data_access.csv_files.contract import FILES, FileContract

GUIDE = (Path(__file__).parent.parent / "docs" / "import.md").read_text(encoding="utf-8")


def described_columns(file: FileContract) -> set[str]:
    """The columns that the guide lists for a file; required ones as ``**name**``."""
    row = re.search(rf"^\| `{re.escape(file.name)}` \| (.*) \|$", GUIDE, re.MULTILINE)
    assert row is not None, f"{file.name} is missing"
    without_remarks = re.sub(r"\([^)]*\)|;.*|`", "", row[1])
    columns = {part.strip() for part in without_remarks.split(",")}
    if "item_1 … item_30" in columns:
        columns.remove("item_1 … item_30")
        columns |= {f"item_{number}" for number in range(1, 31)}
    return columns


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_guide_lists_the_columns_of_the_import(file: FileContract):
    assert described_columns(file) == {
        f"**{column}**" if column in file.required else column for column in file.columns
    }


def test_the_guide_names_every_instrument():
    listed = re.search(r"\*\*`instrument`\*\* \(([^)]*)\)", GUIDE)
    assert listed is not None
    assert re.findall(r"`([^`]+)`", listed[1]) == list(INSTRUMENTS)
