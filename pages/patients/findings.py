"""The findings of the caseload: its answer in words, and each picture with its message."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from charts import patients as charts
from charts.numbers import percent
from clinical.codes import Phase, Timepoint
from clinical.incidence import Proportion, proportion
from clinical.instruments import Instrument
from clinical.progress import WORSE_POINTS, Status
from data_access.filters import Filters
from pages.shared.frame import Finding
from pages.shared.words import count_words, day_words, rate_words

_WHEN = {
    Timepoint.BEFORE_INFUSION: "taken before an infusion",
    Timepoint.AFTER_INFUSION: "within 72 hours after one",
    Timepoint.FOLLOW_UP: "later",
}


@dataclass(frozen=True, slots=True)
class Caseload:
    """The patients of a caseload, or of one phase of it, and those who can be evaluated."""

    patients: int
    evaluable: int
    responded: int
    remitted: int
    by_status: dict[Status, int]

    def share(self, count: int) -> Proportion:
        """A count of evaluable patients as a share of all of them."""
        return proportion(count, self.evaluable)


def count_caseload(totals: pd.DataFrame, phase: Phase | None = None) -> Caseload:
    """Add up :func:`data_access.patients.caseload_totals`, of one phase where one is given."""
    if phase is not None:
        totals = totals[totals["phase"] == int(phase)]
    known = charts.evaluable(totals)
    by_status = totals.groupby("status")["patients"].sum()
    return Caseload(
        patients=int(totals["patients"].sum()),
        evaluable=int(known["patients"].sum()),
        responded=int(known["responded"].sum()),
        remitted=int(known["remitted"].sum()),
        by_status={status: int(by_status.get(int(status), 0)) for status in Status},
    )


def caseload_answer(totals: pd.DataFrame, instrument: Instrument) -> str:
    """The page's answer in words.

    Induction is told by who responded, maintenance by who holds: its baseline is the score with
    which it began, so one rate over both would say nothing.
    """
    caseload = count_caseload(totals)
    if caseload.evaluable == 0:
        return (
            f"None of the **{_patients(caseload.patients)}** with a series in this period can be "
            f"evaluated on {instrument.name}: no series has both a baseline and a later score."
        )
    parts = [
        words(count_caseload(totals, phase), instrument)
        for phase, words in (
            (Phase.INDUCTION, _induction_words),
            (Phase.MAINTENANCE, _maintenance_words),
        )
    ]
    return f"On {instrument.name}, {'; '.join(part for part in parts if part)}."


def caseload_note(totals: pd.DataFrame) -> str:
    """Who the answer is about, who is missing from it, and when the scores were taken."""
    caseload = count_caseload(totals)
    left = caseload.patients - caseload.evaluable
    by_timepoint = charts.evaluable(totals).groupby("timepoint")["patients"].sum()
    times = ", ".join(
        f"{by_timepoint[int(kind)]:,} {words}"
        for kind, words in _WHEN.items()
        if int(kind) in by_timepoint.index
    )
    missing = (
        f", of whom {left:,} {_have(left)} no baseline or no later score and {_are(left)} "
        "not evaluable"
        if left
        else ""
    )
    when = f" Latest scores: {times}; the bars below keep these apart." if times else ""
    return f"{_patients(caseload.patients)} with a series in this period{missing}.{when}"


def _induction_words(caseload: Caseload, instrument: Instrument) -> str:
    if not caseload.evaluable:
        return ""
    if instrument.response_percent is None:
        better = _improved_words(caseload, instrument)
    else:
        better = (
            f"**{caseload.responded:,} of {_evaluable(caseload)} in induction responded** at "
            f"the latest score ({rate_words(caseload.share(caseload.responded))}), "
            f"{caseload.remitted:,} {_are(caseload.remitted)} in remission"
        )
    worse = caseload.by_status[Status.WORSE]
    return f"{better} and {worse:,} {_are(worse)} worse"


def _improved_words(caseload: Caseload, instrument: Instrument) -> str:
    improved = caseload.by_status[Status.IMPROVED]
    return (
        f"**{improved:,} of {_evaluable(caseload)} in induction improved** by at least "
        f"{WORSE_POINTS[instrument.code]:g} points ({rate_words(caseload.share(improved))})"
    )


def _maintenance_words(caseload: Caseload, instrument: Instrument) -> str:
    if not caseload.evaluable:
        return ""
    worse = caseload.by_status[Status.WORSE]
    return (
        f"**{worse:,} of {_evaluable(caseload)} in maintenance {_are(worse)} worse** than when it "
        f"began ({rate_words(caseload.share(worse))})"
    )


def _evaluable(caseload: Caseload) -> str:
    return count_words(caseload.evaluable, "evaluable patient")


def scores_finding(
    scores: pd.DataFrame, instrument: Instrument, phase: Phase, filters: Filters
) -> Finding | None:
    """Mean score by infusion number; ``None`` without two points to compare."""
    before = charts.before_infusion(scores)
    if len(before) < 2:
        return None
    ended = before["infusion"] == charts.usual_end(before)
    first, last = before.to_dict("records")[0], before[ended].to_dict("records")[0]
    verb = "falls" if last["mean"] < first["mean"] else "rises"
    title = (
        f"{instrument.name} {verb} from {first['mean']:.1f} {_before(first)} "
        f"to {last['mean']:.1f} {_before(last)}"
    )
    their = last["mean_baseline"]
    began = f"; those {last['compared']:,} began at {their:.1f}" if last["compared"] else ""
    return Finding(
        key="scores-by-infusion",
        title=title,
        subtitle=(
            f"{phase.label} series, mean of scores from {_period(filters)}: "
            f"n {first['scores']:,} {_before(first)}, {last['scores']:,} {_before(last)}{began}. "
            "Bars: 95 % interval of the mean."
        ),
        chart=charts.scores_chart(scores, instrument),
        table=lambda: _scores_table(scores),
        alt=f"Line of the mean score before each infusion. {title}.",
        note=(
            "Fewer patients have scores at later infusions; the dashed line is the baseline of "
            f"just those. Points of fewer than {charts.FEWEST} scores are not drawn."
        ),
    )


def response_finding(scores: pd.DataFrame, instrument: Instrument, phase: Phase) -> Finding | None:
    """Response and remission by infusion number; ``None`` without a rule or any rated score."""
    before = charts.before_infusion(scores)
    if instrument.response_percent is None or before.empty:
        return None
    rated = before[before["rated"] >= charts.FEWEST]
    ended = rated[rated["infusion"] <= charts.usual_end(before)]
    if ended.empty:
        return None
    last = ended.to_dict("records")[-1]
    responded = proportion(last["responded"], last["rated"])
    remitted = proportion(last["remitted"], last["remission_rated"])
    title = (
        f"Before infusion {last['infusion']}, {percent(responded.estimate)} had responded "
        f"and {percent(remitted.estimate)} were in remission"
    )
    return Finding(
        key="response-by-infusion",
        title=title,
        subtitle=(
            f"{phase.label} series with a baseline, scores before an infusion; at infusion "
            f"{last['infusion']} n {responded.n:,}, response {rate_words(responded)}"
        ),
        chart=charts.response_chart(scores),
        table=lambda: _response_table(rated),
        alt=f"Two lines with intervals. {title}.",
        note="Who has stopped is not in the later points, so this is no rate of all who began.",
    )


def status_finding(totals: pd.DataFrame, instrument: Instrument) -> Finding | None:
    """How evaluable patients are doing; ``None`` where nobody is evaluable."""
    caseload = count_caseload(totals)
    if not caseload.evaluable:
        return None
    look = caseload.by_status[Status.WORSE] + caseload.by_status[Status.NO_RESPONSE]
    title = (
        f"{look:,} of {caseload.evaluable:,} evaluable patients are worse or without response"
        if look
        else f"None of {caseload.evaluable:,} evaluable patients is worse or without response"
    )
    return Finding(
        key="status",
        title=title,
        subtitle=(
            f"{instrument.name}, latest score of the latest series against its baseline, "
            "by phase and by when that score was taken"
        ),
        chart=charts.status_chart(totals),
        table=lambda: _status_table(totals),
        alt=f"Bars of patients by status. {title}.",
    )


def _scores_table(scores: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Taken": [Timepoint(kind).label for kind in scores["timepoint"]],
            "Infusion": scores["number"],
            "Scores": scores["scores"],
            "Mean": scores["mean"].round(2),
            "Mean baseline of the same": scores["mean_baseline"].round(2),
        }
    )


def _response_table(before: pd.DataFrame) -> pd.DataFrame:
    responded = [
        proportion(int(count), int(n))
        for count, n in zip(before["responded"], before["rated"], strict=True)
    ]
    return pd.DataFrame(
        {
            "Before infusion": before["infusion"],
            "Scores": before["rated"],
            "Responded": before["responded"],
            "Responded, %": [_hundredfold(share.estimate) for share in responded],
            "95 % CI from": [_hundredfold(share.low) for share in responded],
            "95 % CI to": [_hundredfold(share.high) for share in responded],
            "In remission": before["remitted"],
        }
    )


def _status_table(totals: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Phase": [Phase(number).label for number in totals["phase"]],
            "Status": [Status(number).label for number in totals["status"]],
            "Latest score": [
                Timepoint(kind).label if kind else "None" for kind in totals["timepoint"]
            ],
            "Patients": totals["patients"],
        }
    )


def _hundredfold(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)


def _before(row: dict[Hashable, Any]) -> str:
    return "at baseline" if row["number"] == 0 else f"before infusion {row['infusion']}"


def _period(filters: Filters) -> str:
    return f"{day_words(filters.start)} to {day_words(filters.end)}"


def _patients(count: int) -> str:
    return count_words(count, "patient")


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"
