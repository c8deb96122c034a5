"""Outcomes for a reader who is told of large groups alone: response and remission by period."""

import pandas as pd

from charts.numbers import percent
from charts.released import told_results_chart
from clinical.incidence import proportion
from clinical.instruments import Instrument
from data_access.released import OutcomeRelease, outcome_release, released_outcomes
from pages.shared.context import PageContext
from pages.shared.frame import (
    Finding,
    definitions,
    heading,
    nothing,
    plain,
    sentence,
    show,
    table,
)
from pages.shared.memory import remembered
from pages.shared.released import (
    Chosen,
    choose_released,
    period_words,
    protection_words,
    whole_clinic,
)
from pages.shared.words import count_words, rate_words


def released_outcomes_view(context: PageContext) -> None:
    """Draw what may be told, with a choice of its own."""
    found = remembered(
        whole_clinic(context),
        "released outcomes",
        lambda: outcome_release(context.connection, context.viewer, context.today),
    )
    chosen = choose_released(context, found.release)
    if chosen is not None:
        _told(found, chosen)
    definitions(_definitions(found.measure) + protection_words(found.release))


def _told(found: OutcomeRelease, chosen: Chosen) -> None:
    rows = released_outcomes(found.release, chosen.choice)
    sentence(_answer(rows, found.measure, chosen))
    if not rows["scored"].sum():
        nothing("None of these inductions has a score before it and one at its end.")
        return
    show(_finding(rows, found.measure, chosen))
    heading(
        "Inductions and their results",
        f"By the quarter in which they closed, on {plain(found.measure.name)}; {chosen.words}",
    )
    table(_numbers(rows), "released-outcomes")


def _answer(rows: pd.DataFrame, measure: Instrument, chosen: Chosen) -> str:
    over, scored, responded, remitted = (
        int(rows[name].sum()) for name in ("over", "scored", "responded", "remitted")
    )
    if not scored:
        return f"Of {count_words(over, 'induction')} the result is not known ({chosen.words})."
    response, remission = proportion(responded, scored), proportion(remitted, scored)
    return (
        f"**{response.events:,} of {response.n:,}** inductions with a score at their end had "
        f"responded ({rate_words(response)}) and **{remission.events:,}** were in remission "
        f"({rate_words(remission)}), on {plain(measure.name)}; {chosen.words}."
    )


def _finding(rows: pd.DataFrame, measure: Instrument, chosen: Chosen) -> Finding:
    over, scored = int(rows["over"].sum()), int(rows["scored"].sum())
    share = percent(proportion(int(rows["responded"].sum()), scored).estimate)
    return Finding(
        key="released-outcomes-by-period",
        title=f"{share} had responded at the end of an induction",
        subtitle=f"Of {count_words(scored, 'induction')} with a baseline and a score at the end; "
        f"{over:,} are over; {chosen.words}",
        chart=told_results_chart(
            _periods(rows), [_rates(rows, "responded"), _rates(rows, "remitted")]
        ),
        table=lambda: _numbers(rows),
        alt=f"Response and remission on {measure.name} in {count_words(len(rows), 'period')}. "
        f"In all {share} of {scored:,} inductions had responded.",
        note="Dots: share of the inductions with a score, with the 95 % Wilson interval.",
    )


def _periods(rows: pd.DataFrame) -> list[str]:
    return [
        period_words(first, last) for first, last in zip(rows["first"], rows["last"], strict=True)
    ]


def _rates(rows: pd.DataFrame, result: str) -> pd.DataFrame:
    rates = [
        proportion(int(events), int(n))
        for events, n in zip(rows[result], rows["scored"], strict=True)
    ]
    return pd.DataFrame(
        {
            "events": [rate.events for rate in rates],
            "n": [rate.n for rate in rates],
            **{
                name: pd.Series([getattr(rate, from_) for rate in rates], dtype="float64")
                for name, from_ in (("share", "estimate"), ("low", "low"), ("high", "high"))
            },
        }
    )


def _numbers(rows: pd.DataFrame) -> pd.DataFrame:
    response, remission = _rates(rows, "responded"), _rates(rows, "remitted")
    return pd.DataFrame(
        {
            "Closed": _periods(rows),
            "Inductions over": rows["over"],
            "With a score": rows["scored"],
            "Response": response["events"],
            "Response, %": (100 * response["share"]).round(1),
            "95 % CI from": (100 * response["low"]).round(1),
            "to": (100 * response["high"]).round(1),
            "Remission": remission["events"],
            "Remission, %": (100 * remission["share"]).round(1),
        }
    )


def _definitions(measure: Instrument) -> str:
    return f"""
- **Induction over**: another course has begun, or 28 days have passed since its last infusion; it
  counts in the quarter in which that was so, at the site of its first infusion.
- **With a score**: a baseline above 0, and a score later than 72 hours after the last infusion.
  Those without are in no rate; whether they had improved is not known.
- **Response** and **remission** at the end of the induction, by the rules of {plain(measure.name)}:
  {plain(measure.source)} A remission is counted where there is a response, too.
- **95 % CI**: Wilson score interval without continuity correction (Wilson 1927).
"""
