"""Suicidal thoughts apart from the total: first and last, what rose, and how long it is open."""

from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from charts import thoughts as charts
from charts.thoughts import LEVELS
from clinical.instruments import CSSRS, PHQ9
from clinical.thoughts import open_rise
from pages.patients.record import Record
from pages.shared.frame import Finding
from pages.shared.words import count_words, day_words, listed

NO_THOUGHTS = "No answer to item 9 of PHQ-9 and no C-SSRS has been recorded for this patient."
THOUGHTS_DEFINITIONS = """
- **Item 9** of PHQ-9 asks for thoughts of death or self-harm, over two weeks. It is a gateway to
  further questions and no level of risk; it is shown apart because it can rise while the total
  falls. From 1 on a C-SSRS screener is due, on that day or later.
- **C-SSRS** levels are those that the clinic recorded: none, low, moderate, high.
- **A concern** opens with a level higher than the one before, and is open until a level no higher
  than the one before the rise. Our default; a closed concern is no judgement of risk.
"""
"""What the page says at its foot about this part."""
_HIGH = len(LEVELS) - 1


@dataclass(frozen=True, slots=True)
class Thoughts:
    """The answers of a record on suicidal thoughts, in time order, each with its ``level``.

    ``item_9``: with ``completed``, ``level`` and ``total`` of PHQ-9; ``screeners``: of C-SSRS, with
    ``completed`` and ``level``; ``unanswered``: PHQ-9 scores whose item 9 was not kept.
    """

    item_9: pd.DataFrame
    screeners: pd.DataFrame
    unanswered: int


def thoughts_of(record: Record) -> Thoughts:
    """What a whole record holds on suicidal thoughts."""
    asked = record.scores_of(PHQ9)
    kept = asked.dropna(subset="item_9")
    screened = record.scores_of(CSSRS)
    return Thoughts(
        item_9=kept.assign(level=kept["item_9"].astype(int))[["completed", "level", "total"]],
        screeners=screened.assign(level=screened["total"].astype(int))[["completed", "level"]],
        unanswered=len(asked) - len(kept),
    )


def thoughts_line(found: Thoughts, today: date) -> str:
    """What needs a look now, in one line; nothing where no concern is open and none is due."""
    parts = [words for words in (*_concerns(found, today), _due(found)) if words]
    if not _open_words(found) and _is_high(found):
        day = day_words(found.screeners["completed"].iloc[-1])
        parts.insert(0, f"C-SSRS was {LEVELS[_HIGH]} on {day}")
    return "" if not parts else f"**Suicidal thoughts:** {'. '.join(parts)}."


def thoughts_finding(found: Thoughts, infusions: pd.DataFrame, today: date) -> Finding | None:
    """Item 9 and the C-SSRS level over the whole record; ``None`` where neither was recorded."""
    if found.item_9.empty and found.screeners.empty:
        return None
    title = thoughts_title(found)
    return Finding(
        key="thoughts",
        title=title,
        subtitle=_counted(found),
        chart=charts.thoughts_chart(found.item_9, found.screeners, infusions),
        table=lambda: _table(found),
        alt=f"Item 9 and C-SSRS level over time. {title}.",
        note=" ".join(thoughts_notes(found, today)),
    )


def thoughts_title(found: Thoughts) -> str:
    """What is open, and whether the total fell meanwhile; else where item 9 and C-SSRS stand."""
    risen = _open_words(found)
    if risen:
        beside = " while the total fell" if _total_fell(found) else ""
        return listed(risen) + beside
    told = [words for words in (_item_9_words(found.item_9), _screener_words(found)) if words]
    return "; ".join(told)


def _open_words(found: Thoughts) -> list[str]:
    """Each measure with an open concern: from the level before the rise to the latest."""
    words = []
    for frame, name in ((found.item_9, "Item 9"), (found.screeners, "C-SSRS")):
        rise = open_rise(frame["level"].tolist())
        if rise is not None:
            words.append(
                f"{name} rose from {_named(name, rise.before)} "
                f"to {_named(name, frame['level'].iloc[-1])}"
            )
    return words


def _total_fell(found: Thoughts) -> bool:
    """Whether PHQ-9's total is lower than at the answer before item 9 rose."""
    rise = open_rise(found.item_9["level"].tolist())
    if rise is None:
        return False
    totals = found.item_9["total"]
    return bool(totals.iloc[-1] < totals.iloc[rise.position - 1])


