"""How often the watch is wrong and how soon it is right, as simulated: figures for the help.

Made on 2026-11-26 by ``uv run python -m benchmarks false-alarms --years 1000``; a test simulates
anew, in small, and compares. What was simulated: 14 side effects that come in 45 to 0.1 of 100
infusions, at 3 sites of 20 infusions a week (Poisson), 15 % of them first ones, so 56 charts; each
week the last 52 are looked at, the last 12 judged, the 40 before the reference; the budget is one
false mark a year for the whole page. A mark that stays counts once. In :attr:`Clinic.PATIENTS`
patients come in series of 6 and about 6 times more, an eighth of the variance of the liability to
all side effects is their own (as in the demo), and a twelfth of the infusions are first ones.

They hold for other clinics too, about: where patients return, with 5 or 60 infusions a week and
site the rules of all three kinds gave 0.4 and 0.6 marks a year, with 12 or 92 reference weeks 0.9
and 0.8, and where a third of the variance is the patient's own 2.3 (100 to 200 years each, standard
errors 0.05 to 0.14).
"""

from dataclasses import dataclass
from enum import StrEnum
from math import inf

from clinical.variation import RuleSet

NHS = "NHS: four rules on XmR charts"
"""For comparison: the state of the last point, limits from the same reference."""
THREE_SIGMA = "p charts at three sigma"
"""For comparison: the last point, limits from the same reference."""


class Clinic(StrEnum):
    """How infusions hang together in a simulated clinic."""

    INDEPENDENT = "independent infusions"
    PATIENTS = "patients who return"
    """Each with a liability of their own: who felt sick once is likelier to again."""


@dataclass(frozen=True, slots=True)
class FalseMarks:
    """New marks ``a_year`` on the whole page of a clinic where nothing changes, by these rules."""

    clinic: Clinic
    rules: str
    a_year: float
    standard_error: float


@dataclass(frozen=True, slots=True)
class Delay:
    """How soon a change is marked on the chart of one site, by these rules.

    The side effect comes in ``before`` of 100 infusions, then in ``after``. ``median`` and
    ``ninth``: weeks until half and nine of ten changes are marked, infinite where more than 26;
    ``within_6`` and ``within_12`` weeks the shares of changes that are marked.
    """

    clinic: Clinic
    rules: str
    before: float
    after: float
    median: float
    ninth: float
    within_6: float
    within_12: float


@dataclass(frozen=True, slots=True)
class NewStarters:
    """The share of clinics with a mark for dissociation in weeks of many first infusions.

    ``weeks`` in a row in which half of the infusions are first ones (0: none, for comparison);
    ``adjusted`` for the infusion number, and ``crude``.
    """

    weeks: int
    adjusted: float
    crude: float


@dataclass(frozen=True, slots=True)
class MarkedCharts:
    """The share of charts of ``points`` points that have a mark though nothing changes.

    ``nhs``: by the four rules of NHS England; ``nhs_rare``: by the same, where a side effect comes
    about once a point; ``anhoej``: by the runs of Anhøj and Olesen about the median.
    """

    points: int
    nhs: float
    nhs_rare: float
    anhoej: float


MARKS_A_YEAR = (
    FalseMarks(Clinic.INDEPENDENT, RuleSet.POINTS.label, a_year=0.45, standard_error=0.02),
    FalseMarks(Clinic.INDEPENDENT, RuleSet.POINTS_AND_RUNS.label, a_year=0.57, standard_error=0.03),
    FalseMarks(Clinic.INDEPENDENT, RuleSet.ALL.label, a_year=0.34, standard_error=0.02),
    FalseMarks(Clinic.INDEPENDENT, NHS, a_year=142.62, standard_error=0.41),
    FalseMarks(Clinic.INDEPENDENT, THREE_SIGMA, a_year=45.69, standard_error=0.24),
    FalseMarks(Clinic.PATIENTS, RuleSet.POINTS.label, a_year=0.53, standard_error=0.02),
    FalseMarks(Clinic.PATIENTS, RuleSet.POINTS_AND_RUNS.label, a_year=0.77, standard_error=0.03),
    FalseMarks(Clinic.PATIENTS, RuleSet.ALL.label, a_year=0.65, standard_error=0.03),
    FalseMarks(Clinic.PATIENTS, NHS, a_year=148.76, standard_error=0.45),
    FalseMarks(Clinic.PATIENTS, THREE_SIGMA, a_year=47.26, standard_error=0.27),
)
"""A page of 56 charts on which one false mark a year is allowed."""

