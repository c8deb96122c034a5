"""How many appointments there are, of which kind, and whether they become more."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from clinical.schedule import MOST_DAYS, Grain, suited_grain
from data_access.appointments_behind import AppointmentsBehind
from pages.appointments.answer import answer, figures, not_closed_words, why_nothing
from pages.appointments.behind import behind_section, show_choosable
from pages.appointments.volume_counts import (
    Parts,
    Split,
    Volume,
    count_volume,
    split_volume,
)
from pages.appointments.volume_findings import (
    SPLIT_WORDS,
    behind_words,
    parts_table,
    volume_finding,
    volume_table,
)
from pages.shared.context import PageContext
from pages.shared.frame import Finding, heading, key_figures, nothing, sentence, table
from pages.shared.memory import remembered

_AUTOMATIC = "Auto"
"""The choice of a unit by the length of the period."""


def volume_view(context: PageContext) -> None:
    """Draw the view."""
    volume = remembered(context, "volume", lambda: count_volume(context))
    if volume is None:
        nothing(why_nothing(context))
        return
    sentence(answer(volume))
    if volume.not_closed:
        st.caption(not_closed_words(volume))
    key_figures(remembered(context, "volume: figures", lambda: _figures(context, volume)))
    grain, split = _choices(volume)
    parts = remembered(
        context, "volume: parts", lambda: split_volume(context, volume, split), split
    )
    _picture(context, volume, parts, grain)
    heading(
        f"By {SPLIT_WORDS[split]}",
        "The whole period" if volume.earlier is None else "The whole period against a year ago",
    )
    table(parts_table(parts), "appointments-by-part", _FORMATS)


def _figures(context: PageContext, volume: Volume) -> Any:
    grain = _trend_grain(volume)
    by_kind = split_volume(context, volume, Split.KIND)
    units = volume_table(volume, by_kind, grain)
    return figures(volume, units[units["whole"]], grain.lower())


def _trend_grain(volume: Volume) -> Grain:
    """Weeks, or months of a long period: days go up and down with the weekday."""
    suited = suited_grain(volume.first, volume.last)
    return Grain.MONTH if suited is Grain.MONTH else Grain.WEEK


def _choices(volume: Volume) -> tuple[Grain, Split]:
    """Draw the choice of the unit and of the split."""
    with st.container(horizontal=True, gap="medium", key="volume-choices"):
        wished = st.segmented_control(
            "Unit of time",
            [_AUTOMATIC, *Grain],
            default=_AUTOMATIC,
            required=True,
            key="volume-by",
            bind="query-params",
            persist_state="session",
            help=f"Auto suits the length of the period; days are drawn for up to {MOST_DAYS} days",
        )
        split = st.segmented_control(
            "Split by",
            list(Split),
            default=Split.OUTCOME,
            required=True,
            key="volume-split",
            bind="query-params",
            persist_state="session",
            help="What became of the appointments, what they were for, where, or with whom",
        )
    return _grain(volume, wished or _AUTOMATIC), Split(split or Split.OUTCOME)


def _grain(volume: Volume, wished: str) -> Grain:
    """The unit of time that the reader wished, or the one that suits the period."""
    if wished == _AUTOMATIC:
        return suited_grain(volume.first, volume.last)
    grain = Grain(wished)
    return Grain.WEEK if grain is Grain.DAY and volume.days > MOST_DAYS else grain


def _picture(context: PageContext, volume: Volume, parts: Parts, grain: Grain) -> None:
    """Draw the bars, and list the appointments behind a chosen one."""

    def make() -> tuple[pd.DataFrame, Finding]:
        numbers = volume_table(volume, parts, grain)
        return numbers, volume_finding(volume, parts, numbers, grain)

    numbers, finding = remembered(context, "volume: picture", make, grain, parts.split)
    chosen = _chosen_bar(show_choosable(context, finding), numbers, parts)
    if chosen is None:
        return
    place, code = chosen
    unit = numbers.iloc[place]
    behind = _behind(parts, code, unit)
    behind_section(context, behind, behind_words(parts, code, grain, unit["start"]))


def _chosen_bar(
    points: Sequence[Any], numbers: pd.DataFrame, parts: Parts
) -> tuple[int, int] | None:
    """The place of the first chosen bar and the code of its part; ``None`` for what is not drawn.

    What a browser sends is taken for a bar only where it names one of those drawn.
    """
    codes = {code for code, keys in parts.keys.items() if keys}
    for point in points:
        match point:
            case [_, int(unit), int(code)] if code in codes:
                places = numbers.index[numbers["unit"] == unit]
                if len(places):
                    return int(places[0]), code
    return None


def _behind(parts: Parts, code: int, unit: "pd.Series[Any]") -> AppointmentsBehind:
    days, keys = (unit["first"], unit["last"]), parts.keys[code]
    match parts.split:
        case Split.OUTCOME:
            return AppointmentsBehind(days, outcomes=keys)
        case Split.KIND:
            return AppointmentsBehind(days, kinds=keys)
        case Split.SITE:
            return AppointmentsBehind(days, site_keys=keys)
        case Split.PROVIDER:
            return AppointmentsBehind(days, provider_keys=keys)


_FORMATS = {
    **{
        name: st.column_config.NumberColumn(format="%.1f")
        for name in ("Share, %", "Change, %", "95 % CI from", "95 % CI to")
    },
    **{
        name: st.column_config.NumberColumn(format="localized")
        for name in ("Appointments", "Demands", "A year ago")
    },
}

VOLUME_DEFINITIONS = """
- **Appointments**: all that stand in the record for a day of the period, whatever became of them:
  done, missed and cancelled ones too. **Days** are those of each site's own clock, across daylight
  saving.
- **Demands**: appointments that no other one replaces. Who moves an appointment twice has three
  appointments and one demand; it counts on the day to which it was moved.
- **A year ago**: the same number of days 364 days (52 weeks) earlier, so that each weekday meets
  the same weekday. Nothing is compared where the record of the chosen sites begins later than that,
  but for a week. The interval of a change is exact given both counts together (Przyborowski and
  Wilenski 1940); it takes them for Poisson, which makes it rather too narrow, since appointments
  come in courses.
- **Part** weeks and months, of which some days lie outside the period, are faded; they are in no
  average and in no trend. A year ago they are compared with the same part.
- **Trend**: the Theil-Sen slope over whole weeks (months, where the period is longer than 400 days)
  with Sen's 95 % interval (Sen 1968), from 8 of them on. Neither the season nor closures are taken
  out.
- **Public holidays** are those of the whole country in which a site's time zone lies (library
  python-holidays); holidays of a state or region alone are not marked, nor any of a country that
  it does not know. **Closures** are those of the clinic's own record.
- **Past its time, still booked**: nobody has noted whether the patient came; a fault of the record.
- **With**: the provider of the appointment, where one is recorded.
"""
