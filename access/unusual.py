"""Which looks at patients are unusual, and why: questions to ask, never accusations.

Pure rules over what the audit trail and the clinic's calendar hold. No body has published limits
for a clinic of this kind, so every limit is our default (:class:`Limits`), to be weighed by whoever
answers for the clinic's records.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

NOBODY = 0
"""Stands for the patient where a line is about none: keys of patients count from 1."""


class Reason(StrEnum):
    """Why something is unusual, in a few words."""

    NOT_IN_CARE = "not in care then"
    NAMESAKE = "same family name"
    MANY = "many patients in a day"
    LATE = "unusual hour"
    ELSEWHERE = "site seldom looked at"
    REFUSED = "refused repeatedly"
    TAKEN_OUT = "many patients taken out"
    NEW_ADDRESS = "new address"
    AWAY = "back after a long time"


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on something is unusual; every limit is our default.

    ``care_days``: around the look, without appointment, infusion, booking or referral.
    ``many``: patients in a day, and ``times_usual`` times the person's usual day (the median of the
    others, of at least ``known_days``; else of everybody's days). ``first_hour``, ``last_hour``: by
    the site's clock. ``site_share``: of the patients whom the person looked at, of at least
    ``site_patients``. ``refusals`` and ``taken_out`` (patients in files): in a day.
    ``address_days``: without a sign-in from there; ``away_days``: without doing anything.
    """

    care_days: int = 30
    many: int = 20
    times_usual: float = 2.0
    known_days: int = 5
    first_hour: int = 6
    last_hour: int = 22
    site_share: float = 0.05
    site_patients: int = 20
    refusals: int = 5
    taken_out: int = 100
    address_days: int = 90
    away_days: int = 90


LIMITS = Limits()
"""The defaults."""


def rule_words(limits: Limits = LIMITS) -> dict[Reason, str]:
    """What each reason means, with its limits; for whoever reads the list."""
    return {
        Reason.NOT_IN_CARE: "the record of a patient who has no appointment, infusion, booking or "
        f"referral within {limits.care_days} days of the look",
        Reason.NAMESAKE: "the patient has the family name of whoever looked",
        Reason.MANY: f"records of at least {limits.many} patients in a day, and at least "
        f"{limits.times_usual:g} times as many as on the person's usual day (the median of the "
        f"others in the period and the two weeks before it; of everybody's days where fewer than "
        f"{limits.known_days} are known)",
        Reason.LATE: f"a record opened before {limits.first_hour:02}:00 or from "
        f"{limits.last_hour:02}:00 on, by the clock of the patient's site",
        Reason.ELSEWHERE: "a patient of a site from which at most "
        f"{100 * limits.site_share:g} % of the patients are at whom the person looks (of at least "
        f"{limits.site_patients})",
        Reason.REFUSED: f"refused {limits.refusals} times or more in a day",
        Reason.TAKEN_OUT: f"files about {limits.taken_out} patients or more in a day",
        Reason.NEW_ADDRESS: "signed in from an address from which the person has not signed in "
        f"within {limits.address_days} days, though from another",
        Reason.AWAY: f"did nothing for {limits.away_days} days, and then something",
    }


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at. Times are seconds since 1970, days count from 1970 by a site's clock.

    ``looks``: each time a record was opened, in the period (``within``) and the weeks before it:
    ``who``, ``at``, ``day`` and ``minute`` (after midnight), ``patient_key``, ``site_key`` (-1: not
    known), ``within``. ``visits``: ``patient_key`` and ``day`` of all that somebody may have had to
    do with a patient for. ``namesakes``: ``who`` and ``patient_key``.
    ``refusals``: ``who``, ``address``, ``at``, ``day``; ``exports``: ``who``, ``at``, ``day``,
    ``people``; ``sign_ins``, in order: ``who``, ``address``, ``at``, ``day``, ``within``;
    ``returns``: of who did something in the period, ``who``, ``at`` and ``day`` of the first, and
    ``days_away`` since the last before.
    """

    looks: pd.DataFrame
    visits: pd.DataFrame
    namesakes: pd.DataFrame
    refusals: pd.DataFrame
    exports: pd.DataFrame
    sign_ins: pd.DataFrame
    returns: pd.DataFrame

    @property
    def looks_within(self) -> pd.DataFrame:
        """The looks in the period."""
        return self.looks[self.looks["within"].to_numpy(bool)]


@dataclass(frozen=True, slots=True)
class Found:
    """What the rules found.

    ``lines``: a row for each person, day and patient (or none), at most as many as were asked for:
    ``who``, ``day``, ``patient_key`` (:data:`NOBODY`: about none), ``first`` and ``last``
    (seconds), ``times``, ``reasons`` (tuple of :class:`Reason`), ``words``. In the order of the
    people; of one person those with the most reasons first, then the latest. ``all_lines``: how
    many there are.

    ``people``: whom they are about: ``who``, ``at_once`` (most reasons of one line), ``different``
    (reasons), ``lines``, ``last`` (seconds), ``reasons`` (tuple). First whoever has the most
    reasons at once, then the most different ones, then the most lines.
    """

    lines: pd.DataFrame
    all_lines: int
    people: pd.DataFrame


Marks = pd.DataFrame | None
"""What a rule marks, ``None`` where that is nothing.

