"""Handles: what stands for a patient in an address.

A handle is a keyed hash of the patient's identifier under a secret of this database, so it tells
nothing about the patient, cannot be guessed, and stays the same from import to import. It is no
permission: whoever opens it is shown only what they may see.
"""

import hmac
import re
from base64 import b32encode
from collections.abc import Callable
from hashlib import sha256

from sqlalchemy import Connection, select, update

from access.viewer import Permission, Viewer, require
from data_access.audit import disclose_record, refuse_record
from data_access.schema import ClinicSetting, PatientFact
from data_access.selection import of_permitted_sites

SECRET_SETTING = "handle_secret"  # noqa: S105 - the name of a setting
"""The setting that holds this database's secret, random from the migration that made it."""
_BYTES = 10  # 80 bits: sixteen letters and digits
_HANDLE = re.compile(r"[a-z2-7]{16}")


def handle_maker(connection: Connection) -> Callable[[str], str]:
    """A function from a patient's identifier to the handle, under this database's secret."""
    secret = connection.scalars(
        select(ClinicSetting.value).where(ClinicSetting.name == SECRET_SETTING)
    ).one()
    return lambda patient_id: _handle(secret, patient_id)


def set_secret(connection: Connection, secret: str) -> None:
    """Put another secret in the place of the random one with which the database was made.

    For a demo clinic, in which nobody is real. Before any facts are derived.
    """
    connection.execute(
        update(ClinicSetting).where(ClinicSetting.name == SECRET_SETTING).values(value=secret)
    )


def patient_of_handle(connection: Connection, viewer: Viewer, handle: str) -> int | None:
    """The key of the patient whom a handle stands for, if the viewer may see the patient.

    That somebody opened it is noted, and also where it is another site's patient.
    """
    require(viewer, Permission.SEE_PATIENTS)
    if not _HANDLE.fullmatch(handle):  # from an address: PostgreSQL refuses some characters
        return None
    of_handle = select(PatientFact.patient_key).where(PatientFact.handle == handle)
    mine = of_permitted_sites(connection, viewer, PatientFact)
    patient_key = connection.scalar(of_handle.where(*mine))
    if patient_key is not None:
        disclose_record(connection, viewer, patient_key)
    elif mine and (other := connection.scalar(of_handle)) is not None:
        refuse_record(connection, viewer, other)
    return patient_key


def handle_of_patient(connection: Connection, viewer: Viewer, patient_key: int) -> str | None:
    """The handle of a patient whom the viewer may see; else ``None``."""
    require(viewer, Permission.SEE_PATIENTS)
    statement = select(PatientFact.handle).where(
        PatientFact.patient_key == patient_key,
        *of_permitted_sites(connection, viewer, PatientFact),
    )
    handle = connection.scalar(statement)
    if handle is not None:
        disclose_record(connection, viewer, patient_key)
    return handle


def _handle(secret: str, patient_id: str) -> str:
    digest = hmac.new(secret.encode(), patient_id.encode(), sha256).digest()
    return b32encode(digest[:_BYTES]).decode().lower()
