"""Putting one patient's infusions into series, as the clinic says or as the rule derives."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from clinical.calendar import day_number
from clinical.codes import Phase
from clinical.series import derive_courses, sequence_numbers
from data_access.facts.records import InfusionRecord, PatientRecords, SeriesRecord, SiteRecord


class PlacedInfusion(NamedTuple):
    """An infusion with its site, its clinic day, and its place in a series."""

    record: InfusionRecord
    site: SiteRecord
    clinic_day: date
    series: SeriesRecord
    number: int
    last_of_series: bool


@dataclass(slots=True)
class Course:
    """A series and its infusions, in time order."""

    series: SeriesRecord
    infusions: list[PlacedInfusion] = field(default_factory=list)

    @property
    def started_day(self) -> int:
        """The clinic day of its first infusion; before there is one, the day that was recorded."""
        first = self.infusions[0].clinic_day if self.infusions else self.series.started_on
        return day_number(first)


class Courses(NamedTuple):
    """One patient's series by their start, and all the infusions in time order."""

    by_start: list[Course]
    by_key: dict[int, Course]
    infusions: list[PlacedInfusion]

    @property
    def latest(self) -> Course | None:
        """The series that began last."""
        return self.by_start[-1] if self.by_start else None

    @property
    def derived_series(self) -> list[SeriesRecord]:
        """The derived series that are in use."""
        return [course.series for course in self.by_start if course.series.derived]

    @property
    def treated(self) -> list[Course]:
        """The series with an infusion, by their start."""
        return [course for course in self.by_start if course.infusions]

    @property
    def second_induction(self) -> int | None:
        """The clinic day on which the second induction began; ``None`` where there is none."""
        inductions = [each for each in self.treated if each.series.phase is Phase.INDUCTION]
        return inductions[1].started_day if len(inductions) > 1 else None

    def under_way(self, day: int) -> Course | None:
        """The latest series that began on or before a day."""
        begun = [course for course in self.by_start if course.started_day <= day]
        return begun[-1] if begun else None


def derived_series_id(patient_key: int, ordinal: int) -> str:
    """The identifier of a patient's derived series, counted from 1 in time order."""
    return f"derived:{patient_key}:{ordinal}"


def place_infusions(
    records: PatientRecords, sites: dict[str, SiteRecord], new_keys: Iterator[int]
) -> Courses:
    """The patient's series, given and derived, and every infusion's place in them.

    A derived series keeps its key as long as its identifier is in use; others take ``new_keys``.
    """
    clinic_days = [
        infusion.started_at.astimezone(sites[infusion.site_id].zone).date()
        for infusion in records.infusions
    ]
    series = _series_of_infusions(records, clinic_days, new_keys)
    numbers, last = _numbers(records.infusions, series)
    infusions = [
        PlacedInfusion(
            record=record,
            site=sites[record.site_id],
            clinic_day=clinic_days[position],
            series=series[position],
            number=numbers[position],
            last_of_series=position in last,
        )
        for position, record in enumerate(records.infusions)
    ]
    return _by_start(records.series, infusions)


def _numbers(
    infusions: list[InfusionRecord], series: list[SeriesRecord]
) -> tuple[dict[int, int], set[int]]:
    """By position in time: each infusion's number in its series, and which are the last."""
    members: dict[int, list[int]] = {}
    for position, its_series in enumerate(series):
        members.setdefault(its_series.series_key, []).append(position)
    numbers: dict[int, int] = {}
    for positions in members.values():
        given = [infusions[position].given_number for position in positions]
        numbers.update(zip(positions, sequence_numbers(given), strict=True))
    return numbers, {positions[-1] for positions in members.values()}


def _series_of_infusions(
    records: PatientRecords, clinic_days: list[date], new_keys: Iterator[int]
) -> list[SeriesRecord]:
    """The series of each infusion, in their order."""
    given = {series.series_id: series for series in records.series if not series.derived}
    stored = {series.series_id: series for series in records.series if series.derived}
    found: dict[int, SeriesRecord] = {}
    bare: list[int] = []
    for position, infusion in enumerate(records.infusions):
        if infusion.given_series_id is None:
            bare.append(position)
        else:
            found[position] = given[infusion.given_series_id]
    runs = derive_courses([day_number(clinic_days[position]) for position in bare])
    for ordinal, run in enumerate(runs, 1):
        series_id = derived_series_id(records.patient.patient_key, ordinal)
        series = SeriesRecord(
            patient_key=records.patient.patient_key,
            patient_id=records.patient.patient_id,
            series_key=stored[series_id].series_key if series_id in stored else next(new_keys),
            series_id=series_id,
            phase=run.phase,
            started_on=clinic_days[bare[run.first]],
            planned_infusions=None,
            derived=True,
        )
        for position in bare[run.first : run.end]:
            found[position] = series
    return [found[position] for position in range(len(records.infusions))]


def _by_start(stored: list[SeriesRecord], infusions: list[PlacedInfusion]) -> Courses:
    """Given series, also those without an infusion, and the derived ones that are in use."""
    by_key = {series.series_key: Course(series) for series in stored if not series.derived}
    for infusion in infusions:
        course = by_key.setdefault(infusion.series.series_key, Course(infusion.series))
        course.infusions.append(infusion)
    by_start = sorted(
        by_key.values(), key=lambda course: (course.started_day, course.series.series_id)
    )
    return Courses(by_start, by_key, infusions)
