"""Published figures of ketamine infusions for depression, and which of them can stand beside ours.

Response in the literature runs from 18 to 72 %, because of the instrument, the hours since the
infusion and who was lost, not because of the drug. So a published figure stands beside the clinic's
only where the instrument, the time and the definition are the same and known to be so. Each figure
here was read in its source, mostly in the abstract; what an abstract does not tell is not guessed:
a missing ``n`` gives no interval, and an unknown time no place beside a figure of ours.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum

from clinical.course_scores import AFTER_DAYS
from clinical.incidence import Proportion, proportion
from clinical.instruments import GAD7, MADRS, PHQ9, QIDS_SR16, Instrument
from clinical.measures import THOUGHTS

INDUCTION_INFUSIONS = (4, 8)
"""How many infusions an induction has in McInnes 2022."""
INDUCTION_DAYS = (7, 28)
"""Days from the first to the last infusion of an induction in McInnes 2022."""
SAKURAI_INFUSIONS = 6
"""Infusions of an induction in Sakurai 2020: two a week for three weeks."""


class Outcome(Enum):
    """What was found: in words, and whether it is a share of people.

    ``ROSE``: the score is worse than at baseline, by whatever little. ``FELL`` and ``FREE`` are of
    those who had it at baseline: the score is better, or has gone down to nought. ``KEPT``: of
    those who had responded. ``EFFECT``: standardised mean change.
    """

    RESPONSE = "response"
    REMISSION = "remission"
    ROSE = "any rise of the score"
    FELL = "fall of the score"
    FREE = "free of it"
    KEPT = "response kept"
    EFFECT = "effect size"


class When(StrEnum):
    """When the score was taken, in words."""

    AFTER_INDUCTION = (
        f"{AFTER_DAYS[0]}–{AFTER_DAYS[1]} days after an induction of {INDUCTION_INFUSIONS[0]}–"
        f"{INDUCTION_INFUSIONS[1]} infusions in {INDUCTION_DAYS[0]}–{INDUCTION_DAYS[1]} days"
    )
    BEFORE_VISIT = f"before a visit, at the end of an induction of {SAKURAI_INFUSIONS} infusions"
    MODELLED = "estimated over time by a model, not counted among those with a score then"
    HOURS_UNKNOWN = "hours since the infusion not told"
    MIXED = "at various times"
    WEEKS_LATER = "how many they were, and since when the weeks count, not told"


COMPARABLE = (When.AFTER_INDUCTION, When.BEFORE_VISIT)
"""The times at which the clinic's own scores can be read in the same way."""


class Whose(StrEnum):
    """Who is counted in the denominator, in words.

    ``SCORED``: whoever has a score then. ``WITH_IT``: of those, who had it at baseline.
    ``STARTED``: whoever began, with or without a score then.
    """

    SCORED = "with a score then"
    WITH_IT = "with a score then who had it at baseline"
    STARTED = "who began"


