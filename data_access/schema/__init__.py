"""The tables: the contract's records, the facts derived from them, and the bookkeeping.

Importing this package registers every table on :data:`Base.metadata`.
"""

from data_access.schema.base import Base
from data_access.schema.bookkeeping import (
    ClinicSetting,
    ImportedFile,
    ImportRun,
    Rebase,
    ThresholdChange,
)
from data_access.schema.facts import (
    AppointmentFact,
    CourseFact,
    ExpectedTotal,
    InfusionFact,
    LaterTotal,
    PatientFact,
    PatientWord,
    ScoreFact,
    SideEffectFact,
    Term,
    WatchFact,
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
    "ExpectedTotal",
    "ImportRun",
    "ImportedFile",
    "Infusion",
    "InfusionFact",
    "LaterTotal",
    "Medication",
    "OpeningHours",
    "Patient",
    "PatientFact",
    "PatientWord",
    "Provider",
    "Rebase",
    "ScoreFact",
    "Series",
    "SideEffect",
    "SideEffectFact",
    "Site",
    "Term",
    "ThresholdChange",
    "VitalSigns",
    "WatchFact",
]
