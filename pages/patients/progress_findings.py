"""How a series went: the answer in words, the trajectory, and the change that is real."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from charts import trajectory as charts
from charts.along import Along
from charts.placed_scores import Panel, without_score_before
from charts.score_words import improvement, taken
from clinical.codes import Phase, Timepoint
from clinical.instruments import Instrument
from clinical.milestones import Milestone, Milestones, TakenScore, Verdict, reliable_change
from clinical.progress import WORSE_POINTS, Status, held_from, points_worse, status
from pages.patients.record import Record
from pages.shared.frame import Finding
from pages.shared.words import count_words, day_words

PROGRESS_DEFINITIONS = """
- **Baseline**: the last score in the 14 days up to the first infusion of the series. Without one
  nothing is evaluable, not even remission.
- **Timepoints**: *before an infusion* is within 24 hours before the next one; *within 72 hours* and
  *later* (up to 28 days after the last infusion) are apart, because the same treatment gives quite
  different scores at these times.
- **Response, remission, reliable change**: by the rules of each questionnaire, which stand under
  the table of changes. Exactly the limit counts. In maintenance a response is counted from the
  baseline of the induction before it, which treatment had not lowered yet.
- **When** a milestone was reached: days since the day of the first infusion, and infusions begun by
  then, at the first score that reached it.
- **Loss of response**: a response was reached, and the latest score is none; dated by the first of
  the scores since which there has been none.
