"""The large picture of the Overview: how often each side effect occurs, and how severe it is."""

from dataclasses import dataclass

import pandas as pd

from charts import side_effects as charts
from charts.numbers import percent
from clinical.side_effect_rates import HIGHEST_GRADE, with_rates
from pages.shared.frame import Finding, plain
from pages.shared.words import listed

TOP_TERMS = 15
"""So many terms are drawn; the table holds them all."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What the rates are of: ``per`` is the word (``infusion`` or ``patient``)."""

    per: str
    column: str
    n: int


def incidence_finding(terms: pd.DataFrame, counted: Counted) -> Finding:
    """How often each term occurs, the commonest on top."""
    of_all = terms.assign(affected=terms[counted.column], recorded=counted.n)
    rates = with_rates(of_all, "affected", "recorded").sort_values(
        ["affected", "term"], ascending=[False, True], ignore_index=True
    )
    shown = rates.head(TOP_TERMS)
    of_what = (
        f"{counted.n:,} infusions with a filled-in form"
        if counted.per == "infusion"
        else f"{counted.n:,} patients: at least once in the period"
    )
    hidden = len(rates) - len(shown)
    commonest = rates.iloc[0]
    return Finding(
        key="side-effects-by-term",
        title=f"{listed([plain(term) for term in rates['term'].head(3)])} "
        f"{'is' if len(rates) == 1 else 'are'} the commonest",
        subtitle=f"Of {of_what}"
        + (
            f"; the commonest {TOP_TERMS} of {len(rates)}, all in the table below" if hidden else ""
        ),
        chart=charts.incidence_chart(shown),
        table=lambda: _term_numbers(shown, counted),
        alt=f"Dot plot of {len(shown)} side effects. The commonest, {commonest['term']}, occurred "
        f"in {percent(commonest['share'])} of {of_what}.",
        note="Dots: share with the 95 % Wilson interval, in brackets the number. Bars: the worst "
        "grade of the side effect in each infusion that had it. Choose a dot or a bar to see its "
        "infusions.",
    )


def _term_numbers(rates: pd.DataFrame, counted: Counted) -> pd.DataFrame:
    grades = {f"Grade {grade}": rates[f"grade_{grade}"] for grade in range(1, HIGHEST_GRADE + 1)}
    return pd.DataFrame(
        {
            "Side effect": rates["term"],
            f"{counted.per.capitalize()}s with it": rates["affected"],
            "Of": rates["recorded"],
            **_rate_columns(rates),
            **grades,
            "Not graded": rates["grade_0"],
        }
    )


def _rate_columns(rates: pd.DataFrame) -> dict[str, "pd.Series[float]"]:
    return {
        "%": (100 * rates["share"]).round(1),
        "95 % CI from": (100 * rates["low"]).round(1),
        "to": (100 * rates["high"]).round(1),
    }
