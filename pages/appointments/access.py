"""How long it takes to be seen and treated, and how many get there."""

from pages.shared.context import PageContext
from pages.shared.frame import nothing


def access_view(context: PageContext) -> None:
    """Draw the view."""
    nothing(f"This view is being built, {context.today}.")


ACCESS_DEFINITIONS = ""
