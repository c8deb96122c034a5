"""The clinic's records: the tables and columns of the data contract.

The contract's identifiers are text and belong to the source systems; each identified table adds a
whole-number key, by which the fact tables refer to it. Foreign keys follow the contract's columns.
What the importer derives rather than reads (series, sequence numbers) is marked as derived.
"""

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from data_access.schema import words
from data_access.schema.base import (
    KEY,
    KEYED,
    REAL_NUMBER,
    SMALL,
    STRICT,
    Base,
    ClockTime,
    IsoDate,
    UtcDateTime,
    YesNo,
    between,
    identifier,
    one_of,
)


def _key() -> Mapped[int]:
    return mapped_column(KEY, primary_key=True, autoincrement=False)


def _own_id() -> Mapped[str]:
    return mapped_column(Text, unique=True)


def _text() -> Mapped[str]:
    return mapped_column(Text)


def _optional_text() -> Mapped[str | None]:
    return mapped_column(Text)


class Site(Base):
    """A place where the clinic treats; its time zone decides its calendar days."""

    __tablename__ = "sites"
    __table_args__ = (identifier("site_id"), STRICT)

    site_key: Mapped[int] = _key()
    site_id: Mapped[str] = _own_id()
    name: Mapped[str] = _text()
    time_zone: Mapped[str] = _text()


class Chair(Base):
    """A treatment chair of a site."""

    __tablename__ = "chairs"
    __table_args__ = (identifier("chair_id"), STRICT)

    chair_key: Mapped[int] = _key()
    chair_id: Mapped[str] = _own_id()
    site_id: Mapped[str] = mapped_column(Text, ForeignKey("sites.site_id"), index=True)
    name: Mapped[str] = _text()


class OpeningHours(Base):
    """One span of a weekday in which a site is open, in the site's local time."""

    __tablename__ = "opening_hours"
    __table_args__ = (
        between("weekday", 1, 7),
        CheckConstraint("closes > opens", name="closes_after_opens"),
        KEYED,
    )

    site_id: Mapped[str] = mapped_column(Text, ForeignKey("sites.site_id"), primary_key=True)
    weekday: Mapped[int] = mapped_column(SMALL, primary_key=True, autoincrement=False)
    opens: Mapped[time] = mapped_column(ClockTime, primary_key=True)
    closes: Mapped[time] = mapped_column(ClockTime)


class Closure(Base):
    """A day on which a site is closed."""

    __tablename__ = "closures"
    __table_args__ = (KEYED,)

    site_id: Mapped[str] = mapped_column(Text, ForeignKey("sites.site_id"), primary_key=True)
    date: Mapped[date] = mapped_column(IsoDate, primary_key=True)
    reason: Mapped[str | None] = _optional_text()


class Provider(Base):
    """Somebody who treats."""

    __tablename__ = "providers"
    __table_args__ = (identifier("provider_id"), one_of("role", words.PROVIDER_ROLES), STRICT)

    provider_key: Mapped[int] = _key()
    provider_id: Mapped[str] = _own_id()
    name: Mapped[str] = _text()
    role: Mapped[str | None] = _optional_text()


class Patient(Base):
    """A patient."""

    __tablename__ = "patients"
    __table_args__ = (
        identifier("patient_id"),
        one_of("sex", words.SEXES),
        CheckConstraint("failed_antidepressants >= 0", name="failed_antidepressants_range"),
        STRICT,
    )

    patient_key: Mapped[int] = _key()
    patient_id: Mapped[str] = _own_id()
    mrn: Mapped[str | None] = _optional_text()
    given_name: Mapped[str | None] = _optional_text()
    family_name: Mapped[str | None] = _optional_text()
    birth_date: Mapped[date | None] = mapped_column(IsoDate)
    sex: Mapped[str | None] = _optional_text()
    primary_diagnosis: Mapped[str | None] = _optional_text()
    failed_antidepressants: Mapped[int | None] = mapped_column(SMALL)
    hypertension: Mapped[bool | None] = mapped_column(YesNo)
    site_id: Mapped[str | None] = mapped_column(Text, ForeignKey("sites.site_id"), index=True)
    referral_source: Mapped[str | None] = _optional_text()
    referred_on: Mapped[date | None] = mapped_column(IsoDate)


