"""Appointments: chairs by day and hour, freed slots, the way in, and what an appointment knows.

Facts are derived, so their tables are made anew rather than changed; ``migrate`` fills them again.
"""

import sqlalchemy as sa
from alembic import op

from data_access.migrations import columns

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From revision 0003 to revision 0004."""
    op.drop_table("infusion_facts")
    op.drop_table("appointment_facts")
    op.create_table(
        "chair_day_facts",
        sa.Column("chair_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("day", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("site_key", columns.KEY, nullable=False),
        sa.Column("week", columns.KEY, nullable=False),
        sa.Column("month", columns.KEY, nullable=False),
        sa.Column("weekday", columns.SMALL, nullable=False),
        sa.Column("booked", columns.SMALL, nullable=False),
        sa.Column("used", columns.SMALL, nullable=False),
        sa.Column("double_booked", columns.SMALL, nullable=False),
        sa.Column("appointments", columns.SMALL, nullable=False),
        sa.PrimaryKeyConstraint("chair_key", "day", name=op.f("pk_chair_day_facts")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_chair_day_facts_site_day",
        "chair_day_facts",
        ["site_key", "day", "chair_key", "booked", "used", "double_booked", "appointments"],
        unique=False,
    )

    op.create_table(
        "freed_slot_facts",
        sa.Column("appointment_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("site_key", columns.KEY, nullable=False),
        sa.Column("chair_key", columns.KEY, nullable=False),
        sa.Column("day", columns.KEY, nullable=False),
        sa.Column("week", columns.KEY, nullable=False),
        sa.Column("month", columns.KEY, nullable=False),
        sa.Column("weekday", columns.SMALL, nullable=False),
        sa.Column("hour", columns.SMALL, nullable=False),
        sa.Column("kind", columns.SMALL, nullable=False),
        sa.Column("phase", columns.SMALL, nullable=False),
        sa.Column("diagnosis_group", columns.SMALL, nullable=False),
        sa.Column("minutes", columns.KEY, nullable=False),
        sa.Column("notice_hours", columns.REAL, nullable=True),
        sa.Column("refilled", columns.SMALL, nullable=False),
        sa.PrimaryKeyConstraint("appointment_key", name=op.f("pk_freed_slot_facts")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_freed_slot_facts_day",
        "freed_slot_facts",
        [
            "day",
            "site_key",
            "kind",
            "phase",
            "diagnosis_group",
            "notice_hours",
            "refilled",
            "minutes",
        ],
        unique=False,
    )
    op.create_index(
        "ix_freed_slot_facts_site_day",
        "freed_slot_facts",
        [
            "site_key",
            "day",
            "kind",
            "phase",
            "diagnosis_group",
            "notice_hours",
            "refilled",
            "minutes",
        ],
        unique=False,
    )

    op.create_table(
        "site_hour_facts",
        sa.Column("site_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("day", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("hour", columns.SMALL, autoincrement=False, nullable=False),
        sa.Column("week", columns.KEY, nullable=False),
        sa.Column("month", columns.KEY, nullable=False),
        sa.Column("weekday", columns.SMALL, nullable=False),
        sa.Column("booked", columns.SMALL, nullable=False),
        sa.Column("used", columns.SMALL, nullable=False),
        sa.Column("double_booked", columns.SMALL, nullable=False),
        sa.Column("most_booked", columns.SMALL, nullable=False),
        sa.Column("most_used", columns.SMALL, nullable=False),
        sa.PrimaryKeyConstraint("site_key", "day", "hour", name=op.f("pk_site_hour_facts")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_site_hour_facts_slot",
        "site_hour_facts",
        [
            "site_key",
            "weekday",
            "hour",
            "day",
            "booked",
            "used",
            "double_booked",
            "most_booked",
            "most_used",
        ],
        unique=False,
    )

    op.create_table(
        "access_facts",
        sa.Column("patient_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("site_key", columns.KEY, nullable=True),
        sa.Column("diagnosis_group", columns.SMALL, nullable=False),
        sa.Column("referral_source", columns.TEXT, nullable=True),
        sa.Column("entered_day", columns.KEY, nullable=False),
        sa.Column("entered_week", columns.KEY, nullable=False),
        sa.Column("entered_month", columns.KEY, nullable=False),
        sa.Column("referred_day", columns.KEY, nullable=True),
        sa.Column("consultation_planned_day", columns.KEY, nullable=True),
        sa.Column("consultation_day", columns.KEY, nullable=True),
        sa.Column("first_infusion_day", columns.KEY, nullable=True),
        sa.Column("planned", columns.SMALL, nullable=False),
        sa.Column("done", columns.SMALL, nullable=False),
        sa.Column("completed_day", columns.KEY, nullable=True),
        sa.ForeignKeyConstraint(
            ["patient_key"], ["patients.patient_key"], name=op.f("fk_access_facts_patient_key")
        ),
        sa.PrimaryKeyConstraint("patient_key", name=op.f("pk_access_facts")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_access_facts_entered",
        "access_facts",
        [
            "entered_day",
            "site_key",
            "diagnosis_group",
            "referral_source",
            "referred_day",
            "consultation_planned_day",
            "consultation_day",
            "first_infusion_day",
            "completed_day",
        ],
        unique=False,
    )
    op.create_index(
        "ix_access_facts_first",
        "access_facts",
        ["first_infusion_day", "site_key", "diagnosis_group"],
        unique=False,
    )

    op.create_table(
        "appointment_facts",
        sa.Column("appointment_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("patient_key", columns.KEY, nullable=True),
        sa.Column("site_key", columns.KEY, nullable=False),
        sa.Column("chair_key", columns.KEY, nullable=True),
        sa.Column("provider_key", columns.KEY, nullable=True),
        sa.Column("kind", columns.SMALL, nullable=False),
        sa.Column("status", columns.SMALL, nullable=False),
        sa.Column("day", columns.KEY, nullable=False),
        sa.Column("week", columns.KEY, nullable=False),
        sa.Column("month", columns.KEY, nullable=False),
        sa.Column("weekday", columns.SMALL, nullable=False),
        sa.Column("hour", columns.SMALL, nullable=False),
        sa.Column("minutes", columns.KEY, nullable=False),
        sa.Column("start_minute", columns.SMALL, nullable=False),
        sa.Column("lead_days", columns.KEY, nullable=True),
        sa.Column("lead_hours", columns.REAL, nullable=True),
        sa.Column("lead_band", columns.SMALL, nullable=False),
        sa.Column("notice_hours", columns.REAL, nullable=True),
        sa.Column("notice_band", columns.SMALL, nullable=False),
        sa.Column("newcomer", columns.SMALL, nullable=False),
        sa.Column("due_before", columns.SMALL, nullable=False),
        sa.Column("missed_before", columns.SMALL, nullable=False),
        sa.Column("moved", columns.SMALL, nullable=False),
        sa.Column("moves", columns.SMALL, nullable=False),
        sa.Column("first_day", columns.KEY, nullable=False),
        sa.Column("phase", columns.SMALL, nullable=False),
        sa.Column("diagnosis_group", columns.SMALL, nullable=False),
        sa.Column("infusion_key", columns.KEY, nullable=True),
        sa.Column("start_delay", columns.KEY, nullable=True),
        sa.Column("infusion_minutes", columns.KEY, nullable=True),
        sa.Column("recovery_minutes", columns.KEY, nullable=True),
        sa.Column("over_minutes", columns.KEY, nullable=True),
        sa.Column("held_start", columns.KEY, nullable=True),
        sa.Column("held_minutes", columns.KEY, nullable=True),
        sa.ForeignKeyConstraint(
            ["appointment_key"],
            ["appointments.appointment_key"],
            name=op.f("fk_appointment_facts_appointment_key"),
        ),
        sa.PrimaryKeyConstraint("appointment_key", name=op.f("pk_appointment_facts")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_appointment_facts_ahead",
        "appointment_facts",
        [
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
        ],
        unique=False,
    )
    op.create_index(
        "ix_appointment_facts_cause",
        "appointment_facts",
        [
            "site_key",
            "day",
            "diagnosis_group",
            "phase",
            "start_delay",
            "infusion_minutes",
            "recovery_minutes",
            "over_minutes",
        ],
        unique=False,
        sqlite_where=sa.text("over_minutes > 0"),
        postgresql_where=sa.text("over_minutes > 0"),
    )
    op.create_index(
        "ix_appointment_facts_day",
        "appointment_facts",
        ["day", "kind", "status", "site_key", "diagnosis_group", "phase", "notice_hours", "moved"],
        unique=False,
    )
    op.create_index(
        "ix_appointment_facts_long",
        "appointment_facts",
        ["day", "site_key"],
        unique=False,
        sqlite_where=sa.text("minutes > 720"),
        postgresql_where=sa.text("minutes > 720"),
    )
    op.create_index(
        "ix_appointment_facts_missed",
        "appointment_facts",
        ["day", "site_key", "chair_key", "minutes"],
        unique=False,
        sqlite_where=sa.text("status = 5"),
        postgresql_where=sa.text("status = 5"),
    )
    op.create_index(
        "ix_appointment_facts_no_chair",
        "appointment_facts",
        ["day", "site_key"],
        unique=False,
        sqlite_where=sa.text("kind = 2 AND chair_key IS NULL AND status != 4"),
        postgresql_where=sa.text("kind = 2 AND chair_key IS NULL AND status != 4"),
    )
    op.create_index(
        "ix_appointment_facts_outcome",
        "appointment_facts",
        [
            "site_key",
            "kind",
            "lead_band",
            "status",
            "notice_band",
            "day",
            "phase",
            "diagnosis_group",
        ],
        unique=False,
    )
    op.create_index(
        "ix_appointment_facts_overrun",
        "appointment_facts",
        [
            "site_key",
            "day",
            "diagnosis_group",
            "phase",
            "over_minutes",
            "start_delay",
            "infusion_minutes",
            "recovery_minutes",
        ],
        unique=False,
        sqlite_where=sa.text("over_minutes IS NOT NULL"),
        postgresql_where=sa.text("over_minutes IS NOT NULL"),
    )
    op.create_index(
        "ix_appointment_facts_patient",
        "appointment_facts",
        ["status", "patient_key", "day"],
        unique=False,
    )
    op.create_index(
        "ix_appointment_facts_provider",
        "appointment_facts",
        ["provider_key", "month", "week", "day", "site_key", "diagnosis_group", "phase", "moved"],
        unique=False,
    )
    op.create_index(
        "ix_appointment_facts_site_day",
        "appointment_facts",
        [
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
        ],
        unique=False,
    )
    op.create_index(
        "ix_appointment_facts_slot",
        "appointment_facts",
        [
            "site_key",
            "weekday",
            "hour",
            "kind",
            "status",
            "day",
            "diagnosis_group",
            "phase",
            "notice_hours",
        ],
        unique=False,
    )
    op.create_index(
        "ix_appointment_facts_stay",
        "appointment_facts",
        ["kind", "site_key", "minutes", "over_minutes", "day"],
        unique=False,
    )
    op.create_index(
        "ix_appointment_facts_week",
        "appointment_facts",
        [
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
        ],
        unique=False,
    )

    op.create_table(
        "induction_facts",
        sa.Column("series_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("patient_key", columns.KEY, nullable=False),
        sa.Column("site_key", columns.KEY, nullable=False),
        sa.Column("diagnosis_group", columns.SMALL, nullable=False),
        sa.Column("started_day", columns.KEY, nullable=False),
        sa.Column("started_week", columns.KEY, nullable=False),
        sa.Column("started_month", columns.KEY, nullable=False),
        sa.Column("planned", columns.SMALL, nullable=False),
        sa.Column("planned_known", columns.SMALL, nullable=False),
        sa.Column("done", columns.SMALL, nullable=False),
        sa.Column("completed_day", columns.KEY, nullable=True),
        sa.Column("last_day", columns.KEY, nullable=False),
        sa.Column("longest_gap", columns.KEY, nullable=True),
        sa.ForeignKeyConstraint(
            ["series_key"], ["series.series_key"], name=op.f("fk_induction_facts_series_key")
        ),
        sa.PrimaryKeyConstraint("series_key", name=op.f("pk_induction_facts")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_induction_facts_started",
        "induction_facts",
        [
            "started_day",
            "site_key",
            "diagnosis_group",
            "planned",
            "done",
            "completed_day",
            "last_day",
        ],
        unique=False,
    )

    op.create_table(
        "infusion_facts",
        sa.Column("infusion_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("patient_key", columns.KEY, nullable=False),
        sa.Column("series_key", columns.KEY, nullable=False),
        sa.Column("site_key", columns.KEY, nullable=False),
        sa.Column("provider_key", columns.KEY, nullable=True),
        sa.Column("chair_key", columns.KEY, nullable=True),
        sa.Column("day", columns.KEY, nullable=False),
        sa.Column("week", columns.KEY, nullable=False),
        sa.Column("month", columns.KEY, nullable=False),
        sa.Column("start_minute", columns.SMALL, nullable=False),
        sa.Column("appointment_key", columns.KEY, nullable=True),
        sa.Column("phase", columns.SMALL, nullable=False),
        sa.Column("number", columns.SMALL, nullable=False),
        sa.Column("number_band", columns.SMALL, nullable=False),
        sa.Column("later_series", columns.SMALL, nullable=False),
        sa.Column("diagnosis_group", columns.SMALL, nullable=False),
        sa.Column("age_band", columns.SMALL, nullable=False),
        sa.Column("sex", columns.SMALL, nullable=False),
        sa.Column("hypertension", columns.SMALL, nullable=False),
        sa.Column("dose_band", columns.SMALL, nullable=False),
        sa.Column("mg_per_kg", columns.REAL, nullable=True),
        sa.Column("minutes", columns.KEY, nullable=True),
        sa.Column("chair_minutes", columns.KEY, nullable=True),
        sa.Column("systolic_rise", columns.SMALL, nullable=True),
        sa.Column("diastolic_rise", columns.SMALL, nullable=True),
        sa.Column("peak_systolic", columns.SMALL, nullable=True),
        sa.Column("peak_diastolic", columns.SMALL, nullable=True),
        sa.Column("lowest_spo2", columns.REAL, nullable=True),
        sa.Column("deepest_sedation", columns.SMALL, nullable=True),
        sa.Column("sustained_systolic", columns.SMALL, nullable=True),
        sa.Column("sustained_diastolic", columns.SMALL, nullable=True),
        sa.Column("recorded", columns.SMALL, nullable=False),
        sa.Column("stopped", columns.SMALL, nullable=False),
        sa.Column("side_effects", columns.SMALL, nullable=False),
        sa.Column("worst_grade", columns.SMALL, nullable=False),
        sa.ForeignKeyConstraint(
            ["infusion_key"],
            ["infusions.infusion_key"],
            name=op.f("fk_infusion_facts_infusion_key"),
        ),
        sa.PrimaryKeyConstraint("infusion_key", name=op.f("pk_infusion_facts")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_infusion_facts_chair",
        "infusion_facts",
        ["site_key", "phase", "chair_minutes", "day", "diagnosis_group", "recorded"],
        unique=False,
    )
    op.create_index(
        "ix_infusion_facts_day",
        "infusion_facts",
        ["day", "site_key", "diagnosis_group", "phase", "recorded", "side_effects", "patient_key"],
        unique=False,
    )
    op.create_index(
        "ix_infusion_facts_limits",
        "infusion_facts",
        [
            "number_band",
            "dose_band",
            "age_band",
            "hypertension",
            "day",
            "site_key",
            "diagnosis_group",
            "phase",
            "peak_systolic",
            "peak_diastolic",
            "sustained_systolic",
            "sustained_diastolic",
            "lowest_spo2",
            "deepest_sedation",
        ],
        unique=False,
    )
    op.create_index(
        "ix_infusion_facts_patient",
        "infusion_facts",
        [
            "patient_key",
            "day",
            "site_key",
            "diagnosis_group",
            "phase",
            "recorded",
            "side_effects",
            "peak_systolic",
            "peak_diastolic",
            "sustained_systolic",
            "sustained_diastolic",
            "lowest_spo2",
            "deepest_sedation",
        ],
        unique=False,
    )
    op.create_index(
        "ix_infusion_facts_person",
        "infusion_facts",
        [
            "age_band",
            "sex",
            "later_series",
            "diagnosis_group",
            "number_band",
            "dose_band",
            "day",
            "site_key",
            "phase",
            "recorded",
            "side_effects",
        ],
        unique=False,
    )
    op.create_index(
        "ix_infusion_facts_place",
        "infusion_facts",
        [
            "site_key",
            "chair_key",
            "number_band",
            "dose_band",
            "day",
            "diagnosis_group",
            "phase",
            "recorded",
            "side_effects",
        ],
        unique=False,
    )
    op.create_index(
        "ix_infusion_facts_provider",
        "infusion_facts",
        [
            "provider_key",
            "number_band",
            "dose_band",
            "day",
            "site_key",
            "diagnosis_group",
            "phase",
            "recorded",
            "side_effects",
        ],
        unique=False,
    )
    op.create_index(
        "ix_infusion_facts_rise",
        "infusion_facts",
        ["systolic_rise", "day", "site_key", "diagnosis_group", "phase"],
        unique=False,
    )
    op.create_index(
        "ix_infusion_facts_site_day",
        "infusion_facts",
        [
            "site_key",
            "day",
            "diagnosis_group",
            "phase",
            "recorded",
            "side_effects",
            "month",
            "week",
            "number_band",
            "dose_band",
            "patient_key",
            "worst_grade",
            "stopped",
            "chair_minutes",
        ],
        unique=False,
    )
    op.create_index(
        "ix_infusion_facts_site_week",
        "infusion_facts",
        [
            "site_key",
            "week",
            "number_band",
            "day",
            "diagnosis_group",
            "phase",
            "recorded",
            "side_effects",
        ],
        unique=False,
    )
    op.create_index(
        "ix_infusion_facts_stopped",
        "infusion_facts",
        ["day", "site_key", "diagnosis_group", "phase"],
        unique=False,
        sqlite_where=sa.text("stopped = 1"),
        postgresql_where=sa.text("stopped = 1"),
    )
    op.create_index(
        "ix_infusion_facts_week",
        "infusion_facts",
        [
            "month",
            "week",
            "number_band",
            "dose_band",
            "day",
            "site_key",
            "diagnosis_group",
            "phase",
            "recorded",
            "side_effects",
            "worst_grade",
            "stopped",
            "chair_minutes",
        ],
        unique=False,
    )
