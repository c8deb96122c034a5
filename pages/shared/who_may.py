"""Roles in words: which role somebody has, and whose roles hold a permission."""

from access.roles import ROLES, RoleName
from access.viewer import Permission, Viewer
from pages.shared.words import listed


def role_title(role: str) -> str:
    """The title of a role by its name; the name itself where there is no such role."""
    known = {str(name): each.title for name, each in ROLES.items()}
    return known.get(role, role)


def roles_with(permission: Permission) -> list[RoleName]:
    """The roles that hold a permission, in the order of the roles."""
    return [name for name, role in ROLES.items() if permission in role.permissions]


def who_may(permission: Permission) -> str:
    """Whose a permission is, in words: ``clinicians and nurses``; ``nobody`` where no role has it.

    ``everybody`` where all have it.
    """
    roles = roles_with(permission)
    if len(roles) == len(ROLES):
        return "everybody"
    return listed([f"{ROLES[name].title.lower()}s" for name in roles]) or "nobody"


def for_others(viewer: Viewer, what: str, permission: Permission) -> str:
    """Why something is not shown, and to whom it is: one plain sentence.

    ``what``: at the beginning of the sentence, in the singular.
    """
    sentence = f"{what} is for {who_may(permission)}."
    if viewer.role not in ROLES:
        return sentence
    return f"{sentence} You are signed in as {role_title(viewer.role).lower()}."
