"""Derived facts: what the pages filter and group by, worked out once, at import.

One narrow row per infusion, per side-effect term of an infusion, per score, per appointment, per
patient, per series and instrument, and per day of a chair and hour of a site. Categories are the
codes of :mod:`clinical.codes`, calendar units the integers of :mod:`clinical.calendar` in the
site's local time. Nothing here is entered by anybody: every row can be made again from the records
(``rebuild-facts``).
"""

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from data_access.schema.base import KEY, KEYED, REAL_NUMBER, SMALL, STRICT, WORD, Base


def _key() -> Mapped[int]:
    return mapped_column(KEY, primary_key=True, autoincrement=False)


def _reference() -> Mapped[int]:
    return mapped_column(KEY)


def _optional_reference() -> Mapped[int | None]:
    return mapped_column(KEY)


def _small() -> Mapped[int]:
    return mapped_column(SMALL)


def _optional_small() -> Mapped[int | None]:
    return mapped_column(SMALL)


def _optional_real() -> Mapped[float | None]:
    return mapped_column(REAL_NUMBER)


_PEOPLE = ("diagnosis_group", "sex", "age_band", "failures_band", "dose_band", "course_order")
"""What the Outcomes page tells patients apart by, beside the site and the severity."""
_HOW_FAR = ("closed_day", "length", "done", "complete", "measured")
"""What the Outcomes page counts all courses by."""


class Term(Base):
    """A side-effect term in its canonical form."""

    __tablename__ = "terms"
    __table_args__ = (STRICT,)

    term_key: Mapped[int] = _key()
    name: Mapped[str] = mapped_column(Text, unique=True)


class InfusionFact(Base):
    """One infusion.

    ``number_band``: index into :data:`clinical.side_effect_rates.NUMBER_BANDS`. ``later_series``,
    ``sex``, ``hypertension``: codes of :mod:`clinical.codes`.
    ``recorded``: 1 where the side-effect form was filled in, else 0; rates count only those.
    ``start_minute``: after local midnight. ``appointment_key``: the appointment in which it took
    place, if any (:func:`data_access.facts.attended.match_infusions`).
    ``stopped``: 1 where stopped early. ``minutes``: start to end; ``chair_minutes``: start to
    discharge. Rises are the highest value minus the first one (mmHg), missing where there is no
    first or no later value; ``sustained_…``: what two readings in a row reached.
    ``side_effects``: records; ``worst_grade``: 0 where none is graded.
    """

    __tablename__ = "infusion_facts"
    # What is counted along other columns is counted in the packed ones (:class:`FactColumn`).
    __table_args__ = (
        # One site and a period: infusions, by day and phase; patients treated; chair times. A year
        # of a site is packed by it.
        Index(
            "ix_infusion_facts_site_day",
            "site_key",
            "day",
            "diagnosis_group",
            "phase",
            "recorded",
            "side_effects",
            "patient_key",
            "chair_minutes",
        ),
        # The same of all sites, but for chair times; first and last day.
        Index(
            "ix_infusion_facts_day",
            "day",
            "site_key",
            "diagnosis_group",
            "phase",
            "recorded",
            "side_effects",
            "patient_key",
        ),
        # Chair times of all sites.
        Index("ix_infusion_facts_chair", "site_key", "phase", "chair_minutes", "day"),
        # Appointments, what if: by site and week.
        Index("ix_infusion_facts_site_week", "site_key", "week"),
        # One patient's infusions.
        Index("ix_infusion_facts_patient", "patient_key"),
        # Who gave an infusion at some sites.
        Index("ix_infusion_facts_provider", "provider_key", "site_key"),
        # The few that were stopped early.
        Index(
            "ix_infusion_facts_stopped",
            "site_key",
            "day",
            "diagnosis_group",
            "phase",
            sqlite_where=text("stopped = 1"),
            postgresql_where=text("stopped = 1"),
        ),
        STRICT,
    )

    infusion_key: Mapped[int] = mapped_column(
        KEY, ForeignKey("infusions.infusion_key"), primary_key=True, autoincrement=False
    )
    patient_key: Mapped[int] = _reference()
    series_key: Mapped[int] = _reference()
    site_key: Mapped[int] = _reference()
    provider_key: Mapped[int | None] = _optional_reference()
    chair_key: Mapped[int | None] = _optional_reference()
    day: Mapped[int] = _reference()
    week: Mapped[int] = _reference()
    month: Mapped[int] = _reference()
    start_minute: Mapped[int] = _small()
    appointment_key: Mapped[int | None] = _optional_reference()
    phase: Mapped[int] = _small()
    number: Mapped[int] = _small()
    number_band: Mapped[int] = _small()
    later_series: Mapped[int] = _small()
    diagnosis_group: Mapped[int] = _small()
    age_band: Mapped[int] = _small()
    sex: Mapped[int] = _small()
    hypertension: Mapped[int] = _small()
    dose_band: Mapped[int] = _small()
    mg_per_kg: Mapped[float | None] = _optional_real()
    minutes: Mapped[int | None] = mapped_column(KEY)
    chair_minutes: Mapped[int | None] = mapped_column(KEY)
    systolic_rise: Mapped[int | None] = _optional_small()
    diastolic_rise: Mapped[int | None] = _optional_small()
    peak_systolic: Mapped[int | None] = _optional_small()
    peak_diastolic: Mapped[int | None] = _optional_small()
    lowest_spo2: Mapped[float | None] = _optional_real()
    deepest_sedation: Mapped[int | None] = _optional_small()
    sustained_systolic: Mapped[int | None] = _optional_small()
    sustained_diastolic: Mapped[int | None] = _optional_small()
    recorded: Mapped[int] = _small()
    stopped: Mapped[int] = _small()
    side_effects: Mapped[int] = _small()
    worst_grade: Mapped[int] = _small()


