"""What another chair, hour or block length would change."""

from pages.shared.context import PageContext
from pages.shared.frame import nothing


def what_if_view(context: PageContext) -> None:
    """Draw the view."""
    nothing(f"This view is being built, {context.today}.")


WHAT_IF_DEFINITIONS = ""
