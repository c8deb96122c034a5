"""The queries of the Side effects page about groups: in whom, where, and by whom it was given.

The infusions come by infusion number and dose too, for which the groups' rates are adjusted; the
infusions with one term need no more than the groups.
"""

import pandas as pd
from sqlalchemy import Connection, exists, func, select

from access.viewer import Permission, Viewer, require
from data_access.filters import Filters
from data_access.frames import TEXT, typed_frame
from data_access.schema import Chair, InfusionFact, Provider, SideEffectFact, Site
from data_access.selection import conditions, permitted_site_keys
from data_access.side_effect_counts import AFFECTED, WITH_IT, Groups, counts_by

_infusions = InfusionFact
_terms = SideEffectFact


def infusions_by_person(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """Recorded infusions by who was treated.

    Columns, all whole numbers: ``age_band``, ``sex``, ``later_series``
    (:class:`~clinical.codes.SeriesOrder`), ``diagnosis_group`` (:mod:`clinical.codes`),
    ``number_band`` (index into :data:`clinical.side_effect_rates.NUMBER_BANDS`), ``dose_band``,
    ``recorded``, ``affected`` (with any side effect).
    """
    groups = (
        _infusions.age_band,
        _infusions.sex,
        _infusions.later_series,
        _infusions.diagnosis_group,
    )
    return _recorded_by(connection, viewer, filters, groups)


def term_by_person(
    connection: Connection, viewer: Viewer, filters: Filters, term_key: int
) -> pd.DataFrame:
    """Infusions with one term by who was treated; groups without any left out.

    Columns, all whole numbers: ``age_band``, ``sex``, ``later_series``, ``diagnosis_group``,
    ``affected``.
    """
    groups = (_terms.age_band, _terms.sex, _terms.later_series, _terms.diagnosis_group)
    return _with_it_by(connection, viewer, filters, term_key, groups)


def infusions_by_place(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """Recorded infusions by site and chair.

    Columns, all whole numbers: ``site_key``, ``chair_key`` (0 = not recorded), ``number_band``,
    ``dose_band``, ``recorded``, ``affected`` (with any side effect).
    """
    return _recorded_by(connection, viewer, filters, (_infusions.site_key, _infusions.chair_key))


def term_by_place(
    connection: Connection, viewer: Viewer, filters: Filters, term_key: int
) -> pd.DataFrame:
    """Infusions with one term by site and chair; groups without any left out.

    Columns, all whole numbers: ``site_key``, ``chair_key`` (0 = not recorded), ``affected``.
    """
    groups = (_terms.site_key, _terms.chair_key)
    return _with_it_by(connection, viewer, filters, term_key, groups)


def infusions_by_provider(connection: Connection, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """Recorded infusions by who gave them.

    Columns, all whole numbers: ``provider_key`` (0 = not recorded), ``number_band``,
    ``dose_band``, ``recorded``, ``affected`` (with any side effect).
    """
    return _recorded_by(connection, viewer, filters, (_infusions.provider_key,))


def term_by_provider(
    connection: Connection, viewer: Viewer, filters: Filters, term_key: int
) -> pd.DataFrame:
    """Infusions with one term by who gave them; groups without any left out.

    Columns, all whole numbers: ``provider_key`` (0 = not recorded), ``affected``.
    """
    return _with_it_by(connection, viewer, filters, term_key, (_terms.provider_key,))


def _recorded_by(
    connection: Connection, viewer: Viewer, filters: Filters, groups: Groups
) -> pd.DataFrame:
    """Recorded infusions by groups, infusion number and dose."""
    scoped = conditions(connection, viewer, filters, _infusions, along_groups=True)
    return counts_by(
        connection,
        (*groups, _infusions.number_band, _infusions.dose_band),
        (func.count().label("recorded"), AFFECTED),
        [_infusions.recorded == 1, *scoped],
    )


def _with_it_by(
    connection: Connection, viewer: Viewer, filters: Filters, term_key: int, groups: Groups
) -> pd.DataFrame:
    """Infusions with one term by groups."""
    scoped = conditions(connection, viewer, filters, _terms, along_groups=True)
    return counts_by(connection, groups, (WITH_IT,), [_terms.term_key == term_key, *scoped])


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
        treated = exists(_infusions.provider_key).where(
            _infusions.provider_key == Provider.provider_key, _infusions.site_key.in_(site_keys)
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
