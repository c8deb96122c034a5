"""The findings of one patient: the answer in words, and each picture with its message."""

import pandas as pd

from charts import one_patient as charts
from charts.one_patient import DIASTOLIC_LIMIT, SYSTOLIC_LIMIT, improvement, taken
from clinical.codes import Phase, Timepoint
from clinical.instruments import Instrument
from clinical.progress import WORSE_POINTS, Status, held_from, points_worse, status
from pages.shared.frame import Finding
from pages.shared.words import count_words


def patient_answer(
    instrument: Instrument, phase: Phase, scores: pd.DataFrame, baseline: float | None
) -> str:
    """How the patient is doing in one series, in one sentence.

    ``scores``: of this instrument and series, after its first infusion, in time order.
    """
    if baseline is None:
        return (
            f"**Not evaluable on {instrument.name}**: there is no score in the 14 days before "
            f"this series, so there is nothing to compare with{_latest(scores)}."
        )
    if scores.empty:
        return (
            f"**Not evaluable on {instrument.name}**: the baseline is {baseline:g}, "
            "and no score followed in this series."
        )
    last = scores.iloc[-1]
    word = status(instrument, phase, baseline, last["total"])
    return (
        f"{instrument.name} {_movement(baseline, last['total'])}, {_taken(last)}: "
        f"**{_compared(instrument, baseline, last['total'])}**; "
        f"{_outcome(instrument, word, scores)}."
    )


def against_before_treatment(
    instrument: Instrument, first_baseline: float, totals: list[float]
) -> str:
    """A maintenance score against the baseline of the induction before it.

    ``totals``: every score since that baseline, in time order; the last is the one compared.
    """
    percent = instrument.improvement_percent(first_baseline, totals[-1])
    if percent is None:
        return ""
    words = f"Against {first_baseline:g} before induction: {improvement(percent)}"
    if instrument.responded(first_baseline, totals[-1]):
        return f"{words}, a response."
    if any(instrument.responded(first_baseline, total) for total in totals):
        return f"{words}. **The response reached before is lost.**"
    return f"{words}, no response so far."


def trajectory_finding(
    instrument: Instrument,
    scores: pd.DataFrame,
    infusions: pd.DataFrame,
    baselines: pd.DataFrame,
    *,
    by_number: bool,
) -> Finding:
    """The scores of one instrument against the infusions, in the chosen series."""
    later = scores[scores["timepoint"] != int(Timepoint.BASELINE)]
    values = [*baselines["baseline"], *later["total"]]
    best = max if instrument.higher_is_better else min
    title = (
        f"{instrument.name} from {values[0]:g} to {values[-1]:g}, best {best(values):g}, "
        f"over {count_words(len(infusions), 'infusion')}"
        if values
        else f"No {instrument.name} score in this series"
    )
    return Finding(
        key="trajectory",
        title=title,
        subtitle=(
            f"{count_words(len(values), 'score')}. Those taken before an infusion, within 72 hours "
            "after one, and later have different marks; only the first are joined"
        ),
        chart=charts.trajectory_chart(
            scores, infusions, baselines, instrument, by_number=by_number
        ),
        table=lambda: _scores_table(scores),
        alt=f"The patient's scores and infusions. {title}.",
    )


def item_9_finding(scores: pd.DataFrame) -> Finding | None:
    """PHQ-9 item 9 apart from the total; ``None`` where items were not kept."""
    kept = scores.dropna(subset="item_9")
    if kept.empty:
        return None
    values = kept["item_9"].astype(int)
    return Finding(
        key="item-9",
        title=item_9_title(kept),
        subtitle=(
            "PHQ-9 item 9, thoughts of being better off dead or of self-harm: "
            f"{count_words(len(kept), 'answer')}. From 1 on, further questions are due"
        ),
        chart=charts.item_9_chart(kept),
        table=lambda: pd.DataFrame(
            {"Date": kept["completed"].dt.date, "Item 9": values, "PHQ-9 total": kept["total"]}
        ),
        alt=f"Item 9 over time. {item_9_title(kept)}.",
    )


def item_9_title(kept: pd.DataFrame) -> str:
    """What item 9 did from the first answer to the last, and the total beside it."""
    first, last = int(kept["item_9"].iloc[0]), int(kept["item_9"].iloc[-1])
    fell = kept["total"].iloc[-1] < kept["total"].iloc[0]
    if last > first:
        beside = " while the total fell" if fell else ""
        return f"Item 9 rose from {first} to {last}{beside}"
    if last < first:
        return f"Item 9 fell from {first} to {last}"
    lowest, highest = int(kept["item_9"].min()), int(kept["item_9"].max())
    if lowest < last:
        return f"Item 9 is back at {last}, after {lowest}"
    return f"Item 9 is {last}" + (f", after a height of {highest}" if highest > last else "")


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


def _latest(scores: pd.DataFrame) -> str:
    if scores.empty:
        return ""
    last = scores.iloc[-1]
    return f" (the latest score is {last['total']:g}, {_taken(last)})"


def _taken(score: "pd.Series[float]") -> str:
    return taken(Timepoint(int(score["timepoint"])), int(score["number"]), score["hours_after"])


def _movement(baseline: float, total: float) -> str:
    verb = "fell" if total < baseline else "rose" if total > baseline else "stayed"
    if verb == "stayed":
        return f"stayed at {total:g} (baseline {baseline:g})"
    return f"{verb} from {baseline:g} (baseline) to {total:g}"


def _compared(instrument: Instrument, baseline: float, total: float) -> str:
    """Better in per cent, as the rules for response are; worse in points, as the rule for worse."""
    worse_by = points_worse(instrument, total - baseline)
    percent = instrument.improvement_percent(baseline, total)
    if worse_by > 0 or percent is None:
        return f"{count_words(int(abs(worse_by)), 'point')} {'worse' if worse_by > 0 else 'better'}"
    return improvement(percent)


def _outcome(instrument: Instrument, word: Status, scores: pd.DataFrame) -> str:
    """The status, since when a response or remission holds, or that one was lost."""
    if word is Status.WORSE:
        return f"{WORSE_POINTS[instrument.code]:g} or more count as worse"
    if instrument.response_percent is None:
        return word.label.lower()
    response = _since(scores, "response")
    remission = _since(scores, "remission")
    if response or remission:
        return ", ".join(
            (
                f"response{response}" if response else "no response",
                f"in remission{remission}" if remission else "not in remission",
            )
        )
    reached = scores["response"].isin([1])
    if reached.any():
        first = scores[reached].iloc[0]
        return f"{word.label.lower()}: the response seen {_taken(first)} is lost"
    return word.label.lower()


def _since(scores: pd.DataFrame, column: str) -> str | None:
    """Since when every score has been one; ``None`` where the latest is not."""
    position = held_from(scores[column].isin([1]).tolist())
    if position is None:
        return None
    return f" since the score {_taken(scores.iloc[position])}"


def _scores_table(scores: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Date": scores["completed"].dt.date,
            "Taken": [_taken(scores.iloc[row]) for row in range(len(scores))],
            "Score": scores["total"],
            "Baseline": scores["baseline"],
            "Better, %": scores["percent"].round(),
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
