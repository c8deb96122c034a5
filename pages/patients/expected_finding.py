"""The finding about the expected course: where the patient stands among comparable ones."""

import pandas as pd

from charts.expected_course import expected_course_chart, step_words
from clinical.codes import DiagnosisGroup, Phase, Timepoint
from clinical.expected import (
    COMPARED,
    FEWEST,
    GROUP_NEEDS,
    MOST_INFUSIONS,
    Outlook,
    Track,
    comparison_group,
    expected_course,
    outlook,
    track,
)
from clinical.instruments import Instrument
from clinical.thresholds import Thresholds
from data_access.expected import Comparable, comparable_scores, later_responses
from pages.patients.record import Record
from pages.shared.context import PageContext
from pages.shared.frame import Finding
from pages.shared.words import count_words, rate_words

EXPECTED_DEFINITIONS = f"""
- **Comparable**: other patients of the sites that you may see, with the same questionnaire, phase
  and severity band at baseline; of the same diagnosis group where {GROUP_NEEDS} or more of it have
  come as far. Counted by series: who had two inductions counts twice. The patient's own scores are
  left out, and so are all within 72 hours after an infusion.
- **Expected course**: percentiles (type 7) of their scores before each infusion, from {FEWEST}
  patients on. **Behind**: worse than the 90th percentile. **Slow**: worse than the 75th. After the
  expected-recovery curves of psychotherapy (Finch, Lambert and Schaalje 2001), whose alarm is the
  tenth furthest behind; for infusions none are published.
- **Later responded**: of those who had improved as little after the same infusion and had a later
  score of that induction, how many responded at one; from {FEWEST} patients on, of any diagnosis
  where the group has fewer. Counts, no advice.
"""
"""What the page says at its foot about this part."""
_VERDICTS = {
    Track.ON_TRACK: "On track",
    Track.SLOW: "Slower than three in four comparable patients",
    Track.BEHIND: "Behind nine in ten comparable patients",
    Track.UNKNOWN: "Too few comparable patients have come as far",
}


def expected_finding(
    context: PageContext, answered: Record, instrument: Instrument, thresholds: Thresholds
) -> Finding | str:
    """Where the patient stands in a record of one series; in words why, where that is unknown."""
    baseline = answered.baseline_of(instrument)
    if instrument not in COMPARED:
        return f"{instrument.name} is not compared with other patients: it has no expected course."
    if baseline is None:
        return f"Without a {instrument.name} baseline nobody can be called comparable."
    own = own_course(answered.later_scores_of(instrument), baseline)
    phase = Phase(answered.series["phase"].iloc[0])
    who = Comparable(
        instrument, phase, instrument.band(baseline) or 0, answered.patient.patient_key
    )
    counts = comparable_scores(context.connection, context.viewer, who)
    number = int(own["number"].iloc[-1])
    group = comparison_group(counts, answered.patient.diagnosis_group, number)
    course = expected_course(_of_group(counts, group))
    if course["p50"].isna().all():
        return f"Fewer than {FEWEST} comparable patients, so no expected course is shown."
    verdict = _verdict(instrument, own, course)
    title = _title(verdict, instrument, own, course)
    return Finding(
        key="expected-course",
        title=title,
        subtitle=_subtitle(who, group, course),
        chart=expected_course_chart(course, own, instrument, verdict),
        table=lambda: _table(course, own),
        alt=f"Fan of comparable patients with this patient's scores. {title}.",
        note=_outlook_note(context, who, group, own, thresholds),
    )


def own_course(later: pd.DataFrame, baseline: float) -> pd.DataFrame:
    """The baseline and the last score before each infusion: ``number``, ``total``, ``percent``."""
    before = later[
        (later["timepoint"] == int(Timepoint.BEFORE_INFUSION))
        & later["number"].between(1, MOST_INFUSIONS)
    ]
    last = before.drop_duplicates("number", keep="last")[["number", "total", "percent"]]
    first = pd.DataFrame({"number": [0], "total": [baseline], "percent": [0.0]})
    return pd.concat([first, last], ignore_index=True)


