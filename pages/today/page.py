"""Today: what needs attention now?"""

import streamlit as st

from access.viewer import Permission
from clinical.attendance import GRACE_MINUTES
from clinical.day import FEWEST_FOR_USUAL, LEAST_FREE_MINUTES, USUAL_DAYS
from clinical.schedule import week_at_hand
from clinical.series import INDUCTION_GAP_DAYS, NEW_INDUCTION_GAP_DAYS
from data_access.today import SCORED_WITHIN_DAYS
from pages.shared.context import PageContext
from pages.shared.frame import (
    Finding,
    definitions,
    findings,
    key_figures,
    nothing,
    sentence,
)
from pages.shared.memory import remembered
from pages.shared.watch import watch
from pages.shared.who_may import for_others
from pages.today.answer import answer, asks, figures, why_nothing
from pages.today.attention import attention_section
from pages.today.day import the_day
from pages.today.findings import week_finding
from pages.today.known import (
    USUAL_RECORD_DAYS,
    WEEK_DAYS,
    Known,
    Moment,
    look_up,
    moment_of,
)
from pages.today.rises import follow_choice, rise_links
from pages.today.signals import signal_findings


def today_page(context: PageContext) -> None:
    """Draw the page."""
    follow_choice(context)
    moment = moment_of(context)
    known = remembered(context, "what Today knows", lambda: look_up(context, moment), moment)
    if known.is_empty:
        nothing(why_nothing(context, moment))
        return
    sentence(answer(known, moment))
    clinical = context.viewer.may(Permission.SEE_CLINICAL)
    seen = watch(context) if clinical else None
    st.markdown(asks(known, moment, seen))
    if seen is not None:
        rise_links(context, seen)
    attention_section(context)
    key_figures(figures(context, known, moment))
    the_day(context)
    findings(*remembered(context, "today's pictures", lambda: _pictures(known, moment), moment))
    if not clinical:
        what = "What has risen among side effects, and how complete the records are,"
        st.caption(for_others(context.viewer, what, Permission.SEE_CLINICAL))
    definitions(_DEFINITIONS)


def _pictures(known: Known, moment: Moment) -> list[Finding]:
    week = week_at_hand(known.by_day, known.of_today, moment.today)
    return [
        week_finding(week, moment.today, known.closed),
        *signal_findings(known, moment),
    ]


_DEFINITIONS = f"""
- **Today** is the clinic's calendar day, by the clock of its first site; times and hours are by
  each site's own clock. What has become of today's appointments is told up to the data's last
  change (top right).
- **Done**: attended (closed as fulfilled). **Under way**: arrived. **To come**: booked, its time
  not yet past. **Past its time, still booked**: {GRACE_MINUTES} minutes after its start (or any
  day before today) nobody has noted whether the patient came. **Missed**: noted as not attended.
- **In a chair** an infusion's own times go before the appointment's status. **Running**: started,
  no end noted. **Recovering**: ended, no discharge noted. **Arrived**: not started yet. **Expected
  end**: the start plus the usual chair time, the median from start to discharge in the last
  {USUAL_DAYS} days at the site in the same phase; of the whole site where the phase has fewer than
  {FEWEST_FOR_USUAL} infusions; as scheduled where the site has too. Who has arrived keeps the chair
  for the usual time from the data's last change on. **Free**: a gap of at least
  {LEAST_FREE_MINUTES} minutes (our default) within opening hours, from the data's last change on;
  what was missed or cancelled leaves its chair free.
- **Missed rate**: missed of those due, which are the attended and the missed ones; cancelled
  appointments, and those that were never closed, are in neither.
- **Active series**: induction with an infusion in the last {INDUCTION_GAP_DAYS} days and fewer
  infusions than planned (or no number planned); maintenance with an infusion in the last
  {NEW_INDUCTION_GAP_DAYS} days. These are the intervals with which the data contract ends a series.
- **Infusions with a side effect**: of those whose side-effect form was filled in.
- **Intervals** are 95 % Wilson score intervals; differences of two rates have Newcombe's hybrid
  score interval (Newcombe 1998, methods 3 and 10).
- **p** is that of Fisher's exact test, two-sided, of the recent rate against the one before. Among
  all that are compared a change is coloured only where its p is a discovery at a false-discovery
  rate of 5 % (Benjamini and Hochberg 1995): of what is coloured, at most one in twenty is expected
  to be chance.
- **Completeness** is of the infusions of the last {WEEK_DAYS} days that are complete in the data,
  against the {USUAL_RECORD_DAYS // 7} weeks before. A *depression score before it* is a PHQ-9,
  MADRS or QIDS-SR16 taken after the infusion before it, at most a day before (a baseline: at most
  {SCORED_WITHIN_DAYS} days). *Body weight* counts where the dose goes by it, so not for esketamine.
- **Under treatment**, **rules** and **thresholds** of the attention list stand under the list.
- **Has risen**, under *For staff*: by the watch of the page Side effects, which holds the last 12
  whole weeks against the up to 40 before them, allowing for each infusion's place in its series,
  within one budget of false marks. The picture of the last 30 days is another comparison: each may
  see what the other does not.
"""
