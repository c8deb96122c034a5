"""Every fact about one patient, from that patient's records alone.

Because nothing else is looked at, a refresh of some patients and a rebuild of all give the same
rows.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from clinical.calendar import day_number
from clinical.codes import DiagnosisGroup, Phase, diagnosis_group
from clinical.terms import canonical_term
from data_access.facts.access_rows import access_rows, induction_rows
from data_access.facts.appointment_rows import appointment_rows
from data_access.facts.attended import match_infusions
from data_access.facts.courses import Courses, place_infusions
from data_access.facts.infusion_rows import (
    FactRow,
    Places,
    infusion_row,
    side_effect_rows,
    stay_of,
)
from data_access.facts.outcome_rows import Begun, milestone_rows, outcome_rows, start_rows
from data_access.facts.records import Clinic, PatientRecords, SiteRecord
from data_access.facts.score_rows import course_rows, place_scores, score_rows
from data_access.facts.watch_rows import Watched, watch_rows
from data_access.schema import (
    AccessFact,
    AppointmentFact,
    Base,
    CourseFact,
    InductionFact,
    InfusionFact,
    MilestoneFact,
    OutcomeFact,
    PatientFact,
    PatientWord,
    ScoreFact,
    SideEffectFact,
    StartFact,
    WatchFact,
)
from data_access.search_words import words_of_patient

FactRows = dict[type[Base], list[FactRow]]


@dataclass
class Terms:
    """The canonical terms and their keys. A key, once given, is kept for ever."""

    keys: dict[str, int]
    added: list[tuple[int, str]] = field(default_factory=list)

    def key(self, written: str) -> int:
        """The key of a term, however it is written; a new one for a term never met."""
        name = canonical_term(written)
        if name not in self.keys:
            self.keys[name] = max(self.keys.values(), default=0) + 1
            self.added.append((self.keys[name], name))
        return self.keys[name]


@dataclass
class Surroundings:
    """What a patient's facts refer to, beyond the patient's records."""

    clinic: Clinic
    terms: Terms
    new_series_keys: Iterator[int]
    handle: Callable[[str], str]


def derive_facts(records: PatientRecords, surroundings: Surroundings) -> tuple[Courses, FactRows]:
    """The places of the patient's infusions in series, and the rows of every fact table."""
    clinic = surroundings.clinic
    group = diagnosis_group(
        records.patient.primary_diagnosis, records.patient.failed_antidepressants
    )
    courses = place_infusions(records, clinic.sites, surroundings.new_series_keys)
    places = Places(clinic.providers, clinic.chairs, courses.second_induction)
    attended = match_infusions(records.appointments, courses.infusions)
    infusions = [
        infusion_row(each, records, group, places, attended.get(each.record.infusion_key))
        for each in courses.infusions
    ]
    home = _home(records, courses, clinic)
    placed = place_scores(records.scores, courses, home)
    begun = Begun(records.patient.failed_antidepressants, courses, placed, infusions)
    starts = start_rows(begun)
    return courses, {
        InfusionFact: infusions,
        SideEffectFact: [
            row
            for placed_infusion, infusion in zip(courses.infusions, infusions, strict=True)
            for row in side_effect_rows(
                infusion,
                records.side_effects.get(infusion["infusion_key"], []),
                stay_of(placed_infusion.record),
                surroundings.terms.key,
            )
        ],
        ScoreFact: score_rows(placed, group),
        CourseFact: course_rows(placed, courses, group),
        PatientFact: [_patient_row(records, courses, home, group, surroundings)],
        PatientWord: _word_rows(records),
        WatchFact: watch_rows(
            Watched(records.patient.patient_key, home, group, courses, placed, infusions)
        ),
        AppointmentFact: appointment_rows(records.appointments, courses, attended, clinic, group),
        AccessFact: access_rows(records, courses, home, clinic, group),
        InductionFact: induction_rows(courses, group),
        StartFact: starts,
        OutcomeFact: outcome_rows(begun, starts),
        MilestoneFact: milestone_rows(begun, starts),
    }


def _home(records: PatientRecords, courses: Courses, clinic: Clinic) -> SiteRecord | None:
    """The patient's site; where none is recorded, that of the latest infusion."""
    if records.patient.site_id is not None:
        return clinic.sites[records.patient.site_id]
    return courses.infusions[-1].site if courses.infusions else None


def _word_rows(records: PatientRecords) -> list[FactRow]:
    patient = records.patient
    texts = (patient.given_name, patient.family_name, patient.mrn, patient.patient_id)
    return [
        {"word": word, "patient_key": patient.patient_key}
        for word in sorted(words_of_patient(texts))
    ]


def _patient_row(
    records: PatientRecords,
    courses: Courses,
    home: SiteRecord | None,
    group: DiagnosisGroup,
    surroundings: Surroundings,
) -> FactRow:
    latest, infusions = courses.latest, courses.infusions
    return {
        "patient_key": records.patient.patient_key,
        "site_key": home.site_key if home else None,
        "diagnosis_group": int(group),
        "series_key": latest.series.series_key if latest else None,
        "phase": int(latest.series.phase if latest else Phase.NONE),
        "done": len(latest.infusions) if latest else 0,
        "planned": latest.series.planned_infusions if latest else None,
        "series_started_day": latest.started_day if latest else None,
        "infusions": len(infusions),
        "first_infusion_day": day_number(infusions[0].clinic_day) if infusions else None,
        "last_infusion_day": day_number(infusions[-1].clinic_day) if infusions else None,
        "handle": surroundings.handle(records.patient.patient_id),
        "provider_key": _provider_key(courses, surroundings.clinic),
    }


def _provider_key(courses: Courses, clinic: Clinic) -> int | None:
    """Who gave the latest infusion that names somebody."""
    named = [each.record.provider_id for each in courses.infusions if each.record.provider_id]
    return clinic.providers[named[-1]] if named else None
