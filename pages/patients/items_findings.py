"""What PHQ-9's items did one by one, and beside them anxiety and quality of life."""

from datetime import datetime
from math import isnan
from typing import Any

import pandas as pd
import streamlit as st

from charts.items import COLUMNS_AT_MOST, HEIGHT_BESIDE, NO_ANSWER, item_strip, total_chart
from charts.score_words import taken
from charts.style import HEIGHT_SMALL
from clinical.codes import Timepoint
from clinical.instruments import GAD7, WHO5, Instrument
from clinical.items import PHQ9_ITEMS, Movement, movements
from data_access.patient_items import ITEMS, patient_items
from pages.shared.context import PageContext
from pages.shared.frame import Finding, nothing, show
from pages.shared.words import count_words, day_words, listed

BESIDE = (GAD7, WHO5)
"""What is shown beside the items: anxiety and quality of life."""
_MEANING = {GAD7.code: "anxiety", WHO5.code: "well-being"}
_NAMED = 2
_ALWAYS = ("Energy", "Interest")

ITEM_DEFINITIONS = """
- **Items of PHQ-9**: short names of our own, in the questionnaire's order; 0 not at all, 1 several
  days, 2 over half the days, 3 nearly every day. PHQ-9 and GAD-7 may be reproduced without
  permission; other questionnaires are shown as totals, because their licences do not allow their
  items or are not clear.
- **Compared** are the first and the last questionnaire that were not taken within 72 hours after an
  infusion, when sleep, energy and concentration may be those of the day. A movement of one item by
  a point is no proof of change.
- **WHO-5** counts well-being from 0 to 100, where higher is better; **GAD-7** anxiety from 0 to 21.
"""
"""What the page says at its foot about this part."""


def items_section(
    context: PageContext, patient_key: int, scores: pd.DataFrame, series_key: int | None = None
) -> None:
    """Draw the items' strip and, beside it, anxiety and quality of life.

    ``scores``: as :func:`data_access.one_patient.patient_scores`, of the part of the record that
    the page shows; ``series_key``: its series, ``None`` for the whole record.
    """
    items = patient_items(context.connection, context.viewer, patient_key)
    if series_key is not None:
        items = items[items["series_key"].isin([series_key])]
    asked = [each for each in BESIDE if (scores["instrument"] == each.code).any()]
    height = HEIGHT_BESIDE if len(asked) > 1 else HEIGHT_SMALL
    found = [total_finding(scores, each, height) for each in asked]
    beside = [finding for finding in found if finding is not None]
    strip = items_finding(items)
    with st.grid(2, min_column_width=420):
        if strip is None:
            nothing("No PHQ-9 with its items is recorded here; totals alone do not show them.")
        else:
            show(strip)
        with st.container(gap="small"):
            for finding in beside:
                show(finding)
            if not beside:
                nothing("Neither GAD-7 (anxiety) nor WHO-5 (well-being) is recorded here.")


def items_finding(items: pd.DataFrame) -> Finding | None:
    """The strip of PHQ-9 items; ``None`` where no questionnaire has an item.

    ``items``: as :func:`data_access.patient_items.patient_items`.
    """
    kept = items[items[list(ITEMS)].notna().any(axis=1)]
    if kept.empty:
        return None
    shown = kept.tail(COLUMNS_AT_MOST).reset_index(drop=True)
    title = items_title(shown)
    return Finding(
        key="items",
        title=title,
        subtitle=_subtitle(items, kept, shown),
        chart=item_strip(shown[list(ITEMS)], _labels(shown)),
        table=lambda: _items_table(kept),
        alt=f"PHQ-9 item by item over time. {title}.",
        note=_gaps_note(shown),
    )


def items_title(shown: pd.DataFrame) -> str:
    """The largest falls and rises from the first to the last comparable questionnaire."""
    pair = _compared(shown)
    if pair is None:
        return f"One PHQ-9 with items: {_highest(shown.iloc[-1])}"
    fell, rose = _named(pair)
    parts = [_words(part, verb) for part, verb in ((fell, "fell"), (rose, "rose")) if part]
    if not parts:
        return "No item moved from the first to the last questionnaire"
    found = "; ".join(parts)
    return found[0].upper() + found[1:]


_Pair = tuple["pd.Series[Any]", "pd.Series[Any]"]


def _named(pair: _Pair) -> tuple[list[Movement], list[Movement]]:
    """The largest falls and the largest rises, which the title names."""
    moved = movements(_answers(pair[0]), _answers(pair[1]))
    fell = [movement for movement in moved if movement.change < 0]
    rose = [movement for movement in moved if movement.change > 0]
    return fell[:_NAMED], rose[:_NAMED]


def _always_asked(pair: _Pair) -> str:
    """Energy and interest, which one looks for first, where the title does not name them."""
    named = {movement.name for part in _named(pair) for movement in part}
    moved = {each.name: each for each in movements(_answers(pair[0]), _answers(pair[1]))}
    told = [
        _words([moved[name]], "fell" if moved[name].change < 0 else "rose")
        if moved[name].change
        else f"{name.lower()} stayed at {moved[name].last}"
        for name in _ALWAYS
        if name in moved and name not in named
    ]
    found = listed(told)
    return f". {found[0].upper()}{found[1:]}" if found else ""


def _words(moved: list[Movement], verb: str) -> str:
    first, *others = moved
    told = [f"{first.name.lower()} {verb} from {first.first} to {first.last}"]
    told += [f"{each.name.lower()} from {each.first} to {each.last}" for each in others]
    return listed(told)


