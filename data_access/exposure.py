"""What a patient has been given in all, and the safety checks that were done."""

from sqlalchemy import Connection, select

from access.viewer import Viewer
from clinical.calendar import day_number
from clinical.codes import Phase
from clinical.exposure import KETAMINE, Check, CheckKind, Dose
from data_access.one_patient import Mine, Statement, about_patient
from data_access.schema import Check as CheckRecord
from data_access.schema import Infusion, InfusionFact, Patient


def patient_doses(connection: Connection, viewer: Viewer, patient_key: int) -> list[Dose]:
    """Every infusion of the patient as the ledger counts it, in time order.

    Nothing where the patient is unknown or another site's, as :mod:`data_access.one_patient`.
    """
    rows = about_patient(connection, viewer, patient_key, _doses)
    return [
        Dose(day, series_key, Phase(phase), drug or KETAMINE, dose_mg, weight_kg)
        for day, series_key, phase, drug, dose_mg, weight_kg in rows
    ]


def _doses(mine: Mine) -> Statement:
    return (
        select(
            InfusionFact.day,
            InfusionFact.series_key,
            InfusionFact.phase,
            Infusion.drug,
            Infusion.dose_mg,
            Infusion.weight_kg,
        )
        .join(Infusion, Infusion.infusion_key == InfusionFact.infusion_key)
        .where(mine(InfusionFact.patient_key))
        .order_by(Infusion.started_at, InfusionFact.infusion_key)
    )


def patient_checks(connection: Connection, viewer: Viewer, patient_key: int) -> list[Check]:
    """Every safety check of the patient, in time order; nothing as above."""
    rows = about_patient(connection, viewer, patient_key, _checks)
    return [
        Check(CheckKind(kind), day_number(done_on), result, value)
        for kind, done_on, result, value in rows
    ]


def _checks(mine: Mine) -> Statement:
    return (
        select(CheckRecord.kind, CheckRecord.done_on, CheckRecord.result, CheckRecord.value)
        .join(Patient, Patient.patient_id == CheckRecord.patient_id)
        .where(mine(Patient.patient_key))
        .order_by(CheckRecord.done_on, CheckRecord.check_key)
    )
