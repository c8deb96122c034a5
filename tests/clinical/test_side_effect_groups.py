"""Which groups have more or fewer side effects than their infusion numbers and doses explain."""

from math import isnan

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from clinical.side_effect_groups import binomial_p, comparison, group_rates, judged

# As in test_standardised: first infusions (40 of 100 with it), later ones (10 of 100); site 1 had
# 80 first and 20 later ones, site 2 the reverse. Every dose lies in one band.
RECORDED = pd.DataFrame(
    [(1, 0, 2, 80), (1, 1, 2, 20), (2, 0, 2, 20), (2, 1, 2, 80)],
    columns=["site_key", "number_band", "dose_band", "recorded"],
)
AFFECTED = pd.DataFrame(
    [(0, 2, 25), (0, 2, 15), (1, 2, 10)], columns=["number_band", "dose_band", "affected"]
)
AT_SITES = pd.DataFrame([(1, 30), (2, 20)], columns=["site_key", "affected"])


def test_the_comparison_adds_up_to_its_margins():
    against = comparison(RECORDED, AFFECTED)
    assert (against.n, against.overall) == (200, 0.25)
    by_number = against.by_number()
    assert by_number["recorded"].tolist() == [100, 100, 0, 0, 0, 0, 0, 0]
    assert by_number["share"].tolist()[:2] == [0.4, 0.1]
    assert isnan(by_number["share"][2]), "none recorded is no data"
    assert against.by_dose()["affected"].tolist() == [0, 0, 50, 0, 0, 0]


def test_a_group_is_held_against_its_own_numbers_and_doses():
    table = group_rates("site_key", RECORDED, AT_SITES, comparison(RECORDED, AFFECTED))
    # 80 × 0.4 + 20 × 0.1 and 20 × 0.4 + 80 × 0.1.
    assert table["key"].tolist() == [1, 2]
    assert table["expected"].tolist() == pytest.approx([34, 16])
    assert table["share"].tolist() == [0.3, 0.2]
    # Site 1 has more of them, and fewer than its many first infusions let expect.
    assert table["ratio"].tolist() == pytest.approx([30 / 34, 20 / 16])
    # Wilson limits of 20 of 100 are 0.1334 and 0.2888; over an expected share of 0.16.
    assert table["ratio_low"][1] == pytest.approx(0.1334 / 0.16, abs=5e-4)
    assert table["ratio_high"][1] == pytest.approx(0.2888 / 0.16, abs=5e-4)
    # As shares: times 50 of 200.
    assert table["adjusted"].tolist() == pytest.approx([0.25 * 30 / 34, 0.25 * 20 / 16])
    assert table["adjusted_low"][1] == pytest.approx(0.25 * 0.1334 / 0.16, abs=2e-4)
    assert table["adjusted_high"][1] == pytest.approx(0.25 * 0.2888 / 0.16, abs=2e-4)


def test_the_largest_group_comes_first_and_one_without_the_side_effect_is_kept():
    recorded = pd.DataFrame(
        [(3, 0, 2, 10), (5, 0, 2, 90)],
        columns=["provider_key", "number_band", "dose_band", "recorded"],
    )
    affected = pd.DataFrame([(5, 45)], columns=["provider_key", "affected"])
    with_it = pd.DataFrame([(0, 2, 45)], columns=["number_band", "dose_band", "affected"])
    table = group_rates("provider_key", recorded, affected, comparison(recorded, with_it))
    assert table[["key", "affected", "recorded"]].to_numpy().tolist() == [[5, 45, 90], [3, 0, 10]]
    assert table["ratio"].tolist() == pytest.approx([45 / 40.5, 0])


def test_a_group_that_is_all_there_is_cannot_differ():
    recorded = RECORDED.assign(site_key=1)
    table = group_rates(
        "site_key", recorded, AT_SITES.assign(site_key=1), comparison(recorded, AFFECTED)
    )
    assert table["ratio"].tolist() == pytest.approx([1.0])
    assert isnan(table["p"][0])
    assert judged([table])[0]["differs"].tolist() == [0]


def test_a_side_effect_that_nobody_had_is_no_data():
    table = group_rates(
        "site_key", RECORDED, AT_SITES.head(0), comparison(RECORDED, AFFECTED.head(0))
    )
    assert table["affected"].tolist() == [0, 0]
    assert table["ratio"].isna().all()
    assert table["p"].isna().all()


@pytest.mark.parametrize(("observed", "n", "risk"), [(0, 20, 0.3), (20, 20, 0.7), (7, 30, 0.1)])
def test_the_p_is_twice_the_smaller_exact_tail(observed: int, n: int, risk: float):
    tails = stats.binom.cdf(observed, n, risk), stats.binom.sf(observed - 1, n, risk)
    assert binomial_p(observed, n, risk) == pytest.approx(2 * min(tails))


def test_as_expected_is_never_more_probable_than_certain():
    assert binomial_p(5, 10, 0.5) == 1.0


def table_of(*rows: tuple[int, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["affected", "expected", "p"])


def test_groups_are_judged_all_together():
    # Benjamini and Hochberg at 5 %: of four, p at rank 1 to 4 may be 0.0125, 0.025, 0.0375, 0.05.
    first = table_of((9, 4.0, 0.001), (1, 6.0, 0.02), (5, 5.0, np.nan))
    second = table_of((4, 2.0, 0.04), (3, 2.0, 0.6))
    assert [found["differs"].tolist() for found in judged([first, second])] == [[1, -1, 0], [0, 0]]
    # One p alone may be 0.05.
    assert judged([first])[0]["differs"].tolist() == [1, -1, 0]
    assert judged([second.head(1)])[0]["differs"].tolist() == [1]


def test_nothing_to_judge_is_nothing_judged():
    assert judged([]) == []
    assert judged([table_of((5, 5.0, np.nan))])[0]["differs"].tolist() == [0]
