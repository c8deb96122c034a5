"""What needs attention: thresholds, what the rules look at, words to search, expected courses.

Facts are derived, so their tables are made anew rather than changed; ``migrate`` fills them again.
"""

from secrets import token_hex

import sqlalchemy as sa
from alembic import op

from data_access.migrations import columns

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From revision 0001 to revision 0002."""
    op.drop_table("infusion_facts")
    op.drop_table("patient_facts")
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
        sa.Column("handle", columns.TEXT, nullable=False),
        sa.Column("provider_key", columns.KEY, nullable=True),
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
            "provider_key",
        ],
        unique=False,
    )
    op.create_index("ix_patient_facts_handle", "patient_facts", ["handle"], unique=True)
    op.create_table(
        "expected_totals",
        sa.Column("instrument", columns.SMALL, autoincrement=False, nullable=False),
        sa.Column("phase", columns.SMALL, autoincrement=False, nullable=False),
        sa.Column("baseline_band", columns.SMALL, autoincrement=False, nullable=False),
        sa.Column("number", columns.SMALL, autoincrement=False, nullable=False),
        sa.Column("total", columns.REAL, nullable=False),
        sa.Column("diagnosis_group", columns.SMALL, autoincrement=False, nullable=False),
        sa.Column("site_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("scores", columns.KEY, nullable=False),
        sa.PrimaryKeyConstraint(
            "instrument",
            "phase",
            "baseline_band",
            "number",
            "total",
            "diagnosis_group",
            "site_key",
            name=op.f("pk_expected_totals"),
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "later_totals",
        sa.Column("instrument", columns.SMALL, autoincrement=False, nullable=False),
        sa.Column("phase", columns.SMALL, autoincrement=False, nullable=False),
        sa.Column("baseline_band", columns.SMALL, autoincrement=False, nullable=False),
        sa.Column("number", columns.SMALL, autoincrement=False, nullable=False),
        sa.Column("step", columns.SMALL, autoincrement=False, nullable=False),
        sa.Column("diagnosis_group", columns.SMALL, autoincrement=False, nullable=False),
        sa.Column("site_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("patients", columns.KEY, nullable=False),
        sa.Column("responded", columns.KEY, nullable=False),
        sa.PrimaryKeyConstraint(
            "instrument",
            "phase",
            "baseline_band",
            "number",
            "step",
            "diagnosis_group",
            "site_key",
            name=op.f("pk_later_totals"),
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "threshold_changes",
        sa.Column("change_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("name", columns.TEXT, nullable=False),
        sa.Column("value", columns.REAL, nullable=False),
        sa.Column("changed_by", columns.TEXT, nullable=False),
        sa.Column("changed_at", columns.INSTANT, nullable=False),
        sa.Column("reason", columns.TEXT, nullable=True),
        sa.PrimaryKeyConstraint("change_key", name=op.f("pk_threshold_changes")),
        sqlite_strict=True,
    )
    op.create_table(
        "patient_words",
        sa.Column("word", columns.WORD, nullable=False),
        sa.Column("patient_key", columns.KEY, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_key"], ["patients.patient_key"], name=op.f("fk_patient_words_patient_key")
        ),
        sa.PrimaryKeyConstraint("word", "patient_key", name=op.f("pk_patient_words")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_patient_words_patient", "patient_words", ["patient_key"], unique=False)

    op.create_table(
        "watch_facts",
        sa.Column("patient_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("site_key", columns.KEY, nullable=True),
        sa.Column("diagnosis_group", columns.SMALL, nullable=False),
        sa.Column("phase", columns.SMALL, nullable=False),
        sa.Column("done", columns.SMALL, nullable=False),
        sa.Column("planned", columns.SMALL, nullable=True),
        sa.Column("last_infusion_day", columns.KEY, nullable=False),
        sa.Column("last_number", columns.SMALL, nullable=False),
        sa.Column("item_9_last", columns.SMALL, nullable=True),
        sa.Column("item_9_day", columns.KEY, nullable=True),
        sa.Column("item_9_before", columns.SMALL, nullable=True),
        sa.Column("item_9_since", columns.KEY, nullable=True),
        sa.Column("cssrs_last", columns.SMALL, nullable=True),
        sa.Column("cssrs_day", columns.KEY, nullable=True),
        sa.Column("cssrs_before", columns.SMALL, nullable=True),
        sa.Column("cssrs_since", columns.KEY, nullable=True),
        sa.Column("instrument", columns.SMALL, nullable=True),
        sa.Column("baseline", columns.REAL, nullable=True),
        sa.Column("total", columns.REAL, nullable=True),
        sa.Column("percent", columns.REAL, nullable=True),
        sa.Column("total_day", columns.KEY, nullable=True),
        sa.Column("total_number", columns.SMALL, nullable=True),
        sa.Column("total_timepoint", columns.SMALL, nullable=True),
        sa.Column("worse_since", columns.KEY, nullable=True),
        sa.Column("before_treatment", columns.REAL, nullable=True),
        sa.Column("best_percent", columns.REAL, nullable=True),
        sa.Column("now_percent", columns.REAL, nullable=True),
        sa.Column("lost_since", columns.KEY, nullable=True),
        sa.Column("lost_scores", columns.SMALL, nullable=True),
        sa.Column("scored_day", columns.KEY, nullable=True),
        sa.Column("unscored", columns.SMALL, nullable=False),
        sa.Column("peak_systolic", columns.SMALL, nullable=True),
        sa.Column("peak_diastolic", columns.SMALL, nullable=True),
        sa.Column("sustained_systolic", columns.SMALL, nullable=True),
        sa.Column("sustained_diastolic", columns.SMALL, nullable=True),
        sa.Column("lowest_spo2", columns.REAL, nullable=True),
        sa.Column("deepest_sedation", columns.SMALL, nullable=True),
        sa.Column("usual_interval", columns.REAL, nullable=True),
        sa.Column("intervals", columns.SMALL, nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_key"], ["patients.patient_key"], name=op.f("fk_watch_facts_patient_key")
        ),
        sa.PrimaryKeyConstraint("patient_key", name=op.f("pk_watch_facts")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_watch_facts_day",
        "watch_facts",
        [
            "last_infusion_day",
            "phase",
            "scored_day",
            "item_9_since",
            "cssrs_since",
            "cssrs_last",
            "item_9_last",
            "item_9_day",
            "cssrs_day",
        ],
        unique=False,
    )
    op.create_index(
        "ix_watch_facts_site_day", "watch_facts", ["site_key", "last_infusion_day"], unique=False
    )
    op.create_index(
        "ix_course_facts_latest",
        "course_facts",
        [
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
        ],
        unique=False,
    )
    settings = sa.table("clinic_settings", sa.column("name"), sa.column("value"))
    op.execute(settings.insert().values(name="handle_secret", value=token_hex(32)))
