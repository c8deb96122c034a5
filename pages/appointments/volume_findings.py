"""The picture of the view Volume with its words, and the table of its parts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from charts.appointment_volume import DayMark, volume_chart
from clinical.marked_days import MarkedDay
from clinical.schedule import Grain
from clinical.volume import change, volume_over_time
from pages.appointments.volume_counts import Parts, Split, Volume
from pages.shared.frame import Finding, plain
from pages.shared.words import count_words, day_words, listed

SPLIT_WORDS = {
    Split.OUTCOME: "what became of them",
    Split.KIND: "kind",
    Split.SITE: "site",
    Split.PROVIDER: "provider",
}


def volume_table(volume: Volume, parts: Parts, grain: Grain) -> pd.DataFrame:
    """The numbers of the picture, as :func:`clinical.volume.volume_over_time` gives them."""
    every = [part.code for part in parts.parts]
    return volume_over_time(parts.counts, volume.earlier, grain, every, volume.first, volume.last)


def volume_finding(volume: Volume, parts: Parts, table: pd.DataFrame, grain: Grain) -> Finding:
    """How many appointments there were over time, by kind, outcome, site or provider."""
    title = _title(table, grain)
    unit = grain.lower()
    return Finding(
        key="appointments-over-time",
        title=title,
        subtitle=f"By {unit} and {SPLIT_WORDS[parts.split]}; "
        f"{count_words(volume.appointments, 'appointment')}, of which {volume.demands:,} "
        f"{'demand' if volume.demands == 1 else 'demands'}",
        chart=volume_chart(
            table,
            parts.parts,
            [unit_words(grain, start) for start in table["start"]],
            _day_marks(volume, table),
        ),
        table=lambda: _numbers(volume, parts, table, grain),
        alt=f"Number of appointments by {unit}. {title}.",
        note=_note(volume, table, grain),
    )


def unit_words(grain: Grain, start: date) -> str:
    """A day, week or month in words."""
    if grain is Grain.MONTH:
        return f"{start:%B %Y}"
    return f"{'Week of ' if grain is Grain.WEEK else ''}{start:%a} {day_words(start)}"


def _title(table: pd.DataFrame, grain: Grain) -> str:
    """The average and the fullest of the units that are whole and not empty."""
    some = table[table["whole"] & (table["all"] > 0)]
    if some.empty:
        return count_words(int(table["all"].sum()), "appointment")
    fullest = some.iloc[int(some["all"].to_numpy().argmax())]
    start, most = fullest["start"], f"({fullest['all']:,})"
    mean = f"{some['all'].mean():,.0f} appointments"
    if grain is Grain.DAY:
        return f"{mean} on an average day that had any; most on {day_words(start)} {most}"
    if grain is Grain.WEEK:
        return f"{mean} in an average week; most in the week of {day_words(start)} {most}"
    return f"{mean} in an average month; most in {start:%B %Y} {most}"


def _note(volume: Volume, table: pd.DataFrame, grain: Grain) -> str:
    words = []
    if not table["whole"].all():
        words.append(f"Faded: a {grain.lower()} that is not wholly in the period.")
    if volume.earlier is not None:
        words.append("Dotted: the same days 364 days earlier, so that weekdays match.")
    if volume.marks:
        words.append(
            "Diamonds: public holidays and closures; filled where all sites are closed on a day."
        )
    return " ".join(words)


def _day_marks(volume: Volume, table: pd.DataFrame) -> list[DayMark]:
    """A mark for each unit with a holiday or a closure."""
    found: defaultdict[date, list[MarkedDay]] = defaultdict(list)
    units = zip(table["start"], table["first"], table["last"], strict=True)
    spans = list(units)
    place = 0
    for mark in volume.marks:
        while place < len(spans) - 1 and spans[place][2] < mark.day:
            place += 1
        start, first, last = spans[place]
        if first <= mark.day <= last:
            found[start].append(mark)
    return [
        DayMark(
            start,
            tuple(mark_words(mark, volume.sites) for mark in marks),
            any(set(mark.closed) >= set(volume.sites) for mark in marks),
        )
        for start, marks in found.items()
    ]


def mark_words(mark: MarkedDay, sites: Mapping[int, str]) -> str:
    """A marked day in words: which holiday, and which sites are closed; data as plain text."""
    words = [f"{name}{_where(keys, sites)}" for name, keys in _grouped(mark.holidays).items()]
    for reason, keys in _grouped(mark.closed).items():
        why = f" ({reason})" if reason and reason not in mark.holidays.values() else ""
        words.append(f"closed{why}{_where(keys, sites)}")
    return f"{mark.day:%a} {day_words(mark.day)}: {'; '.join(words)}"


def _grouped(by_site: Mapping[int, str]) -> dict[str, list[int]]:
    """The sites of each name or reason."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for site, words in by_site.items():
        found[words].append(site)
    return dict(found)


def _where(keys: Sequence[int], sites: Mapping[int, str]) -> str:
    """At which sites, where it is not all of them."""
    if len(keys) == len(sites):
        return ""
    return f" at {listed([sites[key] for key in keys])}"


def _numbers(volume: Volume, parts: Parts, table: pd.DataFrame, grain: Grain) -> pd.DataFrame:
    marks = {mark.start: "; ".join(mark.lines) for mark in _day_marks(volume, table)}
    columns = {
        f"{grain} from" if grain is not Grain.DAY else "Day": table["start"],
        **{part.label: table[part.code] for part in parts.parts},
        "All": table["all"],
        "Demands": table["demands"],
        "A year ago": table["before"],
        "Whole": ["yes" if whole else "no" for whole in table["whole"]],
        "Holidays and closures": [marks.get(start, "") for start in table["start"]],
    }
    return pd.DataFrame(columns)


def parts_table(parts: Parts) -> pd.DataFrame:
    """How many appointments each part has, and how many it had a year ago."""
    sums = parts.counts.groupby("part")[["appointments", "demands"]].sum()
    every = int(sums["appointments"].sum())
    rows = []
    for part in parts.parts:
        now = int(sums["appointments"].get(part.code, 0))
        earlier = None if parts.before is None else parts.before.get(part.code, 0)
        if not now and not earlier:
            continue
        ratio = None if earlier is None else change(now, earlier)
        bounds = (ratio.estimate, ratio.low, ratio.high) if ratio else (None, None, None)
        rows.append(
            (
                part.label,
                now,
                100 * now / every if every else None,
                int(sums["demands"].get(part.code, 0)),
                earlier,
                *(None if bound is None else 100 * bound for bound in bounds),
            )
        )
    table = pd.DataFrame(rows, columns=[parts.split.value, *_COLUMNS, *_COMPARED])
    return table.drop(columns=list(_COMPARED)) if parts.before is None else table


_COLUMNS = ("Appointments", "Share, %", "Demands")
_COMPARED = ("A year ago", "Change, %", "95 % CI from", "95 % CI to")


def behind_words(parts: Parts, code: int, grain: Grain, start: date) -> str:
    """What a chosen bar stands for, in words (markdown)."""
    label = next(part.label for part in parts.parts if part.code == code)
    when = unit_words(grain, start)
    return f"{plain(label)}, {when[:1].lower() + when[1:] if grain is Grain.WEEK else when}"
