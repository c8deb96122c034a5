"""The picture of which measurements were made."""

from charts.vital_schedule import schedule_chart, slot_words
from clinical.incidence import proportion
from clinical.vital_schedule import Slot, SlotKind


def test_the_schedule_tells_the_parts_of_an_infusion_apart():
    slots = [
        (Slot(SlotKind.BEFORE, 0), proportion(99, 100)),
        (Slot(SlotKind.DURING, 10), proportion(80, 100)),
        (Slot(SlotKind.AFTER, 15), proportion(3, 12)),
    ]
    drawn = schedule_chart(slots)
    assert list(drawn.layout.xaxis.ticktext) == [
        "Before<br><i>100</i>",
        "10<br><i>100</i>",
        "+15<br><i>12</i>",
    ]
    assert list(drawn.data[0].y) == [0.99, 0.8, 0.25]
    assert list(drawn.data[0].marker.symbol) == ["circle", "circle", "circle-open"]
    assert [shape.x0 for shape in drawn.layout.shapes] == [0.5, 1.5]
    assert [slot_words(slot) for slot, _ in slots] == [
        "before the start",
        "minute 10",
        "15 minutes after the end",
    ]
