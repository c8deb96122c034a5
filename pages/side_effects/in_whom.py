"""Being made."""

from pages.shared.context import PageContext


def in_whom_view(context: PageContext) -> None:
    """Being made."""
    del context


IN_WHOM_DEFINITIONS = ""
