"""What the facts are derived from: one patient's records, as plain values."""

from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from clinical.codes import AppointmentKind, AppointmentStatus, Phase
from clinical.instruments import Instrument
from clinical.vitals import VitalSummary


class SiteRecord(NamedTuple):
    """A site and the clock that decides its calendar days."""

    site_key: int
    zone: ZoneInfo


class PatientRecord(NamedTuple):
    """What the facts need of a patient."""

    patient_key: int
    patient_id: str
    birth_date: date | None
    primary_diagnosis: str | None
    failed_antidepressants: int | None
    site_id: str | None
    mrn: str | None
    given_name: str | None
    family_name: str | None
    sex: str | None
    hypertension: bool | None
    referral_source: str | None
    referred_on: date | None


class SeriesRecord(NamedTuple):
    """A course of treatment, given by the clinic or derived."""

    patient_key: int
    patient_id: str
    series_key: int
    series_id: str
    phase: Phase
    started_on: date
    planned_infusions: int | None
    derived: bool


class InfusionRecord(NamedTuple):
    """One infusion. The two ``*_derived`` flags say that series or number are not the clinic's."""

    patient_key: int
    infusion_key: int
    infusion_id: str
    site_id: str
    started_at: datetime
    ended_at: datetime | None
    discharged_at: datetime | None
    dose_mg: float
    weight_kg: float | None
    drug: str | None
    series_id: str | None
    sequence_number: int | None
    series_derived: bool
    sequence_derived: bool
    appointment_id: str | None
    stopped_early: bool | None
    side_effects_recorded: bool | None
    provider_id: str | None
    chair_id: str | None

    @property
    def given_series_id(self) -> str | None:
        """The series by the clinic's own record; ``None`` where it has to be derived."""
        return None if self.series_derived else self.series_id

    @property
    def given_number(self) -> int | None:
        """The sequence number by the clinic's own record; ``None`` where it has to be derived."""
        return None if self.sequence_derived else self.sequence_number


class SideEffectRecord(NamedTuple):
    """One recorded side effect, its term as written."""

    infusion_key: int
    term: str
    grade: int | None
    serious: bool | None
    onset_at: datetime | None
    resolved_at: datetime | None


class ScoreRecord(NamedTuple):
    """One completed questionnaire with a total.

    ``item_4`` and ``item_9`` are those of PHQ-9, where they were kept.
    """

    patient_key: int
    assessment_key: int
    assessment_id: str
    instrument: Instrument
    completed_at: datetime
    total: float
    item_4: int | None
    item_9: int | None


class AppointmentRecord(NamedTuple):
    """One appointment; ``patient_key`` is missing where it is kept for nobody yet."""

    patient_key: int | None
    appointment_key: int
    appointment_id: str
    site_id: str
    kind: AppointmentKind
    status: AppointmentStatus
    scheduled_start: datetime
    scheduled_end: datetime
    booked_at: datetime | None
    cancelled_at: datetime | None
    chair_id: str | None
    provider_id: str | None
    rescheduled_from: str | None

    @property
    def attended(self) -> bool:
        """Whether the patient came."""
        return self.status in {AppointmentStatus.FULFILLED, AppointmentStatus.ARRIVED}


class PatientRecords(NamedTuple):
    """Everything from which one patient's facts are derived; what has a time is in time order.

    ``vitals`` and ``side_effects`` are by infusion key, and only for infusions that have some.
    """

    patient: PatientRecord
    series: list[SeriesRecord]
    infusions: list[InfusionRecord]
    vitals: dict[int, VitalSummary]
    side_effects: dict[int, list[SideEffectRecord]]
    scores: list[ScoreRecord]
    appointments: list[AppointmentRecord]


class Clinic(NamedTuple):
    """What every patient's facts refer to: sites, chairs and providers by identifier."""

    sites: dict[str, SiteRecord]
    chairs: dict[str, int]
    providers: dict[str, int]
