"""The page."""

from pages.context import PageContext
from pages.frame import sentence


def patients_page(context: PageContext) -> None:
    """Draw the page."""
    sentence("**52 of 98** evaluable patients had responded.")
