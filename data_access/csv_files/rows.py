"""One model per file: its columns, how each is written, and which must be given.

The models are the contract in code. A field without a default is a required column; the file's
header, the template, the checks and the error messages are all made from them.
"""

from datetime import date, datetime, time
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, create_model

from clinical.instruments import INSTRUMENTS
from data_access.csv_files import cells
from data_access.schema import words

_MACHINE_ZONES = {"Factory", "localtime"}
_ZONES = tuple(sorted(available_timezones() - _MACHINE_ZONES))

Identifier = Annotated[str, cells.Identifier()]
Words = Annotated[str, cells.Words()]
Note = Annotated[str, cells.Note()]
Day = Annotated[date, cells.Day()]
Moment = Annotated[datetime, cells.Moment()]
Clock = Annotated[time, cells.Clock()]
Flag = Annotated[bool, cells.Flag()]
Zone = Annotated[str, cells.OneOf(_ZONES, "an IANA time zone, such as America/New_York")]


class Row(BaseModel):
    """A row of a file. Cells that are empty, or whose column is absent, are left out."""

    model_config = ConfigDict(extra="forbid")


class SiteRow(Row):
    """A row of ``sites.csv``."""

    site_id: Identifier
    name: Words
    time_zone: Zone


class ChairRow(Row):
    """A row of ``chairs.csv``."""

    chair_id: Identifier
    site_id: Identifier
    name: Words


class OpeningHoursRow(Row):
    """A row of ``opening_hours.csv``."""

    site_id: Identifier
    weekday: Annotated[int, cells.Whole(1, 7)]
    opens: Clock
    closes: Clock


class ClosureRow(Row):
    """A row of ``closures.csv``."""

    site_id: Identifier
    date: Day
    reason: Note | None = None


class ProviderRow(Row):
    """A row of ``providers.csv``."""

    provider_id: Identifier
    name: Words
    role: Annotated[str, cells.OneOf(words.PROVIDER_ROLES)] | None = None


class PatientRow(Row):
    """A row of ``patients.csv``."""

    patient_id: Identifier
    mrn: Identifier | None = None
    given_name: Words | None = None
    family_name: Words | None = None
    birth_date: Day | None = None
    sex: Annotated[str, cells.OneOf(words.SEXES)] | None = None
    primary_diagnosis: Annotated[str, cells.Diagnosis()] | None = None
    failed_antidepressants: Annotated[int, cells.Whole(0, 99)] | None = None
    hypertension: Flag | None = None
    site_id: Identifier | None = None
    referral_source: Words | None = None
    referred_on: Day | None = None


class SeriesRow(Row):
    """A row of ``series.csv``."""

    series_id: Identifier
    patient_id: Identifier
    phase: Annotated[str, cells.OneOf(words.PHASES)]
    started_on: Day
    planned_infusions: Annotated[int, cells.Whole(1, 60)] | None = None


class AppointmentRow(Row):
    """A row of ``appointments.csv``."""

    appointment_id: Identifier
    site_id: Identifier
    kind: Annotated[str, cells.OneOf(words.APPOINTMENT_KINDS)]
    status: Annotated[str, cells.OneOf(words.APPOINTMENT_STATUSES)]
    scheduled_start: Moment
    scheduled_end: Moment
    patient_id: Identifier | None = None
    provider_id: Identifier | None = None
    chair_id: Identifier | None = None
    booked_at: Moment | None = None
    cancelled_at: Moment | None = None
    cancellation_reason: Note | None = None
    rescheduled_from: Identifier | None = None


class InfusionRow(Row):
    """A row of ``infusions.csv``."""

    infusion_id: Identifier
    patient_id: Identifier
    site_id: Identifier
    started_at: Moment
    dose_mg: Annotated[float, cells.Number(above=0, highest=10_000)]
    series_id: Identifier | None = None
    sequence_number: Annotated[int, cells.Whole(1, 9_999)] | None = None
    appointment_id: Identifier | None = None
    provider_id: Identifier | None = None
    chair_id: Identifier | None = None
    drug: Annotated[str, cells.OneOf(words.DRUGS)] | None = None
    route: Annotated[str, cells.OneOf(words.ROUTES)] | None = None
    lot_number: Words | None = None
    weight_kg: Annotated[float, cells.Number(above=0, highest=1_000)] | None = None
    ended_at: Moment | None = None
    discharged_at: Moment | None = None
    stopped_early: Flag | None = None
    stop_reason: Note | None = None
    side_effects_recorded: Flag | None = None


class VitalSignsRow(Row):
    """A row of ``vital_signs.csv``."""

    infusion_id: Identifier
    measured_at: Moment
    systolic_mmhg: Annotated[int, cells.Whole(0, 400)] | None = None
    diastolic_mmhg: Annotated[int, cells.Whole(0, 300)] | None = None
    heart_rate_bpm: Annotated[int, cells.Whole(0, 400)] | None = None
    spo2_percent: Annotated[float, cells.Number(lowest=0, highest=100)] | None = None
    sedation_moaas: Annotated[int, cells.Whole(0, 5)] | None = None


class _AssessmentCore(Row):
    assessment_id: Identifier
    patient_id: Identifier
    instrument: Annotated[str, cells.OneOf(tuple(INSTRUMENTS))]
    completed_at: Moment
    total_score: Annotated[float, cells.Number()] | None = None
    infusion_id: Identifier | None = None


ITEMS = tuple(f"item_{number}" for number in range(1, words.ITEM_COUNT + 1))

AssessmentRow = create_model(
    "AssessmentRow",
    __base__=_AssessmentCore,
    __doc__="A row of ``assessments.csv``.",
    **{item: (Annotated[int, cells.Whole(0, 99)] | None, None) for item in ITEMS},  # type: ignore[call-overload]
)


class SideEffectRow(Row):
    """A row of ``side_effects.csv``."""

    side_effect_id: Identifier
    infusion_id: Identifier
    term: Words
    grade: Annotated[int, cells.Whole(1, 5)] | None = None
    onset_at: Moment | None = None
    resolved_at: Moment | None = None
    serious: Flag | None = None
    action: Annotated[str, cells.OneOf(words.SIDE_EFFECT_ACTIONS)] | None = None


class MedicationRow(Row):
    """A row of ``medications.csv``."""

    medication_id: Identifier
    patient_id: Identifier
    name: Words
    class_: Annotated[str, cells.OneOf(words.MEDICATION_CLASSES)] | None = Field(
        None, alias="class"
    )
    started_on: Day | None = None
    stopped_on: Day | None = None


class CheckRow(Row):
    """A row of ``checks.csv``."""

    check_id: Identifier
    patient_id: Identifier
    kind: Annotated[str, cells.OneOf(words.CHECK_KINDS)]
    done_on: Day
    result: Annotated[str, cells.OneOf(words.CHECK_RESULTS)] | None = None
    value: Note | None = None
