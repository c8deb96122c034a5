"""The pictures of the view Capacity with their words."""

from enum import StrEnum

import numpy as np
import pandas as pd

from charts import appointment_capacity as charts
from charts.numbers import percent, percent_range
from charts.style import text
from clinical.capacity import (
    FULL_SHARE,
    PUBLISHED_ACTUAL,
    PUBLISHED_SCHEDULED,
    UNEVEN_RATIO,
    with_shares,
)
from clinical.incidence import proportion
from clinical.overruns import (
    USUAL_WEEKS,
    Cause,
    UsualStay,
    cause_shares,
    overrun_shares,
    overruns_most,
)
from pages.appointments.capacity_known import CapacityKnown
from pages.appointments.capacity_words import (
    bottleneck_words,
    chair_name,
    slot_words,
)
from pages.shared.frame import Finding, plain
from pages.shared.words import count_words, rate_words

_MOST_ROWS = 12


class Of(StrEnum):
    """Which utilisation is shown, by the words that stand in the address."""

    SCHEDULED = "Scheduled"
    ACTUAL = "Actual"


_SHARES = {Of.SCHEDULED: "scheduled_share", Of.ACTUAL: "used_share"}
_VERBS = {Of.SCHEDULED: "scheduled", Of.ACTUAL: "used"}


def week_finding(known: CapacityKnown, of: Of) -> Finding:
    """How full each hour of the week is."""
    cells = known.cells.assign(share=known.cells[_SHARES[of]])
    cells["words"] = [_cell_words(row) for _, row in cells.iterrows()]
    title = _week_title(cells, _VERBS[of])
    return Finding(
        key="capacity-week",
        title=title,
        subtitle=f"{of} utilisation by weekday and hour, % of "
        f"{known.open_minutes / 60:,.0f} open chair-hours; by the sites' clocks",
        chart=charts.week_chart(cells),
        table=lambda: pd.DataFrame(
            {
                "Weekday": [slot_words(row).split()[0] for _, row in cells.iterrows()],
                "Hour": [f"{hour:02d}:00" for hour in cells["hour"]],
                "Open chair-minutes": cells["open"],
                "Booked": cells["booked"],
                "Used": cells["used"],
                "Scheduled, %": _in_percent(cells["scheduled_share"]),
                "Actual, %": _in_percent(cells["used_share"]),
            }
        ),
        alt=f"{of} utilisation by weekday and hour. {title}.",
        note=f"Framed: {percent(FULL_SHARE)} or more. Choose an hour for its appointments."
        + _full_note(known),
    )


def _cell_words(cell: "pd.Series[float]") -> str:
    return (
        f"<b>{slot_words(cell)}</b><br>{cell['open']:,.0f} open chair-minutes<br>"
        f"booked {cell['booked']:,.0f}, {percent(cell['scheduled_share'])}<br>"
        f"used {cell['used']:,.0f}, {percent(cell['used_share'])}"
    )


def _week_title(cells: pd.DataFrame, verb: str) -> str:
    if cells.empty:
        return "No hour of the week is open"
    shares = cells["share"].to_numpy(np.float64)
    most, least = cells.iloc[int(shares.argmax())], cells.iloc[int(shares.argmin())]
    return (
        f"{slot_words(most)} is fullest: {percent(most['share'])} {verb}; "
        f"{slot_words(least)} emptiest: {percent(least['share'])}"
    )


def _full_note(known: CapacityKnown) -> str:
    """The fullest hour of a site, which all sites together may hide."""
    if known.full.empty or len(known.known) < 2:
        return ""
    first = known.full.iloc[0]
    site = plain(known.names[int(first["site_key"])])
    return (
        f" By site: {count_words(len(known.full), 'hour')} of a site's week "
        f"{'is' if len(known.full) == 1 else 'are'} so full, first {slot_words(first)} at {site} "
        f"({percent(first['scheduled_share'])} scheduled)."
    )


