"""Why nothing can be told, where that is so: no infusions, or none with a filled-in form."""

from data_access.selection import count_infusions
from pages.shared.context import PageContext
from pages.shared.frame import nothing
from pages.shared.words import day_words


def say_why_no_rates(context: PageContext) -> None:
    """Draw the empty state of a view for filters without a single recorded infusion."""
    nothing(_why(context))


def _why(context: PageContext) -> str:
    infusions = count_infusions(context.connection, context.viewer, context.filters).infusions
    if not infusions:
        return no_infusions_words(context)
    return (
        f"Infusions {period_words(context)}: {infusions:,}, none of them with a filled-in "
        "side-effect form, so no rate can be told."
    )


def no_infusions_words(context: PageContext) -> str:
    """What is said of filters without a single infusion, and where the data really is."""
    status = context.status
    if status.first_day is None or status.last_day is None:
        return "There are no infusions in the database yet."
    return (
        f"No infusions {period_words(context)} with these filters; the data runs from "
        f"{day_words(status.first_day)} to {day_words(status.last_day)}."
    )


def period_words(context: PageContext) -> str:
    """The chosen period: ``between 1 Jan 2026 and 31 Mar 2026``."""
    return f"between {day_words(context.filters.start)} and {day_words(context.filters.end)}"
