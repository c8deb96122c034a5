"""Access: users, their sessions, and the audit trail, which is only ever added to."""

import sqlalchemy as sa
from alembic import op

from data_access.migrations import columns

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From revision 0005 to revision 0006."""
    op.create_table(
        "audit_entries",
        sa.Column("entry_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("at", columns.INSTANT, nullable=False),
        sa.Column("who", columns.TEXT, nullable=False),
        sa.Column("role", columns.TEXT, nullable=False),
        sa.Column("session", columns.TEXT, nullable=False),
        sa.Column("address", columns.TEXT, nullable=False),
        sa.Column("action", columns.TEXT, nullable=False),
        sa.Column("what", columns.TEXT, nullable=False),
        sa.Column("outcome", columns.TEXT, nullable=False),
        sa.Column("people", columns.KEY, nullable=False),
        sa.Column("hash", columns.TEXT, nullable=False),
        sa.CheckConstraint(
            "outcome IN ('done', 'refused', 'failed')", name=op.f("ck_audit_entries_outcome_word")
        ),
        sa.PrimaryKeyConstraint("entry_key", name=op.f("pk_audit_entries")),
        sqlite_strict=True,
    )
    op.create_index("ix_audit_entries_action", "audit_entries", ["action", "at"], unique=False)
    op.create_index("ix_audit_entries_at", "audit_entries", ["at"], unique=False)
    op.create_index(
        "ix_audit_entries_undone",
        "audit_entries",
        ["at"],
        unique=False,
        sqlite_where=sa.text("outcome <> 'done'"),
        postgresql_where=sa.text("outcome <> 'done'"),
    )
    op.create_index(
        "ix_audit_entries_who", "audit_entries", ["who", "at", "action", "outcome"], unique=False
    )

    op.create_table(
        "audit_head",
        sa.Column("head_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("entry_key", columns.KEY, nullable=False),
        sa.Column("hash", columns.TEXT, nullable=False),
        sa.CheckConstraint("head_key = 1", name=op.f("ck_audit_head_one_row")),
        sa.PrimaryKeyConstraint("head_key", name=op.f("pk_audit_head")),
        sqlite_strict=True,
    )
    op.create_table(
        "users",
        sa.Column("user_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("sign_in_name", columns.TEXT, nullable=False),
        sa.Column("full_name", columns.TEXT, nullable=False),
        sa.Column("role", columns.TEXT, nullable=False),
        sa.Column("all_sites", columns.YES_NO, nullable=False),
        sa.Column("subject", columns.TEXT, nullable=True),
        sa.Column("added_by", columns.TEXT, nullable=False),
        sa.Column("added_at", columns.INSTANT, nullable=False),
        sa.Column("disabled_at", columns.INSTANT, nullable=True),
        sa.CheckConstraint(
            "role IN ('clinician', 'nurse', 'manager', 'administrator', 'privacy-officer')",
            name=op.f("ck_users_role_word"),
        ),
        sa.CheckConstraint(
            "sign_in_name = lower(sign_in_name)", name=op.f("ck_users_sign_in_name_lower")
        ),
        sa.PrimaryKeyConstraint("user_key", name=op.f("pk_users")),
        sa.UniqueConstraint("sign_in_name", name=op.f("uq_users_sign_in_name")),
        sa.UniqueConstraint("subject", name=op.f("uq_users_subject")),
        sqlite_strict=True,
    )
    op.create_table(
        "audit_people",
        sa.Column("patient_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("entry_key", columns.KEY, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_key"], ["audit_entries.entry_key"], name=op.f("fk_audit_people_entry_key")
        ),
        sa.PrimaryKeyConstraint("patient_key", "entry_key", name=op.f("pk_audit_people")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_audit_people_entry_key"), "audit_people", ["entry_key"], unique=False)

    op.create_table(
        "sessions",
        sa.Column("session_id", columns.TEXT, nullable=False),
        sa.Column("token_hash", columns.TEXT, nullable=False),
        sa.Column("user_key", columns.KEY, nullable=False),
        sa.Column("way", columns.TEXT, nullable=False),
        sa.Column("address", columns.TEXT, nullable=False),
        sa.Column("opened_at", columns.INSTANT, nullable=False),
        sa.Column("active_at", columns.INSTANT, nullable=False),
        sa.Column("ended_at", columns.INSTANT, nullable=True),
        sa.Column("end_reason", columns.TEXT, nullable=True),
        sa.CheckConstraint("way IN ('provider', 'local')", name=op.f("ck_sessions_way_word")),
        sa.ForeignKeyConstraint(
            ["user_key"], ["users.user_key"], name=op.f("fk_sessions_user_key")
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sessions_token_hash")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_sessions_user_key_ended_at"), "sessions", ["user_key", "ended_at"], unique=False
    )

    op.create_table(
        "user_sites",
        sa.Column("user_key", columns.KEY, autoincrement=False, nullable=False),
        sa.Column("site_id", columns.TEXT, nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.site_id"], name=op.f("fk_user_sites_site_id")),
        sa.ForeignKeyConstraint(
            ["user_key"], ["users.user_key"], name=op.f("fk_user_sites_user_key")
        ),
        sa.PrimaryKeyConstraint("user_key", "site_id", name=op.f("pk_user_sites")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    head = sa.table("audit_head", *map(sa.column, ("head_key", "entry_key", "hash")))
    op.execute(head.insert().values(head_key=1, entry_key=0, hash="0" * 64))
    if op.get_bind().dialect.name == "sqlite":
        _keep_entries_in_sqlite()
    else:
        _keep_entries_in_postgresql()


_KEPT = ("audit_entries", "audit_people")
_SENTENCE = "The audit trail is only ever added to."


def _keep_entries_in_sqlite() -> None:
    for table in _KEPT:
        for what in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_{what.lower()} BEFORE {what} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{_SENTENCE}'); END"
            )


def _keep_entries_in_postgresql() -> None:
    op.execute(
        "CREATE OR REPLACE FUNCTION keep_audit_trail() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_SENTENCE}'; END $$"
    )
    for table in _KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION keep_audit_trail()"
        )
