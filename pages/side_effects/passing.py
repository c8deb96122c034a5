"""Being made."""

from pages.shared.context import PageContext


def passing_view(context: PageContext) -> None:
    """Being made."""
    del context


PASSING_DEFINITIONS = ""
