"""Being made."""

from pages.shared.context import PageContext


def trend_view(context: PageContext) -> None:
    """Being made."""
    del context


TREND_DEFINITIONS = ""
