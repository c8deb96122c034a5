"""The findings and words about access times and free slots."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from charts import appointment_access as charts
from charts.appointment_access import SEEN_COLOUR, TREATED_COLOUR, Line
from clinical.access_times import MEDIAN, MOST, NEARLY_ALL, Waits, Way
from clinical.calendar import day_date, day_number, month_date
from clinical.free_slots import NTH
from clinical.survival import at_risk_at, passed_by
from pages.shared.frame import Finding, KeyFigure, plain
from pages.shared.words import count_words, day_words

FEW = 10
"""What rests on fewer people is drawn hollow; our default."""

WAY_NAMES = {
    Way.SEEN: "Referral to consultation",
    Way.TREATED_AFTER: "Consultation to first infusion",
    Way.TREATED: "Referral to first infusion",
}
_COLOURS = {Way.SEEN: SEEN_COLOUR, Way.TREATED_AFTER: TREATED_COLOUR, Way.TREATED: TREATED_COLOUR}
_MEANINGS = {
    Way.SEEN: "From the referral to the first consultation that was attended.",
    Way.TREATED_AFTER: "From the first attended consultation to the first infusion.",
    Way.TREATED: "From the referral to the first infusion.",
}


@dataclass(frozen=True, slots=True)
class Slots:
    """The free slots of one site: their days; ``None``: unknown, for the reason ``unknown``."""

    site: str
    days: tuple[int, ...] | None
    unknown: str = ""

    @property
    def third(self) -> int | None:
        """The day of the third; ``None`` beyond eight weeks, and where it is unknown."""
        return self.days[NTH - 1] if self.days is not None and len(self.days) >= NTH else None

    @property
    def beyond(self) -> bool:
        """Known, and none within eight weeks."""
        return self.days is not None and self.third is None


def days_words(days: int | None) -> str:
    """``12 days``, ``1 day``; ``not reached`` where so many had not come."""
    return "not reached" if days is None else count_words(days, "day")


def access_answer(
    seen: Waits, treated: Waits, slots: Sequence[Slots], today: date, *, several: bool
) -> str:
    """How soon half of those referred were seen and treated, and when the next slot is."""
    return f"{_waits_words(seen, treated)}{_slots_words(slots, today, several=several)}."


def _waits_words(seen: Waits, treated: Waits) -> str:
    if not seen.n:
        return "How long people wait is not known, as no referral is dated"
    half_seen, half_treated = seen.until(MEDIAN).days, treated.until(MEDIAN).days
    who = f"Half of the **{seen.n:,}** referred" if seen.n > 1 else "The **one** person referred"
    if half_seen is None:
        return f"{who} had not been seen yet" if seen.n == 1 else f"Under half{who[4:]} were seen"
    be = "were" if seen.n > 1 else "was"
    words = f"{who} {be} seen within **{days_words(half_seen)}**"
    if half_treated is None:
        return f"{words}, and under half have been treated yet"
    return f"{words} and treated within **{days_words(half_treated)}**"


def _slots_words(slots: Sequence[Slots], today: date, *, several: bool) -> str:
    known = [each for each in slots if each.days is not None]
    if not known:
        return ""
    latest = latest_slots(known)
    site = f" at **{plain(latest.site)}**"
    if latest.third is None:
        return f"; there is no third free infusion slot{site} within eight weeks"
    days = days_words(latest.third - day_number(today))
    if several and len(known) > 1:
        return f"; the third next infusion slot comes latest{site}, in **{days}**"
    return f"; the third next infusion slot{site} is in **{days}**"


def latest_slots(slots: Sequence[Slots]) -> Slots:
    """The site whose third slot comes last, of at least one whose slots are known."""
    return max(slots, key=lambda each: (each.beyond, each.third or 0))


def wait_figure(way: Way, waits: Waits, trend: Sequence[float]) -> KeyFigure:
    """The median wait, with the shares that wait longest."""
    half, most, nearly = (waits.until(share) for share in (MEDIAN, MOST, NEARLY_ALL))
    if not waits.n:
        return KeyFigure(label=WAY_NAMES[way], value="no data", help=_MEANINGS[way])
    return KeyFigure(
        label=WAY_NAMES[way],
        value=days_words(half.days),
        change=f"80 %: {_short(most.days)} · 90 %: {_short(nearly.days)} · n {waits.n:,}",
        trend=trend,
        help=f"{_MEANINGS[way]} Days until half had come (Kaplan-Meier, those still waiting among "
        f"them: {waits.waiting:,}), 95 % CI {range_words(half.low, half.high)}. Beside it: days "
        "until 80 % and 90 % had come." + (" The line: by month of entry." if len(trend) else ""),
    )


def _short(days: int | None) -> str:
    return "not reached" if days is None else f"{days:,} d"


def range_words(low: int | None, high: int | None) -> str:
    """An interval of days."""
    first = "not known" if low is None else f"{low:,}"
    return f"{first} to {'not reached' if high is None else f'{high:,}'}"


def slots_figure(slots: Sequence[Slots], today: date) -> KeyFigure:
    """The third next slot of the site where it comes last."""
    known = [each for each in slots if each.days is not None]
    meaning = (
        "The day of the third free block of the site's usual infusion length in its chairs, from "
        "tomorrow on; whatever the period chosen above. Of several sites the one where it is last."
    )
    if not known:
        return KeyFigure(label="Third next slot", value="unknown", help=meaning)
    latest = latest_slots(known)
    if latest.third is None:
        value, when = "beyond 8 weeks", ""
    else:
        value = days_words(latest.third - day_number(today))
        day = day_date(latest.third)
        when = f" · {day:%a} {day_words(day)}"
    return KeyFigure(
        label="Third next slot", value=value, change=f"{plain(latest.site)}{when}", help=meaning
    )


def curves_finding(seen: Waits, treated: Waits) -> Finding:
    """The share seen and treated, by days since the referral. Both have people on them."""
    lines = [
        Line(name, _COLOURS[way], waits.curve, waits.until(MEDIAN).days)
        for way, name, waits in (
            (Way.SEEN, "Consultation attended", seen),
            (Way.TREATED, "First infusion", treated),
        )
        if waits.n
    ]
    shares = (MEDIAN, MOST, NEARLY_ALL)
    far = [waits.until(share).days for waits in (seen, treated) for share in shares]
    title = _curves_title(seen, treated)
    return Finding(
        key="access-waits",
        title=title,
        subtitle=f"{count_words(seen.n, 'person', 'people')} referred, {seen.waiting:,} of them "
        f"not seen yet; {treated.waiting:,} of {treated.n:,} not treated yet",
        chart=charts.waits_chart(
            lines,
            "under the axis, who still waits for the first infusion",
            max([28, *(day for day in far if day)]),
        ),
        table=lambda: _curves_table({Way.SEEN: seen, Way.TREATED: treated}),
        alt=f"Two rising curves: the share of those referred who were seen, and who were treated, "
        f"by days since the referral. {title}.",
        note="Kaplan-Meier with 95 % band. Who never came counts as still waiting, so a curve need "
        "not reach 100 %.",
    )


def _curves_title(seen: Waits, treated: Waits) -> str:
    parts = []
    for words, waits in (("seen", seen), ("treated", treated)):
        most = waits.until(MOST).days
        if most is not None:
            parts.append(f"80 % {words} within {days_words(most)}")
    if parts:
        return " and ".join(parts)
    half = seen.until(MEDIAN).days
    if half is None:
        return "Fewer than half of those referred have been seen so far"
    return f"Half seen within {days_words(half)}; 80 % have not been seen so far"


_TABLE_DAYS = (7, 14, 21, 28, 42, 56, 84, 112, 182, 364)


def _curves_table(by_way: Mapping[Way, Waits]) -> pd.DataFrame:
    rows = []
    for way, waits in by_way.items():
        for day in _TABLE_DAYS:
            found = passed_by(waits.curve, day)
            if found is None:
                continue
            rows.append(
                {
                    "Wait": WAY_NAMES[way],
                    "Within days": day,
                    "% had come": _percent(found.share),
                    "95 % CI from": _percent(found.low),
                    "to": _percent(found.high),
                    "Still waited just before": at_risk_at(waits.curve, day),
                }
            )
    return pd.DataFrame(rows)


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)


def _medians(groups: Mapping[Way, Mapping[int, Waits]]) -> pd.DataFrame:
    """The median of each group of each way, as the charts take it, with ``key``."""
    rows = []
    for way, by_key in groups.items():
        for key, waits in by_key.items():
            half, most, nearly = (waits.until(share) for share in (MEDIAN, MOST, NEARLY_ALL))
            rows.append(
                (
                    key,
                    WAY_NAMES[way],
                    _COLOURS[way],
                    half.days,
                    half.low,
                    half.high,
                    most.days,
                    nearly.days,
                    waits.n,
                    waits.waiting,
                )
            )
    columns = ["key", "way", "colour", "days", "low", "high", "most", "nearly", "n", "waiting"]
    numbers = dict.fromkeys(("days", "low", "high", "most", "nearly"), "float64")
    return pd.DataFrame(rows, columns=columns).astype(numbers)


def months_finding(by_month: Mapping[Way, Mapping[int, Waits]]) -> Finding | None:
    """Whether waits become longer: medians by month of entry; ``None`` without anybody."""
    medians = _medians(by_month)
    medians = medians[medians["n"] > 0]
    if medians.empty:
        return None
    medians = medians.assign(start=[month_date(int(key)) for key in medians["key"]])
    title = _months_title(medians)
    return Finding(
        key="access-by-month",
        title=title,
        subtitle=f"Median days by month of entry; {_people_words(medians)}",
        chart=charts.months_chart(medians, FEW),
        table=lambda: _medians_table(
            "Month", [f"{day:%B %Y}" for day in medians["start"]], medians
        ),
        alt=f"Median waits by month in which people were referred or first seen. {title}.",
        note=f"95 % intervals; hollow: under {FEW} people. A gap: half had not come yet, as in "
        "the latest months.",
    )


def _people_words(medians: pd.DataFrame) -> str:
    first = medians[medians["way"] == medians["way"].iloc[0]]
    return f"{count_words(int(first['n'].sum()), 'person', 'people')} on the first part of the way"


def _months_title(medians: pd.DataFrame) -> str:
    """The latest month with enough people, against the range of the months before."""
    first = medians[(medians["way"] == WAY_NAMES[Way.SEEN]) & (medians["n"] >= FEW)]
    known = first[first["days"].notna()].sort_values("key")
    if known.empty:
        return "Too few people a month for a median"
    latest = known.iloc[-1]
    words = (
        f"Half of those who entered in {latest['start']:%B %Y} were seen within "
        f"{latest['days']:.0f} days"
    )
    before = known["days"].iloc[:-1]
    if before.empty:
        return words
    low, high = before.min(), before.max()
    spread = f"{low:.0f}" if low == high else f"{low:.0f} to {high:.0f}"
    return f"{words}, in the months before within {spread}"


def _medians_table(heading: str, names: Sequence[str], medians: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            heading: list(names),
            "Wait": medians["way"].to_list(),
            "People": medians["n"].to_list(),
            "Of these still waiting": medians["waiting"].to_list(),
            "Days to 50 %": medians["days"].to_list(),
            "95 % CI from": medians["low"].to_list(),
            "to": medians["high"].to_list(),
            "Days to 80 %": medians["most"].to_list(),
            "Days to 90 %": medians["nearly"].to_list(),
        }
    )


def sites_finding(
    by_site: Mapping[Way, Mapping[int, Waits]], names: Mapping[int, str]
) -> Finding | None:
    """Where people wait longest; ``None`` unless there are two sites."""
    medians = _medians(by_site)
    medians = medians[medians["key"].isin(list(names)) & (medians["n"] > 0)]
    order = _longest_first(medians)
    if len(order) < 2:
        return None
    labels = [names[key] for key in order]
    medians = medians.assign(row=[order.index(key) for key in medians["key"]])
    title = _sites_title(medians, names)
    return Finding(
        key="access-by-site",
        title=title,
        subtitle=f"Median days by site; {_people_words(medians)}",
        chart=charts.sites_chart(medians, labels, FEW),
        table=lambda: _medians_table("Site", [names[key] for key in medians["key"]], medians),
        alt=f"Median waits of {len(order)} sites. {title}.",
        note=f"95 % intervals; hollow: under {FEW} people. Where they overlap, chance alone may "
        "make the difference. People count at the site where they belong.",
    )


def _longest_first(medians: pd.DataFrame) -> list[int]:
    first = medians[medians["way"] == medians["way"].iloc[0]] if len(medians) else medians
    ordered = first.sort_values(["days", "key"], ascending=[False, True], na_position="first")
    others = sorted(set(medians["key"]) - set(ordered["key"]))
    return [int(key) for key in (*ordered["key"], *others)]


def _sites_title(medians: pd.DataFrame, names: Mapping[int, str]) -> str:
    """The range of the wait to be seen, and where it is longest. No test: that is for the eye."""
    first = medians[(medians["way"] == WAY_NAMES[Way.SEEN]) & (medians["n"] >= FEW)]
    known = first[first["days"].notna()].sort_values("days")
    if len(known) < 2:
        return "Too few people a site for a comparison"
    shortest, longest = known.iloc[0], known.iloc[-1]
    if longest["days"] == shortest["days"]:
        return f"The same at all sites: {longest['days']:.0f} days until half were seen"
    return (
        f"{shortest['days']:.0f} to {longest['days']:.0f} days until half were seen; longest at "
        f"{plain(names[longest['key']])}"
    )


def slots_finding(slots: Sequence[Slots], today: date) -> Finding | None:
    """When each site could take one more infusion; ``None`` without any site."""
    if not slots:
        return None
    known = [each for each in slots if each.days is not None]
    ordered = sorted(slots, key=lambda each: (each.days is None, not each.beyond, -_rank(each)))
    title = "When the next infusion fits in is not known"
    if known:
        latest = latest_slots(known)
        title = f"Third next slot: {_slot_words(latest, today)} at {plain(latest.site)}"
        if len(known) > 1:
            title += ", the latest"
    return Finding(
        key="access-slots",
        title=title,
        subtitle="Days until the third free infusion slot, from tomorrow on; "
        f"{count_words(len(slots), 'site')}",
        chart=charts.slots_chart(
            [None if each.third is None else each.third - day_number(today) for each in ordered],
            [_slot_words(each, today) for each in ordered],
            [each.site for each in ordered],
        ),
        table=lambda: _slots_table(ordered, today),
        alt=f"Days until the third free infusion slot of each site. {title}.",
        note="As booked now, whatever the period and the diagnosis chosen above. The first free "
        "slot is often one just given back; the third is the usual measure.",
    )


def _rank(slots: Slots) -> int:
    return slots.third or 0


def _slot_words(slots: Slots, today: date) -> str:
    if slots.days is None:
        return f"unknown: {slots.unknown}"
    if slots.third is None:
        return "beyond 8 weeks"
    day = day_date(slots.third)
    return f"{days_words(slots.third - day_number(today))} ({day:%a} {day.day} {day:%b})"


def _slots_table(slots: Sequence[Slots], today: date) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Site": [each.site for each in slots],
            "First free slot": [_nth(each, 1) for each in slots],
            "Third free slot": [_nth(each, NTH) for each in slots],
            "Days until the third": pd.array(
                [None if each.third is None else each.third - day_number(today) for each in slots],
                "Int64",
            ),
            "Remark": [_slot_words(each, today) if each.third is None else "" for each in slots],
        }
    )


def _nth(slots: Slots, number: int) -> date | None:
    days = slots.days or ()
    return day_date(days[number - 1]) if len(days) >= number else None


def quality_words(waits: Mapping[Way, Waits]) -> list[str]:
    """What was left out of the waits, as records contradict each other."""
    return [
        f"{WAY_NAMES[way]}: {count_words(found.reversed, 'person', 'people')} left out, whose end "
        "lies before the beginning (a second referral, or a slip)."
        for way, found in waits.items()
        if found.reversed
    ]
