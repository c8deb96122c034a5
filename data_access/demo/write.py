"""Writing the demo clinic's records into the tables, a site at a time."""

from collections.abc import Sequence
from datetime import time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from clinical.calendar import day_date
from data_access.bulk import insert_rows
from data_access.demo import names
from data_access.demo.appointments import REASONS
from data_access.demo.arrays import (
    NEVER,
    Bools,
    Ints,
    Objects,
    as_objects,
    chosen,
    or_none,
    position_in_group,
)
from data_access.demo.block import Block
from data_access.demo.intentions import PLANNED_INDUCTION
from data_access.demo.people import DIAGNOSES, SEXES
from data_access.demo.plan import BOOKED_AHEAD_DAYS, Part, Plan, SitePlan
from data_access.demo.scores import INSTRUMENTS, ITEMS
from data_access.demo.side_effects import KINDS, SPELLINGS
from data_access.demo.site_calendar import TimeText, Workplace, closures
from data_access.demo.staff import ROLES, chair_ids, chair_names, provider_ids
from data_access.demo.stories import PATIENTS
from data_access.schema import (
    Appointment,
    Assessment,
    Base,
    Chair,
    Check,
    Closure,
    Infusion,
    Medication,
    OpeningHours,
    Patient,
    Provider,
    Series,
    SideEffect,
    Site,
    VitalSigns,
)
from data_access.schema.words import (
    APPOINTMENT_KINDS,
    APPOINTMENT_STATUSES,
    PHASES,
    SIDE_EFFECT_ACTIONS,
)

Columns = dict[str, Sequence[Any] | NDArray[Any]]
"""The values of a table, by column."""


