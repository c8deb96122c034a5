"""The answer of the view Capacity in words, its key figures, and what its record lacks."""

import pandas as pd

from charts.numbers import percent
from clinical.capacity import PUBLISHED_ACTUAL, PUBLISHED_SCHEDULED, OpenTime
from clinical.incidence import proportion
from clinical.occupancy import LONGEST_MINUTES
from pages.appointments.capacity_known import CapacityKnown, Marks
from pages.shared.frame import KeyFigure, plain
from pages.shared.words import WEEKDAYS, count_words, listed, rate_words

_MOST_NAMED = 3


def answer(known: CapacityKnown) -> str:
    """How full the chairs are, and what is the bottleneck, in one sentence (markdown)."""
    if not known.open_minutes:
        return _unknown_answer(known)
    return (
        f"**{percent(known.share('booked'))}** of open chair time was scheduled and "
        f"**{percent(known.share('used'))}** used; {bottleneck_words(known)}."
    )


def _unknown_answer(known: CapacityKnown) -> str:
    states = known.by_site["state"]
    if len(states) and (states == OpenTime.CLOSED).all():
        return "The chosen sites were **closed throughout**, so no chair time was open."
    hours = count_words(round(int(known.by_site["used"].sum()) / 60), "chair-hour")
    return f"How full the chairs are is **not known**; {hours} were used."


def bottleneck_words(known: CapacityKnown) -> str:
    """The chair, or else the hour, that is full (markdown)."""
    narrow = known.by_chair[known.by_chair["bottleneck"]]
    if len(narrow):
        return _chair_words(known, narrow)
    if len(known.full):
        return _hour_words(known)
    return "no chair and no hour of the week is a bottleneck"


def _chair_words(known: CapacityKnown, narrow: pd.DataFrame) -> str:
    first = narrow.iloc[0]
    name = plain(chair_name(known, first["chair"], int(first["site_key"])))
    comma = "," if len(known.by_site) > 1 else ""
    one = "the bottleneck" if len(narrow) == 1 else f"the first of {len(narrow)} bottlenecks"
    against = (
        "" if pd.isna(first["others"]) else f", the others there {percent(float(first['others']))}"
    )
    share = percent(float(first["scheduled_share"]))
    return f"**{name}**{comma} is {one}: {share} of its open time is scheduled{against}"


def _hour_words(known: CapacityKnown) -> str:
    first = known.full.iloc[0]
    site, when = plain(known.names[int(first["site_key"])]), slot_words(first)
    share = percent(float(first["scheduled_share"]))
    more = len(known.full) - 1
    are = "is" if more == 1 else "are"
    others = f"; {count_words(more, 'other hour')} of a site's week {are} full, too" if more else ""
    return f"**{when}** at {site} is the bottleneck: {share} of its chair time is scheduled{others}"


def slot_words(slot: "pd.Series[float]") -> str:
    """An hour of the week in words: ``Tuesday 10:00``."""
    return f"{WEEKDAYS[int(slot['weekday']) - 1]} {int(slot['hour']):02d}:00"


def chair_name(known: CapacityKnown, chair: object, site: int) -> str:
    """A chair with its site, where there are several (not escaped)."""
    return f"{chair}, {known.names[site]}" if len(known.by_site) > 1 else str(chair)


def published_words() -> str:
    """What to compare with."""
    return (
        f"Published for infusion centres: scheduled about {percent(PUBLISHED_SCHEDULED)}, actual "
        f"about {percent(PUBLISHED_ACTUAL)}."
    )


def left_out_words(known: CapacityKnown) -> str:
    """Which sites are in no share, and why (markdown); empty where all are."""
    parts = []
    for state in OpenTime:
        sites = known.by_site.loc[known.by_site["state"] == state, "site_key"]
        if state is OpenTime.KNOWN or sites.empty:
            continue
        names = [plain(known.names[key]) for key in sites.head(_MOST_NAMED)]
        if more := len(sites) - len(names):
            names.append(count_words(more, "other site"))
        parts.append(f"{listed(names)} ({state})")
    return f"Utilisation unknown, and in no share here: {'; '.join(parts)}." if parts else ""


def figures(known: CapacityKnown) -> list[KeyFigure]:
    """Scheduled and actual utilisation, chair time lost, stays that ran over."""
    open_hours = f"{known.open_minutes / 60:,.0f} open chair-hours"
    over = proportion(int(known.overruns["overruns"].sum()), int(known.overruns["stays"].sum()))
    lost = known.lost_minutes
    return [
        KeyFigure(
            "Scheduled utilisation",
            percent(known.share("booked")),
            help=f"Booked, of {open_hours}; what lies on a chair twice counts once. "
            f"{published_words()}",
            change=f"published about {percent(PUBLISHED_SCHEDULED)}",
        ),
        KeyFigure(
            "Actual utilisation",
            percent(known.share("used")),
            help=f"Held by patients who came, of {open_hours}. {published_words()}",
            change=f"published about {percent(PUBLISHED_ACTUAL)}",
        ),
        KeyFigure(
            "Lost to missed and late",
            percent(lost / known.open_minutes if known.open_minutes else None),
            help=f"Of {open_hours}: planned for appointments that were missed, or cancelled under "
            f"{known.late_hours} hours ahead and not filled again.",
            change=f"{lost / 60:,.0f} chair-hours" if known.open_minutes else "",
        ),
        KeyFigure(
            "Stays that ran over",
            percent(over.estimate),
            help="Discharged after the planned end, of the infusion appointments with a recorded "
            f"discharge: {rate_words(over)}. Follows all filters.",
            change=f"{over.events:,} of {over.n:,}",
        ),
    ]


def mark_frame(marks: Marks) -> pd.DataFrame:
    """What the record lacks or contradicts, as a table."""
    rows = [
        ("Booked twice at once", f"{marks.double_booked:,} chair-minutes", "Counted once."),
        (
            "Booked where no site is open",
            f"{marks.outside:,} chair-minutes",
            "Outside the opening hours, or on a day of closure. Counted in booked time, so a share "
            "can pass 100 %.",
        ),
        (
            f"Longer than {LONGEST_MINUTES // 60} hours",
            count_words(marks.too_long, "appointment"),
            "A slip: they hold no chair time.",
        ),
        (
            "Infusions without a chair",
            count_words(marks.without_chair, "appointment"),
            "Not cancelled, and on no chair: in no booked time.",
        ),
        (
            "Chairs without opening hours",
            count_words(marks.uncovered, "chair"),
            "Their open time is unknown: in no share.",
        ),
    ]
    return pd.DataFrame(rows, columns=["What", "How much", "What it means"])