"""
"""What the page says at its foot about this part."""


def patient_answer(
    instrument: Instrument, phase: Phase, scores: pd.DataFrame, baseline: float | None
) -> str:
    """How the patient is doing in one series, in one sentence.

    ``scores``: of this instrument and series, after its first infusion, in time order.
    """
    if instrument.code not in WORSE_POINTS:
        return f"**{instrument.name} measures the infusion**, not how the patient is doing."
    if baseline is None:
        return (
            f"**Not evaluable on {instrument.name}**: there is no score in the 14 days before "
            f"this series, so there is nothing to compare with{_latest(scores)}."
        )
    if scores.empty:
        return (
            f"**Not evaluable on {instrument.name}**: the baseline is {baseline:g}, "
            "and no score followed in this series."
        )
    last = scores.iloc[-1]
    word = status(instrument, phase, baseline, last["total"])
    return (
        f"{instrument.name} {_movement(baseline, last['total'])}, {_taken(last)}: "
        f"**{_compared(instrument, baseline, last['total'])}**; "
        f"{_outcome(instrument, phase, word, scores)}."
    )


def against_before_treatment(
    instrument: Instrument, first_baseline: float, totals: list[float]
) -> str:
    """A maintenance score against the baseline of the induction before it.

    ``totals``: every score since that baseline, in time order; the last is the one compared.
    """
    percent = instrument.improvement_percent(first_baseline, totals[-1])
    if percent is None:
        return ""
    words = f"Against {first_baseline:g} before induction: {improvement(percent)}"
    if instrument.responded(first_baseline, totals[-1]):
        return f"{words}, a response."
    if any(instrument.responded(first_baseline, total) for total in totals):
        return f"{words}. **The response reached before is lost.**"
    return f"{words}, no response so far."


def trajectory_finding(record: Record, instruments: Sequence[Instrument], along: Along) -> Finding:
    """The scores of one or several instruments against the infusions of the record."""
    panels = [
        Panel(each, record.scores_of(each), record.baselines_of(each)) for each in instruments
    ]
    told = "; ".join(course_words(panel) for panel in panels)
    title = f"{told[0].upper()}{told[1:]}, over {count_words(len(record.infusions), 'infusion')}"
    return Finding(
        key="trajectory",
        title=title,
        subtitle=". ".join(_before_words(panel, record.infusions) for panel in panels),
        chart=charts.trajectory_chart(panels, record.infusions, along),
        table=lambda: pd.concat([_scores_table(panel) for panel in panels]),
        alt=f"The patient's scores and infusions. {title}.",
        note=(
            "Scores before an infusion, within 72 hours after one, and later have different marks; "
            "only the first are joined, and not over a missing one."
        ),
    )


def change_table(record: Record, instruments: Sequence[Instrument]) -> pd.DataFrame:
    """What a record of one series has reached on each instrument: a row for each milestone.

    Columns: ``Questionnaire``, ``What``, ``Result``, ``Date``, ``Day`` (since the first infusion),
    ``Infusions`` (begun by then), ``Score taken`` and ``Rule``.
    """
    return pd.DataFrame([row for each in instruments for row in _change_rows(record, each)]).astype(
        {"Day": "Int64", "Infusions": "Int64"}
    )


def change_words(rows: pd.DataFrame) -> pd.DataFrame:
    """The table of :func:`change_table` for reading: markdown, the rule beside what it rules."""
    return pd.DataFrame(
        {
            "Questionnaire": rows["Questionnaire"].mask(rows["Questionnaire"].duplicated(), ""),
            "Milestone": [
                f"**{what}**" + (f": {rule[0].lower()}{rule[1:]}" if rule else "")
                for what, rule in zip(rows["What"], rows["Rule"], strict=True)
            ],
            "Result": rows["Result"],
            "When": [
                "–" if pd.isna(day) else f"Day {day}, {_unbroken(day_words(on))}"
                for day, on in zip(rows["Day"], rows["Date"], strict=True)
            ],
            "After": [
                "–" if pd.isna(number) else _unbroken(count_words(number, "infusion"))
                for number in rows["Infusions"]
            ],
            "Score taken": [words or "–" for words in rows["Score taken"]],
        }
    )


def _unbroken(words: str) -> str:
    """Words that stay on one line."""
    return words.replace(" ", "\N{NO-BREAK SPACE}")


def _change_rows(record: Record, instrument: Instrument) -> list[dict[str, Any]]:
    found = record.milestones_of(instrument)
    baseline = record.baseline_of(instrument)
    before = record.induction_baseline_of(instrument)
    start = record.infusions["started"].iloc[0]

    def row(what: str, result: str, score: TakenScore | None, rule: str) -> dict[str, Any]:
        return {
            "Questionnaire": instrument.name,
            "What": what,
            "Result": result,
            "Date": None if score is None else score.completed.date(),
            "Day": None if score is None else (score.completed.date() - start.date()).days,
            "Infusions": None if score is None else score.number,
            "Score taken": "" if score is None else _when(score),
            "Rule": rule,
        }

    scores = [
        row(what, _level(instrument, baseline, score), score, _against(baseline))
        for what, score in (("Latest score", found.latest), ("Best score", found.best))
    ]
    reached = [
        row(what, _verdict(milestone, found, instrument, baseline, what), milestone.first, rule)
        for what, milestone, rule in (
            (_RESPONSE, found.response, _response_rule(instrument, before)),
            (_REMISSION, found.remission, _remission_rule(instrument)),
            (_IMPROVED, found.improvement, _reliable_rule(instrument, "better")),
            (_WORSE, found.worsening, _reliable_rule(instrument, "worse")),
            (_LOSS, found.loss, _loss_rule(instrument)),
        )
    ]
    return scores + reached


_RESPONSE, _REMISSION, _LOSS = "Response", "Remission", "Loss of response"
_IMPROVED, _WORSE = "Reliable improvement", "Reliable worsening"


def _level(instrument: Instrument, baseline: float | None, score: TakenScore | None) -> str:
    if score is None:
        return "No score since the series began"
    if baseline is None:
        return f"{score.total:g}; not evaluable: no baseline"
    change = _compared(instrument, baseline, score.total)
    reliable = reliable_change(instrument, baseline, score.total)
    return f"{score.total:g}, {change}" + ("" if reliable is None else f"; {reliable.value}")


def _verdict(
    milestone: Milestone,
    found: Milestones,
    instrument: Instrument,
    baseline: float | None,
    what: str,
) -> str:
    """What is said of a milestone in the column of results."""
    if milestone.first is not None:
        if what == _LOSS:
            return f"Lost: {milestone.first.total:g} is no response"
        already = what == _REMISSION and baseline is not None and instrument.remitted(baseline)
        return f"Reached, at {milestone.first.total:g}" + (
            "; the baseline was one already" if already else ""
        )
    if milestone.verdict is not Verdict.NOT_REACHED or found.latest is None:
        return milestone.verdict.value.capitalize()
    if what == _LOSS:
        return "Not lost" if found.response.first is not None else "No response to lose"
    return f"Not reached after {count_words(found.latest.number, 'infusion')}"


def _against(baseline: float | None) -> str:
    return "There is no baseline" if baseline is None else f"Against the baseline, {baseline:g}"


def _response_rule(instrument: Instrument, before: float | None) -> str:
    if instrument.response_percent is None:
        return ""
    than = "the baseline" if before is None else f"{before:g} before induction"
    return f"At least {instrument.response_percent:g}\N{NO-BREAK SPACE}% better than {than}"


def _remission_rule(instrument: Instrument) -> str:
    if instrument.remission_at_most is None:
        return ""
    return f"{instrument.remission_at_most:g} or less"


def _reliable_rule(instrument: Instrument, way: str) -> str:
    if instrument.reliable_change is None:
        return ""
    return f"At least {instrument.reliable_change:g} points {way} than the baseline"


def _loss_rule(instrument: Instrument) -> str:
    if instrument.response_percent is None:
        return ""
    return "Reached before, and the latest score is none"


def _when(score: TakenScore) -> str:
    return taken(score.timepoint, score.number, score.hours_after)


def course_words(panel: Panel) -> str:
    """From the first baseline to the last score, and the best between them."""
    later, baselines = panel.later(), panel.baselines
    name = panel.instrument.name
    best = max if panel.instrument.higher_is_better else min
    values = [*baselines["baseline"], *later["total"]]
    if not values:
        return f"no {name} score"
    if later.empty:
        return f"{name} {values[-1]:g} at baseline"
    latest, best_words = later["total"].iloc[-1], f"best {best(values):g}"
    if baselines.empty or baselines["completed"].min() > later["completed"].iloc[0]:
        return f"{name} without a baseline at first, latest {latest:g}, {best_words}"
    return f"{name} from {values[0]:g} to {latest:g}, {best_words}"


def _before_words(panel: Panel, infusions: pd.DataFrame) -> str:
    """How many of the infusions had a score before them, and how many scores there are in all."""
    had = len(infusions) - len(without_score_before(panel, infusions))
    scores = len(panel.baselines) + len(panel.later())
    return (
        f"{panel.instrument.name}: {had} of {count_words(len(infusions), 'infusion')} had a score "
        f"before {'it' if len(infusions) == 1 else 'them'}; {count_words(scores, 'score')}"
    )


def _latest(scores: pd.DataFrame) -> str:
    if scores.empty:
        return ""
    last = scores.iloc[-1]
    return f" (the latest score is {last['total']:g}, {_taken(last)})"


def _taken(score: "pd.Series[float]") -> str:
    return taken(Timepoint(int(score["timepoint"])), int(score["number"]), score["hours_after"])


def _movement(baseline: float, total: float) -> str:
    verb = "fell" if total < baseline else "rose" if total > baseline else "stayed"
    if verb == "stayed":
        return f"stayed at {total:g} (baseline {baseline:g})"
    return f"{verb} from {baseline:g} (baseline) to {total:g}"


def _compared(instrument: Instrument, baseline: float, total: float) -> str:
    """Better in per cent, as the rules for response are; worse in points, as the rule for worse."""
    worse_by = points_worse(instrument, total - baseline)
    percent = instrument.improvement_percent(baseline, total)
    if worse_by > 0 or percent is None:
        return f"{count_words(int(abs(worse_by)), 'point')} {'worse' if worse_by > 0 else 'better'}"
    return improvement(percent)


def _outcome(instrument: Instrument, phase: Phase, word: Status, scores: pd.DataFrame) -> str:
    """The status, since when a response or remission holds, or that one was lost."""
    if word is Status.WORSE:
        return f"{WORSE_POINTS[instrument.code]:g} or more count as worse"
    if instrument.response_percent is None:
        return word.label.lower()
    response = _since(scores, "response")
    remission = _since(scores, "remission")
    if response or remission:
        return ", ".join(
            (
                f"response{response}" if response else "no response",
                f"in remission{remission}" if remission else "not in remission",
            )
        )
    reached = scores["response"].isin([1])
    # Maintenance is told against the induction before it, where a lost response is said.
    if reached.any() and phase is not Phase.MAINTENANCE:
        first = scores[reached].iloc[0]
        return f"{word.label.lower()}: the response seen {_taken(first)} is lost"
    return word.label.lower()


def _since(scores: pd.DataFrame, column: str) -> str | None:
    """Since when every score has been one; ``None`` where the latest is not."""
    position = held_from(scores[column].isin([1]).tolist())
    if position is None:
        return None
    return f" since the score {_taken(scores.iloc[position])}"


def _scores_table(panel: Panel) -> pd.DataFrame:
    scores = panel.scores
    return pd.DataFrame(
        {
            "Questionnaire": panel.instrument.name,
            "Date": scores["completed"].dt.date,
            "Taken": [_taken(scores.iloc[row]) for row in range(len(scores))],
            "Score": scores["total"],
            "Baseline": scores["baseline"],
            "Better, %": scores["percent"].round(),
        }
    )
