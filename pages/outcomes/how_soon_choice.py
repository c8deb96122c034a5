"""What the reader chooses on How soon: the unit of time, the scores, and what to compare by."""

from dataclasses import dataclass

import streamlit as st

from clinical.instruments import Instrument
from clinical.time_to import Basis, Reached, Unit
from pages.outcomes.grouping import COLUMNS, By

_OFFERED = [by for by in By if by is not By.WHEN]


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
            _OFFERED,
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
