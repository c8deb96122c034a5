"""What the program notes about the database itself: imports, settings, thresholds, rebases."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from data_access.schema.base import (
    KEY,
    KEYED,
    REAL_NUMBER,
    STRICT,
    Base,
    IsoDate,
    UtcDateTime,
    YesNo,
)


class ImportRun(Base):
    """One finished import: when, by whom, from what."""

    __tablename__ = "import_runs"
    __table_args__ = (STRICT,)

    run_key: Mapped[int] = mapped_column(KEY, primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(Text)
    user_name: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ImportedFile(Base):
    """One file of an import, with its fingerprint and its rows."""

    __tablename__ = "imported_files"
    __table_args__ = (KEYED,)

    run_key: Mapped[int] = mapped_column(
        KEY, ForeignKey("import_runs.run_key"), primary_key=True, autoincrement=False
    )
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    sha256: Mapped[str] = mapped_column(Text)
    rows: Mapped[int] = mapped_column(KEY)
    added: Mapped[int] = mapped_column(KEY)
    changed: Mapped[int] = mapped_column(KEY)
    unchanged: Mapped[int] = mapped_column(KEY)


class ClinicSetting(Base):
    """A named fact about this database, such as ``demo`` = the seed of the demo clinic."""

    __tablename__ = "clinic_settings"
    __table_args__ = (STRICT,)

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class ThresholdChange(Base):
    """One change of one threshold, signed. The latest of a name holds; none means its default."""

    __tablename__ = "threshold_changes"
    __table_args__ = (STRICT,)

    change_key: Mapped[int] = mapped_column(KEY, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text)
    value: Mapped[float] = mapped_column(REAL_NUMBER)
    changed_by: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(Text)


class Rebase(Base):
    """A decision that a side effect's rate has lastingly changed, signed; or that it has not.

    From ``from_day`` on the control limits of ``term`` (its canonical name; empty: any side effect)
    at the site (missing: all sites together) are worked out anew. ``withdrawn``: 1 where this entry
    takes back an earlier one of the same term, site and day. Entries are only ever added.
    """

    __tablename__ = "rebases"
    __table_args__ = (STRICT,)

    rebase_key: Mapped[int] = mapped_column(KEY, primary_key=True, autoincrement=False)
    term: Mapped[str] = mapped_column(Text)
    site_id: Mapped[str | None] = mapped_column(Text, ForeignKey("sites.site_id"))
    from_day: Mapped[date] = mapped_column(IsoDate)
    withdrawn: Mapped[bool] = mapped_column(YesNo, default=False)
    decided_by: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text)
