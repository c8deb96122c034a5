"""By what the view Groups tells courses apart, and what it looks at: both stand in the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import streamlit as st

from clinical.codes import (
    AgeBand,
    Code,
    DiagnosisGroup,
    DoseBand,
    FailuresBand,
    SeriesOrder,
    Sex,
)
from clinical.instruments import Instrument
from clinical.responses import Result
from data_access.filters import Filters
from data_access.outcome_groups import QUARTER, YEAR
from pages.outcomes.response_findings import result_names


class By(StrEnum):
    """What courses may be told apart by, in the words that stand in the address."""

    DIAGNOSIS = "Diagnosis"
    SITE = "Site"
    SEVERITY = "Severity at baseline"
    FAILED = "Failed antidepressants"
    SEX = "Sex"
    AGE = "Age"
    DOSE = "First dose"
    COURSE = "First or later series"
    WHEN = "When it began"


@dataclass(frozen=True, slots=True)
class GroupChoice:
    """By what courses are told apart, and what they may have reached."""

    by: By
    result: Result


_CODES: dict[By, tuple[str, type[Code]]] = {
    By.DIAGNOSIS: ("diagnosis_group", DiagnosisGroup),
    By.FAILED: ("failures_band", FailuresBand),
    By.SEX: ("sex", Sex),
    By.AGE: ("age_band", AgeBand),
    By.DOSE: ("dose_band", DoseBand),
    By.COURSE: ("course_order", SeriesOrder),
}
_LONGEST_BY_QUARTER = timedelta(days=3 * 366)
"""A longer period is told apart by year."""


def choose_groups(measure: Instrument) -> GroupChoice:
    """Draw the choices of the view and return them."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        by = st.selectbox(
            "Side by side by",
            list(By),
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
    if by in _CODES:
        return _CODES[by][0]
    return "site_key" if by is By.SITE else "baseline_band"


def group_names(by: By, measure: Instrument, sites: Mapping[int, str]) -> Mapping[int, str]:
    """What the groups are called, in the order in which they are shown; unknown ones come last.

    ``sites``: their names, by which they are ordered. When courses began is told by its key alone.
    """
    if by in _CODES:
        codes = sorted(_CODES[by][1], key=lambda code: (code.name == "UNKNOWN", int(code)))
        return {int(code): code.label for code in codes}
    if by is By.SEVERITY:
        return {place: band.name for place, band in enumerate(measure.bands)}
    if by is By.WHEN:
        return {}
    return dict(sorted(sites.items(), key=lambda item: (item[1].casefold(), item[0])))


def name_of(key: int, column: str, names: Mapping[int, str]) -> str:
    """What a group is called."""
    if column == QUARTER:
        return f"{_QUARTERS[key % 4]} {key // 4}"
    if column == YEAR:
        return str(key)
    return names.get(key, "Not known")


_QUARTERS = ("Jan–Mar", "Apr–Jun", "Jul–Sep", "Oct–Dec")