class SideEffectFact(Base):
    """One canonical term of one infusion, however many records it has.

    What describes the infusion is copied from ``infusion_facts``. ``events``: the records;
    ``worst_grade``: 0 where none is graded; ``serious``: 1 if any is. ``onset_minutes``,
    ``passed_minutes``, ``lasted_minutes``, ``open`` and ``odd``: as
    :class:`clinical.side_effect_times.Times`.
    """

    __tablename__ = "side_effect_facts"
    __table_args__ = (
        # A year of a site is packed by it.
        Index("ix_side_effect_facts_site_day", "site_key", "day"),
        # Which terms were recorded at some sites.
        Index("ix_side_effect_facts_term", "term_key", "site_key"),
        # The few serious ones.
        Index(
            "ix_side_effect_facts_serious",
            "site_key",
            "day",
            "diagnosis_group",
            "phase",
            sqlite_where=text("serious = 1"),
            postgresql_where=text("serious = 1"),
        ),
        KEYED,
    )

    infusion_key: Mapped[int] = mapped_column(
        KEY, ForeignKey("infusions.infusion_key"), primary_key=True, autoincrement=False
    )
    term_key: Mapped[int] = mapped_column(
        KEY, ForeignKey("terms.term_key"), primary_key=True, autoincrement=False
    )
    patient_key: Mapped[int] = _reference()
    site_key: Mapped[int] = _reference()
    provider_key: Mapped[int | None] = _optional_reference()
    chair_key: Mapped[int | None] = _optional_reference()
    day: Mapped[int] = _reference()
    week: Mapped[int] = _reference()
    month: Mapped[int] = _reference()
    phase: Mapped[int] = _small()
    number_band: Mapped[int] = _small()
    later_series: Mapped[int] = _small()
    diagnosis_group: Mapped[int] = _small()
    age_band: Mapped[int] = _small()
    sex: Mapped[int] = _small()
    dose_band: Mapped[int] = _small()
    chair_minutes: Mapped[int | None] = mapped_column(KEY)
    worst_grade: Mapped[int] = _small()
    serious: Mapped[int] = _small()
    events: Mapped[int] = _small()
    onset_minutes: Mapped[int | None] = mapped_column(KEY)
    passed_minutes: Mapped[int | None] = mapped_column(KEY)
    lasted_minutes: Mapped[int | None] = mapped_column(KEY)
    open: Mapped[int] = _small()
    odd: Mapped[int] = _small()


class ScoreFact(Base):
    """One score, attached to its infusion by the contract's rule.

    ``number``: the infusion to which it belongs; 0 for a baseline or an unlinked score.
    ``hours_after``: hours since the start of that infusion. ``baseline``, ``change`` (total minus
    baseline) and ``percent`` (improvement in % of the baseline, positive = better) are missing
    where the series has no baseline; ``response`` and ``remission`` are 1, 0 or missing.
    ``band``: index of the instrument's severity band.
    """

    __tablename__ = "score_facts"
    __table_args__ = (
        # Patients: scores and response by infusion number, every site.
        Index(
            "ix_score_facts_number",
            "instrument",
            "phase",
            "timepoint",
            "number",
            "day",
            "site_key",
            "diagnosis_group",
            "total",
            "baseline",
            "response",
            "remission",
        ),
        # The same of one site.
        Index(
            "ix_score_facts_site",
            "site_key",
            "instrument",
            "phase",
            "timepoint",
            "number",
            "day",
            "diagnosis_group",
            "total",
            "baseline",
            "response",
            "remission",
        ),
        # One patient's scores.
        Index("ix_score_facts_patient", "patient_key", "instrument", "day"),
        STRICT,
    )

    assessment_key: Mapped[int] = mapped_column(
        KEY, ForeignKey("assessments.assessment_key"), primary_key=True, autoincrement=False
    )
    patient_key: Mapped[int] = _reference()
    series_key: Mapped[int | None] = _optional_reference()
    site_key: Mapped[int | None] = _optional_reference()
    instrument: Mapped[int] = _small()
    day: Mapped[int] = _reference()
    month: Mapped[int] = _reference()
    phase: Mapped[int] = _small()
    number: Mapped[int] = _small()
    timepoint: Mapped[int] = _small()
    diagnosis_group: Mapped[int] = _small()
    hours_after: Mapped[float | None] = _optional_real()
    total: Mapped[float] = mapped_column(REAL_NUMBER)
    baseline: Mapped[float | None] = _optional_real()
    change: Mapped[float | None] = _optional_real()
    percent: Mapped[float | None] = _optional_real()
    response: Mapped[int | None] = _optional_small()
    remission: Mapped[int | None] = _optional_small()
    band: Mapped[int | None] = _optional_small()