class Series(Base):
    """A course of treatment; ``derived`` where the importer made it out of bare infusions."""

    __tablename__ = "series"
    __table_args__ = (
        identifier("series_id"),
        one_of("phase", words.PHASES),
        between("planned_infusions", 1, 60),
        STRICT,
    )

    series_key: Mapped[int] = _key()
    series_id: Mapped[str] = _own_id()
    patient_id: Mapped[str] = mapped_column(Text, ForeignKey("patients.patient_id"), index=True)
    phase: Mapped[str] = _text()
    started_on: Mapped[date] = mapped_column(IsoDate)
    planned_infusions: Mapped[int | None] = mapped_column(SMALL)
    derived: Mapped[bool] = mapped_column(YesNo, default=False)


class Appointment(Base):
    """A planned or past visit."""

    __tablename__ = "appointments"
    __table_args__ = (
        identifier("appointment_id"),
        one_of("kind", words.APPOINTMENT_KINDS),
        one_of("status", words.APPOINTMENT_STATUSES),
        CheckConstraint("scheduled_end > scheduled_start", name="ends_after_start"),
        STRICT,
    )

    appointment_key: Mapped[int] = _key()
    appointment_id: Mapped[str] = _own_id()
    site_id: Mapped[str] = mapped_column(Text, ForeignKey("sites.site_id"))
    kind: Mapped[str] = _text()
    status: Mapped[str] = _text()
    scheduled_start: Mapped[datetime] = mapped_column(UtcDateTime)
    scheduled_end: Mapped[datetime] = mapped_column(UtcDateTime)
    patient_id: Mapped[str | None] = mapped_column(
        Text, ForeignKey("patients.patient_id"), index=True
    )
    provider_id: Mapped[str | None] = mapped_column(Text, ForeignKey("providers.provider_id"))
    chair_id: Mapped[str | None] = mapped_column(Text, ForeignKey("chairs.chair_id"))
    booked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancellation_reason: Mapped[str | None] = _optional_text()
    rescheduled_from: Mapped[str | None] = mapped_column(
        Text, ForeignKey("appointments.appointment_id")
    )