def outlook_words(later: Outlook | None, who: str = "comparable patients") -> str:
    """What became of patients who had come as far: counts, no advice. Nothing to say: empty."""
    if later is None:
        return ""
    how = (
        f"less than {later.high} % improvement"
        if later.low is None
        else f"{later.low} to {later.high - 1} % improvement"
    )
    after = f"{how} after infusion {later.number}"
    if later.responded.n < FEWEST:
        return f"Fewer than {FEWEST} {who} with {after}, so no share is given."
    return (
        f"Of {later.responded.n:,} {who} with {after} and a later score, "
        f"{later.responded.events:,} later responded ({rate_words(later.responded)})."
    )


def _verdict(instrument: Instrument, own: pd.DataFrame, course: pd.DataFrame) -> Track:
    """How the latest score compares; a baseline says nothing yet about the treatment."""
    number = int(own["number"].iloc[-1])
    if number == 0:
        return Track.UNKNOWN
    return track(instrument, float(own["total"].iloc[-1]), course, number)


def _outlook_note(
    context: PageContext,
    who: Comparable,
    group: DiagnosisGroup | None,
    own: pd.DataFrame,
    thresholds: Thresholds,
) -> str:
    """What became of those who had come as far; of an induction, and by a rule of response only.

    Where too few of the diagnosis group had, those of any diagnosis are counted.
    """
    if who.phase is not Phase.INDUCTION or who.instrument.response_percent is None:
        return ""
    number, percent = int(own["number"].iloc[-1]), own["percent"].iloc[-1]
    if number == 0 or pd.isna(percent):
        return ""
    counts = later_responses(context.connection, context.viewer, who)
    asked = number, float(percent), thresholds.slow_improvement
    later = outlook(_of_group(counts, group), *asked)
    if group is None or later is None or later.responded.n >= FEWEST:
        return outlook_words(later)
    return outlook_words(outlook(counts, *asked), "comparable patients of any diagnosis")


def _of_group(counts: pd.DataFrame, group: DiagnosisGroup | None) -> pd.DataFrame:
    return counts if group is None else counts[counts["diagnosis_group"] == int(group)]


def _title(verdict: Track, instrument: Instrument, own: pd.DataFrame, course: pd.DataFrame) -> str:
    number, total = int(own["number"].iloc[-1]), own["total"].iloc[-1]
    found = _VERDICTS[verdict] if number else "Nothing to compare yet"
    words = f"{found}: {instrument.name} {total:g} {_step(number)}"
    if verdict is Track.UNKNOWN:
        return words
    median = course.loc[course["number"] == number, "p50"].iloc[0]
    return f"{words}, their median {median:g}"


def _step(number: int) -> str:
    return "at baseline" if number == 0 else f"before infusion {number + 1}"


def _subtitle(who: Comparable, group: DiagnosisGroup | None, course: pd.DataFrame) -> str:
    band = who.instrument.bands[who.band].name.lower()
    of = "any diagnosis" if group is None else group.label.lower()
    n = int(course["n"].iloc[0])
    return (
        f"{count_words(n, 'other series', 'other series')} of this clinic: {who.phase.label}, "
        f"{who.instrument.name} {band} at baseline, {of}. Scores before an infusion only; steps "
        f"of fewer than {FEWEST} are not drawn"
    )


def _table(course: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    totals = dict(zip(own["number"], own["total"], strict=True))
    return pd.DataFrame(
        {
            "Step": [step_words(number) for number in course["number"]],
            "Series": course["n"],
            **{
                f"{name[1:]}th percentile": course[name]
                for name in ("p10", "p25", "p50", "p75", "p90")
            },
            "This patient": [totals.get(number) for number in course["number"]],
        }
    )
