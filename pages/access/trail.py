"""Every entry of the audit trail, and whether its chain holds."""

from access.viewer import Permission, require
from pages.shared.context import PageContext
from pages.shared.frame import nothing

TRAIL_DEFINITIONS = "- **Entry**: one thing that somebody did."


def trail_view(context: PageContext) -> None:
    """Draw the view."""
    require(context.viewer, Permission.READ_AUDIT)
    nothing("This view is not there yet.")
