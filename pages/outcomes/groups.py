"""Placeholder."""

from pages.outcomes.look import Look
from pages.shared.context import PageContext
from pages.shared.frame import nothing


def groups_view(context: PageContext, look: Look) -> None:
    """Draw the view."""
    nothing("Not drawn yet.")


GROUPS_DEFINITIONS = ""
