"""What the view Scores knows: means of both kinds of scores, the waterfall, and the spread."""

from dataclasses import dataclass

import pandas as pd

from charts.outcome_scores import Start
from clinical.codes import ScoreKind
from clinical.instruments import Instrument
from clinical.mean_scores import means_by_number
from clinical.responses import reliable_points
from clinical.score_shares import bands_by_number, changes_by_number
from clinical.waterfall import Waterfall, waterfall
from pages.outcomes.look import Look
from pages.outcomes.words import course_nouns


@dataclass(frozen=True, slots=True)
class ScoresKnown:
    """The means and shares of at least ``least`` courses; what rests on fewer is left out.

    ``kind`` and ``number``: the scores that the reader chose; ``due``: courses that are judged up
    to that infusion. ``unit``: what one course is called. ``means``: as
    :func:`clinical.mean_scores.means_by_number`, of each kind; ``bands``, ``changes`` and ``fall``:
    of the chosen kind.
    """

    measure: Instrument
    kind: ScoreKind
    number: int
    due: int
    least: int
    unit: str
    means: dict[ScoreKind, pd.DataFrame]
    bands: pd.DataFrame
    changes: pd.DataFrame
    fall: Waterfall

    @property
    def units(self) -> str:
        """What several courses are called."""
        return f"{self.unit}s"

    @property
    def points(self) -> float:
        """Points from which one course counts as changed."""
        return reliable_points(self.measure) or 1.0

    @property
    def chosen(self) -> pd.Series | None:
        """The means at the chosen infusion; ``None`` where too few have a score then."""
        return _at(self.means[self.kind], self.number)

    @property
    def start(self) -> Start | None:
        """Where the line of settled scores begins.

        The baseline of those with a settled score after the chosen infusion, or after the last one
        before it that enough have.
        """
        settled = self.means[ScoreKind.SETTLED]
        upto = settled[settled["number"] <= self.number]
        if upto.empty:
            return None
        row = upto.iloc[-1]
        return Start(
            int(row["number"]),
            int(row["n"]),
            row["baseline"],
            row["baseline_low"],
            row["baseline_high"],
        )


def scores_known(look: Look, other_scores: pd.DataFrame) -> ScoresKnown:
    """Work it out. ``other_scores``: as ``look.scores``, of the kind that was not chosen."""
    least = look.thresholds.smallest_group
    kind = look.cohort.kind
    shown = {
        each: _enough(means_by_number(scores, look.measure), least)
        for each, scores in zip((kind, other_kind(kind)), (look.scores, other_scores), strict=True)
    }
    numbers = shown[kind]["number"]
    has_chosen = look.number in set(numbers)
    bands = bands_by_number(look.scores, look.measure, look.number if has_chosen else None)
    return ScoresKnown(
        measure=look.measure,
        kind=kind,
        number=look.number,
        due=look.retention.due,
        least=least,
        unit=course_nouns(look)[0],
        means=shown,
        bands=_enough(bands, least),
        changes=_enough(changes_by_number(look.scores, look.measure), least),
        fall=waterfall(look.scores, look.measure, look.number),
    )


def other_kind(kind: ScoreKind) -> ScoreKind:
    """The kind of scores that was not chosen."""
    return ScoreKind.SETTLED if kind is ScoreKind.ACUTE else ScoreKind.ACUTE


def _enough(rows: pd.DataFrame, least: int) -> pd.DataFrame:
    return rows[rows["n"] >= least].reset_index(drop=True)


def _at(means: pd.DataFrame, number: int) -> pd.Series | None:
    found = means[means["number"] == number]
    return None if found.empty else found.iloc[0]
