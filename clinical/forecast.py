"""New starts of the coming weeks, forecast from the weeks before, and how well that has gone.

Exponential smoothing with additive errors (ETS; Hyndman, Koehler, Ord and Snyder 2008): a level, a
level with a damped trend, and from two years on a level with the season of the year; the one with
the least AIC, its starting states counted as parameters. Its band is that of the class of linear
models, from the residuals' variance, and ends at 0.

A rolling backtest does, for each of the last weeks of which all is known, what would have been done
then: fit, choose, forecast; and the same by a naive rule. Smoothing is used where its mean absolute
error was the smaller one, else the naive rule, with a band from that rule's own past errors.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clinical.codes import Code
from clinical.demand import BAND, BAND_REACH

HORIZON = 8
"""Weeks ahead that the backtest judges."""
STEPS = HORIZON + 1
"""Weeks that are forecast: the one under way, of which not all is known, and those after it."""
FEWEST_WEEKS = 26
"""With less history nothing is forecast."""
ORIGINS = 13
"""The backtest looks at so many weeks, a quarter, each with its whole horizon."""
_TRAINING = 13
"""The shortest history from which the backtest forecasts."""
YEAR = 52
"""Weeks after which the season comes again."""
_SEASONAL_FROM = 104
_YEAR_BEFORE_FROM = 60
RECENT = 4
"""Without a year before, the naive rule is the mean of so many weeks."""

Floats = NDArray[np.float64]


class Method(Code):
    """How the coming weeks are forecast."""

    SMOOTHING = 1, "exponential smoothing (ETS)"
    YEAR_BEFORE = 2, "the same week a year before"
    RECENT_MEAN = 3, f"the mean of the last {RECENT} weeks"


@dataclass(frozen=True, slots=True)
class Score:
    """How far the forecasts of a method were from what came.

    ``n``: forecasts; ``error``: mean absolute error, starts a week; ``share``: sum of absolute
    errors of the sum of starts (WAPE), ``None`` where there were none; ``held``: how many weeks lay
    in the band.
    """

    n: int
    error: float
    share: float | None
    held: int


@dataclass(frozen=True, slots=True)
class Backtest:
    """What was forecast at each past week, and what came.

    ``rows``: ``origin`` (index of the last week known), ``ahead`` (1 to :data:`HORIZON`),
    ``actual``, and ``mean``, ``low``, ``high`` of the smoothing and (``naive_…``) of the naive
    rule.
    """

    rows: pd.DataFrame
    origins: int
    smoothing: Score
    naive: Score
    naive_method: Method

    @property
    def better(self) -> Method:
        """The method whose mean absolute error was smaller; the naive one where they are equal."""
        if self.smoothing.error < self.naive.error:
            return Method.SMOOTHING
        return self.naive_method


@dataclass(frozen=True, slots=True)
class Forecast:
    """The next :data:`STEPS` weeks: expected starts, their band, the covariance of their errors."""

    method: Method
    mean: Floats
    low: Floats
    high: Floats
    covariance: Floats
    backtest: Backtest


def forecast_starts(history: Floats) -> Forecast | None:
    """The starts of the next :data:`STEPS` weeks; ``None`` under :data:`FEWEST_WEEKS` weeks.

    ``history``: starts of each whole week, the latest last, 0 where there were none.
    """
    history = np.asarray(history, float)
    if len(history) < FEWEST_WEEKS:
        return None
    backtest = roll(history)
    method = backtest.better
    ahead = _smoothed(history) if method is Method.SMOOTHING else _naive(history, method)
    return Forecast(method, ahead.mean, ahead.low, ahead.high, ahead.covariance, backtest)


def roll(history: Floats) -> Backtest:
    """The rolling backtest over the last :data:`ORIGINS` weeks whose whole horizon has passed."""
    last = len(history) - HORIZON
    first = max(last - ORIGINS + 1, _TRAINING)
    method = naive_method(first)
    rows = [
        row for known in range(first, last + 1) for row in _forecasts_from(history, known, method)
    ]
    frame = pd.DataFrame(rows)
    return Backtest(
        rows=frame,
        origins=last - first + 1,
        smoothing=_score(frame, ""),
        naive=_score(frame, "naive_"),
        naive_method=method,
    )


def naive_method(weeks: int) -> Method:
    """The naive rule that so many weeks of history allow."""
    return Method.YEAR_BEFORE if weeks >= _YEAR_BEFORE_FROM else Method.RECENT_MEAN


@dataclass(frozen=True, slots=True)
class _Ahead:
    """One forecast."""

    mean: Floats
    low: Floats
    high: Floats
    covariance: Floats


def _forecasts_from(history: Floats, known: int, method: Method) -> list[dict[str, float]]:
    past, coming = history[:known], history[known : known + HORIZON]
    smoothed, naive = _smoothed(past), _naive(past, method)
    return [
        {
            "origin": known - 1,
            "ahead": step + 1,
            "actual": coming[step],
            "mean": smoothed.mean[step],
            "low": smoothed.low[step],
            "high": smoothed.high[step],
            "naive_mean": naive.mean[step],
            "naive_low": naive.low[step],
            "naive_high": naive.high[step],
        }
        for step in range(HORIZON)
    ]


def _score(rows: pd.DataFrame, prefix: str) -> Score:
    actual = rows["actual"]
    errors = (rows[f"{prefix}mean"] - actual).abs()
    held = actual.between(rows[f"{prefix}low"], rows[f"{prefix}high"])
    came = float(actual.sum())
    return Score(
        n=len(rows),
        error=float(errors.mean()),
        share=float(errors.sum()) / came if came else None,
        held=int(held.sum()),
    )


def _naive(past: Floats, method: Method) -> _Ahead:
    """A naive forecast with the 10th and 90th percentile of the rule's own past errors around."""
    if method is Method.YEAR_BEFORE:
        mean = past[-YEAR : -YEAR + STEPS]
        errors = past[YEAR:] - past[:-YEAR]
    else:
        means = np.convolve(past, np.full(RECENT, 1 / RECENT), "valid")
        mean = np.full(STEPS, means[-1])
        errors = np.concatenate(
            [past[RECENT - 1 + step :] - means[:-step] for step in range(1, HORIZON + 1)]
        )
    low, high = np.quantile(errors, [(1 - BAND) / 2, (1 + BAND) / 2])
    return _Ahead(
        mean=mean,
        low=np.clip(mean + low, 0, None),
        high=np.clip(mean + high, 0, None),
        covariance=np.eye(STEPS) * float(np.mean(errors**2)),
    )


