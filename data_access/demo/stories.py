"""What the demo clinic has to tell: the truth that the pages must let a person find.

``docs/demo-clinic.md`` tells the same stories in words. Times are relative to the last day.
"""

from dataclasses import dataclass
from datetime import date

from clinical.calendar import month_number, week_date, week_number
from data_access.demo.plan import Plan

NAUSEA_SITE = 1
"""Nausea rises from 12 to 30 % of the infusions at this site ..."""
NAUSEA_RAISED = 0.30
NAUSEA_WEEKS = 6
"""... from the Monday this many weeks before the last day's week, with a new lot."""

MISSED_SITE = 2
MISSED_WEEKDAY = 1
"""On Mondays infusion appointments are missed at this site far more often than on other days."""
MISSED_RAISED = 0.22

BOTTLENECK_SITE = 3
"""At this site one chair, its first, fills before any other."""

MISSING_SCORES_MONTHS_AGO = 3
"""In the calendar month this many months before the last day's most scores are missing ..."""
MISSING_SCORES_SHARE = 0.65
"""... at every site."""


@dataclass(frozen=True, slots=True)
class PatientStory:
    """One patient whose course is written by hand.

    ``first_infusion``: days before the last day. ``phq9`` and ``item9``: one value before each
    infusion, then one for the last score. ``maintenance``: infusions after the first six.
    """

    patient_id: str
    given_name: str
    family_name: str
    sex: str
    birth_year: int
    site_number: int
    first_infusion: int
    phq9: tuple[int, ...]
    item9: tuple[int, ...]
    maintenance: int = 0

    @property
    def infusions(self) -> int:
        """How many infusions the story tells of."""
        return len(self.phq9) - 1


RAPID = PatientStory(
    "P000001", "Rosalind", "Quickwater", "female", 1981, 1, 27,
    phq9=(21, 7, 6, 4, 3, 3, 2), item9=(2, 0, 0, 0, 0, 0, 0),
)  # fmt: skip
LATE = PatientStory(
    "P000002", "Tobias", "Slowbridge", "male", 1969, 1, 27,
    phq9=(20, 19, 19, 18, 16, 10, 8), item9=(1, 1, 1, 1, 1, 0, 0),
)  # fmt: skip
PARTIAL = PatientStory(
    "P000003", "Amina", "Halfmoon", "female", 1990, 2, 29,
    phq9=(18, 16, 14, 13, 13, 12, 12), item9=(1, 1, 0, 0, 0, 0, 0),
)  # fmt: skip
NON_RESPONDER = PatientStory(
    "P000004", "Viktor", "Stillwater", "male", 1975, 3, 29,
    phq9=(22, 21, 22, 20, 21, 22, 21), item9=(1, 1, 1, 1, 1, 1, 1),
)  # fmt: skip
WORSENING = PatientStory(
    "P000005", "Marisol", "Downing", "female", 1987, 1, 26,
    phq9=(15, 16, 18, 19, 21, 22, 23), item9=(0, 0, 0, 1, 1, 1, 1),
)  # fmt: skip
ITEM9_RISES = PatientStory(
    "P000006", "Desmond", "Undertow", "male", 1994, 3, 28,
    phq9=(21, 18, 16, 14, 13, 11, 10), item9=(0, 0, 1, 1, 2, 2, 2),
)  # fmt: skip
LOSES_RESPONSE = PatientStory(
    "P000007", "Ingrid", "Fallows", "female", 1972, 1, 213,
    phq9=(20, 14, 11, 9, 8, 7, 6, 6, 7, 7, 13, 16, 17),
    item9=(1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1),
    maintenance=6,
)  # fmt: skip

PATIENTS = (RAPID, LATE, PARTIAL, NON_RESPONDER, WORSENING, ITEM9_RISES, LOSES_RESPONSE)


def nausea_rises_on(plan: Plan) -> int:
    """The day number of the Monday from which nausea is raised."""
    return week_first_day(week_number(plan.last_day) - NAUSEA_WEEKS)


def missing_scores_month(until: date) -> int:
    """The month (see :mod:`clinical.calendar`) in which most scores are missing."""
    return month_number(until) - MISSING_SCORES_MONTHS_AGO


def week_first_day(week: int) -> int:
    """The Monday of a week, as a day number."""
    return week_date(week).toordinal() - date(1970, 1, 1).toordinal()
