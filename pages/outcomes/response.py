"""Placeholder."""

from pages.outcomes.look import Look
from pages.shared.context import PageContext
from pages.shared.frame import nothing


def response_view(context: PageContext, look: Look) -> None:
    """Draw the view."""
    nothing("Not drawn yet.")


RESPONSE_DEFINITIONS = ""
