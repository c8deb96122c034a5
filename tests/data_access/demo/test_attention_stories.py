"""The patients of the stories are on the attention list for what happened to them, or not on it."""

import re
from dataclasses import dataclass

import pandas as pd
import pytest
from sqlalchemy import Engine

from access.viewer import LOCAL_VIEWER
from clinical.attention import Rule, attention_list, rule_counts, rule_days
from clinical.calendar import day_number
from clinical.thresholds import DEFAULTS
from data_access.attention import people, watched_patients
from data_access.engine import reading
from data_access.filters import Filters
from pages.shared.reasons import reason
from tests.data_access.demo.conftest import UNTIL


@dataclass(frozen=True)
class Found:
    """Each rule's days, the list, and the rules that hold by the patient's identifier."""

    days: pd.DataFrame
    listed: pd.DataFrame
    reasons: dict[str, list[Rule]]


@pytest.fixture(scope="module")
def found(standard_demo: Engine) -> Found:
    with reading(standard_demo) as connection:
        watched = watched_patients(connection, LOCAL_VIEWER, Filters(UNTIL, UNTIL), UNTIL, DEFAULTS)
        days = rule_days(watched, day_number(UNTIL), DEFAULTS)
        listed = attention_list(watched, days)
        who = people(connection, LOCAL_VIEWER, listed["patient_key"].tolist(), UNTIL)
    reasons = {
        patient: [Rule(number) for number in rules]
        for patient, rules in zip(who["patient_id"], listed["rules"], strict=True)
    }
    return Found(days, listed, reasons)


@pytest.mark.parametrize(
    ("patient", "rules"),
    [
        ("P000001", None),  # rapid responder
        ("P000002", None),  # late responder: well by now
        ("P000003", None),  # partial response: a third better
        ("P000004", [Rule.NO_RESPONSE]),
        ("P000005", [Rule.THOUGHTS, Rule.WORSE]),  # item 9 rises with the total
        ("P000006", [Rule.THOUGHTS]),  # item 9 rises while the total falls
        ("P000007", [Rule.LOST_RESPONSE]),
    ],
)
def test_each_story_is_listed_for_what_happened(
    found: Found, patient: str, rules: list[Rule] | None
) -> None:
    assert found.reasons.get(patient) == rules


def test_no_rule_is_a_nuisance(found: Found) -> None:
    """Each holds for somebody, and for at most one in five of those under treatment."""
    treated = len(found.days)
    assert treated > 150
    for rule, count in rule_counts(found.days).items():
        assert 0 < count <= treated / 5, rule.label


def test_nobody_is_listed_twice_and_each_has_a_reason(found: Found) -> None:
    assert found.listed["patient_key"].is_unique
    assert len(found.reasons) == len(found.listed)
    assert all(found.reasons.values())
    assert found.listed["urgency"].is_monotonic_increasing


def test_every_reason_can_be_said_without_a_gap(found: Found) -> None:
    for row in found.listed.to_dict("records"):
        for number in row["rules"]:
            words = reason(Rule(number), row, UNTIL, DEFAULTS)
            assert words
            assert not re.search(r"\b(nan|unknown)\b", words), words
