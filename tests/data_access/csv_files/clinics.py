"""Random clinics in the contract's format: every one of them valid."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from clinical.instruments import INSTRUMENTS, Instrument
from data_access.csv_files.contract import FILE_BY_STEM
from data_access.schema import words

Rows = list[dict[str, str]]
Clinic = dict[str, Rows]

_ZONES = ("America/New_York", "Europe/Berlin", "Asia/Kolkata", "UTC")
_FIRST_DAY = date(2025, 1, 6)

_VISIBLE = st.characters(exclude_categories=("Cc", "Cf", "Co", "Cs", "Zl", "Zp", "Cn"))
_LINE = st.text(_VISIBLE, min_size=1, max_size=12).filter(str.strip)
_NOTE = st.text(_VISIBLE | st.sampled_from("\n\r\t"), min_size=1, max_size=20).filter(str.strip)
_SUFFIX = st.text(st.characters(categories=("L", "N")), max_size=5)
_FLAG = st.sampled_from(["true", "false"])


def _one_of(listed: Iterable[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(list(listed))


def _whole(low: int, high: int) -> st.SearchStrategy[str]:
    return st.integers(low, high).map(str)


def _decimal(low: float, high: float) -> st.SearchStrategy[str]:
    return st.decimals(low, high, places=2).map(str)


def _day(low: int, high: int) -> st.SearchStrategy[str]:
    return st.integers(low, high).map(lambda days: str(_FIRST_DAY + timedelta(days=days)))


class _Builder:
    """Draws the rows of one clinic, file by file."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.rows: Clinic = {stem: [] for stem in FILE_BY_STEM}

    def add(self, stem: str, required: dict[str, str], **optional: Any) -> dict[str, str]:
        """A row whose optional cells, strategies or values, are drawn or left empty."""
        row = dict(required)
        for column, cell in optional.items():
            if cell is not None and self.draw(st.booleans()):
                row[column] = self.draw(cell) if isinstance(cell, st.SearchStrategy) else cell
        self.rows[stem].append(row)
        return row

    def identifier(self, prefix: str, stem: str) -> str:
        return f"{prefix}{len(self.rows[stem])}{self.draw(_SUFFIX)}"

    def any_of(self, stem: str, column: str, **where: str) -> str | None:
        """A row to refer to, if the clinic has one with these values."""
        found = [
            row[column]
            for row in self.rows[stem]
            if all(row.get(name) == value for name, value in where.items())
        ]
        return self.draw(st.sampled_from(found)) if found else None

    def moment(self, site_id: str | None, moment: datetime) -> str:
        """A local time at a site, as the contract allows it to be written."""
        zones = {row["site_id"]: row["time_zone"] for row in self.rows["sites"]}
        zone = ZoneInfo(zones.get(site_id or "", "UTC"))
        forms = [
            moment.replace(tzinfo=zone).isoformat(),
            f"{moment.replace(tzinfo=zone).astimezone(ZoneInfo('UTC')):%Y-%m-%dT%H:%M:%SZ}",
        ]
        if site_id is not None:
            forms.append(moment.isoformat(timespec="seconds"))
        return self.draw(st.sampled_from(forms))

    def daytime(self, low: int = 0, high: int = 400) -> datetime:
        """A local time far from any change of the clocks."""
        day = _FIRST_DAY + timedelta(days=self.draw(st.integers(low, high)))
        minutes = self.draw(st.integers(8 * 60, 17 * 60))
        return datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)  # noqa: DTZ001


@st.composite
def clinics(draw: st.DrawFn) -> Clinic:
    """A clinic with up to two sites and three patients."""
    build = _Builder(draw)
    for _ in range(draw(st.integers(1, 2))):
        _add_site(build)
    for _ in range(draw(st.integers(0, 2))):
        provider = {"provider_id": build.identifier("D", "providers"), "name": draw(_LINE)}
        build.add("providers", provider, role=_one_of(words.PROVIDER_ROLES))
    for _ in range(draw(st.integers(0, 3))):
        _add_patient(build)
    return build.rows


