"""Groups of appointments that are missed more than the mix of their kinds lets expect."""

import pandas as pd
import pytest
from scipy.stats import binomtest

from clinical.attendance_groups import attendance_groups, judged, others, worst
from clinical.codes import AppointmentKind as Kind
from clinical.codes import AppointmentStatus as Status


def counts(*rows: tuple[int, Kind, Status, int, int]) -> pd.DataFrame:
    columns = ["weekday", "kind", "status", "appointments", "late_cancelled"]
    return pd.DataFrame(rows, columns=columns)


def shares(
    weekday: int, kind: Kind, missed: int, due: int
) -> list[tuple[int, Kind, Status, int, int]]:
    return [
        (weekday, kind, Status.FULFILLED, due - missed, 0),
        (weekday, kind, Status.NOSHOW, missed, 0),
    ]


# Consultations are missed in 20 of 100, infusions in 15 of 300; Monday has most consultations.
MIXED = counts(
    *shares(1, Kind.CONSULTATION, 18, 90),
    *shares(1, Kind.INFUSION, 5, 100),
    *shares(2, Kind.CONSULTATION, 2, 10),
    *shares(2, Kind.INFUSION, 10, 200),
)


def test_a_day_of_consultations_is_held_against_consultations():
    table = attendance_groups(MIXED, ["weekday"])
    # 90 x 0.20 + 100 x 0.05 = 23; 10 x 0.20 + 200 x 0.05 = 12: exactly what was missed.
    assert table["expected"].tolist() == pytest.approx([23.0, 12.0])
    assert table["p"].tolist() == [1.0, 1.0]
    assert judged([table])[0]["differs"].tolist() == [0, 0]


def test_without_allowing_for_the_kind_all_appointments_are_the_comparison():
    table = attendance_groups(MIXED, ["weekday"], allow_for_kind=False)
    # 35 of 400 in all: 190 and 210 of them.
    assert table["expected"].tolist() == pytest.approx([16.625, 18.375])


def test_kinds_themselves_are_held_against_all_appointments():
    table = attendance_groups(MIXED, ["kind"], allow_for_kind=False)
    # 35 of 400 in all: of 100 consultations and 300 infusions.
    assert table["expected"].tolist() == pytest.approx([8.75, 26.25])
    assert judged([table])[0]["differs"].tolist() == [1, -1]


def test_p_is_twice_the_smaller_exact_tail():
    table = attendance_groups(MIXED, ["weekday"], allow_for_kind=False)
    tail = binomtest(23, 190, 35 / 400, alternative="greater").pvalue
    assert table["p"].iloc[0] == pytest.approx(2 * tail)


def test_a_day_that_stands_out_is_named_with_the_rate_of_the_others():
    table = attendance_groups(
        counts(
            *shares(1, Kind.INFUSION, 22, 100),
            *shares(2, Kind.INFUSION, 5, 100),
            *shares(3, Kind.INFUSION, 4, 100),
        ),
        ["weekday"],
    )
    (found,) = judged([table])
    # 31 of 300 missed: 10.3 to be expected on each day.
    assert found["differs"].tolist() == [1, 0, 0]
    assert worst(found) == 0
    assert (others(found, 0).events, others(found, 0).n) == (9, 200)


def test_all_groups_are_judged_together():
    clear = attendance_groups(
        counts(*shares(1, Kind.INFUSION, 12, 100), *shares(2, Kind.INFUSION, 20, 400)), ["weekday"]
    )
    # p of 12 where 6.4 are expected is about 0.06, so alone it may be chance.
    assert worst(judged([clear])[0]) is None


def test_the_group_that_costs_most_is_the_worst():
    table = pd.DataFrame(
        {"missed": [9, 40, 2], "due": [20, 300, 200], "expected": [1.0, 20.0, 10.0], "p": [0.0] * 3}
    )
    (found,) = judged([table])
    assert found["differs"].tolist() == [1, 1, -1]
    assert worst(found) == 1


def test_a_single_group_and_one_of_which_nothing_was_due_cannot_stand_out():
    alone = attendance_groups(counts(*shares(1, Kind.INFUSION, 10, 20)), ["weekday"])
    assert alone["p"].isna().all()
    both = attendance_groups(
        counts(
            *shares(1, Kind.INFUSION, 10, 20),
            (2, Kind.INFUSION, Status.CANCELLED, 4, 3),
            (3, Kind.INFUSION, Status.BOOKED, 4, 0),
        ),
        ["weekday"],
    )
    # Tuesday has late cancellations, and so a lost rate; of Wednesday nothing can be told.
    assert both["weekday"].tolist() == [1, 2]
    assert both["lost_of"].tolist() == [20, 3]
    assert both["p"].isna().all()
    assert worst(judged([both])[0]) is None


def test_nothing_at_all():
    table = attendance_groups(counts(), ["weekday"])
    assert table.empty
    assert worst(judged([table])[0]) is None
