"""Whose limits the chosen sites stand for: those of one site, of all together, or nobody's."""

from dataclasses import dataclass

from pages.shared.context import PageContext


@dataclass(frozen=True, slots=True)
class RebasePlace:
    """Whose limits are decided: of one site, or (``None``) of all together."""

    site_id: str | None


def rebase_place(context: PageContext) -> RebasePlace | None:
    """Whose limits the chosen sites stand for; ``None`` for a choice of some, which is nobody's.

    The only site of a clinic stands for itself.
    """
    chosen = context.filters.site_ids or tuple(site.site_id for site in context.status.sites)
    if len(chosen) == 1:
        return RebasePlace(chosen[0])
    is_every = not context.filters.site_ids and context.viewer.site_ids is None
    return RebasePlace(None) if is_every else None