CHANGES_FOUND = (
    Delay(Clinic.INDEPENDENT, RuleSet.POINTS.label, 35.0, 70.0, 3.0, 8.0, 0.846, 0.970),
    Delay(Clinic.INDEPENDENT, RuleSet.POINTS_AND_RUNS.label, 35.0, 70.0, 3.0, 10.0, 0.765, 0.959),
    Delay(Clinic.INDEPENDENT, RuleSet.ALL.label, 35.0, 70.0, 3.0, 4.0, 0.999, 1.000),
    Delay(Clinic.INDEPENDENT, RuleSet.POINTS.label, 12.0, 30.0, 10.0, inf, 0.352, 0.586),
    Delay(Clinic.INDEPENDENT, RuleSet.POINTS_AND_RUNS.label, 12.0, 30.0, 11.0, 23.0, 0.279, 0.627),
    Delay(Clinic.INDEPENDENT, RuleSet.ALL.label, 12.0, 30.0, 5.0, 8.0, 0.696, 0.993),
    Delay(Clinic.INDEPENDENT, RuleSet.POINTS.label, 12.0, 24.0, inf, inf, 0.110, 0.210),
    Delay(Clinic.INDEPENDENT, RuleSet.POINTS_AND_RUNS.label, 12.0, 24.0, 21.0, inf, 0.078, 0.264),
    Delay(Clinic.INDEPENDENT, RuleSet.ALL.label, 12.0, 24.0, 9.0, 18.0, 0.220, 0.785),
    Delay(Clinic.INDEPENDENT, RuleSet.POINTS.label, 3.0, 6.0, inf, inf, 0.017, 0.032),
    Delay(Clinic.INDEPENDENT, RuleSet.POINTS_AND_RUNS.label, 3.0, 6.0, inf, inf, 0.011, 0.028),
    Delay(Clinic.INDEPENDENT, RuleSet.ALL.label, 3.0, 6.0, inf, inf, 0.007, 0.036),
    Delay(Clinic.INDEPENDENT, RuleSet.POINTS.label, 1.0, 2.0, inf, inf, 0.005, 0.013),
    Delay(Clinic.INDEPENDENT, RuleSet.POINTS_AND_RUNS.label, 1.0, 2.0, inf, inf, 0.004, 0.009),
    Delay(Clinic.INDEPENDENT, RuleSet.ALL.label, 1.0, 2.0, inf, inf, 0.003, 0.004),
    Delay(Clinic.PATIENTS, RuleSet.POINTS.label, 35.0, 70.0, 3.0, 8.0, 0.838, 0.962),
    Delay(Clinic.PATIENTS, RuleSet.POINTS_AND_RUNS.label, 35.0, 70.0, 3.0, 10.0, 0.769, 0.957),
    Delay(Clinic.PATIENTS, RuleSet.ALL.label, 35.0, 70.0, 3.0, 5.0, 0.993, 1.000),
    Delay(Clinic.PATIENTS, RuleSet.POINTS.label, 12.0, 30.0, 9.0, inf, 0.395, 0.607),
    Delay(Clinic.PATIENTS, RuleSet.POINTS_AND_RUNS.label, 12.0, 30.0, 11.0, inf, 0.317, 0.635),
    Delay(Clinic.PATIENTS, RuleSet.ALL.label, 12.0, 30.0, 5.0, 9.0, 0.675, 0.985),
    Delay(Clinic.PATIENTS, RuleSet.POINTS.label, 12.0, 24.0, inf, inf, 0.124, 0.231),
    Delay(Clinic.PATIENTS, RuleSet.POINTS_AND_RUNS.label, 12.0, 24.0, 22.0, inf, 0.094, 0.282),
    Delay(Clinic.PATIENTS, RuleSet.ALL.label, 12.0, 24.0, 9.0, 21.0, 0.256, 0.753),
    Delay(Clinic.PATIENTS, RuleSet.POINTS.label, 3.0, 6.0, inf, inf, 0.018, 0.035),
    Delay(Clinic.PATIENTS, RuleSet.POINTS_AND_RUNS.label, 3.0, 6.0, inf, inf, 0.011, 0.029),
    Delay(Clinic.PATIENTS, RuleSet.ALL.label, 3.0, 6.0, inf, inf, 0.010, 0.043),
    Delay(Clinic.PATIENTS, RuleSet.POINTS.label, 1.0, 2.0, inf, inf, 0.009, 0.016),
    Delay(Clinic.PATIENTS, RuleSet.POINTS_AND_RUNS.label, 1.0, 2.0, inf, inf, 0.006, 0.011),
    Delay(Clinic.PATIENTS, RuleSet.ALL.label, 1.0, 2.0, inf, inf, 0.004, 0.007),
)
"""A change at one site of 20 infusions a week, on that site's chart; 4,000 of each."""

WEEKS_OF_NEW_STARTERS = (
    NewStarters(0, adjusted=0.001, crude=0.002),
    NewStarters(1, adjusted=0.002, crude=0.009),
    NewStarters(8, adjusted=0.002, crude=0.309),
)
"""Dissociation in 60 of 100 first infusions and in 35 of 100 later ones; 4,000 clinics each."""

MARKED_CHARTS = (
    MarkedCharts(12, nhs=0.07, nhs_rare=0.10, anhoej=0.01),
    MarkedCharts(24, nhs=0.20, nhs_rare=0.36, anhoej=0.03),
    MarkedCharts(52, nhs=0.42, nhs_rare=0.60, anhoej=0.05),
    MarkedCharts(104, nhs=0.68, nhs_rare=0.86, anhoej=0.05),
)
"""By other rules, of 4,000 stable series of each length and kind.

``nhs`` and ``anhoej``: normal series; limits from all points, by moving ranges screened once as
NHSRplotthedots does. ``nhs_rare``: the page's own p chart at three sigma, with its reference, of 20
infusions a point (Poisson) of which 5 of 100 have the side effect. All but ``nhs`` are those of
``tests/clinical/test_false_alarms.py`` with 4,000 series, which for ``nhs`` gave 6, 18, 41 and
68 %: the figures here are of an earlier simulation of the same, which other documents quote.
"""