class ClinicWriter:
    """Writes sites and their records; keeps the keys that come next."""

    def __init__(self, connection: Connection, plan: Plan) -> None:
        self._connection = connection
        self._plan = plan
        self._text = TimeText(plan.last_day + 2 * BOOKED_AHEAD_DAYS)
        self._next_keys: dict[type[Base], int] = {Patient: len(PATIENTS) + 1}
        self.rows = 0

    def write_sites(self) -> None:
        """The sites with their chairs, hours and staff."""
        sites = self._plan.sites
        self._insert(
            Site,
            {
                "site_key": [site.number for site in sites],
                "site_id": [site.site_id for site in sites],
                "name": [site.name for site in sites],
                "time_zone": [site.time_zone for site in sites],
            },
        )
        for site in sites:
            self._write_site(site)

    def write_block(self, workplace: Workplace, block: Block) -> None:
        """The records of one site."""
        site = workplace.site
        patient_ids = self._write_patients(site, block)
        appointment_ids = self._write_appointments(site, block, patient_ids)
        infusion_ids = self._write_infusions(site, block, patient_ids, appointment_ids)
        self._write_vitals(block, infusion_ids)
        self._write_scores(block, patient_ids, infusion_ids)
        self._write_side_effects(block, infusion_ids)
        self._write_medicines(block, patient_ids)
        self._write_checks(block, patient_ids)

    def _insert(self, table: type[Base], columns: Columns) -> None:
        values = [
            column.tolist() if isinstance(column, np.ndarray) else column
            for column in columns.values()
        ]
        rows = zip(*values, strict=True)
        self.rows += insert_rows(self._connection, table, list(columns), rows)

    def _keys(self, table: type[Base], count: int) -> range:
        """The next keys of a table."""
        first = self._next_keys.get(table, 1)
        self._next_keys[table] = first + count
        return range(first, first + count)

    def _write_site(self, site: SitePlan) -> None:
        chairs = chair_names(site)
        self._insert(
            Chair,
            {
                "chair_key": self._keys(Chair, len(chairs)),
                "chair_id": chair_ids(site),
                "site_id": [site.site_id] * len(chairs),
                "name": chairs,
            },
        )
        self._insert(
            OpeningHours,
            {
                "site_id": [site.site_id] * len(site.spans),
                "weekday": [span.weekday for span in site.spans],
                "opens": [_clock(span.opens) for span in site.spans],
                "closes": [_clock(span.closes) for span in site.spans],
            },
        )
        closed = closures(self._plan, site)
        self._insert(
            Closure,
            {
                "site_id": [site.site_id] * len(closed),
                "date": [day_date(day) for day in closed],
                "reason": list(closed.values()),
            },
        )
        self._insert(
            Provider,
            {
                "provider_key": self._keys(Provider, len(ROLES)),
                "provider_id": provider_ids(site),
                "name": self._staff_names(site),
                "role": ROLES,
            },
        )

    def _staff_names(self, site: SitePlan) -> list[str]:
        random = self._plan.random(Part.CALENDAR, site)
        given = random.choice(names.FEMALE + names.MALE, len(ROLES))
        family = random.choice(names.FAMILY, len(ROLES))
        return [f"{first} {last}" for first, last in zip(given, family, strict=True)]

    def _write_patients(self, site: SitePlan, block: Block) -> Objects:
        people, count = block.people, len(block.people)
        told = [int(story.patient_id[1:]) for story in block.told]
        keys = [*told, *self._keys(Patient, count - len(told))]
        ids = [f"P{key:06d}" for key in keys]
        self._insert(
            Patient,
            {
                "patient_key": keys,
                "patient_id": ids,
                "mrn": [str(_record_number(key)) for key in keys],
                "given_name": people.given_names,
                "family_name": people.family_names,
                "birth_date": self._text.days(people.birth_days),
                "sex": chosen(SEXES, people.sexes),
                "primary_diagnosis": chosen(DIAGNOSES, people.diagnoses),
                "failed_antidepressants": people.failed,
                "hypertension": _yes_no(people.hypertension),
                "site_id": [site.site_id] * count,
                "referral_source": people.referrals,
                "referred_on": self._text.days(block.intentions.referred_day),
            },
        )
        return as_objects(ids)

    def _write_appointments(self, site: SitePlan, block: Block, patient_ids: Objects) -> Objects:
        booked = block.appointments
        keys = self._keys(Appointment, len(booked))
        ids = as_objects([f"A{key:08d}" for key in keys])
        self._insert(
            Appointment,
            {
                "appointment_key": keys,
                "appointment_id": ids,
                "site_id": [site.site_id] * len(booked),
                "kind": chosen(APPOINTMENT_KINDS, booked.kind),
                "status": chosen(APPOINTMENT_STATUSES, booked.status),
                "scheduled_start": self._text.moments(booked.start),
                "scheduled_end": self._text.moments(booked.start + booked.minutes),
                "patient_id": patient_ids[booked.patient],
                "provider_id": chosen(provider_ids(site), booked.provider),
                "chair_id": _reference(chair_ids(site), booked.chair),
                "booked_at": self._text.moments(booked.booked_at),
                "cancelled_at": self._text.moments(booked.cancelled_at),
                "cancellation_reason": or_none(
                    chosen(REASONS, booked.reason), booked.cancelled_at != NEVER
                ),
                "rescheduled_from": _reference(ids, booked.replaces),
            },
        )
        return ids

    def _write_infusions(
        self, site: SitePlan, block: Block, patient_ids: Objects, appointment_ids: Objects
    ) -> Objects:
        infusions, doses = block.infusions, block.doses
        count = len(infusions)
        keys = self._keys(Infusion, count)
        ids = as_objects([f"I{key:08d}" for key in keys])
        series_ids, sequence = self._write_series(site, block, patient_ids)
        stopped = doses.stop_minutes != NEVER
        over = infusions.discharged != NEVER
        recorded = block.side_effects.recorded
        self._insert(
            Infusion,
            {
                "infusion_key": keys,
                "infusion_id": ids,
                "patient_id": patient_ids[infusions.patient],
                "site_id": [site.site_id] * count,
                "started_at": self._text.moments(infusions.started),
                "dose_mg": doses.given_mg,
                "series_id": series_ids,
                "sequence_number": sequence,
                "series_derived": [False] * count,
                "sequence_derived": [False] * count,
                "appointment_id": appointment_ids[infusions.appointment],
                "provider_id": chosen(provider_ids(site), infusions.provider),
                "chair_id": chosen(chair_ids(site), infusions.chair),
                "drug": ["ketamine"] * count,
                "route": ["iv"] * count,
                "lot_number": [f"K{site.number:02d}-{lot:03d}" for lot in doses.lot.tolist()],
                "weight_kg": or_none(doses.weight, doses.weight_known),
                "ended_at": self._text.moments(
                    np.where(stopped, infusions.started + doses.stop_minutes, infusions.ended)
                ),
                "discharged_at": self._text.moments(infusions.discharged),
                "stopped_early": or_none(stopped, over),
                "stop_reason": or_none(np.full(count, "Distress"), stopped),
                "side_effects_recorded": or_none(recorded == 1, recorded != NEVER),
            },
        )
        return ids

    def _write_series(
        self, site: SitePlan, block: Block, patient_ids: Objects
    ) -> tuple[Objects, Objects]:
        """The series; returns each infusion's series and number, empty where they are derived."""
        infusions = block.infusions
        nothing = np.full(len(infusions), None)
        if not site.keeps_series or len(infusions) == 0:
            return nothing, nothing
        part = (infusions.patient * 2 + infusions.course) * 2 + infusions.phase
        begins = np.append(True, part[1:] != part[:-1])
        series = np.cumsum(begins) - 1
        keys = self._keys(Series, int(begins.sum()))
        ids = as_objects([f"C{key:07d}" for key in keys])
        phase = infusions.phase[begins]
        self._insert(
            Series,
            {
                "series_key": keys,
                "series_id": ids,
                "patient_id": patient_ids[infusions.patient[begins]],
                "phase": chosen(PHASES, phase),
                "started_on": self._text.days(infusions.day[begins]),
                "planned_infusions": or_none(np.full(len(keys), PLANNED_INDUCTION), phase == 0),
                "derived": [False] * len(keys),
            },
        )
        return ids[series], (position_in_group(series) + 1).astype(object)

    def _write_vitals(self, block: Block, infusion_ids: Objects) -> None:
        vitals = block.vitals
        self._insert(
            VitalSigns,
            {
                "infusion_id": infusion_ids[vitals.infusion],
                "measured_at": self._text.moments(vitals.measured),
                "systolic_mmhg": vitals.systolic,
                "diastolic_mmhg": vitals.diastolic,
                "heart_rate_bpm": vitals.heart_rate,
                "spo2_percent": vitals.spo2.astype(np.float64),
                "sedation_moaas": vitals.sedation,
            },
        )

    def _write_scores(self, block: Block, patient_ids: Objects, infusion_ids: Objects) -> None:
        scores = block.scores
        keys = self._keys(Assessment, len(scores.patient))
        columns: Columns = {
            "assessment_key": keys,
            "assessment_id": [f"Q{key:08d}" for key in keys],
            "patient_id": patient_ids[scores.patient],
            "instrument": chosen(INSTRUMENTS, scores.instrument),
            "completed_at": self._text.moments(scores.completed),
            "total_score": scores.total.astype(np.float64),
            "infusion_id": _reference(infusion_ids, scores.infusion),
        }
        items = or_none(scores.items, scores.items != NEVER)
        for item in range(ITEMS):
            columns[f"item_{item + 1}"] = items[:, item]
        self._insert(Assessment, columns)

    def _write_side_effects(self, block: Block, infusion_ids: Objects) -> None:
        effects = block.side_effects
        keys = self._keys(SideEffect, len(effects.infusion))
        spellings = tuple(spelling for kind in KINDS for spelling in kind.written)
        self._insert(
            SideEffect,
            {
                "side_effect_key": keys,
                "side_effect_id": [f"E{key:08d}" for key in keys],
                "infusion_id": infusion_ids[effects.infusion],
                "term": chosen(spellings, effects.kind * SPELLINGS + effects.written),
                "grade": or_none(effects.grade, effects.grade != NEVER),
                "onset_at": self._text.moments(effects.onset),
                "resolved_at": self._text.moments(effects.resolved),
                "serious": _yes_no(effects.serious),
                "action": chosen(SIDE_EFFECT_ACTIONS, effects.action),
            },
        )

    def _write_medicines(self, block: Block, patient_ids: Objects) -> None:
        medicines = block.medicines
        keys = self._keys(Medication, len(medicines.patient))
        self._insert(
            Medication,
            {
                "medication_key": keys,
                "medication_id": [f"M{key:07d}" for key in keys],
                "patient_id": patient_ids[medicines.patient],
                "name": medicines.name,
                "class": medicines.kind,
                "started_on": self._text.days(medicines.started),
                "stopped_on": self._text.days(medicines.stopped),
            },
        )

    def _write_checks(self, block: Block, patient_ids: Objects) -> None:
        checks = block.checks
        keys = self._keys(Check, len(checks.patient))
        self._insert(
            Check,
            {
                "check_key": keys,
                "check_id": [f"K{key:07d}" for key in keys],
                "patient_id": patient_ids[checks.patient],
                "kind": checks.kind,
                "done_on": self._text.days(checks.day),
                "result": np.where(checks.abnormal, "abnormal", "normal"),
                "value": checks.value,
            },
        )


def _record_number(key: int) -> int:
    """A medical record number of seven digits, different for each key."""
    return key * 7_654_321 % 9_000_000 + 1_000_000


def _clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


def _yes_no(flags: Bools) -> Objects:
    return flags.astype(object)


def _reference(ids: Sequence[str] | Objects, indices: Ints) -> Objects:
    """The identifiers at the indices; ``None`` for ``NEVER``."""
    known = indices != NEVER
    return or_none(as_objects(ids)[np.where(known, indices, 0)], known)
