"""The documents say what the program does."""

import ast
import re
import tomllib
from functools import cache
from math import isinf
from pathlib import Path

import pytest
import streamlit
from pydantic import BaseModel

from access import addresses
from access.actions import Action
from access.addresses import Addresses, Place
from access.headers import PLAIN_POLICY, dashboard_policy
from access.roles import ROLES
from access.self_check import OPTION_RULES, Level, OptionRule
from access.settings import Sessions, Settings, SignIn
from access.unusual import Reason, rule_words
from access.viewer import Permission
from access.web import watched
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
from pages.registry import PAGES
from pages.side_effects.choice import View

TESTS = Path(__file__).parent
DOCS = TESTS.parent / "docs"
README = (DOCS.parent / "README.md").read_text(encoding="utf-8")
GUIDE = (DOCS / "import.md").read_text(encoding="utf-8")
ATTENTION = (DOCS / "attention.md").read_text(encoding="utf-8")
SIDE_EFFECTS = (DOCS / "side-effects.md").read_text(encoding="utf-8")
APPOINTMENTS = (DOCS / "appointments.md").read_text(encoding="utf-8")
OUTCOMES = (DOCS / "outcomes.md").read_text(encoding="utf-8")
SECURITY = (DOCS / "security.md").read_text(encoding="utf-8")


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


PROMISES, NOT_PROMISED = SECURITY.split("## What is not promised")
"""What security.md promises, and all that comes after it."""
NAMED_TESTS = sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)`", PROMISES)))


@cache
def functions_of(file: str) -> frozenset[str]:
    """The functions of a file of the tests, by their names."""
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return frozenset(part.name for part in tree.body if isinstance(part, ast.FunctionDef))


@pytest.mark.parametrize(("file", "name"), NAMED_TESTS, ids=lambda part: str(part))
def test_each_test_that_a_promise_names_is_there(file: str, name: str):
    assert name in functions_of(file)


def test_each_promise_is_shown_by_a_test():
    rows = [line for line in PROMISES.splitlines() if re.match(r"\| (?!promise|---)", line)]
    assert len(rows) > 40
    assert [row for row in rows if "::test_" not in row] == []


def test_the_roles_are_described_with_what_each_may():
    titles = [role.title for role in ROLES.values()]
    assert f"| may | {' | '.join(titles)} |" in SECURITY.splitlines()
    rows = re.findall(r"^\| ([^|]+) \| ((?:yes|–) .*) \|$", SECURITY, re.MULTILINE)
    assert rows == [
        (
            permission.value,
            " | ".join("yes" if permission in role.permissions else "–" for role in ROLES.values()),
        )
        for permission in Permission
    ]
    said = " ".join(SECURITY.split())
    for role in ROLES.values():
        assert f"- **{role.title}** (`{role.name}`). {role.prose}" in said


def test_the_roles_are_named_where_the_reader_begins():
    assert [role.title for role in ROLES.values() if f"**{role.title}**" not in README] == []


def described_addresses() -> dict[str, str]:
    """The gate's addresses in security.md, each with its methods."""
    return dict(re.findall(r"^\| `(/[^`]+)` \| ([^|]+) \|", SECURITY, re.MULTILINE))


def test_every_address_of_the_gate_is_described_with_its_methods():
    fixed = {path: ", ".join(sorted(methods)) for path, (_, methods) in addresses._FIXED.items()}
    described = described_addresses()
    assert {path: described.get(path) for path in fixed} == fixed
    others = set(described) - set(fixed)
    assert others == {"/_stcore/stream", "/media/…", "/static/…"}
    assert "| a page, such as `/patients` | GET, HEAD |" in SECURITY


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/patients", Place.PAGE),
        (f"/media/{32 * 'a'}.csv", Place.MEDIA),
        ("/static/js/index.js", Place.FREE),
    ],
)
def test_the_addresses_that_are_described_by_their_beginning_are_read(path: str, place: Place):
    known = Addresses([f"/{entry.url_path}" for entry in PAGES])
    found = known.find(path, path.encode(), is_socket=False)
    assert found.place is place
    assert found.methods == {"GET", "HEAD"}


def test_the_content_policies_are_described():
    page = Path(streamlit.__file__).parent / "static" / "index.html"
    policy = dashboard_policy(watched(page.read_text(encoding="utf-8")))
    described = SECURITY.splitlines()
    assert re.sub(r"'sha256-[^']+'", "'sha256-…'", policy) in described
    assert PLAIN_POLICY in described


def settings_of(prefix: str, table: type[BaseModel]) -> dict[str, object]:
    """Every setting of a table of the settings, with its default."""
    return {
        f"{prefix}{name}": None if field.is_required() else field.default
        for name, field in table.model_fields.items()
        if not isinstance(field.default, BaseModel)
    }


def described_default(text: str) -> object:
    return None if text == "none" else tomllib.loads(f"value = {text.strip('`')}")["value"]


def test_every_setting_is_described_with_its_default():
    rows = re.findall(r"^\| `([a-z_]+(?:\.[a-z_]+)?)` \| (none|`[^`]+`) \|", SECURITY, re.MULTILINE)
    known = {
        **settings_of("", Settings),
        **settings_of("sign_in.", SignIn),
        **settings_of("sessions.", Sessions),
    }
    known.pop("sign_in")  # the table itself
    as_lists = {
        key: list(value) if isinstance(value, tuple) else value for key, value in known.items()
    }
    assert {key: described_default(value) for key, value in rows} == as_lists


def blocks_of_settings() -> list[str]:
    return re.findall(r"```toml\n(.*?)```", SECURITY.replace("\n   ", "\n"), re.DOTALL)


def test_each_block_of_settings_is_read():
    found = blocks_of_settings()
    assert len(found) == 5, "an example, and four providers"
    for block in found:
        given = {"public_url": "https://clinic.example", **tomllib.loads(block)}
        given["sign_in"]["client_secret"] = given["sign_in"].pop("client_secret_file")
        settings = Settings.model_validate(given)
        assert settings.sign_in is not None


def test_every_action_of_the_trail_is_described():
    _, trail = SECURITY.split("## The audit trail")
    rows = re.findall(r"^\| `([a-z ]+)` \|", trail, re.MULTILINE)
    assert rows == [str(action) for action in Action]


@pytest.mark.parametrize("reason", Reason)
def test_every_rule_of_unusual_looks_is_described(reason: Reason):
    label = reason.value[:1].upper() + reason.value[1:]
    assert f"| **{label}** | {rule_words()[reason]} |" in SECURITY.splitlines()


@pytest.mark.parametrize("rule", OPTION_RULES, ids=lambda rule: rule.name)
def test_every_option_of_the_self_check_is_described(rule: OptionRule):
    how = "refused" if rule.level is Level.REFUSE else "a warning"
    assert f"| `{rule.name}` | `{rule.right}` | {rule.why} ({how}) |" in SECURITY.splitlines()
