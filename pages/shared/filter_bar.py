"""The filter bar: one for all pages, kept across pages and reloads, and in the URL."""

from dataclasses import dataclass
from datetime import date, timedelta

import streamlit as st

from clinical.codes import DiagnosisGroup, Phase
from data_access.filters import Filters
from data_access.status import ClinicStatus

_CUSTOM = "Choose dates"
_ALL_DATA = "All data"
_DEFAULT_PERIOD = "Last 12 months"
_DAYS = {
    _DEFAULT_PERIOD: 365,  # first, because a selectbox begins with its first option
    "Last 6 months": 182,
    "Last 3 months": 91,
    "Last 30 days": 30,
    "Last 24 months": 730,
}
_PERIODS = [*_DAYS, _ALL_DATA, _CUSTOM]
_PHASES = {phase.label: phase for phase in (Phase.INDUCTION, Phase.MAINTENANCE)}
_DIAGNOSES = {group.label: group for group in DiagnosisGroup}


@dataclass(frozen=True, slots=True)
class _Choices:
    """What the widgets offer, by the words that also stand in the URL."""

    sites: dict[str, str]
    earliest: date
    today: date


def _choices(status: ClinicStatus, today: date) -> _Choices:
    names = [site.name for site in status.sites]
    labels = {
        # Two sites of one name are told apart by their identifiers.
        f"{site.name} ({site.site_id})" if names.count(site.name) > 1 else site.name: site.site_id
        for site in status.sites
    }
    return _Choices(sites=labels, earliest=status.first_day or today, today=today)


def unfiltered(today: date) -> Filters:
    """The choice of whoever is offered none: the defaults."""
    start, end = _last_days(_DEFAULT_PERIOD, today)
    return Filters(start=start, end=end)


def filter_bar(
    status: ClinicStatus, today: date, *, has_period: bool, has_diagnoses: bool = True
) -> Filters:
    """Draw the bar and return the reader's choice. Defaults: the last 12 months, everything.

    A page without ``has_period`` shows periods of its own; the reader's choice is kept for others.
    Without ``has_diagnoses`` there are none to choose from.
    """
    choices = _choices(status, today)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="filters"):
        start, end = _period(choices, has_period)
        sites = st.multiselect(
            "Sites", list(choices.sites), key="site", bind="query-params", placeholder="All sites"
        )
        groups = _diagnoses() if has_diagnoses else []
        phases = st.multiselect(
            "Phase", list(_PHASES), key="phase", bind="query-params", placeholder="Both phases"
        )
        st.button("Reset", on_click=_reset, type="tertiary", help="Back to the last 12 months")
    return Filters(
        start=start,
        end=end,
        site_ids=tuple(choices.sites[name] for name in sites),
        diagnosis_groups=tuple(_DIAGNOSES[label] for label in groups),
        phases=tuple(_PHASES[label] for label in phases),
    )


def _diagnoses() -> list[str]:
    return st.multiselect(
        "Diagnosis",
        list(_DIAGNOSES),
        key="diagnosis",
        bind="query-params",
        placeholder="All diagnoses",
    )


def _last_days(period: str, today: date) -> tuple[date, date]:
    return today - timedelta(days=_DAYS[period] - 1), today


def _period(choices: _Choices, has_period: bool) -> tuple[date, date]:
    period = st.selectbox(
        "Period",
        _PERIODS,
        key="period",
        bind="query-params",
        width=190,
        disabled=not has_period,
        help=None if has_period else "This page has fixed periods; the choice holds for the others",
    )
    if not has_period:
        return _last_days(_DEFAULT_PERIOD, choices.today)
    if period in _DAYS:
        return _last_days(period, choices.today)
    if period == _ALL_DATA:
        return choices.earliest, choices.today
    chosen = st.date_input(
        "Dates",
        value=_last_days(_DEFAULT_PERIOD, choices.today),
        min_value=min(choices.earliest, choices.today - timedelta(days=3650)),
        max_value=choices.today,
        key="dates",
        bind="query-params",
        width=230,
    )
    # While the reader has picked only the first day, the period is that day.
    return (chosen[0], chosen[-1]) if chosen else (choices.today, choices.today)


def _reset() -> None:
    st.session_state["period"] = _DEFAULT_PERIOD
    for key in ("site", "diagnosis", "phase"):
        st.session_state[key] = []