def _add_site(build: _Builder) -> None:
    draw = build.draw
    site_id = build.identifier("S", "sites")
    name, zone = draw(_LINE), draw(st.sampled_from(_ZONES))
    build.add("sites", {"site_id": site_id, "name": name, "time_zone": zone})
    for _ in range(draw(st.integers(0, 2))):
        chair_id = build.identifier("C", "chairs")
        build.add("chairs", {"chair_id": chair_id, "site_id": site_id, "name": draw(_LINE)})
    for weekday in draw(st.sets(st.integers(1, 7), max_size=2)):
        hours = {"site_id": site_id, "weekday": str(weekday), "opens": "08:00", "closes": "12:30"}
        build.add("opening_hours", hours)
        if draw(st.booleans()):
            build.add("opening_hours", {**hours, "opens": "13:00", "closes": "17:05"})
    for day in draw(st.sets(_day(0, 300), max_size=2)):
        build.add("closures", {"site_id": site_id, "date": day}, reason=_NOTE)


def _add_patient(build: _Builder) -> None:
    draw = build.draw
    site_id = build.any_of("sites", "site_id") if draw(st.booleans()) else None
    patient_id = build.identifier("P", "patients")
    patient = {"patient_id": patient_id} | ({"site_id": site_id} if site_id else {})
    build.add(
        "patients",
        patient,
        mrn=build.identifier("M", "patients"),
        given_name=_LINE,
        family_name=_LINE | st.sampled_from(["NA", "Null", "=1+1", "O'Brien, Jr."]),
        birth_date=st.dates(date(1930, 1, 1), date(2010, 1, 1)).map(str),
        sex=_one_of(words.SEXES),
        primary_diagnosis=_one_of(["F33.2", "F32.1", "F31.81", "F43.10", "G35"]),
        failed_antidepressants=_whole(0, 6),
        hypertension=_FLAG,
        referral_source=_LINE,
        referred_on=_day(-200, -1),
    )
    for _ in range(draw(st.integers(0, 1))):
        series_id = build.identifier("R", "series")
        phase = draw(_one_of(words.PHASES))
        series = {"series_id": series_id, "patient_id": patient_id, "phase": phase}
        series["started_on"] = draw(_day(0, 100))
        build.add("series", series, planned_infusions=_whole(1, 60))
    for _ in range(draw(st.integers(0, 2))):
        _add_appointment(build, patient_id)
    for _ in range(draw(st.integers(0, 4))):
        _add_infusion(build, patient_id)
    for _ in range(draw(st.integers(0, 3))):
        _add_assessment(build, patient_id, site_id)
    _add_ledger(build, patient_id)


def _add_appointment(build: _Builder, patient_id: str) -> None:
    draw = build.draw
    site_id = str(build.any_of("sites", "site_id"))
    start = build.daytime()
    booked = start - timedelta(days=draw(st.integers(5, 30)))
    status = draw(_one_of(words.APPOINTMENT_STATUSES))
    cancelled = booked + timedelta(days=2) if status == "cancelled" else None
    build.add(
        "appointments",
        {
            "appointment_id": build.identifier("A", "appointments"),
            "site_id": site_id,
            "kind": draw(_one_of(words.APPOINTMENT_KINDS)),
            "status": status,
            "scheduled_start": build.moment(site_id, start),
            "scheduled_end": build.moment(site_id, start + timedelta(minutes=90)),
        },
        patient_id=patient_id,
        provider_id=build.any_of("providers", "provider_id"),
        chair_id=build.any_of("chairs", "chair_id", site_id=site_id),
        booked_at=build.moment(site_id, booked),
        cancelled_at=build.moment(site_id, cancelled) if cancelled else None,
        cancellation_reason=_NOTE,
        rescheduled_from=build.any_of("appointments", "appointment_id", patient_id=patient_id),
    )


