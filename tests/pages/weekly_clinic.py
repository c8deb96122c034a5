"""A clinic week by week, for the watch: so many infusions a week, so many with a side effect.

The last week begins on Monday 23 March 2026; infusions are on Tuesdays. The same patients come each
week, so after the first weeks all infusions have the same place in the series.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection

from data_access.bulk import insert_rows
from data_access.facts import rebuild_facts
from data_access.schema import Infusion, Patient, SideEffect, Site

WEEKS = 60
LAST_MONDAY = date(2026, 3, 23)
END = date(2026, 3, 29)


@dataclass(frozen=True)
class Week:
    """``forms`` of ``infusions`` are filled in; ``affected`` of those have each side effect."""

    infusions: int = 10
    forms: int = 10
    affected: Mapping[str, int] = field(default_factory=dict)


def fill_weeks(
    connection: Connection, sites: Mapping[str, Callable[[int], Week]], weeks: int = WEEKS
) -> None:
    """Write a clinic whose sites say what happens in a week, 0 being the last, 1 the one before."""
    infusions, side_effects, patients = [], [], set()
    for number, week_of in enumerate(sites.values(), start=1):
        for ago in range(weeks):
            week = week_of(ago)
            day = LAST_MONDAY + timedelta(days=1 - 7 * ago)
            for place in range(week.infusions):
                own_id = f"I{number}-{ago}-{place}"
                patient = f"P{number}-{place}"
                patients.add((patient, f"S{number}"))
                form = True if place < week.forms else None
                infusions.append((own_id, patient, f"S{number}", _noon(day), 40.0, 80.0, form))
            for term, affected in week.affected.items():
                # Others each week, so that nobody has it always.
                places = [(ago + step) % week.forms for step in range(affected)]
                side_effects += [(f"I{number}-{ago}-{place}", term) for place in places]
    _insert(connection, list(sites), sorted(patients), infusions, side_effects)
    rebuild_facts(connection)


def _insert(connection, sites, patients, infusions, side_effects) -> None:
    insert_rows(
        connection,
        Site,
        ("site_key", "site_id", "name", "time_zone"),
        [(number, f"S{number}", name, "UTC") for number, name in enumerate(sites, start=1)],
    )
    insert_rows(
        connection,
        Patient,
        ("patient_key", "patient_id", "site_id"),
        [(key, *patient) for key, patient in enumerate(patients, start=1)],
    )
    columns = ("infusion_id", "patient_id", "site_id", "started_at", "dose_mg", "weight_kg")
    insert_rows(
        connection,
        Infusion,
        ("infusion_key", *columns, "side_effects_recorded", "series_derived", "sequence_derived"),
        [(key, *row, False, False) for key, row in enumerate(infusions, start=1)],
    )
    insert_rows(
        connection,
        SideEffect,
        ("side_effect_key", "side_effect_id", "infusion_id", "term", "grade"),
        [(key, f"E{key}", *row, 1) for key, row in enumerate(side_effects, start=1)],
    )


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
