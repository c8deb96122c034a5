"""The facts of infusions and side effects a second time, packed by column; fewer indexes."""

import sqlalchemy as sa
from alembic import op

from data_access.migrations import columns

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_DROPPED = {
    "infusion_facts": (
        "chair limits patient person place provider rise site_day site_week stopped week"
    ),
    "side_effect_facts": (
        "chair grade odd onset passed patient person place provider serious site site_week week"
    ),
}
"""Indexes that are no longer there, or hold other columns."""


def upgrade() -> None:
    """From revision 0006 to revision 0007."""
    op.create_table(
        "fact_columns",
        sa.Column("facts", columns.TEXT, nullable=False),
        sa.Column("name", columns.TEXT, nullable=False),
        sa.Column("year", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("site_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("data", columns.BYTES, nullable=False),
        sa.PrimaryKeyConstraint("facts", "name", "year", "site_key", name=op.f("pk_fact_columns")),
        sqlite_strict=True,
    )
    for table, names in _DROPPED.items():
        for name in names.split():
            op.drop_index(f"ix_{table}_{name}", table_name=table)
    # The rows are made anew afterwards, which is quicker than to find their places twice.
    op.execute("DELETE FROM side_effect_facts")
    op.execute("DELETE FROM infusion_facts")
    op.create_index(
        "ix_infusion_facts_chair",
        "infusion_facts",
        ["site_key", "phase", "chair_minutes", "day"],
        unique=False,
    )
    op.create_index("ix_infusion_facts_patient", "infusion_facts", ["patient_key"], unique=False)
    op.create_index(
        "ix_infusion_facts_provider", "infusion_facts", ["provider_key", "site_key"], unique=False
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
            "patient_key",
            "chair_minutes",
        ],
        unique=False,
    )
    op.create_index(
        "ix_infusion_facts_site_week", "infusion_facts", ["site_key", "week"], unique=False
    )
    op.create_index(
        "ix_infusion_facts_stopped",
        "infusion_facts",
        ["site_key", "day", "diagnosis_group", "phase"],
        unique=False,
        sqlite_where=sa.text("stopped = 1"),
        postgresql_where=sa.text("stopped = 1"),
    )
    op.create_index(
        "ix_side_effect_facts_serious",
        "side_effect_facts",
        ["site_key", "day", "diagnosis_group", "phase"],
        unique=False,
        sqlite_where=sa.text("serious = 1"),
        postgresql_where=sa.text("serious = 1"),
    )
    op.create_index(
        "ix_side_effect_facts_site_day", "side_effect_facts", ["site_key", "day"], unique=False
    )
    op.create_index(
        "ix_side_effect_facts_term", "side_effect_facts", ["term_key", "site_key"], unique=False
    )
