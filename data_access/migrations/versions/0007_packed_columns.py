"""The facts of infusions and side effects a second time, packed by column; fewer indexes."""

import sqlalchemy as sa
from alembic import op

from data_access.migrations import columns

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


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
