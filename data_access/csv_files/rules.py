"""What the cells of one row must agree on (errors) and what is merely unlikely (warnings).

A rule names the columns that it compares and says when it is broken; a row that lacks one of them
keeps the rule. Impossible is an error: it stops the import. Implausible is a warning: a value far
outside of what clinics record is more often a slip of the pen, or another unit, than a fact. The
limits of plausibility are the project's own, set wide, and not clinical advice.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from clinical.instruments import INSTRUMENTS, Instrument
from data_access.csv_files.findings import Finding, Values
from data_access.csv_files.rows import ITEMS
from data_access.csv_files.written import written

RESERVED_SERIES = "derived:"
"""How the identifiers of series begin that the program derives."""

_SLACK = timedelta(days=1)  # between the clock of this machine and that of the source
_LONG_INFUSION = timedelta(hours=3)
_SHORT_INFUSION = timedelta(minutes=5)
_LONG_STAY = timedelta(hours=24)
_LONG_APPOINTMENT = timedelta(hours=12)
_OLDEST = timedelta(days=110 * 365.25)
_AROUND_INFUSION = timedelta(hours=24)
_LATE_ONSET = timedelta(days=7)
_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition over some columns, of which the last one is blamed."""

    columns: tuple[str, ...]
    broken: Callable[..., bool]
    problem: str
    expected: str
    is_error: bool = False

    def check(self, values: Values) -> Finding | None:
        """The finding, where the rule is broken."""
        given = tuple(map(values.__getitem__, self.columns))
        if None in given or not self.broken(*given):
            return None
        value = written(given[-1])
        return Finding(self.columns[-1], value, self.problem, self.expected, self.is_error)


def _before(earlier: str, later: str) -> Rule:
    """One time must not lie after another."""
    return Rule(
        (earlier, later),
        lambda first, second: second < first,
        f"is before {earlier}",
        f"{earlier} or later",
        is_error=True,
    )


def _strictly_before(earlier: str, later: str) -> Rule:
    """One time must lie before another."""
    return Rule(
        (earlier, later),
        lambda first, second: second <= first,
        f"is not later than {earlier}",
        f"a time after {earlier}",
        is_error=True,
    )


def _usual(column: str, low: float, high: float, unit: str) -> Rule:
    """A measured value usually lies in a range."""
    return Rule(
        (column,),
        lambda value: not low <= value <= high,
        "is implausible",
        f"usually {low:g} to {high:g} {unit}",
    )


def _not_in_future(*columns: str) -> list[Rule]:
    """What is recorded has happened."""
    return [Rule((column,), _is_future, "lies in the future", "a past time") for column in columns]


def _is_future(moment: date) -> bool:
    latest = datetime.now(UTC) + _SLACK
    return moment > (latest if isinstance(moment, datetime) else latest.date())


_NOT_RESERVED = Rule(
    ("series_id",),
    lambda series_id: series_id.startswith(RESERVED_SERIES),
    "begins like a series that this program derives",
    f"another identifier, or an empty cell; {RESERVED_SERIES!r} is reserved",
    is_error=True,
)

_OPENING_HOURS = [_strictly_before("opens", "closes")]

_PATIENTS = [
    Rule(("birth_date",), _is_future, "lies in the future", "a past day", is_error=True),
    Rule(
        ("birth_date",),
        lambda born: datetime.now(UTC).date() - born > _OLDEST,
        "is implausible",
        "usually an age of up to 110 years",
    ),
    _before("birth_date", "referred_on"),
    _usual("failed_antidepressants", 0, 20, "medicines"),
    *_not_in_future("referred_on"),
]

_SERIES = [_NOT_RESERVED]

_APPOINTMENTS = [
    _strictly_before("scheduled_start", "scheduled_end"),
    _before("booked_at", "cancelled_at"),
    Rule(
        ("appointment_id", "rescheduled_from"),
        lambda own, former: own == former,
        "is the appointment's own identifier",
        "the appointment that this one replaces",
        is_error=True,
    ),
    Rule(
        ("scheduled_start", "scheduled_end"),
        lambda start, end: end - start > _LONG_APPOINTMENT,
        "is more than 12 hours after scheduled_start",
        "an end on the same day",
    ),
    Rule(
        ("scheduled_start", "status"),
        lambda start, status: status in {"fulfilled", "noshow"} and _is_future(start),
        "is the outcome of an appointment in the future",
        "booked, arrived or cancelled",
    ),
    Rule(
        ("cancelled_at", "status"),
        lambda _, status: status != "cancelled",
        "contradicts cancelled_at",
        "cancelled, or an empty cancelled_at",
    ),
    *_not_in_future("booked_at", "cancelled_at"),
]

_INFUSIONS = [
    _NOT_RESERVED,
    _before("started_at", "ended_at"),
    _before("started_at", "discharged_at"),
    _before("ended_at", "discharged_at"),
    Rule(
        ("weight_kg", "dose_mg"),
        lambda weight, dose: dose / weight > 2,
        "is over 2 mg per kg of body weight",
        "usually 0.1 to 2 mg/kg",
    ),
    Rule(
        ("weight_kg", "dose_mg"),
        lambda weight, dose: dose / weight < 0.1,
        "is under 0.1 mg per kg of body weight",
        "usually 0.1 to 2 mg/kg",
    ),
    _usual("dose_mg", 1, 300, "mg"),
    _usual("weight_kg", 30, 250, "kg"),
    Rule(
        ("started_at", "ended_at"),
        lambda start, end: end - start >= _LONG_INFUSION,
        "is 3 hours or more after started_at",
        "usually 40 to 60 minutes after it",
    ),
    Rule(
        ("started_at", "ended_at"),
        lambda start, end: timedelta() <= end - start < _SHORT_INFUSION,
        "is less than 5 minutes after started_at",
        "usually 40 to 60 minutes after it",
    ),
    Rule(
        ("started_at", "discharged_at"),
        lambda start, left: left - start > _LONG_STAY,
        "is more than 24 hours after started_at",
        "a time on the same day",
    ),
    Rule(
        ("stopped_early", "stop_reason"),
        lambda stopped, _: not stopped,
        "is given, but stopped_early is false",
        "an empty stop_reason, or true in stopped_early",
    ),
    *_not_in_future("started_at"),
]

