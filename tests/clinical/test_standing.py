"""Whether a booked appointment will be attended: rates and a record worked out by hand."""

import pandas as pd
import pytest

from clinical.codes import AppointmentKind, AppointmentStatus, DaysAhead
from clinical.incidence import proportion
from clinical.standing import Standing, attend_probability, standing_rates, standing_record

INFUSION = int(AppointmentKind.INFUSION)
DONE, MISSED = int(AppointmentStatus.FULFILLED), int(AppointmentStatus.NOSHOW)
CANCELLED, BOOKED = int(AppointmentStatus.CANCELLED), int(AppointmentStatus.BOOKED)
NONE, SAME, ONE, TWO, WEEK, FORTNIGHT, MONTH = (int(band) for band in DaysAhead)


def counts(*rows):
    """Lead band, notice band, status, appointments; all of them infusions."""
    columns = ["lead_band", "notice_band", "status", "appointments"]
    return pd.DataFrame(rows, columns=columns).assign(kind=INFUSION)


EARLIER = counts(
    (MONTH, NONE, DONE, 80),
    (MONTH, NONE, MISSED, 8),
    (MONTH, FORTNIGHT, CANCELLED, 12),  # 14 to 27 days before
    (MONTH, SAME, CANCELLED, 10),  # within 24 hours
    (TWO, NONE, DONE, 38),
    (TWO, NONE, MISSED, 2),
    (TWO, NONE, CANCELLED, 5),  # when is not recorded: as early
)


def test_cancelled_from_now_on_of_those_that_still_stand():
    rates = standing_rates(EARLIER)
    # 28 days to go: of 110 booked so long ahead all stood; 22 were cancelled after that.
    assert rates.cancelled[INFUSION, MONTH] == proportion(22, 110)
    # 14 days to go: the 12 had gone (cancelled at least 14 days before).
    assert rates.cancelled[INFUSION, FORTNIGHT] == proportion(10, 98)
    assert rates.cancelled[INFUSION, WEEK] == proportion(10, 98)
    # 2 days to go: those booked 2 to 6 days ahead stand beside them, but for the 5.
    assert rates.cancelled[INFUSION, TWO] == proportion(10, 138)
    assert rates.cancelled_share(INFUSION, TWO) == pytest.approx(10 / 138)


def test_missed_of_those_due_by_how_long_ahead_it_was_booked():
    rates = standing_rates(EARLIER)
    assert rates.missed[INFUSION, MONTH] == proportion(8, 88)
    assert rates.missed[INFUSION, TWO] == proportion(2, 40)
    assert rates.due == 128


def test_a_band_with_little_data_takes_the_rate_of_the_kind():
    rates = standing_rates(EARLIER)
    assert rates.missed_share(INFUSION, WEEK) == pytest.approx(10 / 128)
    few = standing_rates(counts((WEEK, NONE, DONE, 5), (WEEK, NONE, MISSED, 5)))
    assert few.missed_share(INFUSION, WEEK) == 0.5
    assert few.missed[INFUSION, WEEK].n == 10


def test_nothing_known_is_said_to_be_nothing():
    rates = standing_rates(counts())
    assert rates.due == 0
    assert rates.missed_share(INFUSION, WEEK) == rates.cancelled_share(INFUSION, WEEK) == 0


def test_the_patients_own_record_counts_beside_the_clinics():
    rates = Standing(
        cancelled={(INFUSION, WEEK): proportion(10, 100)},
        missed={(INFUSION, MONTH): proportion(20, 200)},
    )
    booked = pd.DataFrame(
        # Without a record; 4 of 10 missed; none of 30 missed.
        [(0, 0), (10, 4), (30, 0)],
        columns=["due_before", "missed_before"],
    ).assign(kind=INFUSION, to_go=9, lead_band=MONTH)
    # The clinic's 10 % weigh as ten appointments: 1 of 10, 5 of 20, 1 of 40. Cancelled: 10 %.
    assert attend_probability(booked, rates, 10).tolist() == pytest.approx(
        [0.9 * 0.9, 0.9 * 0.75, 0.9 * 0.975]
    )
    assert len(attend_probability(booked.head(0), rates, 10)) == 0


def past(*rows):
    columns = ["week", "status", "booked_weeks", "gone_weeks", "appointments"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(
        kind=INFUSION,
        lead_band=MONTH,
        clinic_weight=frame["appointments"].astype(float),
        own_missed=0.0,
    )


RATES = Standing(
    cancelled={(INFUSION, TWO): proportion(0, 100), (INFUSION, WEEK): proportion(20, 100)},
    missed={(INFUSION, MONTH): proportion(10, 100)},
)


def test_the_record_knows_only_what_was_known_then():
    found = standing_record(
        past(
            (100, DONE, 7, -1, 10),
            (100, DONE, 0, -1, 5),  # booked in the week before: not known a week ahead
            (100, CANCELLED, 7, 0, 4),  # cancelled before its own Monday, but after the one before
            (100, BOOKED, 7, -1, 3),  # nobody has noted what became of them
        ),
        RATES,
        last_week=100,
        origins=1,
    )
    own = found.rows[(found.rows["week"] == 93) & (found.rows["ahead"] == 0)]
    assert own[["expected", "attended"]].to_numpy().tolist() == [[0, 0]]
    ahead = found.rows[found.rows["week"] == 100]
    # One Monday, eight weeks: week 100 was looked at seven weeks ahead.
    assert ahead["ahead"].tolist() == [7]
    # 14 stood, none of the rates of a month is known, so 10 % missed: 12.6 expected, 10 came.
    assert ahead[["expected", "attended"]].to_numpy().tolist() == [[pytest.approx(12.6), 10]]


def test_the_record_adds_up_over_mondays():
    found = standing_record(
        past((107, DONE, 7, -1, 10), (107, CANCELLED, 7, 0, 4), (107, MISSED, 0, -1, 1)),
        RATES,
        last_week=114,
        origins=13,
    )
    assert found.n == 13 * 8
    by_ahead = found.rows[found.rows["week"] == 107].set_index("ahead")
    # In its own week: 10 and 1 stood, none is cancelled, 10 % missed.
    assert list(by_ahead.loc[0, ["expected", "attended"]]) == pytest.approx([9.9, 10])
    # A week ahead: 14 stood, 20 % are cancelled.
    assert list(by_ahead.loc[1, ["expected", "attended"]]) == pytest.approx([14 * 0.8 * 0.9, 10])
    spread = 1.2815515 * (14 * 0.72 * 0.28) ** 0.5
    assert list(by_ahead.loc[1, ["low", "high"]]) == pytest.approx(
        [14 * 0.72 - spread, 14 * 0.72 + spread]
    )
    # Weeks without anything hold: 0 expected, 0 came.
    assert found.held >= 13 * 8 - 8
    assert found.ratio == pytest.approx(80 / (9.9 + 10.08 + 6 * 12.6))
