"""Each infusion of a patient in detail: time in the chair, side effects by the minute, vital signs.

Each function gives nothing where the patient is unknown or another site's, as
:mod:`data_access.one_patient`. Minutes count from the start of the infusion; before it they are
below 0.
"""

from datetime import datetime, timedelta
from math import nan

import pandas as pd
from sqlalchemy import Connection, bindparam, select

from access.viewer import Viewer
from clinical.terms import canonical_term
from data_access.frames import TEXT, typed_frame
from data_access.one_patient import Mine, Statement, about_patient
from data_access.schema import Infusion, InfusionFact, SideEffect, VitalSigns

EARLIER_INFUSIONS = 20
"""So many infusions before the chosen one are read with it."""
VITAL_SIGNS = ("systolic", "diastolic", "heart_rate", "spo2", "sedation")
"""The vital signs as columns of :func:`vital_signs`."""


def infusion_measures(connection: Connection, viewer: Viewer, patient_key: int) -> pd.DataFrame:
    """What was measured in each infusion, beside what ``patient_infusions`` tells.

    Columns: ``infusion_key``, ``chair_minutes`` (start to discharge), ``deepest_sedation``
    (MOAA/S), ``sustained_systolic``, ``sustained_diastolic`` (mmHg, what two readings in a row
    reached); each missing where not recorded.
    """
    rows = about_patient(connection, viewer, patient_key, _measures)
    kinds = {"infusion_key": "int64", **{column.key: "Int64" for column in _MEASURED}}
    return typed_frame(rows, kinds)


_MEASURED = (
    InfusionFact.chair_minutes,
    InfusionFact.deepest_sedation,
    InfusionFact.sustained_systolic,
    InfusionFact.sustained_diastolic,
)


def _measures(mine: Mine) -> Statement:
    return (
        select(InfusionFact.infusion_key, *_MEASURED)
        .where(mine(InfusionFact.patient_key))
        .order_by(InfusionFact.infusion_key)
    )


def side_effect_times(connection: Connection, viewer: Viewer, patient_key: int) -> pd.DataFrame:
    """Every side effect of the patient with the minutes at which it came and passed, in that order.

    Columns: ``infusion_key``, ``term`` (canonical), ``grade`` (missing where not graded),
    ``onset``, ``resolved`` (minutes after the start; missing: not known, not resolved when
    recorded), ``end`` (the minute at which the infusion ended, missing where not recorded).
    """
    found = about_patient(connection, viewer, patient_key, _side_effect_times)
    rows = [
        (
            key,
            canonical_term(term),
            grade,
            _minute(onset, started),
            _minute(resolved, started),
            _minute(ended, started),
        )
        for key, term, grade, started, ended, onset, resolved in found
    ]
    minutes = dict.fromkeys(("onset", "resolved", "end"), "float64")
    kinds = {"infusion_key": "int64", "term": TEXT, "grade": "Int64", **minutes}
    return typed_frame(rows, kinds)


def _side_effect_times(mine: Mine) -> Statement:
    return (
        select(
            InfusionFact.infusion_key,
            SideEffect.term,
            SideEffect.grade,
            Infusion.started_at,
            Infusion.ended_at,
            SideEffect.onset_at,
            SideEffect.resolved_at,
        )
        .join(Infusion, Infusion.infusion_key == InfusionFact.infusion_key)
        .join(SideEffect, SideEffect.infusion_id == Infusion.infusion_id)
        .where(mine(InfusionFact.patient_key))
        .order_by(
            Infusion.started_at,
            SideEffect.onset_at.is_(None),
            SideEffect.onset_at,
            SideEffect.side_effect_key,
        )
    )


def vital_signs(
    connection: Connection, viewer: Viewer, patient_key: int, infusion_key: int
) -> pd.DataFrame:
    """The readings of one infusion of the patient and of at most the 20 before it, in time order.

    Columns: ``infusion_key``, ``minute``, ``systolic``, ``diastolic`` (mmHg), ``heart_rate`` (a
    minute), ``spo2`` (%), ``sedation`` (MOAA/S); each missing where it was not measured.
    """
    found = about_patient(connection, viewer, patient_key, _vital_signs, infusion=infusion_key)
    rows = [(key, _minute(measured, started), *values) for key, started, measured, *values in found]
    return typed_frame(
        rows, {"infusion_key": "int64", **dict.fromkeys(("minute", *VITAL_SIGNS), "float64")}
    )


def _vital_signs(mine: Mine) -> Statement:
    of_patient = (
        select(InfusionFact.infusion_key, Infusion.infusion_id, Infusion.started_at)
        .join(Infusion, Infusion.infusion_key == InfusionFact.infusion_key)
        .where(mine(InfusionFact.patient_key))
    )
    chosen = of_patient.where(InfusionFact.infusion_key == bindparam("infusion")).subquery()
    read = (
        of_patient.where(Infusion.started_at <= select(chosen.c.started_at).scalar_subquery())
        .order_by(Infusion.started_at.desc(), InfusionFact.infusion_key.desc())
        .limit(EARLIER_INFUSIONS + 1)
        .subquery()
    )
    return (
        select(
            read.c.infusion_key,
            read.c.started_at,
            VitalSigns.measured_at,
            VitalSigns.systolic_mmhg,
            VitalSigns.diastolic_mmhg,
            VitalSigns.heart_rate_bpm,
            VitalSigns.spo2_percent,
            VitalSigns.sedation_moaas,
        )
        .join(VitalSigns, VitalSigns.infusion_id == read.c.infusion_id)
        .order_by(read.c.started_at, read.c.infusion_key, VitalSigns.measured_at)
    )


def _minute(at: datetime | None, start: datetime) -> float:
    """Minutes after the start."""
    return nan if at is None else (at - start) / timedelta(minutes=1)
