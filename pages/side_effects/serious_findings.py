"""The findings about serious side effects."""

from datetime import date

import numpy as np
import pandas as pd

from charts import serious_events as charts
from charts.side_effect_gaps import GapLines, gap_chart
from clinical.calendar import day_date
from clinical.incidence import Proportion
from clinical.serious_gaps import FEWEST_EVENTS, Gaps
from pages.shared.frame import Finding, plain
from pages.shared.words import count_words, day_words, listed, rate_words
from pages.side_effects.gap_rows import gap_rows
from pages.side_effects.infusion_table import days, places_in_series

_DRAWN = 300
_DEATH = 5
_MOST_NAMED = 2
_RARE = 0.01


def timeline_finding(events: pd.DataFrame, start: date, end: date) -> Finding:
    """Every serious side effect of the period, a mark each.

    ``events``: as :func:`data_access.serious_events.serious_events`, at least one.
    """
    shown = events.tail(_DRAWN)
    last = day_words(day_date(int(shown["day"].iloc[-1])))
    infusions = count_words(int(events["infusion_key"].nunique()), "infusion")
    return Finding(
        key="serious-events",
        title=_timeline_title(shown),
        subtitle=f"{count_words(len(shown), 'serious side effect')} in {infusions}; the last on "
        f"{last}",
        chart=charts.timeline_chart(
            pd.DataFrame(
                {
                    "date": days(shown),
                    "grade": shown["worst_grade"],
                    "term": shown["term"],
                    "site": shown["site"],
                }
            ),
            start,
            end,
        ),
        table=lambda: event_details(events),
        alt=f"Time line of {len(shown)} serious side effects by grade. The last was on {last}.",
        note="A mark is one serious side effect of one infusion, at its CTCAE grade. Serious is "
        "the clinic's own mark; a mild side effect can be serious and a severe one need not be.",
    )


def _timeline_title(events: pd.DataFrame) -> str:
    """Which of them is the commonest, and the worst grade among them."""
    counts = events["term"].value_counts()
    worst = int(events["worst_grade"].max())
    grade = f"the worst of {charts.grade_words(worst).lower()}" if worst else "none of them graded"
    if len(events) == 1:
        return f"One serious side effect: {plain(counts.index[0])}, {grade.rpartition(' of ')[2]}"
    commonest = [str(term) for term in counts.index[counts == counts.iloc[0]]]
    if len(commonest) > _MOST_NAMED:
        return f"{len(counts)} different side effects were serious, {grade}"
    is_one = len(commonest) == 1
    return (
        f"{listed([plain(term) for term in commonest])} {'was' if is_one else 'were'} serious most "
        f"often ({counts.iloc[0]:,}{' times' if is_one else ' times each'}), {grade}"
    )


def gaps_finding(gaps: Gaps, until: list[date], end: date) -> Finding:
    """The days from serious infusion to serious infusion.

    ``until``: the day that ended each; ``end``: of the period, up to which the last one is open.
    """
    days = gaps.days
    title = gaps_words(gaps, len(until) + 1)
    return Finding(
        key="serious-gaps",
        title=title,
        subtitle=f"{count_words(len(until), 'gap')} between {len(until) + 1} infusions with a "
        f"serious side effect; {count_words(round(gaps.open_days), 'day')} and "
        f"{count_words(round(gaps.open_infusions), 'recorded infusion')} since the last",
        chart=gap_chart(
            gap_rows(days, until, gaps.open_days, end, "day"),
            GapLines(until[0], days.centre, days.lower, days.upper),
            "Days between",
            end,
        ),
        table=lambda: _gap_numbers(gaps, until),
        alt=f"Days between infusions with a serious side effect. {title}.",
        note="Each gap stands where it ended. Hollow: since the last one, still open. Limits of a "
        "t chart (Nelson 1994) so that stable gaps show a mark in one of twenty looks; judged in "
        f"infusions too (g chart, Benneyan 2001).{_limit_words(gaps)}{_blind(gaps)}",
    )


def _limit_words(gaps: Gaps) -> str:
    upper = gaps.days.upper
    return "" if upper is None else f" Longer than chance is a gap of over {upper:,.0f} days."


def _blind(gaps: Gaps) -> str:
    if gaps.can_show_short:
        return ""
    return (
        " With so few events even two on one day are within chance, so that a single gap cannot "
        "show a rise."
    )


