"""The smaller pictures of the view Attendance: by what appointments differ, what was refilled."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from charts.appointment_attendance import groups_chart, week_chart
from charts.numbers import percent
from charts.side_effect_groups import band_chart
from clinical.attendance import attendance_by
from clinical.attendance_groups import others
from clinical.codes import AppointmentKind, DaysAhead, VisitorOrder
from clinical.incidence import proportion
from clinical.refills import NOTICE_BANDS, SHORT_NOTICE, refilled
from pages.appointments.attendance_answer import cell_label, group_label
from pages.appointments.attendance_bookings import bookings_finding
from pages.appointments.attendance_known import (
    CELL,
    HOUR,
    KIND,
    LEAD,
    NEWCOMER,
    SITE,
    WEEKDAY,
    AttendanceKnown,
)
from pages.shared.frame import Finding, plain
from pages.shared.words import WEEKDAYS, count_words, listed, rate_words

_MOST_SITES = 12
_MOST_NAMED = 3
_FEW = 20
"""Under so many slots a share is drawn hollow."""
_HEADINGS = {
    WEEKDAY: "Weekday",
    HOUR: "Hour of the start",
    SITE: "Site",
    KIND: "Kind",
    LEAD: "Booked",
    NEWCOMER: "New or returning",
}
_PICTURES: dict[str, tuple[str, ...]] = {
    "attendance-weekday": (WEEKDAY,),
    "attendance-hour": (HOUR,),
    "attendance-lead": (LEAD,),
    "attendance-who": (KIND, NEWCOMER, SITE),
}
"""The pictures of groups by their keys, and what each shows."""
_BY = {
    "attendance-weekday": "weekday",
    "attendance-hour": "hour",
    "attendance-lead": "lead time",
    "attendance-who": "kind, kind of patient or site",
}
_UNKNOWN = {LEAD: int(DaysAhead.UNKNOWN), NEWCOMER: int(VisitorOrder.UNKNOWN)}
"""The code of what is not known, which comes last."""


def smaller_findings(known: AttendanceKnown) -> list[Finding]:
    """The pictures in their order; what has no data is left out."""
    found = []
    if CELL in known.groups:
        found.append(week_finding(known))
    for key, ways in _PICTURES.items():
        groups = labelled(known, ways)
        if len(groups):
            found.append(_groups_finding(known, key, groups))
    found.append(bookings_finding(known))
    if refilled(known.freed).n:
        found.append(refills_finding(known))
    return found


def labelled(known: AttendanceKnown, ways: Sequence[str]) -> pd.DataFrame:
    """The groups of some ways of grouping, as :func:`charts.appointment_attendance.groups_chart`.

    Sites only where there are several, those missed most first.
    """
    parts = [_of_way(known, by) for by in ways if by != SITE or known.several_sites]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _of_way(known: AttendanceKnown, by: str) -> pd.DataFrame:
    table = known.groups[by]
    keys = table[by].to_list()
    found = table.assign(
        heading=_HEADINGS[by],
        by=by,
        key=keys,
        label=[group_label(by, key, known.sites) for key in keys],
    )
    if by == SITE:
        found = found.sort_values(["missed_rate", "label"], ascending=[False, True])
        return found.head(_MOST_SITES)
    order = np.where(found["key"] == _UNKNOWN.get(by, -1), np.inf, found["key"])
    return found.iloc[np.argsort(order, kind="stable")]


def _groups_finding(known: AttendanceKnown, key: str, groups: pd.DataFrame) -> Finding:
    title = _groups_title(groups, _BY[key])
    hidden = len(known.groups[SITE]) - _MOST_SITES
    cut = SITE in _PICTURES[key] and hidden > 0
    due = int(groups.loc[groups["by"] == groups["by"].iloc[0], "due"].sum())
    return Finding(
        key=key,
        title=title,
        subtitle=f"Missed of {due:,} due (their number beside each name); 95 % CI"
        + (f"; the {_MOST_SITES} sites missed most of {len(known.groups[SITE])}" if cut else ""),
        chart=groups_chart(groups),
        table=lambda: rates_frame({"By": groups["heading"], "Group": groups["label"]}, groups),
        alt=f"Missed and lost rates by {_BY[key]}. {title}.".replace("\\", ""),
        note="Coloured and named: beyond chance, allowing for the kind of appointment and for the "
        "number of groups compared on this page. Choose a dot to list its appointments.",
    )


def _groups_title(groups: pd.DataFrame, by: str) -> str:
    """Which groups are missed more, and which less, than their kinds let expect."""
    said = [
        f"{words}: {listed(_named_groups(groups, way))}"
        for way, words in ((1, "Missed more"), (-1, "less"))
        if (groups["differs"] == way).any()
    ]
    if not said:
        return f"No {by} is missed more or less than chance gives"
    words = "; ".join(said)
    return words[:1].upper() + words[1:]


def _named_groups(groups: pd.DataFrame, way: int) -> list[str]:
    """The groups that differ that way, those that differ most appointments first."""
    some = groups[groups["differs"] == way]
    excess = (some["missed"] - some["expected"]).abs()
    some = some.loc[excess.sort_values(ascending=False).index]
    names = [
        f"{plain(name)} ({percent(share)})"
        for name, share in zip(some["label"], some["missed_rate"], strict=True)
    ]
    more = len(names) - _MOST_NAMED
    return [*names[:_MOST_NAMED], count_words(more, "other")] if more > 0 else names


def week_finding(known: AttendanceKnown) -> Finding:
    """The missed rate by site and weekday."""
    cells = week_cells(known)
    sites = list(dict.fromkeys(cells["site"]))
    title = _week_title(known)
    hidden = len(known.groups[SITE]) - len(sites)
    return Finding(
        key="attendance-week",
        title=title,
        subtitle=f"Missed of {int(cells['due'].sum()):,} due, by site and weekday"
        + (f"; the {len(sites)} sites missed most of {len(known.groups[SITE])}" if hidden else ""),
        chart=week_chart(cells, sites),
        table=lambda: rates_frame(
            {"Site": cells["site"], "Weekday": [WEEKDAYS[day - 1] for day in cells["weekday"]]},
            cells,
        ),
        alt=f"Share of appointments missed by site and weekday. {title}.".replace("\\", ""),
        note="The darker, the higher. Framed: beyond chance, allowing for the kind of appointment "
        "and for the number of groups compared on this page. –: nothing was due. Choose a square "
        "to list its missed appointments.",
    )


def week_cells(known: AttendanceKnown) -> pd.DataFrame:
    """The cells as :func:`charts.appointment_attendance.week_chart` takes them, with ``site``."""
    by_site = known.groups[SITE].sort_values("missed_rate", ascending=False, na_position="last")
    # A site with a cell that is named comes first, whatever its rate in all.
    cells = known.groups[CELL]
    named = cells.loc[cells["differs"] > 0, "site_key"]
    keys = list(dict.fromkeys([*named, *by_site["site_key"]]))[:_MOST_SITES]
    some = cells[cells["site_key"].isin(keys)]
    names = [known.sites[key] for key in some["site_key"]]
    return some.assign(
        row=[keys.index(key) for key in some["site_key"]],
        site=names,
        name=[cell_label(*each) for each in zip(names, some["weekday"], strict=True)],
    ).sort_values(["row", "weekday"], ignore_index=True)


def _week_title(known: AttendanceKnown) -> str:
    table = known.groups[CELL]
    named = np.flatnonzero(table["differs"] > 0)
    if not len(named):
        return "No weekday at a site is missed more than chance gives"
    excess = (table["missed"] - table["expected"]).to_numpy()
    ordered = sorted(named, key=lambda at: -excess[at])
    first = int(ordered[0])
    row = table.iloc[first]
    name = plain(cell_label(known.sites[int(row["site_key"])], int(row["weekday"])))
    more = len(ordered) - 1
    return (
        f"{name}: {percent(row['missed_rate'])} missed against "
        f"{percent(others(table, first).estimate)}"
        + (f"; {count_words(more, 'other weekday')} stands out" if more == 1 else "")
        + (f"; {count_words(more, 'other weekday')} stand out" if more > 1 else "")
    )


def refills_finding(known: AttendanceKnown) -> Finding:
    """The share of freed slots that was refilled, by hours of notice."""
    rates = known.freed
    in_all = refilled(rates)
    short, long = (
        refilled(rates, bands)
        for bands in (range(SHORT_NOTICE), range(SHORT_NOTICE, len(NOTICE_BANDS) - 1))
    )
    title = f"{in_all.events:,} of {in_all.n:,} freed slots were refilled ({rate_words(in_all)})"
    if short.n and long.n:
        title += (
            f": {percent(short.estimate)} of those freed within 24 hours, "
            f"{percent(long.estimate)} of the others"
        )
    return Finding(
        key="attendance-refills",
        title=title,
        subtitle=f"{count_words(in_all.n, 'cancelled appointment')} on a chair, by notice; their "
        "number under each band; 95 % CI",
        chart=band_chart(
            rates.rename(columns={"refilled": "affected", "slots": "recorded"}),
            "notice",
            NOTICE_BANDS,
            "Notice",
            _FEW,
        ),
        table=lambda: pd.DataFrame(
            {
                "Notice": NOTICE_BANDS,
                "Freed slots": rates["slots"],
                "Refilled": rates["refilled"],
                "Refilled, %": (100 * rates["share"]).round(1),
                "95 % CI from": (100 * rates["low"]).round(1),
                "to": (100 * rates["high"]).round(1),
            }
        ),
        alt=f"Share of freed slots that were refilled, by hours of notice. {title}.",
        note="Refilled: at least half of its minutes on that chair were given to appointments "
        f"booked after the cancellation. Hollow: under {_FEW}. Choose a dot to list the slots "
        "that stayed empty.",
    )


def rates_frame(labels: Mapping[str, Any], rates: pd.DataFrame) -> pd.DataFrame:
    """The numbers behind missed and lost rates, with headings for the reader."""
    columns = {name: np.asarray(values) for name, values in labels.items()}

    def shares(name: str) -> Any:
        return (100 * rates[name]).round(1).to_numpy()

    return pd.DataFrame(
        {
            **columns,
            "Appointments passed": rates["appointments"].to_numpy(),
            "Due": rates["due"].to_numpy(),
            "Missed": rates["missed"].to_numpy(),
            "Missed, %": shares("missed_rate"),
            "95 % CI from": shares("missed_low"),
            "to": shares("missed_high"),
            "Cancelled late": rates["late_cancelled"].to_numpy(),
            "Missed or cancelled late, %": shares("lost_rate"),
            "its 95 % CI from": shares("lost_low"),
            "its CI to": shares("lost_high"),
            "Cancelled": rates["cancelled"].to_numpy(),
            "Not closed": rates["not_closed"].to_numpy(),
        }
    )


def outcome_frame(known: AttendanceKnown) -> pd.DataFrame:
    """What became of all appointments whose day has passed, as shares with their intervals."""
    of = known.in_all
    rows = (
        ("Attended", of.attended),
        ("Missed", of.missed),
        (f"Cancelled within {known.late_hours} hours", of.late_cancelled),
        ("Cancelled earlier", of.early_cancelled - known.notice_unknown),
        ("Cancelled, time not recorded", known.notice_unknown),
        ("Not closed", of.not_closed),
    )
    shares = [proportion(count, of.appointments) for _, count in rows]
    return pd.DataFrame(
        {
            "What became of them": [name for name, _ in rows],
            "Appointments": [count for _, count in rows],
            "% of all passed": [_whole(one.estimate) for one in shares],
            "95 % CI from": [_whole(one.low) for one in shares],
            "to": [_whole(one.high) for one in shares],
        }
    )


def _whole(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)


def site_and_kind_frame(known: AttendanceKnown) -> pd.DataFrame:
    """The rates of every site and kind: the table behind the view."""
    rates = attendance_by(known.by_slot, ["site_key", "kind"])
    labels = {
        "Site": [known.sites[key] for key in rates["site_key"]],
        "For": [AppointmentKind(kind).label for kind in rates["kind"]],
    }
    return rates_frame(labels, rates)


def reasons_frame(reasons: pd.DataFrame, cancelled: int, late_hours: int) -> pd.DataFrame:
    """Why appointments were cancelled; the last row holds the reasons that are too rare to show.

    ``reasons`` as from :func:`data_access.appointment_attendance.cancellation_reasons`;
    ``cancelled``: all cancelled ones.
    """
    names = ["Not recorded" if pd.isna(each) else str(each) for each in reasons["reason"]]
    counts = reasons["cancelled"].to_list()
    rest = cancelled - sum(counts)
    late, moved = reasons["late_cancelled"].astype("Int64"), reasons["moved"].astype("Int64")
    return pd.DataFrame(
        {
            "Reason": [*names, *(["Other reasons"] if rest else [])],
            "Cancelled": [*counts, *([rest] if rest else [])],
            "% of all cancelled": [
                round(100 * count / cancelled, 1) for count in [*counts, *([rest] if rest else [])]
            ],
            f"Within {late_hours} hours": [*late, *([pd.NA] if rest else [])],
            "Moved to another time": [*moved, *([pd.NA] if rest else [])],
        }
    )
