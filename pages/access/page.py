"""Access: who may see what, and who looked at what?"""

from collections.abc import Callable
from dataclasses import dataclass

from pages.access.choice import View, choose_view
from pages.access.mine import MINE_DEFINITIONS, mine_view
from pages.access.trail import TRAIL_DEFINITIONS, trail_view
from pages.access.unusual import UNUSUAL_DEFINITIONS, unusual_view
from pages.access.users import USERS_DEFINITIONS, users_view
from pages.access.who_looked import WHO_LOOKED_DEFINITIONS, who_looked_view
from pages.shared.context import PageContext
from pages.shared.frame import definitions


@dataclass(frozen=True, slots=True)
class _Part:
    """One view: what draws it, and the definitions at its foot."""

    draw: Callable[[PageContext], None]
    definitions: str


_PARTS = {
    View.USERS: _Part(users_view, USERS_DEFINITIONS),
    View.WHO_LOOKED: _Part(who_looked_view, WHO_LOOKED_DEFINITIONS),
    View.UNUSUAL: _Part(unusual_view, UNUSUAL_DEFINITIONS),
    View.TRAIL: _Part(trail_view, TRAIL_DEFINITIONS),
    View.MINE: _Part(mine_view, MINE_DEFINITIONS),
}


def access_page(context: PageContext) -> None:
    """Draw the view that the reader has chosen, of those that they may see."""
    part = _PARTS[choose_view(context.viewer)]
    part.draw(context)
    definitions(part.definitions)
