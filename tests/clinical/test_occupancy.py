"""When chairs were booked and held: worked out by hand."""

from datetime import UTC, datetime

import pytest

from clinical.occupancy import InfusionTimes, Span, held_span


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


NINE_TO_ELEVEN = (at(9), at(11))


@pytest.mark.parametrize(
    ("planned", "infusion", "held"),
    [
        pytest.param(NINE_TO_ELEVEN, None, NINE_TO_ELEVEN, id="came, no infusion"),
        pytest.param(
            NINE_TO_ELEVEN, (at(9, 20), at(10), at(10, 50)), (at(9), at(10, 50)), id="home early"
        ),
        pytest.param(
            NINE_TO_ELEVEN, (at(8, 40), at(9, 20), at(11, 30)), (at(8, 40), at(11, 30)), id="over"
        ),
        pytest.param(
            NINE_TO_ELEVEN, (at(9, 10), at(9, 50), None), NINE_TO_ELEVEN, id="no discharge"
        ),
        pytest.param(
            NINE_TO_ELEVEN,
            (at(10, 40), at(11, 20), None),
            (at(9), at(11, 20)),
            id="late, no discharge",
        ),
        pytest.param(None, (at(9), at(9, 40), at(11)), NINE_TO_ELEVEN, id="no appointment"),
        pytest.param(None, (at(9), None, None), None, id="end not known"),
        pytest.param(None, None, None, id="nothing known"),
        pytest.param((at(9), at(9, day=4)), None, None, id="three days"),
        pytest.param((at(9), at(8)), None, None, id="ends before it starts"),
        pytest.param(
            (at(9), at(8)), (at(9), at(9, 40), at(11)), NINE_TO_ELEVEN, id="slip in the plan"
        ),
        pytest.param(
            NINE_TO_ELEVEN,
            (at(9, day=3), at(10, day=3), at(11, day=3)),
            (at(9, day=3), at(11, day=3)),
            id="given the next day",
        ),
        pytest.param(NINE_TO_ELEVEN, (at(9), at(9, 40), at(8)), None, id="home before it began"),
        pytest.param((at(8), at(20)), None, (at(8), at(20)), id="twelve hours"),
        pytest.param((at(8), at(20, 1)), None, None, id="a minute longer"),
    ],
)
def test_a_chair_is_held_from_when_the_patient_was_due_until_discharge(
    planned: Span | None, infusion: InfusionTimes | None, held: Span | None
) -> None:
    assert held_span(planned, infusion) == held
