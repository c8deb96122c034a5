"""Side effects: in whom, when they pass, and rebases.

Facts are derived, so their tables are made anew rather than changed; ``migrate`` fills them again.
"""

import sqlalchemy as sa
from alembic import op

from data_access.migrations import columns

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From revision 0002 to revision 0003."""
    op.drop_table("side_effect_facts")
    op.drop_table("infusion_facts")
    op.create_table(
        "rebases",
        sa.Column("rebase_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("term", columns.TEXT, nullable=False),
        sa.Column("site_id", columns.TEXT, nullable=True),
        sa.Column("from_day", columns.DAY, nullable=False),
        sa.Column("withdrawn", columns.YES_NO, nullable=False),
        sa.Column("decided_by", columns.TEXT, nullable=False),
        sa.Column("decided_at", columns.INSTANT, nullable=False),
        sa.Column("reason", columns.TEXT, nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.site_id"], name=op.f("fk_rebases_site_id")),
        sa.PrimaryKeyConstraint("rebase_key", name=op.f("pk_rebases")),
        sqlite_strict=True,
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
        [
            "day",
            "site_key",
            "diagnosis_group",
            "phase",
            "recorded",
            "side_effects",
            "patient_key",
        ],
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

    op.create_table(
        "side_effect_facts",
        sa.Column("infusion_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("term_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("patient_key", columns.KEY, nullable=False),
        sa.Column("site_key", columns.KEY, nullable=False),
        sa.Column("provider_key", columns.KEY, nullable=True),
        sa.Column("chair_key", columns.KEY, nullable=True),
        sa.Column("day", columns.KEY, nullable=False),
        sa.Column("week", columns.KEY, nullable=False),
        sa.Column("month", columns.KEY, nullable=False),
        sa.Column("phase", columns.SMALL, nullable=False),
        sa.Column("number_band", columns.SMALL, nullable=False),
        sa.Column("later_series", columns.SMALL, nullable=False),
        sa.Column("diagnosis_group", columns.SMALL, nullable=False),
        sa.Column("age_band", columns.SMALL, nullable=False),
        sa.Column("sex", columns.SMALL, nullable=False),
        sa.Column("dose_band", columns.SMALL, nullable=False),
        sa.Column("chair_minutes", columns.KEY, nullable=True),
        sa.Column("worst_grade", columns.SMALL, nullable=False),
        sa.Column("serious", columns.SMALL, nullable=False),
        sa.Column("events", columns.SMALL, nullable=False),
        sa.Column("onset_minutes", columns.KEY, nullable=True),
        sa.Column("passed_minutes", columns.KEY, nullable=True),
        sa.Column("lasted_minutes", columns.KEY, nullable=True),
        sa.Column("open", columns.SMALL, nullable=False),
        sa.Column("odd", columns.SMALL, nullable=False),
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
        "ix_side_effect_facts_chair",
        "side_effect_facts",
        ["term_key", "site_key", "phase", "chair_minutes", "day", "diagnosis_group"],
        unique=False,
    )
    op.create_index(
        "ix_side_effect_facts_grade",
        "side_effect_facts",
        [
            "term_key",
            "worst_grade",
            "day",
            "site_key",
            "diagnosis_group",
            "phase",
            "events",
            "serious",
            "chair_minutes",
        ],
        unique=False,
    )
    op.create_index(
        "ix_side_effect_facts_odd",
        "side_effect_facts",
        ["day", "site_key", "diagnosis_group", "phase", "odd"],
        unique=False,
        sqlite_where=sa.text("odd > 0"),
        postgresql_where=sa.text("odd > 0"),
    )
    op.create_index(
        "ix_side_effect_facts_onset",
        "side_effect_facts",
        [
            "term_key",
            "onset_minutes",
            "open",
            "lasted_minutes",
            "day",
            "site_key",
            "diagnosis_group",
            "phase",
        ],
        unique=False,
    )
    op.create_index(
        "ix_side_effect_facts_passed",
        "side_effect_facts",
        ["term_key", "open", "passed_minutes", "day", "site_key", "diagnosis_group", "phase"],
        unique=False,
    )
    op.create_index(
        "ix_side_effect_facts_patient",
        "side_effect_facts",
        ["term_key", "patient_key", "day", "site_key", "diagnosis_group", "phase"],
        unique=False,
    )
    op.create_index(
        "ix_side_effect_facts_person",
        "side_effect_facts",
        [
            "term_key",
            "age_band",
            "sex",
            "later_series",
            "diagnosis_group",
            "day",
            "site_key",
            "phase",
        ],
        unique=False,
    )
    op.create_index(
        "ix_side_effect_facts_place",
        "side_effect_facts",
        ["term_key", "site_key", "chair_key", "day", "diagnosis_group", "phase"],
        unique=False,
    )
    op.create_index(
        "ix_side_effect_facts_provider",
        "side_effect_facts",
        ["term_key", "provider_key", "day", "site_key", "diagnosis_group", "phase"],
        unique=False,
    )
    op.create_index(
        "ix_side_effect_facts_serious",
        "side_effect_facts",
        ["day", "site_key", "diagnosis_group", "phase"],
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
            "serious",
            "chair_minutes",
            "patient_key",
            "month",
            "week",
            "number_band",
            "dose_band",
        ],
        unique=False,
    )
    op.create_index(
        "ix_side_effect_facts_site_week",
        "side_effect_facts",
        ["term_key", "site_key", "week", "day", "diagnosis_group", "phase"],
        unique=False,
    )
    op.create_index(
        "ix_side_effect_facts_week",
        "side_effect_facts",
        [
            "term_key",
            "month",
            "week",
            "number_band",
            "dose_band",
            "day",
            "site_key",
            "diagnosis_group",
            "phase",
            "events",
        ],
        unique=False,
    )
