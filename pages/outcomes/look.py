"""What every view of the page is given: whose outcomes, and who of them can be told."""

from dataclasses import dataclass

import pandas as pd

from clinical.codes import Phase
from clinical.course_scores import Missing
from clinical.instruments import Instrument
from clinical.retention import Retention, retention
from clinical.thresholds import Thresholds
from data_access import outcomes as queries
from data_access.cohort import Cohort, cohort_phase
from data_access.thresholds import read_thresholds
from pages.outcomes.choice import Choice
from pages.shared.context import PageContext
from pages.shared.memory import remembered


@dataclass(frozen=True, slots=True)
class Look:
    """The reader's choice with the counts it begins with. Not to be changed: others share it.

    ``starts`` and ``scores``: as :func:`data_access.outcomes.start_counts` and ``score_counts`` of
    the cohort; ``retention``: the funnel at the chosen infusion.
    """

    choice: Choice
    phase: Phase
    thresholds: Thresholds
    starts: pd.DataFrame
    scores: pd.DataFrame
    retention: Retention

    @property
    def cohort(self) -> Cohort:
        """Whose outcomes, and on what."""
        return self.choice.cohort

    @property
    def measure(self) -> Instrument:
        """What they are measured by."""
        return self.choice.cohort.instrument

    @property
    def number(self) -> int:
        """The infusion after which the result is read."""
        return self.choice.number

    @property
    def missing(self) -> Missing:
        """What is made of missing scores."""
        return self.choice.missing


def take_look(context: PageContext, choice: Choice) -> Look:
    """Look up what all views begin with."""
    starts, scores = counts_of(context, choice.cohort)
    return Look(
        choice=choice,
        phase=cohort_phase(context.filters),
        thresholds=read_thresholds(context.connection, context.viewer),
        starts=starts,
        scores=scores,
        retention=retention(starts, scores, choice.number),
    )


def counts_of(context: PageContext, cohort: Cohort) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``starts`` and ``scores`` of another cohort, remembered as those of the page are."""
    return remembered(context, "outcomes: counts", lambda: _counts(context, cohort), cohort)


def _counts(context: PageContext, cohort: Cohort) -> tuple[pd.DataFrame, pd.DataFrame]:
    asked = context.connection, context.viewer, context.filters, cohort, context.today
    return queries.start_counts(*asked), queries.score_counts(*asked)
