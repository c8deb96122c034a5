"""What is shown to a reader who is told of large groups alone: their choice, and why no finer one.

Such a page has no filter bar: each further choice would be one more answer to subtract from another
(:mod:`clinical.release_blocks`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import streamlit as st

from clinical.codes import DiagnosisGroup, Phase
from clinical.release import Choice, Release
from clinical.release_blocks import (
    LONGEST,
    SETTLED_DAYS,
    Block,
    Dimension,
    Narrowing,
    quarter_start,
)
from data_access.filters import Filters
from data_access.sites import site_names
from pages.shared.context import PageContext
from pages.shared.frame import nothing, plain

_YEAR = 4


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the reader has chosen, and that in words."""

    choice: Choice
    whom: str
    period: str

    @property
    def words(self) -> str:
        """Who and when, as markdown: ``Site: North, Jul–Sep 2026``."""
        whom = self.whom.lower() if self.choice.narrowing is None else plain(self.whom)
        return f"{whom}, {self.period}"


def whole_clinic(context: PageContext) -> PageContext:
    """The context without the reader's filters: what is told does not depend on them."""
    return replace(context, filters=Filters(context.today, context.today))


def choose_released(context: PageContext, release: Release) -> Chosen | None:
    """Draw the choice among what is told; say why and return ``None`` where there is nothing."""
    whom = _whom(context, release)
    if not whom:
        nothing(_nothing_words(release))
        return None
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="released"):
        name = st.selectbox(
            "Of whom",
            list(whom),
            key="released-whom",
            bind="query-params",
            width=300,
            help="Everybody, or one site, phase or diagnosis, where enough patients are in each",
        )
        narrowing = whom[name]
        first, last = _period(release.runs(narrowing), _slug(narrowing))
    st.caption("You are told of whole quarters and of large groups; the foot of the page says why.")
    return Chosen(Choice(first, last, narrowing), name, period_words(first, last))


def _whom(context: PageContext, release: Release) -> Mapping[str, Narrowing | None]:
    """The groups that can be chosen, by their names."""
    sites = site_names(context.connection, context.viewer)
    everybody = "Everybody" if context.viewer.site_ids is None else "Your sites"
    choices: list[tuple[str, Narrowing | None]] = [(everybody, None)]
    choices += [(_name(each, sites), each) for each in release.narrowings()]
    return {name: narrowing for name, narrowing in choices if release.runs(narrowing)}


def _name(narrowing: Narrowing, sites: Mapping[int, str]) -> str:
    names = {
        Dimension.SITE: lambda code: sites.get(code, "another site"),
        Dimension.PHASE: lambda code: Phase(code).label,
        Dimension.DIAGNOSIS: lambda code: DiagnosisGroup(code).label,
    }
    return f"{narrowing.dimension}: {names[narrowing.dimension](narrowing.code)}"


def _slug(narrowing: Narrowing | None) -> str:
    return "all" if narrowing is None else f"{narrowing.dimension.lower()}-{narrowing.code}"


def _period(runs: Sequence[Sequence[Block]], slug: str) -> tuple[int, int]:
    """Draw the choice of the first and the last quarter; at first the latest year."""
    starts = {_month_words(block.first): (run, at) for run in runs for at, block in enumerate(run)}
    latest = runs[-1]
    within_year = [block for block in latest if block.first > latest[-1].last - _YEAR]
    begin = (within_year or latest)[0]
    chosen = st.selectbox(
        "From the beginning of",
        list(starts),
        index=list(starts).index(_month_words(begin.first)),
        key=f"released-from-{slug}",
        bind="query-params",
        width=190,
    )
    run, at = starts[chosen]
    ends = {_month_words(block.last, last=True): block.last for block in run[at:]}
    until = st.selectbox(
        "To the end of",
        list(ends),
        index=len(ends) - 1,
        key=f"released-to-{slug}-{run[at].first}",
        bind="query-params",
        width=190,
    )
    return run[at].first, ends[until]


def _month_words(quarter: int, *, last: bool = False) -> str:
    day = quarter_start(quarter + 1) - timedelta(days=1) if last else quarter_start(quarter)
    return f"{day:%b %Y}"


def period_words(first: int, last: int) -> str:
    """Quarters in words: ``Jul–Sep 2026``, ``Oct 2025–Mar 2026``."""
    begin, end = _month_words(first), _month_words(last, last=True)
    return f"{begin[:3]}–{end}" if begin[3:] == end[3:] else f"{begin}–{end}"


def _nothing_words(release: Release) -> str:
    return (
        "There is nothing that you may be told yet: you are told of whole quarters that have been "
        f"over for {SETTLED_DAYS} days, and of groups of at least {release.least} patients."
    )


def protection_words(release: Release) -> str:
    """What is told and what is not, for the definitions of a page."""
    least = release.least
    return f"""
- **What you are told**: whole calendar quarters that have been over for {SETTLED_DAYS} days, of
  everybody or of one site, phase or diagnosis. Quarters with too few patients are put together, up
  to {LONGEST} of them or until there are {least} patients; what is still too few is left out.
- **Why no finer choice**: nothing that you are told, and nothing that follows from it by adding up
  and subtracting, is about fewer than {least} patients. So there are no days or weeks to choose, no
  site and diagnosis at once, and sometimes a large group is left out because a small one would be
  what remains of the total.
- **What this does not hide**: a rate of nearly all of a large group; and what a late correction of
  an old quarter has changed, for somebody who kept the earlier numbers.
- **Who sees more**: the clinicians and nurses who treat the patients. Access says what you may see.
"""
