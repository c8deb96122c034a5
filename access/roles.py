"""The roles: each a list of permissions and a sentence that says whom it is for.

A user has one role, at every site or at some. What a role may do is decided here and nowhere else;
the page "What may I see?" and docs/security.md show this table.
"""

from dataclasses import dataclass
from enum import StrEnum

from access.viewer import Permission


class RoleName(StrEnum):
    """The roles as they are stored and typed."""

    CLINICIAN = "clinician"
    NURSE = "nurse"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"
    PRIVACY_OFFICER = "privacy-officer"


@dataclass(frozen=True, slots=True)
class Role:
    """A role: its name, its title for people, whom it is for, and what it may do."""

    name: RoleName
    title: str
    prose: str
    permissions: frozenset[Permission]


_TOTALS = frozenset({Permission.OPEN, Permission.SEE_TOTALS, Permission.SEE_RATES})
_CARE = _TOTALS | {Permission.SEE_CLINICAL, Permission.SEE_PATIENTS}

ROLES = {
    role.name: role
    for role in (
        Role(
            RoleName.CLINICIAN,
            "Clinician",
            "Treats patients: sees them by name with all their records, may take lists and "
            "summaries out, and decides when control limits begin anew.",
            _CARE | {Permission.EXPORT_PATIENTS, Permission.DECIDE_LIMITS},
        ),
        Role(
            RoleName.NURSE,
            "Nurse",
            "Looks after infusions: sees patients by name with all their records, but takes no "
            "file that names them out of the dashboard.",
            _CARE,
        ),
        Role(
            RoleName.MANAGER,
            "Manager",
            "Runs the clinic: sees appointments, chairs and hours in full, and clinical rates of "
            "large groups; never a name, a number, a free text or a row about one person.",
            _TOTALS,
        ),
        Role(
            RoleName.ADMINISTRATOR,
            "Administrator",
            "Lets people in and out and gives them roles and sites; sees nothing about patients.",
            frozenset({Permission.OPEN, Permission.MANAGE_USERS}),
        ),
        Role(
            RoleName.PRIVACY_OFFICER,
            "Privacy officer",
            "Answers for who looked at whom: reads the audit trail, in which patients are named, "
            "and nothing of their records.",
            frozenset({Permission.OPEN, Permission.READ_AUDIT}),
        ),
    )
}
"""Every role by its name."""
