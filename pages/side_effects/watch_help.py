"""How the watch makes its marks: the limits in force, and how often they err."""

from math import isinf

import streamlit as st

from charts.numbers import percent
from clinical.dispersion import BLOCK, LEAST
from clinical.false_alarms import (
    CHANGES_FOUND,
    MARKS_A_YEAR,
    WEEKS_OF_NEW_STARTERS,
    Clinic,
    Delay,
)
from clinical.variation import HOLDS, LEAST_REFERENCE, LONGEST_WAIT, Design
from clinical.watched_weeks import JUDGED, WEEKS
from pages.shared.watch import FEW_A_WEEK, MOST_SITES, Watch
from pages.shared.words import count_words


def watch_help(seen: Watch) -> None:
    """Draw the help, folded."""
    with st.expander("How the marks are made, and how often they err"):
        st.markdown(design_words(seen.design))
        st.markdown(error_words(seen.design))


def false_marks_words(design: Design) -> str:
    """The budget in force: ``one false mark a year on the whole page``."""
    years = "a year" if design.years == 1 else f"in {design.years:g} years"
    return f"one false mark {years} on the whole page"


def design_words(design: Design) -> str:
    """The limits in force, as a list in markdown."""
    rules = [f"- **Single weeks**: {_point_words(design)}"]
    if design.rules.runs:
        rules.append(
            f"- **Runs**: at least {design.run} weeks in a row on one side of the expected level, "
            f"and no more probable than {_odds(2.0**-design.run)}."
        )
    if design.rules.sums:
        rules.append(
            f"- **Cumulative sums** for twice and for half the odds (Steiner 2000), with the limit "
            f"{design.limit:.1f}: after Lorden's bound (1971), which is stricter than needed, set "
            f"by simulation so that the budget is not passed. {dispersion_words(design)}"
        )
    return "\n".join((_FRAME.format(**_numbers(design)), *rules, _STATES))


def dispersion_words(design: Design) -> str:
    """How much the counts vary, and that the sums allow for it."""
    times = f"{design.dispersion:.1f} times as much as chance alone gives"
    if design.dispersion > LEAST:
        said = f"Counts of {BLOCK} weeks vary {times}"
    else:
        said = f"Counts of {BLOCK} weeks are taken to vary {times}, and no page to vary less"
    return f"{said}, because the same patients return; the sums allow for it."


def error_words(design: Design) -> str:
    """How often the rules err and how soon they find a change, as simulated, in markdown."""
    rules = dict.fromkeys(one.rules for one in MARKS_A_YEAR)
    found = [
        _found_words(one)
        for one in CHANGES_FOUND
        if (one.clinic, one.rules) == (Clinic.PATIENTS, design.rules.label)
    ]
    longest = max(WEEKS_OF_NEW_STARTERS, key=lambda one: one.weeks)
    return "\n".join(
        (
            _SIMULATED,
            "False marks a year, all 56 charts (95 % CI):\n",
            f"| Rules | {' | '.join(one.capitalize() for one in Clinic)} |",
            f"| --- |{' --- |' * len(Clinic)}",
            *(f"| {one} | {_marks_words(one)} |" for one in rules),
            "\nA change at one site where patients return, by the rules in force "
            f"({design.rules.label.lower()}):\n",
            "| Change | Half are marked within | Nine of ten within | In 6 weeks | In 12 weeks |",
            "| --- | --- | --- | --- | --- |",
            *found,
            f"\nWith {longest.weeks} weeks in which half of the infusions are first ones, "
            f"{percent(longest.adjusted)} of clinics get a mark for dissociation; without "
            f"allowing for the infusion number {percent(longest.crude)} would.",
        )
    )


_HALF_WIDTH = 1.96
_MANY = 10
_SIMULATED = """
**How often they err**, as simulated with the page's own rules
(`uv run python -m benchmarks false-alarms`): 14 side effects, in 45 to 0.1 of 100 infusions, at
three sites of 20 infusions a week where nothing changes; one false mark a year is allowed. Where
patients return, an eighth of the variance of the liability is the patient's own; were it a third,
there would be 2.3 marks a year.
"""


def _marks_words(rules: str) -> str:
    """How many a year in each kind of clinic: ``0.80 (± 0.06) | 0.91 (± 0.07)``.

    With half the width of the 95 % interval.
    """
    said = []
    for clinic in Clinic:
        marks = next(one for one in MARKS_A_YEAR if (one.clinic, one.rules) == (clinic, rules))
        decimals = 1 if marks.a_year >= _MANY else 2
        half = _HALF_WIDTH * marks.standard_error
        said.append(f"{marks.a_year:.{decimals}f} (± {half:.{decimals}f})")
    return " | ".join(said)


def _found_words(found: Delay) -> str:
    return (
        f"| from {found.before:g} to {found.after:g} % | {_within(found.median)} | "
        f"{_within(found.ninth)} | {_share_words(found.within_6)} | "
        f"{_share_words(found.within_12)} |"
    )


def _within(weeks: float) -> str:
    return "more than 26 weeks" if isinf(weeks) else count_words(int(weeks), "week")


def _share_words(share: float) -> str:
    """A simulated share; nearly all is not all."""
    return "over 99 %" if share > _NEARLY_ALL else percent(share)


_NEARLY_ALL = 0.99


def _point_words(design: Design) -> str:
    return (
        f"so many or so few infusions with it that the probability by chance is under "
        f"{_odds(design.alpha / 2)}: exact binomial limits, the grey band. Where a usual week has "
        f"fewer than {FEW_A_WEEK} infusions a dot is four weeks."
    )


def _odds(probability: float) -> str:
    """A small probability as ``1 in 59,500``, rounded to three figures."""
    return f"1 in {float(f'{1 / probability:.3g}'):,.0f}"


def _numbers(design: Design) -> dict[str, str]:
    return {
        "charts": count_words(design.charts, "chart"),
        "budget": false_marks_words(design),
        "weeks": str(WEEKS),
        "judged": str(JUDGED),
        "sites": str(MOST_SITES),
    }


_FRAME = """
- **What is looked at**: the last {weeks} whole weeks up to the end of the period, whenever it
  begins; a week that has not ended is left out. The last {judged} are judged by the others, or by
  those since a rebase.
  A chart for each side effect and for any of them, at all chosen sites together and, of up to
  {sites} sites, at each: now {charts}.
- **Expected**: by the infusion's number in the series, at the rates of the reference weeks of all
  chosen sites, scaled to each chart's own level. So a week of new starters is no rise.
- **One budget**: about {budget} of a clinic where nothing changes (`false_alarm_years`), shared by
  all charts and rules (`run_rules`). More charts mean wider limits, fewer narrower ones: whoever
  chooses one site, one diagnosis, one phase after another looks oftener than the budget counts.
"""

_STATES = f"""
- **A mark holds** as long as its rule speaks within the last {HOLDS} weeks. Orange H: higher than
  expected; blue L: lower, unless fewer forms are filled in than before; grey dots: no change
  beyond chance; dashed: too little data, which is fewer than {LEAST_REFERENCE} weeks to judge by,
  or so few infusions that a doubling would take more than {LONGEST_WAIT} weeks to be seen.
- The icons follow the NHS's "Making data count" in what they mean, not in how they are made: its
  four rules at three-sigma limits mark 42 % of stable 52-week charts.
"""
