"""The forecast of new starts: against statsmodels, and by hand where that is easy."""

import warnings

import numpy as np
import pytest

from clinical import forecast as module
from clinical.forecast import (
    STEPS,
    Method,
    error_covariance,
    forecast_starts,
    naive_method,
    roll,
)


def counts(weeks: int, *, mean: float = 8.0, swing: float = 0.0, seed: int = 7):
    season = swing * np.sin(np.arange(weeks) * 2 * np.pi / 52)
    return np.random.default_rng(seed).poisson(mean + season).astype(float)


def test_under_26_weeks_nothing_is_forecast():
    assert forecast_starts(counts(25)) is None
    assert forecast_starts(counts(26)) is not None


@pytest.mark.parametrize(
    ("form", "options", "weeks"),
    [
        (module._Form(), {}, 80),
        (module._Form(trend=True), {"trend": "add", "damped_trend": True}, 80),
        (module._Form(season=True), {"seasonal": "add", "seasonal_periods": 52}, 160),
    ],
)
def test_means_and_variances_are_those_of_statsmodels(form, options, weeks):
    import pandas as pd
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    past = counts(weeks, swing=3)
    fitted = module._fit(past, form)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = ETSModel(
            pd.Series(past), error="add", initialization_method="heuristic", **options
        ).fit(disp=False)
        ahead = theirs.get_prediction(start=weeks, end=weeks + STEPS - 1)
    assert fitted.mean == pytest.approx(ahead.predicted_mean.to_numpy(), rel=1e-4)
    # Ours divides by the degrees of freedom, as R does, theirs by the number of weeks.
    ours = np.diag(error_covariance(fitted.weights, fitted.variance))
    counted = len(theirs.params) + form.states
    assert ours * (weeks - counted) / weeks == pytest.approx(
        np.asarray(ahead.forecast_variance), rel=1e-4
    )
    # Their AIC leaves out the starting states.
    assert fitted.aic == pytest.approx(theirs.aic + 2 * form.states, rel=1e-6)


def test_errors_ahead_hang_together():
    # A level with weight 0.5: one week ahead e1, two weeks 0.5 e1 + e2, three 0.5 e1 + 0.5 e2 + e3.
    found = error_covariance(np.array([0.0, 0.5, 0.5]), 4.0)
    assert found.tolist() == [[4, 2, 2], [2, 5, 3], [2, 3, 6]]


@pytest.mark.parametrize("level", [0.0, 3.0])
def test_a_constant_history_goes_on(level):
    found = forecast_starts(np.full(40, level))
    assert found is not None
    assert found.mean.tolist() == [level] * STEPS
    assert found.low.tolist() == found.high.tolist() == [level] * STEPS
    # Neither rule beats the other, so the naive one is used.
    assert found.method is Method.RECENT_MEAN
    score = found.backtest.naive
    assert (score.error, score.held) == (0, score.n)
    assert score.share == (0 if level else None)


def test_a_history_that_begins_late_does_not_break():
    found = forecast_starts(np.concatenate([np.zeros(30), counts(10)]))
    assert found is not None
    assert np.isfinite(found.high).all()


def test_the_naive_rule_needs_sixty_weeks_for_the_year_before():
    assert naive_method(59) is Method.RECENT_MEAN
    assert naive_method(60) is Method.YEAR_BEFORE


def test_the_year_before_by_hand():
    # 60 weeks: 1 to 60. Forecast: weeks 9 to 17; all eight past errors are 52.
    ahead = module._naive(np.arange(1.0, 61.0), Method.YEAR_BEFORE)
    assert ahead.mean.tolist() == [9, 10, 11, 12, 13, 14, 15, 16, 17]
    assert ahead.low.tolist() == ahead.high.tolist() == [61, 62, 63, 64, 65, 66, 67, 68, 69]


def test_the_recent_mean_by_hand():
    # 2, 4, 6, 8: mean 5. No week follows four known ones but the last, 11: error 11 - 5 = 6, and
    # that of the mean of 4, 6, 8, 11 (7.25) is the forecast.
    ahead = module._naive(np.array([2.0, 4, 6, 8, 11]), Method.RECENT_MEAN)
    assert ahead.mean.tolist() == [7.25] * STEPS
    assert ahead.low.tolist() == [13.25] * STEPS


def test_the_backtest_looks_at_a_quarter_of_whole_horizons():
    found = roll(counts(100))
    assert found.origins == 13
    assert len(found.rows) == found.smoothing.n == found.naive.n == 13 * 8
    assert found.rows["origin"].min() == 100 - 8 - 13
    assert found.rows["origin"].max() == 100 - 8 - 1
    assert found.naive_method is Method.YEAR_BEFORE


def test_with_26_weeks_the_backtest_is_shorter():
    # From 13 weeks known to 18 weeks known.
    found = roll(counts(26))
    assert (found.origins, found.smoothing.n) == (6, 48)


def test_scores_by_hand():
    rows = roll(counts(60)).rows
    score = roll(counts(60)).smoothing
    errors = [abs(mean - actual) for mean, actual in zip(rows["mean"], rows["actual"], strict=True)]
    assert score.error == pytest.approx(sum(errors) / len(errors))
    assert score.share == pytest.approx(sum(errors) / sum(rows["actual"]))
    assert score.held == sum(
        low <= actual <= high
        for low, actual, high in zip(rows["low"], rows["actual"], rows["high"], strict=True)
    )


def test_smoothing_is_used_only_where_it_was_better():
    # A level that doubled lately: the year before knows nothing of it.
    risen = np.concatenate([counts(100, mean=5), counts(40, mean=20, seed=3)])
    found = forecast_starts(risen)
    assert found is not None
    assert found.method is Method.SMOOTHING
    assert found.backtest.smoothing.error < found.backtest.naive.error
    assert found.mean[0] > 15
    # Exactly the same each year: the year before is right to the last start.
    season = np.tile(counts(52, mean=10), 3)
    again = forecast_starts(season)
    assert again is not None
    assert again.method is Method.YEAR_BEFORE
    assert again.mean.tolist() == season[:9].tolist()


def test_the_band_holds_about_four_weeks_in_five():
    held = n = 0
    for seed in range(12):
        score = roll(counts(90, seed=seed)).smoothing
        held, n = held + score.held, n + score.n
    assert 0.72 < held / n < 0.9
