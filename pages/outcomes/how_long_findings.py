"""How long responses last, in pictures and words.

Titles and sentences are markdown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import pandas as pd

from charts.numbers import p_words, percent, percent_range
from charts.outcome_how_long import (
    INTERVAL_COLOURS,
    WITH_COLOUR,
    WITHOUT_COLOUR,
    Line,
    last_week,
    lasting_chart,
    weeks_chart,
)
from clinical.booster_intervals import INTERVALS
from clinical.codes import Phase
from clinical.durability import (
    MARKS,
    SETTLED_BY,
    WEEK,
    Kept,
    Lasting,
    Responses,
    Since,
    Spells,
    as_told,
    kept_on,
    lasting,
    lasting_test,
    told_weeks,
)
from clinical.incidence import proportion
from clinical.instruments import Instrument
from clinical.logrank import LogRank
from clinical.survival import time_until, time_until_limits
from pages.shared.frame import Finding, KeyFigure, plain
from pages.shared.words import count_words, listed

HALF = 0.5
_CLEAR = 0.05
_APART = 28
"""Curves that begin more than so many days apart do not stand beside each other."""

WITHOUT, WITH = "without maintenance", "with maintenance"
SINCE_WORDS = {
    Since.LAST_INFUSION: "the last infusion",
    Since.END_SCORE: "the score that showed the response",
}


@dataclass(frozen=True, slots=True)
class States:
    """The curve until the first booster and that from it on; ``None`` where too few were at risk.

    ``test``: whether the two differ; missing values where one of them is not told.
    """

    without: Lasting | None
    boosted: Lasting | None
    test: LogRank

    def lines(self) -> list[Line]:
        """The curves that there are, for a chart."""
        told = ((WITHOUT, WITHOUT_COLOUR, self.without), (WITH, WITH_COLOUR, self.boosted))
        return [
            Line(name, colour, found, choosable=True)
            for name, colour, found in told
            if found is not None
        ]

    @property
    def comparable(self) -> bool:
        """Whether both are told, from about the same day on."""
        if self.without is None or self.boosted is None:
            return False
        return abs(self.without.start - self.boosted.start) <= _APART


def states(without: Spells, boosted: Spells, least: int) -> States:
    """The curves of both states, as far as ``least`` are at risk in each, and their difference."""
    first, second = lasting(without, least), lasting(boosted, least)
    if first is None or second is None:
        return States(first, second, LogRank(*_NOTHING, None, 0, None))
    test = lasting_test([as_told(without, first), as_told(boosted, second)])
    return States(first, second, test)


_NOTHING = np.array([], np.int64), np.array([], np.float64)


def no_rule_words(measure: Instrument) -> str:
    """Why nothing is told on a measure."""
    return (
        f"{plain(measure.name)} has no agreed rule of response, so there is none that could be "
        "lost. How long improvement lasts is told of PHQ-9, MADRS, QIDS-SR16 and GAD-7."
    )


def too_few_words(over: int, counts: Responses, told: States, least: int) -> str:
    """Why there is nothing to show; empty where there is something."""
    if not counts.scored:
        return (
            f"None of {count_words(over, 'induction')} that are over has a baseline above 0 and a "
            "settled score after the last infusion, so a response at the end is not known of any."
        )
    if counts.scored < least:
        return (
            f"Fewer than {least} inductions have a baseline above 0 and a settled score after the "
            "last infusion: whether they ended in a response is not shown."
        )
    if not counts.responded:
        return (
            f"None of {count_words(counts.scored, 'induction')} with a score after the last "
            "infusion ended in a response, so there is none that could be lost."
        )
    if counts.responded < least:
        return (
            f"Fewer than {least} inductions ended in a response: how long it lasted is not shown."
        )
    if not told.lines():
        return (
            f"{count_words(counts.responded, 'induction')} ended in a response, but at no time "
            f"were {least} or more of them watched by later scores, so how long it lasts is not "
            "shown."
        )
    return ""


def how_long_answer(told: States, since: Since) -> str:
    """How many responses are still there after the last week that is known (markdown)."""
    lines = told.lines() if told.comparable else told.lines()[:1]
    week = _last_known(lines)
    if week is None:
        return _each_for_itself(lines, since)
    said = [
        f"**{percent(kept.share)}** {_interval_words(kept)} {line.name}"
        for line in lines
        if (kept := kept_on(line.found, week * WEEK)) is not None
    ]
    whom, anchor = _of_whom(lines, since), SINCE_WORDS[since]
    after = f"**{week} weeks** after {'it' if whom.endswith(anchor) else anchor}"
    return f"{whom}, {listed(said)} were still there {after}."


def _each_for_itself(lines: Sequence[Line], since: Since) -> str:
    """The answer where there is no week at which the curves could stand beside each other."""
    known = [(line, week) for line in lines if (week := _last_known([line])) is not None]
    said = [
        f"**{percent(kept.share)}** {_interval_words(kept)} {line.name} were still there "
        f"**{week} weeks** after {SINCE_WORDS[since]}"
        for line, week in known
        if (kept := kept_on(line.found, week * WEEK)) is not None
    ]
    others = [line for line in lines if line not in [each for each, _ in known]]
    few = listed(
        [
            f"of {count_words(line.found.n, 'response')} watched {line.name} "
            f"{line.found.lost or 'none'} {'were' if line.found.lost > 1 else 'was'} seen to be "
            "lost"
            for line in others
        ]
    )
    too_few = f"{few}, too few to tell a share"
    if not said:
        return f"{too_few[:1].upper()}{too_few[1:]}."
    whom = _of_whom([line for line, _ in known], since)
    return f"{whom}, {listed(said)}{f'; {too_few}' if few else ''}."


def _of_whom(lines: Sequence[Line], since: Since) -> str:
    """Of which responses the shares are."""
    starts = {line.found.start for line in lines}
    if starts == {0}:
        return "Of responses"
    if starts == {SETTLED_BY} and since is Since.LAST_INFUSION:
        return f"Of responses still there {SETTLED_BY // WEEK} weeks after {SINCE_WORDS[since]}"
    if len(starts) == 1:
        return f"Of responses still there on day {starts.pop()}"
    return "Of responses still there when enough were watched"


def _last_known(lines: Sequence[Line]) -> int | None:
    """The last week at which a share is known of all lines."""
    known = [week for week in MARKS if all(week in told_weeks(line.found) for line in lines)]
    return known[-1] if lines and known else None


def _interval_words(kept: Kept) -> str:
    if kept.low is None or kept.high is None:
        return "(all were lost)"
    return f"(95 % CI {percent_range(kept.low, kept.high)})"


def who_words(over: int, counts: Responses, phase: Phase) -> str:
    """Whom the curves are about, from all inductions to those that were watched."""
    words = (
        f"{counts.scored:,} of {count_words(over, 'induction')} that are over have a baseline "
        f"above 0 and a settled score after the last infusion; {counts.responded:,} of them ended "
        f"in a response, of which {counts.followed:,} were scored again."
    )
    if counts.again:
        words += (
            f" In {counts.again:,} a new induction began before a loss was seen: watched until "
            "then."
        )
    if phase is Phase.MAINTENANCE:
        words += (
            " Counted are inductions, although the filters name maintenance alone: a response at "
            "the end is an induction's."
        )
    return words


def how_long_figures(
    counts: Responses, told: States, since: Since, measure: Instrument, least: int
) -> list[KeyFigure]:
    """What stands under the sentence; ``least``: the smallest group of which a share is shown."""
    ended = proportion(counts.responded, counts.scored)
    kept = [(8, WITHOUT, told.without), (26, WITHOUT, told.without), (26, WITH, told.boosted)]
    return [
        KeyFigure(
            "Inductions that end in a response",
            percent(ended.estimate),
            f"Of inductions with an end score on {plain(measure.name)}: those whose end score is a "
            "response. Wilson interval.",
            f"{counts.responded:,} of {counts.scored:,}, 95 % CI "
            f"{percent_range(ended.low, ended.high)}",
        ),
        *(_kept_figure(week, name, found, since, least) for week, name, found in kept),
    ]


def _kept_figure(
    week: int, name: str, found: Lasting | None, since: Since, least: int
) -> KeyFigure:
    known = found is not None and week in told_weeks(found)
    kept = kept_on(found, week * WEEK) if found is not None and known else None
    of = "" if found is None or not found.start else f" of those in response on day {found.start}"
    meaning = (
        f"The share{of or ' of responses'} still there {week} weeks after {SINCE_WORDS[since]}, "
        f"{name}."
    )
    if kept is None:
        few = f"fewer than {least} at risk then"
        return KeyFigure(f"Kept {week} weeks {name}", "not known", meaning, few)
    return KeyFigure(
        f"Kept {week} weeks {name}",
        percent(kept.share),
        f"{meaning} Kaplan-Meier, log-log interval.",
        f"{_interval_words(kept).strip('()')}; {kept.watched:,} at risk",
    )


def lasting_finding(told: States, since: Since) -> Finding:
    """The curves of both states."""
    lines = told.lines()
    title = _lasting_title(told)
    return Finding(
        key="outcome-how-long",
        title=title,
        subtitle=_lasting_subtitle(lines, told.test),
        chart=lasting_chart(lines, SINCE_WORDS[since]),
        table=lambda: curve_numbers(lines),
        alt=f"Curves of the share of responses still there, by weeks since {SINCE_WORDS[since]}, "
        f"{' and '.join(line.name for line in lines)}. {title}",
        note=f"{_medians_words(lines)} Kaplan-Meier with its 95 % band; until the first booster "
        "without maintenance, from it on with it. Who is given maintenance is a choice, so this is "
        "no experiment; and a loss is dated when a score shows it, which is sooner where scores "
        "are more frequent. A dot, when chosen, lists those that lost it in the weeks before.",
    )


def _lasting_title(told: States) -> str:
    halves = _halves_words(told.lines())
    if not told.comparable or told.test.p is None:
        return f"{halves[:1].upper()}{halves[1:]}"
    if told.test.p >= _CLEAR:
        return f"No clear difference with and without maintenance: {halves}"
    longer = told.test.observed[1] < told.test.expected[1]
    if _is_contradicted(told.lines(), longer=bool(longer)):
        return f"The curves with and without maintenance differ, and cross: {halves}"
    return f"Responses last {'longer' if longer else 'less long'} with maintenance: {halves}"


def _is_contradicted(lines: Sequence[Line], *, longer: bool) -> bool:
    """Whether the shares after the last week that both tell point the other way than the test."""
    week = _last_known(lines)
    if week is None:
        return False
    without, boosted = (kept_on(line.found, week * WEEK) for line in lines)
    if without is None or boosted is None:
        return False
    return (boosted.share < without.share) if longer else (boosted.share > without.share)


def _halves_words(lines: Sequence[Line]) -> str:
    """By when half of the responses were lost, of each curve of which that is known."""
    known = [(line.name, half) for line in lines if (half := _half_week(line.found)) is not None]
    others = [line.name for line in lines if _half_week(line.found) is None]
    said = []
    if known:
        weeks = listed([f"by week {week} {name}" for name, week in known])
        said.append(f"half of responses were lost {weeks}")
    if others:
        subject = "fewer" if known else "fewer than half of responses were lost"
        said.append(f"{subject} {listed(others)}, as far as they were watched")
    return "; ".join(said)


def _medians_words(lines: Sequence[Line]) -> str:
    """By which day half were lost, with its interval, of each curve."""
    said = []
    for line in lines:
        day, (low, high) = time_until(line.found.curve, HALF), _half_limits(line.found)
        if day is None:
            said.append(f"{line.name} not half were")
        else:
            limits = f"95 % CI {low}{'–' if high.isdigit() and low.isdigit() else ' to '}{high}"
            said.append(f"half were lost by day {day:.0f} ({limits}) {line.name}")
    words = "; ".join(said)
    return f"{words[:1].upper()}{words[1:]}."


def _half_limits(found: Lasting) -> tuple[str, str]:
    low, high = time_until_limits(found.curve, HALF)
    return (
        "not known" if low is None else f"{low:.0f}",
        "not reached" if high is None else f"{high:.0f}",
    )


def _half_week(found: Lasting) -> int | None:
    day = time_until(found.curve, HALF)
    return None if day is None else ceil(day / WEEK)


def _lasting_subtitle(lines: Sequence[Line], test: LogRank) -> str:
    said = listed(
        [
            f"{count_words(line.found.n, 'response')} {line.name}, {line.found.lost:,} lost"
            + (f" (told from day {line.found.start} on)" if line.found.start else "")
            for line in lines
        ]
    )
    return said if test.p is None else f"{said}; log-rank {p_words(test.p)}"


def curve_numbers(lines: Sequence[Line]) -> pd.DataFrame:
    """The curves as a table: a row for each day with a loss or an end of watch, and each week told.

    Columns: ``Responses`` (which curve), ``Day``, ``% still in response``, its interval,
    ``At risk``, ``Lost that day``, ``Last watched that day``.
    """
    end = last_week(lines) * WEEK
    return pd.concat([_numbers(line, end) for line in lines], ignore_index=True)


def _numbers(line: Line, end: int) -> pd.DataFrame:
    found, curve = line.found, line.found.curve
    told = [week * WEEK for week in told_weeks(found)]
    days = sorted({int(day) for day in curve.times} | set(told))
    days = [day for day in days if found.start < day <= min(found.last, end)]
    kept = [one for day in days if (one := kept_on(found, day)) is not None]
    lost = dict(zip(curve.times.astype(int), curve.events, strict=True))
    left = dict(zip(curve.times.astype(int), curve.censored, strict=True))
    return pd.DataFrame(
        {
            "Responses": line.name,
            "Day": days,
            "% still in response": _percents([one.share for one in kept]),
            "95 % CI from": _percents([one.low for one in kept]),
            "to": _percents([one.high for one in kept]),
            "At risk": [one.watched for one in kept],
            "Lost that day": [int(lost.get(day, 0)) for day in days],
            "Last watched that day": [int(left.get(day, 0)) for day in days],
        }
    )


def _percents(shares: Sequence[float | None]) -> list[float]:
    return [np.nan if share is None else round(100 * share, 1) for share in shares]


def weeks_finding(told: States, since: Since) -> Finding | None:
    """The shares at the weeks that are told, counted the other way; ``None`` without a curve."""
    lines = [line for line in told.lines() if _last_known([line]) is not None]
    if not lines:
        return None
    title = f"Counted from {SINCE_WORDS[since]}: {_weeks_words(lines[0])}"
    return Finding(
        key="outcome-how-long-weeks",
        title=title,
        subtitle=listed([f"{count_words(one.found.n, 'response')} {one.name}" for one in lines]),
        chart=weeks_chart(lines),
        table=lambda: week_numbers(lines),
        alt=f"Dots: the share of responses still there after {listed([str(w) for w in MARKS])} "
        f"weeks. {title}",
        note="With 95 % intervals.",
    )


def _weeks_words(line: Line) -> str:
    known = [
        (week, kept)
        for week in told_weeks(line.found)
        if (kept := kept_on(line.found, week * WEEK)) is not None
    ]
    said = listed([f"{percent(kept.share)} after {week} weeks" for week, kept in known[:2]])
    return f"{said} {line.name}"


def week_numbers(lines: Sequence[Line]) -> pd.DataFrame:
    """The shares at the weeks that are told, and by when half were lost, as a table."""
    rows = [
        {
            "Responses": line.name,
            "Weeks": week,
            "% still in response": _percents([kept.share])[0],
            "95 % CI from": _percents([kept.low])[0],
            "to": _percents([kept.high])[0],
            "At risk": kept.watched,
            "Half lost by day": time_until(line.found.curve, HALF),
            "Half lost, 95 % CI from": time_until_limits(line.found.curve, HALF)[0],
            "Half lost, to": time_until_limits(line.found.curve, HALF)[1],
        }
        for line in lines
        for week in told_weeks(line.found)
        if (kept := kept_on(line.found, week * WEEK)) is not None
    ]
    return pd.DataFrame(rows)


def interval_finding(intervals: Sequence[Spells], least: int) -> Finding | None:
    """How long responses last after the second booster, by the interval between the first two."""
    found = enumerate(lasting(each, least) for each in intervals)
    told = [(index, one) for index, one in found if one is not None]
    lines = [Line(INTERVALS[index].name, INTERVAL_COLOURS[index], one) for index, one in told]
    if not lines:
        return None
    test = lasting_test([as_told(intervals[index], one) for index, one in told])
    watched = sum(line.found.n for line in lines)
    title = _interval_title(lines, test)
    return Finding(
        key="outcome-how-long-intervals",
        title=title,
        subtitle=f"{count_words(watched, 'response')} still there at the second booster and scored "
        "after it, by the days between the first two"
        + (f"; log-rank {p_words(test.p)}" if test.p is not None else ""),
        chart=lasting_chart(lines, "the second booster", small=True),
        table=lambda: curve_numbers(lines).rename(columns={"Responses": "Booster interval"}),
        alt=f"Curves of the share of responses still there, by weeks since the second booster, for "
        f"{count_words(len(lines), 'booster interval')}. {title}",
        note="Kaplan-Meier from the second booster on, when the interval is known. Intervals are "
        "often chosen by how somebody is doing, so they need not be the cause. An interval with "
        f"fewer than {least} responses is not shown.",
    )


def _interval_title(lines: Sequence[Line], test: LogRank) -> str:
    week = _last_known(lines)
    shares = (
        [] if week is None else [(kept_on(line.found, week * WEEK), line.name) for line in lines]
    )
    said = listed([f"{percent(kept.share)} ({name})" for kept, name in shares if kept is not None])
    after = f": {said} after {week} weeks" if said else ""
    if test.p is None:
        return f"One booster interval has enough responses{after}"
    if test.p >= _CLEAR:
        return f"No clear difference between booster intervals{after}"
    return f"Responses last differently by booster interval{after}"