def sites_finding(known: CapacityKnown) -> Finding | None:
    """How full each site is, beside what is published; none for one site."""
    sites = known.known.sort_values(["scheduled_share", "site_key"], ascending=[False, True])
    if len(sites) < 2:
        return None
    names = [known.names[key] for key in sites["site_key"]]
    shown = sites.head(_MOST_ROWS).assign(bottleneck=sites["scheduled_share"] >= FULL_SHARE)
    shown["words"] = [
        _use_words(name, row) for name, (_, row) in zip(names, shown.iterrows(), strict=False)
    ]
    first, last = sites.iloc[0], sites.iloc[-1]
    title = (
        f"{plain(names[0])} is fullest: {percent(first['scheduled_share'])} scheduled, "
        f"{percent(first['used_share'])} used; {plain(names[-1])} emptiest: "
        f"{percent(last['scheduled_share'])} and {percent(last['used_share'])}"
    )
    return Finding(
        key="capacity-sites",
        title=title,
        subtitle="Share of open time that was scheduled (bar) and used (line)"
        + _cut_words(len(shown), len(sites), "site"),
        chart=charts.use_chart(
            shown,
            names[: len(shown)],
            {"used": PUBLISHED_ACTUAL, "scheduled": PUBLISHED_SCHEDULED},
            "site_key",
        ),
        table=lambda: site_frame(known),
        alt=f"Scheduled and actual utilisation of each site. {title}.",
        note=f"Dotted: published for infusion centres, used about {percent(PUBLISHED_ACTUAL)}, "
        f"scheduled about {percent(PUBLISHED_SCHEDULED)}.",
    )


def _cut_words(shown: int, of: int, one: str) -> str:
    return f"; the {shown} fullest of {count_words(of, one)}" if shown < of else ""


def _use_words(name: str, row: "pd.Series[float]") -> str:
    return (
        f"<b>{text(name)}</b><br>{row['open'] / 60:,.0f} open chair-hours<br>"
        f"booked {row['booked'] / 60:,.0f}, {percent(row['scheduled_share'])}<br>"
        f"used {row['used'] / 60:,.0f}, {percent(row['used_share'])}"
    )


def site_frame(known: CapacityKnown) -> pd.DataFrame:
    """The numbers of every site, the unknown ones too."""
    sites = known.by_site
    is_open = sites["open"].where(sites["scheduled_share"].notna())
    return pd.DataFrame(
        {
            "Site": [known.names[key] for key in sites["site_key"]],
            "Chairs": sites["chairs"],
            "Open chair-hours": (is_open / 60).round(1),
            "Booked": (sites["booked"] / 60).round(1),
            "Used": (sites["used"] / 60).round(1),
            "Scheduled, %": _in_percent(sites["scheduled_share"]),
            "Actual, %": _in_percent(sites["used_share"]),
            "Open time": sites["state"].astype(str),
        }
    )


def chairs_finding(known: CapacityKnown) -> Finding | None:
    """How full each chair is, and whether one is a bottleneck; none without open time."""
    chairs = known.by_chair
    if chairs.empty:
        return None
    names = [
        chair_name(known, chair, site)
        for chair, site in zip(chairs["chair"], chairs["site_key"], strict=True)
    ]
    shown = chairs.head(_MOST_ROWS).copy()
    shown["words"] = [
        f"{_use_words(name, row)}<br>{count_words(int(row['appointments']), 'appointment')}"
        for name, (_, row) in zip(names, shown.iterrows(), strict=False)
    ]
    title = _chairs_title(known, names)
    return Finding(
        key="capacity-chairs",
        title=title,
        subtitle="Share of open time that was scheduled (bar) and used (line)"
        + _cut_words(len(shown), len(chairs), "chair"),
        chart=charts.use_chart(shown, names[: len(shown)], {"full": FULL_SHARE}, "chair_key"),
        table=lambda: pd.DataFrame(
            {
                "Chair": chairs["chair"],
                "Site": [known.names[site] for site in chairs["site_key"]],
                "Open hours": (chairs["open"] / 60).round(1),
                "Booked hours": (chairs["booked"] / 60).round(1),
                "Used hours": (chairs["used"] / 60).round(1),
                "Scheduled, %": _in_percent(chairs["scheduled_share"]),
                "Actual, %": _in_percent(chairs["used_share"]),
                "The site's other chairs, scheduled, %": _in_percent(chairs["others"]),
                "Booked twice, minutes": chairs["double_booked"],
                "Appointments without cancelled": chairs["appointments"],
            }
        ),
        alt=f"How full each chair is. {title}.",
        note=f"Coloured: at least {percent(FULL_SHARE)} scheduled (dotted), or half and "
        f"{UNEVEN_RATIO:g} times as much as the site's other chairs. Choose a chair for its "
        "appointments.",
    )


