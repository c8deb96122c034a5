"""Where infusions and patients disagree about which side effect is the commoner."""

import pytest

from clinical.denominators import Disagreement, disagreement


def test_few_people_with_many_events():
    # 60 against 30 infusions: 30 / sqrt(90) = 3.2; 2 against 20 patients: 18 / sqrt(22) = 3.8.
    assert disagreement([60, 30], [2, 20]) == Disagreement(often=0, widely=1)
    assert disagreement([30, 60], [20, 2]) == Disagreement(often=1, widely=0)


@pytest.mark.parametrize(
    ("infusions", "patients"),
    [
        ([60, 30], [20, 2]),  # the same order
        ([60, 30], [10, 10]),  # as many patients
        ([60, 55], [2, 20]),  # 5 / sqrt(115) = 0.5: chance may have made the order
        ([60, 30], [8, 14]),  # 6 / sqrt(22) = 1.3
        ([0, 0], [0, 0]),
        ([5], [2]),
        ([], []),
    ],
)
def test_no_clear_disagreement(infusions, patients):
    assert disagreement(infusions, patients) is None


def test_the_clearest_pair_of_several():
    # The second against the third: 3.2 and 3.8, as above; the first leads in both.
    assert disagreement([200, 60, 30], [90, 2, 20]) == Disagreement(often=1, widely=2)
