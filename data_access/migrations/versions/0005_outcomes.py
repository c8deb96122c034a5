"""Outcomes: who began a course, its scores by infusion, and when it reached what.

The tables are of facts, which ``migrate`` derives from the records afterwards.
"""

import sqlalchemy as sa
from alembic import op

from data_access.migrations import columns

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From revision 0004 to revision 0005."""
    op.create_table(
        "milestone_facts",
        sa.Column("series_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("measure", columns.SMALL, autoincrement=False, nullable=False),
        sa.Column("baseline", columns.REAL, nullable=False),
        sa.Column("baseline_band", columns.SMALL, nullable=False),
        sa.Column("site_key", columns.KEY, nullable=False),
        sa.Column("phase", columns.SMALL, nullable=False),
        sa.Column("started_day", columns.KEY, nullable=False),
        sa.Column("closed_day", columns.KEY, nullable=False),
        sa.Column("diagnosis_group", columns.SMALL, nullable=False),
        sa.Column("sex", columns.SMALL, nullable=False),
        sa.Column("age_band", columns.SMALL, nullable=False),
        sa.Column("failures_band", columns.SMALL, nullable=False),
        sa.Column("dose_band", columns.SMALL, nullable=False),
        sa.Column("course_order", columns.SMALL, nullable=False),
        sa.Column("length", columns.SMALL, nullable=False),
        sa.Column("done", columns.SMALL, nullable=False),
        sa.Column("span_days", columns.KEY, nullable=False),
        sa.Column("settled_response_hours", columns.REAL, nullable=True),
        sa.Column("settled_response_number", columns.SMALL, nullable=True),
        sa.Column("settled_remission_hours", columns.REAL, nullable=True),
        sa.Column("settled_remission_number", columns.SMALL, nullable=True),
        sa.Column("settled_watched_hours", columns.REAL, nullable=True),
        sa.Column("settled_watched_number", columns.SMALL, nullable=True),
        sa.Column("any_response_hours", columns.REAL, nullable=True),
        sa.Column("any_response_number", columns.SMALL, nullable=True),
        sa.Column("any_remission_hours", columns.REAL, nullable=True),
        sa.Column("any_remission_number", columns.SMALL, nullable=True),
        sa.Column("any_watched_hours", columns.REAL, nullable=True),
        sa.Column("any_watched_number", columns.SMALL, nullable=True),
        sa.Column("early_total", columns.REAL, nullable=True),
        sa.Column("early_hours", columns.REAL, nullable=True),
        sa.Column("end_total", columns.REAL, nullable=True),
        sa.Column("end_days", columns.REAL, nullable=True),
        sa.Column("after_total", columns.REAL, nullable=True),
        sa.Column("lost_days", columns.REAL, nullable=True),
        sa.Column("kept_days", columns.REAL, nullable=True),
        sa.Column("booster_days", columns.REAL, nullable=True),
        sa.Column("second_booster_days", columns.REAL, nullable=True),
        sa.Column("again_days", columns.REAL, nullable=True),
        sa.ForeignKeyConstraint(
            ["series_key"], ["series.series_key"], name=op.f("fk_milestone_facts_series_key")
        ),
        sa.PrimaryKeyConstraint("series_key", "measure", name=op.f("pk_milestone_facts")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_milestone_facts_after",
        "milestone_facts",
        [
            "measure",
            "phase",
            "started_day",
            "closed_day",
            "site_key",
            "done",
            "span_days",
            "baseline",
            "after_total",
        ],
        unique=False,
        sqlite_where=sa.text("after_total IS NOT NULL"),
        postgresql_where=sa.text("after_total IS NOT NULL"),
    )
    op.create_index(
        "ix_milestone_facts_day",
        "milestone_facts",
        [
            "measure",
            "phase",
            "started_day",
            "closed_day",
            "site_key",
            "diagnosis_group",
            "sex",
            "age_band",
            "failures_band",
            "dose_band",
            "course_order",
            "length",
            "baseline",
            "settled_response_hours",
            "settled_remission_hours",
            "settled_watched_hours",
            "early_total",
            "early_hours",
        ],
        unique=False,
    )
    op.create_index(
        "ix_milestone_facts_site",
        "milestone_facts",
        ["site_key", "measure", "phase", "started_day"],
        unique=False,
    )

    op.create_table(
        "outcome_facts",
        sa.Column("series_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("measure", columns.SMALL, autoincrement=False, nullable=False),
        sa.Column("kind", columns.SMALL, autoincrement=False, nullable=False),
        sa.Column("number", columns.SMALL, autoincrement=False, nullable=False),
        sa.Column("observed", columns.SMALL, nullable=False),
        sa.Column("baseline", columns.REAL, nullable=False),
        sa.Column("total", columns.REAL, nullable=False),
        sa.Column("baseline_band", columns.SMALL, nullable=False),
        sa.Column("site_key", columns.KEY, nullable=False),
        sa.Column("phase", columns.SMALL, nullable=False),
        sa.Column("started_day", columns.KEY, nullable=False),
        sa.Column("closed_day", columns.KEY, nullable=False),
        sa.Column("diagnosis_group", columns.SMALL, nullable=False),
        sa.Column("sex", columns.SMALL, nullable=False),
        sa.Column("age_band", columns.SMALL, nullable=False),
        sa.Column("failures_band", columns.SMALL, nullable=False),
        sa.Column("dose_band", columns.SMALL, nullable=False),
        sa.Column("course_order", columns.SMALL, nullable=False),
        sa.ForeignKeyConstraint(
            ["series_key"], ["series.series_key"], name=op.f("fk_outcome_facts_series_key")
        ),
        sa.PrimaryKeyConstraint(
            "series_key", "measure", "kind", "number", name=op.f("pk_outcome_facts")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_outcome_facts_number",
        "outcome_facts",
        [
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
            "diagnosis_group",
            "sex",
            "age_band",
            "failures_band",
            "dose_band",
            "course_order",
            "baseline_band",
        ],
        unique=False,
        postgresql_include=["series_key"],
    )
    op.create_index(
        "ix_outcome_facts_site",
        "outcome_facts",
        [
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
            "diagnosis_group",
            "sex",
            "age_band",
            "failures_band",
            "dose_band",
            "course_order",
            "baseline_band",
        ],
        unique=False,
    )

    op.create_table(
        "start_facts",
        sa.Column("series_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("patient_key", columns.KEY, nullable=False),
        sa.Column("site_key", columns.KEY, nullable=False),
        sa.Column("phase", columns.SMALL, nullable=False),
        sa.Column("started_day", columns.KEY, nullable=False),
        sa.Column("closed_day", columns.KEY, nullable=False),
        sa.Column("diagnosis_group", columns.SMALL, nullable=False),
        sa.Column("sex", columns.SMALL, nullable=False),
        sa.Column("age_band", columns.SMALL, nullable=False),
        sa.Column("failures_band", columns.SMALL, nullable=False),
        sa.Column("dose_band", columns.SMALL, nullable=False),
        sa.Column("course_order", columns.SMALL, nullable=False),
        sa.Column("length", columns.SMALL, nullable=False),
        sa.Column("done", columns.SMALL, nullable=False),
        sa.Column("planned", columns.SMALL, nullable=True),
        sa.Column("complete", columns.SMALL, nullable=False),
        sa.Column("measured", columns.SMALL, nullable=False),
        sa.ForeignKeyConstraint(
            ["series_key"], ["series.series_key"], name=op.f("fk_start_facts_series_key")
        ),
        sa.PrimaryKeyConstraint("series_key", name=op.f("pk_start_facts")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_start_facts_day",
        "start_facts",
        [
            "phase",
            "started_day",
            "site_key",
            "closed_day",
            "length",
            "done",
            "complete",
            "measured",
            "diagnosis_group",
            "sex",
            "age_band",
            "failures_band",
            "dose_band",
            "course_order",
        ],
        unique=False,
    )
    op.create_index(
        "ix_start_facts_site",
        "start_facts",
        [
            "site_key",
            "phase",
            "started_day",
            "closed_day",
            "length",
            "done",
            "complete",
            "measured",
            "diagnosis_group",
            "sex",
            "age_band",
            "failures_band",
            "dose_band",
            "course_order",
        ],
        unique=False,
    )
