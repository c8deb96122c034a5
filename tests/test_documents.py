"""The documents say what the program does."""

import re
from pathlib import Path

import pytest

from clinical.attention import RULES
from clinical.instruments import INSTRUMENTS
from clinical.thresholds import LIMITS, Limit
from data_access.csv_files.contract import FILES, FileContract

DOCS = Path(__file__).parent.parent / "docs"
GUIDE = (DOCS / "import.md").read_text(encoding="utf-8")
ATTENTION = (DOCS / "attention.md").read_text(encoding="utf-8")


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


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
def test_every_threshold_is_described_with_its_default_and_source(limit: Limit):
    row = f"| `{limit.name}` | {limit.default:g} {limit.unit} | {limit.meaning} | {limit.source} |"
    assert row in ATTENTION.splitlines()


def test_no_threshold_is_described_that_does_not_exist():
    described = re.findall(r"^\| `([a-z0-9_]+)` \|", ATTENTION, re.MULTILINE)
    assert described == [limit.name for limit in LIMITS]


def test_the_rules_are_described_and_rated_in_the_order_of_urgency():
    rules, rates = ATTENTION.split("## How often each rule holds")
    labels = [rule.label for rule in RULES]
    assert re.findall(r"^\| \*\*([A-Z][^*]+)\*\* \|", rules, re.MULTILINE) == labels
    assert re.findall(r"^\| ([A-Z][^|`*]+) \| \d", rates, re.MULTILINE) == labels


def test_no_document_shows_a_picture_that_is_not_there_or_makes_one_that_none_shows():
    documents = [DOCS.parent / "README.md", *DOCS.glob("*.md")]
    shown = {
        Path(picture).name
        for document in documents
        for picture in re.findall(r"!\[[^]]+\]\(([^)]+)\)", document.read_text(encoding="utf-8"))
    }
    made = {path.name for path in (DOCS / "screenshots").glob("*.png")}
    assert shown == {name for name in made if not name.endswith("-dark.png")}