def _chairs_title(known: CapacityKnown, names: list[str]) -> str:
    if known.by_chair["bottleneck"].any():
        words = bottleneck_words(known)
        return words[:1].upper() + words[1:]
    share = percent(float(known.by_chair["scheduled_share"].iloc[0]))
    return f"No chair is a bottleneck; the fullest is {plain(names[0])}, {share} scheduled"


def at_once_finding(known: CapacityKnown, site: int) -> Finding | None:
    """Chairs of one site in use at once by hour of the week; none where it is never open."""
    hours = _site_hours(known, site)
    if hours.empty:
        return None
    chairs = int(hours["chairs"].iloc[0])
    mean = chairs * float(hours["used"].sum() / hours["open"].sum())
    all_in_use = proportion(int(hours["all_used"].sum()), int(hours["days"].sum()))
    hours["words"] = [_at_once_words(row) for _, row in hours.iterrows()]
    name = plain(known.names[site])
    title = (
        f"{name}: {mean:.1f} of {count_words(chairs, 'chair')} in use on average; all at once in "
        f"{percent(all_in_use.estimate)} of open hours"
    )
    return Finding(
        key="capacity-at-once",
        title=title,
        subtitle=f"Chairs in use by hour of the week: mean (bar) and most at once (line), of "
        f"{count_words(all_in_use.n, 'open hour')}",
        chart=charts.at_once_chart(hours, chairs),
        table=lambda: pd.DataFrame(
            {
                "Weekday": [slot_words(row).split()[0] for _, row in hours.iterrows()],
                "Hour": [f"{hour:02d}:00" for hour in hours["hour"]],
                "Days": hours["days"],
                "Chairs": hours["chairs"],
                "In use, mean": hours["mean"].round(2),
                "In use at once, most": hours["most"],
                "Booked at once, most": hours["most_booked"],
                "Days on which all were in use": hours["all_used"],
            }
        ),
        alt=f"Chairs in use at once by hour of the week. {title}.",
        note="Dotted: the chairs that there are. An hour counts as all in use where all chairs "
        "were in use at the same minute of it.",
    )


def _site_hours(known: CapacityKnown, site: int) -> pd.DataFrame:
    """The open hours of a site's week, with the chairs in use."""
    is_open = known.open_by_hour
    hours = is_open[(is_open["site_key"] == site) & (is_open["open"] > 0)]
    merged = hours.merge(known.by_hour, on=["site_key", "weekday", "hour"], how="left")
    counts = ["booked", "used", "most_booked", "most_used", "all_used"]
    table = with_shares(merged.assign(**merged[counts].fillna(0).astype("int64")))
    table["mean"] = table["used_share"] * table["chairs"]
    table["most"] = table["most_used"]
    # A chair may have been in use on a day of closure, which is no open day.
    table["all_used"] = table[["all_used", "days"]].min(axis=1)
    return table.sort_values(["weekday", "hour"], ignore_index=True)