@dataclass(frozen=True, slots=True)
class Study:
    """A publication: its name in a sentence, where to find it, and whom it tells of."""

    name: str
    citation: str
    setting: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a study.

    ``value``: as printed, in % where the outcome is a share; ``about``: the source says
    "approximately" or "half". ``n``: of its denominator, where that is told. ``infusions``,
    ``weeks``: after how many it was read. ``measure``: ``None`` where it is not told, or mixed;
    ``remission_at_most`` where the study's remission differs from our rule for the measure.
    """

    study: Study
    outcome: Outcome
    value: str
    when: When
    measure: Instrument | None
    whose: Whose = Whose.SCORED
    n: int | None = None
    about: bool = False
    infusions: int | None = None
    weeks: int | None = None
    remission_at_most: float | None = None
    note: str = ""

    @property
    def share(self) -> float:
        """The value as a fraction."""
        return float(self.value) / 100

    @property
    def counted(self) -> Proportion | None:
        """The share with its Wilson interval; ``None`` where no n is told.

        How many they were is worked back from the printed %, to the nearest whole.
        """
        if self.n is None or self.outcome is Outcome.EFFECT:
            return None
        return proportion(round(self.share * self.n), self.n)


MCINNES = Study(
    "McInnes 2022",
    "McInnes and others 2022, Journal of Affective Disorders, PMID 35027209",
    "178 community practices in the USA, 2016–2020; 537 of 9,016 treated could be analysed",
)
SAKURAI = Study(
    "Sakurai 2020",
    "Sakurai and others 2020, PMID 32871698",
    "85 outpatients of one hospital with treatment-resistant depression, 2018–2019; 40 stopped "
    "during or right after the induction",
)
OLIVER = Study(
    "Oliver 2022",
    "Oliver and others 2022, Journal of Clinical Psychiatry 83(6), 21m14336",
    "424 patients of a private clinic with treatment-resistant depression, 2017–2021",
)
HIETAMIES = Study(
    "Hietamies 2023",
    "Hietamies and others 2023, Journal of Affective Disorders 335, 484",
    "10 community clinics in the USA, 2017–2020; 714 of 2,758 treated in the analysis of induction",
)
ELEKT_D = Study(
    "ELEKT-D 2023",
    "Anand and others 2023, New England Journal of Medicine",
    "randomised, 195 treated with ketamine, in 5 academic centres",
)
MCINTYRE = Study(
    "McIntyre 2020",
    "McIntyre and others 2020, Canadian Rapid Treatment Center of Excellence",
    "213 outpatients of one clinic, 190 with QIDS-SR16",
)
BIO_K = Study(
    "Bio-K 2023",
    "Parikh and others 2023 (Bio-K)",
    "75 patients at 4 sites, three infusions in 11 days",
)
MURROUGH = Study(
    "Murrough 2013",
    "Murrough and others 2013, Biological Psychiatry 74, 250, PMC3725185",
    "24 patients, six infusions in 12 days, without antidepressants",
)
EKSTRAND = Study(
    "KetECT 2022",
    "Ekstrand and others 2022, PMC9154276",
    "randomised, inpatients, up to 12 infusions; 186 with ketamine or ECT",
)
ALNEFEESI = Study(
    "Alnefeesi 2022",
    "Alnefeesi and others 2022, Journal of Psychiatric Research",
    "79 studies of everyday practice, 2,665 patients",
)
GUTIERREZ = Study(
    "Gutierrez",
    "Gutierrez, Kang and Vazquez; five years of a free public clinic",
    "71 outpatients of a free public clinic",
)

STUDIES = (
    MCINNES,
    SAKURAI,
    OLIVER,
    ELEKT_D,
    MCINTYRE,
    BIO_K,
    MURROUGH,
    EKSTRAND,
    HIETAMIES,
    ALNEFEESI,
    GUTIERREZ,
)
"""All studies, in the order in which they are shown."""

FIGURES: tuple[Figure, ...] = (
    Figure(MCINNES, Outcome.RESPONSE, "53.6", When.AFTER_INDUCTION, PHQ9, n=537),
    Figure(MCINNES, Outcome.REMISSION, "28.9", When.AFTER_INDUCTION, PHQ9, n=537),
    Figure(MCINNES, Outcome.ROSE, "8.4", When.AFTER_INDUCTION, PHQ9, n=537),
    Figure(MCINNES, Outcome.FELL, "73.0", When.AFTER_INDUCTION, THOUGHTS, Whose.WITH_IT),
    Figure(
        MCINNES,
        Outcome.ROSE,
        "6.0",
        When.AFTER_INDUCTION,
        THOUGHTS,
        n=537,
    ),
    Figure(
        SAKURAI,
        Outcome.RESPONSE,
        "18.3",
        When.BEFORE_VISIT,
        QIDS_SR16,
        Whose.STARTED,
        n=82,
        infusions=SAKURAI_INFUSIONS,
        note="15 of the 82 whose induction was over, those who stopped among them; how their "
        "missing scores were counted is not told. Here they count as no response.",
    ),
    Figure(
        MCINNES,
        Outcome.EFFECT,
        "1.5",
        When.AFTER_INDUCTION,
        PHQ9,
        n=537,
        note="The abstract does not say which standard deviation it is in units of.",
    ),
    Figure(MCINNES, Outcome.KEPT, "80", When.WEEKS_LATER, PHQ9, about=True, weeks=4),
    Figure(MCINNES, Outcome.KEPT, "60", When.WEEKS_LATER, PHQ9, about=True, weeks=8),
    Figure(OLIVER, Outcome.RESPONSE, "50", When.MODELLED, PHQ9, weeks=6),
    Figure(OLIVER, Outcome.REMISSION, "20", When.MODELLED, PHQ9, weeks=6),
    Figure(OLIVER, Outcome.RESPONSE, "72", When.MODELLED, PHQ9, infusions=10),
    Figure(OLIVER, Outcome.REMISSION, "38", When.MODELLED, PHQ9, infusions=10),
    Figure(
        OLIVER,
        Outcome.FREE,
        "50",
        When.HOURS_UNKNOWN,
        THOUGHTS,
        Whose.WITH_IT,
        about=True,
        infusions=6,
    ),
    Figure(
        ELEKT_D,
        Outcome.RESPONSE,
        "55.4",
        When.HOURS_UNKNOWN,
        QIDS_SR16,
        Whose.STARTED,
        n=195,
        infusions=6,
    ),
    Figure(MCINTYRE, Outcome.RESPONSE, "27", When.HOURS_UNKNOWN, QIDS_SR16, n=190, infusions=4),
    Figure(MCINTYRE, Outcome.REMISSION, "13", When.HOURS_UNKNOWN, QIDS_SR16, n=190, infusions=4),
    Figure(BIO_K, Outcome.RESPONSE, "45", When.HOURS_UNKNOWN, MADRS, n=73, infusions=1),
    Figure(BIO_K, Outcome.RESPONSE, "67", When.HOURS_UNKNOWN, MADRS, infusions=3),
    Figure(
        BIO_K,
        Outcome.REMISSION,
        "52",
        When.HOURS_UNKNOWN,
        MADRS,
        infusions=3,
        remission_at_most=9,
    ),
    Figure(MURROUGH, Outcome.RESPONSE, "70.8", When.HOURS_UNKNOWN, MADRS, n=24, infusions=6),
    Figure(EKSTRAND, Outcome.REMISSION, "46", When.HOURS_UNKNOWN, MADRS),
    Figure(HIETAMIES, Outcome.EFFECT, "1.56", When.HOURS_UNKNOWN, QIDS_SR16),
    Figure(HIETAMIES, Outcome.EFFECT, "1.17", When.HOURS_UNKNOWN, GAD7),
    Figure(ALNEFEESI, Outcome.RESPONSE, "45", When.MIXED, None),
    Figure(ALNEFEESI, Outcome.REMISSION, "30", When.MIXED, None),
    Figure(GUTIERREZ, Outcome.RESPONSE, "54.9", When.HOURS_UNKNOWN, None, n=71),
)
"""What was read in the sources; in the order in which they are shown."""


def why_apart(figure: Figure) -> str:
    """Why no figure of the clinic's can be read in the same way; empty where one can.

    Of several reasons the first: the instrument, the time, the rule for remission.
    """
    if figure.measure is None:
        return "instrument mixed or not told"
    if figure.when not in COMPARABLE:
        return figure.when.value
    ours, theirs = figure.measure.remission_at_most, figure.remission_at_most
    if figure.outcome is Outcome.REMISSION and theirs not in {None, ours}:
        return f"remission at most {theirs:g} there, at most {ours:g} here"
    return ""
