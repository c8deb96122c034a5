"""What a page asks together, held to the aims for a whole page."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from access.viewer import LOCAL_VIEWER as VIEWER
from benchmarks.floor import Fetch
from benchmarks.page_query import PageQuery
from benchmarks.patient_queries import SEARCH
from benchmarks.queries import QUERIES
from benchmarks.scenario import Scenario
from clinical.attention import attention_list, rule_counts, rule_days
from clinical.calendar import day_number
from clinical.thresholds import DEFAULTS
from data_access import attention

_BY_NAME = {query.name: query for query in QUERIES}


@dataclass(frozen=True, slots=True)
class Group:
    """Queries that a page asks one after another, and what is worked out between them.

    ``aim``, ``aim_of_large``: milliseconds for all of them, up to 100,000 infusions and for a
    million.
    """

    name: str
    parts: tuple[PageQuery, ...]
    aim: float
    aim_of_large: float

    def run(self, connection: Connection, scenario: Scenario) -> list[Any]:
        """Run every part as its page does."""
        return [part.run(connection, scenario) for part in self.parts]

    def run_floor(self, fetch: Fetch, scenario: Scenario) -> list[list[tuple[Any, ...]]]:
        """Run the floor of every part."""
        return [part.run_floor(fetch, scenario) for part in self.parts]


def _named(*names: str) -> tuple[PageQuery, ...]:
    return tuple(_BY_NAME[name] for name in names)


def _floor_of(*names: str) -> tuple[str, ...]:
    return tuple(statement for part in _named(*names) for statement in part.floor)


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
        _named(
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
        _named(
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
            *_named("thresholds.read_thresholds"),
            PageQuery(
                attention.people,
                _attention_page,
                _floor_of("attention.watched_patients", "attention.people"),
            ),
        ),
        aim=100,
        aim_of_large=300,
    ),
)
