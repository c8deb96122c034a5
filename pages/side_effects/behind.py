"""From a point of a chart to its infusions, and to what was different about them."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from data_access.infusions_behind import Listed, infusions_behind, named_infusions_behind
from data_access.infusions_compared import infusions_compared
from data_access.measured import LimitReached, RiseWithin
from data_access.points import Behind
from data_access.side_effect_groups import chair_names, provider_names
from data_access.sites import site_names
from pages.shared.context import PageContext
from pages.shared.frame import heading, nothing, show
from pages.shared.memory import kept
from pages.shared.people_table import may_name
from pages.shared.words import count_words
from pages.side_effects.contrast_findings import (
    Compared,
    Names,
    compare,
    contrast_finding,
    contrast_words,
)
from pages.side_effects.infusion_table import (
    days,
    grades,
    infusion_table,
    places_in_series,
)

Group = tuple[str, int]
"""Which group a dot stands for: its column of the facts, and its code or key."""


def chosen_group(points: Sequence[Any], known: Mapping[Group, str]) -> Group | None:
    """The group of the first chosen dot; ``None`` for none, and for one that is not there.

    What a browser sends is taken for a group only where it names one of those drawn.
    """
    match points:
        case [[_, str(by), int(key)], *_] if (by, key) in known:
            return by, key
    return None


def behind_section(
    context: PageContext, behind: Behind, words: str, key: str = "behind-the-point"
) -> None:
    """Draw what was different about the infusions of a chosen point, and list them.

    ``words`` (markdown) say what the point is. ``key``: another one for each chart of a view whose
    points can be chosen at the same time as another's.
    """
    with st.container(key=key):
        st.markdown(f"#### Behind the point: {words}")
        st.caption("To close this, double-click into the chart, or choose the point once more.")
        listed = kept(
            context, f"{key}: infusions", lambda: _list(context, behind), behind, may_name(context)
        )
        if not listed.total:
            nothing("No infusion with it lies behind this point.")
            return
        _differences(
            kept(context, f"{key}: differences", lambda: _compare(context, behind), behind), key
        )
        _infusions(context, behind, listed, key)


def _list(context: PageContext, behind: Behind) -> Listed:
    asked = context.connection, context.viewer, context.filters, behind
    if may_name(context):
        return named_infusions_behind(*asked)
    return infusions_behind(*asked)


def _compare(context: PageContext, behind: Behind) -> Compared:
    asked = context.connection, context.viewer, context.filters, behind
    found = infusions_compared(*asked)
    return compare(found.rows, found.total, found.medicines, behind, _names(context))


def _names(context: PageContext) -> Names:
    asked = context.connection, context.viewer
    sites = site_names(*asked)
    chairs, providers = chair_names(*asked), provider_names(*asked)
    return Names(
        sites=sites,
        chairs={
            key: f"{chair}, {sites.get(site, '')}" if len(sites) > 1 else chair
            for key, chair, site in zip(
                chairs["chair_key"], chairs["chair"], chairs["site_key"], strict=True
            )
        },
        providers=dict(zip(providers["provider_key"], providers["provider"], strict=True)),
    )


def _differences(compared: Compared, key: str) -> None:
    finding = contrast_finding(compared, f"{key}-differences")
    if finding is None:
        nothing(contrast_words(compared))
    else:
        show(finding)


def _infusions(context: PageContext, behind: Behind, listed: Listed, key: str) -> None:
    rows, more = listed.rows, listed.total - len(listed.rows)
    heading(
        f"{count_words(listed.total, 'infusion')} behind the point",
        _which_words(behind, len(rows), more),
    )
    details = (
        _effect_details(rows, behind.term_key is None)
        if behind.measured is None
        else _measured_details(rows)
    )
    infusion_table(
        context,
        rows,
        details,
        key,
        # The key of a widget lasts as long as a hash does: one session.
        str(hash(behind)),
        alt="The infusions behind the chosen point, one a row",
    )


def _which_words(behind: Behind, shown: int, more: int) -> str:
    """Which infusions are listed, and in what order."""
    if isinstance(behind.measured, LimitReached):
        which, cut = "Those furthest beyond the limit", f"The {shown:,} furthest beyond the limit"
    elif isinstance(behind.measured, RiseWithin):
        which, cut = "The largest rises", f"The {shown:,} largest rises"
    else:
        which, cut = "The latest", f"The latest {shown:,}"
    return f"{cut}; {more:,} others are not listed" if more else f"{which} first"


def _measured_details(rows: pd.DataFrame) -> pd.DataFrame:
    columns: dict[str, Any] = {
        "Day": days(rows),
        "Site": rows["site"],
        "Infusion": places_in_series(rows),
        "mg/kg": rows["mg_per_kg"],
        "Systolic, peak": rows["peak_systolic"],
        "Diastolic, peak": rows["peak_diastolic"],
        "Systolic, twice": rows["sustained_systolic"],
        "Diastolic, twice": rows["sustained_diastolic"],
        "Systolic rise": rows["systolic_rise"],
        "Lowest SpO₂, %": rows["lowest_spo2"],
        "Deepest MOAA/S": rows["deepest_sedation"],
        "Side effects": rows["terms"],
        "Given by": rows["provider"],
        "Chair": rows["chair"],
        "Lot": rows["lot_number"],
        "Length, min": rows["minutes"],
    }
    return pd.DataFrame(columns)


def _effect_details(rows: pd.DataFrame, of_any: bool) -> pd.DataFrame:
    columns: dict[str, Any] = {
        "Day": days(rows),
        "Site": rows["site"],
        "Infusion": places_in_series(rows),
        "mg/kg": rows["mg_per_kg"],
        "Worst grade": grades(rows),
        "Onset, min": rows["onset"],
        "Passed, min after the end": rows["passed"].mask(rows["open"] == 1),
        "Remarks": [_remarks(row) for row in rows.to_dict("records")],
        "All side effects" if of_any else "Side effects of the infusion": rows["terms"],
        "Given by": rows["provider"],
        "Chair": rows["chair"],
        "Lot": rows["lot_number"],
        "Length, min": rows["minutes"],
    }
    return pd.DataFrame(columns)


def _remarks(row: dict[Hashable, Any]) -> str:
    parts = []
    if row["serious"]:
        parts.append("serious")
    if row["open"]:
        watched = row["passed"]
        parts.append(
            "not seen to pass"
            if pd.isna(watched)
            else f"had not passed {watched} min after the end"
        )
    if row["odd"]:
        parts.append("its times contradict each other")
    words = "; ".join(parts)
    return words[:1].upper() + words[1:]
