"""Who was treated: names for a list of infusions, for viewers who may see them."""

import pandas as pd
from sqlalchemy import Connection, select

from access.actions import Action
from access.viewer import Permission, Viewer, require
from data_access.audit import disclose
from data_access.frames import TEXT, typed_frame
from data_access.lookups import is_among
from data_access.schema import InfusionFact, Patient, PatientFact
from data_access.selection import of_permitted_sites


def with_names(
    connection: Connection, viewer: Viewer, infusions: pd.DataFrame, what: str = "infusions"
) -> pd.DataFrame:
    """A list of infusions with ``handle``, ``family_name``, ``given_name`` and ``patient_key``.

    ``infusions``: at most some hundred rows, with the column ``infusion_key``; ``what`` they are,
    for the audit trail. What is not known is missing; so are all four of a patient of another
    site's, whose record the viewer may not open.

    Raises :class:`~access.viewer.NotPermittedError` where the viewer may not see patients.
    """
    require(viewer, Permission.SEE_PATIENTS)
    statement = (
        select(
            InfusionFact.infusion_key,
            PatientFact.handle,
            Patient.family_name,
            Patient.given_name,
            InfusionFact.patient_key,
        )
        .join(PatientFact, PatientFact.patient_key == InfusionFact.patient_key)
        .join(Patient, Patient.patient_key == InfusionFact.patient_key)
        .where(
            is_among(connection, InfusionFact.infusion_key, infusions["infusion_key"].unique()),
            *of_permitted_sites(connection, viewer, PatientFact),
        )
    )
    told = {key: tuple(names) for key, *names in connection.execute(statement).all()}
    nobody = (None,) * len(_NAMES)
    names = typed_frame((told.get(key, nobody) for key in infusions["infusion_key"]), _NAMES)
    disclose(connection, viewer, Action.LIST, what, names["patient_key"].dropna())
    return infusions.assign(**{name: names[name].array for name in _NAMES})


_NAMES = {
    **dict.fromkeys(("handle", "family_name", "given_name"), TEXT),
    "patient_key": "Int64",
}
