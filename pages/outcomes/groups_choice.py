"""By what the view Groups tells courses apart, and what it looks at: both stand in the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import streamlit as st

from clinical.instruments import Instrument
from clinical.responses import Result
from data_access.filters import Filters
from data_access.outcome_groups import QUARTER, YEAR
from pages.outcomes.grouping import COLUMNS, NOT_RECORDED, By
from pages.outcomes.response_findings import result_names


@dataclass(frozen=True, slots=True)
class GroupChoice:
    """By what courses are told apart, and what they may have reached."""

    by: By
    result: Result


_OFFERED = [by for by in By if by is not By.NOTHING]
_LONGEST_BY_QUARTER = timedelta(days=3 * 366)
"""A longer period is told apart by year."""


def choose_groups(measure: Instrument) -> GroupChoice:
    """Draw the choices of the view and return them."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        by = st.selectbox(
            "Side by side by",
            _OFFERED,
            key="outcome-groups-by",
            bind="query-params",
            width=240,
            help="What the courses of a group have in common",
        )
        names = result_names(measure)
        result = _choose_result(names) if len(names) > 1 else next(iter(names))
    return GroupChoice(By(by or By.DIAGNOSIS), result)


def _choose_result(names: Mapping[Result, str]) -> Result:
    by_name = {name: result for result, name in names.items()}
    chosen = st.segmented_control(
        "What they reached",
        list(by_name),
        default=next(iter(by_name)),
        required=True,
        key="outcome-groups-rate",
        bind="query-params",
    )
    return by_name.get(chosen or "", next(iter(names)))


def column_of(by: By, filters: Filters) -> str:
    """What the queries tell courses apart by."""
    if by is By.WHEN:
        return QUARTER if filters.end - filters.start <= _LONGEST_BY_QUARTER else YEAR
    return COLUMNS[by]


def name_of(key: int, column: str, names: Mapping[int, str]) -> str:
    """What a group is called."""
    if column == QUARTER:
        return f"{_QUARTERS[key % 4]} {key // 4}"
    if column == YEAR:
        return str(key)
    return names.get(key, NOT_RECORDED)


_QUARTERS = ("Jan–Mar", "Apr–Jun", "Jul–Sep", "Oct–Dec")