Columns: ``who``, ``day``, ``patient_key``, ``first``, ``last``, ``times``, and what its words are
made of (``count``, ``of``, ``where``).
"""

_LINE = ["who", "day", "patient_key"]
_SPAN = ["first", "last", "times"]
_SAID = ["count", "of", "where"]
"""What the words of a mark are made of."""
_REASONS = tuple(Reason)


def find_unusual(
    facts: Facts, limits: Limits = LIMITS, *, who: str | None = None, most: int = 200
) -> Found:
    """All that is unusual, of everybody; ``lines`` of one person only where ``who`` is given."""
    marks = _all_marks(facts, limits)
    lines = marks.groupby(_LINE, sort=False, as_index=False).agg(
        first=("first", "min"), last=("last", "max"), times=("times", "max"), held=("bit", "sum")
    )
    lines["reasons"] = [_reasons(held) for held in lines["held"]]
    lines["at_once"] = _lengths(lines["reasons"])
    people = _people(lines)
    asked = lines if who is None else lines[lines["who"] == who]
    rank = asked["who"].map({each: place for place, each in enumerate(people["who"])})
    order = np.lexsort((-asked["last"], -asked["at_once"], rank))[:most]
    listed = asked.iloc[order].drop(columns=["held", "at_once"]).reset_index(drop=True)
    return Found(listed.assign(words=_words_of(listed, marks, limits)), len(asked), people)


def _all_marks(facts: Facts, limits: Limits) -> pd.DataFrame:
    """What each rule marks, each reason once on a line; ``bit``: the reason as a power of two."""
    found = [
        rows.assign(reason=place, bit=1 << place)
        for place, reason in enumerate(_REASONS)
        if (rows := RULES[reason](facts, limits)) is not None and len(rows)
    ]
    if not found:
        numbers = dict.fromkeys(("day", "patient_key", *_SPAN, "reason", "bit"), "int64")
        kinds = {"who": "str", **numbers, **dict.fromkeys(_SAID, "object")}
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})
    return pd.concat(found, ignore_index=True).drop_duplicates([*_LINE, "reason"])


def _reasons(held: int) -> tuple[Reason, ...]:
    return tuple(reason for place, reason in enumerate(_REASONS) if held >> place & 1)


def _people(lines: pd.DataFrame) -> pd.DataFrame:
    people = lines.groupby("who", as_index=False).agg(
        at_once=("at_once", "max"),
        lines=("at_once", "size"),
        last=("last", "max"),
        reasons=("held", lambda held: _reasons(int(np.bitwise_or.reduce(held.to_numpy())))),
    )
    people["different"] = _lengths(people["reasons"])
    order = ["at_once", "different", "lines", "last"]
    sorted_people = people.sort_values([*order, "who"], ascending=[False] * 4 + [True])
    return sorted_people.reset_index(drop=True)


def _lengths(held: Iterable[tuple[Reason, ...]]) -> npt.NDArray[np.int64]:
    return np.array([len(reasons) for reasons in held], np.int64)


def _words_of(lines: pd.DataFrame, marks: pd.DataFrame, limits: Limits) -> list[str]:
    """The reasons of each line in a sentence's words."""
    place = {tuple(line): number for number, line in enumerate(lines[_LINE].to_numpy())}
    is_listed = marks["who"].isin(lines["who"]) & marks["day"].isin(lines["day"])
    said: list[list[str]] = [[] for _ in range(len(lines))]
    of_listed = marks[is_listed].sort_values("reason", kind="stable")
    for mark in of_listed[[*_LINE, "times", "reason", *_SAID]].itertuples(index=False):
        number = place.get((mark.who, mark.day, mark.patient_key))
        if number is not None:
            said[number].append(_words(mark, limits))
    return ["; ".join(each) for each in said]


