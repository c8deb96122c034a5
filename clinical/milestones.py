"""What a series has reached on one instrument, and when: the change that is real.

Response and remission are the instrument's own rules, reliable change is its change beyond
measurement error (:mod:`clinical.instruments` names the sources). *First reached* counts from the
day of the first infusion of the series; an infusion counts once it has begun. Without a baseline
nothing is evaluable, not even remission (data contract, "Baseline").

A response is counted from the baseline of the series; in maintenance, whose baseline a response has
already lowered, from that of the induction before it. *Loss of response*: reached, and the latest
score is none; it is dated by the first of the scores since which there has been none.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from clinical.codes import Timepoint
from clinical.instruments import Instrument
from clinical.progress import points_worse


class TakenScore(NamedTuple):
    """A total of one instrument that belongs to a series, after its first infusion.

    ``completed``: by the clock of the site; ``number``: of the infusion it belongs to, so how many
    had begun; ``hours_after`` that infusion.
    """

    completed: datetime
    timepoint: Timepoint
    number: int
    hours_after: float
    total: float


class Reliable(Enum):
    """Whether a change is beyond the instrument's measurement error."""

    IMPROVED = "reliably improved"
    NONE = "no reliable change"
    WORSE = "reliably worse"


class Verdict(Enum):
    """What can be said of a milestone."""

    REACHED = "reached"
    NOT_REACHED = "not reached"
    NO_RULE = "no published rule"
    NO_BASELINE = "not evaluable: no baseline"
    NO_ROOM = "not evaluable: a baseline of 0 cannot fall"
    NO_SCORE = "not evaluable: no later score"


class Milestone(NamedTuple):
    """Whether a milestone was reached, and the first score that did, with its day of the series."""

    verdict: Verdict
    first: TakenScore | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Milestones:
    """What one series has reached on one instrument.

    ``best``: the first of the best scores; ``latest``: the last by the time it was taken; ``None``
    without a score. ``loss``: of a response.
    """

    best: TakenScore | None
    latest: TakenScore | None
    response: Milestone
    remission: Milestone
    improvement: Milestone
    worsening: Milestone
    loss: Milestone


def reliable_change(instrument: Instrument, baseline: float, total: float) -> Reliable | None:
    """The change from the baseline by the instrument's rule; ``None`` where none is published.

    A change of exactly the limit counts.
    """
    if instrument.reliable_change is None:
        return None
    worse_by = points_worse(instrument, total - baseline)
    if worse_by >= instrument.reliable_change:
        return Reliable.WORSE
    return Reliable.IMPROVED if -worse_by >= instrument.reliable_change else Reliable.NONE


def milestones(
    instrument: Instrument,
    baseline: float | None,
    scores: Sequence[TakenScore],
    first_infusion: datetime,
    *,
    response_baseline: float | None = None,
) -> Milestones:
    """The milestones of a series. ``scores`` may come in any order: one may be recorded late.

    ``first_infusion``: when it began, by the clock of the site; ``response_baseline``: in
    maintenance the baseline of the induction before it, where there is one.
    """
    course = _Course(
        instrument, baseline, sorted(scores, key=lambda score: score.completed), first_infusion
    )
    compared = baseline if response_baseline is None else response_baseline
    return Milestones(
        best=_best(instrument, course.scores),
        latest=course.scores[-1] if course.scores else None,
        response=_response(course, compared),
        remission=course.first(instrument.remission_at_most, course.remitted),
        improvement=course.first(instrument.reliable_change, course.is_(Reliable.IMPROVED)),
        worsening=course.first(instrument.reliable_change, course.is_(Reliable.WORSE)),
        loss=_loss(course, compared),
    )


@dataclass(frozen=True, slots=True)
class _Course:
    """A series on one instrument; ``scores`` in time order."""

    instrument: Instrument
    baseline: float | None
    scores: list[TakenScore]
    first_infusion: datetime

    def first(self, rule: float | None, reached: Callable[[float], bool]) -> Milestone:
        """The first score that reaches something, where there is a rule to reach."""
        if rule is None:
            return Milestone(Verdict.NO_RULE)
        if self.baseline is None:
            return Milestone(Verdict.NO_BASELINE)
        if not self.scores:
            return Milestone(Verdict.NO_SCORE)
        found = next((score for score in self.scores if reached(score.total)), None)
        return Milestone(Verdict.NOT_REACHED) if found is None else self.reached(found)

    def reached(self, score: TakenScore) -> Milestone:
        """A milestone reached with a score."""
        days = (score.completed.date() - self.first_infusion.date()).days
        return Milestone(Verdict.REACHED, score, days)

    def remitted(self, total: float) -> bool:
        """Whether a total is a remission."""
        return self.instrument.remitted(total) is True

    def is_(self, change: Reliable) -> Callable[[float], bool]:
        """Whether a total is such a change from the baseline."""
        return lambda total: (
            self.baseline is not None
            and reliable_change(self.instrument, self.baseline, total) is change
        )


def _best(instrument: Instrument, scores: list[TakenScore]) -> TakenScore | None:
    choose = max if instrument.higher_is_better else min
    return choose(scores, key=lambda score: score.total, default=None)


def _response(course: _Course, compared: float | None) -> Milestone:
    if course.instrument.response_percent is not None and compared == 0:
        return Milestone(Verdict.NO_ROOM)
    return course.first(course.instrument.response_percent, _responds(course, compared))


def _loss(course: _Course, compared: float | None) -> Milestone:
    """The first score since which there is no response, where there was one before it."""
    response = _response(course, compared)
    responds = _responds(course, compared)
    if response.verdict not in {Verdict.REACHED, Verdict.NOT_REACHED}:
        return response
    had_at_start = course.baseline is not None and responds(course.baseline)
    since = len(course.scores)
    while since > 0 and not responds(course.scores[since - 1].total):
        since -= 1
    lost = since < len(course.scores) and (since > 0 or had_at_start)
    return course.reached(course.scores[since]) if lost else Milestone(Verdict.NOT_REACHED)


def _responds(course: _Course, compared: float | None) -> Callable[[float], bool]:
    return lambda total: (
        compared is not None and course.instrument.responded(compared, total) is True
    )
