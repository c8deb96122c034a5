"""The queries of the Side effects page about groups: in whom, where, and by whom it was given.

The infusions come by infusion number and dose too, for which the groups' rates are adjusted; the
infusions with one term need no more than the groups.
"""

from collections.abc import Sequence

import pandas as pd
from sqlalchemy import Connection, exists, select

from access.viewer import Permission, Viewer, require
from data_access.columns import counts_by
from data_access.filters import Filters
from data_access.frames import TEXT, typed_frame
from data_access.schema import Chair, InfusionFact, Provider, Site
from data_access.selection import permitted_site_keys
from data_access.side_effect_counts import is_affected, recorded_columns, term_columns

_PERSON = ("age_band", "sex", "later_series", "diagnosis_group")
_PLACE = ("site_key", "chair_key")
_PROVIDER = ("provider_key",)


def infusions_by_person(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """Recorded infusions by who was treated.

    Columns, all whole numbers: ``age_band``, ``sex``, ``later_series``
    (:class:`~clinical.codes.SeriesOrder`), ``diagnosis_group`` (:mod:`clinical.codes`),
    ``number_band`` (index into :data:`clinical.side_effect_rates.NUMBER_BANDS`), ``dose_band``,
    ``recorded``, ``affected`` (with any side effect).
    """
    return _recorded_by(connection, viewer, filters, _PERSON)


def term_by_person(
    connection: Connection, viewer: Viewer, filters: Filters, term_key: int
) -> pd.DataFrame:
    """Infusions with one term by who was treated; groups without any left out.

    Columns, all whole numbers: ``age_band``, ``sex``, ``later_series``, ``diagnosis_group``,
    ``affected``.
    """
    return _with_it_by(connection, viewer, filters, term_key, _PERSON)


def infusions_by_place(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """Recorded infusions by site and chair.

    Columns, all whole numbers: ``site_key``, ``chair_key`` (0 = not recorded), ``number_band``,
    ``dose_band``, ``recorded``, ``affected`` (with any side effect).
    """
    return _recorded_by(connection, viewer, filters, _PLACE)


def term_by_place(
    connection: Connection, viewer: Viewer, filters: Filters, term_key: int
) -> pd.DataFrame:
    """Infusions with one term by site and chair; groups without any left out.

    Columns, all whole numbers: ``site_key``, ``chair_key`` (0 = not recorded), ``affected``.
    """
    return _with_it_by(connection, viewer, filters, term_key, _PLACE)


def infusions_by_provider(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """Recorded infusions by who gave them.

    Columns, all whole numbers: ``provider_key`` (0 = not recorded), ``number_band``,
    ``dose_band``, ``recorded``, ``affected`` (with any side effect).
    """
    return _recorded_by(connection, viewer, filters, _PROVIDER)


def term_by_provider(
    connection: Connection, viewer: Viewer, filters: Filters, term_key: int
) -> pd.DataFrame:
    """Infusions with one term by who gave them; groups without any left out.

    Columns, all whole numbers: ``provider_key`` (0 = not recorded), ``affected``.
    """
    return _with_it_by(connection, viewer, filters, term_key, _PROVIDER)


def _recorded_by(
    connection: Connection, viewer: Viewer, filters: Filters, of: Sequence[str]
) -> pd.DataFrame:
    """Recorded infusions by groups, infusion number and dose."""
    groups = (*of, "number_band", "dose_band")
    found = recorded_columns(connection, viewer, filters, *groups, "side_effects")
    counts = {"recorded": None, "affected": is_affected(found)}
    return _with_the_unknown(counts_by(found, groups, counts))


def _with_it_by(
    connection: Connection, viewer: Viewer, filters: Filters, term_key: int, groups: Sequence[str]
) -> pd.DataFrame:
    """Infusions with one term by groups."""
    found = term_columns(connection, viewer, filters, term_key, *groups)
    return _with_the_unknown(counts_by(found, groups, {"affected": None}))


def _with_the_unknown(counts: pd.DataFrame) -> pd.DataFrame:
    """The counts with the key 0, which no record has, for a provider or chair that is not known."""
    return counts.fillna(0).astype("int64")


def chair_names(connection: Connection, viewer: Viewer) -> pd.DataFrame:
    """The chairs of the viewer's sites.

    Columns: ``chair_key``, ``chair`` (its name; another site's may have the same), ``site_key``.
    """
    require(viewer, Permission.SEE_TOTALS)
    statement = (
        select(Chair.chair_key, Chair.name, Site.site_key)
        .join(Site, Site.site_id == Chair.site_id)
        .order_by(Chair.chair_key)
    )
    site_keys = permitted_site_keys(connection, viewer)
    if site_keys is not None:
        statement = statement.where(Site.site_key.in_(site_keys))
    kinds = {"chair_key": "int64", "chair": TEXT, "site_key": "int64"}
    return typed_frame(connection.execute(statement), kinds)


def provider_names(connection: Connection, viewer: Viewer) -> pd.DataFrame:
    """Who treats; for a viewer of some sites, those who gave an infusion there.

    Columns: ``provider_key``, ``provider`` (the name; namesakes with their id), ``role`` (missing
    where it is not recorded).
    """
    require(viewer, Permission.SEE_TOTALS)
    statement = select(
        Provider.provider_key, Provider.provider_id, Provider.name, Provider.role
    ).order_by(Provider.provider_key)
    site_keys = permitted_site_keys(connection, viewer)
    if site_keys is not None:
        treated = exists(InfusionFact.provider_key).where(
            InfusionFact.provider_key == Provider.provider_key, InfusionFact.site_key.in_(site_keys)
        )
        statement = statement.where(treated)
    rows = connection.execute(statement).all()
    names = [row.name for row in rows]
    named = [
        (row.provider_key, f"{row.name} ({row.provider_id})", row.role)
        if names.count(row.name) > 1
        else (row.provider_key, row.name, row.role)
        for row in rows
    ]
    return typed_frame(named, {"provider_key": "int64", "provider": TEXT, "role": TEXT})