def _words(mark: Any, limits: Limits) -> str:
    reason: Reason = _REASONS[mark.reason]
    match reason:
        case Reason.NOT_IN_CARE:
            return f"no appointment, infusion, booking or referral within {limits.care_days} days"
        case Reason.NAMESAKE:
            return "the patient has this person’s family name"
        case Reason.MANY:
            return f"{mark.count:,} patients in a day; {mark.of:g} on a usual one"
        case Reason.LATE:
            first, last = _clock(mark.count), _clock(mark.of)
            return f"at {first}" if first == last else f"{first}–{last}"
        case Reason.ELSEWHERE:
            return f"of this site are {mark.count:,} of the {mark.of:,} patients looked at"
        case Reason.REFUSED:
            not_signed_in = f" at {mark.where}, not signed in" if mark.where else ""
            return f"refused {mark.times:,} times{not_signed_in}"
        case Reason.TAKEN_OUT:
            files = "1 file" if mark.times == 1 else f"{mark.times:,} files"
            return f"{files} about {mark.count:,} patients"
        case Reason.NEW_ADDRESS:
            return f"signed in from {mark.where}, for the first time in long"
        case Reason.AWAY:
            return f"the first time in {mark.count:,} days"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _marks(
    rows: pd.DataFrame, count: object = None, of: object = None, where: object = ""
) -> pd.DataFrame:
    """Rows with ``who``, ``day``, ``first``, ``last``, ``times``, as marks with what they say.

    They are about no patient where they have no ``patient_key``.
    """
    marked = rows if "patient_key" in rows.columns else rows.assign(patient_key=NOBODY)
    said: dict[str, Any] = {"count": count, "of": of, "where": where}
    return marked.assign(**said)[[*_LINE, *_SPAN, *_SAID]].astype(dict.fromkeys(_SAID, object))


def _looks_as_lines(looks: pd.DataFrame) -> pd.DataFrame:
    """A row for each person, day and patient of some looks, with the minutes of first and last."""
    return looks.groupby(_LINE, as_index=False).agg(
        first=("at", "min"),
        last=("at", "max"),
        times=("at", "size"),
        earliest=("minute", "min"),
        latest=("minute", "max"),
    )


def not_in_care(facts: Facts, limits: Limits) -> Marks:
    """Looks at a patient with whom nothing was due or done for weeks before and after."""
    looks = facts.looks_within
    is_apart = _days_to_visit(looks, facts.visits) > limits.care_days
    return _marks(_looks_as_lines(looks[is_apart])) if is_apart.any() else None


_DAYS = 1 << 20
"""More than there are days, so that patient and day are one number."""


def _days_to_visit(looks: pd.DataFrame, visits: pd.DataFrame) -> npt.NDArray[np.float64]:
    """From each look to the nearest visit of its patient, in days; infinite where there is none."""
    known = np.unique(_one_number(visits))
    asked = _one_number(looks)
    nearest: npt.NDArray[np.float64] = np.full(len(asked), np.inf)
    if not len(known):
        return nearest
    place = np.searchsorted(known, asked)
    for visit in (known[np.maximum(place - 1, 0)], known[np.minimum(place, len(known) - 1)]):
        is_same = visit // _DAYS == asked // _DAYS
        nearest = np.where(is_same, np.minimum(nearest, np.abs(visit - asked)), nearest)
    return nearest


def _one_number(rows: pd.DataFrame) -> npt.NDArray[np.int64]:
    patients, days = (rows[name].to_numpy(np.int64) for name in ("patient_key", "day"))
    joined: npt.NDArray[np.int64] = patients * _DAYS + days
    return joined


def namesake(facts: Facts, _limits: Limits) -> Marks:
    """Looks at somebody of one's own family name."""
    looks = facts.looks_within
    of_somebodys_name = looks[looks["patient_key"].isin(facts.namesakes["patient_key"])]
    own = of_somebodys_name.merge(facts.namesakes, on=["who", "patient_key"])
    return _marks(_looks_as_lines(own)) if len(own) else None


def many(facts: Facts, limits: Limits) -> Marks:
    """Days with far more patients than the person's other days."""
    days = _patients_by(facts.looks, "day")
    full = days[days["patients"] >= limits.many]
    if full.empty:
        return None
    of_period = facts.looks_within.groupby(["who", "day"], as_index=False).agg(
        first=("at", "min"), last=("at", "max"), times=("at", "size")
    )
    asked = of_period.merge(full, on=["who", "day"])
    usual = [_usual(days, *each, limits) for each in zip(asked["who"], asked["day"], strict=True)]
    asked = asked.assign(usual=np.array(usual, np.float64))
    marked = asked[asked["patients"] >= limits.times_usual * asked["usual"]]
    return _marks(marked, marked["patients"], marked["usual"])


