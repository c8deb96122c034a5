"""Each infusion of a patient: the table, one infusion's vital signs, and all side by side."""

from math import isnan, nan
from typing import Any, NamedTuple

import pandas as pd
import streamlit as st

from charts import patient_infusions as charts
from charts.infusion_vitals import vital_signs_chart
from clinical.codes import Phase
from clinical.recovery import Passed, passed
from clinical.thresholds import Thresholds
from clinical.vital_limits import Concern, oxygen_concern, pressure_concern, sedation_concern
from data_access.one_infusion import (
    EARLIER_INFUSIONS,
    infusion_measures,
    side_effect_times,
    vital_signs,
)
from pages.shared.context import PageContext
from pages.shared.frame import Finding, csv_button, heading, nothing, plain, show
from pages.shared.words import count_words, day_words

_SHOWN = "infusions_listed"
"""Session state: what the table lists, and a number that grows when it lists something else, so
that the row chosen in one list is not chosen in the next. The number is in the widget's key, which
therefore names nobody."""
_ROWS_AT_ONCE = 12
_ROW_PIXELS = 35

INFUSION_DEFINITIONS = """
- **High, low, red**: limits that this clinic has set, for the medical director to sign off.
  *High*: the peak reached the limit. *Red*: a single reading reached the highest limit, or two
  readings in a row the one below it; oxygen below, or sedation at, its limit.
- **Rise**: the highest later value less the first, which is the one before the infusion.
- **Passed**: minutes from the end of the infusion until the last of its side effects had passed; 0
  where that was before the end, *not resolved* where one had not passed when it was recorded.
- **Vital signs**: minutes count from the start of the infusion. Readings are joined where at most
  30 minutes lie between them; nothing is filled in. The median of earlier infusions needs three
  with a reading within the same five minutes.
- **Grades**: CTCAE, 1 mild to 5 death. An infusion whose side-effect form was not filled in is
  marked so, and is not one without side effects.
"""
"""What the page says at its foot about this part."""


def infusions_section(
    context: PageContext,
    patient_key: int,
    infusions: pd.DataFrame,
    side_effects: pd.DataFrame,
    thresholds: Thresholds,
) -> None:
    """Draw every infusion as a table, and the vital signs of the one chosen in it.

    ``infusions``, ``side_effects``: as :func:`data_access.one_patient.patient_infusions` and
    :func:`~data_access.one_patient.patient_side_effects`, of the part of the record that the page
    shows. The latest infusion stands on top and is chosen at first.
    """
    if infusions.empty:
        nothing("No infusion has been recorded here.")
        return
    asked = context.connection, context.viewer, patient_key
    times = side_effect_times(*asked)
    detailed = infusions.merge(infusion_measures(*asked), on="infusion_key", how="left")
    chosen = _choose(detailed.iloc[::-1].reset_index(drop=True), side_effects, times, thresholds)
    finding = vitals_finding(
        chosen,
        vital_signs(*asked, int(chosen["infusion_key"])),
        times[times["infusion_key"] == chosen["infusion_key"]],
        thresholds,
    )
    if finding is None:
        nothing(f"No vital signs recorded: {plain(_name(chosen))}.")
    else:
        show(finding)


def _choose(
    rows: pd.DataFrame, side_effects: pd.DataFrame, times: pd.DataFrame, thresholds: Thresholds
) -> "pd.Series[float]":
    """Draw the table and give back the row that is chosen."""
    heading(infusions_title(rows, thresholds), infusions_subtitle(rows))
    listed = infusion_table(rows, side_effects, times, thresholds)
    number = _list_number(tuple(rows["infusion_key"].tolist()))
    event = st.dataframe(
        listed,
        hide_index=True,
        height="content" if len(listed) <= _ROWS_AT_ONCE else (_ROWS_AT_ONCE + 1) * _ROW_PIXELS,
        column_config=_columns(),
        key=f"infusions-{number}",
        on_select="rerun",
        selection_mode="single-row-required",
        alt="Every infusion, the latest on top. The chosen one's vital signs are drawn below.",
    )
    csv_button(listed, "infusions")
    position = event.selection.rows[0] if event.selection.rows else 0
    return rows.iloc[min(position, len(rows) - 1)]


