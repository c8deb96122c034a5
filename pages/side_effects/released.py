"""Side effects for a reader who is told of large groups alone: how often each one occurs."""

import pandas as pd

from charts.numbers import percent
from charts.released import told_terms_chart
from clinical.incidence import proportion
from clinical.release import Release
from data_access.released import released_side_effects, side_effect_release
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
from pages.shared.released import Chosen, choose_released, protection_words, whole_clinic
from pages.shared.words import count_words, rate_words

_DRAWN = 15
"""So many side effects are drawn; the table holds them all."""


def released_side_effects_view(context: PageContext) -> None:
    """Draw what may be told, with a choice of its own."""
    release = remembered(
        whole_clinic(context),
        "released side effects",
        lambda: side_effect_release(context.connection, context.viewer, context.today),
    )
    chosen = choose_released(context, release)
    if chosen is not None:
        _told(release, chosen)
    definitions(_DEFINITIONS + protection_words(release))


def _told(release: Release, chosen: Chosen) -> None:
    terms = released_side_effects(release, chosen.choice)
    recorded = release.count(chosen.choice)
    whole = terms[terms["is_whole"] == 1]
    sentence(_answer(whole, recorded, chosen))
    if terms.empty:
        nothing(
            "No side effect can be told here: each was seen in fewer than "
            f"{release.least} patients, if at all."
        )
        return
    if not whole.empty:
        show(_finding(whole.head(_DRAWN), recorded, chosen))
    heading(
        "Side effects that are told",
        f"Of {count_words(recorded, 'infusion')} with a filled-in form; {chosen.words}. Those that "
        "too few patients had are not named.",
    )
    table(_numbers(terms), "released-side-effects")


def _answer(whole: pd.DataFrame, recorded: int, chosen: Chosen) -> str:
    of_all = f"{count_words(recorded, 'infusion')} with a filled-in form"
    if whole.empty:
        return f"Of {of_all} no side effect can be told in full ({chosen.words})."
    first = whole.iloc[0]
    rate = proportion(int(first["infusions"]), recorded)
    return (
        f"Of the side effects that can be told, **{plain(first['term'])}** is the commonest: in "
        f"**{rate.events:,} of {rate.n:,}** infusions with a filled-in form "
        f"({rate_words(rate)}; {chosen.words})."
    )


def _finding(terms: pd.DataFrame, recorded: int, chosen: Chosen) -> Finding:
    first = terms.iloc[0]
    return Finding(
        key="released-side-effects-by-term",
        title=f"{plain(first['term'])} comes in {percent(first['share'])} of infusions",
        subtitle=f"Of {count_words(recorded, 'infusion')} with a filled-in form; {chosen.words}",
        chart=told_terms_chart(terms),
        table=lambda: _numbers(terms),
        alt=f"Dot plot of {count_words(len(terms), 'side effect')}. The first, "
        f"{first['term']}, came in {percent(first['share'])} of {recorded:,} infusions.",
        note="Dots: share of the infusions, with the 95 % Wilson interval; in brackets the number "
        "of infusions.",
    )


def _numbers(terms: pd.DataFrame) -> pd.DataFrame:
    with_it = [
        f"{infusions:,}" if is_whole else f"at least {infusions:,}"
        for infusions, is_whole in zip(terms["infusions"], terms["is_whole"], strict=True)
    ]
    return pd.DataFrame(
        {
            "Side effect": terms["term"],
            "Infusions with it": with_it,
            "Of": terms["recorded"],
            "%": (100 * terms["share"]).round(1),
            "95 % CI from": (100 * terms["low"]).round(1),
            "to": (100 * terms["high"]).round(1),
        }
    )


_DEFINITIONS = """
- **Recorded infusion**: the side-effect form was filled in, with or without any side effect. Rates
  count only these; an infusion counts once for a side effect.
- **At least**: in some of the quarters too few patients had it to be told; they are not counted,
  so there is no rate. A side effect of too few patients in every quarter is not named at all, and
  none is not told apart from few.
- **No total of all side effects** is told: less the named ones, it would give the rare ones away.
- **95 % CI**: Wilson score interval without continuity correction (Wilson 1927).
"""
