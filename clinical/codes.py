"""The clinic's categories as small integers with their labels.

Fact tables store the integers (they group faster); pages show the labels. A number, once given,
keeps its meaning: it lies in databases.
"""

from datetime import date
from enum import IntEnum


class Code(IntEnum):
    """An integer category with a label for the reader."""

    label: str

    def __new__(cls, value: int, label: str = "") -> "Code":
        """Make a member from its number and its label (a look-up by number gives no label)."""
        member = int.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


class Phase(Code):
    """The phase of a series. ``NONE``: before the first infusion, or not known."""

    NONE = 0, "No series"
    INDUCTION = 1, "Induction"
    MAINTENANCE = 2, "Maintenance"


class DiagnosisGroup(Code):
    """Why the patient is treated, in the groups that the evidence speaks of."""

    UNKNOWN = 0, "Not recorded"
    MAJOR = 1, "Major depression"
    TREATMENT_RESISTANT = 2, "Treatment-resistant depression"
    BIPOLAR = 3, "Bipolar depression"
    OTHER = 4, "Other diagnosis"


class AgeBand(Code):
    """Age in whole years on the day of the infusion."""

    UNKNOWN = 0, "Age not recorded"
    UNDER_18 = 1, "Under 18"
    FROM_18 = 2, "18–29"
    FROM_30 = 3, "30–44"
    FROM_45 = 4, "45–59"
    FROM_60 = 5, "60–74"
    FROM_75 = 6, "75 and over"


class Sex(Code):
    """Sex as the clinic recorded it."""

    UNKNOWN = 0, "Sex not recorded"
    FEMALE = 1, "Female"
    MALE = 2, "Male"
    OTHER = 3, "Other"


class PressureHistory(Code):
    """Whether the patient has a history of high blood pressure."""

    UNKNOWN = 0, "History not recorded"
    NONE = 1, "No hypertension before"
    HYPERTENSION = 2, "History of hypertension"


class SeriesOrder(Code):
    """Whether it is the patient's first course of treatment (an induction and its maintenance)."""

    FIRST = 0, "First series"
    LATER = 1, "Later series"


class FailuresBand(Code):
    """How many antidepressants had failed before."""

    UNKNOWN = 0, "Failed antidepressants not recorded"
    UNDER_2 = 1, "0 or 1 failed"
    TWO = 2, "2 failed"
    FROM_3 = 3, "3 or 4 failed"
    FROM_5 = 4, "5 and more failed"


class DoseBand(Code):
    """Ketamine dose per body weight, mg/kg; the lower bound belongs to the band."""

    UNKNOWN = 0, "Weight not recorded, or another drug"
    UNDER_0_45 = 1, "Under 0.45 mg/kg"
    FROM_0_45 = 2, "0.45–0.54 mg/kg"
    FROM_0_55 = 3, "0.55–0.74 mg/kg"
    FROM_0_75 = 4, "0.75–0.99 mg/kg"
    FROM_1_00 = 5, "1.00 mg/kg and over"


class AppointmentKind(Code):
    """What an appointment is for."""

    CONSULTATION = 1, "Consultation"
    INFUSION = 2, "Infusion"
    FOLLOW_UP = 3, "Follow-up"


class AppointmentStatus(Code):
    """What became of an appointment."""

    BOOKED = 1, "Booked"
    ARRIVED = 2, "Arrived"
    FULFILLED = 3, "Done"
    CANCELLED = 4, "Cancelled"
    NOSHOW = 5, "Missed"


class DaysAhead(Code):
    """How long before its day an appointment was booked, or given up.

    Bookings count calendar days of the site; cancellations whole spans of 24 hours.
    """

    UNKNOWN = 0, "Not recorded"
    SAME_DAY = 1, "Same day"
    FROM_1 = 2, "1 day"
    FROM_2 = 3, "2–6 days"
    FROM_7 = 4, "7–13 days"
    FROM_14 = 5, "14–27 days"
    FROM_28 = 6, "28 days and more"


class VisitorOrder(Code):
    """Whether the patient had attended anything before."""

    UNKNOWN = 0, "No patient named"
    NEW = 1, "New"
    RETURNING = 2, "Returning"