def _smoothed(past: Floats) -> _Ahead:
    """The forecast of the smoothing model that suits the history best."""
    if np.ptp(past) == 0:
        fitted = _Fitted(np.inf, np.full(STEPS, past[-1]), np.zeros(STEPS), 0.0)
    else:
        fitted = min((_fit(past, form) for form in _forms(len(past))), key=lambda each: each.aic)
    covariance = error_covariance(fitted.weights, fitted.variance)
    reach = BAND_REACH * np.sqrt(np.diag(covariance))
    return _Ahead(
        mean=np.clip(fitted.mean, 0, None),
        low=np.clip(fitted.mean - reach, 0, None),
        high=np.clip(fitted.mean + reach, 0, None),
        covariance=covariance,
    )


def error_covariance(weights: Floats, variance: float) -> Floats:
    """The covariance of the errors one week ahead, two weeks, and so on.

    An error j weeks ago moves a forecast by ``weights[j]`` (``weights[0]`` is not used; an error
    moves its own week by 1), so the errors ahead are L e with a lower triangular L: Hyndman and
    others 2008, section 6.
    """
    steps = np.arange(len(weights))
    back = steps[:, None] - steps[None, :]
    moved = np.where(back > 0, weights[np.clip(back, 0, None)], np.where(back == 0, 1.0, 0.0))
    covariance: Floats = variance * moved @ moved.T
    return covariance


@dataclass(frozen=True, slots=True)
class _Fitted:
    """A fitted model: its forecasts, what an error moves them by, the residuals' variance."""

    aic: float
    mean: Floats
    weights: Floats
    variance: float


@dataclass(frozen=True, slots=True)
class _Form:
    """Which parts a model has beside the level."""

    trend: bool = False
    season: bool = False

    @property
    def states(self) -> int:
        """How many states it starts from."""
        return 1 + self.trend + (YEAR if self.season else 0)


def _forms(weeks: int) -> list[_Form]:
    forms = [_Form(), _Form(trend=True)]
    return [*forms, _Form(season=True)] if weeks >= _SEASONAL_FROM else forms


def _fit(past: Floats, form: _Form) -> _Fitted:
    """Fit one model. Starting states by statsmodels' heuristic: estimated ones cost a second."""
    # Loaded here: it takes as long as all the rest of a page.
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    model = ETSModel(
        past,
        error="add",
        trend="add" if form.trend else None,
        damped_trend=form.trend,
        seasonal="add" if form.season else None,
        seasonal_periods=YEAR if form.season else None,
        initialization_method="heuristic",
    )
    # One correction instead of ten (m): as good with so few parameters, and too little for the
    # linear algebra library to start threads, which wait for each other on a busy machine.
    params = model.fit(disp=False, return_params=True, warn_convergence=False, m=1)
    means, states = model.smooth(params, return_raw=True)
    squares = float(np.sum((past - means) ** 2))
    counted = len(params) + form.states
    named = dict(zip(model.param_names, params, strict=False))
    return _Fitted(
        aic=_aic(len(past), squares, counted + 1),
        mean=_means_ahead(states, named, form),
        weights=_weights(named),
        variance=squares / max(len(past) - counted, 1),
    )


def _aic(n: int, squares: float, counted: int) -> float:
    """Akaike's criterion of normal residuals; ``counted``: parameters with the variance."""
    return float(n * (np.log(2 * np.pi * max(squares, 1e-12) / n) + 1) + 2 * counted)


def _damped(named: dict[str, float]) -> Floats:
    """φ + φ² + … + φʰ for h = 1, 2, …; 0 without a trend."""
    damping = named.get("damping_trend", 0.0)
    return np.cumsum(damping ** np.arange(1, STEPS + 1))


def _means_ahead(states: Floats, named: dict[str, float], form: _Form) -> Floats:
    mean = np.full(STEPS, states[-1, 0])
    if form.trend:
        mean = mean + states[-1, 1] * _damped(named)
    if form.season:
        mean = mean + states[len(states) - YEAR : len(states) - YEAR + STEPS, -1]
    return mean


def _weights(named: dict[str, float]) -> Floats:
    """By how much an error j weeks ago moves a forecast: α + β(φ + … + φʲ), within a season."""
    trend = named.get("smoothing_trend", 0.0) * _damped(named)
    weights: Floats = named["smoothing_level"] + np.concatenate([[0.0], trend[:-1]])
    return weights