_VITAL_SIGNS = [
    _usual("systolic_mmhg", 70, 220, "mmHg"),
    _usual("diastolic_mmhg", 35, 130, "mmHg"),
    Rule(
        ("systolic_mmhg", "diastolic_mmhg"),
        lambda systolic, diastolic: systolic <= diastolic,
        "is not below the systolic pressure",
        "a value below systolic_mmhg",
    ),
    _usual("heart_rate_bpm", 35, 180, "beats per minute"),
    _usual("spo2_percent", 70, 100, "%"),
    *_not_in_future("measured_at"),
]

_ASSESSMENTS = _not_in_future("completed_at")

_SIDE_EFFECTS = [
    _before("onset_at", "resolved_at"),
    Rule(
        ("grade",),
        lambda grade: grade == 5,
        "means that the patient died of it",
        "grade 5 only for a death",
    ),
    *_not_in_future("onset_at", "resolved_at"),
]

_MEDICATIONS = [_before("started_on", "stopped_on")]

_CHECKS = _not_in_future("done_on")

_RULES: dict[str, list[Rule]] = {
    "opening_hours": _OPENING_HOURS,
    "patients": _PATIENTS,
    "series": _SERIES,
    "appointments": _APPOINTMENTS,
    "infusions": _INFUSIONS,
    "vital_signs": _VITAL_SIGNS,
    "assessments": _ASSESSMENTS,
    "side_effects": _SIDE_EFFECTS,
    "medications": _MEDICATIONS,
    "checks": _CHECKS,
}

_NEAR_INFUSION = {
    "vital_signs": Rule(
        ("started_at", "measured_at"),
        lambda start, measured: abs(measured - start) > _AROUND_INFUSION,
        "is more than 24 hours from the start of the infusion",
        "a time on the day of the infusion",
    ),
    "side_effects": Rule(
        ("started_at", "onset_at"),
        lambda start, onset: not timedelta() <= onset - start <= _LATE_ONSET,
        "is before the infusion or more than 7 days after it",
        "a time from the start of the infusion",
    ),
}


def check_row(stem: str, values: Values, bad: Collection[str] = ()) -> list[Finding]:
    """What is wrong or unlikely in one row of a file, given its cells by column.

    ``bad`` are the columns whose cells could not be read: they have no value here, and are not
    reported again for lacking one.
    """
    found = [rule.check(values) for rule in _RULES.get(stem, ())]
    findings = [finding for finding in found if finding is not None]
    if stem == "assessments":
        findings += _check_score(values, bad)
    return findings


def check_near_infusion(stem: str, values: Values, started_at: datetime) -> Finding | None:
    """What is unlikely in a row of an infusion that started at a time."""
    rule = _NEAR_INFUSION[stem]
    column = rule.columns[-1]
    return rule.check({"started_at": started_at, column: values[column]})


def _check_score(values: Values, bad: Collection[str]) -> Iterator[Finding]:
    instrument = INSTRUMENTS.get(values["instrument"])
    if instrument is None:
        return
    yield from _check_items(instrument, values)
    if not any(column in bad for column in ("total_score", *ITEMS)):
        yield from _check_total(instrument, values)


def _check_items(instrument: Instrument, values: Values) -> Iterator[Finding]:
    low, high = instrument.item_lowest, instrument.item_highest
    for column in ITEMS[: instrument.items]:
        item = values[column]
        if item is not None and not low <= item <= high:
            yield Finding(
                column,
                written(item),
                f"is out of the range of an item of {instrument.name}",
                f"a whole number from {low} to {high}",
            )
    for column in ITEMS[instrument.items :]:
        if values[column] is not None:
            yield Finding(
                column,
                written(values[column]),
                f"is given, but {instrument.name} has {instrument.items} items",
                "an empty cell",
            )


def _check_total(instrument: Instrument, values: Values) -> Iterator[Finding]:
    total = values["total_score"]
    items = [values[column] for column in ITEMS[: instrument.items]]
    scored = instrument.score(items) if instrument.score and None not in items else None
    if total is None:
        if scored is None:
            yield Finding("total_score", None, "is empty", _total_or_items(instrument))
    elif not instrument.lowest <= total <= instrument.highest:
        yield Finding(
            "total_score",
            written(total),
            f"is out of the range of {instrument.name}",
            f"a number from {instrument.lowest:g} to {instrument.highest:g}",
        )
    elif scored is not None and abs(scored - total) > _TOLERANCE:
        yield Finding(
            "total_score",
            written(total),
            f"does not agree with the items, which give {scored:g} by the rule of "
            f"{instrument.name}",
            f"{scored:g}, or other items",
        )


def _total_or_items(instrument: Instrument) -> str:
    if instrument.score is None:
        return f"the level of {instrument.name}, {instrument.lowest:g} to {instrument.highest:g}"
    return f"a total, or all {instrument.items} items of {instrument.name}"
