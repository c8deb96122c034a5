"""The tables: the contract's records, the facts derived from them, and the bookkeeping.

Importing this package registers every table on :data:`Base.metadata`.
"""

from data_access.schema.base import Base
from data_access.schema.bookkeeping import ClinicSetting, ImportedFile, ImportRun
from data_access.schema.facts import (
    AppointmentFact,
    CourseFact,
    InfusionFact,
    PatientFact,
    ScoreFact,
    SideEffectFact,
    Term,
)
from data_access.schema.records import (
    Appointment,
    Assessment,
    Chair,
    Check,
    Closure,
    Infusion,
    Medication,
    OpeningHours,
    Patient,
    Provider,
    Series,
    SideEffect,
    Site,
    VitalSigns,
)

__all__ = [
    "Appointment",
    "AppointmentFact",
    "Assessment",
    "Base",
    "Chair",
    "Check",
    "ClinicSetting",
    "Closure",
    "CourseFact",
    "ImportRun",
    "ImportedFile",
    "Infusion",
    "InfusionFact",
    "Medication",
    "OpeningHours",
    "Patient",
    "PatientFact",
    "Provider",
    "ScoreFact",
    "Series",
    "SideEffect",
    "SideEffectFact",
    "Site",
    "Term",
    "VitalSigns",
]