def _concerns(found: Thoughts, today: date) -> list[str]:
    """How long each concern has been open, since when, and what rose that day."""
    words = []
    for frame, name in ((found.item_9, "item 9"), (found.screeners, "C-SSRS")):
        rise = open_rise(frame["level"].tolist())
        if rise is None:
            continue
        since: datetime = frame["completed"].iloc[rise.position]
        then, now = frame["level"].iloc[rise.position], frame["level"].iloc[-1]
        words.append(
            f"A concern has been open for {count_words((today - since.date()).days, 'day')}, since "
            f"{day_words(since)}, when {name} rose from {_named(name, rise.before)} "
            f"to {_named(name, then)}" + ("" if now == then else f"; it is {_named(name, now)} now")
        )
    return words


def _due(found: Thoughts) -> str:
    """That a C-SSRS screener is due: the latest item 9 is 1 or more, and none was taken since."""
    if found.item_9.empty or found.item_9["level"].iloc[-1] < 1:
        return ""
    asked: datetime = found.item_9["completed"].iloc[-1]
    if any(taken.date() >= asked.date() for taken in found.screeners["completed"]):
        return ""
    return (
        f"**C-SSRS screener due**: item 9 was {found.item_9['level'].iloc[-1]} on "
        f"{day_words(asked)}, and none is recorded on that day or since"
    )


def _item_9_words(item_9: pd.DataFrame) -> str:
    if item_9.empty:
        return "No answer to item 9 recorded"
    levels = item_9["level"]
    first, last, highest = int(levels.iloc[0]), int(levels.iloc[-1]), int(levels.max())
    if last < first:
        return f"Item 9 fell from {first} to {last}"
    if last > first:
        return f"Item 9 rose from {first} to {last}"
    return f"Item 9 is {last}" + (f", after a height of {highest}" if highest > last else "")


def _screener_words(found: Thoughts) -> str:
    if found.screeners.empty:
        return ""
    first, last = (LEVELS[found.screeners["level"].iloc[position]] for position in (0, -1))
    if first == last:
        return f"C-SSRS level is {last}"
    return f"C-SSRS level went from {first} to {last}"


def _is_high(found: Thoughts) -> bool:
    return not found.screeners.empty and found.screeners["level"].iloc[-1] == _HIGH


def _counted(found: Thoughts) -> str:
    unanswered = (
        f" ({count_words(found.unanswered, 'more PHQ-9', 'more PHQ-9')} without the answer kept)"
        if found.unanswered
        else ""
    )
    return (
        f"{count_words(len(found.item_9), 'answer')} to PHQ-9 item 9{unanswered} and "
        f"{count_words(len(found.screeners), 'C-SSRS screener')}, the whole record. "
        "Orange: it rose, or is still above the level before a rise"
    )


def thoughts_notes(found: Thoughts, today: date) -> list[str]:
    """What is said under the picture, in sentences (markdown): concerns, first and last, due."""
    notes = [
        *_concerns(found, today),
        _ends(found.item_9, "Item 9"),
        _ends(found.screeners, "C-SSRS"),
        _due(found),
    ]
    return [f"{words}." for words in notes if words]


def _ends(frame: pd.DataFrame, name: str) -> str:
    """The first and the last level, each with its day."""
    if frame.empty:
        return ""
    first, last = frame.iloc[0], frame.iloc[-1]
    if len(frame) == 1:
        return f"{name}: {_named(name, last['level'])} on {day_words(last['completed'])}"
    return (
        f"{name}: first {_named(name, first['level'])} on {day_words(first['completed'])}, "
        f"last {_named(name, last['level'])} on {day_words(last['completed'])}"
    )


def _named(name: str, level: float) -> str:
    """An answer of item 9 as its number, a screener's level by its name."""
    return LEVELS[int(level)] if name == "C-SSRS" else f"{level:g}"


def _table(found: Thoughts) -> pd.DataFrame:
    rows = [
        found.item_9.assign(measure="PHQ-9 item 9", words=found.item_9["level"].astype(str)),
        found.screeners.assign(
            measure="C-SSRS", words=[LEVELS[level] for level in found.screeners["level"]]
        ),
    ]
    both = pd.concat([part for part in rows if len(part)]).sort_values("completed", kind="stable")
    totals = both.get("total")
    return pd.DataFrame(
        {
            "Date": both["completed"].dt.date,
            "Measure": both["measure"],
            "Level": both["words"],
            "PHQ-9 total": totals,
        }
    )
