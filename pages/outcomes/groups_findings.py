"""Groups side by side in pictures and words.

Titles and sentences are markdown; what comes from the data stands in them as plain text.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from charts.numbers import percent, points
from charts.outcome_group_curves import curves_chart
from charts.outcome_groups import Group, compared_chart
from charts.outcome_site_funnel import site_funnel_chart
from clinical.course_scores import Missing
from clinical.group_rates import ALL_TOGETHER, Compared
from clinical.incidence import Proportion, proportion
from clinical.responses import Result
from clinical.site_funnel import INNER, OUTER, funnel_limits, outside, spread
from data_access.outcome_groups import QUARTER
from pages.outcomes.grouping import By
from pages.outcomes.groups_choice import GroupChoice
from pages.outcomes.look import Look
from pages.outcomes.response_findings import reached_words, result_names
from pages.outcomes.words import after_words, count_courses, course_nouns
from pages.shared.frame import Finding, KeyFigure, plain
from pages.shared.words import count_words, listed, rate_words

OTHERS = "Others together"
TOGETHER_KEY = -1
"""Stands for the groups put together where a dot says which group it is."""
MOST_ROWS, MOST_PANELS = 30, 12
"""So many groups are drawn, those with the most courses; the tables hold them all."""
_NAMED = 3
"""So many groups are named in a sentence or title, those least like chance first."""


@dataclass(frozen=True, slots=True)
class GroupsFound:
    """The groups of a look, compared, with what they are called.

    ``rows``: of :func:`clinical.group_rates.with_expected`, with ``of_all``; ``curves``: of
    :func:`clinical.group_rates.curves`; ``groups``: for each row; ``merged``, ``empty``: the names
    of the groups put together, and of those without a score.
    """

    choice: GroupChoice
    column: str
    compared: Compared
    rows: pd.DataFrame
    curves: pd.DataFrame
    groups: tuple[Group, ...]
    merged: tuple[str, ...]
    empty: tuple[str, ...]

    @property
    def of_all(self) -> Proportion:
        """The rate of all courses together."""
        return self.compared.of_all

    @property
    def size(self) -> int:
        """How many scores are behind it."""
        return int(self.rows["size"].sum())

    @property
    def alone(self) -> list[int]:
        """The rows of groups that are shown by themselves."""
        return [row for row, group in enumerate(self.groups) if not group.is_merged]

    @property
    def differing(self) -> list[int]:
        """The rows of groups that differ beyond chance, those least like chance first."""
        rows = self.rows[self.rows["differs"] != 0]
        return [int(row) for row in rows.sort_values("p", kind="stable").index]


_NOUNS = {
    By.DIAGNOSIS: "diagnosis",
    By.SITE: "site",
    By.SEVERITY: "severity at baseline",
    By.FAILED: "number of failed antidepressants",
    By.SEX: "sex",
    By.AGE: "age band",
    By.DOSE: "band of the first dose",
    By.COURSE: "order of the course",
}


def noun_of(found: GroupsFound) -> str:
    """What the groups are, in a sentence."""
    if found.choice.by is By.WHEN:
        return "quarter of the start" if found.column == QUARTER else "year of the start"
    return _NOUNS[found.choice.by]


def _counted(look: Look, n: int) -> str:
    """Which courses the rates are of, in words."""
    courses, name = count_courses(look, n), plain(look.measure.name)
    if look.missing is Missing.ALL:
        due = f"{courses} due up to infusion {look.number}"
        return f"{due}, a missing score on {name} counting as none"
    if look.missing is Missing.CARRIED:
        return f"{courses} with a score on {name} up to infusion {look.number}"
    return f"{courses} with a score on {name} {after_words(look)}"


def why_not_compared(look: Look, found: GroupsFound) -> str:
    """Why there is nothing to compare (markdown); empty where there is something."""
    least = look.thresholds.smallest_group
    if found.size < least:
        have = "has" if found.size == 1 else "have"
        none = f"No {course_nouns(look)[0]} within the filters has"
        counted = f"{count_courses(look, found.size)} within the filters {have}"
        few = f" Fewer than {least} are not shown as a rate." if found.size else ""
        room = " and a baseline above 0" if found.choice.result is Result.RESPONSE else ""
        return (
            f"{counted if found.size else none} a score on {plain(look.measure.name)} "
            f"{after_words(look)}{room}.{few}"
        )
    if found.compared.compares:
        return ""
    said = _counted(look, found.of_all.n)
    if found.merged:
        return (
            f"{said}: each {noun_of(found)}, or each but one, has fewer than {least} of them. "
            "Rates of so few are not shown, so there is nothing to compare."
        )
    return (
        f"{said} are of one {noun_of(found)} ({plain(found.groups[0].name)}), so there is nothing "
        "to compare."
    )


def groups_answer(look: Look, found: GroupsFound) -> str:
    """Which groups differ beyond chance, in a sentence or two (markdown)."""
    reached = reached_words(look.measure, found.choice.result)
    of_all = (
        f"of all {_counted(look, found.of_all.n)}, **{found.of_all.events:,}** {reached} "
        f"(**{percent(found.of_all.estimate)}**, {rate_words(found.of_all).split(', ', 1)[1]})"
    )
    if not found.differing:
        return (
            f"**No {noun_of(found)} differs beyond chance** from the others: "
            f"{_between_words(found)}. {of_all[:1].upper()}{of_all[1:]}."
        )
    said = [_differing_words(look, found, row) for row in found.differing[:_NAMED]]
    more = len(found.differing) - len(said)
    if more:
        said.append(f"{count_words(more, 'other group')} {'differs' if more == 1 else 'differ'}")
    return f"Beyond chance, {listed(said)}. {of_all[:1].upper()}{of_all[1:]}."


def _between_words(found: GroupsFound) -> str:
    low, high = _range(found)
    if low[1] == high[1]:
        return f"{percent(low[1])} in each"
    return f"from {percent(low[1])} ({plain(low[0])}) to {percent(high[1])} ({plain(high[0])})"


def _range(found: GroupsFound) -> tuple[tuple[str, float], tuple[str, float]]:
    """The groups with the lowest and the highest rate."""
    shares = [
        (found.groups[row].name, float(found.rows["share"].iloc[row])) for row in found.alone
    ] or [(OTHERS, float(found.rows["share"].iloc[0]))]
    return min(shares, key=lambda each: each[1]), max(shares, key=lambda each: each[1])


def _differing_words(look: Look, found: GroupsFound, row: int) -> str:
    own, rest = _own(found, row), _rest(found, row)
    more = "more" if found.rows["differs"].iloc[row] > 0 else "fewer"
    reached = reached_words(look.measure, found.choice.result)
    return (
        f"**{more}** of **{plain(found.groups[row].name)}** {reached} ({percent(own.estimate)}) "
        f"than of all others ({percent(rest.estimate)}{_ratio_words(found, row)})"
    )


def _ratio_words(found: GroupsFound, row: int) -> str:
    """How the case mix changes it."""
    ratio, low, high = (
        float(found.rows[name].iloc[row]) for name in ("ratio", "ratio_low", "ratio_high")
    )
    if not ratio >= 0:
        return ""
    explained = ", which their case mix may explain" if low <= 1 <= high else ""
    return f"; {ratio:.2f} times as expected{explained}"


def _own(found: GroupsFound, row: int) -> Proportion:
    return proportion(int(found.rows["reached"].iloc[row]), int(found.rows["n"].iloc[row]))


def _rest(found: GroupsFound, row: int) -> Proportion:
    own = _own(found, row)
    return proportion(found.of_all.events - own.events, found.of_all.n - own.n)


def group_figures(look: Look, found: GroupsFound) -> list[KeyFigure]:
    """The rate of all, of the highest and the lowest group, and how many differ."""
    name = result_names(look.measure)[found.choice.result]
    figures = [
        KeyFigure(
            label=f"{name}, all together",
            value=percent(found.of_all.estimate),
            change=f"{found.of_all.events:,} of {found.of_all.n:,}",
            help=f"Of {_counted(look, found.of_all.n)}, whatever their group",
        )
    ]
    shown = sorted(found.alone, key=lambda row: float(found.rows["share"].iloc[row]))
    if len(shown) > 1:
        for title, row in (("Highest", shown[-1]), ("Lowest", shown[0])):
            own = _own(found, row)
            figures.append(
                KeyFigure(
                    label=f"{title}: {plain(found.groups[row].name)}",
                    value=percent(own.estimate),
                    change=f"{own.events:,} of {own.n:,} · {rate_words(own).split(', ', 1)[1]}",
                    help="One group is always the highest, and one the lowest: see whether it "
                    "differs beyond chance",
                )
            )
    figures.append(
        KeyFigure(
            label="Differ beyond chance",
            value=f"{len(found.differing)} of {len(found.alone)}",
            change=_correction(found),
            help="Fisher's exact test of each group against all other courses; that any is named "
            "by chance alone happens at most 1 time in 20 (Holm 1979)",
        )
    )
    return figures


def _correction(found: GroupsFound) -> str:
    made = count_words(found.compared.comparisons, "comparison")
    return f"{made}, corrected by Holm" if found.compared.comparisons > 1 else made


def merged_words(look: Look, found: GroupsFound) -> str:
    """Which groups are not shown by themselves, and why (markdown); empty where all are."""
    parts = []
    if found.merged:
        names = listed([plain(name) for name in found.merged[:8]])
        more = len(found.merged) - 8
        parts.append(
            f"{OTHERS}: {names}{f' and {more} more' if more > 0 else ''}. A group of fewer than "
            f"{look.thresholds.smallest_group} is not shown by itself, nor so that it could be "
            "found by subtraction."
        )
    if found.empty:
        names = listed([plain(name) for name in found.empty[:8]])
        more = len(found.empty) - 8
        parts.append(f"Without such a score: {names}{f' and {more} more' if more > 0 else ''}.")
    return " ".join(parts)


def compared_finding(look: Look, found: GroupsFound) -> Finding:
    """The groups beside each other after the chosen infusion."""
    title = _compared_title(found)
    kept = _largest(found, MOST_ROWS)
    rows = found.rows.iloc[kept].reset_index(drop=True)
    groups = [found.groups[row] for row in kept]
    return Finding(
        key="outcome-groups",
        title=title,
        subtitle=f"{_counted(look, found.of_all.n)}; those of each group beside its name"
        + _cut_words(len(found.groups), MOST_ROWS),
        chart=compared_chart(rows, groups, look.number),
        table=lambda: _compared_table(look, found),
        alt=f"Dot plot of {count_words(len(groups), 'group')}: the share that reached it. {title}",
        note=_compared_note(look, found),
    )


def _compared_title(found: GroupsFound) -> str:
    if not found.differing:
        low, high = (percent(share) for _, share in _range(found))
        span = f"{low} to {high}" if low != high else f"{low} in each"
        return f"No {noun_of(found)} differs beyond chance: {span}"
    parts = []
    for word, sign in (("More", 1), ("Fewer", -1)):
        names = [
            f"{plain(found.groups[row].name)} ({percent(_own(found, row).estimate)})"
            for row in found.differing
            if found.rows["differs"].iloc[row] == sign
        ]
        if names:
            others = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            parts.append(f"{word}: {', '.join(names[:_NAMED])}{others}")
    return f"{'; '.join(parts)}; all {percent(found.of_all.estimate)}"


def _compared_note(look: Look, found: GroupsFound) -> str:
    compared = (
        "95 % Wilson intervals. Coloured and named: differs from all other courses together, by "
        "Fisher's exact test"
    )
    if found.compared.comparisons > 1:
        compared += f" with Holm's correction for {found.compared.comparisons} comparisons"
    if look.missing is Missing.ALL:
        adjusted = (
            "Not adjusted: among all starters severity is not known of those without a baseline."
        )
    else:
        adjusted = (
            f"Right: reached over expected, had each course done as all of its {_mix(found)} did; "
            "nothing else is adjusted."
        )
    chosen = "" if found.choice.by is By.WHEN else " A dot, when chosen, lists its courses."
    return f"{compared}. {adjusted}{chosen}"


def _mix(found: GroupsFound) -> str:
    """What is adjusted for: what the groups are not told apart by themselves."""
    parts = []
    if found.choice.by is not By.SEVERITY:
        parts.append("severity at baseline")
    if found.choice.by is not By.DIAGNOSIS:
        parts.append("diagnosis")
    return " and ".join(parts)


def _largest(found: GroupsFound, most: int) -> list[int]:
    """The rows of the groups with the most courses, in their order."""
    by_size = found.rows["n"].sort_values(ascending=False, kind="stable").index[:most]
    return sorted(int(row) for row in by_size)


def _cut_words(groups: int, most: int) -> str:
    if groups <= most:
        return ""
    return f"; the {most} groups with the most courses, all {groups} in the numbers"


def _compared_table(look: Look, found: GroupsFound) -> pd.DataFrame:
    rows = found.rows
    rest = [_rest(found, row).estimate for row in range(len(rows))]
    columns: dict[str, object] = {
        "Group": [group.name for group in found.groups],
        result_names(look.measure)[found.choice.result]: rows["reached"],
        "Of courses": rows["n"],
        **_rate_columns(rows),
        "With a score": rows["size"],
        "Due": rows["due"],
        "All others, %": [None if each is None else round(100 * each, 1) for each in rest],
        "Difference, points": (100 * rows["difference"]).round(1),
        "simultaneous 95 % CI from": (100 * rows["difference_low"]).round(1),
        "to, points": (100 * rows["difference_high"]).round(1),
        "p (Fisher)": rows["p"].round(4),
        "p (Holm)": rows["p_holm"].round(4),
        "Beyond chance": rows["differs"].map({1: "more", -1: "fewer", 0: "no"}),
    }
    if look.missing is not Missing.ALL:
        columns |= {
            "Expected": rows["expected"].round(1),
            "Reached / expected": rows["ratio"].round(2),
            "Ratio, 95 % CI from": rows["ratio_low"].round(2),
            "Ratio, to": rows["ratio_high"].round(2),
        }
    return pd.DataFrame(columns)


def _rate_columns(rows: pd.DataFrame) -> "dict[str, pd.Series[float]]":
    return {
        "%": (100 * rows["share"]).round(1),
        "95 % CI from": (100 * rows["low"]).round(1),
        "to": (100 * rows["high"]).round(1),
    }


def curves_finding(look: Look, found: GroupsFound) -> Finding:
    """A panel for each group, by infusion number."""
    kept = _largest(found, MOST_PANELS)
    place_of = {row: place for place, row in enumerate(kept)} | {ALL_TOGETHER: ALL_TOGETHER}
    drawn = found.curves[found.curves["row"].isin(list(place_of))]
    drawn = drawn.assign(row=[place_of[row] for row in drawn["row"]])
    groups = [found.groups[row] for row in kept]
    title = _curves_title(look, found)
    least = look.thresholds.smallest_group
    return Finding(
        key="outcome-group-curves",
        title=title,
        subtitle=f"Share by infusion; dotted: all {course_nouns(look)[1]} together; n at the first "
        f"and the last point{_cut_words(len(found.groups), MOST_PANELS)}",
        chart=curves_chart(drawn, groups, found.choice.result, look.number),
        table=lambda: _curves_table(look, found),
        alt=f"{count_words(len(groups), 'panel')}, one a group: the share by infusion. {title}",
        note=f"95 % Wilson intervals. A point of fewer than {least} is left out, and with it the "
        "smallest other one where it would give it away. The upright line: the chosen infusion.",
    )


def _curves_title(look: Look, found: GroupsFound) -> str:
    of_all = found.curves[found.curves["row"] == ALL_TOGETHER]
    first, last = of_all.iloc[0], of_all.iloc[-1]
    name = result_names(look.measure)[found.choice.result]
    low, high = _range(found)
    apart = points(high[1] - low[1]).removeprefix("+")
    return (
        f"{name} from {percent(first['share'])} after infusion {first['number']:.0f} to "
        f"{percent(last['share'])} after infusion {last['number']:.0f}; groups {apart} apart "
        f"{after_words(look)}"
    )


def _curves_table(look: Look, found: GroupsFound) -> pd.DataFrame:
    names = dict(enumerate(group.name for group in found.groups)) | {ALL_TOGETHER: "All"}
    rows = found.curves
    return pd.DataFrame(
        {
            "Group": [names[row] for row in rows["row"]],
            "Infusion": rows["number"],
            result_names(look.measure)[found.choice.result]: rows["reached"],
            "Of courses": rows["n"],
            **_rate_columns(rows),
        }
    )


_FEWEST_SITES = 3


def site_funnel_finding(look: Look, found: GroupsFound) -> Finding | None:
    """Sites as a funnel plot; ``None`` for fewer than three of them."""
    alone = found.alone
    if found.choice.by is not By.SITE or len(alone) < _FEWEST_SITES:
        return None
    rows = found.rows.iloc[alone].reset_index(drop=True)
    groups = [found.groups[row] for row in alone]
    target = found.of_all.estimate or 0.0
    events, n = rows["reached"].tolist(), rows["n"].tolist()
    marks = outside(events, n, target).tolist()
    title = _funnel_title(groups, marks)
    name = result_names(look.measure)[found.choice.result]
    return Finding(
        key="outcome-site-funnel",
        title=title,
        subtitle=f"{_counted(look, found.of_all.n)}; share of each site against its number",
        chart=site_funnel_chart(rows, groups, marks, look.number),
        table=lambda: _funnel_table(found, name, rows, marks),
        alt=f"Funnel plot of {count_words(len(groups), 'site')}. {title}",
        note=_funnel_note(found, events, n),
    )


def _funnel_title(groups: Sequence[Group], marks: Sequence[int]) -> str:
    for name, level in (("99.8 %", 2), ("95 %", 1)):
        out = [
            plain(group.name)
            for group, mark in zip(groups, marks, strict=True)
            if abs(mark) >= level
        ]
        if out:
            some = listed(out[:_NAMED]) + (" and others" if len(out) > _NAMED else "")
            lie = "lies" if len(out) == 1 else "lie"
            return f"{len(out)} of {len(groups)} sites {lie} outside the {name} limits: {some}"
    return f"All {len(groups)} sites lie within what chance gives"


def _funnel_note(found: GroupsFound, events: Sequence[int], n: Sequence[int]) -> str:
    said = (
        "Limits around the rate of all: exact binomial, interpolated (Spiegelhalter 2005). Of "
        "sites that do not differ at most 1 in 20 lies outside those of 95 %, 1 in 500 outside "
        "those of 99.8 %. They do not allow for how many sites there are, nor for their case mix."
    )
    varies = spread(events, n)
    if varies is not None:
        said += (
            f" The sites vary {varies:.1f} times as much as chance gives (chi-square over its "
            "degrees of freedom); the limits are not widened for that."
        )
    if found.merged:
        said += f" Not drawn: {count_words(len(found.merged), 'site')} put together for want of n."
    return said


_PLACES = {
    2: "above 99.8 %",
    1: "above 95 %",
    0: "within",
    -1: "below 95 %",
    -2: "below 99.8 %",
}


def _funnel_table(
    found: GroupsFound, name: str, rows: pd.DataFrame, marks: Sequence[int]
) -> pd.DataFrame:
    target = found.of_all.estimate or 0.0
    inner, outer = (funnel_limits(rows["n"].to_numpy(), target, each) for each in (INNER, OUTER))
    return pd.DataFrame(
        {
            "Site": [found.groups[row].name for row in found.alone],
            name: rows["reached"],
            "Of courses": rows["n"],
            "%": (100 * rows["share"]).round(1),
            "95 % limits from": (100 * inner[0]).round(1),
            "to": (100 * inner[1]).round(1),
            "99.8 % limits from": (100 * outer[0]).round(1),
            "to, 99.8 %": (100 * outer[1]).round(1),
            "Lies": [_PLACES[mark] for mark in marks],
        }
    )