def _at_once_words(row: "pd.Series[float]") -> str:
    return (
        f"<b>{slot_words(row)}</b>, {count_words(int(row['days']), 'day')}<br>"
        f"{row['mean']:.1f} of {row['chairs']:.0f} chairs in use, most at once {row['most']:.0f}"
        f"<br>all in use on {row['all_used']:.0f} of them"
    )


_LOST_HEADINGS = {
    "used": "Used",
    "missed": "Missed",
    "late": "Cancelled late, not filled again",
    "early": "Cancelled earlier, not filled again",
    "rest": "Never booked, or empty between",
}


def lost_finding(known: CapacityKnown) -> Finding | None:
    """What became of open chair time; none where none is known."""
    if not known.open_minutes:
        return None
    rows, names = _lost_rows(known)
    of_all = rows.iloc[0]
    lost = percent(float(of_all["missed"] + of_all["late"]))
    title = (
        f"{lost} of open chair time was lost to missed and late-cancelled appointments; "
        f"{percent(float(of_all['rest']))} was never booked or stood empty between"
    )
    return Finding(
        key="capacity-lost",
        title=title,
        subtitle=f"What became of {known.open_minutes / 60:,.0f} open chair-hours",
        chart=charts.lost_chart(rows, names, _LOST_HEADINGS),
        table=lambda: pd.DataFrame(
            {
                "Site": names,
                "Open chair-hours": rows["open_hours"].round(1),
                **{
                    f"{heading}, {unit}": numbers
                    for key, heading in _LOST_HEADINGS.items()
                    for unit, numbers in (
                        ("hours", rows[f"{key}_hours"].round(1)),
                        ("%", _in_percent(rows[key])),
                    )
                },
            }
        ),
        alt=f"What became of open chair time. {title}.",
        note="The last part is what remains of open time. Late: under "
        f"{known.late_hours} hours ahead.",
    )


def _lost_rows(known: CapacityKnown) -> tuple[pd.DataFrame, list[str]]:
    """All sites first, then each with the most lost first, in shares and hours of open time."""
    sites = known.known[["site_key", "open", "used"]].merge(known.lost, on="site_key", how="left")
    parts = ["missed", "late", "early"]
    sites[parts] = sites[parts].fillna(0)
    lost = (sites["missed"] + sites["late"]) / sites["open"]
    order = np.argsort(-lost.to_numpy(np.float64), kind="stable")[:_MOST_ROWS]
    several = len(sites) > 1
    total = sites[["open", "used", *parts]].sum().to_frame().T
    table = pd.concat([total, sites.iloc[order]] if several else [sites], ignore_index=True)
    names = [known.names[int(key)] for key in sites["site_key"].iloc[order]]
    rest = table["open"] - table[["used", *parts]].sum(axis=1)
    table["rest"] = rest.clip(lower=0)
    hours = {f"{key}_hours": table[key] / 60 for key in ("open", *_LOST_HEADINGS)}
    shares = {key: table[key] / table["open"] for key in _LOST_HEADINGS}
    return pd.DataFrame({**hours, **shares}), ["All", *names] if several else names