def _patients_by(looks: pd.DataFrame, unit: str) -> pd.DataFrame:
    """The different patients at whom each person looked, by day or by site."""
    once = looks[["who", unit, "patient_key"]].drop_duplicates()
    return once.groupby(["who", unit]).size().rename("patients").reset_index()


def _usual(days: pd.DataFrame, who: str, day: int, limits: Limits) -> float:
    """The median of the person's other days; of everybody else's where too few are known."""
    is_own = (days["who"] == who).to_numpy()
    patients = days["patients"].to_numpy()
    own = patients[is_own & (days["day"] != day).to_numpy()]
    others = own if len(own) >= limits.known_days else patients[~is_own]
    return float(np.median(others)) if len(others) else 0.0


def late(facts: Facts, limits: Limits) -> Marks:
    """Looks before the first or after the last usual hour."""
    looks = facts.looks_within
    minute = looks["minute"].to_numpy()
    is_late = (minute < 60 * limits.first_hour) | (minute >= 60 * limits.last_hour)
    if not is_late.any():
        return None
    lines = _looks_as_lines(looks[is_late])
    return _marks(lines, lines["earliest"], lines["latest"])


def elsewhere(facts: Facts, limits: Limits) -> Marks:
    """Looks at patients of a site at which the person looks at hardly anybody."""
    sites = _patients_by(facts.looks[facts.looks["site_key"].to_numpy() >= 0], "site_key")
    sites["whole"] = sites.groupby("who")["patients"].transform("sum")
    is_few = sites["patients"] <= limits.site_share * sites["whole"]
    seldom = sites[is_few & (sites["whole"] >= limits.site_patients)]
    if seldom.empty:
        return None
    looks = facts.looks_within.merge(seldom, on=["who", "site_key"])
    told = looks.drop_duplicates(_LINE)[[*_LINE, "patients", "whole"]]
    lines = _looks_as_lines(looks).merge(told, on=_LINE)
    return _marks(lines, lines["patients"], lines["whole"])


def refused(facts: Facts, limits: Limits) -> Marks:
    """Days on which a person, or an address where nobody was signed in, was refused repeatedly."""
    rows = facts.refusals
    if rows.empty:
        return None
    where = rows["address"].where(rows["who"] == "", "")
    days = _by_day(rows.assign(where=where), "where")
    repeated = days[days["times"] >= limits.refusals].sort_values("times", ascending=False)
    return _marks(repeated, where=repeated["where"])


def _by_day(rows: pd.DataFrame, *further: str) -> pd.DataFrame:
    grouped = rows.groupby(["who", "day", *further], as_index=False)
    return grouped.agg(first=("at", "min"), last=("at", "max"), times=("at", "size"))


def taken_out(facts: Facts, limits: Limits) -> Marks:
    """Days on which a person took files about many patients out."""
    if facts.exports.empty:
        return None
    sums = facts.exports.groupby(["who", "day"], as_index=False)["people"].sum()
    days = _by_day(facts.exports).merge(sums, on=["who", "day"])
    large = days[days["people"] >= limits.taken_out]
    return _marks(large, large["people"])


def new_address(facts: Facts, limits: Limits) -> Marks:
    """Sign-ins from where the person has not signed in for long, though from elsewhere."""
    rows = facts.sign_ins
    since_any = rows["at"] - rows.groupby("who")["at"].shift()
    since_here = rows["at"] - rows.groupby(["who", "address"])["at"].shift()
    seconds = 86_400 * limits.address_days
    is_new = (since_any <= seconds) & ~(since_here <= seconds) & rows["within"].astype(bool)
    new = rows[is_new]
    if new.empty:
        return None
    places = new.groupby(["who", "day"])["address"].agg(_listed).rename("where").reset_index()
    days = _by_day(new).merge(places, on=["who", "day"])
    return _marks(days, where=days["where"])


def _listed(places: "pd.Series[str]") -> str:
    return ", ".join(dict.fromkeys(places))


def away(facts: Facts, limits: Limits) -> Marks:
    """The first thing that a person did after a long time."""
    rows = facts.returns[facts.returns["days_away"] >= limits.away_days]
    if rows.empty:
        return None
    return _marks(rows.assign(first=rows["at"], last=rows["at"], times=1), rows["days_away"])


RULES: dict[Reason, Callable[[Facts, Limits], Marks]] = {
    Reason.NOT_IN_CARE: not_in_care,
    Reason.NAMESAKE: namesake,
    Reason.MANY: many,
    Reason.LATE: late,
    Reason.ELSEWHERE: elsewhere,
    Reason.REFUSED: refused,
    Reason.TAKEN_OUT: taken_out,
    Reason.NEW_ADDRESS: new_address,
    Reason.AWAY: away,
}
"""The rule behind each reason."""