class Timepoint(Code):
    """When a score was taken, relative to infusions. Kinds must not be mixed in one rate.

    The same treatment gives 18 % response in scores before the next infusion and 55 % soon after
    one (Sakurai 2020 against Anand 2023), so the kind is part of the number's meaning.
    """

    UNLINKED = 0, "Outside a series"
    BASELINE = 1, "Baseline"
    BEFORE_INFUSION = 2, "Before an infusion"
    AFTER_INFUSION = 3, "Within 72 hours after an infusion"
    FOLLOW_UP = 4, "Later than 72 hours after an infusion"


class ScoreKind(Code):
    """Which scores are looked at. The two are never mixed in one rate or one mean."""

    SETTLED = 0, "Settled"
    ACUTE = 1, "Within 72 hours"


TREATMENT_RESISTANCE_FAILURES = 2
"""Failed antidepressants from which depression counts as treatment-resistant (FDA, EMA)."""


def diagnosis_group(icd10: str | None, failed_antidepressants: int | None) -> DiagnosisGroup:
    """The group of an ICD-10-CM code: F31 bipolar, F32 and F33 major, resistant from 2 failures."""
    if not icd10:
        return DiagnosisGroup.UNKNOWN
    block = icd10.upper()[:3]
    if block == "F31":
        return DiagnosisGroup.BIPOLAR
    if block not in {"F32", "F33"}:
        return DiagnosisGroup.OTHER
    if (failed_antidepressants or 0) >= TREATMENT_RESISTANCE_FAILURES:
        return DiagnosisGroup.TREATMENT_RESISTANT
    return DiagnosisGroup.MAJOR


_AGE_BANDS = (
    (75, AgeBand.FROM_75),
    (60, AgeBand.FROM_60),
    (45, AgeBand.FROM_45),
    (30, AgeBand.FROM_30),
    (18, AgeBand.FROM_18),
)


def age_band(birth_date: date | None, on: date) -> AgeBand:
    """The age band of somebody born on ``birth_date``, on the day ``on``."""
    if birth_date is None:
        return AgeBand.UNKNOWN
    had_birthday = (on.month, on.day) >= (birth_date.month, birth_date.day)
    age = on.year - birth_date.year - (not had_birthday)
    return next((band for lower, band in _AGE_BANDS if age >= lower), AgeBand.UNDER_18)


_FAILURES_BANDS = (
    (5, FailuresBand.FROM_5),
    (3, FailuresBand.FROM_3),
    (2, FailuresBand.TWO),
)


def failures_band(failed_antidepressants: int | None) -> FailuresBand:
    """The band of a number of failed antidepressants."""
    if failed_antidepressants is None:
        return FailuresBand.UNKNOWN
    return next(
        (band for lower, band in _FAILURES_BANDS if failed_antidepressants >= lower),
        FailuresBand.UNDER_2,
    )


_DOSE_BANDS = (
    (1.00, DoseBand.FROM_1_00),
    (0.75, DoseBand.FROM_0_75),
    (0.55, DoseBand.FROM_0_55),
    (0.45, DoseBand.FROM_0_45),
)


def dose_band(mg_per_kg: float | None, drug: str | None) -> DoseBand:
    """The band of a ketamine dose; ``UNKNOWN`` without a weight or for another drug.

    ``drug`` is the contract's word; empty means ketamine. The dose is taken to two decimals, as a
    chart would show it, so that 0.4499… from a rounded weight counts as 0.45.
    """
    if mg_per_kg is None or drug not in {None, "ketamine"}:
        return DoseBand.UNKNOWN
    shown = round(mg_per_kg, 2)
    return next((band for lower, band in _DOSE_BANDS if shown >= lower), DoseBand.UNDER_0_45)


_DAYS_AHEAD = (
    (28, DaysAhead.FROM_28),
    (14, DaysAhead.FROM_14),
    (7, DaysAhead.FROM_7),
    (2, DaysAhead.FROM_2),
    (1, DaysAhead.FROM_1),
)


def days_ahead(days: int | None) -> DaysAhead:
    """The band of a number of days; what was booked or cancelled afterwards counts as same day."""
    if days is None:
        return DaysAhead.UNKNOWN
    return next((band for lower, band in _DAYS_AHEAD if days >= lower), DaysAhead.SAME_DAY)
