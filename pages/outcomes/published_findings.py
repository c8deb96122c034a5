"""The clinic's figures beside published ones, in a picture and in words.

Titles and sentences are markdown. The names of studies and instruments are ours, no data.
"""

from collections.abc import Sequence

import pandas as pd

from charts.numbers import percent, points
from charts.outcome_published import side_by_side_chart
from clinical.incidence import Difference
from clinical.instruments import PHQ9, Instrument
from clinical.measures import THOUGHTS
from clinical.published import Figure, Outcome, When, Whose
from clinical.side_by_side import Apart, Pair, SideBySide
from pages.shared.frame import Finding
from pages.shared.words import count_words, listed, rate_words

_NAMED = 2
"""So many figures are named in the title."""

_WORDS = {
    Outcome.RESPONSE: "Response",
    Outcome.REMISSION: "Remission",
    Outcome.ROSE: "Any worse",
    Outcome.FELL: "Any better",
    Outcome.FREE: "Free of it",
    Outcome.KEPT: "Response kept",
    Outcome.EFFECT: "Effect size",
}
_THOUGHTS_WORDS = {
    Outcome.ROSE: "Suicidal thoughts worse",
    Outcome.FELL: "Suicidal thoughts eased",
    Outcome.FREE: "Suicidal thoughts gone",
}
_SHORT_WHEN = {When.AFTER_INDUCTION: "day 14–31", When.BEFORE_VISIT: "after infusion 6"}


def figure_words(figure: Figure) -> str:
    """What a figure is of: ``Response, PHQ-9``."""
    if figure.measure is THOUGHTS:
        return _THOUGHTS_WORDS[figure.outcome]
    measure = "" if figure.measure is None else f", {figure.measure.name}"
    return f"{_WORDS[figure.outcome]}{measure}"


def pair_name(figure: Figure) -> str:
    """What a pair is about, with its time: ``response, PHQ-9, day 14–31``."""
    words = figure_words(figure)
    return f"{words[:1].lower()}{words[1:]}, {_SHORT_WHEN[figure.when]}"


def value_words(figure: Figure) -> str:
    """A published value as it was printed: ``53.6 %``, ``about 80 %``, ``1.5``."""
    unit = "" if figure.outcome is Outcome.EFFECT else "\N{NO-BREAK SPACE}%"
    return f"{'about ' if figure.about else ''}{figure.value}{unit}"


def rule_words(figure: Figure) -> str:
    """The rule that is the same on both sides: ``at least 50 % fall``."""
    measure = figure.measure or PHQ9
    if figure.outcome is Outcome.RESPONSE:
        change = "rise" if measure.higher_is_better else "fall"
        return f"at least {measure.response_percent:g} % {change}"
    if figure.outcome is Outcome.REMISSION:
        return f"{measure.name} at most {measure.remission_at_most:g}"
    return {
        Outcome.ROSE: _changed(measure, "worse"),
        Outcome.FELL: _changed(measure, "better"),
        Outcome.FREE: "0 afterwards",
    }[figure.outcome]


def _changed(measure: Instrument, direction: str) -> str:
    of = "item 9" if measure is THOUGHTS else measure.name
    return f"{of} {direction} than at baseline by a point or more"


def published_answer(pair: Pair) -> str:
    """The first pair as a sentence (markdown)."""
    figure, own = pair.figure, pair.own
    of = "" if figure.n is None else f" of {figure.n:,}"
    return (
        f"{_opening(figure)}, **{percent(own.estimate)}** of {count_words(own.n, 'induction')} "
        f"{_said(figure)} ({rate_words(own).split(', ', 1)[1]}); {figure.study.name} found "
        f"**{value_words(figure)}**{of} by the same rule."
    )


def _opening(figure: Figure) -> str:
    if figure.when is When.AFTER_INDUCTION:
        return "At 14–31 days after induction"
    return "After the six infusions of an induction"


def _said(figure: Figure) -> str:
    name = "" if figure.measure is None or figure.measure is THOUGHTS else figure.measure.name
    return {
        Outcome.RESPONSE: f"had responded on {name}",
        Outcome.REMISSION: f"were in remission on {name}",
        Outcome.ROSE: f"were worse than at baseline on {name or 'suicidal thoughts'}",
        Outcome.FELL: f"were better than at baseline on {name or 'suicidal thoughts'}",
        Outcome.FREE: "were free of suicidal thoughts",
    }[figure.outcome]


