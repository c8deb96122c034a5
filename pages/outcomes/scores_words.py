"""The answer of the view Scores in a sentence, its key figures and its definitions."""

from math import isnan

from charts.numbers import percent
from charts.outcome_scores import between, decimals, signed
from charts.score_words import improvement
from clinical.codes import ScoreKind
from clinical.incidence import proportion
from pages.outcomes.scores_known import ScoresKnown
from pages.outcomes.words import taken_words
from pages.shared.frame import KeyFigure
from pages.shared.words import count_words, rate_words

_SPACE = "\N{NO-BREAK SPACE}"


def score_words(kind: ScoreKind) -> str:
    """What the chosen scores are: ``settled score``."""
    return "score" if kind is ScoreKind.ACUTE else "settled score"


def scores_answer(known: ScoresKnown) -> str:
    """By how much the mean changed, in one sentence."""
    row, name = known.chosen, known.measure.name
    taken = taken_words(known.kind, known.number)
    of_due = count_words(known.due, known.unit)
    if row is None:
        if known.due < known.least:
            return (
                f"Fewer than {known.least} {known.units} that are over go up to infusion "
                f"{known.number}, so no mean {name} is told of it."
            )
        return (
            f"Fewer than {known.least} of {of_due} have a {score_words(known.kind)} on {name} "
            f"{taken}, so no mean is told of it."
        )
    places = decimals(known.measure)
    movement = f"{signed(row['baseline'], places)} → {signed(row['score'], places)}"
    told = f"n {int(row['n']):,} of {of_due}"
    if row["change_sd"] == 0:
        return (
            f"{name} changed by the same in every {known.unit} with a score {taken}: "
            f"**{points_words(row['change'], places)}** ({movement}; {told})."
        )
    range_words = f"95 % CI {between(row['change_low'], row['change_high'], places)}"
    if row["change_low"] <= 0 <= row["change_high"]:
        return (
            f"{name} was **not clearly different** on average {taken} from the baseline of the "
            f"same {known.units}: {points_words(row['change'], places)} ({movement}; "
            f"{range_words}; {told})."
        )
    return (
        f"{name} was **{points_words(row['change'], places)}** on average {taken} than at the "
        f"baseline of the same {known.units} ({movement}; {range_words}; {told})."
    )


def points_words(change: float, places: int) -> str:
    """An improvement in points: ``8.4 points better``, ``2.1 points worse``, ``no change``."""
    size = signed(abs(change), places)
    if float(size) == 0:
        return "no change"
    unit = "point" if float(size) == 1 else "points"
    return f"{size}{_SPACE}{unit} {'better' if change > 0 else 'worse'}"


def scores_figures(known: ScoresKnown) -> list[KeyFigure]:
    """The mean change, its effect size, the median and who got reliably worse."""
    row = known.chosen
    if row is None:
        return []
    places = decimals(known.measure)
    taken = taken_words(known.kind, known.number)
    return [
        KeyFigure(
            "Mean improvement",
            f"{signed(row['change'], places)} points",
            f"Mean of the changes of the {known.units} with a score {taken}, each from its own "
            "baseline; positive is better. Interval: Student's t.",
            change=f"95 % CI {between(row['change_low'], row['change_high'], places)}",
        ),
        _effect_figure(row["effect"], row["effect_low"], row["effect_high"]),
        _median_figure(known),
        _worse_figure(known),
    ]


def _effect_figure(effect: float, low: float, high: float) -> KeyFigure:
    if isnan(effect):
        return KeyFigure(
            "Effect size d",
            "no data",
            "Neither the baselines nor the scores differ, so there is no spread to compare with.",
        )
    return KeyFigure(
        "Effect size d",
        signed(effect, 2),
        "The mean improvement over the spread of the scores: the square root of the mean of the "
        "variances of baseline and later score. Interval: Bonett 2008.",
        change=f"95 % CI {between(low, high, 2)}",
    )


def _median_figure(known: ScoresKnown) -> KeyFigure:
    fall = known.fall
    label = "Median improvement"
    meaning = (
        f"Half of the {known.units} improved by more than this, in % of the baseline. A baseline "
        "of 0 has no percentage."
    )
    if fall.n < known.least:
        return KeyFigure(label, "no data", meaning, change=f"fewer than {known.least}")
    lower, median, upper = fall.quartiles
    return KeyFigure(
        label,
        improvement(median),
        meaning,
        change=f"middle half {signed(lower, 0)} to {signed(upper, 0)}{_SPACE}%; n {fall.n:,}",
    )


def _worse_figure(known: ScoresKnown) -> KeyFigure:
    changes = known.changes[known.changes["number"] == known.number].iloc[0]
    rate = proportion(int(changes["worse"]), int(changes["n"]))
    unit = "point" if known.points == 1 else "points"
    return KeyFigure(
        f"Worse by {known.points:g} {unit} or more",
        percent(rate.estimate),
        f"{rate.events:,} of {rate.n:,} {known.units}. {_CHANGE_SOURCE}",
        change=rate_words(rate).partition(", ")[2],
    )


_CHANGE_SOURCE = (
    "So many points are beyond the measurement error of one person, by the source of the "
    "questionnaire where it gives any."
)

SCORES_DEFINITIONS = """
- **Settled scores** are taken before the next infusion, or later than 72 hours after one. Scores
  **within 72 hours** are taken while the infusion still acts: they have marks of their own, are
  joined with nothing, and enter no mean of the others. Only scores that were observed count here.
- **Baseline**: the last score in the 14 days up to the first infusion; in maintenance that of the
  induction before it. Those with a score after one infusion are not those with one after another,
  so each mean stands beside the mean baseline of the same courses (dashed), and the mark at 0 is
  the baseline of those with a settled score after the chosen infusion (or the last before it that
  enough have).
- **Mean improvement**: the mean of the courses' own changes from their baselines, in points;
  positive is better, also where a higher score is better (WHO-5). A difference of two points of the
  line is no change of the same courses. Intervals of means: 95 %, Student's t with n - 1 degrees of
  freedom; none where all scores are the same, because it would have no width.
- **Effect size d**: the mean improvement over √((s₀² + s₁²) / 2), where s₀ and s₁ are the standard
  deviations of the baselines and of the scores of the same courses (d_av in Lakens 2013; as the
  effect of 1.5 in McInnes 2022). Interval: Bonett 2008, for pairs with unequal variances, normal,
  without a correction for small n. Divided by the spread of the changes it would be another number.
  It describes change under treatment, without a comparison group: what would have come by itself is
  in it.
- **Waterfall**: improvement in % of each course's baseline; the reader may compare its course with
  the mean. A baseline of 0 has no percentage and is left out. Of more than 400 courses each bar is
  one of 100 equal shares and stands at the middle course of its share.
- **Better and worse**: by at least the reliable change of the questionnaire (PHQ-9 6 and GAD-7 4
  points, NHS Talking Therapies; MADRS 10, PMID 33261932; PCL-5 15, Marx 2022; WHO-5 10, Topp 2015);
  QIDS-SR16 has no agreed figure and takes 5 points; of a single item one level. Reached exactly
  counts.
- **Not told by this**: courses without a score after the infusion are in no mean. Who drops out may
  have fared worse; how many they are stands in the strip that
  says whose outcomes these are.
"""
