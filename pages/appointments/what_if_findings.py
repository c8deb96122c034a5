"""The pictures of the view *What if* with their words."""

from collections.abc import Iterable
from functools import partial
from math import nan

import pandas as pd

from charts.appointment_what_if import site_blocks_chart, stays_chart, utilisation_chart
from charts.numbers import percent
from clinical.block_length import (
    LEAST_STAYS,
    Lengths,
    overrunning,
    suggested_block,
)
from clinical.capacity import FULL_SHARE
from clinical.thresholds import Thresholds
from clinical.what_if import AHEAD_WEEKS, BASE_WEEKS, TREND_WEEKS, projection
from pages.appointments.what_if_known import STAY_WEEKS, Known, SiteKnown
from pages.appointments.what_if_words import Compared, weeks_words
from pages.shared.frame import Finding
from pages.shared.words import count_words, rate_words

_TOLD_BLOCKS = (100, 120)
"""Blocks whose overruns are always told."""
_TABLE_BLOCKS = range(60, 181, 10)
_MOST_SITES = 12


def utilisation_finding(known: Known, compared: Compared) -> Finding:
    """Utilisation of the last half year, and of the year ahead as it is and as it would be."""
    observed = known.observed
    now = projection(compared.now)
    changed = None if compared.change.is_none else projection(compared.then)
    title = _utilisation_title(compared)
    return Finding(
        key="what-if-utilisation",
        title=title,
        subtitle=f"Scheduled and actual utilisation by week; {TREND_WEEKS} weeks observed, "
        f"{AHEAD_WEEKS} projected (dashed); {count_words(len(compared.places), 'site')}",
        chart=utilisation_chart(observed, known.monday, now, changed),
        table=lambda: _utilisation_table(known, compared),
        alt=f"Utilisation by week, observed and projected. {title}.",
        note="Band: the 95 % interval of the trend alone. Projected weeks have the usual opening "
        "hours and no closures. Over 100 %: more is asked for than fits."
        if compared.now.growth
        else "Too few weeks for a trend: the weeks ahead are as the last ones.",
    )


def _utilisation_title(compared: Compared) -> str:
    now, then = compared.now, compared.then
    if compared.change.is_none:
        return f"{percent(now.scheduled)} booked; full: {weeks_words(now.until_full)}"
    words = f"{percent(then.scheduled)} booked with the change, {percent(now.scheduled)} without"
    before, after = weeks_words(now.until_full), weeks_words(then.until_full)
    return words if before == after else f"{words}; full: {after}, without it {before}"


def _utilisation_table(known: Known, compared: Compared) -> pd.DataFrame:
    """Both parts below each other, in per cent of open time."""
    observed = known.observed
    now, then = projection(compared.now), projection(compared.then)
    ahead = pd.DataFrame(
        {
            "start": [
                known.monday + pd.Timedelta(weeks=int(week)).to_pytimedelta() for week in now.weeks
            ],
            "scheduled": now.scheduled,
            "actual": now.actual,
            "then": then.scheduled,
            "used_then": then.actual,
            "low": then.low,
            "high": then.high,
        }
    )
    both = pd.concat([observed.assign(kind="observed"), ahead.assign(kind="projected")])
    names = {
        "scheduled": "Scheduled, %",
        "actual": "Used, %",
        "then": "What if: scheduled, %",
        "used_then": "What if: used, %",
        "low": "95 % CI from",
        "high": "to",
    }
    table = pd.DataFrame({"Week from": both["start"], "": both["kind"]})
    for column, name in names.items():
        table[name] = (100 * both[column].astype(float)).round(1)
    return table


def stays_finding(known: Known, block: float | None) -> Finding | None:
    """How long infusion patients stay, and the block that this asks for; none without stays.

    ``block``: the usual block in minutes; ``None`` where it is not known, or differs by site.
    """
    stays = known.stays
    if not stays.n:
        return None
    wanted = _suggested(stays, known.thresholds)
    title = _stays_title(stays, block, wanted, known.thresholds)
    over = "; ".join(
        f"{rate_words(overrunning(stays, minutes))} at {minutes} min" for minutes in _TOLD_BLOCKS
    )
    return Finding(
        key="what-if-stays",
        title=title,
        subtitle=f"Share of {count_words(stays.n, 'stay')} of the last {STAY_WEEKS} weeks that "
        "were over by then; all diagnoses and phases",
        chart=stays_chart(stays, block, wanted),
        table=partial(_blocks_table, stays, block, wanted),
        alt=f"How long infusion patients stay. {title}.",
        note=f"Would stay longer than their block: {over}. Suggested: the shortest multiple of 5 "
        f"minutes that holds {known.thresholds.block_covers} % of the stays and "
        f"{known.thresholds.turnover_minutes} minutes to make the chair ready.",
    )


