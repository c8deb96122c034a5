"""What the next eight weeks hold."""

from typing import Any

import pandas as pd
import streamlit as st

from charts.numbers import percent
from clinical.codes import AppointmentKind, AppointmentStatus
from clinical.course_demand import IN_PROGRESS_DAYS, USUALLY_PLANNED
from clinical.forecast import FEWEST_WEEKS, RECENT
from clinical.standing import FEWEST
from data_access.appointments_behind import AppointmentsBehind
from pages.appointments.behind import behind_section, show_choosable
from pages.appointments.coming_findings import (
    CHAIR_HOURS,
    INFUSIONS,
    backtest_table,
    by_week,
    coming_finding,
    drawn_weeks,
    site_table,
    smaller_findings,
)
from pages.appointments.coming_known import Coming, known_demand
from pages.appointments.coming_words import (
    answer,
    figures,
    forecast_words,
    record_words,
    scope_words,
)
from pages.shared.context import PageContext
from pages.shared.frame import (
    finding_grid,
    heading,
    key_figures,
    nothing,
    sentence,
    table,
)
from pages.shared.memory import remembered
from pages.shared.words import day_words


def coming_view(context: PageContext) -> None:
    """Draw the view."""
    with st.spinner("Looking eight weeks ahead …", show_time=False):
        coming = known_demand(context)
    weeks = remembered(context, "coming weeks", lambda: by_week(coming))
    if not coming.sites or (coming.forecast is None and not weeks["minutes"].any()):
        nothing(
            f"Nothing is booked from {day_words(coming.weeks.tomorrow)} to "
            f"{day_words(coming.weeks.last)} with these filters, and there is too little history "
            "to tell what else will come."
        )
        return
    whole = weeks.iloc[1:]
    sentence(answer(coming, whole))
    st.caption(scope_words(coming, context))
    key_figures(figures(coming, whole))
    _weeks(context, coming, weeks)
    finding_grid(remembered(context, "coming pictures", lambda: smaller_findings(coming)))
    _record(coming)
    heading(
        "Every site and week",
        "Infusions and chair-hours to be expected; the first row of a "
        "site is what is left of the week under way",
    )
    table(
        remembered(context, "coming by site", lambda: site_table(coming)), "coming-by-site-and-week"
    )


def _weeks(context: PageContext, coming: Coming, weeks: pd.DataFrame) -> None:
    unit = st.segmented_control(
        "Count",
        [CHAIR_HOURS, INFUSIONS],
        default=CHAIR_HOURS,
        required=True,
        key="coming-in",
        bind="query-params",
        help="Infusions of different planned lengths ask for different times in a chair",
    )
    unit = unit or CHAIR_HOURS
    found = remembered(context, "coming picture", lambda: coming_finding(coming, weeks, unit), unit)
    chosen = show_choosable(context, found)
    position = _chosen_week(chosen, len(drawn_weeks(coming, weeks)))
    if position is None:
        return
    # Without a row for what is left of the week under way the next one is drawn first.
    days = coming.weeks.days(position + len(weeks) - len(drawn_weeks(coming, weeks)))
    behind_section(
        context,
        AppointmentsBehind(
            days=days,
            kinds=(int(AppointmentKind.INFUSION),),
            statuses=(int(AppointmentStatus.BOOKED),),
        ),
        f"infusions booked from {day_words(days[0])} to {day_words(days[1])}",
        key="behind-the-week",
    )


def _chosen_week(chosen: list[Any], drawn: int) -> int | None:
    """The row of the chosen bar; what the browser sends is checked."""
    match chosen:
        case [[_, int(row)], *_] if 0 <= row < drawn:
            return row
    return None


def _record(coming: Coming) -> None:
    words = [forecast_words(coming.forecast)] if coming.forecast is not None else []
    words += [found for found in [record_words(coming.record)] if found]
    if words:
        heading("How the forecasts of the last quarter did", " ".join(words))
        table(backtest_table(coming), "coming-backtest")


COMING_DEFINITIONS = f"""
- **The weeks**: the rest of this week from tomorrow on, and the eight weeks that begin on the
  Mondays after it, whatever period is chosen above; sites, diagnoses and phases hold.
- **Booked, expected to attend**: each booked infusion by (1 − P(cancelled)) × (1 − P(missed)).
  *P(cancelled)*: of the appointments of its kind in the last 12 months that were booked and still
  stood as many days ahead, the share cancelled after that. *P(missed)*: missed of those due, of its
  kind and booked as long ahead, weighed with the patient's own record: (w × rate + missed) /
  (w + due), w being the setting *own_record_weight*. A rate of fewer than {FEWEST} appointments
  gives way to that of the kind. Cancelled at an unknown time counts as early. Other appointments on
  a chair add their minutes, not their number.
- **Rest of inductions**: an induction is under way for {IN_PROGRESS_DAYS} days after its last
  infusion while fewer than planned are done ({USUALLY_PLANNED} where none are recorded). Each
  remaining infusion counts by the share of the clinic's inductions of the last year that went on as
  far, less what the bookings are expected to give. They follow the last booking, or today, at the
  setting *rhythm_per_week*. So does the rest of inductions that are booked to begin.
- **Boosters**: the mean of maintenance infusions a week in the last 13 weeks × the share of them
  that was booked less long ahead than the week still lies away; never more than the books leave of
  such a mean week.
- **New starts**: inductions that begin, of new patients and of those who return after 182 days.
  Forecast from the starts of each whole week by exponential smoothing with additive errors (ETS;
  Hyndman and others 2008): level, or level with damped trend, and from 104 weeks on with a season
  of 52 weeks, by the least AIC. Less the starts already booked; each brings infusions week by week
  as the clinic's inductions of the last year did, their length being the site's usual block
  (median). Sites share the starts as in the last 13 weeks.
- **The naive rule**: the same week a year before; with less than 60 weeks of history before the
  quarter that is judged, the mean of the last {RECENT} weeks. **Backtest**: at each of the last 13
  weeks of which eight weeks have passed since, models are fitted and chosen anew on what was known
  then. Smoothing is used only where its mean absolute error was the smaller one. Under
  {FEWEST_WEEKS} weeks of history nothing is forecast and the books stand alone.
- **{percent(0.8)} band**: normal limits of the sum, the layers taken as independent; counts not
  booked yet as Poisson. Rates are taken as known, so a band is rather too narrow.
- **Open chair-hours**: opening hours less closures, times the chairs of the site; unknown without
  opening hours or chairs. **Room for infusions**: that, by the site's usual block.
"""
