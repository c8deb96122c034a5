"""The queries of the attention list: what its rules look at, and who the listed people are."""

from collections.abc import Sequence
from datetime import date

import pandas as pd
from sqlalchemy import Connection, Label, select

from access.actions import Action
from access.viewer import Permission, Viewer, require
from clinical.calendar import day_number
from clinical.codes import AppointmentKind
from clinical.thresholds import Thresholds
from data_access.audit import disclose, disclose_record
from data_access.bookings import next_booked_day
from data_access.facts.tables import table_of
from data_access.filters import Filters
from data_access.frames import TEXT, typed_frame
from data_access.schema import Patient, PatientFact, Site, WatchFact
from data_access.selection import of_permitted_sites, scope


def watched_patients(
    connection: Connection,
    viewer: Viewer,
    filters: Filters,
    today: date,
    thresholds: Thresholds,
) -> pd.DataFrame:
    """What the rules look at, of everybody who may be under treatment, whatever the period.

    The columns of ``watch_facts`` and ``booked_day`` (of the next booked infusion), as floats
    (missing as NaN) but ``patient_key``, ``phase``,
    ``done``, ``last_infusion_day``, ``last_number``, ``unscored`` and ``intervals``.

    Nothing in it tells who anybody is, so nothing is noted: the trail names those of whom
    :func:`people` tells.

    Raises :class:`~access.viewer.NotPermittedError` where the viewer may not see patients.
    """
    require(viewer, Permission.SEE_PATIENTS)
    longest = max(thresholds.treated_induction_days, thresholds.treated_maintenance_days)
    statement = select(table_of(WatchFact), _next_infusion(today)).where(
        WatchFact.last_infusion_day >= day_number(today) - longest,
        *scope(connection, viewer, filters, WatchFact),
    )
    return typed_frame(connection.execute(statement), _WATCHED)


def watched_among(
    connection: Connection, viewer: Viewer, keys: Sequence[int], today: date
) -> pd.DataFrame:
    """As :func:`watched_patients`, of these patients as far as the viewer may see them.

    Meant for patients whose records are open: it is noted as a look at each.
    """
    require(viewer, Permission.SEE_PATIENTS)
    statement = select(table_of(WatchFact), _next_infusion(today)).where(
        WatchFact.patient_key.in_(keys), *of_permitted_sites(connection, viewer, WatchFact)
    )
    found = typed_frame(connection.execute(statement), _WATCHED)
    for patient_key in found["patient_key"]:
        disclose_record(connection, viewer, patient_key)
    return found


def _next_infusion(today: date) -> Label[int]:
    """The day of the next booked infusion of the patient in ``watch_facts``."""
    day = next_booked_day(WatchFact.patient_key, today, AppointmentKind.INFUSION)
    return day.label("booked_day")


_WATCHED = {
    **{
        column.name: "float64" if column.nullable else "int64"
        for column in table_of(WatchFact).columns
    },
    "booked_day": "float64",
}


def people(
    connection: Connection, viewer: Viewer, keys: Sequence[int], today: date
) -> pd.DataFrame:
    """Who some patients are, in the order of the keys.

    Columns: ``patient_key``, ``handle``, ``patient_id``, ``mrn``, ``given_name``, ``family_name``,
    ``site``, ``planned`` (infusions of the series), ``next_day`` (day number of the next booked
    appointment from ``today`` on). What is not known is missing; whom the viewer may not see is
    left out.
    """
    require(viewer, Permission.SEE_PATIENTS)
    statement = (
        select(
            PatientFact.patient_key,
            PatientFact.handle,
            Patient.patient_id,
            Patient.mrn,
            Patient.given_name,
            Patient.family_name,
            Site.name.label("site"),
            PatientFact.planned,
            next_booked_day(PatientFact.patient_key, today).label("next_day"),
        )
        .join(Patient, Patient.patient_key == PatientFact.patient_key)
        .outerjoin(Site, Site.site_key == PatientFact.site_key)
        .where(
            PatientFact.patient_key.in_(keys), *of_permitted_sites(connection, viewer, PatientFact)
        )
    )
    frame = typed_frame(connection.execute(statement), _PEOPLE)
    disclose(connection, viewer, Action.LIST, "attention list", frame["patient_key"])
    order = {key: position for position, key in enumerate(keys)}
    return frame.sort_values("patient_key", key=lambda column: column.map(order), ignore_index=True)


_PEOPLE = {
    "patient_key": "int64",
    **dict.fromkeys(("handle", "patient_id", "mrn", "given_name", "family_name", "site"), TEXT),
    **dict.fromkeys(("planned", "next_day"), "Int64"),
}
