"""Why the open patient is on the attention list, in the words of the list."""

from clinical.attention import attention_list, rule_days
from clinical.calendar import day_number
from clinical.thresholds import Thresholds
from data_access.attention import watched_among
from pages.shared.context import PageContext
from pages.shared.reasons import reason_badges


def reasons_line(context: PageContext, patient_key: int, thresholds: Thresholds) -> str:
    """The reasons (markdown); nothing for a patient who is not on the list."""
    watched = watched_among(context.connection, context.viewer, [patient_key], context.today)
    days = rule_days(watched, day_number(context.today), thresholds)
    listed = attention_list(watched, days)
    if listed.empty:
        return ""
    row = listed.to_dict("records")[0]
    return f"**Needs attention:** {reason_badges(row, context.today, thresholds)}"