def causes_finding(known: CapacityKnown) -> Finding | None:
    """How many stays ran over their planned end, and to what that is put down."""
    stays, over = int(known.overruns["stays"].sum()), int(known.overruns["overruns"].sum())
    if not stays:
        return None
    causes = cause_shares(known.overruns)
    names = [Cause(number).label for number in causes["cause"]]
    causes["words"] = [
        f"<b>{name}</b><br>{count:,} of {over:,} overruns, {percent(share)} "
        f"(95 % CI {percent_range(low, high)})"
        for name, count, share, low, high in zip(
            names, *(causes[each] for each in ("overruns", "share", "low", "high")), strict=True
        )
    ]
    rate = proportion(over, stays)
    title = f"{percent(rate.estimate)} of stays ran over"
    if over:
        mean = float(known.overruns["minutes"].sum()) / over
        title += (
            f", by {mean:.0f} minutes on average; most often put down to "
            f"{names[0].lower()} ({percent(causes['share'].iloc[0])})"
        )
    return Finding(
        key="capacity-causes",
        title=title,
        subtitle=f"Of {count_words(over, 'overrun')} among {count_words(stays, 'stay')} with a "
        f"recorded discharge ({rate_words(rate)}); share of each cause, 95 % CI",
        chart=charts.shares_chart(causes.assign(stands_out=False), names, "cause"),
        table=lambda: pd.DataFrame(
            {
                "Cause": names,
                "Overruns": causes["overruns"],
                "Of all overruns, %": _in_percent(causes["share"]),
                "95 % CI from": _in_percent(causes["low"]),
                "to": _in_percent(causes["high"]),
            }
        ),
        alt=f"What overruns are put down to. {title}.",
        note=_usual_words(known.usual),
    )


def _usual_words(usual: UsualStay) -> str:
    if usual.start_delay is None or usual.infusion is None or usual.recovery is None:
        return "The parts of the stays are not recorded, so no cause can be told."
    late = (
        f"start {usual.start_delay:.0f} minutes after the planned one"
        if usual.start_delay > 0
        else "start on time"
    )
    return (
        f"The cause is the part of the stay that exceeds the usual by most. Usual, in the last "
        f"{USUAL_WEEKS} weeks ({count_words(usual.stays, 'stay')}): {late}, infusion "
        f"{usual.infusion:.0f}, recovery {usual.recovery:.0f} minutes (medians). Follows all "
        "filters."
    )


def overrun_sites_finding(known: CapacityKnown) -> Finding | None:
    """At which sites stays run over; none for one site."""
    rates = overrun_shares(known.overruns)
    rates = rates.sort_values(["share", "site_key"], ascending=[False, True], ignore_index=True)
    if len(rates) < 2:
        return None
    names = [known.names[key] for key in rates["site_key"]]
    worst = overruns_most(rates)
    overall = proportion(int(rates["overruns"].sum()), int(rates["stays"].sum()))
    rates["stands_out"] = [place == worst for place in range(len(rates))]
    rates["words"] = [
        f"<b>{text(name)}</b><br>{row['overruns']:,.0f} of {row['stays']:,.0f} stays ran over, "
        f"{percent(row['share'])} (95 % CI {percent_range(row['low'], row['high'])})"
        for name, (_, row) in zip(names, rates.iterrows(), strict=True)
    ]
    title = (
        "No site's stays run over clearly more often than the others' "
        f"({percent(overall.estimate)})"
        if worst is None
        else f"Stays run over most often at {plain(names[worst])}: "
        f"{percent(rates['share'].iloc[worst])}, of all {percent(overall.estimate)}"
    )
    shown = rates.head(_MOST_ROWS)
    return Finding(
        key="capacity-overruns",
        title=title,
        subtitle=f"Discharged after the planned end, of {count_words(overall.n, 'stay')} with a "
        "recorded discharge; 95 % CI" + _cut_words(len(shown), len(rates), "site"),
        chart=charts.shares_chart(shown, names[: len(shown)], "site_key", overall.estimate),
        table=lambda: pd.DataFrame(
            {
                "Site": names,
                "Stays": rates["stays"],
                "Ran over": rates["overruns"],
                "Ran over, %": _in_percent(rates["share"]),
                "95 % CI from": _in_percent(rates["low"]),
                "to": _in_percent(rates["high"]),
                "Minutes over, mean": rates["mean"].round(1),
            }
        ),
        alt=f"Share of stays that ran over by site. {title}.",
        note="Coloured where it stands out from all other sites together, allowing for their "
        "number. Choose a site for its overruns.",
    )


def _in_percent(shares: "pd.Series[float]") -> "pd.Series[float]":
    return (100 * shares.astype("float64")).round(1)
