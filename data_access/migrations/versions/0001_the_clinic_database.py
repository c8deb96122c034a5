"""The clinic database."""

import sqlalchemy as sa
from alembic import op

from data_access.migrations import columns

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From an empty database to revision 0001."""
    op.create_table(
        "clinic_settings",
        sa.Column("name", columns.TEXT, nullable=False),
        sa.Column("value", columns.TEXT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_clinic_settings")),
        sqlite_strict=True,
    )
    op.create_table(
        "import_runs",
        sa.Column("run_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("source", columns.TEXT, nullable=False),
        sa.Column("user_name", columns.TEXT, nullable=False),
        sa.Column("started_at", columns.INSTANT, nullable=False),
        sa.Column("finished_at", columns.INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("run_key", name=op.f("pk_import_runs")),
        sqlite_strict=True,
    )
    op.create_table(
        "providers",
        sa.Column("provider_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("provider_id", columns.TEXT, nullable=False),
        sa.Column("name", columns.TEXT, nullable=False),
        sa.Column("role", columns.TEXT, nullable=True),
        sa.CheckConstraint(
            "role IN ('physician', 'nurse', 'anaesthetist', 'therapist', 'other')",
            name=op.f("ck_providers_role_word"),
        ),
        sa.CheckConstraint(
            "length(provider_id) BETWEEN 1 AND 64", name=op.f("ck_providers_provider_id_length")
        ),
        sa.PrimaryKeyConstraint("provider_key", name=op.f("pk_providers")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_providers_provider_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "sites",
        sa.Column("site_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("site_id", columns.TEXT, nullable=False),
        sa.Column("name", columns.TEXT, nullable=False),
        sa.Column("time_zone", columns.TEXT, nullable=False),
        sa.CheckConstraint(
            "length(site_id) BETWEEN 1 AND 64", name=op.f("ck_sites_site_id_length")
        ),
        sa.PrimaryKeyConstraint("site_key", name=op.f("pk_sites")),
        sa.UniqueConstraint("site_id", name=op.f("uq_sites_site_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "terms",
        sa.Column("term_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("name", columns.TEXT, nullable=False),
        sa.PrimaryKeyConstraint("term_key", name=op.f("pk_terms")),
        sa.UniqueConstraint("name", name=op.f("uq_terms_name")),
        sqlite_strict=True,
    )
    op.create_table(
        "chairs",
        sa.Column("chair_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("chair_id", columns.TEXT, nullable=False),
        sa.Column("site_id", columns.TEXT, nullable=False),
        sa.Column("name", columns.TEXT, nullable=False),
        sa.CheckConstraint(
            "length(chair_id) BETWEEN 1 AND 64", name=op.f("ck_chairs_chair_id_length")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.site_id"], name=op.f("fk_chairs_site_id")),
        sa.PrimaryKeyConstraint("chair_key", name=op.f("pk_chairs")),
        sa.UniqueConstraint("chair_id", name=op.f("uq_chairs_chair_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_chairs_site_id"), "chairs", ["site_id"], unique=False)
    op.create_table(
        "closures",
        sa.Column("site_id", columns.TEXT, nullable=False),
        sa.Column("date", columns.DAY, nullable=False),
        sa.Column("reason", columns.TEXT, nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["sites.site_id"], name=op.f("fk_closures_site_id")),
        sa.PrimaryKeyConstraint("site_id", "date", name=op.f("pk_closures")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "imported_files",
        sa.Column("run_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("name", columns.TEXT, nullable=False),
        sa.Column("sha256", columns.TEXT, nullable=False),
        sa.Column("rows", columns.KEY, nullable=False),
        sa.Column("added", columns.KEY, nullable=False),
        sa.Column("changed", columns.KEY, nullable=False),
        sa.Column("unchanged", columns.KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["run_key"], ["import_runs.run_key"], name=op.f("fk_imported_files_run_key")
        ),
        sa.PrimaryKeyConstraint("run_key", "name", name=op.f("pk_imported_files")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "opening_hours",
        sa.Column("site_id", columns.TEXT, nullable=False),
        sa.Column("weekday", columns.SMALL, autoincrement=False, nullable=False),
        sa.Column("opens", columns.CLOCK, nullable=False),
        sa.Column("closes", columns.CLOCK, nullable=False),
        sa.CheckConstraint("closes > opens", name=op.f("ck_opening_hours_closes_after_opens")),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_opening_hours_weekday_range")),
        sa.ForeignKeyConstraint(
            ["site_id"], ["sites.site_id"], name=op.f("fk_opening_hours_site_id")
        ),
        sa.PrimaryKeyConstraint("site_id", "weekday", "opens", name=op.f("pk_opening_hours")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "patients",
        sa.Column("patient_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("patient_id", columns.TEXT, nullable=False),
        sa.Column("mrn", columns.TEXT, nullable=True),
        sa.Column("given_name", columns.TEXT, nullable=True),
        sa.Column("family_name", columns.TEXT, nullable=True),
        sa.Column("birth_date", columns.DAY, nullable=True),
        sa.Column("sex", columns.TEXT, nullable=True),
        sa.Column("primary_diagnosis", columns.TEXT, nullable=True),
        sa.Column("failed_antidepressants", columns.SMALL, nullable=True),
        sa.Column("hypertension", columns.YES_NO, nullable=True),
        sa.Column("site_id", columns.TEXT, nullable=True),
        sa.Column("referral_source", columns.TEXT, nullable=True),
        sa.Column("referred_on", columns.DAY, nullable=True),
        sa.CheckConstraint(
            "sex IN ('female', 'male', 'other', 'unknown')", name=op.f("ck_patients_sex_word")
        ),
        sa.CheckConstraint(
            "failed_antidepressants >= 0", name=op.f("ck_patients_failed_antidepressants_range")
        ),
        sa.CheckConstraint(
            "length(patient_id) BETWEEN 1 AND 64", name=op.f("ck_patients_patient_id_length")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.site_id"], name=op.f("fk_patients_site_id")),
        sa.PrimaryKeyConstraint("patient_key", name=op.f("pk_patients")),
        sa.UniqueConstraint("patient_id", name=op.f("uq_patients_patient_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_patients_site_id"), "patients", ["site_id"], unique=False)
    op.create_table(
        "appointments",
        sa.Column("appointment_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("appointment_id", columns.TEXT, nullable=False),
        sa.Column("site_id", columns.TEXT, nullable=False),
        sa.Column("kind", columns.TEXT, nullable=False),
        sa.Column("status", columns.TEXT, nullable=False),
        sa.Column("scheduled_start", columns.INSTANT, nullable=False),
        sa.Column("scheduled_end", columns.INSTANT, nullable=False),
        sa.Column("patient_id", columns.TEXT, nullable=True),
        sa.Column("provider_id", columns.TEXT, nullable=True),
        sa.Column("chair_id", columns.TEXT, nullable=True),
        sa.Column("booked_at", columns.INSTANT, nullable=True),
        sa.Column("cancelled_at", columns.INSTANT, nullable=True),
        sa.Column("cancellation_reason", columns.TEXT, nullable=True),
        sa.Column("rescheduled_from", columns.TEXT, nullable=True),
        sa.CheckConstraint(
            "kind IN ('consultation', 'infusion', 'follow_up')",
            name=op.f("ck_appointments_kind_word"),
        ),
        sa.CheckConstraint(
            "status IN ('booked', 'arrived', 'fulfilled', 'cancelled', 'noshow')",
            name=op.f("ck_appointments_status_word"),
        ),
        sa.CheckConstraint(
            "length(appointment_id) BETWEEN 1 AND 64",
            name=op.f("ck_appointments_appointment_id_length"),
        ),
        sa.CheckConstraint(
            "scheduled_end > scheduled_start", name=op.f("ck_appointments_ends_after_start")
        ),
        sa.ForeignKeyConstraint(
            ["chair_id"], ["chairs.chair_id"], name=op.f("fk_appointments_chair_id")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.patient_id"], name=op.f("fk_appointments_patient_id")
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["providers.provider_id"], name=op.f("fk_appointments_provider_id")
        ),
        sa.ForeignKeyConstraint(
            ["rescheduled_from"],
            ["appointments.appointment_id"],
            name=op.f("fk_appointments_rescheduled_from"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["sites.site_id"], name=op.f("fk_appointments_site_id")
        ),
        sa.PrimaryKeyConstraint("appointment_key", name=op.f("pk_appointments")),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_appointments_appointment_id")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_appointments_patient_id"), "appointments", ["patient_id"], unique=False
    )
    op.create_table(
        "checks",
        sa.Column("check_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("check_id", columns.TEXT, nullable=False),
        sa.Column("patient_id", columns.TEXT, nullable=False),
        sa.Column("kind", columns.TEXT, nullable=False),
        sa.Column("done_on", columns.DAY, nullable=False),
        sa.Column("result", columns.TEXT, nullable=True),
        sa.Column("value", columns.TEXT, nullable=True),
        sa.CheckConstraint(
            "kind IN ('bladder', 'liver', 'weight', 'cognition')", name=op.f("ck_checks_kind_word")
        ),
        sa.CheckConstraint("result IN ('normal', 'abnormal')", name=op.f("ck_checks_result_word")),
        sa.CheckConstraint(
            "length(check_id) BETWEEN 1 AND 64", name=op.f("ck_checks_check_id_length")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.patient_id"], name=op.f("fk_checks_patient_id")
        ),
        sa.PrimaryKeyConstraint("check_key", name=op.f("pk_checks")),
        sa.UniqueConstraint("check_id", name=op.f("uq_checks_check_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_checks_patient_id"), "checks", ["patient_id"], unique=False)
    op.create_table(
        "medications",
        sa.Column("medication_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("medication_id", columns.TEXT, nullable=False),
        sa.Column("patient_id", columns.TEXT, nullable=False),
        sa.Column("name", columns.TEXT, nullable=False),
        sa.Column("class", columns.TEXT, nullable=True),
        sa.Column("started_on", columns.DAY, nullable=True),
        sa.Column("stopped_on", columns.DAY, nullable=True),
        sa.CheckConstraint(
            "class IN ('antidepressant', 'antihypertensive', 'antipsychotic', 'benzodiazepine', 'hypnotic', 'lamotrigine', 'lithium', 'maoi', 'opioid', 'stimulant', 'other')",
            name=op.f("ck_medications_class_word"),
        ),
        sa.CheckConstraint(
            "length(medication_id) BETWEEN 1 AND 64",
            name=op.f("ck_medications_medication_id_length"),
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.patient_id"], name=op.f("fk_medications_patient_id")
        ),
        sa.PrimaryKeyConstraint("medication_key", name=op.f("pk_medications")),
        sa.UniqueConstraint("medication_id", name=op.f("uq_medications_medication_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_medications_patient_id"), "medications", ["patient_id"], unique=False)
    op.create_table(
        "patient_facts",
        sa.Column("patient_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("site_key", columns.KEY, nullable=True),
        sa.Column("diagnosis_group", columns.SMALL, nullable=False),
        sa.Column("series_key", columns.KEY, nullable=True),
        sa.Column("phase", columns.SMALL, nullable=False),
        sa.Column("done", columns.SMALL, nullable=False),
        sa.Column("planned", columns.SMALL, nullable=True),
        sa.Column("series_started_day", columns.KEY, nullable=True),
        sa.Column("infusions", columns.SMALL, nullable=False),
        sa.Column("first_infusion_day", columns.KEY, nullable=True),
        sa.Column("last_infusion_day", columns.KEY, nullable=True),
        sa.ForeignKeyConstraint(
            ["patient_key"], ["patients.patient_key"], name=op.f("fk_patient_facts_patient_key")
        ),
        sa.PrimaryKeyConstraint("patient_key", name=op.f("pk_patient_facts")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_patient_facts_site_day",
        "patient_facts",
        [
            "site_key",
            "last_infusion_day",
            "series_started_day",
            "phase",
            "diagnosis_group",
            "done",
            "series_key",
        ],
        unique=False,
    )
    op.create_table(
        "series",
        sa.Column("series_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("series_id", columns.TEXT, nullable=False),
        sa.Column("patient_id", columns.TEXT, nullable=False),
        sa.Column("phase", columns.TEXT, nullable=False),
        sa.Column("started_on", columns.DAY, nullable=False),
        sa.Column("planned_infusions", columns.SMALL, nullable=True),
        sa.Column("derived", columns.YES_NO, nullable=False),
        sa.CheckConstraint(
            "phase IN ('induction', 'maintenance')", name=op.f("ck_series_phase_word")
        ),
        sa.CheckConstraint(
            "length(series_id) BETWEEN 1 AND 64", name=op.f("ck_series_series_id_length")
        ),
        sa.CheckConstraint(
            "planned_infusions BETWEEN 1 AND 60", name=op.f("ck_series_planned_infusions_range")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.patient_id"], name=op.f("fk_series_patient_id")
        ),
        sa.PrimaryKeyConstraint("series_key", name=op.f("pk_series")),
        sa.UniqueConstraint("series_id", name=op.f("uq_series_series_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_series_patient_id"), "series", ["patient_id"], unique=False)
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
        sa.Column("lead_days", columns.KEY, nullable=True),
        sa.Column("notice_hours", columns.REAL, nullable=True),
        sa.Column("phase", columns.SMALL, nullable=False),
        sa.Column("diagnosis_group", columns.SMALL, nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_key"],
            ["appointments.appointment_key"],
            name=op.f("fk_appointment_facts_appointment_key"),
        ),
        sa.PrimaryKeyConstraint("appointment_key", name=op.f("pk_appointment_facts")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_appointment_facts_chair",
        "appointment_facts",
        ["chair_key", "day", "site_key", "status", "minutes"],
        unique=False,
    )
    op.create_index(
        "ix_appointment_facts_day",
        "appointment_facts",
        ["day", "kind", "status", "site_key", "diagnosis_group", "phase", "notice_hours"],
        unique=False,
    )
    op.create_index(
        "ix_appointment_facts_patient",
        "appointment_facts",
        ["status", "patient_key", "day"],
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
        "ix_appointment_facts_week",
        "appointment_facts",
        [
            "month",
            "week",
            "kind",
            "status",
            "day",
            "site_key",
            "diagnosis_group",
            "phase",
            "notice_hours",
        ],
        unique=False,
    )
    op.create_table(
        "course_facts",
        sa.Column("series_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("instrument", columns.SMALL, autoincrement=False, nullable=False),
        sa.Column("patient_key", columns.KEY, nullable=False),
        sa.Column("site_key", columns.KEY, nullable=True),
        sa.Column("phase", columns.SMALL, nullable=False),
        sa.Column("diagnosis_group", columns.SMALL, nullable=False),
        sa.Column("started_day", columns.KEY, nullable=False),
        sa.Column("current", columns.SMALL, nullable=False),
        sa.Column("scores", columns.SMALL, nullable=False),
        sa.Column("baseline", columns.REAL, nullable=True),
        sa.Column("baseline_day", columns.KEY, nullable=True),
        sa.Column("last_total", columns.REAL, nullable=True),
        sa.Column("last_day", columns.KEY, nullable=True),
        sa.Column("last_number", columns.SMALL, nullable=True),
        sa.Column("last_timepoint", columns.SMALL, nullable=True),
        sa.Column("change", columns.REAL, nullable=True),
        sa.Column("percent", columns.REAL, nullable=True),
        sa.Column("response", columns.SMALL, nullable=True),
        sa.Column("remission", columns.SMALL, nullable=True),
        sa.ForeignKeyConstraint(
            ["series_key"], ["series.series_key"], name=op.f("fk_course_facts_series_key")
        ),
        sa.PrimaryKeyConstraint("series_key", "instrument", name=op.f("pk_course_facts")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_course_facts_instrument", "course_facts", ["instrument", "site_key"], unique=False
    )
    op.create_index("ix_course_facts_patient", "course_facts", ["patient_key"], unique=False)
    op.create_table(
        "infusions",
        sa.Column("infusion_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("infusion_id", columns.TEXT, nullable=False),
        sa.Column("patient_id", columns.TEXT, nullable=False),
        sa.Column("site_id", columns.TEXT, nullable=False),
        sa.Column("started_at", columns.INSTANT, nullable=False),
        sa.Column("dose_mg", columns.REAL, nullable=False),
        sa.Column("series_id", columns.TEXT, nullable=True),
        sa.Column("sequence_number", columns.SMALL, nullable=True),
        sa.Column("series_derived", columns.YES_NO, nullable=False),
        sa.Column("sequence_derived", columns.YES_NO, nullable=False),
        sa.Column("appointment_id", columns.TEXT, nullable=True),
        sa.Column("provider_id", columns.TEXT, nullable=True),
        sa.Column("chair_id", columns.TEXT, nullable=True),
        sa.Column("drug", columns.TEXT, nullable=True),
        sa.Column("route", columns.TEXT, nullable=True),
        sa.Column("lot_number", columns.TEXT, nullable=True),
        sa.Column("weight_kg", columns.REAL, nullable=True),
        sa.Column("ended_at", columns.INSTANT, nullable=True),
        sa.Column("discharged_at", columns.INSTANT, nullable=True),
        sa.Column("stopped_early", columns.YES_NO, nullable=True),
        sa.Column("stop_reason", columns.TEXT, nullable=True),
        sa.Column("side_effects_recorded", columns.YES_NO, nullable=True),
        sa.CheckConstraint(
            "drug IN ('ketamine', 'esketamine')", name=op.f("ck_infusions_drug_word")
        ),
        sa.CheckConstraint(
            "route IN ('iv', 'im', 'sc', 'intranasal')", name=op.f("ck_infusions_route_word")
        ),
        sa.CheckConstraint("dose_mg > 0", name=op.f("ck_infusions_dose_mg_range")),
        sa.CheckConstraint("ended_at >= started_at", name=op.f("ck_infusions_ends_after_start")),
        sa.CheckConstraint(
            "length(infusion_id) BETWEEN 1 AND 64", name=op.f("ck_infusions_infusion_id_length")
        ),
        sa.CheckConstraint("sequence_number >= 1", name=op.f("ck_infusions_sequence_number_range")),
        sa.CheckConstraint("weight_kg > 0", name=op.f("ck_infusions_weight_kg_range")),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointments.appointment_id"],
            name=op.f("fk_infusions_appointment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["chair_id"], ["chairs.chair_id"], name=op.f("fk_infusions_chair_id")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.patient_id"], name=op.f("fk_infusions_patient_id")
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["providers.provider_id"], name=op.f("fk_infusions_provider_id")
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["series.series_id"], name=op.f("fk_infusions_series_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.site_id"], name=op.f("fk_infusions_site_id")),
        sa.PrimaryKeyConstraint("infusion_key", name=op.f("pk_infusions")),
        sa.UniqueConstraint("infusion_id", name=op.f("uq_infusions_infusion_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_infusions_patient_id"), "infusions", ["patient_id"], unique=False)
    op.create_index(op.f("ix_infusions_series_id"), "infusions", ["series_id"], unique=False)
    op.create_table(
        "assessments",
        sa.Column("assessment_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("assessment_id", columns.TEXT, nullable=False),
        sa.Column("patient_id", columns.TEXT, nullable=False),
        sa.Column("instrument", columns.TEXT, nullable=False),
        sa.Column("completed_at", columns.INSTANT, nullable=False),
        sa.Column("total_score", columns.REAL, nullable=True),
        sa.Column("infusion_id", columns.TEXT, nullable=True),
        sa.Column("item_1", columns.SMALL, nullable=True),
        sa.Column("item_2", columns.SMALL, nullable=True),
        sa.Column("item_3", columns.SMALL, nullable=True),
        sa.Column("item_4", columns.SMALL, nullable=True),
        sa.Column("item_5", columns.SMALL, nullable=True),
        sa.Column("item_6", columns.SMALL, nullable=True),
        sa.Column("item_7", columns.SMALL, nullable=True),
        sa.Column("item_8", columns.SMALL, nullable=True),
        sa.Column("item_9", columns.SMALL, nullable=True),
        sa.Column("item_10", columns.SMALL, nullable=True),
        sa.Column("item_11", columns.SMALL, nullable=True),
        sa.Column("item_12", columns.SMALL, nullable=True),
        sa.Column("item_13", columns.SMALL, nullable=True),
        sa.Column("item_14", columns.SMALL, nullable=True),
        sa.Column("item_15", columns.SMALL, nullable=True),
        sa.Column("item_16", columns.SMALL, nullable=True),
        sa.Column("item_17", columns.SMALL, nullable=True),
        sa.Column("item_18", columns.SMALL, nullable=True),
        sa.Column("item_19", columns.SMALL, nullable=True),
        sa.Column("item_20", columns.SMALL, nullable=True),
        sa.Column("item_21", columns.SMALL, nullable=True),
        sa.Column("item_22", columns.SMALL, nullable=True),
        sa.Column("item_23", columns.SMALL, nullable=True),
        sa.Column("item_24", columns.SMALL, nullable=True),
        sa.Column("item_25", columns.SMALL, nullable=True),
        sa.Column("item_26", columns.SMALL, nullable=True),
        sa.Column("item_27", columns.SMALL, nullable=True),
        sa.Column("item_28", columns.SMALL, nullable=True),
        sa.Column("item_29", columns.SMALL, nullable=True),
        sa.Column("item_30", columns.SMALL, nullable=True),
        sa.CheckConstraint(
            "length(assessment_id) BETWEEN 1 AND 64",
            name=op.f("ck_assessments_assessment_id_length"),
        ),
        sa.ForeignKeyConstraint(
            ["infusion_id"], ["infusions.infusion_id"], name=op.f("fk_assessments_infusion_id")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.patient_id"], name=op.f("fk_assessments_patient_id")
        ),
        sa.PrimaryKeyConstraint("assessment_key", name=op.f("pk_assessments")),
        sa.UniqueConstraint("assessment_id", name=op.f("uq_assessments_assessment_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_assessments_patient_id"), "assessments", ["patient_id"], unique=False)
    op.create_table(
        "infusion_facts",
        sa.Column("infusion_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("patient_key", columns.KEY, nullable=False),
        sa.Column("series_key", columns.KEY, nullable=False),
        sa.Column("site_key", columns.KEY, nullable=False),
        sa.Column("day", columns.KEY, nullable=False),
        sa.Column("week", columns.KEY, nullable=False),
        sa.Column("month", columns.KEY, nullable=False),
        sa.Column("phase", columns.SMALL, nullable=False),
        sa.Column("number", columns.SMALL, nullable=False),
        sa.Column("diagnosis_group", columns.SMALL, nullable=False),
        sa.Column("age_band", columns.SMALL, nullable=False),
        sa.Column("dose_band", columns.SMALL, nullable=False),
        sa.Column("mg_per_kg", columns.REAL, nullable=True),
        sa.Column("minutes", columns.KEY, nullable=True),
        sa.Column("systolic_rise", columns.SMALL, nullable=True),
        sa.Column("diastolic_rise", columns.SMALL, nullable=True),
        sa.Column("peak_systolic", columns.SMALL, nullable=True),
        sa.Column("peak_diastolic", columns.SMALL, nullable=True),
        sa.Column("lowest_spo2", columns.REAL, nullable=True),
        sa.Column("deepest_sedation", columns.SMALL, nullable=True),
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
        "ix_infusion_facts_day",
        "infusion_facts",
        ["day", "site_key", "diagnosis_group", "phase", "recorded", "side_effects", "patient_key"],
        unique=False,
    )
    op.create_index(
        "ix_infusion_facts_month_dose",
        "infusion_facts",
        [
            "month",
            "dose_band",
            "day",
            "site_key",
            "diagnosis_group",
            "phase",
            "recorded",
            "side_effects",
            "worst_grade",
            "stopped",
        ],
        unique=False,
    )
    op.create_index(
        "ix_infusion_facts_number",
        "infusion_facts",
        ["phase", "number", "day", "site_key", "diagnosis_group", "recorded", "side_effects"],
        unique=False,
    )
    op.create_index(
        "ix_infusion_facts_patient",
        "infusion_facts",
        ["patient_key", "day", "site_key", "diagnosis_group", "phase", "recorded", "side_effects"],
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
            "dose_band",
            "number",
            "patient_key",
            "worst_grade",
            "stopped",
        ],
        unique=False,
    )
    op.create_table(
        "side_effect_facts",
        sa.Column("infusion_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("term_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("patient_key", columns.KEY, nullable=False),
        sa.Column("site_key", columns.KEY, nullable=False),
        sa.Column("day", columns.KEY, nullable=False),
        sa.Column("month", columns.KEY, nullable=False),
        sa.Column("phase", columns.SMALL, nullable=False),
        sa.Column("number", columns.SMALL, nullable=False),
        sa.Column("diagnosis_group", columns.SMALL, nullable=False),
        sa.Column("dose_band", columns.SMALL, nullable=False),
        sa.Column("worst_grade", columns.SMALL, nullable=False),
        sa.Column("serious", columns.SMALL, nullable=False),
        sa.Column("events", columns.SMALL, nullable=False),
        sa.ForeignKeyConstraint(
            ["infusion_key"],
            ["infusions.infusion_key"],
            name=op.f("fk_side_effect_facts_infusion_key"),
        ),
        sa.ForeignKeyConstraint(
            ["term_key"], ["terms.term_key"], name=op.f("fk_side_effect_facts_term_key")
        ),
        sa.PrimaryKeyConstraint("infusion_key", "term_key", name=op.f("pk_side_effect_facts")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_side_effect_facts_grade",
        "side_effect_facts",
        ["term_key", "worst_grade", "day", "site_key", "diagnosis_group", "phase", "events"],
        unique=False,
    )
    op.create_index(
        "ix_side_effect_facts_month_dose",
        "side_effect_facts",
        ["term_key", "month", "dose_band", "day", "site_key", "diagnosis_group", "phase"],
        unique=False,
    )
    op.create_index(
        "ix_side_effect_facts_number",
        "side_effect_facts",
        ["term_key", "phase", "number", "day", "site_key", "diagnosis_group"],
        unique=False,
    )
    op.create_index(
        "ix_side_effect_facts_patient",
        "side_effect_facts",
        ["term_key", "patient_key", "day", "site_key", "diagnosis_group", "phase"],
        unique=False,
    )
    op.create_index(
        "ix_side_effect_facts_serious",
        "side_effect_facts",
        ["day", "site_key"],
        unique=False,
        sqlite_where=sa.text("serious = 1"),
        postgresql_where=sa.text("serious = 1"),
    )
    op.create_index(
        "ix_side_effect_facts_site",
        "side_effect_facts",
        [
            "term_key",
            "site_key",
            "day",
            "diagnosis_group",
            "phase",
            "worst_grade",
            "events",
            "patient_key",
            "month",
            "dose_band",
            "number",
        ],
        unique=False,
    )
    op.create_table(
        "side_effects",
        sa.Column("side_effect_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("side_effect_id", columns.TEXT, nullable=False),
        sa.Column("infusion_id", columns.TEXT, nullable=False),
        sa.Column("term", columns.TEXT, nullable=False),
        sa.Column("grade", columns.SMALL, nullable=True),
        sa.Column("onset_at", columns.INSTANT, nullable=True),
        sa.Column("resolved_at", columns.INSTANT, nullable=True),
        sa.Column("serious", columns.YES_NO, nullable=True),
        sa.Column("action", columns.TEXT, nullable=True),
        sa.CheckConstraint(
            "action IN ('none', 'observed', 'medicated', 'infusion_slowed', 'infusion_stopped', 'transferred')",
            name=op.f("ck_side_effects_action_word"),
        ),
        sa.CheckConstraint("grade BETWEEN 1 AND 5", name=op.f("ck_side_effects_grade_range")),
        sa.CheckConstraint(
            "length(side_effect_id) BETWEEN 1 AND 64",
            name=op.f("ck_side_effects_side_effect_id_length"),
        ),
        sa.CheckConstraint("length(term) >= 1", name=op.f("ck_side_effects_term_length")),
        sa.ForeignKeyConstraint(
            ["infusion_id"], ["infusions.infusion_id"], name=op.f("fk_side_effects_infusion_id")
        ),
        sa.PrimaryKeyConstraint("side_effect_key", name=op.f("pk_side_effects")),
        sa.UniqueConstraint("side_effect_id", name=op.f("uq_side_effects_side_effect_id")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_side_effects_infusion_id"), "side_effects", ["infusion_id"], unique=False
    )
    op.create_table(
        "vital_signs",
        sa.Column("infusion_id", columns.TEXT, nullable=False),
        sa.Column("measured_at", columns.INSTANT, nullable=False),
        sa.Column("systolic_mmhg", columns.SMALL, nullable=True),
        sa.Column("diastolic_mmhg", columns.SMALL, nullable=True),
        sa.Column("heart_rate_bpm", columns.SMALL, nullable=True),
        sa.Column("spo2_percent", columns.REAL, nullable=True),
        sa.Column("sedation_moaas", columns.SMALL, nullable=True),
        sa.CheckConstraint(
            "diastolic_mmhg BETWEEN 0 AND 300", name=op.f("ck_vital_signs_diastolic_mmhg_range")
        ),
        sa.CheckConstraint(
            "heart_rate_bpm BETWEEN 0 AND 400", name=op.f("ck_vital_signs_heart_rate_bpm_range")
        ),
        sa.CheckConstraint(
            "sedation_moaas BETWEEN 0 AND 5", name=op.f("ck_vital_signs_sedation_moaas_range")
        ),
        sa.CheckConstraint(
            "spo2_percent BETWEEN 0 AND 100", name=op.f("ck_vital_signs_spo2_percent_range")
        ),
        sa.CheckConstraint(
            "systolic_mmhg BETWEEN 0 AND 400", name=op.f("ck_vital_signs_systolic_mmhg_range")
        ),
        sa.ForeignKeyConstraint(
            ["infusion_id"], ["infusions.infusion_id"], name=op.f("fk_vital_signs_infusion_id")
        ),
        sa.PrimaryKeyConstraint("infusion_id", "measured_at", name=op.f("pk_vital_signs")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "score_facts",
        sa.Column("assessment_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("patient_key", columns.KEY, nullable=False),
        sa.Column("series_key", columns.KEY, nullable=True),
        sa.Column("site_key", columns.KEY, nullable=True),
        sa.Column("instrument", columns.SMALL, nullable=False),
        sa.Column("day", columns.KEY, nullable=False),
        sa.Column("month", columns.KEY, nullable=False),
        sa.Column("phase", columns.SMALL, nullable=False),
        sa.Column("number", columns.SMALL, nullable=False),
        sa.Column("timepoint", columns.SMALL, nullable=False),
        sa.Column("diagnosis_group", columns.SMALL, nullable=False),
        sa.Column("hours_after", columns.REAL, nullable=True),
        sa.Column("total", columns.REAL, nullable=False),
        sa.Column("baseline", columns.REAL, nullable=True),
        sa.Column("change", columns.REAL, nullable=True),
        sa.Column("percent", columns.REAL, nullable=True),
        sa.Column("response", columns.SMALL, nullable=True),
        sa.Column("remission", columns.SMALL, nullable=True),
        sa.Column("band", columns.SMALL, nullable=True),
        sa.ForeignKeyConstraint(
            ["assessment_key"],
            ["assessments.assessment_key"],
            name=op.f("fk_score_facts_assessment_key"),
        ),
        sa.PrimaryKeyConstraint("assessment_key", name=op.f("pk_score_facts")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_score_facts_number",
        "score_facts",
        [
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
        ],
        unique=False,
    )
    op.create_index(
        "ix_score_facts_patient", "score_facts", ["patient_key", "instrument", "day"], unique=False
    )
    op.create_index(
        "ix_score_facts_site",
        "score_facts",
        [
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
        ],
        unique=False,
    )