class Infusion(Base):
    """One infusion that was started.

    ``series_derived`` and ``sequence_derived`` tell whether the importer worked out the series and
    the number; such values are worked out again when an earlier infusion arrives late.
    """

    __tablename__ = "infusions"
    __table_args__ = (
        identifier("infusion_id"),
        CheckConstraint("dose_mg > 0", name="dose_mg_range"),
        CheckConstraint("weight_kg > 0", name="weight_kg_range"),
        CheckConstraint("sequence_number >= 1", name="sequence_number_range"),
        CheckConstraint("ended_at >= started_at", name="ends_after_start"),
        one_of("drug", words.DRUGS),
        one_of("route", words.ROUTES),
        STRICT,
    )

    infusion_key: Mapped[int] = _key()
    infusion_id: Mapped[str] = _own_id()
    patient_id: Mapped[str] = mapped_column(Text, ForeignKey("patients.patient_id"), index=True)
    site_id: Mapped[str] = mapped_column(Text, ForeignKey("sites.site_id"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    dose_mg: Mapped[float] = mapped_column(REAL_NUMBER)
    series_id: Mapped[str | None] = mapped_column(Text, ForeignKey("series.series_id"))
    sequence_number: Mapped[int | None] = mapped_column(SMALL)
    series_derived: Mapped[bool] = mapped_column(YesNo, default=False)
    sequence_derived: Mapped[bool] = mapped_column(YesNo, default=False)
    appointment_id: Mapped[str | None] = mapped_column(
        Text, ForeignKey("appointments.appointment_id")
    )
    provider_id: Mapped[str | None] = mapped_column(Text, ForeignKey("providers.provider_id"))
    chair_id: Mapped[str | None] = mapped_column(Text, ForeignKey("chairs.chair_id"))
    drug: Mapped[str | None] = _optional_text()
    route: Mapped[str | None] = _optional_text()
    lot_number: Mapped[str | None] = _optional_text()
    weight_kg: Mapped[float | None] = mapped_column(REAL_NUMBER)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    discharged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stopped_early: Mapped[bool | None] = mapped_column(YesNo)
    stop_reason: Mapped[str | None] = _optional_text()
    side_effects_recorded: Mapped[bool | None] = mapped_column(YesNo)


class VitalSigns(Base):
    """One set of measurements during or around an infusion."""

    __tablename__ = "vital_signs"
    __table_args__ = (
        between("systolic_mmhg", 0, 400),
        between("diastolic_mmhg", 0, 300),
        between("heart_rate_bpm", 0, 400),
        between("spo2_percent", 0, 100),
        between("sedation_moaas", 0, 5),
        KEYED,
    )

    infusion_id: Mapped[str] = mapped_column(
        Text, ForeignKey("infusions.infusion_id"), primary_key=True
    )
    measured_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    systolic_mmhg: Mapped[int | None] = mapped_column(SMALL)
    diastolic_mmhg: Mapped[int | None] = mapped_column(SMALL)
    heart_rate_bpm: Mapped[int | None] = mapped_column(SMALL)
    spo2_percent: Mapped[float | None] = mapped_column(REAL_NUMBER)
    sedation_moaas: Mapped[int | None] = mapped_column(SMALL)


class Assessment(Base):
    """One completed questionnaire. Columns ``item_1`` to ``item_30`` are added below."""

    __tablename__ = "assessments"
    __table_args__ = (identifier("assessment_id"), STRICT)

    assessment_key: Mapped[int] = _key()
    assessment_id: Mapped[str] = _own_id()
    patient_id: Mapped[str] = mapped_column(Text, ForeignKey("patients.patient_id"), index=True)
    instrument: Mapped[str] = _text()
    completed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    total_score: Mapped[float | None] = mapped_column(REAL_NUMBER)
    infusion_id: Mapped[str | None] = mapped_column(Text, ForeignKey("infusions.infusion_id"))


ITEM_COLUMNS = tuple(f"item_{number}" for number in range(1, words.ITEM_COUNT + 1))
for _name in ITEM_COLUMNS:
    setattr(Assessment, _name, mapped_column(_name, SMALL, nullable=True))


class SideEffect(Base):
    """One side effect of an infusion; the term is kept as it was written."""

    __tablename__ = "side_effects"
    __table_args__ = (
        identifier("side_effect_id"),
        between("grade", 1, 5),
        one_of("action", words.SIDE_EFFECT_ACTIONS),
        CheckConstraint("length(term) >= 1", name="term_length"),
        STRICT,
    )

    side_effect_key: Mapped[int] = _key()
    side_effect_id: Mapped[str] = _own_id()
    infusion_id: Mapped[str] = mapped_column(Text, ForeignKey("infusions.infusion_id"), index=True)
    term: Mapped[str] = _text()
    grade: Mapped[int | None] = mapped_column(SMALL)
    onset_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    serious: Mapped[bool | None] = mapped_column(YesNo)
    action: Mapped[str | None] = _optional_text()


class Medication(Base):
    """A medicine that a patient takes or took."""

    __tablename__ = "medications"
    __table_args__ = (
        identifier("medication_id"),
        one_of("class", words.MEDICATION_CLASSES),
        STRICT,
    )

    medication_key: Mapped[int] = _key()
    medication_id: Mapped[str] = _own_id()
    patient_id: Mapped[str] = mapped_column(Text, ForeignKey("patients.patient_id"), index=True)
    name: Mapped[str] = _text()
    class_: Mapped[str | None] = mapped_column("class", Text)
    started_on: Mapped[date | None] = mapped_column(IsoDate)
    stopped_on: Mapped[date | None] = mapped_column(IsoDate)


class Check(Base):
    """A safety check of the long-term ledger: bladder, liver, weight or cognition."""

    __tablename__ = "checks"
    __table_args__ = (
        identifier("check_id"),
        one_of("kind", words.CHECK_KINDS),
        one_of("result", words.CHECK_RESULTS),
        STRICT,
    )

    check_key: Mapped[int] = _key()
    check_id: Mapped[str] = _own_id()
    patient_id: Mapped[str] = mapped_column(Text, ForeignKey("patients.patient_id"), index=True)
    kind: Mapped[str] = _text()
    done_on: Mapped[date] = mapped_column(IsoDate)
    result: Mapped[str | None] = _optional_text()
    value: Mapped[str | None] = _optional_text()


Index(None, Infusion.series_id)
