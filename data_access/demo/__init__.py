"""The demo clinic: synthetic records that follow published figures and tell known stories.

``docs/demo-clinic.md`` says what is in it.
"""

from sqlalchemy import Connection, func, select

from data_access.demo.make import DEFAULT_INFUSIONS, DEFAULT_SEED, DemoSummary, make_demo
from data_access.schema import ClinicSetting
from data_access.status import DEMO_SETTING

__all__ = ["DEFAULT_INFUSIONS", "DEFAULT_SEED", "DemoSummary", "is_demo", "make_demo"]


def is_demo(connection: Connection) -> bool:
    """Whether a database holds a demo clinic."""
    marks = select(func.count()).where(ClinicSetting.name == DEMO_SETTING)
    return bool(connection.scalar(marks))
