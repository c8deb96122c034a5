"""The pages: one row a page."""

from collections.abc import Callable
from dataclasses import dataclass

from pages.appointments.page import appointments_page
from pages.outcomes.page import outcomes_page
from pages.patients.page import patients_page
from pages.shared.context import PageContext
from pages.side_effects.page import side_effects_page
from pages.today.page import today_page


@dataclass(frozen=True, slots=True)
class PageEntry:
    """A page: its name, its one question, its address, whether it has a period to choose."""

    title: str
    question: str
    url_path: str
    draw: Callable[[PageContext], None]
    has_period: bool = True


PAGES = (
    PageEntry("Today", "What needs attention now?", "", today_page, False),
    PageEntry("Patients", "How is each patient doing over the series?", "patients", patients_page),
    PageEntry(
        "Outcomes",
        "Who responds, when, for how long, and how sure are we?",
        "outcomes",
        outcomes_page,
    ),
    PageEntry(
        "Side effects",
        "Which side effects occur, how often, in whom, and is it changing?",
        "side-effects",
        side_effects_page,
    ),
    PageEntry(
        "Appointments",
        "How many, of which kind, who misses them, how full are the chairs, and what is coming?",
        "appointments",
        appointments_page,
    ),
)
