"""In whom: does a side effect go with the infusion, the dose, the person, the place, the nurse?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pandas as pd
import streamlit as st

from charts.numbers import percent
from clinical.codes import DoseBand
from clinical.incidence import proportion
from clinical.side_effect_groups import Comparison, comparison, group_rates, judged
from clinical.side_effect_rates import NUMBER_BANDS
from data_access import side_effect_groups as queries
from data_access.points import Behind
from data_access.side_effect_trends import term_by_week
from data_access.sites import site_names
from pages.shared.context import PageContext
from pages.shared.frame import Finding, nothing, plain, sentence, show
from pages.shared.memory import kept, remembered
from pages.shared.words import count_words
from pages.side_effects.behind import Group, behind_section, chosen_group
from pages.side_effects.choice import ChosenTerm, View, choose_term, say_change
from pages.side_effects.in_whom_findings import (
    AGE,
    CHAIR,
    DIAGNOSIS,
    NURSE,
    SERIES,
    SEX,
    SITE,
    Groups,
    Kind,
    dose_finding,
    groups_finding,
    in_whom_answer,
    labelled,
    number_finding,
)
from pages.side_effects.no_rates import say_why_no_rates


class _By(StrEnum):
    """What may be compared, by the words that stand in the address."""

    PERSON = "Person"
    PLACE = "Place"
    NURSE = "Nurse"


_PERSON = (AGE, SEX, DIAGNOSIS, SERIES)
_KINDS = (*_PERSON, SITE, CHAIR, NURSE)


@dataclass(frozen=True, slots=True)
class _Counts:
    """What the queries found: the comparison, and a judged table of each kind in ``_KINDS``."""

    against: Comparison
    tables: tuple[pd.DataFrame, ...]


def in_whom_view(context: PageContext) -> None:
    """Draw the view."""
    term = choose_term(context)
    counts = remembered(context, "in whom", lambda: _count(context, term), term)
    if not counts.against.n:
        say_why_no_rates(context)
        return
    if not counts.against.affected.any():
        nothing(
            f"{plain(term.name)} was recorded in none of "
            f"{count_words(counts.against.n, 'infusion')} with a filled-in form, so there is "
            "nothing to compare."
        )
        return
    groups = _named(context, counts)
    sentence(in_whom_answer(term.name, counts.against, _without_echoes(groups)))
    st.caption(_what_counts(counts.against))
    say_change(context, term, View.IN_WHOM)
    _number_and_dose(context, term, counts.against)
    _compare(context, term, groups)


@dataclass(frozen=True, slots=True)
class _Infusions:
    """Infusions by person, by place and by nurse, as the queries of those names count them."""

    by_person: pd.DataFrame
    by_place: pd.DataFrame
    by_nurse: pd.DataFrame


def _infusions(context: PageContext) -> _Infusions:
    asked = context.connection, context.viewer, context.filters
    return _Infusions(
        queries.infusions_by_person(*asked),
        queries.infusions_by_place(*asked),
        queries.infusions_by_provider(*asked),
    )


def _count(context: PageContext, term: ChosenTerm) -> _Counts:
    """Every group's infusions with the side effect against those that are to be expected."""
    # The same whatever the side effect, so that the next one chosen is counted sooner.
    of_all = remembered(context, "in whom: infusions", lambda: _infusions(context))
    if term.term_key is None:
        with_it, by_term = of_all.by_person, of_all
    else:
        asked = context.connection, context.viewer, context.filters, term.term_key
        with_it = term_by_week(*asked)
        by_term = _Infusions(
            queries.term_by_person(*asked),
            queries.term_by_place(*asked),
            queries.term_by_provider(*asked),
        )
    against = comparison(of_all.by_person, with_it)
    place, nurse = (of_all.by_place, by_term.by_place), (of_all.by_nurse, by_term.by_nurse)
    sources = {SITE: place, CHAIR: place, NURSE: nurse}
    person = of_all.by_person, by_term.by_person
    tables = [group_rates(kind.by, *sources.get(kind, person), against) for kind in _KINDS]
    return _Counts(against, tuple(judged(tables)))


def _named(context: PageContext, counts: _Counts) -> dict[Kind, Groups]:
    """The groups with their names, which the shared memory is not for: they name staff."""
    asked = context.connection, context.viewer
    sites = site_names(*asked)
    names = {
        SITE: sites,
        CHAIR: _chair_names(queries.chair_names(*asked), sites),
        NURSE: _provider_names(queries.provider_names(*asked)),
    }
    return {
        kind: labelled(kind, table, names.get(kind, {}))
        for kind, table in zip(_KINDS, counts.tables, strict=True)
    }


def _chair_names(chairs: pd.DataFrame, sites: dict[int, str]) -> dict[int, str]:
    """Chairs with their site, because another site's may have the same name."""
    columns = (chairs[name] for name in ("chair_key", "chair", "site_key"))
    return {
        key: f"{sites.get(site, '')}, {chair}" for key, chair, site in zip(*columns, strict=True)
    }


def _provider_names(providers: pd.DataFrame) -> dict[int, str]:
    """Names, with the role of those who are no nurses."""
    columns = (providers[name] for name in ("provider_key", "provider", "role"))
    return {
        key: name if pd.isna(role) or role == "nurse" else f"{name}, {role}"
        for key, name, role in zip(*columns, strict=True)
    }


