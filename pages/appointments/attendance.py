"""Who comes, who cancels, and who stays away."""

from pages.shared.context import PageContext
from pages.shared.frame import nothing


def attendance_view(context: PageContext) -> None:
    """Draw the view."""
    nothing(f"This view is being built, {context.today}.")


ATTENDANCE_DEFINITIONS = ""
