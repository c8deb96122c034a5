"""How soon side effects pass, in pictures and words.

Titles and sentences are markdown; what comes from the data stands in them as plain text.
"""

from collections.abc import Callable, Iterable, Mapping
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
from clinical.incidence import Proportion
from clinical.side_effect_passing import (
    Onset,
    Passing,
    lasted_curve,
    onset_of,
)
from clinical.side_effect_rates import FEW
from clinical.side_effect_times import Odd
from clinical.survival import (
    Curve,
    passed_by,
    seen_by,
    seen_until,
    seen_until_limits,
    still_open,
    time_until,
)
from pages.shared.frame import Finding, plain
from pages.shared.words import count_words, listed, rate_words

MOST = 0.95
"""The share that a patient is told of: by when nearly all had passed."""
HALF = 0.5
_TOP_TERMS = 15
_NAMED = 3
"""So many side effects that often had not passed are named in a sentence."""


@dataclass(frozen=True, slots=True)
class Term:
    """One side effect of the period: its name, how soon it passed, and its chair time."""

    name: str
    passing: Passing
    lost: LostTime | None


def passing_answer(name: str, passing: Passing) -> str:
    """By when a side effect had passed, and in how many it had not, in words (markdown).

    Minutes to 95 % are told only where so many were seen to pass, whatever became of the others.
    """
    curve = passing.curve
    if curve.n < FEW:
        return f"**{plain(name)}**: {_few_words(passing)}."
    known = seen_until(curve, MOST) is not None
    return f"**{plain(name)}**: {_seen_words(curve, bold=True)}; " + (
        f"{_open_words(curve)}." if known else f"{_unknown_words(curve)}."
    )


def _few_words(passing: Passing) -> str:
    """Under so many infusions a share would say more than is known."""
    curve, seen = passing.curve, int(passing.curve.events.sum())
    known = f"of {count_words(curve.n, 'infusion')} with known times"
    if not seen:
        return f"{known}, none was seen to pass; too few to tell how soon"
    last = float(curve.times[curve.events > 0][-1])
    when = "by the end of the infusion" if last == 0 else f"within {last:g} minutes of its end"
    left = f" and {passing.not_passed:,} had not at discharge" if passing.not_passed else ""
    return f"{known}, {seen:,} had passed {when}{left}; too few for a rate"


def _seen_words(curve: Curve, *, bold: bool = False) -> str:
    """By when 95 % had passed or, where fewer were seen to pass, by when half had."""
    mark = "**" if bold else ""
    minutes = seen_until(curve, MOST)
    if minutes is not None:
        return f"{mark}{percent(MOST)}{mark} had passed {_within_words(minutes, mark)}"
    left = still_open(curve)
    seen, half = left.n - left.events, seen_until(curve, HALF)
    if not seen:
        return f"{mark}none{mark} was seen to pass"
    share = percent(seen / left.n)
    if share == percent(MOST):
        # Rounded up it would contradict that 95 % were never reached.
        share = f"under {share}"
    said = f"{mark}{share}{mark} were seen to pass"
    return said if half is None else f"{said}, half of all {_within_words(half, mark)}"


def _within_words(minutes: float, mark: str) -> str:
    if minutes == 0:
        return "by the end of the infusion"
    return f"within {mark}{minutes:g} minutes{mark} of the end of the infusion"


def _open_words(curve: Curve) -> str:
    left = still_open(curve)
    if not left.events:
        return f"of {left.n:,}, all were seen to pass"
    return f"{_open_count_words(left)} had not passed at discharge, counted as still there"


def _unknown_words(curve: Curve) -> str:
    """In how many it had not passed, what is therefore not known, and what a guess would say."""
    minutes = time_until(curve, MOST)
    said = (
        f"{_open_count_words(still_open(curve))} had not passed at discharge, so when "
        f"{percent(MOST)} had passed is not known"
    )
    if minutes is None:
        return said
    return f"{said} (by Kaplan-Meier, which lets them pass as the others did, {minutes:g} minutes)"


def _open_count_words(left: Proportion) -> str:
    return f"**{left.events:,} of {left.n:,}** ({rate_words(left)})"


def longest_words(terms: list[Term]) -> str:
    """Which side effects take longest and least, in a sentence, of those with enough infusions."""
    known = _by_length([term for term in terms if term.passing.curve.n >= FEW])
    if len(known) < 2:
        return ""
    lasting = [term for term in known if _is_lasting(term)]
    others = known[len(lasting) :]
    said = [f"{_lasting_words(lasting)}"] if lasting else []
    if len(others) > 1:
        longest, shortest = others[0], others[-1]
        said.append(
            f"{'of the others ' if lasting else ''}{plain(longest.name)} takes longest "
            f"({_until_words(longest)}), {plain(shortest.name)} least ({_until_words(shortest)})"
        )
    elif others:
        said.append(f"{plain(others[0].name)}: {_until_words(others[0])}")
    return f"Of {len(known)} side effects with {FEW} or more known times, {'; '.join(said)}."


