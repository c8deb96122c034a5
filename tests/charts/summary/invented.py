"""An invented patient's summary, for the tests and for a look at it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from charts.summary.content import (
    Column,
    InfusionMark,
    Level,
    LevelKind,
    PatientSummary,
    PhaseChange,
    ScorePoint,
    Table,
    TrajectoryData,
)
from clinical.codes import Phase, Timepoint
from clinical.instruments import GAD7, PHQ9, WHO5, Instrument

START = datetime(2026, 3, 2, 9)  # noqa: DTZ001 - the clinic's own clock
INDUCTION_DAYS = (0, 3, 7, 10, 14, 17)
MAINTENANCE_DAYS = (45, 73, 101, 129, 157, 188, 220)


def at(days: float) -> datetime:
    return START + timedelta(days=days)


def infusion_marks() -> tuple[InfusionMark, ...]:
    doses = {0: "0.50", 7: "0.60", 73: "0.70"}
    return tuple(
        InfusionMark(at(day), number, phase, doses.get(day, ""))
        for phase, days in (
            (Phase.INDUCTION, INDUCTION_DAYS),
            (Phase.MAINTENANCE, MAINTENANCE_DAYS),
        )
        for number, day in enumerate(days, start=1)
    )


def trajectory(instrument: Instrument = PHQ9, *, has_baseline: bool = True) -> TrajectoryData:
    """A course that goes from severe to mild on the instrument's own scale."""
    span = instrument.highest - instrument.lowest

    def total(share: float) -> float:
        kept = 1 - share if instrument.higher_is_better else share
        return round(instrument.lowest + kept * span)

    before = [(-2, 0.78), (3, 0.7), (7, 0.59), (14, 0.41), (17, 0.37), (45, 0.3), (73, 0.22)]
    before += [(101, 0.26), (157, 0.15), (188, 0.19), (220, 0.33)]
    points = [
        ScorePoint(
            at(day - 0.05),
            total(share),
            Timepoint.BASELINE if day < 0 else Timepoint.BEFORE_INFUSION,
            joined=day not in {-2, 14, 157},
        )
        for day, share in before
    ]
    points += [ScorePoint(at(day), total(share), Timepoint.AFTER_INFUSION) for day, share in AFTER]
    points += [ScorePoint(at(day), total(share), Timepoint.FOLLOW_UP) for day, share in LATER]
    baseline = total(0.78)
    levels = [
        Level(LevelKind.BASELINE, baseline, f"Baseline {baseline:g}", start=at(-2)),
    ]
    if instrument.response_percent:
        levels.append(
            Level(LevelKind.RESPONSE, baseline / 2, f"Response {baseline / 2:g}", start=at(-2))
        )
    if not has_baseline:
        levels = []
        points = points[1:]
    if instrument.remission_at_most is not None:
        remission = instrument.remission_at_most
        levels.append(Level(LevelKind.REMISSION, remission, f"Remission {remission:g}"))
    return TrajectoryData(
        title=f"{instrument.name} fell from 21 to 9, a response, not a remission",
        subtitle=f"{len(points)} scores, 13 infusions; two scores before infusions are missing",
        points=tuple(sorted(points, key=lambda point: point.when)),
        infusions=infusion_marks(),
        changes=(PhaseChange(at(0), "Induction"), PhaseChange(at(45), "Maintenance")),
        levels=tuple(levels),
        bands=instrument.bands,
        lowest=instrument.lowest,
        highest=instrument.highest,
        higher_is_better=instrument.higher_is_better,
    )


AFTER = [(1, 0.52), (8, 0.33), (46, 0.15)]
LATER = [(24, 0.44), (120, 0.3)]


def infusion_rows(count: int) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (
            f"Induction {number}" if number < 7 else f"Maintenance {number - 6}",
            f"{at(4 * number):%d %b %Y}",
            "40 mg",
            "0.50",
            "40",
            f"{14 + number % 9}/{6 + number % 5}",
            f"{95 + number % 4}",
            "Drowsiness (1), dissociation (2), nausea (1)" if number % 3 else "None",
            "60" if number % 3 else "",
            "Blood pressure" if number == 4 else "",
        )
        for number in range(1, count + 1)
    )


