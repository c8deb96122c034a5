"""Who works at the terminal, as the audit trail names them."""

import getpass

from access.viewer import LOCAL_VIEWER, Viewer


def terminal_viewer() -> Viewer:
    """The viewer at the server's own terminal, who may do everything: ``terminal:`` and who."""
    return Viewer(f"terminal:{user_name()}", LOCAL_VIEWER.permissions, role=LOCAL_VIEWER.role)


def user_name() -> str:
    """Who is signed in to the computer; empty where nobody can tell."""
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # a container without a user database
        return ""
