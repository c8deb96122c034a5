"""The pictures of the view Scores, each with what it says and its numbers."""

import pandas as pd

from charts.numbers import percent
from charts.outcome_scores import (
    bands_chart,
    changes_chart,
    decimals,
    effects_chart,
    means_chart,
    reliable_chart,
    signed,
)
from charts.outcome_scores_waterfall import (
    HIGHEST,
    LOWEST,
    cut_off,
    verdict_name,
    waterfall_chart,
)
from clinical.codes import ScoreKind
from clinical.waterfall import Verdict
from pages.outcomes.scores_known import ScoresKnown
from pages.outcomes.scores_words import points_words, score_words
from pages.outcomes.words import taken_words
from pages.shared.frame import Finding
from pages.shared.words import count_words


def means_finding(known: ScoresKnown) -> Finding | None:
    """The large picture; ``None`` where no infusion has enough scores."""
    if all(rows.empty for rows in known.means.values()):
        return None
    title = _means_title(known)
    return Finding(
        key="outcome-scores-means",
        title=title,
        subtitle=_means_subtitle(known),
        chart=means_chart(known.means, known.start, known.measure, known.number, known.units),
        table=lambda: _means_table(known),
        alt=f"{title}. Mean scores by infusion with 95 % intervals, on the bands of severity.",
        note=(
            f"Points that rest on fewer than {known.least} {known.units} are left out. Each "
            "infusion has those with a score then, so a step of the line is not a change of the "
            "same courses; the distance to the dashed line is."
        ),
    )


def _means_title(known: ScoresKnown) -> str:
    row, name = known.chosen, known.measure.name
    if row is None:
        return f"Mean {name} by infusion"
    places = decimals(known.measure)
    return (
        f"{name}: mean {signed(row['baseline'], places)} at baseline, "
        f"{signed(row['score'], places)} {taken_words(known.kind, known.number)}"
    )


def _means_subtitle(known: ScoresKnown) -> str:
    row = known.chosen
    dashed = "bars: 95 % intervals; dashed: the baseline of the same"
    if row is None:
        return _capital(dashed)
    return (
        f"n {int(row['n']):,} of {count_words(known.due, known.unit)} with a "
        f"{score_words(known.kind)} {taken_words(known.kind, known.number)}; {dashed}"
    )


def _means_table(known: ScoresKnown) -> pd.DataFrame:
    parts = [
        pd.DataFrame(
            {
                "Scores": kind.label,
                "After infusion": rows["number"],
                "n": rows["n"],
                "Mean": rows["score"].round(2),
                "SD": rows["score_sd"].round(2),
                "95 % CI from": rows["score_low"].round(2),
                "95 % CI to": rows["score_high"].round(2),
                "Baseline of the same": rows["baseline"].round(2),
                "SD (baseline)": rows["baseline_sd"].round(2),
                "95 % CI from (baseline)": rows["baseline_low"].round(2),
                "95 % CI to (baseline)": rows["baseline_high"].round(2),
            }
        )
        for kind, rows in known.means.items()
        if len(rows)
    ]
    return pd.concat(parts, ignore_index=True)


def waterfall_finding(known: ScoresKnown) -> Finding | None:
    """The waterfall; ``None`` where too few have a percentage."""
    fall = known.fall
    if fall.n < known.least:
        return None
    has_rule = known.measure.response_percent is not None
    title = _waterfall_title(known)
    return Finding(
        key="outcome-scores-waterfall",
        title=title,
        subtitle=_waterfall_subtitle(known),
        chart=waterfall_chart(fall, known.measure, known.units),
        table=lambda: _waterfall_table(known, has_rule=has_rule),
        alt=f"{title}. One bar {_a(known.unit) if fall.of_one else 'for each equal share'}, the "
        "most improved at the left.",
        note=_waterfall_note(known),
    )


