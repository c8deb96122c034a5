"""The documents say what the program does."""

import re
from math import isinf
from pathlib import Path

import pytest

from clinical.attention import RULES
from clinical.false_alarms import (
    CHANGES_FOUND,
    MARKS_A_YEAR,
    WEEKS_OF_NEW_STARTERS,
    Delay,
    FalseMarks,
)
from clinical.instruments import INSTRUMENTS, Instrument
from clinical.measures import ITEM_MEASURES, MEASURES
from clinical.responses import reliable_points
from clinical.thresholds import LIMITS, Limit
from data_access.csv_files.contract import FILES, FileContract
from pages.appointments.choice import View as AppointmentsView
from pages.outcomes.choice import View as OutcomesView
from pages.side_effects.choice import View

DOCS = Path(__file__).parent.parent / "docs"
GUIDE = (DOCS / "import.md").read_text(encoding="utf-8")
ATTENTION = (DOCS / "attention.md").read_text(encoding="utf-8")
SIDE_EFFECTS = (DOCS / "side-effects.md").read_text(encoding="utf-8")
APPOINTMENTS = (DOCS / "appointments.md").read_text(encoding="utf-8")
OUTCOMES = (DOCS / "outcomes.md").read_text(encoding="utf-8")


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


def within(weeks: float) -> str:
    return "more than 26 weeks" if isinf(weeks) else f"{weeks:g} weeks"


@pytest.mark.parametrize("marks", MARKS_A_YEAR, ids=lambda marks: f"{marks.rules} {marks.clinic}")
def test_the_simulated_false_marks_stand_in_the_guide(marks: FalseMarks):
    row = f"| {marks.rules} | {marks.clinic} | {marks.a_year:.2f} | {marks.standard_error:.2f} |"
    assert row in SIDE_EFFECTS.splitlines()


@pytest.mark.parametrize("found", CHANGES_FOUND, ids=lambda f: f"{f.rules} {f.clinic} {f.before:g}")
def test_the_simulated_delays_stand_in_the_guide(found: Delay):
    row = (
        f"| {found.rules} | {found.clinic} | {found.before:g}, then {found.after:g} | "
        f"{within(found.median)} | {within(found.ninth)} | "
        f"{100 * found.within_6:.1f} % | {100 * found.within_12:.1f} % |"
    )
    assert row in SIDE_EFFECTS.splitlines()


def test_the_simulated_weeks_of_new_starters_stand_in_the_guide():
    longest = max(WEEKS_OF_NEW_STARTERS, key=lambda one: one.weeks)
    said = " ".join(SIDE_EFFECTS.split())
    assert f"being first ones for {longest.weeks} weeks" in said
    assert f"in {100 * longest.adjusted:.1f} % of clinics" in said
    assert f"infusion number, in {100 * longest.crude:.1f} %" in said


def test_every_view_of_side_effects_is_described():
    described = re.findall(r"^\| \*\*([^*]+)\*\* \|", SIDE_EFFECTS, re.MULTILINE)
    assert described == list(View)


def test_every_view_of_appointments_is_described():
    views, _ = APPOINTMENTS.split("### Which filters hold")
    assert re.findall(r"^\| \*\*([^*]+)\*\* \|", views, re.MULTILINE) == list(AppointmentsView)


def test_every_view_of_outcomes_is_described():
    views, rest = OUTCOMES.split("### Which choices hold")
    assert re.findall(r"^\| \*\*([^*]+)\*\* \|", views, re.MULTILINE) == list(OutcomesView)
    sections = re.findall(r"^## (.+)$", rest, re.MULTILINE)
    assert [section for section in sections if section in list(OutcomesView)] == list(OutcomesView)


@pytest.mark.parametrize(
    "measure",
    [measure for measure in MEASURES if measure.code not in ITEM_MEASURES],
    ids=lambda measure: measure.name,
)
def test_the_rules_of_every_measure_of_outcome_are_described(measure: Instrument):
    higher = " (higher is better)" if measure.higher_is_better else ""
    percent, limit = measure.response_percent, measure.remission_at_most
    cells = (
        f"{measure.name}{higher}",
        "no agreed rule" if percent is None else f"at least {percent:g} % better",
        "no agreed rule" if limit is None else f"{limit:g} or less",
        f"{reliable_points(measure):g} points",
    )
    assert f"\n| {' | '.join(cells)} " in OUTCOMES


def described_settings(document: str) -> dict[str, str]:
    """The settings that a document lists, with their defaults."""
    rows = re.findall(r"^\| (`[a-z_`, ]+`) \| ([0-9, ]+) \|", document, re.MULTILINE)
    return {
        name: default
        for names, values in rows
        for name, default in zip(re.findall(r"[a-z_]+", names), values.split(", "), strict=True)
    }


@pytest.mark.parametrize(
    ("document", "count"),
    [(APPOINTMENTS, 7), (OUTCOMES, 2)],
    ids=["appointments", "outcomes"],
)
def test_the_settings_of_a_page_are_described_with_their_defaults(document: str, count: int):
    defaults = {limit.name: f"{limit.default:g}" for limit in LIMITS}
    described = described_settings(document)
    assert len(described) == count
    assert described == {name: defaults[name] for name in described}
