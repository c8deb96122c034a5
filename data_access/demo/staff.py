"""Chairs and staff of a site."""

from data_access.demo.plan import SitePlan

ROLES = ("physician", "physician", "nurse", "nurse", "nurse", "anaesthetist")
"""The staff of each site."""
PHYSICIANS = ROLES.count("physician")


def provider_ids(site: SitePlan) -> tuple[str, ...]:
    """Identifiers of the staff, in the order of :data:`ROLES`."""
    return tuple(f"{site.site_id}-{role[:3].upper()}{n}" for n, role in enumerate(ROLES, 1))


def chair_names(site: SitePlan) -> tuple[str, ...]:
    """Names of the chairs."""
    return tuple(f"Chair {letter}" for letter in "ABCDE"[: site.chairs])


def chair_ids(site: SitePlan) -> tuple[str, ...]:
    """Identifiers of the chairs, in the order of their names."""
    return tuple(f"{site.site_id}-{name[-1]}" for name in chair_names(site))
