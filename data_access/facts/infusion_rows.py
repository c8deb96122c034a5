"""The facts about one patient's infusions and their side effects."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from clinical.calendar import day_number, month_number, week_number
from clinical.codes import (
    DiagnosisGroup,
    PressureHistory,
    SeriesOrder,
    Sex,
    age_band,
    dose_band,
)
from clinical.side_effect_rates import number_band
from clinical.side_effect_times import Span, Stay, side_effect_times
from clinical.vitals import NO_MEASUREMENTS
from data_access.facts.courses import PlacedInfusion
from data_access.facts.records import InfusionRecord, PatientRecords, SideEffectRecord

FactRow = dict[str, Any]
"""A row by column, as the table's docstring in :mod:`data_access.schema.facts` defines them."""

TermKey = Callable[[str], int]
"""Gives the key of a side-effect term, however it is written."""


class Places(NamedTuple):
    """Keys of providers and chairs by identifier; the day of the patient's second induction."""

    providers: Mapping[str, int]
    chairs: Mapping[str, int]
    second_induction: int | None


def infusion_row(
    infusion: PlacedInfusion,
    records: PatientRecords,
    group: DiagnosisGroup,
    places: Places,
    appointment_key: int | None,
) -> FactRow:
    """One row of ``infusion_facts``."""
    record = infusion.record
    started = record.started_at.astimezone(infusion.site.zone)
    day = day_number(infusion.clinic_day)
    mg_per_kg = _mg_per_kg(record)
    side_effects = records.side_effects.get(record.infusion_key, [])
    vitals = records.vitals.get(record.infusion_key, NO_MEASUREMENTS)
    return {
        "infusion_key": record.infusion_key,
        "patient_key": record.patient_key,
        "series_key": infusion.series.series_key,
        "site_key": infusion.site.site_key,
        "day": day,
        "week": week_number(day),
        "month": month_number(infusion.clinic_day),
        "start_minute": started.hour * 60 + started.minute,
        "appointment_key": appointment_key,
        "phase": int(infusion.series.phase),
        "number": infusion.number,
        "number_band": number_band(infusion.series.phase, infusion.number),
        "later_series": int(_series_order(infusion, places.second_induction)),
        "diagnosis_group": int(group),
        "sex": int(_SEXES.get(records.patient.sex or "", Sex.UNKNOWN)),
        "hypertension": int(_HISTORIES[records.patient.hypertension]),
        "provider_key": places.providers.get(record.provider_id or ""),
        "chair_key": places.chairs.get(record.chair_id or ""),
        "age_band": int(age_band(records.patient.birth_date, infusion.clinic_day)),
        "dose_band": int(dose_band(mg_per_kg, record.drug)),
        "mg_per_kg": mg_per_kg,
        "minutes": minutes_until(record.started_at, record.ended_at),
        "chair_minutes": minutes_until(record.started_at, record.discharged_at),
        "systolic_rise": vitals.systolic_rise,
        "diastolic_rise": vitals.diastolic_rise,
        "peak_systolic": vitals.peak_systolic,
        "peak_diastolic": vitals.peak_diastolic,
        "lowest_spo2": vitals.lowest_spo2,
        "deepest_sedation": vitals.deepest_sedation,
        "sustained_systolic": vitals.sustained_systolic,
        "sustained_diastolic": vitals.sustained_diastolic,
        "recorded": int(bool(record.side_effects_recorded or side_effects)),
        "stopped": int(bool(record.stopped_early)),
        "side_effects": len(side_effects),
        "worst_grade": _worst_grade(side_effects),
    }


_SEXES = {"female": Sex.FEMALE, "male": Sex.MALE, "other": Sex.OTHER}
_HISTORIES = {
    None: PressureHistory.UNKNOWN,
    False: PressureHistory.NONE,
    True: PressureHistory.HYPERTENSION,
}


def _series_order(infusion: PlacedInfusion, second_induction: int | None) -> SeriesOrder:
    is_later = second_induction is not None and day_number(infusion.clinic_day) >= second_induction
    return SeriesOrder.LATER if is_later else SeriesOrder.FIRST


def stay_of(record: InfusionRecord) -> Stay:
    """An infusion's times."""
    return Stay(record.started_at, record.ended_at, record.discharged_at)


_COPIED = (
    "infusion_key",
    "patient_key",
    "site_key",
    "day",
    "week",
    "month",
    "phase",
    "number_band",
    "later_series",
    "diagnosis_group",
    "sex",
    "age_band",
    "dose_band",
    "provider_key",
    "chair_key",
    "chair_minutes",
)
"""What a side effect has from its infusion."""


def side_effect_rows(
    infusion: FactRow, side_effects: Iterable[SideEffectRecord], stay: Stay, term_key: TermKey
) -> Iterable[FactRow]:
    """The rows of ``side_effect_facts`` of one infusion, given its own fact row."""
    by_term: defaultdict[int, list[SideEffectRecord]] = defaultdict(list)
    for side_effect in side_effects:
        by_term[term_key(side_effect.term)].append(side_effect)
    for key, events in by_term.items():
        times = side_effect_times((Span(e.onset_at, e.resolved_at) for e in events), stay)
        yield {
            **{name: infusion[name] for name in _COPIED},
            "term_key": key,
            "worst_grade": _worst_grade(events),
            "serious": int(any(event.serious for event in events)),
            "events": len(events),
            "onset_minutes": times.onset,
            "passed_minutes": times.passed,
            "lasted_minutes": times.lasted,
            "open": times.open,
            "odd": times.odd,
        }


def _worst_grade(side_effects: list[SideEffectRecord]) -> int:
    return max((side_effect.grade or 0 for side_effect in side_effects), default=0)


def _mg_per_kg(record: InfusionRecord) -> float | None:
    """The dose by body weight; only of ketamine, since esketamine's doses are not by weight."""
    if record.weight_kg is None or record.drug not in {None, "ketamine"}:
        return None
    return record.dose_mg / record.weight_kg


def minutes_until(start: datetime, end: datetime | None) -> int | None:
    """Whole minutes from one moment to another; ``None`` where the latter is not known."""
    return None if end is None else round((end - start) / timedelta(minutes=1))
