"""How far the pressure rose, as a picture."""

from charts.palette import CONCERN, NEUTRAL, PALE_CONCERN
from charts.pressure_rises import rise_chart
from clinical.pressure_rises import binned_rises, summarise_rises

COUNTS = [(-3, 2), (17, 50), (20, 30), (29, 5), (30, 10), (44, 3)]


def test_large_rises_are_set_off_and_named():
    rises = summarise_rises(COUNTS)
    assert rises is not None
    drawn = rise_chart(binned_rises(COUNTS), rises)
    bars = drawn.data[0]
    colours = dict(zip((at - 2.5 for at in bars.x), bars.marker.color, strict=True))
    assert colours[15] == NEUTRAL
    assert colours[20] == colours[25] == PALE_CONCERN
    assert colours[30] == colours[40] == CONCERN
    said = [
        name.replace("\N{NO-BREAK SPACE}", " ")
        for name in (note.text for note in drawn.layout.annotations)
    ]
    # 17 of them: -6 + 850 + 600 + 145 + 300 + 132 = 2021 of 100.
    assert said == ["mean 20.2", "20 or more: 48 %", "30 or more: 13 %"]
    assert bars.customdata[0][0].startswith("−5 to −1 mmHg: 2 of 100")
    assert [start for _, start in bars.customdata] == list(range(-5, 45, 5))
    assert sum(bars.y) == 100