def gaps_words(gaps: Gaps | None, infusions: int) -> str:
    """What the gaps between serious events say. ``infusions``: with a serious side effect."""
    if gaps is None:
        return (
            f"{count_words(infusions, 'infusion')} with a serious side effect: too few to judge "
            f"the time between them (from {FEWEST_EVENTS})"
        )
    if gaps.short:
        return _uneven_words(gaps.short, "shorter")
    if gaps.is_open_long:
        return "The time since the last serious side effect is longer than chance gives"
    if gaps.long:
        return _uneven_words(gaps.long, "longer")
    return "Serious side effects come as chance gives at an even risk"


def _uneven_words(count: int, how: str) -> str:
    return (
        f"{count_words(count, 'gap')} between serious side effects {'is' if count == 1 else 'are'} "
        f"{how} than chance gives at an even risk"
    )


def _gap_numbers(gaps: Gaps, until: list[date]) -> pd.DataFrame:
    verdict = {1: "longer than chance", 0: "as chance gives", -1: "shorter than chance"}

    def column(chart_gaps: np.ndarray, open_gap: float) -> "pd.Series[int]":
        return pd.Series([*chart_gaps, open_gap]).round().astype("Int64")

    return pd.DataFrame(
        {
            "Up to": [*until, None],
            "Days": column(gaps.days.gaps, gaps.open_days),
            "By days": [
                *(verdict[int(flag)] for flag in gaps.days.flag),
                verdict[int(gaps.days.is_long(gaps.open_days))],
            ],
            "Recorded infusions without": column(gaps.infusions.gaps, gaps.open_infusions),
            "By infusions": [
                *(verdict[int(flag)] for flag in gaps.infusions.flag),
                verdict[int(gaps.infusions.is_long(gaps.open_infusions))],
            ],
        }
    )


def rare_words(rate: Proportion) -> str:
    """A rate in words; where it is surely under 1 %, per 1,000, in which its interval shows."""
    if rate.estimate is None or rate.low is None or rate.high is None or rate.high >= _RARE:
        return rate_words(rate)
    value, low, high = (f"{1000 * share:.2g}" for share in (rate.estimate, rate.low, rate.high))
    return f"{value} per 1,000, 95 % CI {low}–{high}"


def severe_words(terms: pd.DataFrame) -> str:
    """How serious and severe go together, in words; empty where there is neither.

    ``terms``: as :func:`data_access.side_effects.terms_by_grade`.
    """
    severe = terms["grade"] >= charts.SEVERE
    serious = int(terms["serious"].sum())
    severe_serious = int(terms.loc[severe, "serious"].sum())
    ungraded = int(terms.loc[terms["grade"] == 0, "serious"].sum())
    severe_all = int(terms.loc[severe, "infusions"].sum())
    said = []
    if serious:
        are = "was" if serious == 1 else "were"
        parts = [f"{severe_serious:,} {are} of grade 3 or more"]
        if serious - severe_serious - ungraded:
            parts.append(f"{serious - severe_serious - ungraded:,} of grade 1 or 2")
        if ungraded:
            parts.append(f"{ungraded:,} not graded")
        said.append(f"of {count_words(serious, 'serious side effect')} {', '.join(parts)}")
    if severe_all:
        said.append(
            f"{severe_all - severe_serious:,} of {severe_all:,} of grade 3 or more "
            f"{'was' if severe_all == 1 else 'were'} not serious"
        )
    return f"Serious is not severe: {'; '.join(said)}." if said else ""


def death_words(terms: pd.DataFrame) -> str:
    """Deaths among the side effects, and those not marked as serious; empty without any."""
    deaths = terms[terms["grade"] == _DEATH]
    n, serious = int(deaths["infusions"].sum()), int(deaths["serious"].sum())
    if not n:
        return ""
    words = f"{count_words(n, 'side effect')} of grade 5, which is death"
    if serious < n:
        words += f"; {n - serious:,} of them not marked as serious, which every death is"
    return words


def event_details(rows: pd.DataFrame) -> pd.DataFrame:
    """The list of serious side effects, as it is shown: the latest first.

    ``rows``: as :func:`data_access.serious_events.serious_events`.
    """
    return pd.DataFrame(
        {
            "Day": days(rows),
            "Site": rows["site"],
            "Side effect": rows["term"],
            "Grade": [charts.grade_words(int(grade)) for grade in rows["worst_grade"]],
            "Done": [
                ", ".join(_ACTIONS.get(word, word) for word in done) for done in rows["actions"]
            ],
            "mg/kg": rows["mg_per_kg"],
            "Infusion": places_in_series(rows),
            "Days since the previous": rows["days_since"],
            "Infusions since the previous": rows["infusions_since"],
        }
    )


_ACTIONS = {
    "none": "nothing",
    "observed": "observed",
    "medicated": "medicine given",
    "infusion_slowed": "infusion slowed",
    "infusion_stopped": "infusion stopped",
    "transferred": "transferred",
}
