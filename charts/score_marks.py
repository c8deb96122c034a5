"""How scores are drawn on every page: a mark for each timepoint, and the severity bands."""

import plotly.graph_objects as go

from charts.palette import CATEGORIES, INK, NEUTRAL, PALE
from charts.style import reference_line, text
from clinical.codes import Timepoint
from clinical.instruments import Instrument

LOOKS = {
    Timepoint.BASELINE: ("circle", INK),
    Timepoint.BEFORE_INFUSION: ("circle", INK),
    Timepoint.AFTER_INFUSION: ("diamond-open", CATEGORIES[0]),
    Timepoint.FOLLOW_UP: ("square-open", CATEGORIES[1]),
    Timepoint.UNLINKED: ("x-thin-open", NEUTRAL),
}
"""Symbol and colour. A baseline is the score before infusion 1 and looks like the others before."""


_MARGIN_FOR_NAMES = 118


def severity_bands(chart: go.Figure, instrument: Instrument) -> None:
    """Shade and name the instrument's severity bands behind a chart of its scores."""
    if instrument.bands:
        chart.update_layout(margin={"r": _MARGIN_FOR_NAMES})
    ends = [*(band.lowest for band in instrument.bands[1:]), instrument.highest]
    for position, (band, end) in enumerate(zip(instrument.bands, ends, strict=False)):
        if position % 2:
            chart.add_hrect(
                y0=band.lowest, y1=end, fillcolor=PALE, opacity=0.22, line_width=0, layer="below"
            )
        chart.add_annotation(
            xref="paper",
            x=1.005,
            xanchor="left",
            y=(band.lowest + end) / 2,
            text=text(band.name),
            showarrow=False,
            font={"size": 11, "color": NEUTRAL},
        )
    if instrument.remission_at_most is not None:
        reference_line(
            chart, instrument.remission_at_most, f"Remission: {instrument.remission_at_most:g}"
        )
