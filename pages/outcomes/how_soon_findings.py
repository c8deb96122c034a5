"""How soon courses respond, in pictures and words.

Titles and sentences are markdown; what comes from the data stands in them as plain text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from charts.numbers import p_words, percent, percent_range
from charts.outcome_how_soon import (
    GROUP_COLOURS,
    REMISSION_COLOUR,
    RESPONSE_COLOUR,
    TOGETHER_COLOUR,
    Line,
    Share,
    curves_chart,
    first_day_chart,
    median_words,
    medians_chart,
    share_words,
    time_words,
)
from clinical.codes import Phase
from clinical.first_day import FirstDay
from clinical.instruments import Instrument
from clinical.logrank import LogRank
from clinical.measures import ITEM_MEASURES, free_word, remission_name
from clinical.responses import reliable_points
from clinical.time_to import READ_AT, Reached, TimeTo, Unit
from pages.outcomes.grouping import By
from pages.outcomes.how_soon_choice import SoonChoice
from pages.outcomes.look import Look
from pages.outcomes.words import count_courses, count_of_phase, course_nouns
from pages.shared.frame import Finding, KeyFigure, plain
from pages.shared.words import count_words, listed, rate_words

CLEAR = 0.05
"""Groups differ beyond chance where p is under this."""
MOST_ROWS = 25
"""So many groups are drawn with their median; the table holds them all."""
_COLOURS = {Reached.RESPONSE: RESPONSE_COLOUR, Reached.REMISSION: REMISSION_COLOUR}


@dataclass(frozen=True, slots=True)
class Names:
    """What things are called on a measure, in a phase and in a unit of time."""

    measure: Instrument
    phase: Phase
    unit: Unit

    def courses(self, n: int) -> str:
        """A number of courses of the phase."""
        return count_of_phase(self.phase, n)

    def curve(self, reached: Reached) -> str:
        """The name of a curve."""
        return "Response" if reached is Reached.RESPONSE else remission_name(self.measure)

    def had(self, reached: Reached) -> str:
        """What many had done: ``had responded``, ``were in remission``."""
        if reached is Reached.RESPONSE:
            return "had responded"
        return f"were {free_word(self.measure)}"

    def seen(self, reached: Reached) -> str:
        """What many were seen to do: ``to respond``, ``in remission``."""
        return "to respond" if reached is Reached.RESPONSE else free_word(self.measure)


@dataclass(frozen=True, slots=True)
class Group:
    """One curve: its name as it lies in the data, what its points carry, and its times.

    ``together``: of groups under the limit.
    """

    name: str
    carried: tuple[str, int]
    found: TimeTo
    together: bool = False

    def happened_at(self, time: int) -> bool:
        """Whether something was reached at a time that is drawn."""
        curve = self.found.curve
        return time <= self.found.until and bool(curve.events[curve.times == time].any())


def soon_answer(found: Mapping[Reached, TimeTo], names: Names) -> str:
    """When half had responded and were in remission, or how many had, in words (markdown)."""
    parts = [
        _reached_words(one, reached, names, is_first=place == 0)
        for place, (reached, one) in enumerate(found.items())
        if one.n
    ]
    return f"{_prefix(names.measure)}{'; '.join(parts)}."


def _prefix(measure: Instrument) -> str:
    """What "it" is, where a measure is a single item."""
    return f"{measure.name}: " if measure.code in ITEM_MEASURES else ""


def _reached_words(one: TimeTo, reached: Reached, names: Names, *, is_first: bool) -> str:
    had, of_all = names.had(reached), f" of {names.courses(one.n)}" if is_first else ""
    since = " of the first infusion" if is_first and names.unit is not Unit.INFUSIONS else ""
    if not one.seen.events:
        return f"{'None' if is_first else 'none'}{of_all} {had.replace('were', 'was')}"
    median = one.median
    if median.time is not None:
        half = "Half" if is_first else "half"
        words = f"{half}{of_all} {had} within **{time_words(median.time, names.unit)}**{since}"
        return f"{words}{_median_limits(one, names.unit)}"
    time = read_time(one, names.unit)
    share = one.share_by(time)
    if share is None:
        return f"{rate_words(one.seen)}{of_all} {had}"
    limits = (
        ""
        if share.low is None or share.high is None
        else f" (95 % CI {percent_range(share.low, share.high)})"
    )
    return (
        f"**{percent(share.share)}**{of_all} {had} within {time_words(time, names.unit)}"
        f"{since}{limits}"
    )


def _median_limits(one: TimeTo, unit: Unit) -> str:
    """The interval of the median in brackets, without the median."""
    _, *limits = median_words(one.median, unit).split(", ", 1)
    return f" ({', '.join(limits)})" if limits else ""


def read_time(one: TimeTo, unit: Unit) -> float:
    """Where the share is told: at the usual time, or as far as enough were watched."""
    return min(READ_AT[unit], one.until)


def soon_figures(
    found: Mapping[Reached, TimeTo], day: FirstDay, look: Look, names: Names
) -> list[KeyFigure]:
    """The numbers under the sentence: the medians, how many were seen, and the first day."""
    first, one = next(iter(found.items()))
    figures = [_median_figure(each, reached, names) for reached, each in found.items() if each.n]
    until = " in the first week" if names.unit is Unit.HOURS else ""
    seen = KeyFigure(
        f"Seen {names.seen(first)}{until}",
        f"{one.seen.events:,} of {one.n:,}",
        "Of all on the curve, those with a score that shows it. The line above lets those whose "
        "scores ended go on as the others did; this does not, so the true share is not lower.",
        change=rate_words(one.seen),
    )
    return [*figures, seen, *_first_day_figure(day, look)]


def _median_figure(one: TimeTo, reached: Reached, names: Names) -> KeyFigure:
    median, unit = one.median, names.unit
    value = "Not reached" if median.time is None else time_words(median.time, unit)
    time = read_time(one, unit)
    change = (
        f"{share_words(one, time).split(',')[0]} within {time_words(time, unit)}"
        if median.time is None
        else ", ".join(median_words(median, unit).split(", ", 1)[1:])
    )
    return KeyFigure(
        f"Half {names.had(reached).removeprefix('had ').removeprefix('were ')} within",
        value,
        "By Kaplan-Meier, since the start of the first infusion; interval of Brookmeyer and "
        "Crowley. Not reached: not while enough courses were watched.",
        change=change,
    )


def _first_day_figure(day: FirstDay, look: Look) -> list[KeyFigure]:
    rate = day.responded or day.improved or day.remitted
    if rate is None or rate.n < look.thresholds.smallest_group:
        return []
    words = {id(day.responded): "Responded", id(day.improved): "Clearly better"}
    word = words.get(id(rate), _free_title(look))
    return [
        KeyFigure(
            f"{word} within {look.thresholds.early_hours} hours",
            f"{rate.events:,} of {rate.n:,}",
            "Of those with a score then, after the first infusion.",
            change=rate_words(rate),
        )
    ]


def left_out_words(found: Mapping[Reached, TimeTo], look: Look) -> str:
    """How many began, and why some are on no curve."""
    began = look.retention.began
    no_baseline = int(look.starts.loc[look.starts["baseline"] == 0, "starts"].sum())
    said = [
        f"{one.n:,} on the curve of {_curve_word(reached, look.measure)}{_reasons(one, reached)}"
        for reached, one in found.items()
    ]
    return (
        f"Of {count_courses(look, began)} that began ({look.retention.under_way:,} under way, "
        f"{no_baseline:,} without a baseline): {'; '.join(said)}."
    )


def _curve_word(reached: Reached, measure: Instrument) -> str:
    if reached is Reached.RESPONSE:
        return "response"
    name = remission_name(measure).lower()
    return name if name == "remission" else f"being {name}"


def _reasons(one: TimeTo, reached: Reached) -> str:
    """Why courses with a baseline are not on a curve, in brackets."""
    nothing = (
        "have a baseline of 0" if reached is Reached.RESPONSE else "were there at the baseline"
    )
    counts = {"have no later score": one.unscored, nothing: one.no_room}
    said = [f"{count:,} {words}" for words, count in counts.items() if count]
    return f" ({listed(said)})" if said else ""


def curves_finding(groups: Sequence[Group], names: Names) -> Finding:
    """The curves of response and remission."""
    lines = [
        Line(group.name, _COLOURS[Reached(group.carried[0])], group.found, group.carried)
        for group in groups
        if group.found.n
    ]
    seen = [
        f"{group.name}: {names.courses(group.found.n)}, {group.found.seen.events:,} seen "
        f"({percent(group.found.seen.estimate)})"
        for group in groups
    ]
    title = _ends_words(groups, names)
    return Finding(
        key="outcome-soon",
        title=title,
        subtitle="; ".join(seen),
        chart=curves_chart(lines, names.unit),
        table=lambda: curve_table(groups, names.unit),
        alt=f"Steps of the share that has reached it, with 95 % band. {title}.",
        note=_NOTE + (_HOURS_NOTE if names.unit is Unit.HOURS else ""),
    )


_NOTE = (
    "Steps: Kaplan-Meier; band: 95 %; small strokes: courses last watched then. Reached is told at "
    "the first score that shows it, so the true time is then or a little sooner. The line lets "
    "courses whose scores ended go on as the others did."
)
_HOURS_NOTE = (
    " Few are asked in these hours, and who was not counts as not there yet: what the first day "
    "brings is told by those with a score then, below."
)


def _ends_words(groups: Sequence[Group], names: Names) -> str:
    """The shares at the time at which they are read."""
    parts = []
    for group in groups:
        time = read_time(group.found, names.unit)
        share = group.found.share_by(time)
        if share is not None:
            had = names.had(Reached(group.carried[0]))
            parts.append(f"{percent(share.share)} {had} within {time_words(time, names.unit)}")
    return "; ".join(parts) or "Too few were watched to draw a curve"


def curve_table(groups: Sequence[Group], unit: Unit) -> pd.DataFrame:
    """The numbers of the curves, as far as they are drawn."""
    heading = {Unit.DAYS: "Days", Unit.HOURS: "Hours", Unit.INFUSIONS: "Infusions"}[unit]
    parts = []
    for group in groups:
        curve, found = group.found.curve, group.found
        shown = slice(0, int(np.searchsorted(curve.times, found.until, side="right")))
        parts.append(
            pd.DataFrame(
                {
                    "Curve": group.name,
                    heading: curve.times[shown].astype(np.int64),
                    "At risk just before": curve.at_risk[shown],
                    "Reached it then": curve.events[shown],
                    "Last watched then": curve.censored[shown],
                    "% (Kaplan-Meier)": np.round(100 * (1 - curve.remaining[shown]), 1),
                    "95 % CI from": np.round(100 * (1 - curve.high[shown]), 1),
                    "95 % CI to": np.round(100 * (1 - curve.low[shown]), 1),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


_AMONG = {
    By.SITE: "sites",
    By.DIAGNOSIS: "diagnoses",
    By.SEX: "the sexes",
    By.AGE: "ages",
    By.FAILED: "numbers of failed antidepressants",
    By.DOSE: "first doses",
    By.SEVERITY: "degrees of severity",
    By.COURSE: "first and later courses",
}
"""What differs, in a sentence: between …"""


def groups_answer(
    groups: Sequence[Group], test: LogRank | None, choice: SoonChoice, names: Names
) -> str:
    """Whether groups differ in how soon they respond, and how far apart they are (markdown)."""
    what = f"Time to {_what(choice.reached, names)}"
    among = f"between {_AMONG[choice.by]}"
    if test is None or test.p is None:
        return f"{what} cannot be compared {among}: nothing was reached in more than one of them."
    verdict = (
        f"**differs** {among} beyond chance"
        if test.p < CLEAR
        else f"**does not differ** {among} beyond chance"
    )
    return f"{what} {verdict} (log-rank, {p_words(test.p)}): {_medians_words(groups, names)}."


def _what(reached: Reached, names: Names) -> str:
    if reached is Reached.RESPONSE:
        return "response"
    free = free_word(names.measure)
    return "remission" if free == "in remission" else f"being {free}"


def _shares_words(groups: Sequence[Group], choice: SoonChoice, names: Names) -> str:
    """The shares of the groups with the lowest and the highest, at one time, in words."""
    drawn = [group for group in groups if group.found.until > 0]
    usual = READ_AT[names.unit]
    watched = [group for group in drawn if group.found.until >= usual]
    if len(watched) > 1:
        drawn, time = watched, float(usual)
    else:
        time = min((group.found.until for group in drawn), default=0.0)
    shares = [
        (share.share, group) for group in drawn if (share := group.found.share_by(time)) is not None
    ]
    if not shares:
        return "Too few were watched to tell the shares"
    lowest, highest = min(shares, key=_first), max(shares, key=_first)
    span = _span(percent(lowest[0]), lowest[1], percent(highest[0]), highest[1])
    return f"{span} {names.had(choice.reached)} within {time_words(time, names.unit)}"


def _span(low: str, lowest: Group, high: str, highest: Group) -> str:
    """From one figure to another with the groups that have them, or the one that all have."""
    if low == high:
        return f"{low} of each group"
    return f"{low} ({plain(lowest.name)}) to {high} ({plain(highest.name)})"


def _first(pair: tuple[float, Group]) -> float:
    return pair[0]


def together_words(by: By, hidden: int, look: Look) -> str:
    """Why there is nothing to compare."""
    if hidden > 1:
        return (
            f"{by.value}: groups of fewer than {look.thresholds.smallest_group} are put together, "
            "which leaves one, so there is nothing to compare."
        )
    return f"{by.value}: all courses on the curve are of one group, so there is nothing to compare."


def groups_finding(
    groups: Sequence[Group], test: LogRank | None, choice: SoonChoice, names: Names
) -> Finding:
    """The curves of the largest groups."""
    drawn = drawn_groups(groups)
    colours = iter(GROUP_COLOURS)
    lines = [
        Line(
            group.name,
            TOGETHER_COLOUR if group.together else next(colours),
            group.found,
            group.carried,
        )
        for group in drawn
    ]
    n = sum(group.found.n for group in groups)
    subtitle = f"{names.courses(n)} in {count_words(len(groups), 'group')}"
    if len(drawn) < len(groups):
        subtitle += f"; the largest {len(drawn)} have a curve, all are in the tables"
    if test is not None and test.p is not None:
        subtitle += f"; log-rank {p_words(test.p)}"
    title = _shares_words(drawn, choice, names)
    return Finding(
        key="outcome-soon",
        title=title,
        subtitle=subtitle,
        chart=curves_chart(lines, names.unit),
        table=lambda: curve_table(groups, names.unit),
        alt=f"Steps of the share that has reached it, a line for each group. {title}.",
        note=_NOTE if len(lines) < _MANY else _NOTE.replace("; band: 95 %", ""),
    )


_MANY = 3
"""So many curves have no band."""


def drawn_groups(groups: Sequence[Group]) -> list[Group]:
    """The largest groups, in their order, and those that were put together."""
    alone = sorted(
        (group for group in groups if not group.together), key=lambda group: -group.found.n
    )
    chosen = [group.carried for group in alone[: len(GROUP_COLOURS)]]
    return [group for group in groups if group.together or group.carried in chosen]


def _medians_words(groups: Sequence[Group], names: Names) -> str:
    """The span of the medians."""
    known = [
        (median.time, group) for group in groups if (median := group.found.median).time is not None
    ]
    if not known:
        return "half was not reached in any group"
    soonest, latest = min(known, key=_first), max(known, key=_first)
    first, last = (time_words(each[0], names.unit) for each in (soonest, latest))
    if first == last:
        words = f"half within {first}"
    else:
        words = f"half within {_span(first, soonest[1], last, latest[1])}"
    missing = len(groups) - len(known)
    return f"{words}; not reached in {count_words(missing, 'group')}" if missing else words


def medians_finding(groups: Sequence[Group], choice: SoonChoice, names: Names) -> Finding:
    """The median of each group, with all groups in the table."""
    largest = sorted(groups, key=lambda group: -group.found.n)[:MOST_ROWS]
    drawn = [group for group in groups if group in largest]
    words = _medians_words(drawn, names)
    title = f"{words[0].upper()}{words[1:]}"
    return Finding(
        key="outcome-soon-medians",
        title=title,
        subtitle=(
            "With 95 % interval, to the edge where its end was not reached; beside each name, the "
            "courses on its curve"
            + (f"; the largest {len(drawn)} of {len(groups)}" if len(drawn) < len(groups) else "")
        ),
        chart=medians_chart(
            [group.name for group in drawn], [group.found for group in drawn], names.unit
        ),
        table=lambda: groups_table(groups, names.unit),
        alt=f"{title}: "
        + "; ".join(
            f"{plain(group.name)} {median_words(group.found.median, names.unit)}" for group in drawn
        ),
    )


def groups_table(groups: Sequence[Group], unit: Unit) -> pd.DataFrame:
    """Every group: how many, how many were seen to reach it, its median, and its share."""
    heading = unit.value.removeprefix("First ").lower()
    at = f"% within {READ_AT[unit]} {heading}"
    rows = []
    for group in groups:
        found, median = group.found, group.found.median
        share = found.share_by(READ_AT[unit])
        rows.append(
            {
                "Group": group.name,
                "Courses": found.n,
                "Seen to reach it": found.seen.events,
                "% seen": _per_cent(found.seen.estimate),
                f"Median ({heading})": median.time,
                "Median, 95 % CI from": median.low,
                "Median, 95 % CI to": median.high,
                at: None if share is None else _per_cent(share.share),
                "95 % CI from": None if share is None else _per_cent(share.low),
                "95 % CI to": None if share is None else _per_cent(share.high),
                "Nothing to reach": found.no_room,
                "No later score": found.unscored,
            }
        )
    return pd.DataFrame(rows)


def _per_cent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)


def first_day_words(day: FirstDay, look: Look) -> str:
    """Why the first day cannot be told; empty where it can."""
    hours, least = look.thresholds.early_hours, look.thresholds.smallest_group
    if day.n >= least:
        return ""
    if not day.n:
        return f"No {course_nouns(look)[0]} has a score within {hours} hours of its first infusion."
    return (
        f"{count_courses(look, day.n)} of {look.retention.began:,} "
        f"{'has' if day.n == 1 else 'have'} a score within {hours} hours of the first infusion. "
        f"Fewer than {least} are not shown."
    )


def first_day_finding(day: FirstDay, look: Look) -> Finding | None:
    """What the first day brought, of those with a score then; ``None`` where they are too few."""
    if day.n < look.thresholds.smallest_group:
        return None
    shares = _shares(day, look)
    hours = look.thresholds.early_hours
    began = look.retention.began
    title = _first_day_title(shares, day, hours)
    unknown = began - day.n
    return Finding(
        key="outcome-soon-first-day",
        title=title,
        subtitle=(
            f"{day.n:,} of {count_courses(look, began)} that began have a score within {hours} "
            f"hours of infusion 1; of {unknown:,} the first day is not known"
        ),
        chart=first_day_chart(shares),
        table=lambda: first_day_table(shares, day),
        alt=f"Shares with 95 % intervals. {title}.",
        note=_change_words(day, look),
    )


def _shares(day: FirstDay, look: Look) -> list[Share]:
    points = reliable_points(look.measure)
    free = _free_title(look)
    unit = "point" if points == 1 else "points"
    offered = (
        (RESPONDED, "Responded", day.responded),
        (REMITTED, free, day.remitted),
        (BETTER, f"Better by {points or 0:g} {unit}", day.improved),
        (WORSE, f"Worse by {points or 0:g} {unit}", day.worse),
    )
    least = look.thresholds.smallest_group
    return [
        Share(name, rate, code, is_worse=code == WORSE)
        for code, name, rate in offered
        if rate is not None and rate.n >= least
    ]


RESPONDED, REMITTED, BETTER, WORSE = "responded", "remitted", "better", "worse"
"""What the dots of the first day carry."""


def _free_title(look: Look) -> str:
    """Remission or to be free of an item, at the beginning of a line."""
    word = free_word(look.measure)
    return f"{word[0].upper()}{word[1:]}"


def _first_day_title(shares: Sequence[Share], day: FirstDay, hours: int) -> str:
    best = [share for share in shares if not share.is_worse]
    if not best:
        better = day.better_by or 0
        direction = "better" if better >= 0 else "worse"
        return f"Within {hours} hours the mean was {abs(better):.1f} points {direction}"
    said = [
        f"{percent(share.rate.estimate)} {_had_done(share.name)}"
        for share in (best[0], best[-1])[: len({best[0].name, best[-1].name})]
    ]
    return f"Within {hours} hours of the first infusion {listed(said)}"


def _had_done(name: str) -> str:
    verb = "had" if name == "Responded" else "were"
    return f"{verb} {name[0].lower()}{name[1:]}"


def _change_words(day: FirstDay, look: Look) -> str:
    if day.better_by is None:
        return ""
    direction = "better" if day.better_by >= 0 else "worse"
    words = f"{abs(day.better_by):.1f} points {direction}{_change_limits(day)}"
    free = (
        ""
        if look.measure.remission_at_most is None
        else f" {_free_title(look)}: of those who were not at the baseline."
    )
    return (
        f"Mean change on {look.measure.name}: {words}. Taken while the infusion still acts: not "
        f"comparable with settled scores.{free} A dot, when chosen, lists its courses."
    )


def _change_limits(day: FirstDay) -> str:
    if day.better_low is None or day.better_high is None:
        return ""
    low, high = sorted((abs(day.better_low), abs(day.better_high)))
    limits = (
        f"{low:.1f}–{high:.1f}"
        if day.better_low * day.better_high >= 0
        else f"{day.better_low:+.1f} to {day.better_high:+.1f} better".replace("-", "−")
    )
    return f" (95 % CI {limits})"


def first_day_table(shares: Sequence[Share], day: FirstDay) -> pd.DataFrame:
    """The numbers of the first day; the mean improvement has its own row."""
    rows: list[dict[str, object]] = [
        {
            "Within the first day": share.name,
            "Courses": share.rate.events,
            "Of": share.rate.n,
            "%": _per_cent(share.rate.estimate),
            "95 % CI from": _per_cent(share.rate.low),
            "95 % CI to": _per_cent(share.rate.high),
        }
        for share in shares
    ]
    frame = pd.DataFrame(rows)
    mean = pd.DataFrame(
        [
            {
                "Within the first day": "Mean improvement (points, not %)",
                "Of": day.n,
                "%": _rounded(day.better_by),
                "95 % CI from": _rounded(day.better_low),
                "95 % CI to": _rounded(day.better_high),
            }
        ]
    )
    return pd.concat([frame, mean], ignore_index=True)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