def _highest(row: "pd.Series[Any]") -> str:
    answers = {
        name: answer
        for name, answer in zip(PHQ9_ITEMS, _answers(row), strict=True)
        if answer is not None
    }
    top = max(answers.values())
    names = [name.lower() for name, answer in answers.items() if answer == top]
    if top == 0:
        return "every item 0"
    return f"highest {listed(names[:3])} ({top})" if len(names) <= 3 else f"{len(names)} at {top}"


def _compared(shown: pd.DataFrame) -> _Pair | None:
    """The first and the last questionnaire not taken within 72 hours after an infusion."""
    comparable = shown[shown["timepoint"] != int(Timepoint.AFTER_INFUSION)]
    return None if len(comparable) < 2 else (comparable.iloc[0], comparable.iloc[-1])


def _answers(row: "pd.Series[Any]") -> list[int | None]:
    return [None if pd.isna(row[name]) else int(row[name]) for name in ITEMS]


def _subtitle(items: pd.DataFrame, kept: pd.DataFrame, shown: pd.DataFrame) -> str:
    told = f"{count_words(len(kept), 'PHQ-9', 'PHQ-9')} with items, of {len(items)}"
    if len(shown) < len(kept):
        told += f"; the latest {len(shown)} are shown"
    pair = _compared(shown)
    if pair is None:
        return f"{told}. Nothing comparable to set against it yet"
    first, last = map(_when_and_day, pair)
    return f"{told}. Compared: {first} with {last}; lower is better{_always_asked(pair)}"


def _gaps_note(shown: pd.DataFrame) -> str:
    missing = int(shown[list(ITEMS)].isna().sum().sum())
    if not missing:
        return ""
    return f"{NO_ANSWER} no answer kept ({count_words(missing, 'answer')})."


def _when(row: "pd.Series[Any]") -> str:
    return taken(Timepoint(int(row["timepoint"])), int(row["number"]), row["hours_after"])


def _when_and_day(row: "pd.Series[Any]") -> str:
    return f"{_when(row)} ({day_words(row['completed'])})"


def _labels(shown: pd.DataFrame) -> list[tuple[str, str]]:
    """The date and a short form of when, for the strip's columns."""
    return [
        (
            _short_day(completed),
            _short_when(Timepoint(int(timepoint)), int(number), hours),
        )
        for completed, timepoint, number, hours in zip(
            shown["completed"],
            shown["timepoint"],
            shown["number"],
            shown["hours_after"],
            strict=True,
        )
    ]


def _short_day(completed: datetime) -> str:
    return f"{completed.day} {completed:%b %y}"


def _short_when(timepoint: Timepoint, number: int, hours_after: float) -> str:
    if timepoint is Timepoint.UNLINKED:
        return "no series"
    if timepoint is Timepoint.AFTER_INFUSION and not isnan(hours_after):
        return f"{hours_after:.0f} h after {number}"
    if timepoint is Timepoint.FOLLOW_UP and not isnan(hours_after):
        return f"{hours_after / 24:.0f} d after {number}"
    return taken(timepoint, number, hours_after).replace("infusion", "inf.")


def _items_table(kept: pd.DataFrame) -> pd.DataFrame:
    answers = {
        name: kept[column].to_numpy() for name, column in zip(PHQ9_ITEMS, ITEMS, strict=True)
    }
    return pd.DataFrame(
        {
            "Date": kept["completed"].dt.date.to_numpy(),
            "Taken": [_when(kept.iloc[row]) for row in range(len(kept))],
            "Total": kept["total"].to_numpy(),
            **answers,
        }
    )


def total_finding(
    scores: pd.DataFrame, instrument: Instrument, height: int = HEIGHT_BESIDE
) -> Finding | None:
    """One instrument's totals over time with the first and last in words; ``None`` without any."""
    own = scores[scores["instrument"] == instrument.code]
    if own.empty:
        return None
    title = total_title(own, instrument)
    later = own["timepoint"] != int(Timepoint.AFTER_INFUSION)
    told = f"{count_words(len(own), 'score')}; {_MEANING[instrument.code]}, "
    told += "higher is better" if instrument.higher_is_better else "lower is better"
    if later.sum() >= 2:
        first, last = (_when_and_day(own[later].iloc[row]) for row in (0, -1))
        told += f". Compared: {first} with {last}"
    return Finding(
        key=f"beside-{instrument.name.lower()}",
        title=title,
        subtitle=told,
        chart=total_chart(own, instrument, height),
        table=lambda: pd.DataFrame(
            {
                "Date": own["completed"].dt.date,
                "Taken": [_when(own.iloc[row]) for row in range(len(own))],
                "Score": own["total"],
            }
        ),
        alt=f"{instrument.name} over time. {title}.",
    )


def total_title(own: pd.DataFrame, instrument: Instrument) -> str:
    """``GAD-7 fell from 14 to 6: better``: first to last comparable total."""
    comparable = own[own["timepoint"] != int(Timepoint.AFTER_INFUSION)]["total"]
    if len(comparable) < 2:
        return f"{instrument.name} is {own['total'].iloc[-1]:g}; nothing to compare it with yet"
    first, last = float(comparable.iloc[0]), float(comparable.iloc[-1])
    if first == last:
        return f"{instrument.name} is {last:g}, as at first"
    better = (last > first) == instrument.higher_is_better
    verb = "rose" if last > first else "fell"
    limit = instrument.reliable_change
    within = limit is not None and abs(last - first) < limit
    judged = "within measurement error" if within else "better" if better else "worse"
    return f"{instrument.name} {verb} from {first:g} to {last:g}: {judged}"
