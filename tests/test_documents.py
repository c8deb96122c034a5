"""The documents say what the program does."""

import re
from pathlib import Path

import pytest

from clinical.instruments import INSTRUMENTS
from data_access.csv_files.contract import FILES, FileContract

DOCS = Path(__file__).parent.parent / "docs"
CONTRACT = (DOCS / "data-contract.md").read_text(encoding="utf-8")


def contract_columns(file: FileContract) -> list[str]:
    """The columns that the contract lists for a file; required ones as ``**name**``."""
    row = re.search(rf"^\| `{re.escape(file.name)}` \| (.*) \|$", CONTRACT, re.MULTILINE)
    assert row is not None, f"{file.name} is missing"
    without_remarks = re.sub(r"\([^)]*\)|;.*", "", row[1])
    columns = [part.strip() for part in without_remarks.split(",")]
    items = "item_1 … item_30"
    if items in columns:
        place = columns.index(items)
        columns[place : place + 1] = [f"item_{number}" for number in range(1, 31)]
    return columns


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_contract_lists_the_columns_of_the_import(file: FileContract):
    expected = {f"**{column}**" if column in file.required else column for column in file.columns}
    assert set(contract_columns(file)) == expected


def test_the_contract_names_every_instrument():
    listed = re.search(r"^`instrument` is one of (.*?)\. ", CONTRACT, re.MULTILINE)
    assert listed is not None
    assert re.findall(r"`([^`]+)`", listed[1]) == list(INSTRUMENTS)
