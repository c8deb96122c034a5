"""Who looked at a patient's record, and what did a person look at?"""

from access.viewer import Permission, require
from pages.shared.context import PageContext
from pages.shared.frame import nothing

WHO_LOOKED_DEFINITIONS = "- **Entry**: one thing that somebody did."


def who_looked_view(context: PageContext) -> None:
    """Draw the view."""
    require(context.viewer, Permission.READ_AUDIT)
    nothing("This view is not there yet.")
