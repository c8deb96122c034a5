"""Users: who may sign in, with which role and at which sites."""

from access.viewer import Permission, require
from pages.shared.context import PageContext
from pages.shared.frame import nothing

USERS_DEFINITIONS = "- **User**: a person who may sign in."


def users_view(context: PageContext) -> None:
    """Draw the list of users and what can be done about each."""
    require(context.viewer, Permission.MANAGE_USERS)
    nothing("This view is not there yet.")
