"""Appointments: how many, of which kind, who misses them, how full are the chairs, what comes?"""

from collections.abc import Callable
from dataclasses import dataclass

from pages.appointments.access import ACCESS_DEFINITIONS, access_view
from pages.appointments.attendance import ATTENDANCE_DEFINITIONS, attendance_view
from pages.appointments.behind import say_who_may_choose
from pages.appointments.calendar import CALENDAR_DEFINITIONS, calendar_view
from pages.appointments.capacity import CAPACITY_DEFINITIONS, capacity_view
from pages.appointments.choice import View, choose_view
from pages.appointments.coming import COMING_DEFINITIONS, coming_view
from pages.appointments.volume import VOLUME_DEFINITIONS, volume_view
from pages.appointments.what_if import WHAT_IF_DEFINITIONS, what_if_view
from pages.shared.context import PageContext
from pages.shared.frame import definitions
from pages.shared.start_up import settle


@dataclass(frozen=True, slots=True)
class _Part:
    """One view: what draws it, and the definitions at its foot."""

    draw: Callable[[PageContext], None]
    definitions: str


_PARTS = {
    View.VOLUME: _Part(volume_view, VOLUME_DEFINITIONS),
    View.ATTENDANCE: _Part(attendance_view, ATTENDANCE_DEFINITIONS),
    View.CAPACITY: _Part(capacity_view, CAPACITY_DEFINITIONS),
    View.ACCESS: _Part(access_view, ACCESS_DEFINITIONS),
    View.COMING: _Part(coming_view, COMING_DEFINITIONS),
    View.WHAT_IF: _Part(what_if_view, WHAT_IF_DEFINITIONS),
    View.CALENDAR: _Part(calendar_view, CALENDAR_DEFINITIONS),
}


def appointments_page(context: PageContext) -> None:
    """Draw the view that the reader has chosen."""
    view = choose_view()
    part = _PARTS[view]
    part.draw(context)
    if view is not View.WHAT_IF:
        say_who_may_choose(context)
    definitions(part.definitions)
    # What is coming loads a large library when it is first looked at.
    settle(f"appointments: {view}")
