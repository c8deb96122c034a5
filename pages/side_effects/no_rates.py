"""Why no rate can be told, where that is so: no infusions, or none with a filled-in form."""

from data_access.selection import count_infusions
from pages.shared.context import PageContext
from pages.shared.frame import nothing
from pages.shared.words import day_words


def say_why_no_rates(context: PageContext) -> None:
    """Draw the empty state of a view for filters without a single recorded infusion."""
    nothing(_why(context))


def _why(context: PageContext) -> str:
    filters, status = context.filters, context.status
    period = f"between {day_words(filters.start)} and {day_words(filters.end)}"
    infusions = count_infusions(context.connection, context.viewer, filters).infusions
    if infusions:
        return (
            f"Infusions {period}: {infusions:,}, none of them with a filled-in side-effect form, "
            "so no rate can be told."
        )
    if status.first_day is None or status.last_day is None:
        return "There are no infusions in the database yet."
    return (
        f"No infusions {period} with these filters; the data runs from "
        f"{day_words(status.first_day)} to {day_words(status.last_day)}."
    )
