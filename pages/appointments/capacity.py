"""How full the chairs are, and what makes them so."""

from pages.shared.context import PageContext
from pages.shared.frame import nothing


def capacity_view(context: PageContext) -> None:
    """Draw the view."""
    nothing(f"This view is being built, {context.today}.")


CAPACITY_DEFINITIONS = ""