def _suggested(stays: Lengths, thresholds: Thresholds) -> int | None:
    return suggested_block(stays, thresholds.block_covers, thresholds.turnover_minutes)


def _stays_title(
    stays: Lengths, block: float | None, wanted: int | None, thresholds: Thresholds
) -> str:
    if wanted is None:
        return f"Fewer than {LEAST_STAYS} stays: too few to suggest a block"
    held = f"{percent(thresholds.block_covers / 100)} of the stays and the turnover"
    if block is None:
        return f"Blocks of {wanted} minutes would hold {held}"
    if wanted < block:
        return f"Blocks of {wanted} minutes instead of {block:g} would hold {held}"
    if wanted > block:
        longer = percent(overrunning(stays, block).estimate)
        return f"{longer} stay longer than {block:g} minutes; to hold {held} takes {wanted}"
    return f"The block of {block:g} minutes holds {held}"


def _blocks_table(stays: Lengths, block: float | None, wanted: int | None) -> pd.DataFrame:
    marked = [each for each in (block, wanted) if each is not None]
    blocks = sorted({*_TABLE_BLOCKS, *_TOLD_BLOCKS, *marked})
    rates = [overrunning(stays, each) for each in blocks]
    return pd.DataFrame(
        {
            "Block, minutes": blocks,
            "": [_mark(each, block, wanted) for each in blocks],
            "Stay longer": [rate.events for rate in rates],
            "Of stays": [rate.n for rate in rates],
            "Stay longer, %": [_rounded(rate.estimate) for rate in rates],
            "95 % CI from": [_rounded(rate.low) for rate in rates],
            "to": [_rounded(rate.high) for rate in rates],
        }
    )


def _mark(each: float, block: float | None, wanted: int | None) -> str:
    marks = [name for name, at in (("now", block), ("suggested", wanted)) if at == each]
    return ", ".join(marks)


def _rounded(share: float | None) -> float:
    return nan if share is None else round(100 * share, 1)


def site_blocks_finding(known: Known) -> Finding | None:
    """The block that each site's stays ask for, where there are several sites with enough stays."""
    sites = _site_blocks(known.sites, known.thresholds)
    told = sites.dropna(subset=["suggested"])
    if len(told) < 2:
        return None
    shown = told.head(_MOST_SITES)
    title = _site_title(told)
    hidden = "" if len(shown) == len(told) else f"; the {len(shown)} longest of {len(told)}"
    return Finding(
        key="what-if-site-blocks",
        title=title,
        subtitle=f"Usual and suggested block of {len(told)} sites with at least {LEAST_STAYS} "
        f"stays{hidden}",
        chart=site_blocks_chart(shown),
        table=lambda: pd.DataFrame(
            {
                "Site": sites["site"],
                "Stays": sites["stays"],
                "Block now, minutes": sites["block"],
                "Suggested, minutes": sites["suggested"],
                "Stay longer than the block, %": (100 * sites["over"]).round(1),
                "95 % CI from": (100 * sites["low"]).round(1),
                "to": (100 * sites["high"]).round(1),
            }
        ),
        alt=f"Usual and suggested length of an infusion's block by site. {title}.",
        note=f"Now: the median planned length of the last {BASE_WEEKS} weeks.",
    )


def _site_blocks(sites: Iterable[SiteKnown], thresholds: Thresholds) -> pd.DataFrame:
    """A row for each site, the longest suggestion first."""
    rows = []
    for site in sites:
        block = site.place.work.block
        over = overrunning(site.stays, block)
        is_known = block == block and over.estimate is not None
        rows.append(
            {
                "site": site.name,
                "stays": site.stays.n,
                "block": block,
                "suggested": _suggested(site.stays, thresholds) or nan,
                "over": over.estimate if is_known else nan,
                "low": over.low if is_known else nan,
                "high": over.high if is_known else nan,
            }
        )
    columns = ["site", "stays", "block", "suggested", "over", "low", "high"]
    table = pd.DataFrame(rows, columns=columns)
    numbers = dict.fromkeys(columns[2:], "float64")
    return table.astype(numbers).sort_values(
        ["suggested", "site"], ascending=[False, True], ignore_index=True
    )


def _site_title(sites: pd.DataFrame) -> str:
    lowest, highest = int(sites["suggested"].min()), int(sites["suggested"].max())
    if lowest == highest:
        return f"All {len(sites)} sites would need blocks of {lowest} minutes"
    return f"By site, blocks of {lowest} to {highest} minutes would be needed"


FULL_WORDS = percent(FULL_SHARE)
"""From which share a clinic is full, in words."""
