"""The viewer: who asks, what they may do, and whose sites they may see.

Every query takes a viewer and calls :func:`require` before it reads. Whoever looks through a
browser is made a viewer from their session (:mod:`data_access.sessions`) by their role
(:mod:`access.roles`); whoever sits at the server's terminal is :data:`LOCAL_VIEWER`.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Permission(StrEnum):
    """What a viewer may be allowed to do, in words that follow "may"."""

    OPEN = "open the dashboard: the names of its sites, and how fresh its data are"
    SEE_TOTALS = "see totals: appointments, infusions, chairs and hours, in which nobody is named"
    SEE_RATES = "see side effects and outcomes of groups too large to tell of one person"
    SEE_CLINICAL = "see clinical counts of groups of any size, and single infusions without a name"
    SEE_PATIENTS = "see patients by name and number, and each one's records"
    EXPORT_PATIENTS = "take a file that names patients out of the dashboard"
    DECIDE_LIMITS = "decide from when a side effect's control limits are worked out anew"
    MANAGE_USERS = "let people in and out, and give them roles and sites"
    READ_AUDIT = "read who looked at whom, with the patients' names"


class NotPermittedError(Exception):
    """The viewer lacks a permission. The message names the permission, never a patient."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks. Frozen and hashable, so that it can be the first part of every cache key.

    ``site_ids`` are the sites whose records the viewer may see; ``None`` means every site. Two
    viewers are equal, and share what was worked out, where they may see the same: ``name`` (by
    which the person signs in), ``role``, ``session`` and ``address`` (from where) tell who it is to
    the audit trail only.
    """

    name: str = field(compare=False)
    permissions: frozenset[Permission]
    site_ids: frozenset[str] | None = None
    role: str = field(default="", compare=False)
    session: str = field(default="", compare=False)
    address: str = field(default="", compare=False)

    def may(self, permission: Permission) -> bool:
        """Whether the viewer holds a permission."""
        return permission in self.permissions


LOCAL_VIEWER = Viewer("local", frozenset(Permission), role="terminal")
"""Whoever works at the server's own terminal, and can read the database anyway."""


def require(viewer: Viewer, permission: Permission) -> None:
    """Raise :class:`NotPermittedError` unless the viewer holds the permission."""
    if permission not in viewer.permissions:
        raise NotPermittedError(f"This needs the permission to {permission.value}.")
