"""The limits that a clinic sets for itself, each with its default and where that comes from.

No body agrees on limits for ketamine infusions ("There is no standard safety monitoring", KSET
consensus 2022), so each is a setting for the medical director to sign off. What an instrument's
authors have published (bands, response, remission, reliable change) is no setting and stands in
:mod:`clinical.instruments`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple


class Limit(NamedTuple):
    """What one threshold means.

    ``name`` is its key in the database and on the command line; ``lowest`` and ``highest`` bound
    what it may be set to; ``whole``: only whole numbers.
    """

    name: str
    default: float
    unit: str
    lowest: float
    highest: float
    meaning: str
    source: str
    whole: bool


def _limit(
    default: float, unit: str, lowest: float, highest: float, meaning: str, source: str
) -> Any:
    whole = isinstance(default, int)
    return field(
        default=default, metadata={"limit": (unit, lowest, highest, meaning, source, whole)}
    )


_OWN = "our default"
_REFERENCE = "our default, after Rodrigues 2021 and published esketamine procedures"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Every threshold, at its default unless set otherwise. Frozen, so it can be part of a key."""

    cssrs_high: int = _limit(
        3,
        "level",
        1,
        3,
        "C-SSRS screener level from which a patient is listed whatever the level before",
        "Columbia Lighthouse Project triage: 3 is high",
    )
    concern_days: int = _limit(
        28,
        "days",
        1,
        365,
        "how long a rise of item 9 or of the C-SSRS level is listed as new",
        _OWN,
    )
    review_after: int = _limit(
        4,
        "infusions",
        1,
        20,
        "the review point of an induction: a score after this infusion shows whether it helps",
        "our default, between Bio-K 2023 (after 3) and the end of a usual induction (6)",
    )
    review_improvement: int = _limit(
        25,
        "%",
        5,
        50,
        "improvement from the baseline below which there is no response at the review point",
        "usual limit of partial response",
    )
    lost_scores: int = _limit(
        2,
        "scores",
        1,
        6,
        "scores in a row without response after which a response is lost in maintenance",
        "Murrough 2013: two visits in a row",
    )
    decline_days: int = _limit(
        60,
        "days",
        7,
        365,
        "how long a worsening or a lost response is listed as new",
        "our default: two usual booster intervals",
    )
    slow_improvement: int = _limit(
        20,
        "%",
        5,
        50,
        "improvement from the baseline below which a patient counts as slow, a multiple of 5",
        _OWN,
    )
    amber_systolic: int = _limit(
        165, "mmHg", 120, 220, "systolic pressure from which it is high", "Rodrigues 2021"
    )
    amber_diastolic: int = _limit(
        100, "mmHg", 70, 140, "diastolic pressure from which it is high", "Rodrigues 2021"
    )
    red_systolic: int = _limit(
        180, "mmHg", 120, 240, "systolic pressure that is red in two readings in a row", _REFERENCE
    )
    red_diastolic: int = _limit(
        110, "mmHg", 70, 160, "diastolic pressure that is red in two readings in a row", _REFERENCE
    )
    stop_systolic: int = _limit(
        200, "mmHg", 120, 260, "systolic pressure that is red in a single reading", _REFERENCE
    )
    stop_diastolic: int = _limit(
        120, "mmHg", 70, 180, "diastolic pressure that is red in a single reading", _REFERENCE
    )
    amber_spo2: int = _limit(94, "%", 80, 100, "oxygen saturation below which it is low", _OWN)
    red_spo2: int = _limit(90, "%", 70, 100, "oxygen saturation below which it is red", _OWN)
    red_sedation: int = _limit(
        3, "MOAA/S", 0, 5, "sedation score at which, or below, it is red", _OWN
    )
    high_heart_rate: int = _limit(
        120, "a minute", 80, 200, "heart rate above which it is high", _OWN
    )
    low_heart_rate: int = _limit(50, "a minute", 30, 80, "heart rate below which it is low", _OWN)
    event_days: int = _limit(
        28, "days", 1, 365, "how long a red event of the last infusion is listed", _OWN
    )
    treated_induction_days: int = _limit(
        28,
        "days",
        7,
        182,
        "how long after the last infusion a patient in induction counts as under treatment",
        "scores belong to the last infusion for 28 days",
    )
    treated_maintenance_days: int = _limit(
        84,
        "days",
        28,
        365,
        "how long after the last infusion a patient in maintenance counts as under treatment",
        "12 weeks is the longest booster interval in published programmes",
    )
    overdue_induction_days: int = _limit(
        21,
        "days",
        3,
        60,
        "days without a depression score from which one is overdue in induction",
        "our default: the two weeks that PHQ-9 asks for, and one to come for the next",
    )
    overdue_maintenance_days: int = _limit(
        60,
        "days",
        14,
        365,
        "days without a depression score from which one is overdue in maintenance",
        "our default: two usual booster intervals",
    )
    interval_factor: float = _limit(
        1.5,
        "times",
        1.0,
        5.0,
        "how many times the patient's own usual booster interval may pass",
        _OWN,
    )
    interval_needs: int = _limit(
        3, "intervals", 2, 12, "booster intervals needed to know a patient's usual one", _OWN
    )
    bladder_days: int = _limit(
        182, "days", 30, 730, "days after which the bladder is due to be asked about", _OWN
    )
    bladder_infusions: int = _limit(
        12, "infusions", 1, 100, "infusions after which the bladder is due to be asked about", _OWN
    )
    liver_days: int = _limit(
        182,
        "days",
        30,
        730,
        "days after which liver values are due in maintenance",
        "our default; every 3 to 6 months in long maintenance",
    )
    weight_days: int = _limit(
        30, "days", 7, 365, "days after which the weight is due, by which the dose goes", _OWN
    )
    vitals_during_minutes: int = _limit(
        10,
        "minutes",
        5,
        60,
        "how often vital signs are due during an infusion",
        "our default; blood pressure every 10 minutes at Yale 2024 and Emory 2018",
    )
    vitals_after_minutes: int = _limit(
        15,
        "minutes",
        5,
        120,
        "how often vital signs are due from the end of an infusion to the discharge",
        "our default; every 15 minutes afterwards at Emory 2018",
    )
    vitals_late_minutes: int = _limit(
        5, "minutes", 1, 30, "how far from its time a measurement still counts as on time", _OWN
    )
    false_alarm_years: float = _limit(
        1.0,
        "years",
        0.25,
        20.0,
        "how long a clinic in which nothing changes goes, on average, between two false marks on "
        "the whole Side effects page",
        _OWN,
    )
    run_rules: int = _limit(
        2,
        "level",
        0,
        2,
        "what marks a side effect: 0 single points, 1 also runs on one side of the centre line, "
        "2 also cumulative sums",
        "our default: cumulative sums find a lasting rise soonest (Steiner 2000)",
    )
    late_notice_hours: int = _limit(
        24,
        "hours",
        1,
        168,
        "a cancellation with less notice than this is late: the slot can hardly be filled again",
        _OWN,
    )
    rhythm_per_week: int = _limit(
        2,
        "infusions",
        1,
        7,
        "an induction keeps its rhythm when its planned infusions are given at so many a week",
        "our default: six in two to three weeks is the usual induction",
    )
    block_covers: int = _limit(
        90,
        "%",
        50,
        99,
        "share of stays that the suggested length of an infusion's block is long enough for",
        _OWN,
    )
    turnover_minutes: int = _limit(
        10,
        "min",
        0,
        60,
        "time to make a chair ready for the next patient, part of the suggested block",
        _OWN,
    )
    own_record_weight: int = _limit(
        10,
        "appointments",
        1,
        100,
        "the clinic's missed rate weighs as much as so many appointments of the patient's own",
        _OWN,
    )
    smallest_group: int = _limit(
        5,
        "patients",
        1,
        30,
        "a group of fewer patients than this is not shown as a rate or a mean of its own",
        _OWN,
    )
    early_hours: int = _limit(
        30,
        "hours",
        6,
        72,
        "until when after the first infusion a score tells of its first day",
        "our default: a score that is due after 24 hours often comes some hours later",
    )


