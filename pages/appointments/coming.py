"""What the next eight weeks hold."""

from pages.shared.context import PageContext
from pages.shared.frame import nothing


def coming_view(context: PageContext) -> None:
    """Draw the view."""
    nothing(f"This view is being built, {context.today}.")


COMING_DEFINITIONS = ""