def _waterfall_title(known: ScoresKnown) -> str:
    """What the colours say, with the share of each."""
    fall = known.fall
    share = {verdict: count / fall.n for verdict, count in fall.counts.items()}
    taken = taken_words(known.kind, known.number)
    worse = f"{percent(share[Verdict.WORSE])} got worse"
    if known.measure.response_percent is None:
        return f"{percent(share[Verdict.BETTER])} were better {taken}, {worse}"
    return (
        f"{percent(share[Verdict.RESPONSE])} responded {taken}, "
        f"{percent(share[Verdict.BETTER])} improved less, {worse}"
    )


def _waterfall_subtitle(known: ScoresKnown) -> str:
    fall = known.fall
    if fall.of_one:
        bars = f"one bar {_a(known.unit)}"
    else:
        bars = f"each bar one of {len(fall.bars)} equal shares of the {known.units}"
    words = (
        f"n {fall.n:,} {known.units} with a {score_words(known.kind)} "
        f"{taken_words(known.kind, known.number)}; {bars}"
    )
    if fall.no_room:
        words += f"; {count_words(fall.no_room, known.unit)} with a baseline of 0 left out"
    return words


def _a(unit: str) -> str:
    return f"{'an' if unit[0] in 'aeiou' else 'a'} {unit}"


def _waterfall_note(known: ScoresKnown) -> str:
    above, below = cut_off(known.fall)
    parts = []
    if above:
        parts.append(f"{count_words(above, 'bar')} cut off at {HIGHEST:g} %")
    if below:
        parts.append(f"{count_words(below, 'bar')} cut off at {LOWEST:g} %".replace("-", "−"))
    cut = f"{' and '.join(parts)}: see the numbers. " if parts else ""
    rule = (
        ""
        if known.measure.response_percent is not None
        else f"No rule says what a response is on {known.measure.name}, so none is marked. "
    )
    return f"{rule}{cut}Choose a bar for the {known.units} behind it."


def _waterfall_table(known: ScoresKnown, *, has_rule: bool) -> pd.DataFrame:
    bars = known.fall.bars
    table = pd.DataFrame(
        {
            "Bar": range(1, len(bars) + 1),
            "Better by, %": bars["percent"].round(1),
            "Judged as": [
                verdict_name(Verdict(each), has_rule=has_rule) for each in bars["verdict"]
            ],
        }
    )
    if known.fall.of_one:
        return table
    return table.assign(
        **{
            known.units.capitalize(): bars["courses"],
            "From, %": bars["lowest"].round(1),
            "To, %": bars["highest"].round(1),
        }
    )


def smaller_findings(known: ScoresKnown) -> list[Finding]:
    """The pictures of the grid: change, effect size, severity and reliable change."""
    found = [_changes_finding(known), _effects_finding(known)]
    if len(known.bands):
        found.append(_bands_finding(known))
    if len(known.changes):
        found.append(_reliable_finding(known))
    return [finding for finding in found if finding is not None]


def _changes_finding(known: ScoresKnown) -> Finding | None:
    if all(rows.empty for rows in known.means.values()):
        return None
    row, places = known.chosen, decimals(known.measure)
    title = (
        f"Mean improvement of {known.measure.name} by infusion"
        if row is None
        else f"{_capital(points_words(row['change'], places))} on average "
        f"{taken_words(known.kind, known.number)}"
    )
    reliable = known.measure.reliable_change
    return Finding(
        key="outcome-scores-changes",
        title=title,
        subtitle=f"Each {known.unit} from its own baseline, with 95 % intervals; n under each "
        "infusion",
        chart=changes_chart(known.means, known.measure, reliable, known.units),
        table=lambda: _valued_table(known, "change", "Mean improvement, points"),
        alt=f"{title}. Mean improvement in points by infusion with 95 % intervals.",
    )


def _effects_finding(known: ScoresKnown) -> Finding | None:
    if all(rows["effect"].isna().all() for rows in known.means.values()):
        return None
    row = known.chosen
    title = (
        "Effect size by infusion"
        if row is None or pd.isna(row["effect"])
        else f"Effect size {signed(row['effect'], 2)} {taken_words(known.kind, known.number)}"
    )
    return Finding(
        key="outcome-scores-effects",
        title=title,
        subtitle="Mean improvement over the spread of baseline and score, with 95 % intervals; no "
        "comparison group",
        chart=effects_chart(known.means, known.units),
        table=lambda: _valued_table(known, "effect", "Effect size d"),
        alt=f"{title}. Effect size by infusion with 95 % intervals.",
    )