class CourseFact(Base):
    """One series and one instrument: from the baseline to the latest score of the series.

    ``current``: 1 for the patient's latest series. ``scores``: scores after an infusion of the
    series; ``last_…``: the latest of them, with its infusion's number and its timepoint, without
    which it could not be compared with others. A row exists where there is a baseline or a score.
    """

    __tablename__ = "course_facts"
    __table_args__ = (
        # One patient's baselines.
        Index("ix_course_facts_patient", "patient_key"),
        # Whether an instrument is in use.
        Index("ix_course_facts_instrument", "instrument", "site_key"),
        # Patients: the status of a whole caseload.
        Index(
            "ix_course_facts_latest",
            "instrument",
            "series_key",
            "change",
            "percent",
            "response",
            "remission",
            "phase",
            "last_total",
            "last_day",
            "last_timepoint",
        ),
        KEYED,
    )

    series_key: Mapped[int] = mapped_column(
        KEY, ForeignKey("series.series_key"), primary_key=True, autoincrement=False
    )
    instrument: Mapped[int] = mapped_column(SMALL, primary_key=True, autoincrement=False)
    patient_key: Mapped[int] = _reference()
    site_key: Mapped[int | None] = _optional_reference()
    phase: Mapped[int] = _small()
    diagnosis_group: Mapped[int] = _small()
    started_day: Mapped[int] = _reference()
    current: Mapped[int] = _small()
    scores: Mapped[int] = _small()
    baseline: Mapped[float | None] = _optional_real()
    baseline_day: Mapped[int | None] = _optional_reference()
    last_total: Mapped[float | None] = _optional_real()
    last_day: Mapped[int | None] = _optional_reference()
    last_number: Mapped[int | None] = _optional_small()
    last_timepoint: Mapped[int | None] = _optional_small()
    change: Mapped[float | None] = _optional_real()
    percent: Mapped[float | None] = _optional_real()
    response: Mapped[int | None] = _optional_small()
    remission: Mapped[int | None] = _optional_small()


class PatientFact(Base):
    """One patient, and how far the latest series has come.

    ``done``: infusions of the latest series; ``planned``: as planned, else missing;
    ``infusions``: all infusions ever. A patient without a series has phase 0 and no days.
    ``handle``: names the patient in addresses and tells nothing (:mod:`data_access.handles`).
    ``provider_key``: who gave the latest infusion that names somebody.
    """

    __tablename__ = "patient_facts"
    __table_args__ = (
        # The patient of an address.
        Index("ix_patient_facts_handle", "handle", unique=True),
        # Patients: the caseload of one site and a period.
        Index(
            "ix_patient_facts_site_day",
            "site_key",
            "last_infusion_day",
            "series_started_day",
            "phase",
            "diagnosis_group",
            "done",
            "series_key",
            "provider_key",
        ),
        STRICT,
    )

    patient_key: Mapped[int] = mapped_column(
        KEY, ForeignKey("patients.patient_key"), primary_key=True, autoincrement=False
    )
    site_key: Mapped[int | None] = _optional_reference()
    diagnosis_group: Mapped[int] = _small()
    series_key: Mapped[int | None] = _optional_reference()
    phase: Mapped[int] = _small()
    done: Mapped[int] = _small()
    planned: Mapped[int | None] = _optional_small()
    series_started_day: Mapped[int | None] = _optional_reference()
    infusions: Mapped[int] = _small()
    first_infusion_day: Mapped[int | None] = _optional_reference()
    last_infusion_day: Mapped[int | None] = _optional_reference()
    handle: Mapped[str] = mapped_column(Text)
    provider_key: Mapped[int | None] = _optional_reference()


class PatientWord(Base):
    """A word by which a patient is found, folded as :mod:`data_access.search_words` does.

    The words of the given and the family name, and the patient's numbers.
    """

    __tablename__ = "patient_words"
    __table_args__ = (
        # A patient's own words, to make them anew.
        Index("ix_patient_words_patient", "patient_key"),
        KEYED,
    )

    word: Mapped[str] = mapped_column(WORD, primary_key=True)
    patient_key: Mapped[int] = mapped_column(
        KEY, ForeignKey("patients.patient_key"), primary_key=True, autoincrement=False
    )


class WatchFact(Base):
    """What the rules of the attention list look at: one patient who has had an infusion.

    Filters and place in the treatment are those of the latest series. Suicidal thoughts, from
    PHQ-9 item 9 and the C-SSRS level, whenever asked: ``…_last`` with its day; where a rise is open
    (:func:`clinical.thoughts.open_rise`), ``…_before`` is the level before it and ``…_since`` its
    day. Progress on the ``instrument`` by which the latest series is followed
    (:func:`clinical.watch.leading`): ``baseline``, the latest ``total`` with its day, infusion
    number and timepoint, ``percent`` better, ``worse_since`` (the day from which every score is
    worse, else missing). ``before_treatment``: the baseline of the last induction;
    ``best_percent`` and ``now_percent``: improvement on it, the best so far and the latest, scores
    within 72 hours after an infusion left out; ``lost_since``: the day from which a response once
    reached is none, and ``lost_scores``: in how many scores since.
    ``scored_day``: of the latest depression score, whichever scale; ``unscored``: infusions since.
    Vital signs are those of the last infusion. ``usual_interval``: median of the days between
    boosters, of which there are ``intervals``.
    """

    __tablename__ = "watch_facts"
    __table_args__ = (
        # Who is under treatment, every site, with what concerns; and of one site.
        Index(
            "ix_watch_facts_day",
            "last_infusion_day",
            "phase",
            "scored_day",
            "item_9_since",
            "cssrs_since",
            "cssrs_last",
            "item_9_last",
            "item_9_day",
            "cssrs_day",
        ),
        Index("ix_watch_facts_site_day", "site_key", "last_infusion_day"),
        STRICT,
    )

    patient_key: Mapped[int] = mapped_column(
        KEY, ForeignKey("patients.patient_key"), primary_key=True, autoincrement=False
    )
    site_key: Mapped[int | None] = _optional_reference()
    diagnosis_group: Mapped[int] = _small()
    phase: Mapped[int] = _small()
    done: Mapped[int] = _small()
    planned: Mapped[int | None] = _optional_small()
    last_infusion_day: Mapped[int] = _reference()
    last_number: Mapped[int] = _small()
    item_9_last: Mapped[int | None] = _optional_small()
    item_9_day: Mapped[int | None] = _optional_reference()
    item_9_before: Mapped[int | None] = _optional_small()
    item_9_since: Mapped[int | None] = _optional_reference()
    cssrs_last: Mapped[int | None] = _optional_small()
    cssrs_day: Mapped[int | None] = _optional_reference()
    cssrs_before: Mapped[int | None] = _optional_small()
    cssrs_since: Mapped[int | None] = _optional_reference()
    instrument: Mapped[int | None] = _optional_small()
    baseline: Mapped[float | None] = _optional_real()
    total: Mapped[float | None] = _optional_real()
    percent: Mapped[float | None] = _optional_real()
    total_day: Mapped[int | None] = _optional_reference()
    total_number: Mapped[int | None] = _optional_small()
    total_timepoint: Mapped[int | None] = _optional_small()
    worse_since: Mapped[int | None] = _optional_reference()
    before_treatment: Mapped[float | None] = _optional_real()
    best_percent: Mapped[float | None] = _optional_real()
    now_percent: Mapped[float | None] = _optional_real()
    lost_since: Mapped[int | None] = _optional_reference()
    lost_scores: Mapped[int | None] = _optional_small()
    scored_day: Mapped[int | None] = _optional_reference()
    unscored: Mapped[int] = _small()
    peak_systolic: Mapped[int | None] = _optional_small()
    peak_diastolic: Mapped[int | None] = _optional_small()
    sustained_systolic: Mapped[int | None] = _optional_small()
    sustained_diastolic: Mapped[int | None] = _optional_small()
    lowest_spo2: Mapped[float | None] = _optional_real()
    deepest_sedation: Mapped[int | None] = _optional_small()
    usual_interval: Mapped[float | None] = _optional_real()
    intervals: Mapped[int] = _small()