def _is_lasting(term: Term) -> bool:
    """Whether fewer than 95 % were seen to pass: over 5 % had not passed at discharge."""
    return seen_until(term.passing.curve, MOST) is None


def _lasting_words(lasting: list[Term]) -> str:
    named = [
        f"{plain(term.name)} ({percent(still_open(term.passing.curve).estimate)})"
        for term in lasting[:_NAMED]
    ]
    more = len(lasting) - len(named)
    of = listed([*named, *([f"{more} more"] if more else [])])
    return f"over 5 % of {of} had not passed at discharge"


def _until_words(term: Term) -> str:
    minutes = seen_until(term.passing.curve, MOST)
    return f"{percent(MOST)} {'not reached' if minutes is None else f'by {minutes:g} minutes'}"


def _by_length(terms: list[Term]) -> list[Term]:
    """Those that most often had not passed at discharge first, then those that take longest."""

    def key(term: Term) -> tuple[float, float, float, str]:
        curve = term.passing.curve
        left = still_open(curve).estimate or 0
        most, half = seen_until(curve, MOST), seen_until(curve, HALF)
        return (left if most is None else 0, _or(most), _or(half), term.name)

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
    enough = curve.n >= FEW
    seen = _reached(curve, seen_until) if enough else {}
    estimated = _reached(curve, time_until) if enough else {}
    title = f"{plain(name)}: {_curve_title(curve) if enough else _few_words(passing)}"
    beside = f". Pale: {count_words(len(pale), 'other side effect')} with {FEW} or more"
    shown = {name: curve, **{term.name: term.passing.curve for term in pale}}
    return Finding(
        key="side-effects-passed",
        title=title,
        subtitle=f"{count_words(curve.n, 'infusion')} with known times{_watched_words(curve)}"
        + (beside if pale else ""),
        chart=passed_chart(
            curve,
            name,
            {term.name: term.passing.curve for term in pale},
            seen,
            {share: minutes for share, minutes in estimated.items() if share not in seen},
        ),
        table=lambda: _curve_numbers(shown),
        alt=f"Curve of the share with {name} that had passed, by minutes after the end of the "
        f"infusion. {title}",
        note=f"Share that had passed (Kaplan-Meier) with its 95 % band. {_lean_words(curve)}",
    )


def _reached(curve: Curve, until: Callable[[Curve, float], float | None]) -> dict[float, float]:
    """The minutes by which a half and 95 % had passed, where they had."""
    return {
        share: minutes for share in (HALF, MOST) if (minutes := until(curve, share)) is not None
    }


def _curve_title(curve: Curve) -> str:
    if seen_until(curve, MOST) is not None:
        return _seen_words(curve)
    left = percent(still_open(curve).estimate)
    return f"{_seen_words(curve)}; {left} had not passed at discharge"


def _lean_words(curve: Curve) -> str:
    """What the curve supposes, and what is known without it."""
    if not still_open(curve).events:
        return "Every one was seen to pass, so nothing is supposed."
    return (
        "It lets those that had not passed at discharge pass as the others did, which is too soon "
        "if what is left at discharge is what lasts. Dashed: what was seen to pass, the others "
        "counted as still there; no fewer had passed."
    )


def _watched_words(curve: Curve) -> str:
    left = still_open(curve)
    if not left.events:
        return ", all seen to pass"
    return f"; {left.events:,} had not passed at discharge"


def _curve_numbers(curves: Mapping[str, Curve]) -> pd.DataFrame:
    return pd.concat([_numbers(name, curve) for name, curve in curves.items()], ignore_index=True)


def _numbers(name: str, curve: Curve) -> pd.DataFrame:
    found = [passed_by(curve, time) for time in curve.times]
    seen = [seen_by(curve, time) for time in curve.times]
    return pd.DataFrame(
        {
            "Side effect": name,
            "Minutes after the end": curve.times,
            "% passed (Kaplan-Meier)": _percents(one.share if one else None for one in found),
            "95 % CI from": _percents(one.low if one else None for one in found),
            "to": _percents(one.high if one else None for one in found),
            "% seen to pass": _percents(one.estimate for one in seen),
            "95 % CI from (seen)": _percents(one.low for one in seen),
            "to (seen)": _percents(one.high for one in seen),
            "Still had it just before": curve.at_risk,
            "Passed then": curve.events,
            "Watched until then": curve.censored,
        }
    )


