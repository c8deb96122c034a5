"""What each infusion did: blood pressure, side effects, and every infusion in words."""

import pandas as pd

from charts import one_patient as charts
from charts.one_patient import DIASTOLIC_LIMIT, SYSTOLIC_LIMIT
from clinical.codes import Phase
from pages.shared.frame import Finding
from pages.shared.words import count_words


def pressure_finding(infusions: pd.DataFrame) -> Finding | None:
    """Blood pressure per infusion; ``None`` where none was measured."""
    measured = infusions.dropna(subset="peak_systolic")
    if measured.empty:
        return None
    high = (measured["peak_systolic"] >= SYSTOLIC_LIMIT) | (
        measured["peak_diastolic"].fillna(0) >= DIASTOLIC_LIMIT
    )
    title = (
        f"Blood pressure reached {SYSTOLIC_LIMIT}/{DIASTOLIC_LIMIT} in {int(high.sum())} of "
        f"{count_words(len(measured), 'infusion')}"
        if high.any()
        else f"Blood pressure stayed below {SYSTOLIC_LIMIT}/{DIASTOLIC_LIMIT}"
    )
    return Finding(
        key="blood-pressure",
        title=title,
        subtitle=(
            f"First value to highest value, mmHg; {count_words(len(measured), 'infusion')} with "
            f"measurements, of {len(infusions)}. A peak at the limit or over is orange"
        ),
        chart=charts.pressure_chart(infusions),
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


def infusion_table(infusions: pd.DataFrame, side_effects: pd.DataFrame) -> pd.DataFrame:
    """Every infusion in words, in time order."""
    effects = (
        side_effects.assign(words=_graded(side_effects))
        .groupby("infusion_key")["words"]
        .agg(", ".join)
    )
    told = infusions["infusion_key"].map(effects)
    unknown = infusions["recorded"].map({0: "Form not filled in", 1: "None"})
    return pd.DataFrame(
        {
            "Infusion": [
                f"{Phase(phase).label} {number}"
                for phase, number in zip(infusions["phase"], infusions["number"], strict=True)
            ],
            "Date": infusions["started"].dt.date,
            "Site": infusions["site"],
            "Drug": infusions["drug"].fillna("ketamine").str.capitalize(),
            "Dose, mg": infusions["dose_mg"],
            "mg/kg": infusions["mg_per_kg"],
            "Minutes": infusions["minutes"],
            "Systolic rise": infusions["systolic_rise"],
            "Lowest SpO₂, %": infusions["lowest_spo2"],
            "Side effects (grade)": told.where(told.notna(), unknown),
            "Stopped early": [
                "" if not stopped else (reason or "Yes")
                for stopped, reason in zip(
                    infusions["stopped"], infusions["stop_reason"], strict=True
                )
            ],
        }
    )


def _pressure_table(measured: pd.DataFrame) -> pd.DataFrame:
    columns: dict[str, object] = {"Infusion": measured["number"]}
    for name in ("systolic", "diastolic"):
        known = measured.dropna(subset=f"peak_{name}")
        columns[f"First {name}"] = charts.first_pressure(known, name)
        columns[f"Highest {name}"] = known[f"peak_{name}"]
        columns[f"{name.capitalize()} rise"] = known[f"{name}_rise"]
    return pd.DataFrame(columns)


def _graded(side_effects: pd.DataFrame) -> list[str]:
    return [
        f"{term} ({grade})" if grade else term
        for term, grade in zip(side_effects["term"], side_effects["worst_grade"], strict=True)
    ]
