<%
    statements = [line for line in upgrades.splitlines() if not line.strip().startswith("# ###")]
    body = "\n".join(statements).strip() or "pass"
%>"""${message}."""

import sqlalchemy as sa
from alembic import op

from data_access.migrations import columns

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From ${f"revision {down_revision}" if down_revision else "an empty database"} to revision ${up_revision}."""
    ${body}