def side_by_side_finding(found: SideBySide) -> Finding:
    """The picture of all pairs."""
    rows = pairs_frame(found)
    return Finding(
        key="outcome-published",
        title=_title(found),
        subtitle=f"{count_words(len(found.pairs), 'pair')} with the same instrument, time and "
        "rule; ours above, the published figure below, each with its n; right: ours minus theirs",
        chart=side_by_side_chart(rows),
        table=lambda: _numbers(rows),
        alt=f"Dot plot of {count_words(len(found.pairs), 'pair')} of shares. "
        + " ".join(
            f"{row['label']}: {percent(row['share'])} here, {row['said']} in {row['name']}."
            for row in rows.to_dict("records")
        ),
        note="Intervals are 95 % Wilson intervals, worked out from the n that is told; those of "
        f"the differences (Newcombe) hold together at 95 % for {_all(found.comparisons)} "
        "(Bonferroni). Blue: more is better; orange: more is worse; hollow: published. A filled "
        "dot, when chosen, lists those that reached it.",
    )


def _all(comparisons: int) -> str:
    return "one comparison" if comparisons == 1 else f"all {comparisons} comparisons"


def pairs_frame(found: SideBySide) -> pd.DataFrame:
    """A row for each pair: as the chart takes them, and what the table tells beside."""
    return pd.DataFrame([_row(pair, found.comparisons) for pair in found.pairs])


def _row(pair: Pair, comparisons: int) -> dict[str, object]:
    figure, own = pair.figure, pair.own
    theirs, gap = figure.counted, pair.gap(comparisons)
    return {
        "label": figure_words(figure),
        "study": f"{figure.study.name}, {_SHORT_WHEN[figure.when]}",
        "name": figure.study.name,
        "when": figure.when.value,
        "rule": rule_words(figure),
        "whose": figure.whose.value,
        "events": own.events,
        "n": own.n,
        "share": own.estimate,
        "low": own.low,
        "high": own.high,
        "said": value_words(figure),
        "published": figure.share,
        "published_n": float("nan") if theirs is None else theirs.n,
        "published_low": float("nan") if theirs is None else theirs.low,
        "published_high": float("nan") if theirs is None else theirs.high,
        "gap": "" if gap is None else _gap_lines(gap),
        "difference": float("nan") if gap is None else gap.estimate,
        "difference_low": float("nan") if gap is None else gap.low,
        "difference_high": float("nan") if gap is None else gap.high,
        "overlaps": pair.overlaps,
        "worse": figure.outcome is Outcome.ROSE,
        "citation": figure.study.citation,
    }


def _gap_lines(gap: Difference) -> str:
    if gap.estimate is None:
        return ""
    return f"{points(gap.estimate)}\n({_signed(gap)})"


def _signed(gap: Difference) -> str:
    low, high = 100 * (gap.low or 0.0), 100 * (gap.high or 0.0)
    return f"{_with_sign(low)} to {_with_sign(high)}"


def _with_sign(value: float) -> str:
    whole = round(value)
    return f"{'−' if whole < 0 else '+' if whole > 0 else ''}{abs(whole)}"


def _title(found: SideBySide) -> str:
    """What the intervals say; a figure without an n has none, so it is told apart."""
    counted = [pair for pair in found.pairs if pair.figure.counted is not None]
    differing = [pair for pair in counted if _is_clear(pair, found.comparisons)]
    if not counted:
        return "No published figure tells its n, so no difference can be judged"
    if not differing:
        of = "the published figure" if len(counted) == 1 else f"{len(counted)} published figures"
        said = f"No clear difference from {of}"
    else:
        named = [
            f"{figure_words(pair.figure)} {'higher' if _is_higher(pair) else 'lower'}"
            for pair in differing[:_NAMED]
        ]
        others = len(counted) - len(differing)
        said = f"{listed(named)} than published"
        if len(differing) > _NAMED:
            said += f", and {len(differing) - _NAMED} more differ"
        if others:
            said += f"; no clear difference in {others} of {len(counted)}"
    return f"{said}{_without_n(found)}"


def _without_n(found: SideBySide) -> str:
    unknown = sum(pair.figure.counted is None for pair in found.pairs)
    if not unknown:
        return ""
    return f"; {unknown} {'tells' if unknown == 1 else 'tell'} no n"


def _is_clear(pair: Pair, comparisons: int) -> bool:
    gap = pair.gap(comparisons)
    return gap is not None and gap.is_clear


def _is_higher(pair: Pair) -> bool:
    return (pair.own.estimate or 0.0) > pair.figure.share