def _without_echoes(groups: dict[Kind, Groups]) -> list[Groups]:
    """What the sentence speaks of: chairs only where no site differs, which they would repeat."""
    site_differs = bool(groups[SITE].table["differs"].any())
    return [one for kind, one in groups.items() if not (kind == CHAIR and site_differs)]


def _what_counts(against: Comparison) -> str:
    of_all = proportion(int(against.affected.sum()), against.n)
    return (
        f"{of_all.events:,} of {of_all.n:,} infusions with a filled-in form "
        f"({percent(of_all.estimate)}). Groups are adjusted for infusion number and dose, because "
        "many side effects are commonest at the first infusion and rise with the dose: a week of "
        "new starters looks like a rise, and a nurse who starts patients like a cause."
    )


def _number_and_dose(context: PageContext, term: ChosenTerm, against: Comparison) -> None:
    findings = remembered(
        context,
        "in whom: number and dose",
        lambda: [number_finding(term.name, against), dose_finding(term.name, against)],
        term,
    )
    with st.grid(2, min_column_width=420):
        chosen = [show(finding, choosable=True) for finding in findings]
    for finding, points in zip(findings, chosen, strict=True):
        _behind(context, term, finding, points, _BAND_WORDS)


def _compare(context: PageContext, term: ChosenTerm, groups: dict[Kind, Groups]) -> None:
    by = _choose_groups()
    findings = kept(context, "in whom: groups", lambda: _findings(term, groups, by), term, by)
    if not findings:
        nothing(f"All recorded infusions are of one {_ONE[by]}, so there is nothing to compare.")
    words = {
        (kind.by, key): label
        for kind, some in groups.items()
        for key, label in zip(some.table["key"], some.table["label"], strict=True)
    }
    for finding in findings:
        _behind(context, term, finding, show(finding, choosable=True), words)


def _choose_groups() -> _By:
    chosen = st.segmented_control(
        "Compare by",
        list(_By),
        default=_By.PERSON,
        required=True,
        key="groups",
        bind="query-params",
        help="What the infusions have in common: who was treated, where, or by whom",
    )
    return _By(chosen or _By.PERSON)


_ONE = {_By.PERSON: "kind of person", _By.PLACE: "site and chair", _By.NURSE: "nurse"}


def _findings(term: ChosenTerm, groups: dict[Kind, Groups], by: _By) -> list[Finding]:
    parts: dict[_By, dict[str, tuple[Kind, ...]]] = {
        _By.PERSON: {"side-effects-by-person": _PERSON},
        _By.PLACE: {"side-effects-by-site": (SITE,), "side-effects-by-chair": (CHAIR,)},
        _By.NURSE: {"side-effects-by-nurse": (NURSE,)},
    }
    found = [
        groups_finding(term.name, [groups[kind] for kind in kinds], key)
        for key, kinds in parts[by].items()
    ]
    return [finding for finding in found if finding is not None]


_BAND_WORDS: dict[Group, str] = {
    ("number_band", band): f"infusion {name}" if band < len(NUMBER_BANDS) - 1 else name.lower()
    for band, name in enumerate(NUMBER_BANDS)
} | {("dose_band", int(band)): band.label for band in DoseBand}


def _behind(
    context: PageContext,
    term: ChosenTerm,
    finding: Finding,
    points: Sequence[Any],
    words: Mapping[Group, str],
) -> None:
    """Draw what lies behind the chosen dot of a finding, if one is chosen."""
    group = chosen_group(points, words)
    if group is None:
        return
    by, key = group
    of_group: dict[str, Any] = {by: key}
    behind = Behind(term.term_key, context.filters.start, context.filters.end, **of_group)
    said = f"{plain(term.name)}, {plain(words[group])}"
    behind_section(context, behind, said, key=f"behind-{finding.key}")


IN_WHOM_DEFINITIONS = """
- **Recorded infusion**: the side-effect form was filled in. Rates count only these, and an infusion
  counts once for a side effect, however often it was recorded in it.
- **Infusion of the series**: its number in the induction course; maintenance is counted together.
  Dose: ketamine per body weight at the infusion; an infusion without a weight is *not known*.
- **Interval of a share**: 95 % Wilson score interval (Wilson 1927). *First against later* and
  *lowest against highest dose band* differ clearly where the 95 % interval of the difference leaves
  out zero (Newcombe 1998, method 10).
- **Expected**: how many infusions of the group would have had the side effect, had each carried the
  risk of all recorded infusions, within the filters, of its number and dose band (indirect
  standardisation, Breslow and Day 1987). **Observed over expected** is 1 where number and dose
  explain all. Its interval is Wilson's over the expected share. The group itself is among what it
  is compared with, so a large one is drawn towards 1; ratios of two groups are not to be divided by
  each other. **Adjusted share** (on the dot and in the numbers): the ratio times the share of all,
  at most 100 %.
- **Beyond chance**: exact binomial test of the observed against the expected count, two-sided;
  named where the false-discovery rate over all groups of age, sex, diagnosis, series, site, chair
  and nurse together stays under 5 % (Benjamini and Hochberg 1995).
- **What is not allowed for**: infusions count as independent although patients have several, so a
  side effect that runs in a few people can make their group, chair or nurse look different; groups
  are adjusted for number and dose, not for each other (a chair or a nurse stands at a site); and
  how carefully a form is filled in may differ between those who fill it in.
- **First or later series**: the patient's first course of treatment, or one after it.
  **Diagnosis**: as in the filters. **Nurse**: who is recorded to have given the infusion.
"""
