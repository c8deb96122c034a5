"""What another chair, hour or block length would change."""

from collections.abc import Callable

import streamlit as st

from clinical.growth import LEAST_WEEKS
from clinical.what_if import (
    AS_NOW,
    BASE_WEEKS,
    HORIZON_WEEKS,
    TREND_WEEKS,
    Change,
    outlook,
)
from data_access.thresholds import read_thresholds
from pages.appointments.what_if_findings import (
    FULL_WORDS,
    site_blocks_finding,
    stays_finding,
    utilisation_finding,
)
from pages.appointments.what_if_known import STAY_WEEKS, Known, look_up
from pages.appointments.what_if_words import Compared, answer, both_weeks, figures
from pages.shared.context import PageContext
from pages.shared.frame import (
    Finding,
    finding_grid,
    heading,
    key_figures,
    nothing,
    plain,
    sentence,
    show,
    table,
)
from pages.shared.memory import remembered
from pages.shared.words import WEEKDAYS, count_words

_ALL = "All chosen sites"
_AS_NOW, _HALVED, _NONE = "As now", "Halved", "None"
_MISSED = {_AS_NOW: 1.0, _HALVED: 0.5, _NONE: 0.0}
_BLOCKS = {_AS_NOW: None, **{f"{minutes} min": minutes for minutes in range(60, 181, 5)}}
_FEWEST_CHAIRS, _MOST_CHAIRS = -1, 3
_FEWEST_HOURS, _MOST_HOURS = -2, 4


def what_if_view(context: PageContext) -> None:
    """Draw the view."""
    thresholds = read_thresholds(context.connection, context.viewer)
    every = remembered(context, "what if", lambda: look_up(context, thresholds), thresholds)
    top = st.container()
    choices = st.container(
        horizontal=True, vertical_alignment="bottom", gap="small", key="what-if-choices"
    )
    with choices:
        site = _choose_site(every)
    known = every.only(site)
    if not known.places:
        with top:
            nothing(_why_nothing(known))
        _block_pictures(context, known, site, None)
        return
    with choices:
        change = _choose_change()
    compared = Compared(
        outlook(known.places, AS_NOW), outlook(known.places, change), change, known.places
    )
    with top:
        sentence(answer(compared, known.stays))
        _say_quality(known)
    key_figures(figures(compared, known.given))
    show(utilisation_finding(known, compared))
    _block_pictures(context, known, site, compared.block)
    heading(
        "A usual week, as now and what if",
        f"{count_words(len(known.places), 'site')}; all diagnoses and phases, whatever the period "
        "chosen above",
    )
    table(both_weeks(compared, known.stays), "what-if")


def _choose_site(known: Known) -> str | None:
    """The name of the site that the reader looks at; ``None``: all of them."""
    if len(known.sites) < 2:
        return None
    chosen = st.selectbox(
        "Site of the plan",
        [_ALL, *(site.name for site in known.sites)],
        key="what-if-site",
        bind="query-params",
        width=220,
        help="All chosen sites together: another chair or hour is then one at each of them",
    )
    return None if chosen in {None, _ALL} else chosen


def _choose_change() -> Change:
    chairs = st.number_input(
        "More chairs",
        min_value=_FEWEST_CHAIRS,
        max_value=_MOST_CHAIRS,
        value=0,
        step=1,
        format="%d",
        key="what-if-chairs",
        bind="query-params",
        width=150,
        help="At each site that is looked at; −1: one fewer",
    )
    hours = st.number_input(
        "Hours longer",
        min_value=_FEWEST_HOURS,
        max_value=_MOST_HOURS,
        value=0,
        step=1,
        format="%d",
        key="what-if-hours",
        bind="query-params",
        width=150,
        help="At the end of that weekday; below 0: shorter",
    )
    weekday = st.selectbox("On", WEEKDAYS, key="what-if-weekday", bind="query-params", width=150)
    block = st.selectbox(
        "Infusion block",
        list(_BLOCKS),
        key="what-if-block",
        bind="query-params",
        width=150,
        help=f"As now: the median planned length of the last {BASE_WEEKS} weeks",
    )
    missed = st.segmented_control(
        "Missed",
        list(_MISSED),
        default=_AS_NOW,
        required=True,
        key="what-if-missed",
        bind="query-params",
    )
    return Change(
        chairs=int(chairs or 0),
        weekday=WEEKDAYS.index(weekday or WEEKDAYS[0]) + 1,
        hours=int(hours or 0),
        block=_BLOCKS[block or _AS_NOW],
        missed=_MISSED[missed or _AS_NOW],
    )