def in_words(found: SideBySide) -> str:
    """All pairs in words (markdown), those of the same time under its name."""
    times = dict.fromkeys(pair.figure.when for pair in found.pairs)
    parts = []
    for when in times:
        pairs = [pair for pair in found.pairs if pair.figure.when is when]
        lines = [f"- {pair_words(pair, found.comparisons)}" for pair in pairs]
        sources = dict.fromkeys(pair.figure.study.citation for pair in pairs)
        name = f"{when[:1].upper()}{when[1:]}"
        parts.append("\n".join([f"{name} ({'; '.join(sources)}):", "", *lines]))
    return "\n\n".join(parts)


def pair_words(pair: Pair, comparisons: int) -> str:
    """One pair in words, and what the intervals say (markdown)."""
    figure = pair.figure
    whose = "" if figure.whose is Whose.SCORED else f", {figure.whose.value}"
    said = (
        f"**{figure_words(figure)}** ({rule_words(figure)}{whose}): here {rate_words(pair.own)}, "
        f"of {pair.own.n:,}; {figure.study.name} {_published_words(figure)}. "
        f"{_verdict(pair, comparisons)}."
    )
    return f"{said} {figure.note}".strip()


def _published_words(figure: Figure) -> str:
    """A published share with what is told of its n, and the interval that follows from it."""
    theirs = figure.counted
    if theirs is None:
        return f"{value_words(figure)}, n not told"
    interval = rate_words(theirs).split(", ", 1)[1]
    return f"{value_words(figure)}, {interval}, of {theirs.n:,}"


def _verdict(pair: Pair, comparisons: int) -> str:
    gap = pair.gap(comparisons)
    if gap is None or gap.estimate is None:
        inside = "within" if pair.overlaps else "outside"
        return f"So there is no interval to compare; the figure lies {inside} ours"
    overlap = "overlap" if pair.overlaps else "do not overlap"
    clear = (
        f"clearly {'higher' if gap.estimate > 0 else 'lower'} here"
        if gap.is_clear
        else "no clear difference"
    )
    return f"The intervals {overlap}; {points(gap.estimate)} ({_signed(gap)}): {clear}"


def apart_words(apart: Sequence[Apart]) -> list[str]:
    """The figures beside which none of ours stands, those for the same reason together."""
    reasons = dict.fromkeys(one.why for one in apart)
    return [
        f"**{why[:1].upper()}{why[1:]}**: "
        + "; ".join(_of_studies([one.figure for one in apart if one.why == why]))
        + "."
        for why in reasons
    ]


def _of_studies(figures: Sequence[Figure]) -> list[str]:
    studies = dict.fromkeys(figure.study.name for figure in figures)
    return [
        f"{name} ({', '.join(_apart_figure(each) for each in figures if each.study.name == name)})"
        for name in studies
    ]


def _apart_figure(figure: Figure) -> str:
    """One of them: ``response on MADRS 45 % of 73 after 1 infusion``."""
    words = figure_words(figure).replace(", ", " on ")
    said = f"{words[:1].lower()}{words[1:]} {value_words(figure)}"
    if figure.n is not None and figure.outcome is not Outcome.EFFECT:
        said += f" of {figure.n:,}"
    if figure.infusions is not None:
        said += f" after {count_words(figure.infusions, 'infusion')}"
    if figure.weeks is not None:
        said += f" at {figure.weeks} weeks"
    return said


_TABLE = {
    "label": "What",
    "rule": "Rule",
    "when": "When",
    "whose": "Of those",
    "events": "Here",
    "n": "Here, of",
    "share": "Here, %",
    "low": "Here, 95 % CI from",
    "high": "Here, to",
    "name": "Study",
    "published": "Published, %",
    "published_n": "Published, of",
    "published_low": "Published, 95 % CI from",
    "published_high": "Published, to",
    "difference": "Difference, points",
    "difference_low": "Difference, from",
    "difference_high": "Difference, to",
    "overlaps": "Intervals overlap",
    "citation": "Source",
}
_PER_CENT = (
    "share",
    "low",
    "high",
    "published",
    "published_low",
    "published_high",
    "difference",
    "difference_low",
    "difference_high",
)


def _numbers(rows: pd.DataFrame) -> pd.DataFrame:
    shown = rows[list(_TABLE)].copy()
    for name in _PER_CENT:
        shown[name] = (100 * shown[name].astype("float64")).round(1)
    shown["overlaps"] = shown["overlaps"].map({True: "yes", False: "no"})
    return shown.rename(columns=_TABLE)
