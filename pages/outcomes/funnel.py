"""The funnel that stands beside every rate of the page."""

from pages.outcomes.look import Look


def funnel_strip(look: Look) -> None:
    """Placeholder."""


RETENTION_DEFINITIONS = ""