DEFAULTS = Thresholds()
"""Every threshold at its default."""

LIMITS: tuple[Limit, ...] = tuple(
    Limit(each.name, getattr(DEFAULTS, each.name), *each.metadata["limit"])
    for each in fields(Thresholds)
)
"""What each threshold means, in the order in which they are shown."""
_LIMIT_BY_NAME = {limit.name: limit for limit in LIMITS}


class ThresholdError(ValueError):
    """A threshold that cannot be set so; the message says what would be right."""


def find_limit(name: str) -> Limit:
    """The threshold of that name. Raises :class:`ThresholdError` where there is none."""
    try:
        return _LIMIT_BY_NAME[name]
    except KeyError:
        raise ThresholdError(f"There is no threshold {name!r}.") from None


def checked_value(name: str, value: float) -> float:
    """The value, if the threshold may be set to it; else raises :class:`ThresholdError`."""
    limit = find_limit(name)
    if not limit.lowest <= value <= limit.highest:  # so is what is no number (nan)
        raise ThresholdError(
            f"{name} must lie between {limit.lowest:g} and {limit.highest:g} {limit.unit}, "
            f"not {value:g}."
        )
    if limit.whole and value != int(value):
        raise ThresholdError(f"{name} takes a whole number, not {value:g}.")
    if name == "slow_improvement" and value % 5:
        raise ThresholdError(f"{name} takes a multiple of 5, not {value:g}.")
    return value


def thresholds_from(values: Mapping[str, float]) -> Thresholds:
    """The thresholds with some set otherwise; a name or a value that is not known is passed over.

    A database may have been written by another version of the program.
    """
    kept: dict[str, Any] = {}
    for name, value in values.items():
        try:
            checked = checked_value(name, value)
        except ThresholdError:
            continue
        kept[name] = int(checked) if find_limit(name).whole else checked
    return Thresholds(**kept)
