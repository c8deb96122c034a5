"""What every page says about the database: its sites, its extent, how fresh it is, demo or not."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, select

from access.viewer import Permission, Viewer, require
from clinical.calendar import day_date
from data_access.schema import (
    ClinicSetting,
    ImportRun,
    InfusionFact,
    Rebase,
    Site,
    ThresholdChange,
)

DEMO_SETTING = "demo"
"""The setting that marks a demo clinic; its value is the seed."""
DEMO_UNTIL_SETTING = "demo_until"
"""The last day of a demo clinic, ISO."""


@dataclass(frozen=True, slots=True)
class SiteName:
    """A site as the filters offer it."""

    site_id: str
    name: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class ClinicStatus:
    """The state of the database.

    ``as_of``: when the latest import ended; ``version``: its number, which changes with every
    import; ``decisions``: a number that changes with every threshold that is set and every rebase,
    so that nothing worked out before is taken for what holds now; ``first_day`` and ``last_day``:
    of the infusions, missing where there are none.
    """

    sites: tuple[SiteName, ...]
    as_of: datetime | None
    version: int
    decisions: int
    is_demo: bool
    first_day: date | None
    last_day: date | None


def clinic_status(connection: Connection, viewer: Viewer) -> ClinicStatus:
    """The state of the database as this viewer may see it."""
    require(viewer, Permission.OPEN)
    sites = select(Site.site_id, Site.name, Site.time_zone).order_by(Site.name)
    if viewer.site_ids is not None:
        sites = sites.where(Site.site_id.in_(sorted(viewer.site_ids)))
    latest = connection.execute(
        select(ImportRun.run_key, ImportRun.finished_at).order_by(ImportRun.run_key.desc()).limit(1)
    ).one_or_none()
    demo = connection.scalar(
        select(func.count()).select_from(ClinicSetting).where(ClinicSetting.name == DEMO_SETTING)
    )
    # Both tables are only ever added to.
    decided = [
        connection.scalar(select(func.max(key))) or 0
        for key in (ThresholdChange.change_key, Rebase.rebase_key)
    ]
    # Two statements, because each alone is one step in an index.
    first = connection.scalar(select(func.min(InfusionFact.day)))
    last = connection.scalar(select(func.max(InfusionFact.day)))
    return ClinicStatus(
        sites=tuple(SiteName(*row) for row in connection.execute(sites)),
        as_of=latest.finished_at if latest else None,
        version=latest.run_key if latest else 0,
        decisions=sum(decided),
        is_demo=bool(demo),
        first_day=None if first is None else day_date(first),
        last_day=None if last is None else day_date(last),
    )


def demo_until(connection: Connection) -> date | None:
    """The last day of a demo clinic; ``None`` for a real one."""
    value = connection.scalar(
        select(ClinicSetting.value).where(ClinicSetting.name == DEMO_UNTIL_SETTING)
    )
    return None if value is None else date.fromisoformat(value)
