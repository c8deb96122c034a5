"""The viewer: who asks, what they may do, and whose sites they may see.

Every query takes a viewer and calls :func:`require` before it reads. Roles and sign-in are not
built yet; until then one local viewer, who may do everything, stands in front of the screen.
"""

from dataclasses import dataclass
from enum import StrEnum


class Permission(StrEnum):
    """What a viewer may be allowed to do."""

    SEE_TOTALS = "see totals: counts, rates and charts in which nobody is named"
    SEE_PATIENTS = "see patients by name and number, and each one's records"
    DECIDE_LIMITS = "decide from when a side effect's control limits are worked out anew"


class NotPermittedError(Exception):
    """The viewer lacks a permission. The message names the permission, never a patient."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks. Frozen and hashable, so that it can be the first part of every cache key.

    ``site_ids`` are the sites whose records the viewer may see; ``None`` means every site.
    """

    name: str
    permissions: frozenset[Permission]
    site_ids: frozenset[str] | None = None


LOCAL_VIEWER = Viewer("local", frozenset(Permission))


def require(viewer: Viewer, permission: Permission) -> None:
    """Raise :class:`NotPermittedError` unless the viewer holds the permission."""
    if permission not in viewer.permissions:
        raise NotPermittedError(f"This needs the permission to {permission.value}.")
