"""A month at a glance, and the sheet for the weekly meeting."""

from pages.shared.context import PageContext
from pages.shared.frame import nothing


def calendar_view(context: PageContext) -> None:
    """Draw the view."""
    nothing(f"This view is being built, {context.today}.")


CALENDAR_DEFINITIONS = ""
