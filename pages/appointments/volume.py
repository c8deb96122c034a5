"""How many appointments there were, of which kind, and what became of them."""

import streamlit as st

from clinical.attendance import LATE_NOTICE_HOURS
from clinical.schedule import MOST_DAYS, Grain
from pages.appointments.answer import answer, figures, not_closed_words, why_nothing
from pages.appointments.findings import (
    chairs_finding,
    coming_finding,
    over_time_finding,
    places_finding,
    rates_table,
    slots_finding,
    volume_finding,
    weekday_finding,
)
from pages.appointments.known import (
    AUTOMATIC,
    Known,
    chosen_grain,
    counts_over_time,
    look_up,
)
from pages.shared.context import PageContext
from pages.shared.frame import (
    Finding,
    finding_grid,
    heading,
    key_figures,
    nothing,
    sentence,
    show,
    table,
)
from pages.shared.memory import remembered

_OUTCOME, _KIND = "Outcome", "Kind"


def volume_view(context: PageContext) -> None:
    """Draw the view."""
    known = remembered(context, "appointments", lambda: look_up(context))
    if not known.volume and known.around.empty:
        nothing(why_nothing(context))
        return
    sentence(answer(known))
    if known.in_all.not_closed:
        st.caption(not_closed_words(known))
    key_figures(figures(known))
    _volume(context, known)
    finding_grid(
        remembered(context, "smaller appointment pictures", lambda: _smaller_pictures(known))
    )
    _rates(known)


def _volume(context: PageContext, known: Known) -> None:
    with st.container(horizontal=True, gap="medium", key="appointment-choices"):
        wished = st.segmented_control(
            "Unit of time",
            [AUTOMATIC, *Grain],
            default=AUTOMATIC,
            required=True,
            key="by",
            bind="query-params",
            help=f"Auto suits the length of the period; days are drawn for up to {MOST_DAYS} days",
        )
        split = st.segmented_control(
            "Split by",
            [_OUTCOME, _KIND],
            default=_OUTCOME,
            required=True,
            key="split",
            bind="query-params",
            help="What became of the appointments, or what they were for",
        )
    grain = chosen_grain(known.period, wished or AUTOMATIC)
    by_kind = split == _KIND

    def volume() -> Finding:
        counts = counts_over_time(context, known, grain)
        return volume_finding(known.period, counts, grain, by_kind=by_kind)

    show(remembered(context, "appointment volume", volume, grain, by_kind))


def _smaller_pictures(known: Known) -> list[Finding]:
    """Who misses them, how full the clinic is, what is coming; what has no data is left out."""
    found = []
    if known.in_all.missed_rate.n:
        found += [weekday_finding(known), over_time_finding(known), places_finding(known)]
    if not known.by_slot.empty:
        found.append(slots_finding(known))
    chairs = chairs_finding(known)
    return [*found, *([chairs] if chairs else []), coming_finding(known)]


def _rates(known: Known) -> None:
    if known.by_slot.empty:
        return
    heading("Rates by site and kind", "Appointments of the period whose day has passed")
    table(rates_table(known), "attendance-by-site-and-kind")


VOLUME_DEFINITIONS = f"""
- **Due**: attended (done, or arrived on a day that has passed) or missed. **Missed rate**: missed
  of those due.
- **Cancelled rate**: cancelled of all appointments whose day has passed. **Cancelled late**: with
  less than {LATE_NOTICE_HOURS} hours' notice; where the time of the cancellation is not recorded
  it does not count as late. Late cancellations stand beside the missed rate because they leave a
  slot as empty, and yet improve it.
- **Not closed**: still booked although the day has passed; a fault of the record, in no missed
  rate.
- **Intervals** are 95 % Wilson score intervals. A weekday, site or kind is *missed most* only
  where its difference from all others together has a Newcombe interval that leaves out zero, at a
  confidence raised for the number compared (Bonferroni).
- **Days and hours** are by each site's own clock.
- **Open time**: the site's opening hours without closures, from the site's first appointment in the
  period to its last day that has passed. *Scheduled*: the planned length of the appointments that
  were not cancelled; *used*: of those attended. Published for infusion centres: scheduled about
  80 %, used about 70 % (Advisory Board 2019, oncology); the best 82–90 % (a vendor's figure).
- **Booked ahead** always looks forward from today; it follows the sites, diagnoses and phases
  chosen above, not the period.
"""
