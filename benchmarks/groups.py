"""Each page's group of queries."""

from typing import Any

from sqlalchemy import Connection

from access.viewer import LOCAL_VIEWER as VIEWER
from benchmarks.appointment_views import APPOINTMENT_GROUPS
from benchmarks.outcome_views import OUTCOME_GROUPS
from benchmarks.page_group import Group, named
from benchmarks.page_query import PageQuery
from benchmarks.patient_queries import SEARCH
from benchmarks.scenario import Scenario
from benchmarks.side_effect_views import SIDE_EFFECT_GROUPS
from clinical.attention import attention_list, rule_counts, rule_days
from clinical.calendar import day_number
from clinical.thresholds import DEFAULTS
from data_access import attention


def _floor_of(*names: str) -> tuple[str, ...]:
    return tuple(statement for part in named(*names) for statement in part.floor)


def _attention_page(connection: Connection, asked: Scenario) -> Any:
    """The first page of the list: whom the rules name, in order, and who they are."""
    watched = attention.watched_patients(connection, VIEWER, asked.filters, asked.today, DEFAULTS)
    days = rule_days(watched, day_number(asked.today), DEFAULTS)
    listed = attention_list(watched, days)
    rule_counts(days)
    keys = listed["patient_key"].head(len(asked.page)).tolist()
    return attention.people(connection, VIEWER, keys, asked.today)


GROUPS: tuple[Group, ...] = (
    Group(
        "a patient, together",
        named(
            "handles.patient_of_handle",
            "one_patient.find_patient",
            "one_patient.patient_series",
            "one_patient.patient_infusions",
            "one_patient.patient_baselines",
            "one_patient.patient_scores",
            "one_patient.patient_side_effects",
            "thresholds.read_thresholds",
            "expected.comparable_scores",
            "expected.later_responses",
            "patient_items.patient_items",
            "one_infusion.side_effect_times",
            "one_infusion.infusion_measures",
            "one_infusion.vital_signs",
            "exposure.patient_doses",
            "exposure.patient_checks",
        ),
        aim=15,
        aim_of_large=20,
    ),
    Group(
        "the caseload page",
        named(
            "patients.instruments_in_use",
            "patients.caseload_totals",
            "thresholds.read_thresholds",
            "patients.caseload_providers",
            "patients.caseload_page",
        ),
        aim=30,
        aim_of_large=50,
    ),
    Group(
        "the caseload, two words",
        SEARCH,
        aim=30,
        aim_of_large=50,
    ),
    Group(
        "the attention list",
        (
            *named("thresholds.read_thresholds"),
            PageQuery(
                attention.people,
                _attention_page,
                _floor_of("attention.watched_patients", "attention.people"),
            ),
        ),
        aim=100,
        aim_of_large=300,
    ),
    *SIDE_EFFECT_GROUPS,
    *APPOINTMENT_GROUPS,
    *OUTCOME_GROUPS,
)