def _columns() -> dict[str, Any]:
    """The columns' widths, so that all fit a screen, and what they mean."""
    column = st.column_config
    return {
        "Infusion": column.TextColumn(width=112),
        "Date": column.DateColumn(width=88, format="DD MMM YYYY"),
        "Drug": column.TextColumn(width=76),
        "Dose, mg": column.NumberColumn(width=66),
        "mg/kg": column.NumberColumn(width=54, format="%.2f"),
        "Minutes": column.NumberColumn(width=62, help="From the start to the end"),
        "Chair, min": column.NumberColumn(width=72, help="From the start to the discharge"),
        "Peak, mmHg": column.TextColumn(width=108),
        "Rise, mmHg": column.TextColumn(width=78, help="Highest later value less the first"),
        "SpO₂, %": column.TextColumn(width=84, help="Lowest oxygen saturation"),
        "Sedation": column.TextColumn(width=74, help="Deepest, MOAA/S: 5 awake to 0"),
        "Side effects (grade)": column.TextColumn(width=186),
        "Passed, min": column.TextColumn(
            width=100,
            help="From the end of the infusion until the last side effect had passed; "
            "not resolved: when it was recorded",
        ),
        "Stopped early": column.TextColumn(width=100),
    }


def _list_number(listed: tuple[int, ...]) -> int:
    number, before = st.session_state.get(_SHOWN, (0, ()))
    if before != listed:
        number += 1
        st.session_state[_SHOWN] = (number, listed)
    return int(number)


def infusions_title(rows: pd.DataFrame, thresholds: Thresholds) -> str:
    """How many infusions went beyond a limit, or were stopped early."""
    red = sum(_worst(row, thresholds) is Concern.RED for row in _measured(rows))
    amber = sum(_worst(row, thresholds) is Concern.AMBER for row in _measured(rows))
    stopped = int((rows["stopped"] == 1).sum())
    parts = [
        f"{count} {words}"
        for count, words in (
            (red, "with a red reading"),
            (amber, "with a high or low one"),
            (stopped, "stopped early"),
        )
        if count
    ]
    counted = count_words(len(rows), "infusion")
    if not parts:
        return f"{counted}, none beyond a limit or stopped early"
    return f"{counted}: {', '.join(parts)}"


def infusions_subtitle(rows: pd.DataFrame) -> str:
    """What the table holds, and how many infusions have no vital signs."""
    unmeasured = int((rows["peak_systolic"].isna() & rows["lowest_spo2"].isna()).sum())
    missing = f"; {unmeasured} without vital signs" if unmeasured else ""
    return f"Each infusion, the latest on top{missing}. Choose a row to see its vital signs below"


class _Measured(NamedTuple):
    """One infusion's extremes, ``None`` where not measured."""

    peak: tuple[float | None, float | None]
    rise: tuple[float | None, float | None]
    sustained: tuple[float | None, float | None]
    lowest_spo2: float | None
    deepest_sedation: float | None


def _measured(rows: pd.DataFrame) -> list[_Measured]:
    columns = [
        [None if pd.isna(value) else float(value) for value in rows[column]]
        for column in (
            "peak_systolic",
            "peak_diastolic",
            "systolic_rise",
            "diastolic_rise",
            "sustained_systolic",
            "sustained_diastolic",
            "lowest_spo2",
            "deepest_sedation",
        )
    ]
    return [
        _Measured((row[0], row[1]), (row[2], row[3]), (row[4], row[5]), row[6], row[7])
        for row in zip(*columns, strict=True)
    ]


def _worst(row: _Measured, thresholds: Thresholds) -> Concern:
    return max(
        pressure_concern(row.peak, row.sustained, thresholds),
        oxygen_concern(row.lowest_spo2, thresholds),
        sedation_concern(row.deepest_sedation, thresholds),
    )


def infusion_table(
    rows: pd.DataFrame, side_effects: pd.DataFrame, times: pd.DataFrame, thresholds: Thresholds
) -> pd.DataFrame:
    """Every infusion in words, in the order of ``rows``; values beyond a limit are named so."""
    measured = _measured(rows)
    passing = _passing(rows, times)
    sites = {"Site": rows["site"]} if rows["site"].nunique() > 1 else {}
    return pd.DataFrame(
        {
            "Infusion": [
                f"{Phase(phase).label} {number}"
                for phase, number in zip(rows["phase"], rows["number"], strict=True)
            ],
            "Date": rows["started"].dt.date,
            "Drug": rows["drug"].fillna("ketamine").str.capitalize(),
            "Dose, mg": rows["dose_mg"],
            "mg/kg": rows["mg_per_kg"],
            "Minutes": rows["minutes"],
            "Chair, min": rows["chair_minutes"],
            "Peak, mmHg": [
                _marked(
                    _pair(row.peak), pressure_concern(row.peak, row.sustained, thresholds), "high"
                )
                for row in measured
            ],
            "Rise, mmHg": [_pair(row.rise, signed=True) for row in measured],
            "SpO₂, %": [
                _marked(
                    _number(row.lowest_spo2), oxygen_concern(row.lowest_spo2, thresholds), "low"
                )
                for row in measured
            ],
            "Sedation": [
                _marked(
                    _number(row.deepest_sedation),
                    sedation_concern(row.deepest_sedation, thresholds),
                    "low",
                )
                for row in measured
            ],
            "Side effects (grade)": _told_side_effects(rows, side_effects),
            "Passed, min": passing,
            "Stopped early": [
                "" if not stopped else (reason if isinstance(reason, str) and reason else "Yes")
                for stopped, reason in zip(rows["stopped"], rows["stop_reason"], strict=True)
            ],
            **sites,
        }
    )


