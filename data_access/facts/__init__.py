"""The derived facts: refreshed with every import, rebuilt and checked by command.

A patient's facts follow from that patient's records alone (and the sites' time zones), so a
refresh of the patients that an import touched and a rebuild of everything give the same rows.
"""

from data_access.facts.check import FactDifference, check_facts
from data_access.facts.refresh import (
    ReportProgress,
    rebuild_facts,
    refresh_facts,
    refresh_unassigned_appointments,
)

__all__ = [
    "FactDifference",
    "ReportProgress",
    "check_facts",
    "rebuild_facts",
    "refresh_facts",
    "refresh_unassigned_appointments",
]