def _percents(shares: Iterable[float | None]) -> list[float]:
    return [np.nan if share is None else round(100 * share, 1) for share in shares]


def milestones_finding(terms: list[Term]) -> Finding | None:
    """The common side effects, each with its minutes to a half and to 95 %."""
    common = _by_length([term for term in terms if term.passing.curve.n >= FEW])
    if not common:
        return None
    frame = pd.DataFrame([_milestones(term) for term in common[:_TOP_TERMS]])
    title = _longest_title(common)
    hidden = len(common) - len(frame)
    return Finding(
        key="side-effects-milestones",
        title=title,
        subtitle=f"Side effects with {FEW} or more known times, their number beside the name"
        + (f"; the {_TOP_TERMS} longest of {len(common)}" if hidden else ""),
        chart=milestones_chart(frame),
        table=lambda: _milestone_numbers(frame),
        alt=f"Dot plot of {len(frame)} side effects by the minutes until half and until 95 % of "
        f"them were seen to pass. {title}",
        note="Minutes by which at least that share was seen to pass, of all: what had not passed "
        "at discharge counts as still there. Interval: where the Wilson limits of what was seen "
        "cross 95 %. Where more than 5 % had not passed at discharge there is no such minute.",
    )


def _longest_title(common: list[Term]) -> str:
    lasting = [term for term in common if _is_lasting(term)]
    if lasting:
        first, *others = [
            f"{plain(term.name)}: {percent(still_open(term.passing.curve).estimate)}"
            for term in lasting[:_NAMED]
        ]
        more = len(lasting) - _NAMED
        return "; ".join(
            [f"{first} had not passed at discharge", *others]
            + ([f"{more} more over 5 %"] if more > 0 else [])
        )
    return f"{plain(common[0].name)} takes longest: {_until_words(common[0])}"


def _milestones(term: Term) -> dict[str, object]:
    curve = term.passing.curve
    low, high = seen_until_limits(curve, MOST)
    minutes = {
        "half": seen_until(curve, HALF),
        "most": seen_until(curve, MOST),
        "most_low": low,
        "most_high": high,
    }
    known = {name: np.nan if value is None else value for name, value in minutes.items()}
    if minutes["most"] is None:
        # An interval without its dot would be taken for one.
        known |= {"most_low": np.nan, "most_high": np.nan}
    left = still_open(curve)
    return {
        "term": term.name,
        "n": curve.n,
        "left": left.events,
        "open": left.estimate,
        "open_low": left.low,
        "open_high": left.high,
        **known,
    }


def _milestone_numbers(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Side effect": frame["term"],
            "Infusions with known times": frame["n"],
            "Not passed at discharge": frame["left"],
            "% not passed at discharge": _percents(frame["open"]),
            "95 % CI from (not passed)": _percents(frame["open_low"]),
            "to (not passed)": _percents(frame["open_high"]),
            "Minutes until 50 % seen to pass": frame["half"],
            "Minutes until 95 % seen to pass": frame["most"],
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
    median = seen_until(curve, HALF)
    title = f"{plain(name)}{_lasted_words(curve)}"
    return Finding(
        key="side-effects-lasted",
        title=title,
        subtitle=f"From the onset until it had passed; {count_words(curve.n, 'infusion')} with "
        "known times",
        chart=lasted_chart(curve, median),
        table=lambda: _numbers(name, curve).rename(
            columns={"Minutes after the end": "Minutes after the onset"}
        ),
        alt=f"Curve of the share with {name} that had passed, by minutes after the onset. {title}",
        note="Kaplan-Meier with its 95 % band; the median is the first minute by which at least "
        f"half were seen to pass. {_lean_words(curve)}",
    )


def _lasted_words(curve: Curve) -> str:
    """How long it lasted, after its name: what had not passed counts as lasting longer."""
    median, left = seen_until(curve, HALF), still_open(curve)
    if median is None:
        return ": not half had passed while it was watched"
    if not left.events:
        return f" lasts {median:g} minutes (median{_limits_words(curve)})"
    return (
        f": half had passed {median:g} minutes after the onset{_limits_words(curve)}; "
        f"{left.events:,} of {left.n:,} had not passed at discharge"
    )


def _limits_words(curve: Curve) -> str:
    low, high = seen_until_limits(curve, HALF)
    if low is None:
        return ""
    return f", 95 % CI {low:g} to {'not known' if high is None else f'{high:g}'}"