def _why_nothing(known: Known) -> str:
    if not known.sites:
        return "There is no site to plan for."
    why = known.left_out
    return f"Utilisation is unknown, so nothing can be compared. {why[:1].upper()}{why[1:]}."


def _say_quality(known: Known) -> None:
    """Which sites are left out, and which have no trend yet."""
    if known.left_out:
        st.caption(f"Left out, because utilisation is unknown: {known.left_out}.")
    young = [plain(site.name) for site in known.measured if site.place.growth is None]
    if young:
        st.caption(
            f"Too few weeks for a trend, taken as not growing: {', '.join(young)}."
            if len(young) < len(known.measured)
            else f"There are too few weeks for a trend (at least {LEAST_WEEKS} with infusions)."
        )


def _block_pictures(
    context: PageContext, known: Known, site: str | None, block: float | None
) -> None:
    """How long a block should be; the same whatever is changed, so drawn once."""

    def draw() -> list[Finding]:
        makers: list[Callable[[], Finding | None]] = [
            lambda: stays_finding(known, block),
            lambda: site_blocks_finding(known),
        ]
        return [finding for make in makers if (finding := make()) is not None]

    finding_grid(remembered(context, "what-if blocks", draw, site, known.thresholds))


WHAT_IF_DEFINITIONS = f"""
- **Usual week**: the opening hours and chairs of now, without closures. **Open**: opening minutes
  times chairs. A site without opening hours or chairs has no utilisation: it is unknown, not 0.
- **Booked**: chair-minutes of appointments that were not cancelled, double bookings once; **used**:
  those for which a patient who attended held a chair. Both as a share of the time that was open in
  the last {BASE_WEEKS} whole weeks, less closures, times the open time of a usual week.
- **Scheduled utilisation**: booked of open; **actual**: used of open.
- **More chairs, hours longer**: raise the open time; what is asked for stays. Hours are added to,
  or taken from, the end of the weekday at each site looked at.
- **Infusion block**: what is booked for infusions changes in proportion to the usual block (median
  planned length of the last {BASE_WEEKS} weeks). How long patients stay does not: a block that is
  shorter than their stay overruns.
- **Missed**: a missed slot is booked and lost to use. Halving the missed (no-show) share of the
  minutes that were due raises what is used, not what is booked.
- **Infusions that fit**: whole blocks in each opening span of every chair, if nothing else were
  booked; a shorter block gains only where another whole one fits.
- **Full**: {FULL_WORDS} of a usual week scheduled. **Growth**: a straight line through the
  infusions given in the last {TREND_WEEKS} whole weeks (least squares, 95 % interval by Student's
  t; weeks with closures raised to a usual week's open time, those with less than half of it left
  out), times the booked minutes for one infusion; from the middle of the last {BASE_WEEKS} weeks
  on. Weeks count as independent, and of several sites the lines are added; both make the interval a
  little too narrow. A site with fewer than {LEAST_WEEKS} weeks has no trend. Beyond
  {HORIZON_WEEKS // 52} years no week is named.
- **Stay**: planned start to discharge, of infusion appointments of the last {STAY_WEEKS} weeks with
  a discharge; over twelve hours is taken for a slip. **Stays longer than the block**: with 95 %
  Wilson interval. The suggestion follows the thresholds *block_covers* and *turnover_minutes*.
"""
