"""Side effects: which, how often, in whom, is it changing, is it real, how soon do they pass?"""

from collections.abc import Callable
from dataclasses import dataclass

from access.viewer import Permission
from pages.shared.context import PageContext
from pages.shared.frame import definitions
from pages.side_effects.choice import View, choose_view
from pages.side_effects.in_whom import IN_WHOM_DEFINITIONS, in_whom_view
from pages.side_effects.overview import OVERVIEW_DEFINITIONS, overview_view
from pages.side_effects.passing import PASSING_DEFINITIONS, passing_view
from pages.side_effects.released import released_side_effects_view
from pages.side_effects.serious import SERIOUS_DEFINITIONS, serious_view
from pages.side_effects.trend import TREND_DEFINITIONS, trend_view
from pages.side_effects.vital_signs import VITAL_SIGNS_DEFINITIONS, vital_signs_view


@dataclass(frozen=True, slots=True)
class _Part:
    """One view: what draws it, and the definitions at its foot."""

    draw: Callable[[PageContext], None]
    definitions: str


_PARTS = {
    View.OVERVIEW: _Part(overview_view, OVERVIEW_DEFINITIONS),
    View.TREND: _Part(trend_view, TREND_DEFINITIONS),
    View.IN_WHOM: _Part(in_whom_view, IN_WHOM_DEFINITIONS),
    View.PASSING: _Part(passing_view, PASSING_DEFINITIONS),
    View.VITAL_SIGNS: _Part(vital_signs_view, VITAL_SIGNS_DEFINITIONS),
    View.SERIOUS: _Part(serious_view, SERIOUS_DEFINITIONS),
}


def side_effects_page(context: PageContext) -> None:
    """Draw the view that the reader has chosen, or what may be told of large groups alone."""
    if not context.viewer.may(Permission.SEE_CLINICAL):
        released_side_effects_view(context)
        return
    part = _PARTS[choose_view()]
    part.draw(context)
    definitions(part.definitions)
