"""Being made."""

from pages.shared.context import PageContext


def serious_view(context: PageContext) -> None:
    """Being made."""
    del context


SERIOUS_DEFINITIONS = ""