def _marked(value: str, concern: Concern, amber: str) -> str:
    """A value and, beyond a limit, the word for it: it must be read in print and without colour."""
    if concern is Concern.NONE:
        return value
    return f"{value} ▲ RED" if concern is Concern.RED else f"{value} ▲ {amber}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _pair(values: tuple[float | None, float | None], *, signed: bool = False) -> str:
    """``172/101``; ``172/?`` where only one was measured; nothing where neither was."""
    if values == (None, None):
        return ""
    form = "+g" if signed else "g"
    return "/".join("?" if value is None else f"{value:{form}}" for value in values)


def _told_side_effects(rows: pd.DataFrame, side_effects: pd.DataFrame) -> list[str]:
    words = side_effects.assign(
        words=[
            f"{term} ({grade})" if grade else str(term)
            for term, grade in zip(side_effects["term"], side_effects["worst_grade"], strict=True)
        ]
    )
    told = words.groupby("infusion_key")["words"].agg(", ".join).to_dict()
    return [
        told.get(key) or ("None" if recorded else "Form not filled in")
        for key, recorded in zip(rows["infusion_key"], rows["recorded"], strict=True)
    ]


def _passing(rows: pd.DataFrame, times: pd.DataFrame) -> list[str]:
    found = {
        key: passed(part["resolved"], float(part["end"].iloc[0]))
        for key, part in times.groupby("infusion_key")
    }
    return [_passed_words(found.get(key)) for key in rows["infusion_key"]]


def _passed_words(found: Passed | None) -> str:
    """Minutes until side effects passed; an open one is named, whatever passed before."""
    if found is None:
        return ""
    if found.open:
        return "not resolved"
    return "end not recorded" if found.minutes is None else f"{found.minutes:.0f}"


def vitals_finding(
    chosen: "pd.Series[float]",
    readings: pd.DataFrame,
    side_effects: pd.DataFrame,
    thresholds: Thresholds,
) -> Finding | None:
    """One infusion's vital signs against the patient's earlier ones; ``None`` without any.

    ``chosen``: a row of ``patient_infusions`` with ``chair_minutes``; ``readings``: as
    :func:`data_access.one_infusion.vital_signs`; ``side_effects``: as
    :func:`~data_access.one_infusion.side_effect_times`, of this infusion.
    """
    own = readings[readings["infusion_key"] == chosen["infusion_key"]]
    earlier = readings[readings["infusion_key"] != chosen["infusion_key"]]
    if own.empty:
        return None
    title = vitals_title(own, earlier)
    compared = earlier["infusion_key"].nunique()
    name = _name(chosen)
    against = (
        f"thin lines: {count_words(compared, 'earlier infusion')} of this patient"
        f"{_capped(compared)}"
        if compared
        else "no earlier infusion of this patient has vital signs"
    )
    return Finding(
        key="vital-signs",
        title=title,
        subtitle=(
            f"{name}: {count_words(len(own), 'reading')}; {against}. "
            "Shaded: the infusion. Diamonds: beyond a limit of the clinic"
        ),
        chart=vital_signs_chart(
            own,
            earlier,
            side_effects,
            thresholds,
            end=_minutes(chosen["minutes"]),
            discharge=_minutes(chosen["chair_minutes"]),
        ),
        table=lambda: _readings_table(own),
        alt=f"Vital signs by minute, {name}. {title}. {_extremes(own)}",
    )


def _name(chosen: "pd.Series[float]") -> str:
    phase = Phase(int(chosen["phase"])).label
    started = pd.Timestamp(chosen["started"])
    return f"{phase} {int(chosen['number'])}, {day_words(started.date())}"


def _capped(compared: int) -> str:
    return ", the latest before it" if compared == EARLIER_INFUSIONS else ""


def _minutes(value: object) -> float:
    return nan if pd.isna(value) else float(value)  # type: ignore[arg-type,call-overload]


def vitals_title(own: pd.DataFrame, earlier: pd.DataFrame) -> str:
    """The peak, how far above the start, and the peaks of the patient's earlier infusions."""
    measured = own.dropna(subset="systolic")
    if measured.empty:
        return f"No blood pressure recorded. {_extremes(own)}".strip().removesuffix(".")
    peak = measured.iloc[int(measured["systolic"].argmax())]
    told = f"Peak {_pair((peak['systolic'], _known(peak['diastolic'])))} mmHg"
    rise = peak["systolic"] - measured["systolic"].iloc[0]
    when = f"{peak['minute']:.0f}" if peak["minute"] >= 0 else f"−{-peak['minute']:.0f}"
    told += f" at minute {when}"
    told += f", {rise:g} above the start" if rise > 0 else ", the first reading"
    return f"{told}; {_own_peaks(earlier)}"


