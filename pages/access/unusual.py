"""Which looks at patients are unusual, and why?"""

from access.viewer import Permission, require
from pages.shared.context import PageContext
from pages.shared.frame import nothing

UNUSUAL_DEFINITIONS = "- **Entry**: one thing that somebody did."


def unusual_view(context: PageContext) -> None:
    """Draw the view."""
    require(context.viewer, Permission.READ_AUDIT)
    nothing("This view is not there yet.")
