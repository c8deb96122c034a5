"""Being made."""

from pages.shared.context import PageContext


def vital_signs_view(context: PageContext) -> None:
    """Being made."""
    del context


VITAL_SIGNS_DEFINITIONS = ""