def _own_peaks(earlier: pd.DataFrame) -> str:
    peaks = earlier.groupby("infusion_key")["systolic"].max().dropna()
    if peaks.empty:
        return "no earlier peak to compare with"
    if len(peaks) == 1:
        return f"own earlier peak: {peaks.iloc[0]:g}"
    if peaks.min() == peaks.max():
        return f"own earlier peaks: {peaks.max():g} each"
    return f"own earlier peaks: {peaks.min():g} to {peaks.max():g}"


def _known(value: float) -> float | None:
    return None if isnan(value) else value


def _extremes(own: pd.DataFrame) -> str:
    """The lowest oxygen and the deepest sedation in words."""
    parts = [
        f"{name} {own[column].min():g}{unit}"
        for column, name, unit in (
            ("spo2", "Lowest SpO₂", "\N{NO-BREAK SPACE}%"),
            ("sedation", "deepest sedation", " (MOAA/S)"),
        )
        if own[column].notna().any()
    ]
    told = ", ".join(parts)
    return f"{told[0].upper()}{told[1:]}." if told else ""


def _readings_table(own: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Minute": own["minute"].round(1),
            "Systolic": own["systolic"],
            "Diastolic": own["diastolic"],
            "Heart rate": own["heart_rate"],
            "SpO₂, %": own["spo2"],
            "Sedation, MOAA/S": own["sedation"],
        }
    )


def pressure_finding(infusions: pd.DataFrame, thresholds: Thresholds) -> Finding | None:
    """Blood pressure per infusion; ``None`` where none was measured."""
    measured = infusions.dropna(subset="peak_systolic")
    if measured.empty:
        return None
    limits = f"{thresholds.amber_systolic}/{thresholds.amber_diastolic}"
    high = (measured["peak_systolic"] >= thresholds.amber_systolic) | (
        measured["peak_diastolic"].fillna(0) >= thresholds.amber_diastolic
    )
    title = (
        f"Blood pressure reached {limits} in {int(high.sum())} of "
        f"{count_words(len(measured), 'infusion')}"
        if high.any()
        else f"Blood pressure stayed below {limits}"
    )
    return Finding(
        key="blood-pressure",
        title=title,
        subtitle=(
            f"First value to highest value, mmHg; {count_words(len(measured), 'infusion')} with "
            f"measurements, of {len(infusions)}. A peak at the limit or over is orange"
        ),
        chart=charts.pressure_chart(infusions, thresholds),
        table=lambda: _pressure_table(measured),
        alt=f"Rise of the blood pressure in each infusion. {title}.",
    )


def side_effect_finding(infusions: pd.DataFrame, side_effects: pd.DataFrame) -> Finding | None:
    """Side effects by infusion; ``None`` where no form was filled in."""
    recorded = infusions[infusions["recorded"] == 1]
    if recorded.empty:
        return None
    affected = recorded["infusion_key"].isin(side_effects["infusion_key"])
    title = (
        f"Side effects in {int(affected.sum())} of {count_words(len(recorded), 'infusion')}"
        if affected.any()
        else f"No side effect in {count_words(len(recorded), 'infusion')}"
    )
    numbers = infusions.set_index("infusion_key")["number"]
    shown = side_effects[side_effects["infusion_key"].isin(numbers.index)]
    return Finding(
        key="patient-side-effects",
        title=title,
        subtitle=(
            f"{count_words(len(recorded), 'infusion')} with a side-effect form, "
            f"of {len(infusions)}; coloured by the worst grade (CTCAE)"
        ),
        chart=charts.side_effect_chart(infusions, side_effects),
        table=lambda: pd.DataFrame(
            {
                "Infusion": shown["infusion_key"].map(numbers),
                "Side effect": shown["term"],
                "Worst grade": shown["worst_grade"].replace(0, pd.NA),
                "Serious": shown["serious"] == 1,
            }
        ),
        alt=f"Grid of side effects by infusion. {title}.",
    )


def _pressure_table(measured: pd.DataFrame) -> pd.DataFrame:
    columns: dict[str, object] = {"Infusion": measured["number"]}
    for name in ("systolic", "diastolic"):
        known = measured.dropna(subset=f"peak_{name}")
        columns[f"First {name}"] = charts.first_pressure(known, name)
        columns[f"Highest {name}"] = known[f"peak_{name}"]
        columns[f"{name.capitalize()} rise"] = known[f"{name}_rise"]
    return pd.DataFrame(columns)
