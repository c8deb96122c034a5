"""What one row must agree on: impossible values are errors, implausible ones warnings."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from data_access.csv_files.contract import FILE_BY_STEM
from data_access.csv_files.rules import check_near_infusion, check_row

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW):
        yield


def row(stem: str, **values: Any) -> dict[str, Any]:
    """A row with some values and nothing else."""
    return {**dict.fromkeys(FILE_BY_STEM[stem].columns), **values}


def found(stem: str, **values: Any) -> list[tuple[str | None, bool]]:
    """The columns to blame, and whether each is an error."""
    findings = check_row(stem, row(stem, **values))
    return [(finding.column, finding.is_error) for finding in findings]


def at(hours: float, days: int = 0) -> datetime:
    return datetime(2026, 3, 9, tzinfo=UTC) + timedelta(days=days, hours=hours)


ERROR, WARNING = True, False


@pytest.mark.parametrize(
    ("stem", "values", "column", "is_error"),
    [
        ("opening_hours", {"opens": at(9).time(), "closes": at(9).time()}, "closes", ERROR),
        ("patients", {"birth_date": date(2026, 7, 1)}, "birth_date", ERROR),
        ("patients", {"birth_date": date(1905, 1, 1)}, "birth_date", WARNING),
        (
            "patients",
            {"birth_date": date(1990, 1, 1), "referred_on": date(1989, 1, 1)},
            "referred_on",
            ERROR,
        ),
        ("patients", {"failed_antidepressants": 40}, "failed_antidepressants", WARNING),
        ("series", {"series_id": "derived:3:1"}, "series_id", ERROR),
        (
            "appointments",
            {"scheduled_start": at(9), "scheduled_end": at(9)},
            "scheduled_end",
            ERROR,
        ),
        (
            "appointments",
            {"scheduled_start": at(9), "scheduled_end": at(22)},
            "scheduled_end",
            WARNING,
        ),
        ("appointments", {"booked_at": at(9), "cancelled_at": at(8)}, "cancelled_at", ERROR),
        (
            "appointments",
            {"appointment_id": "A-1", "rescheduled_from": "A-1"},
            "rescheduled_from",
            ERROR,
        ),
        (
            "appointments",
            {"scheduled_start": at(9, days=200), "status": "fulfilled"},
            "status",
            WARNING,
        ),
        ("appointments", {"cancelled_at": at(9), "status": "noshow"}, "status", WARNING),
        ("infusions", {"series_id": "derived:3:1"}, "series_id", ERROR),
        ("infusions", {"started_at": at(9), "ended_at": at(8)}, "ended_at", ERROR),
        ("infusions", {"started_at": at(9), "discharged_at": at(8)}, "discharged_at", ERROR),
        ("infusions", {"ended_at": at(9), "discharged_at": at(8)}, "discharged_at", ERROR),
        ("infusions", {"weight_kg": 70.0, "dose_mg": 141.0}, "dose_mg", WARNING),
        ("infusions", {"weight_kg": 70.0, "dose_mg": 6.0}, "dose_mg", WARNING),
        ("infusions", {"dose_mg": 400.0}, "dose_mg", WARNING),
        ("infusions", {"weight_kg": 7.0}, "weight_kg", WARNING),
        ("infusions", {"started_at": at(9), "ended_at": at(13)}, "ended_at", WARNING),
        ("infusions", {"started_at": at(9), "ended_at": at(9)}, "ended_at", WARNING),
        ("infusions", {"started_at": at(9), "discharged_at": at(34)}, "discharged_at", WARNING),
        ("infusions", {"stopped_early": False, "stop_reason": "x"}, "stop_reason", WARNING),
        ("infusions", {"started_at": at(9, days=200)}, "started_at", WARNING),
        ("vital_signs", {"systolic_mmhg": 230}, "systolic_mmhg", WARNING),
        ("vital_signs", {"diastolic_mmhg": 140}, "diastolic_mmhg", WARNING),
        ("vital_signs", {"systolic_mmhg": 80, "diastolic_mmhg": 80}, "diastolic_mmhg", WARNING),
        ("vital_signs", {"heart_rate_bpm": 190}, "heart_rate_bpm", WARNING),
        ("vital_signs", {"spo2_percent": 69.9}, "spo2_percent", WARNING),
        ("vital_signs", {"measured_at": at(0, days=200)}, "measured_at", WARNING),
        ("side_effects", {"onset_at": at(9), "resolved_at": at(8)}, "resolved_at", ERROR),
        ("side_effects", {"grade": 5}, "grade", WARNING),
        (
            "medications",
            {"started_on": date(2026, 1, 2), "stopped_on": date(2026, 1, 1)},
            "stopped_on",
            ERROR,
        ),
        ("checks", {"done_on": date(2026, 7, 1)}, "done_on", WARNING),
        ("assessments", {"completed_at": at(0, days=200)}, "completed_at", WARNING),
    ],
)
def test_broken(stem: str, values: dict[str, Any], column: str, is_error: bool) -> None:
    assert found(stem, **values) == [(column, is_error)]


@pytest.mark.parametrize(
    ("stem", "values"),
    [
        ("infusions", {"weight_kg": 70.0, "dose_mg": 140.0}),  # 2 mg/kg is not over 2
        ("infusions", {"started_at": at(9), "ended_at": at(9.1), "discharged_at": at(9.1)}),
        ("vital_signs", {"systolic_mmhg": 220, "diastolic_mmhg": 130, "heart_rate_bpm": 180}),
        ("vital_signs", {"spo2_percent": 70.0}),
        ("appointments", {"scheduled_start": at(9, days=200), "status": "booked"}),
        ("patients", {"birth_date": date(2026, 6, 2)}),  # it is that day somewhere already
        ("infusions", {}),
    ],
)
def test_kept(stem: str, values: dict[str, Any]) -> None:
    assert found(stem, **values) == []


def test_a_finding_quotes_the_value() -> None:
    (finding,) = check_row("vital_signs", row("vital_signs", heart_rate_bpm=190))
    assert (finding.value, finding.problem, finding.expected) == (
        "190",
        "is implausible",
        "usually 35 to 180 beats per minute",
    )


class TestScores:
    @staticmethod
    def found(instrument: str, items: list[int | None], total: float | None) -> list[str]:
        values = {f"item_{number}": item for number, item in enumerate(items, start=1)}
        findings = check_row(
            "assessments", row("assessments", instrument=instrument, total_score=total, **values)
        )
        return [f"{finding.column} {finding.problem}" for finding in findings]

    @pytest.mark.parametrize(
        ("instrument", "items", "total"),
        [
            ("PHQ-9", [], 27),
            ("PHQ-9", [3, 3, 2, 3, 2, 2, 2, 2, 1], 20),
            ("PHQ-9", [3, 3, 2, 3, 2, 2, 2, 2, 1], None),
            ("PHQ-9", [3, None, 2], 12),  # what is missing cannot disagree
            ("WHO-5", [2, 2, 3, 1, 2], 40),  # four times the raw sum
            # Sleep 3, mood 2, appetite 2, five single items 1, 1, 0, 2, 1, psychomotor 1.
            ("QIDS-SR16", [1, 3, 0, 2, 2, 0, 2, 1, 0, 1, 1, 0, 2, 1, 0, 1], 13),
            ("C-SSRS", [1, 0, 0, 0, 0, 0], 1),  # the level has no rule over the items
            ("CADSS", [0] * 23, 0),
        ],
    )
    def test_agree(self, instrument: str, items: list[int | None], total: float | None) -> None:
        assert self.found(instrument, items, total) == []

    @pytest.mark.parametrize(
        ("instrument", "items", "total", "problem"),
        [
            ("PHQ-9", [], None, "total_score is empty"),
            ("PHQ-9", [3, 3, 2, 3, 2, 2, 2, 2], None, "total_score is empty"),
            ("C-SSRS", [1, 1, 0, 0, 0, 0], None, "total_score is empty"),
            ("PHQ-9", [], 28, "total_score is out of the range of PHQ-9"),
            ("PHQ-9", [], -1, "total_score is out of the range of PHQ-9"),
            ("C-SSRS", [], 4, "total_score is out of the range of C-SSRS"),
            (
                "PHQ-9",
                [3, 3, 2, 3, 2, 2, 2, 2, 1],
                19,
                "total_score does not agree with the items, which give 20 by the rule of PHQ-9",
            ),
            (
                "WHO-5",
                [2, 2, 3, 1, 2],
                10,
                "total_score does not agree with the items, which give 40 by the rule of WHO-5",
            ),
            ("PHQ-9", [4], 20, "item_1 is out of the range of an item of PHQ-9"),
            ("PHQ-9", [1] * 10, 9, "item_10 is given, but PHQ-9 has 9 items"),
        ],
    )
    def test_disagree(
        self, instrument: str, items: list[int | None], total: float | None, problem: str
    ) -> None:
        assert self.found(instrument, items, total) == [problem]

    def test_a_cell_that_cannot_be_read_is_not_missing(self) -> None:
        values = row("assessments", instrument="PHQ-9", item_1=3)
        assert check_row("assessments", values, bad={"item_2"}) == []


@pytest.mark.parametrize(
    ("stem", "column", "hours", "is_near"),
    [
        ("vital_signs", "measured_at", -24, True),
        ("vital_signs", "measured_at", 24, True),
        ("vital_signs", "measured_at", 24.1, False),
        ("side_effects", "onset_at", 0, True),
        ("side_effects", "onset_at", -0.1, False),
        ("side_effects", "onset_at", 24 * 7, True),
        ("side_effects", "onset_at", 24 * 7.1, False),
    ],
)
def test_near_the_infusion(stem: str, column: str, hours: float, is_near: bool) -> None:
    finding = check_near_infusion(stem, row(stem, **{column: at(9 + hours)}), at(9))
    if is_near:
        assert finding is None
    else:
        assert finding is not None
        assert (finding.column, finding.is_error) == (column, WARNING)