def _valued_table(known: ScoresKnown, column: str, heading: str) -> pd.DataFrame:
    parts = [
        pd.DataFrame(
            {
                "Scores": kind.label,
                "After infusion": rows["number"],
                "n": rows["n"],
                heading: rows[column].round(3),
                "95 % CI from": rows[f"{column}_low"].round(3),
                "95 % CI to": rows[f"{column}_high"].round(3),
            }
        )
        for kind, rows in known.means.items()
        if len(rows)
    ]
    return pd.concat(parts, ignore_index=True)


def _kind_words(known: ScoresKnown) -> str:
    return "Scores within 72 hours" if known.kind is ScoreKind.ACUTE else "Settled scores"


def _bands_finding(known: ScoresKnown) -> Finding:
    names = [band.name for band in known.measure.bands]
    title = _bands_title(known, names)
    return Finding(
        key="outcome-scores-bands",
        title=title,
        subtitle=f"{_kind_words(known)} by severity; n under each infusion",
        chart=bands_chart(known.bands, known.measure, known.units),
        table=lambda: pd.DataFrame(
            {
                "After infusion": known.bands["number"],
                "Severity": [names[band] for band in known.bands["band"]],
                known.units.capitalize(): known.bands["courses"],
                "n": known.bands["n"],
                "%": (100 * known.bands["courses"] / known.bands["n"]).round(1),
            }
        ),
        alt=f"{title}. Shares of {known.units} by severity band and infusion.",
        note="Infusion 0 is the baseline of those with a score after the chosen infusion."
        if (known.bands["number"] == 0).any()
        else "",
    )


def _bands_title(known: ScoresKnown, names: list[str]) -> str:
    """How many were in the least severe band, before and after."""
    best = len(names) - 1 if known.measure.higher_is_better else 0
    rows = known.bands[known.bands["band"] == best].set_index("number")
    if known.number not in rows.index or 0 not in rows.index:
        return f"Severity on {known.measure.name} by infusion"
    shares = rows["courses"] / rows["n"]
    return (
        f"{names[best]}: {percent(shares[0])} at baseline, {percent(shares[known.number])} "
        f"{taken_words(known.kind, known.number)}"
    )


def _reliable_finding(known: ScoresKnown) -> Finding:
    title = _reliable_title(known)
    unit = "point" if known.points == 1 else "points"
    changes = known.changes
    return Finding(
        key="outcome-scores-reliable",
        title=title,
        subtitle=f"{_kind_words(known)} that changed by {known.points:g} {unit} or more from the "
        "baseline; n under each infusion",
        chart=reliable_chart(changes, known.units),
        table=lambda: pd.DataFrame(
            {
                "After infusion": changes["number"],
                "n": changes["n"],
                **{
                    heading: values
                    for name, column in (
                        ("Better", "better"),
                        ("Neither", "same"),
                        ("Worse", "worse"),
                    )
                    for heading, values in (
                        (name, changes[column]),
                        (f"{name}, %", (100 * changes[column] / changes["n"]).round(1)),
                    )
                },
            }
        ),
        alt=f"{title}. Shares that are better, about the same and worse by infusion.",
    )


def _reliable_title(known: ScoresKnown) -> str:
    rows = known.changes[known.changes["number"] == known.number]
    if rows.empty:
        return f"Who changed by {known.points:g} points or more"
    row, unit = rows.iloc[0], "point" if known.points == 1 else "points"
    return (
        f"{percent(row['better'] / row['n'])} better by {known.points:g} {unit} or more, "
        f"{percent(row['worse'] / row['n'])} worse by as much "
        f"{taken_words(known.kind, known.number)}"
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
