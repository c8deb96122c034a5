"""What became of bookings, as a picture."""

import pandas as pd
import pytest

from charts.appointment_bookings import bookings_chart

BOOKINGS = pd.DataFrame(
    {
        "key": [2, 0],
        "appointments": [10, 8],
        "attended": [6, 0],
        "missed": [1, 0],
        "late_cancelled": [1, 0],
        "early_cancelled": [2, 8],
        "not_closed": [0, 0],
    }
)


def test_each_bar_is_split_by_what_became_of_its_bookings():
    chart = bookings_chart(BOOKINGS, ["<b>1 day</b> $x$", "Not recorded"])
    shares = {trace.name: list(trace.x) for trace in chart.data}
    assert shares == {  # nothing was left open, so there is no such part
        "Attended": pytest.approx([0.6, 0]),
        "Missed": pytest.approx([0.1, 0]),
        "Cancelled late": pytest.approx([0.1, 0]),
        "Cancelled earlier": pytest.approx([0.2, 1]),
    }
    assert [words.replace("\N{NO-BREAK SPACE}", " ") for words in chart.data[0].text] == [
        "60 %",
        "",
    ]
    assert list(chart.data[3].customdata[0])[1:] == ["early_cancelled", 2]
    assert "Cancelled earlier: 2 of 10, 20" in chart.data[3].customdata[0][0]
    assert not any("<b>1 day" in tick for tick in chart.layout.yaxis.ticktext)