class FactColumn(Base):
    """One column of the facts of infusions or of side effects, of a site and a year, packed.

    Counts by any groups over any filters then read the few columns that they are about, instead of
    a row each (:mod:`data_access.columns`). ``facts``: the table; ``name``: its column; ``data``:
    the values in the order of the table's primary key, as :mod:`data_access.packed` packs them.
    """

    __tablename__ = "fact_columns"
    __table_args__ = (STRICT,)

    facts: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    year: Mapped[int] = mapped_column(KEY, primary_key=True, autoincrement=False)
    site_key: Mapped[int] = mapped_column(KEY, primary_key=True, autoincrement=False)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class ExpectedTotal(Base):
    """Pre-added totals of the scores before an infusion: how patients of a kind usually do.

    How many ``scores`` of a ``total`` were taken after infusion ``number`` (0: baselines) in series
    of an instrument, phase and severity band at baseline.
    """

    __tablename__ = "expected_totals"
    __table_args__ = (KEYED,)

    instrument: Mapped[int] = mapped_column(SMALL, primary_key=True, autoincrement=False)
    phase: Mapped[int] = mapped_column(SMALL, primary_key=True, autoincrement=False)
    baseline_band: Mapped[int] = mapped_column(SMALL, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(SMALL, primary_key=True, autoincrement=False)
    total: Mapped[float] = mapped_column(REAL_NUMBER, primary_key=True)
    diagnosis_group: Mapped[int] = mapped_column(SMALL, primary_key=True, autoincrement=False)
    site_key: Mapped[int] = mapped_column(KEY, primary_key=True, autoincrement=False)
    scores: Mapped[int] = mapped_column(KEY)


class LaterTotal(Base):
    """Pre-added totals of what followed a score before an infusion.

    How many ``patients`` had a score after infusion ``number`` that was better than the baseline by
    ``step`` times five per cent, rounded down, and then a later score of the same series, not
    within 72 hours after an infusion; and how many of them ``responded`` at such a later score.
    """

    __tablename__ = "later_totals"
    __table_args__ = (KEYED,)

    instrument: Mapped[int] = mapped_column(SMALL, primary_key=True, autoincrement=False)
    phase: Mapped[int] = mapped_column(SMALL, primary_key=True, autoincrement=False)
    baseline_band: Mapped[int] = mapped_column(SMALL, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(SMALL, primary_key=True, autoincrement=False)
    step: Mapped[int] = mapped_column(SMALL, primary_key=True, autoincrement=False)
    diagnosis_group: Mapped[int] = mapped_column(SMALL, primary_key=True, autoincrement=False)
    site_key: Mapped[int] = mapped_column(KEY, primary_key=True, autoincrement=False)
    patients: Mapped[int] = mapped_column(KEY)
    responded: Mapped[int] = mapped_column(KEY)


class AppointmentFact(Base):
    """One appointment, by the site's clock.

    ``weekday``: 1 = Monday; ``hour`` and ``start_minute`` (after midnight): of the planned start;
    ``minutes``: planned length; ``lead_days`` (of the calendar) and ``lead_hours``: booked to
    planned; ``notice_hours``: cancelled to planned, where cancelled; ``lead_band``,
    ``notice_band``: their :class:`~clinical.codes.DaysAhead`. ``newcomer``:
    :class:`~clinical.codes.VisitorOrder`. ``due_before``, ``missed_before``: of the patient's
    earlier appointments, how many were due and missed. ``moved``: 1 where another appointment
    replaces this one; ``moves``: how often the same demand had been moved before; ``first_day``:
    the day first wished for it. ``phase``: of the series under way that day (of the infusion
    itself, where it took place).

    Of the infusion that took place in it, if any: ``infusion_key``, ``start_delay`` (its start
    minus the planned one, minutes), ``infusion_minutes``, ``recovery_minutes`` (end to discharge)
    and ``over_minutes`` (discharge minus planned end). ``held_start`` (after midnight) and
    ``held_minutes``: the span for which an attended patient held the chair
    (:func:`clinical.occupancy.held_span`).
    """

    __tablename__ = "appointment_facts"
    __table_args__ = (
        # A patient's next booked appointment.
        Index("ix_appointment_facts_patient", "status", "patient_key", "day"),
        # One site and a period, whatever is asked.
        Index(
            "ix_appointment_facts_site_day",
            "site_key",
            "day",
            "kind",
            "status",
            "diagnosis_group",
            "phase",
            "notice_hours",
            "month",
            "week",
            "weekday",
            "hour",
            "chair_key",
            "minutes",
            "moved",
            "provider_key",
            "lead_band",
            "newcomer",
        ),
        # Appointments: by day.
        Index(
            "ix_appointment_facts_day",
            "day",
            "kind",
            "status",
            "site_key",
            "diagnosis_group",
            "phase",
            "notice_hours",
            "moved",
        ),
        # Appointments: by week within the month, how long ahead they were booked, and for whom.
        Index(
            "ix_appointment_facts_week",
            "month",
            "week",
            "kind",
            "status",
            "lead_band",
            "newcomer",
            "day",
            "site_key",
            "diagnosis_group",
            "phase",
            "notice_hours",
            "moved",
        ),
        # Volume: by provider.
        Index(
            "ix_appointment_facts_provider",
            "provider_key",
            "month",
            "week",
            "day",
            "site_key",
            "diagnosis_group",
            "phase",
            "moved",
        ),
        # Appointments: by weekday and hour.
        Index(
            "ix_appointment_facts_slot",
            "site_key",
            "weekday",
            "hour",
            "kind",
            "status",
            "day",
            "diagnosis_group",
            "phase",
            "notice_hours",
        ),
        # What is coming: what became of bookings, by how long ahead they were made and given up.
        Index(
            "ix_appointment_facts_outcome",
            "site_key",
            "kind",
            "lead_band",
            "status",
            "notice_band",
            "day",
            "phase",
            "diagnosis_group",
        ),
        # What is coming: the books ahead, and as they stood at past Mondays.
        Index(
            "ix_appointment_facts_ahead",
            "kind",
            "status",
            "site_key",
            "day",
            "phase",
            "diagnosis_group",
            "lead_days",
            "lead_band",
            "notice_hours",
            "week",
            "weekday",
            "start_minute",
            "due_before",
            "missed_before",
            "minutes",
            "patient_key",
            "chair_key",
        ),
        # Capacity: how long infusion patients stayed, and the parts of their stay.
        Index(
            "ix_appointment_facts_overrun",
            "site_key",
            "day",
            "diagnosis_group",
            "phase",
            "over_minutes",
            "start_delay",
            "infusion_minutes",
            "recovery_minutes",
            sqlite_where=text("over_minutes IS NOT NULL"),
            postgresql_where=text("over_minutes IS NOT NULL"),
        ),
        # Capacity: those who stayed longer than planned, and why.
        Index(
            "ix_appointment_facts_cause",
            "site_key",
            "day",
            "diagnosis_group",
            "phase",
            "start_delay",
            "infusion_minutes",
            "recovery_minutes",
            "over_minutes",
            sqlite_where=text("over_minutes > 0"),
            postgresql_where=text("over_minutes > 0"),
        ),
        # Capacity: the few that were missed, or are too long to be true.
        Index(
            "ix_appointment_facts_missed",
            "day",
            "site_key",
            "chair_key",
            "minutes",
            sqlite_where=text("status = 5"),
            postgresql_where=text("status = 5"),
        ),
        Index(
            "ix_appointment_facts_long",
            "day",
            "site_key",
            sqlite_where=text("minutes > 720"),
            postgresql_where=text("minutes > 720"),
        ),
        # Capacity: the infusions that name no chair, hardly any.
        Index(
            "ix_appointment_facts_no_chair",
            "day",
            "site_key",
            sqlite_where=text("kind = 2 AND chair_key IS NULL AND status != 4"),
            postgresql_where=text("kind = 2 AND chair_key IS NULL AND status != 4"),
        ),
        # What if: how long infusion patients stayed.
        Index("ix_appointment_facts_stay", "kind", "site_key", "minutes", "over_minutes", "day"),
        STRICT,
    )

    appointment_key: Mapped[int] = mapped_column(
        KEY, ForeignKey("appointments.appointment_key"), primary_key=True, autoincrement=False
    )
    patient_key: Mapped[int | None] = _optional_reference()
    site_key: Mapped[int] = _reference()
    chair_key: Mapped[int | None] = _optional_reference()
    provider_key: Mapped[int | None] = _optional_reference()
    kind: Mapped[int] = _small()
    status: Mapped[int] = _small()
    day: Mapped[int] = _reference()
    week: Mapped[int] = _reference()
    month: Mapped[int] = _reference()
    weekday: Mapped[int] = _small()
    hour: Mapped[int] = _small()
    minutes: Mapped[int] = mapped_column(KEY)
    start_minute: Mapped[int] = _small()
    lead_days: Mapped[int | None] = mapped_column(KEY)
    lead_hours: Mapped[float | None] = _optional_real()
    lead_band: Mapped[int] = _small()
    notice_hours: Mapped[float | None] = _optional_real()
    notice_band: Mapped[int] = _small()
    newcomer: Mapped[int] = _small()
    due_before: Mapped[int] = _small()
    missed_before: Mapped[int] = _small()
    moved: Mapped[int] = _small()
    moves: Mapped[int] = _small()
    first_day: Mapped[int] = _reference()
    phase: Mapped[int] = _small()
    diagnosis_group: Mapped[int] = _small()
    infusion_key: Mapped[int | None] = _optional_reference()
    start_delay: Mapped[int | None] = mapped_column(KEY)
    infusion_minutes: Mapped[int | None] = mapped_column(KEY)
    recovery_minutes: Mapped[int | None] = mapped_column(KEY)
    over_minutes: Mapped[int | None] = mapped_column(KEY)
    held_start: Mapped[int | None] = mapped_column(KEY)
    held_minutes: Mapped[int | None] = mapped_column(KEY)


class AccessFact(Base):
    """One patient who was referred, seen or treated: the way from the referral to a whole course.

    ``entered_day``: the first of referral, first consultation appointment and first infusion.
    ``consultation_planned_day``: of the first consultation appointment, whatever became of it;
    ``consultation_day``: of the first one attended. ``planned`` (6 where not recorded) and
    ``done``: infusions of the first series; ``completed_day``: of the planned-th of them.
    """

    __tablename__ = "access_facts"
    __table_args__ = (
        # Access: the patients who entered in a period.
        Index(
            "ix_access_facts_entered",
            "entered_day",
            "site_key",
            "diagnosis_group",
            "referral_source",
            "referred_day",
            "consultation_planned_day",
            "consultation_day",
            "first_infusion_day",
            "completed_day",
        ),
        # New starts.
        Index("ix_access_facts_first", "first_infusion_day", "site_key", "diagnosis_group"),
        STRICT,
    )

    patient_key: Mapped[int] = mapped_column(
        KEY, ForeignKey("patients.patient_key"), primary_key=True, autoincrement=False
    )
    site_key: Mapped[int | None] = _optional_reference()
    diagnosis_group: Mapped[int] = _small()
    referral_source: Mapped[str | None] = mapped_column(Text)
    entered_day: Mapped[int] = _reference()
    entered_week: Mapped[int] = _reference()
    entered_month: Mapped[int] = _reference()
    referred_day: Mapped[int | None] = _optional_reference()
    consultation_planned_day: Mapped[int | None] = _optional_reference()
    consultation_day: Mapped[int | None] = _optional_reference()
    first_infusion_day: Mapped[int | None] = _optional_reference()
    planned: Mapped[int] = _small()
    done: Mapped[int] = _small()
    completed_day: Mapped[int | None] = _optional_reference()


class InductionFact(Base):
    """One induction with an infusion: whether it went on as planned.

    ``planned``: infusions, 6 where not recorded (``planned_known`` 0); ``completed_day``: of the
    planned-th; ``longest_gap``: days between two of its infusions, at most.
    """

    __tablename__ = "induction_facts"
    __table_args__ = (
        # Access: inductions by their start.
        Index(
            "ix_induction_facts_started",
            "started_day",
            "site_key",
            "diagnosis_group",
            "planned",
            "done",
            "completed_day",
            "last_day",
        ),
        STRICT,
    )

    series_key: Mapped[int] = mapped_column(
        KEY, ForeignKey("series.series_key"), primary_key=True, autoincrement=False
    )
    patient_key: Mapped[int] = _reference()
    site_key: Mapped[int] = _reference()
    diagnosis_group: Mapped[int] = _small()
    started_day: Mapped[int] = _reference()
    started_week: Mapped[int] = _reference()
    started_month: Mapped[int] = _reference()
    planned: Mapped[int] = _small()
    planned_known: Mapped[int] = _small()
    done: Mapped[int] = _small()
    completed_day: Mapped[int | None] = _optional_reference()
    last_day: Mapped[int] = _reference()
    longest_gap: Mapped[int | None] = _optional_reference()


class ChairDayFact(Base):
    """One day of one chair with something in it, in minutes.

    ``booked``: of appointments that were not cancelled, overlapping ones once; ``used``: held by
    attended patients; ``double_booked``: planned for two or more at once.
    """

    __tablename__ = "chair_day_facts"
    __table_args__ = (
        # Capacity: each chair of a site and a period.
        Index(
            "ix_chair_day_facts_site_day",
            "site_key",
            "day",
            "chair_key",
            "booked",
            "used",
            "double_booked",
            "appointments",
        ),
        KEYED,
    )

    chair_key: Mapped[int] = mapped_column(KEY, primary_key=True, autoincrement=False)
    day: Mapped[int] = mapped_column(KEY, primary_key=True, autoincrement=False)
    site_key: Mapped[int] = _reference()
    week: Mapped[int] = _reference()
    month: Mapped[int] = _reference()
    weekday: Mapped[int] = _small()
    booked: Mapped[int] = _small()
    used: Mapped[int] = _small()
    double_booked: Mapped[int] = _small()
    appointments: Mapped[int] = _small()


class SiteHourFact(Base):
    """One hour of one day of a site with a chair in use or booked, in chair-minutes.

    As :class:`ChairDayFact`; ``most_booked``, ``most_used``: chairs at once, at most.
    """

    __tablename__ = "site_hour_facts"
    __table_args__ = (
        # Capacity: by weekday and hour.
        Index(
            "ix_site_hour_facts_slot",
            "site_key",
            "weekday",
            "hour",
            "day",
            "booked",
            "used",
            "double_booked",
            "most_booked",
            "most_used",
        ),
        KEYED,
    )

    site_key: Mapped[int] = mapped_column(KEY, primary_key=True, autoincrement=False)
    day: Mapped[int] = mapped_column(KEY, primary_key=True, autoincrement=False)
    hour: Mapped[int] = mapped_column(SMALL, primary_key=True, autoincrement=False)
    week: Mapped[int] = _reference()
    month: Mapped[int] = _reference()
    weekday: Mapped[int] = _small()
    booked: Mapped[int] = _small()
    used: Mapped[int] = _small()
    double_booked: Mapped[int] = _small()
    most_booked: Mapped[int] = _small()
    most_used: Mapped[int] = _small()


class FreedSlotFact(Base):
    """A cancelled appointment on a chair: was the slot filled again?

    ``refilled``: 1 where appointments that were booked after the cancellation cover at least half
    of it on that chair.
    """

    __tablename__ = "freed_slot_facts"
    __table_args__ = (
        # Attendance: by site and day.
        Index(
            "ix_freed_slot_facts_site_day",
            "site_key",
            "day",
            "kind",
            "phase",
            "diagnosis_group",
            "notice_hours",
            "refilled",
            "minutes",
        ),
        # Attendance: all sites by day.
        Index(
            "ix_freed_slot_facts_day",
            "day",
            "site_key",
            "kind",
            "phase",
            "diagnosis_group",
            "notice_hours",
            "refilled",
            "minutes",
        ),
        STRICT,
    )

    appointment_key: Mapped[int] = _key()
    site_key: Mapped[int] = _reference()
    chair_key: Mapped[int] = _reference()
    day: Mapped[int] = _reference()
    week: Mapped[int] = _reference()
    month: Mapped[int] = _reference()
    weekday: Mapped[int] = _small()
    hour: Mapped[int] = _small()
    kind: Mapped[int] = _small()
    phase: Mapped[int] = _small()
    diagnosis_group: Mapped[int] = _small()
    minutes: Mapped[int] = _reference()
    notice_hours: Mapped[float | None] = _optional_real()
    refilled: Mapped[int] = _small()


class StartFact(Base):
    """One course of treatment with an infusion: who began it, when, and how far it went.

    ``started_day``: of its first infusion, whose site, dose and age count. ``closed_day``: the day
    from which no score can belong to the course any more (another course has begun, or 28 days have
    passed since its last infusion, as far as is known): the course is *over* on and after it.
    ``length``: :func:`clinical.course_scores.course_length`; ``planned``: as recorded, else
    missing; ``complete``: 1 where an induction reached its planned infusions (six where not
    recorded); ``measured``: :func:`clinical.measures.measure_bit` of each measure on which the
    course has a baseline, added up. ``course_order``: :class:`clinical.codes.SeriesOrder`; bands
    are codes of :mod:`clinical.codes`.
    """

    __tablename__ = "start_facts"
    __table_args__ = (
        # Outcomes: who began, by how far they went; of one site, and of all.
        Index("ix_start_facts_site", "site_key", "phase", "started_day", *_HOW_FAR, *_PEOPLE),
        Index("ix_start_facts_day", "phase", "started_day", "site_key", *_HOW_FAR, *_PEOPLE),
        STRICT,
    )

    series_key: Mapped[int] = mapped_column(
        KEY, ForeignKey("series.series_key"), primary_key=True, autoincrement=False
    )
    patient_key: Mapped[int] = _reference()
    site_key: Mapped[int] = _reference()
    phase: Mapped[int] = _small()
    started_day: Mapped[int] = _reference()
    closed_day: Mapped[int] = _reference()
    diagnosis_group: Mapped[int] = _small()
    sex: Mapped[int] = _small()
    age_band: Mapped[int] = _small()
    failures_band: Mapped[int] = _small()
    dose_band: Mapped[int] = _small()
    course_order: Mapped[int] = _small()
    length: Mapped[int] = _small()
    done: Mapped[int] = _small()
    planned: Mapped[int | None] = _optional_small()
    complete: Mapped[int] = _small()
    measured: Mapped[int] = _small()


class OutcomeFact(Base):
    """The score of a course after an infusion, on one measure, compared with its baseline.

    ``measure``: code of :data:`clinical.measures.MEASURES`; ``kind``:
    :class:`clinical.codes.ScoreKind`; ``number``: of the infusion, up to
    :data:`clinical.course_scores.LAST_NUMBER`. ``observed``: 0 where the ``total`` is carried
    forward from an earlier infusion (settled scores only). ``baseline``: of the course; in
    maintenance that of the induction before it, where there is one. Without a baseline there is no
    row. Response, remission and change follow from baseline and total alone, so rows are counted by
    the two. ``baseline_band``: index of the measure's severity band. The rest: as in
    :class:`StartFact`.
    """

    __tablename__ = "outcome_facts"
    __table_args__ = (
        # Outcomes: scores by infusion number, every site; the groups are in the order of the index.
        Index(
            "ix_outcome_facts_number",
            "measure",
            "kind",
            "phase",
            "number",
            "observed",
            "baseline",
            "total",
            "started_day",
            "closed_day",
            "site_key",
            *_PEOPLE,
            "baseline_band",
            # PostgreSQL joins two measures from it alone; in SQLite the key is part of any index.
            postgresql_include=["series_key"],
        ),
        # The same of one site.
        Index(
            "ix_outcome_facts_site",
            "site_key",
            "measure",
            "kind",
            "phase",
            "started_day",
            "closed_day",
            "number",
            "observed",
            "baseline",
            "total",
            *_PEOPLE,
            "baseline_band",
        ),
        KEYED,
    )

    series_key: Mapped[int] = mapped_column(
        KEY, ForeignKey("series.series_key"), primary_key=True, autoincrement=False
    )
    measure: Mapped[int] = mapped_column(SMALL, primary_key=True, autoincrement=False)
    kind: Mapped[int] = mapped_column(SMALL, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(SMALL, primary_key=True, autoincrement=False)
    observed: Mapped[int] = _small()
    baseline: Mapped[float] = mapped_column(REAL_NUMBER)
    total: Mapped[float] = mapped_column(REAL_NUMBER)
    baseline_band: Mapped[int] = _small()
    site_key: Mapped[int] = _reference()
    phase: Mapped[int] = _small()
    started_day: Mapped[int] = _reference()
    closed_day: Mapped[int] = _reference()
    diagnosis_group: Mapped[int] = _small()
    sex: Mapped[int] = _small()
    age_band: Mapped[int] = _small()
    failures_band: Mapped[int] = _small()
    dose_band: Mapped[int] = _small()
    course_order: Mapped[int] = _small()


class MilestoneFact(Base):
    """When a course reached something, on one measure with a baseline.

    Hours count from the start of the first infusion of the course. ``settled_…`` looks at scores
    later than 72 hours after an infusion or before the next one, ``any_…`` at all that belong to
    the course: the hours and infusion number at the first score that is a response, at the first
    that is a remission, and at the last score (``watched_…``), each missing where there is none.
    ``span_days``: from the first infusion to the last. Of the acute scores of infusion 1 the one
    nearest to 24 hours: ``early_total``, ``early_hours``. ``end_…``: the latest settled score after
    the last infusion of the course, with the days since that infusion. ``after_total``: the score,
    of whatever kind and whether or not it belongs to the course, nearest to its last infusion among
    those within :data:`clinical.course_scores.AFTER_DAYS` of it.

    How long a response lasts, of inductions whose end score is one; days from the last infusion of
    the induction: ``lost_days`` at the first later settled score that is none; ``kept_days`` at the
    last settled score before a new induction, or before it was lost (the end score itself where
    there is no other); ``booster_days`` at the first infusion of the maintenance that followed,
    ``second_booster_days`` at the second; ``again_days`` at the start of the next induction.
    ``baseline``, ``baseline_band`` and the rest: as in :class:`OutcomeFact`.
    """

    __tablename__ = "milestone_facts"
    __table_args__ = (
        # Outcomes: how soon, how long, and what was reached; of one site.
        Index("ix_milestone_facts_site", "site_key", "measure", "phase", "started_day"),
        # Every site; courses with a baseline, and when they reached what by settled scores, are
        # counted from it alone.
        Index(
            "ix_milestone_facts_day",
            "measure",
            "phase",
            "started_day",
            "closed_day",
            "site_key",
            *_PEOPLE,
            "length",
            "baseline",
            "settled_response_hours",
            "settled_remission_hours",
            "settled_watched_hours",
            "early_total",
            "early_hours",
        ),
        # Published: scores some weeks after an induction, every site; all that the query reads.
        Index(
            "ix_milestone_facts_after",
            "measure",
            "phase",
            "started_day",
            "closed_day",
            "site_key",
            "done",
            "span_days",
            "baseline",
            "after_total",
            sqlite_where=text("after_total IS NOT NULL"),
            postgresql_where=text("after_total IS NOT NULL"),
        ),
        KEYED,
    )

    series_key: Mapped[int] = mapped_column(
        KEY, ForeignKey("series.series_key"), primary_key=True, autoincrement=False
    )
    measure: Mapped[int] = mapped_column(SMALL, primary_key=True, autoincrement=False)
    baseline: Mapped[float] = mapped_column(REAL_NUMBER)
    baseline_band: Mapped[int] = _small()
    site_key: Mapped[int] = _reference()
    phase: Mapped[int] = _small()
    started_day: Mapped[int] = _reference()
    closed_day: Mapped[int] = _reference()
    diagnosis_group: Mapped[int] = _small()
    sex: Mapped[int] = _small()
    age_band: Mapped[int] = _small()
    failures_band: Mapped[int] = _small()
    dose_band: Mapped[int] = _small()
    course_order: Mapped[int] = _small()
    length: Mapped[int] = _small()
    done: Mapped[int] = _small()
    span_days: Mapped[int] = _reference()
    settled_response_hours: Mapped[float | None] = _optional_real()
    settled_response_number: Mapped[int | None] = _optional_small()
    settled_remission_hours: Mapped[float | None] = _optional_real()
    settled_remission_number: Mapped[int | None] = _optional_small()
    settled_watched_hours: Mapped[float | None] = _optional_real()
    settled_watched_number: Mapped[int | None] = _optional_small()
    any_response_hours: Mapped[float | None] = _optional_real()
    any_response_number: Mapped[int | None] = _optional_small()
    any_remission_hours: Mapped[float | None] = _optional_real()
    any_remission_number: Mapped[int | None] = _optional_small()
    any_watched_hours: Mapped[float | None] = _optional_real()
    any_watched_number: Mapped[int | None] = _optional_small()
    early_total: Mapped[float | None] = _optional_real()
    early_hours: Mapped[float | None] = _optional_real()
    end_total: Mapped[float | None] = _optional_real()
    end_days: Mapped[float | None] = _optional_real()
    after_total: Mapped[float | None] = _optional_real()
    lost_days: Mapped[float | None] = _optional_real()
    kept_days: Mapped[float | None] = _optional_real()
    booster_days: Mapped[float | None] = _optional_real()
    second_booster_days: Mapped[float | None] = _optional_real()
    again_days: Mapped[float | None] = _optional_real()
