"""What the reader chooses on How soon: the unit of time, the scores, and what to compare by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import streamlit as st

from clinical.codes import AgeBand, Code, DiagnosisGroup, DoseBand, FailuresBand, SeriesOrder, Sex
from clinical.instruments import Instrument
from clinical.time_to import Basis, Reached, Unit


class By(StrEnum):
    """What courses are compared by, in the words that stand in the address."""

    NOTHING = "All together"
    SITE = "Site"
    DIAGNOSIS = "Diagnosis"
    SEX = "Sex"
    AGE = "Age"
    FAILED = "Failed antidepressants"
    DOSE = "First dose"
    SEVERITY = "Severity at baseline"
    COURSE = "First or later course"


COLUMNS = {
    By.SITE: "site_key",
    By.DIAGNOSIS: "diagnosis_group",
    By.SEX: "sex",
    By.AGE: "age_band",
    By.FAILED: "failures_band",
    By.DOSE: "dose_band",
    By.SEVERITY: "baseline_band",
    By.COURSE: "course_order",
}
"""The column of the facts that each is."""
_CODES: Mapping[By, type[Code]] = {
    By.DIAGNOSIS: DiagnosisGroup,
    By.SEX: Sex,
    By.AGE: AgeBand,
    By.FAILED: FailuresBand,
    By.DOSE: DoseBand,
    By.COURSE: SeriesOrder,
}


@dataclass(frozen=True, slots=True)
class SoonChoice:
    """The reader's choice. ``reached``: what the groups are compared on."""

    unit: Unit
    basis: Basis
    by: By
    reached: Reached

    @property
    def column(self) -> str | None:
        """The column by which courses are compared, if they are."""
        return COLUMNS.get(self.by)


def group_names(by: By, measure: Instrument, sites: Callable[[], dict[int, str]]) -> dict[int, str]:
    """What the groups are called, by their code or key, in their order; unknown ones come last."""
    if by is By.SITE:
        return sites()
    if by is By.SEVERITY:
        return {index: band.name for index, band in enumerate(measure.bands)}
    codes = sorted(_CODES[by], key=lambda code: (code.name == "UNKNOWN", int(code)))
    return {int(code): code.label for code in codes}


def reachable(measure: Instrument) -> tuple[Reached, ...]:
    """What can be reached on a measure: response and remission, as far as it has rules."""
    rules = {
        Reached.RESPONSE: measure.response_percent,
        Reached.REMISSION: measure.remission_at_most,
    }
    return tuple(reached for reached, rule in rules.items() if rule is not None)


def choose_soon(measure: Instrument) -> SoonChoice:
    """Draw the choices of the view."""
    offered = reachable(measure)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="soon"):
        unit = st.segmented_control(
            "Time in",
            list(Unit),
            default=Unit.DAYS,
            required=True,
            key="outcome-soon-unit",
            bind="query-params",
            help="Since the start of the first infusion; hours: the first week",
        )
        basis = st.segmented_control(
            "Shown by",
            list(Basis),
            default=Basis.SETTLED,
            required=True,
            key="outcome-soon-scores",
            bind="query-params",
            help=(
                "Settled: before the next infusion, or later than 72 hours after one. Any: also "
                "those within 72 hours, while the infusion still acts"
            ),
        )
        by = st.selectbox(
            "Compare by",
            list(By),
            key="outcome-soon-by",
            bind="query-params",
            width=220,
        )
        reached = None
        # All together both are drawn.
        if By(by or By.NOTHING) is not By.NOTHING and len(offered) > 1:
            reached = st.segmented_control(
                "Time to",
                list(offered),
                default=offered[0],
                required=True,
                key="outcome-soon-to",
                bind="query-params",
            )
    return SoonChoice(
        Unit(unit or Unit.DAYS),
        Basis(basis or Basis.SETTLED),
        By(by or By.NOTHING),
        Reached(reached or offered[0]),
    )
