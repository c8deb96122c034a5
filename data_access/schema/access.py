"""Who may use the dashboard, who is using it, and what each one did.

Users and sessions change; the audit trail is only ever added to, which triggers of the database
hold (revision 0006) and a chain of hashes shows (:mod:`data_access.audit`).
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from data_access.schema.base import KEY, KEYED, STRICT, Base, UtcDateTime, YesNo, one_of


class User(Base):
    """A person who may sign in, with one role at every site or at some.

    ``sign_in_name``: what the identity provider calls the person (an e-mail address, as a rule), in
    lower case; in local mode ``local:`` and the role. ``subject``: the provider's own, lasting
    identifier (issuer and subject), bound at the first sign-in. ``all_sites``: 1 where the sites of
    ``user_sites`` do not matter.
    """

    __tablename__ = "users"
    __table_args__ = (
        one_of("role", ("clinician", "nurse", "manager", "administrator", "privacy-officer")),
        CheckConstraint("sign_in_name = lower(sign_in_name)", name="sign_in_name_lower"),
        STRICT,
    )

    user_key: Mapped[int] = mapped_column(KEY, primary_key=True, autoincrement=False)
    sign_in_name: Mapped[str] = mapped_column(Text, unique=True)
    full_name: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    all_sites: Mapped[bool] = mapped_column(YesNo)
    subject: Mapped[str | None] = mapped_column(Text, unique=True)
    added_by: Mapped[str] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class UserSite(Base):
    """A site that a user may see."""

    __tablename__ = "user_sites"
    __table_args__ = (KEYED,)

    user_key: Mapped[int] = mapped_column(
        KEY, ForeignKey("users.user_key"), primary_key=True, autoincrement=False
    )
    site_id: Mapped[str] = mapped_column(Text, ForeignKey("sites.site_id"), primary_key=True)


class Session(Base):
    """One signed-in browser.

    ``session_id`` names it in the program and in the trail and opens nothing; the token in the
    browser's cookie does, of which only ``token_hash`` (SHA-256) is kept. ``way``: ``provider``, or
    ``local`` for the mode without sign-in. ``active_at``: when the person last did something.
    """

    __tablename__ = "sessions"
    __table_args__ = (
        one_of("way", ("provider", "local")),
        Index(None, "user_key", "ended_at"),
        STRICT,
    )

    session_id: Mapped[str] = mapped_column(Text, primary_key=True)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    user_key: Mapped[int] = mapped_column(KEY, ForeignKey("users.user_key"))
    way: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    active_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str | None] = mapped_column(Text)


class AuditEntry(Base):
    """One thing that somebody did: who, what, when, from where, how it ended.

    ``entry_key`` counts from 1 without a gap. ``who``: the user's ``sign_in_name``, or
    ``terminal:`` and the name at the computer, or empty for nobody signed in. ``what`` says what it
    was about in words that name no patient; the patients are in ``audit_people`` (``people``: how
    many). ``hash``: SHA-256 of this entry, its patients and the hash before it. Never changed or
    removed.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        one_of("outcome", ("done", "refused", "failed")),
        # What a person did, newest first, and how much of what; whoever there is.
        Index("ix_audit_entries_who", "who", "at", "action", "outcome"),
        # The trail, newest first; of one kind of action; and the few that were not done.
        Index("ix_audit_entries_at", "at"),
        Index("ix_audit_entries_action", "action", "at"),
        Index(
            "ix_audit_entries_undone",
            "at",
            sqlite_where=text("outcome <> 'done'"),
            postgresql_where=text("outcome <> 'done'"),
        ),
        STRICT,
    )

    entry_key: Mapped[int] = mapped_column(KEY, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    who: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    session: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    what: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    people: Mapped[int] = mapped_column(KEY)
    hash: Mapped[str] = mapped_column(Text)


class AuditPerson(Base):
    """A patient whom an entry is about. An entry outlives its patient, so nothing refers to one."""

    __tablename__ = "audit_people"
    __table_args__ = (Index(None, "entry_key"), KEYED)

    patient_key: Mapped[int] = mapped_column(KEY, primary_key=True, autoincrement=False)
    entry_key: Mapped[int] = mapped_column(
        KEY, ForeignKey("audit_entries.entry_key"), primary_key=True, autoincrement=False
    )


class AuditHead(Base):
    """The last entry and its hash, in one row, so that entries missing at the end are noticed."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("head_key = 1", name="one_row"), STRICT)

    head_key: Mapped[int] = mapped_column(KEY, primary_key=True, autoincrement=False)
    entry_key: Mapped[int] = mapped_column(KEY)
    hash: Mapped[str] = mapped_column(Text)
