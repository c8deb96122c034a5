"""Response and remission in pictures and words.

Titles and sentences are markdown; what comes from the data stands in them as plain text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from charts.numbers import percent, percent_range
from charts.outcome_response import Names, response_chart, rules_chart
from clinical.codes import ScoreKind
from clinical.course_scores import Missing
from clinical.instruments import Instrument
from clinical.measures import ITEM_MEASURES, free_word, remission_name
from clinical.responses import (
    Bounds,
    Rates,
    Result,
    rates_at,
    rates_by_number,
    reliable_points,
    results_of,
)
from clinical.retention import due_at
from pages.outcomes.look import Look
from pages.outcomes.words import after_words, count_courses, course_nouns
from pages.shared.frame import Finding, KeyFigure, plain
from pages.shared.words import count_words, rate_words


@dataclass(frozen=True, slots=True)
class Responses:
    """The rates of a look: under the chosen rule by infusion, and under each rule at the chosen."""

    by_number: tuple[Rates, ...]
    by_rule: tuple[Rates, ...]
    at_number: Rates
    least: int

    @property
    def shown(self) -> tuple[Rates, ...]:
        """The infusions of which a rate is shown."""
        return tuple(each for each in self.by_number if each.is_shown(self.least))


def responses_of(look: Look) -> Responses:
    """Work out the rates of a look."""
    by_number = rates_by_number(look.starts, look.scores, look.measure, look.missing)
    due = due_at(look.starts, look.number)
    # Scores within 72 hours are not carried to another infusion.
    rules = [
        each
        for each in Missing
        if look.cohort.kind is ScoreKind.SETTLED or each is not Missing.CARRIED
    ]
    return Responses(
        by_number=tuple(by_number),
        by_rule=tuple(
            rates_at(look.scores, due, look.measure, look.number, each) for each in rules
        ),
        at_number=by_number[look.number - 1],
        least=look.thresholds.smallest_group,
    )


def result_names(measure: Instrument) -> Names:
    """What each result of the measure is called in pictures and tables."""
    names = {
        Result.RESPONSE: "Response",
        Result.REMISSION: remission_name(measure),
        Result.IMPROVEMENT: f"Better by {_points_words(measure)}",
    }
    return {result: names[result] for result in results_of(measure)}


def _points_words(measure: Instrument) -> str:
    if measure.code in ITEM_MEASURES:
        return "one level"
    return f"{reliable_points(measure):g} points"


def reached_words(measure: Instrument, result: Result) -> str:
    """What courses had reached, after their number: ``had responded``."""
    return {
        Result.RESPONSE: "had responded",
        Result.REMISSION: f"were {free_word(measure)}",
        Result.IMPROVEMENT: f"were better by at least {_points_words(measure)}",
    }[result]


def response_answer(look: Look, found: Responses) -> str:
    """The answer in one sentence or two (markdown)."""
    rates = found.at_number
    if not rates.is_shown(found.least):
        return _why_not_shown(look, found)
    first, *others = results_of(look.measure)
    said = [f"{_no_rule_words(look.measure)}{_first_words(look, rates, first)}"]
    for result in others:
        rate = rates.rate(result)
        if rate is not None and rate.estimate is not None:
            said.append(f"; {percent(rate.estimate)} {reached_words(look.measure, result)}")
    said.append(". ")
    bounds = _bounds_words(look.measure, rates, first, found.least)
    return f"{''.join(said)}{bounds}{_no_room_words(rates, first)}".rstrip()


def _no_rule_words(measure: Instrument) -> str:
    if measure.response_percent is not None:
        return ""
    return f"No rule for response is agreed for {plain(measure.name)}. "


def _first_words(look: Look, rates: Rates, result: Result) -> str:
    """The first result under the rule for missing scores."""
    rate, reached = rates.rate(result), reached_words(look.measure, result)
    if rate is None:
        raise ValueError(f"{look.measure.name} has no rule for {result}")
    name, noun = plain(look.measure.name), course_nouns(look)[rate.n != 1]
    # The percentage of the rate, and in brackets how sure it is.
    said = f"(**{percent(rate.estimate)}**, {rate_words(rate).split(', ', 1)[1]})"
    counted = f"**{rate.events:,} of {rate.n:,}** {noun}"
    if rates.missing is Missing.CARRIED:
        return (
            f"{counted} {reached} at their last {name} score up to infusion {rates.number} {said}"
        )
    if rates.missing is Missing.ALL:
        return (
            f"{counted} {reached} {after_words(look)} on {name}, counting a missing score as none "
            f"{said}"
        )
    article = "an" if look.measure.name.startswith(tuple("AEIO")) else "a"
    return f"{counted} with {article} {name} score {after_words(look)} {reached} {said}"


def _bounds_words(measure: Instrument, rates: Rates, result: Result, least: int) -> str:
    """What the missing scores may hide."""
    bounds = rates.bounds(result)
    if bounds is None or not rates.has_bounds(least):
        return ""
    if rates.seen == rates.due:
        return "No score is missing."
    had = "were better" if result is Result.IMPROVEMENT else reached_words(measure, result)
    if rates.missing is Missing.ALL:
        return f"If all without a score {had}, it would be {percent(bounds[1])}."
    return (
        f"If none of those without a score {had}, it would be {percent(bounds[0])}; if all, "
        f"{percent(bounds[1])}."
    )


def _no_room_words(rates: Rates, result: Result) -> str:
    if not rates.no_room or result is not Result.RESPONSE or rates.no_room == rates.n:
        return ""
    are = "was" if rates.no_room == 1 else "were"
    return f" {rates.no_room:,} with a baseline of 0 {are} left out, for want of room to respond."


def _why_not_shown(look: Look, found: Responses) -> str:
    rates, name = found.at_number, plain(look.measure.name)
    if not rates.due:
        longest = max((each.number for each in found.by_number if each.due), default=0)
        return (
            f"No {course_nouns(look)[0]} is due up to infusion {rates.number}; the longest here "
            f"goes up to infusion {longest}."
        )
    have = "has" if rates.seen == 1 else "have"
    counted = f"{rates.seen:,} of" if rates.seen else "None of the"
    few = f", and fewer than {found.least} are not shown as a rate" if rates.seen else ""
    if rates.seen >= found.least:
        few = f", but {rates.no_room:,} a baseline of 0, which leaves no room to respond"
    return (
        f"{counted} {count_courses(look, rates.due)} due {have} a baseline and a score on {name} "
        f"{after_words(look)}{few}. {_elsewhere_words(found.shown)}"
    )


def _elsewhere_words(shown: Sequence[Rates]) -> str:
    if not shown:
        return "No other infusion has enough scores either."
    numbers = [each.number for each in shown]
    if len(numbers) == 1:
        return f"There are enough after infusion {numbers[0]}."
    return f"There are enough between infusion {numbers[0]} and infusion {numbers[-1]}."


def response_figures(look: Look, found: Responses) -> list[KeyFigure]:
    """The rates, their bounds, and on how many scores they rest."""
    rates, measure = found.at_number, look.measure
    names = result_names(measure)
    figures = [
        KeyFigure(
            f"{name} {after_words(look)}",
            percent(rate.estimate),
            _result_definition(measure, result),
            change=f"{rate.events:,} of {rate.n:,}; 95 % CI {percent_range(rate.low, rate.high)}",
        )
        for result, name in names.items()
        if (rate := rates.rate(result)) is not None and rate.estimate is not None
    ]
    first, *_ = names
    bounds = rates.bounds(first)
    if bounds is not None and rates.has_bounds(found.least):
        figures.append(_bounds_figure(names[first], bounds, rates))
    figures.append(
        KeyFigure(
            f"With a score {after_words(look)}",
            f"{rates.seen:,} of {rates.due:,}",
            f"Of the {course_nouns(look)[1]} that are over and due up to this infusion, those with "
            f"a baseline and a {measure.name} score",
            change=f"{percent(rates.seen / rates.due)} of those due" if rates.due else "",
        )
    )
    return figures


def _result_definition(measure: Instrument, result: Result) -> str:
    if result is Result.RESPONSE:
        return f"An improvement of at least {measure.response_percent:g} % of the baseline"
    if result is Result.REMISSION:
        return f"A score of {measure.remission_at_most:g} or less. {measure.source}"
    return (
        f"Better than the baseline by at least {_points_words(measure)}, beyond measurement error"
    )


def _bounds_figure(name: str, bounds: Bounds, rates: Rates) -> KeyFigure:
    return KeyFigure(
        f"{name}, worst to best",
        f"{percent_range(*bounds)}\N{NO-BREAK SPACE}%",
        "The rate if none of those without a score, or if all of them, had reached it: however "
        "they did, the truth for all that are due lies between",
        change=f"{count_words(rates.due - rates.seen, 'score')} missing of {rates.due:,} due",
    )


def by_number_finding(look: Look, found: Responses) -> Finding:
    """The rates by infusion, of at least one infusion with enough courses."""
    names = result_names(look.measure)
    first, *others = (_course_words(found.shown, *each) for each in names.items())
    title = "; ".join([first, *(f"{each[:1].lower()}{each[1:]}" for each in others)])
    return Finding(
        key="outcome-response",
        title=title,
        subtitle=_subtitle(look),
        chart=response_chart(found.by_number, names, look.number, found.least),
        table=lambda: _numbers(found.shown, names, found.least),
        alt=f"Dots with intervals by infusion. {title}",
        note="Dot and line: rate with its 95 % Wilson interval. Pale bar: from worst to best, had "
        "none or all of the missing scores been one. Shaded: the chosen infusion. Not drawn: "
        f"fewer than {found.least} courses. A dot, when chosen, lists its courses.",
    )


def _course_words(shown: Sequence[Rates], result: Result, name: str) -> str:
    """The first and the last of the rates that are shown."""
    told = [
        (each.number, rate.estimate)
        for each in shown
        if (rate := each.rate(result)) is not None and rate.estimate is not None
    ]
    if not told:
        return f"{name}: no data"
    (first, before), (last, after) = told[0], told[-1]
    if first == last:
        return f"{name}: {percent(after)} after infusion {last}"
    return f"{name}: {percent(before)} after infusion {first}, {percent(after)} after {last}"


def _subtitle(look: Look) -> str:
    name, many = plain(look.measure.name), course_nouns(look)[1].capitalize()
    acute = look.cohort.kind is ScoreKind.ACUTE
    rule = {
        Missing.OBSERVED: f"{many} with a score on {name} "
        + ("within 72 hours after the infusion" if acute else "after the infusion"),
        Missing.CARRIED: f"{many} with a score on {name} up to the infusion; the latest counts",
        Missing.ALL: f"All {many.lower()} due on {name}; whoever has no score counts as none",
    }[look.missing]
    return f"{rule}; their number under each infusion"


def _numbers(shown: Sequence[Rates], names: Names, least: int) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"After infusion": each.number, **_row(each, result, name, least)}
            for each in shown
            for result, name in names.items()
        ]
    )


def _row(rates: Rates, result: Result, name: str, least: int) -> dict[str, Any]:
    rate = rates.rate(result)
    bounds = rates.bounds(result) if rates.has_bounds(least) else None
    return {
        "Result": name,
        "Missing scores": str(rates.missing),
        "Reached": None if rate is None else rate.events,
        "Of": None if rate is None else rate.n,
        "%": _in_percent(None if rate is None else rate.estimate),
        "95 % CI from": _in_percent(None if rate is None else rate.low),
        "to": _in_percent(None if rate is None else rate.high),
        "Worst, %": _in_percent(None if bounds is None else bounds[0]),
        "Best, %": _in_percent(None if bounds is None else bounds[1]),
        "With a score": rates.seen,
        "Due": rates.due,
    }


def _in_percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)


def by_rule_finding(look: Look, found: Responses) -> Finding | None:
    """The rates of the chosen infusion under each rule; ``None`` where none is shown."""
    names, least = result_names(look.measure), found.least
    first, *_ = names
    hidden = hidden_rules(found)
    shown = [each for each in found.by_rule if each.missing not in hidden]
    if not shown:
        return None
    of_all = found.by_rule[0]
    title = _rule_words(found, shown, first, f"{names[first]} {after_words(look)}")
    return Finding(
        key="outcome-rules",
        title=title,
        subtitle=f"{of_all.seen:,} of {count_courses(look, of_all.due)} due have a score; beside "
        "each rule the number that it takes",
        chart=rules_chart(
            found.by_rule,
            names,
            hidden,
            hidden.get(of_all.missing, ""),
        ),
        table=lambda: pd.DataFrame(
            [_row(each, result, name, least) for each in shown for result, name in names.items()]
        ),
        alt=f"Dots with intervals for each rule for missing scores. {title}",
        note="The same infusion under each rule for missing scores. Pale: from worst to best. A "
        "dot, when chosen, lists its courses.",
    )


def hidden_rules(found: Responses) -> dict[Missing, str]:
    """The rules whose rates are not shown side by side, and why.

    Beside the observed, those carried forward would tell what a few others had reached. Where they
    are the chosen rule, which the large picture shows, it is the other rules that are left out.
    """
    least, chosen = found.least, found.at_number
    if chosen.is_shown(least) and chosen.carries_few(least):
        few = f"Fewer than {least} differ from those carried forward: not shown"
        return {each.missing: few for each in found.by_rule if each.missing is not chosen.missing}
    hidden = {
        each.missing: _few_words(each, least) for each in found.by_rule if not each.is_shown(least)
    }
    for each in found.by_rule:
        if each.carries_few(least) and each.seen >= least:
            hidden[each.missing] = f"Fewer than {least} carried forward: not shown"
    return hidden


def _few_words(rates: Rates, least: int) -> str:
    """Why a rate is not shown."""
    return f"Fewer than {least}: not shown" if rates.seen else "No data"


def _rule_words(found: Responses, shown: Sequence[Rates], result: Result, name: str) -> str:
    told = [
        rate.estimate
        for each in shown
        if (rate := each.rate(result)) is not None and rate.estimate is not None
    ]
    if not told:
        return f"{name}: no data"
    low, high = percent(min(told)), percent(max(told))
    if len(told) == 1 < len(found.by_rule):
        return f"{name}: {low}, under the one rule that can be shown"
    if low == high:
        return f"{name}: {low}, whichever rule for missing scores"
    return f"{name}: {low} to {high}, by the rule for missing scores"