def _add_infusion(build: _Builder, patient_id: str) -> None:
    draw = build.draw
    site_id = str(build.any_of("sites", "site_id"))
    infusion_id = build.identifier("I", "infusions")
    start = build.daytime()
    end = start + timedelta(minutes=draw(st.integers(20, 90)))
    infusion = {
        "infusion_id": infusion_id,
        "patient_id": patient_id,
        "site_id": site_id,
        "started_at": build.moment(site_id, start),
        "dose_mg": draw(_decimal(30, 60)),
    }
    recorded = draw(st.sampled_from(["true", "false", ""]))
    if recorded:
        infusion["side_effects_recorded"] = recorded
    series_id = build.any_of("series", "series_id", patient_id=patient_id)
    row = build.add(
        "infusions",
        infusion,
        series_id=series_id,
        appointment_id=build.any_of(
            "appointments", "appointment_id", patient_id=patient_id, site_id=site_id
        ),
        provider_id=build.any_of("providers", "provider_id"),
        chair_id=build.any_of("chairs", "chair_id", site_id=site_id),
        drug=_one_of(words.DRUGS),
        route=_one_of(words.ROUTES),
        lot_number=_LINE,
        weight_kg=_decimal(50, 120),
        ended_at=build.moment(site_id, end),
        discharged_at=build.moment(site_id, end + timedelta(minutes=45)),
        stopped_early="true",
        stop_reason=_NOTE,
    )
    if "series_id" in row and draw(st.booleans()):
        row["sequence_number"] = str(len(build.rows["infusions"]))
    for minute in draw(st.sets(st.integers(-10, 90), max_size=3)):
        measured = build.moment(site_id, start + timedelta(minutes=minute))
        build.add(
            "vital_signs",
            {"infusion_id": infusion_id, "measured_at": measured},
            systolic_mmhg=_whole(100, 180),
            diastolic_mmhg=_whole(50, 95),
            heart_rate_bpm=_whole(50, 120),
            spo2_percent=_decimal(90, 100),
            sedation_moaas=_whole(0, 5),
        )
    for _ in range(0 if recorded == "false" else draw(st.integers(0, 2))):
        build.add(
            "side_effects",
            {
                "side_effect_id": build.identifier("E", "side_effects"),
                "infusion_id": infusion_id,
                "term": draw(_one_of(["nausea", " Feeling sick ", "Dissociation"]) | _LINE),
            },
            grade=_whole(1, 4),
            onset_at=build.moment(site_id, start + timedelta(minutes=5)),
            resolved_at=build.moment(site_id, start + timedelta(minutes=65)),
            serious=_FLAG,
            action=_one_of(words.SIDE_EFFECT_ACTIONS),
        )


def _add_assessment(build: _Builder, patient_id: str, site_id: str | None) -> None:
    draw = build.draw
    instrument = draw(st.sampled_from(list(INSTRUMENTS.values())))
    row = {
        "assessment_id": build.identifier("Q", "assessments"),
        "patient_id": patient_id,
        "instrument": instrument.name,
        "completed_at": build.moment(site_id, build.daytime()),
    }
    infusion_id = build.any_of("infusions", "infusion_id", patient_id=patient_id)
    build.add("assessments", row | _scores(draw, instrument), infusion_id=infusion_id)


def _scores(draw: st.DrawFn, instrument: Instrument) -> dict[str, str]:
    """Every item, or a total, or both."""
    item = st.integers(instrument.item_lowest, instrument.item_highest)
    if instrument.score is None or draw(st.booleans()):
        return {"total_score": draw(_whole(int(instrument.lowest), int(instrument.highest)))}
    items = draw(st.lists(item, min_size=instrument.items, max_size=instrument.items))
    cells = {f"item_{number}": str(value) for number, value in enumerate(items, start=1)}
    if draw(st.booleans()):
        cells["total_score"] = str(instrument.score(items))
    return cells


def _add_ledger(build: _Builder, patient_id: str) -> None:
    draw = build.draw
    for _ in range(draw(st.integers(0, 1))):
        medication = {
            "medication_id": build.identifier("T", "medications"),
            "patient_id": patient_id,
            "name": draw(_LINE),
        }
        build.add(
            "medications",
            medication,
            started_on=_day(0, 50),
            stopped_on=_day(51, 99),
            **{"class": _one_of(words.MEDICATION_CLASSES)},
        )
        check = {
            "check_id": build.identifier("K", "checks"),
            "patient_id": patient_id,
            "kind": draw(_one_of(words.CHECK_KINDS)),
            "done_on": draw(_day(0, 300)),
        }
        build.add("checks", check, result=_one_of(words.CHECK_RESULTS), value=_NOTE)
