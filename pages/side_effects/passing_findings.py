"""How soon side effects pass, in pictures and words.

Titles and sentences are markdown; what comes from the data stands in them as plain text.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from charts.numbers import percent
from charts.side_effect_passing import (
    lasted_chart,
    milestones_chart,
    onset_chart,
    passed_chart,
)
from clinical.chair_time import LostTime
from clinical.side_effect_passing import (
    Onset,
    Passing,
    lasted_curve,
    onset_of,
)
from clinical.side_effect_rates import FEW
from clinical.side_effect_times import Odd
from clinical.survival import Curve, passed_by, time_until, time_until_limits
from pages.shared.frame import Finding, plain
from pages.shared.words import count_words, listed

MOST = 0.95
"""The share that a patient is told of: by when nearly all had passed."""
_HALF = 0.5
_MILESTONES = (0, 30, 60)
"""Minutes after the end at which the table says what share had passed."""
_TOP_TERMS = 15


@dataclass(frozen=True, slots=True)
class Term:
    """One side effect of the period: its name, how soon it passed, and its chair time."""

    name: str
    passing: Passing
    lost: LostTime | None


def passing_answer(name: str, passing: Passing) -> str:
    """By when a side effect had passed, and in how many it had not, in words (markdown)."""
    curve = passing.curve
    if curve.n < FEW:
        return f"**{plain(name)}**: {_few_words(passing)}."
    return f"**{plain(name)}**: {_reached_words(curve, bold=True)}; {_open_words(passing)}."


def _few_words(passing: Passing) -> str:
    """Under so many infusions a share would say more than is known."""
    curve, seen = passing.curve, int(passing.curve.events.sum())
    known = f"of {count_words(curve.n, 'infusion')} with known times"
    if not seen:
        return f"{known}, none was seen to pass; too few to tell how soon"
    last = float(curve.times[curve.events > 0][-1])
    when = "by the end of the infusion" if last == 0 else f"within {last:g} minutes of its end"
    return f"{known}, {seen:,} had passed {when}; too few for a rate"


def _reached_words(curve: Curve, *, bold: bool = False) -> str:
    mark = "**" if bold else ""
    minutes = time_until(curve, MOST)
    share = f"{mark}{percent(MOST)}{mark}"
    if minutes is None:
        last = float(curve.times[-1])
        found = passed_by(curve, last)
        return (
            f"{mark}{percent(found.share if found else None)}{mark} had passed {last:g} minutes "
            "after the end of the infusion, and nobody was watched longer"
        )
    if minutes == 0:
        return f"{share} had passed by the end of the infusion"
    return f"{share} had passed within {mark}{minutes:g} minutes{mark} of the end of the infusion"


def _open_words(passing: Passing) -> str:
    n = passing.curve.n
    if not passing.not_passed:
        return f"of {n:,}, all were seen to pass"
    return f"**{passing.not_passed:,} of {n:,}** had not passed at discharge"


def longest_words(terms: list[Term]) -> str:
    """Which side effects take longest and least, in a sentence, of those with enough infusions."""
    known = _by_length([term for term in terms if term.passing.curve.n >= FEW])
    if len(known) < 2:
        return ""
    longest, shortest = known[0], known[-1]
    return (
        f"Of {len(known)} side effects with {FEW} or more known times {plain(longest.name)} takes "
        f"longest ({_until_words(longest)}), {plain(shortest.name)} least "
        f"({_until_words(shortest)})."
    )


def _until_words(term: Term) -> str:
    minutes = time_until(term.passing.curve, MOST)
    return f"{percent(MOST)} {'not reached' if minutes is None else f'by {minutes:g} minutes'}"


def _by_length(terms: list[Term]) -> list[Term]:
    """Those that take longest first; one that never got so far takes longest of all."""

    def key(term: Term) -> tuple[float, float, str]:
        curve = term.passing.curve
        return (_or(time_until(curve, MOST)), _or(time_until(curve, _HALF)), term.name)

    return sorted(terms, key=key, reverse=True)


def _or(minutes: float | None) -> float:
    return float("inf") if minutes is None else minutes


def quality_words(passing: Passing, odd: Mapping[Odd, int]) -> list[str]:
    """What is wrong with the times, or missing from them, a sentence each; empty for nothing."""
    words = []
    if passing.contradictory:
        kinds = [
            f"{odd[kind]:,} {kind.label[:1].lower()}{kind.label[1:]}"
            for kind in (Odd.PASSED_BEFORE_ONSET, Odd.BEGAN_BEFORE_INFUSION)
            if odd.get(kind)
        ]
        words.append(
            f"In {count_words(passing.contradictory, 'infusion')} the times contradict each other "
            f"({listed(kinds)}); left out of every curve."
        )
    if passing.late:
        words.append(
            f"In {count_words(passing.late, 'infusion')} it is said to have begun after the "
            "discharge; kept where its times are known."
        )
    if passing.unknown:
        words.append(
            f"In {count_words(passing.unknown, 'infusion')} it is not known when it passed; left "
            "out of the curves."
        )
    return words


def passed_finding(name: str, passing: Passing, others: list[Term]) -> Finding:
    """The curve of the chosen side effect, among those of the other common ones."""
    curve = passing.curve
    pale = [term for term in others if term.passing.curve.n >= FEW and term.name != name]
    reached = {
        share: minutes
        for share in (_HALF, MOST)
        if curve.n >= FEW and (minutes := time_until(curve, share)) is not None
    }
    said = _reached_words(curve) if curve.n >= FEW else _few_words(passing)
    title = f"{plain(name)}: {said}"
    beside = f". Pale: {count_words(len(pale), 'other side effect')} with {FEW} or more"
    shown = {name: curve, **{term.name: term.passing.curve for term in pale}}
    return Finding(
        key="side-effects-passed",
        title=title,
        subtitle=f"{count_words(curve.n, 'infusion')} with known times{_watched_words(curve)}"
        + (beside if pale else ""),
        chart=passed_chart(curve, name, {term.name: term.passing.curve for term in pale}, reached),
        table=lambda: _curve_numbers(shown),
        alt=f"Curve of the share with {name} that had passed, by minutes after the end of the "
        f"infusion. {title}",
        note="Share that had passed (Kaplan-Meier) with its 95 % band. Who is well goes home "
        "earlier and is then watched no longer, so the curve leans to the pessimistic where many "
        "had not passed at discharge.",
    )


def _watched_words(curve: Curve) -> str:
    not_passed = int(curve.censored.sum())
    if not not_passed:
        return ", all seen to pass"
    return f"; {not_passed:,} had not passed at discharge and count until then"


def _curve_numbers(curves: Mapping[str, Curve]) -> pd.DataFrame:
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "Side effect": name,
                    "Minutes after the end": curve.times,
                    "% passed": (100 * (1 - curve.remaining)).round(1),
                    "95 % CI from": (100 * (1 - curve.high)).round(1),
                    "to": (100 * (1 - curve.low)).round(1),
                    "Still had it just before": curve.at_risk,
                    "Passed then": curve.events,
                    "Watched until then": curve.censored,
                }
            )
            for name, curve in curves.items()
        ],
        ignore_index=True,
    )


def milestones_finding(terms: list[Term]) -> Finding | None:
    """The common side effects, each with its minutes to a half and to 95 %."""
    common = _by_length([term for term in terms if term.passing.curve.n >= FEW])
    if not common:
        return None
    frame = pd.DataFrame([_milestones(term) for term in common[:_TOP_TERMS]])
    longest = common[0]
    title = f"{plain(longest.name)} takes longest: {_until_words(longest)}"
    hidden = len(common) - len(frame)
    return Finding(
        key="side-effects-milestones",
        title=title,
        subtitle=f"Side effects with {FEW} or more known times, their number beside the name"
        + (f"; the {_TOP_TERMS} longest of {len(common)}" if hidden else ""),
        chart=milestones_chart(frame),
        table=lambda: _milestone_numbers(frame),
        alt=f"Dot plot of {len(frame)} side effects by the minutes until half and until 95 % of "
        f"them had passed. {title}",
        note="Minutes by which at least that share had passed; the interval is where the 95 % "
        "band of the curve crosses 95 %.",
    )


def _milestones(term: Term) -> dict[str, object]:
    curve = term.passing.curve
    low, high = time_until_limits(curve, MOST)
    minutes = {
        "half": time_until(curve, _HALF),
        "most": time_until(curve, MOST),
        "most_low": low,
        "most_high": high,
    }
    known = {name: np.nan if value is None else value for name, value in minutes.items()}
    return {"term": term.name, "n": curve.n, **known}


def _milestone_numbers(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Side effect": frame["term"],
            "Infusions with known times": frame["n"],
            "Minutes to 50 %": frame["half"],
            "Minutes to 95 %": frame["most"],
            "95 % CI from": frame["most_low"],
            "to": frame["most_high"],
        }
    )


def onset_finding(name: str, times: pd.DataFrame) -> Finding | None:
    """When the side effect began; ``None`` where that is not known of a single infusion.

    ``times``: of :func:`data_access.side_effect_times.onset_and_lasted`.
    """
    onset = onset_of(times["onset"], times["infusions"])
    if not onset.n:
        return None
    known = times[times["onset"].notna()]
    by_minute = known.groupby("onset", as_index=False)[["infusions"]].sum()
    title = f"{plain(name)} {_onset_words(onset)}"
    return Finding(
        key="side-effects-onset",
        title=title,
        subtitle=f"{count_words(onset.n, 'infusion')} with a known onset"
        + (f"; of {onset.unknown:,} it is not known" if onset.unknown else ""),
        chart=onset_chart(by_minute, onset.median),
        table=lambda: by_minute.rename(
            columns={"onset": "Minutes after the start", "infusions": "Infusions"}
        ),
        alt=f"Bars of the infusions with {name} by the minutes from the start to the onset. "
        f"{title}",
        note="The first onset in each infusion. Times that contradict each other are left out.",
    )


def _onset_words(onset: Onset) -> str:
    return (
        f"begins {onset.median:g} minutes after the start "
        f"(median; middle half {onset.low:g} to {onset.high:g})"
    )


def lasted_finding(name: str, times: pd.DataFrame) -> Finding | None:
    """How long it lasted from its onset; ``None`` where that is not known of any infusion."""
    curve = lasted_curve(times)
    if not curve.n:
        return None
    median = time_until(curve, _HALF)
    title = (
        f"{plain(name)}: not half had passed while it was watched"
        if median is None
        else f"{plain(name)} lasts {median:g} minutes (median{_limits_words(curve)})"
    )
    return Finding(
        key="side-effects-lasted",
        title=title,
        subtitle=f"From the onset until it had passed; {count_words(curve.n, 'infusion')} with "
        f"known times{_watched_words(curve)}",
        chart=lasted_chart(curve, median),
        table=lambda: _curve_numbers({name: curve}).rename(
            columns={"Minutes after the end": "Minutes after the onset"}
        ),
        alt=f"Curve of the share with {name} that had passed, by minutes after the onset. {title}",
        note="Kaplan-Meier with its 95 % band; the median is the first minute by which at least "
        "half had passed.",
    )


def _limits_words(curve: Curve) -> str:
    low, high = time_until_limits(curve, _HALF)
    if low is None:
        return ""
    return f", 95 % CI {low:g} to {'not known' if high is None else f'{high:g}'}"


def passing_table(terms: list[Term]) -> pd.DataFrame:
    """A row for each side effect: when it passed, what is not known of it, and its chair time."""
    return pd.DataFrame([_table_row(term) for term in terms])


def _table_row(term: Term) -> dict[str, object]:
    passing, curve = term.passing, term.passing.curve
    row: dict[str, object] = {
        "Side effect": term.name,
        "Infusions": passing.infusions,
        "With known times": curve.n,
    }
    for minutes in _MILESTONES:
        found = passed_by(curve, minutes)
        of = "by the end" if minutes == 0 else f"by {minutes} min"
        shares = (found.share, found.low, found.high) if found else (None, None, None)
        for heading, share in zip((f"% {of}", f"{of}: CI from", f"{of}: to"), shares, strict=True):
            row[heading] = np.nan if share is None else round(100 * share, 1)
    low, high = time_until_limits(curve, MOST)
    lost = term.lost
    return row | {
        "Minutes to 50 %": _number(time_until(curve, _HALF)),
        "Minutes to 95 %": _number(time_until(curve, MOST)),
        "to 95 %: CI from": _number(low),
        "to 95 %: to": _number(high),
        "Not passed at discharge": passing.not_passed,
        "Times not known": passing.unknown,
        "Times contradict": passing.contradictory,
        "Began after discharge": passing.late,
        "Chair minutes an infusion": _number(lost.each if lost else None),
        "Chair minutes: CI from": _number(lost.each_low if lost else None),
        "Chair minutes: to": _number(lost.each_high if lost else None),
    }


def _number(value: float | None) -> float:
    return np.nan if value is None else round(value, 1)
