"""Thresholds in the database: what holds now, and every signed change of it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Connection, Engine, insert

from access.viewer import LOCAL_VIEWER, NotPermittedError, Permission, Viewer
from clinical.thresholds import DEFAULTS, ThresholdError, Thresholds
from data_access.engine import reading, writing
from data_access.schema import ThresholdChange
from data_access.thresholds import Signature, read_thresholds, set_threshold, threshold_history

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SIGNED = Signature("Dr Okafor", NOON, "Protocol 12")
READER = Viewer("reader", frozenset({Permission.SEE_TOTALS, Permission.SEE_CLINICAL}))
NOBODY = Viewer("nobody", frozenset())


def write(connection: Connection, *values: tuple[str, float]) -> None:
    """Rows as another version of the program may have left them."""
    for key, (name, value) in enumerate(values, 1):
        row = {"change_key": key, "name": name, "value": value, "changed_by": "x"}
        connection.execute(insert(ThresholdChange).values(**row, changed_at=NOON))


def test_without_a_change_each_is_at_its_default(engine: Engine) -> None:
    with reading(engine) as connection:
        assert read_thresholds(connection, READER) == DEFAULTS
        history = threshold_history(connection, READER)
    assert history.empty
    assert list(history.columns) == ["name", "value", "changed_by", "changed_at", "reason"]


def test_the_latest_change_of_each_holds(engine: Engine) -> None:
    with writing(engine) as connection:
        set_threshold(connection, "review_after", 5, SIGNED)
        set_threshold(connection, "interval_factor", 1.75, SIGNED)
        set_threshold(connection, "review_after", 3, SIGNED)
    with reading(engine) as connection:
        now = read_thresholds(connection, READER)
    assert now == Thresholds(review_after=3, interval_factor=1.75)
    assert isinstance(now.review_after, int)


def test_the_latest_is_the_one_entered_last_whatever_the_clock_said(engine: Engine) -> None:
    with writing(engine) as connection:
        set_threshold(connection, "red_spo2", 88, SIGNED)
        set_threshold(connection, "red_spo2", 91, Signature("x", NOON - timedelta(days=9)))
    with reading(engine) as connection:
        assert read_thresholds(connection, READER).red_spo2 == 91
        assert threshold_history(connection, READER)["value"].tolist() == [91, 88]


def test_a_threshold_can_be_set_back_to_its_default(engine: Engine) -> None:
    with writing(engine) as connection:
        for value in (5, DEFAULTS.review_after):
            set_threshold(connection, "review_after", value, SIGNED)
    with reading(engine) as connection:
        assert read_thresholds(connection, READER) == DEFAULTS
        assert len(threshold_history(connection, READER)) == 2


def test_every_change_stays_on_record_with_its_signature_the_latest_first(engine: Engine) -> None:
    eastern = timezone(timedelta(hours=-5))
    with writing(engine) as connection:
        set_threshold(connection, "review_after", 5, SIGNED)
    with writing(engine) as connection:
        at = datetime(2026, 11, 23, 20, 30, tzinfo=eastern)
        set_threshold(connection, "red_spo2", 88.0, Signature("A nurse", at))
    with reading(engine) as connection:
        history = threshold_history(connection, READER)
    assert history["name"].tolist() == ["red_spo2", "review_after"]
    assert history["value"].tolist() == [88.0, 5.0]
    assert history["changed_by"].tolist() == ["A nurse", "Dr Okafor"]
    assert [at.to_pydatetime() for at in history["changed_at"]] == [
        datetime(2026, 11, 24, 1, 30, tzinfo=UTC),
        NOON,
    ]
    assert history["reason"].isna().tolist() == [True, False]
    assert history["reason"][1] == "Protocol 12"


@pytest.mark.parametrize(
    ("name", "value"),
    [("no_such_name", 1), ("review_after", 4.5), ("review_after", 99), ("red_spo2", float("nan"))],
)
def test_what_cannot_be_set_leaves_no_entry(engine: Engine, name: str, value: float) -> None:
    with pytest.raises(ThresholdError), writing(engine) as connection:
        set_threshold(connection, name, value, SIGNED)
    with reading(engine) as connection:
        assert threshold_history(connection, READER).empty


def test_what_another_version_left_is_passed_over_but_stays_on_record(engine: Engine) -> None:
    with writing(engine) as connection:
        write(
            connection,
            ("of_another_version", 7),
            ("review_after", 99),
            ("red_systolic", 180.5),
            ("red_spo2", 88),
        )
    with reading(engine) as connection:
        assert read_thresholds(connection, READER) == Thresholds(red_spo2=88)
        assert len(threshold_history(connection, READER)) == 4


def test_in_place_of_a_latest_value_that_cannot_be_stands_the_default(engine: Engine) -> None:
    with writing(engine) as connection:
        write(connection, ("review_after", 5), ("review_after", 99))
        set_threshold(connection, "red_spo2", 88, SIGNED)  # goes on counting
    with reading(engine) as connection:
        now = read_thresholds(connection, READER)
        assert threshold_history(connection, READER)["name"].tolist()[0] == "red_spo2"
    assert now == Thresholds(red_spo2=88), "not 5, which somebody has put away"


def test_a_change_that_fails_later_in_its_transaction_is_none(engine: Engine) -> None:
    def change_both() -> None:
        with writing(engine) as connection:
            set_threshold(connection, "review_after", 5, SIGNED)
            set_threshold(connection, "red_spo2", 900, SIGNED)

    with pytest.raises(ThresholdError, match="red_spo2"):
        change_both()
    with reading(engine) as connection:
        assert read_thresholds(connection, LOCAL_VIEWER) == DEFAULTS


def test_thresholds_need_the_permission_to_see_totals_and_their_reasons_more(
    engine: Engine,
) -> None:
    manager = Viewer("manager", frozenset({Permission.SEE_TOTALS}))
    with reading(engine) as connection:
        assert read_thresholds(connection, manager) == DEFAULTS
        with pytest.raises(NotPermittedError, match="see totals"):
            read_thresholds(connection, NOBODY)
        with pytest.raises(NotPermittedError, match="see clinical counts"):
            threshold_history(connection, manager)
