"""The pages: one row a page."""

from collections.abc import Callable
from dataclasses import dataclass

from access.viewer import Permission
from pages.access.page import access_page
from pages.appointments.page import appointments_page
from pages.outcomes.page import outcomes_page
from pages.patients.page import patients_page
from pages.shared.context import PageContext
from pages.side_effects.page import side_effects_page
from pages.today.page import today_page


@dataclass(frozen=True, slots=True)
class PageEntry:
    """A page: its name, its one question, its address, and what it takes to see it.

    ``needs``: the permission without which it is neither offered nor drawn. ``filters_need``: the
    permission with which it has the filter bar; ``None`` where it has none for anybody. Whoever may
    see released rates only has other, fewer choices. ``has_period``: whether the period of the
    filter bar holds for it.
    """

    title: str
    question: str
    url_path: str
    draw: Callable[[PageContext], None]
    needs: Permission
    filters_need: Permission | None = Permission.SEE_TOTALS
    has_period: bool = True


PAGES = (
    PageEntry(
        "Today",
        "What needs attention now?",
        "",
        today_page,
        Permission.SEE_TOTALS,
        has_period=False,
    ),
    PageEntry(
        "Patients",
        "How is each patient doing over the series?",
        "patients",
        patients_page,
        Permission.SEE_PATIENTS,
    ),
    PageEntry(
        "Outcomes",
        "Who responds, when, for how long, and how sure are we?",
        "outcomes",
        outcomes_page,
        Permission.SEE_RATES,
        filters_need=Permission.SEE_CLINICAL,
    ),
    PageEntry(
        "Side effects",
        "Which side effects occur, how often, in whom, and is it changing?",
        "side-effects",
        side_effects_page,
        Permission.SEE_RATES,
        filters_need=Permission.SEE_CLINICAL,
    ),
    PageEntry(
        "Appointments",
        "How many, of which kind, who misses them, how full are the chairs, and what is coming?",
        "appointments",
        appointments_page,
        Permission.SEE_TOTALS,
    ),
    PageEntry(
        "Access",
        "Who may see what, and who looked at what?",
        "access",
        access_page,
        Permission.OPEN,
        filters_need=None,
        has_period=False,
    ),
)