COLUMNS = (
    Column("Infusion"),
    Column("Date"),
    Column("Dose", is_number=True),
    Column("mg/kg", is_number=True),
    Column("Minutes", is_number=True),
    Column("Rise, mmHg", is_number=True),
    Column("Lowest SpO₂, %", is_number=True),
    Column("Side effects (grade)"),
    Column("Passed after, min", is_number=True),
    Column("Stopped early"),
)

SUMMARY = PatientSummary(
    patient_name="Ines Example-Muster",
    record_number="Record number D-000123",
    born="Born 3 Mar 1981 (45 years)",
    site="Riverside",
    facts=(
        "Treatment-resistant depression (F33.2)",
        "4 failed antidepressants",
        "Provider: A. Invented",
        "Maintenance, 7 given",
    ),
    sentences=(
        "PHQ-9 fell from 21 (baseline, 28 Feb 2026) to 9 before maintenance infusion 7: "
        "57 % better, a response, not in remission.",
        "Response since the score before induction infusion 5 (14 days after the first infusion); "
        "the change of 12 points is more than measurement error (reliable change: 6 points).",
        "Of 41 comparable patients with less than 20 % improvement after infusion 3, 9 later "
        "responded (22 %, 95 % CI 12–37).",
        "Item 9 (thoughts of being better off dead) rose from 0 to 1 on 8 Oct 2026.",
    ),
    trajectories=(trajectory(),),
    changes=Table(
        title="Change since baseline",
        note="The latest score before an infusion against the baseline of the series",
        columns=(
            Column("Questionnaire"),
            Column("Baseline", is_number=True),
            Column("Latest", is_number=True),
            Column("Better", is_number=True),
            Column("Response"),
            Column("Remission"),
            Column("Reliable change"),
        ),
        rows=(
            ("PHQ-9", "21", "9", "57 %", "Yes, day 14", "No", "Yes, day 7 (6 points)"),
            ("GAD-7", "16", "7", "56 %", "Yes, day 14", "No", "Yes, day 10 (4 points)"),
            ("WHO-5", "22", "67", "205 %", "No rule", "No rule", "Yes, day 10 (10 points)"),
        ),
        empty="Not evaluable: no baseline was recorded.",
    ),
    suicidal_thoughts=(
        "PHQ-9 item 9: first 2 (28 Feb 2026), last 1 (8 Oct 2026); it rose from 0 to 1 while the "
        "total fell.",
        "C-SSRS screener: first moderate (28 Feb 2026), last low (8 Oct 2026). No open concern.",
    ),
    infusions=Table(
        title="Infusions",
        note="13 infusions; 13 with measurements, 12 with a side-effect form",
        columns=COLUMNS,
        rows=infusion_rows(13),
        empty="No infusion has been recorded.",
    ),
    ledger=(
        "13 infusions, 560 mg of ketamine in total, over 7.3 months; the last 3 intervals: 28, 31 "
        "and 32 days.",
        "Days since the last check: bladder 41 (due every 182), liver 120 (due every 182), weight "
        "not recorded.",
    ),
    definitions=(
        "Response: at least 50 % below the baseline. Remission: PHQ-9 below 5 (McInnes 2022). "
        "Reliable change: 6 points (NHS Talking Therapies). Bands: Kroenke 2001.",
        "Baseline: the last score in the 14 days before the first infusion of the series. Scores "
        "within 72 hours after an infusion are shown, but never compared with those before one.",
    ),
    data_as_of="Data as of 23 Nov 2026, 07:40 EST",
    printed="Printed 23 Nov 2026, 08:05 EST",
    stamp=datetime(2026, 11, 23, 12, 40, tzinfo=UTC),
    is_demo=True,
)


def with_infusions(count: int) -> PatientSummary:
    return replace(SUMMARY, infusions=replace(SUMMARY.infusions, rows=infusion_rows(count)))


def three_instruments() -> PatientSummary:
    return replace(SUMMARY, trajectories=tuple(trajectory(one) for one in (PHQ9, GAD7, WHO5)))
