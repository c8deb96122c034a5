"""Which measurements of the vital signs were due, and in how many infusions they were made."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from charts.palette import INK, PALE
from charts.pressure_rises import upright
from charts.style import HEIGHT_SMALL, figure, scatter
from charts.vital_reached import rate_words
from clinical.incidence import Proportion
from clinical.side_effect_rates import FEW
from clinical.vital_schedule import Slot, SlotKind


def schedule_chart(slots: Sequence[tuple[Slot, Proportion]]) -> go.Figure:
    """The share of infusions in which each expected measurement was made, in time order."""
    places = list(range(len(slots)))
    rates = [rate for _, rate in slots]
    share = np.array([rate.estimate for rate in rates], dtype=np.float64)
    return figure(
        HEIGHT_SMALL,
        [
            scatter(
                x=places,
                y=share,
                mode="markers",
                marker={
                    "color": INK,
                    "size": 9,
                    "symbol": ["circle-open" if rate.n < FEW else "circle" for rate in rates],
                },
                error_y={
                    "type": "data",
                    "symmetric": False,
                    "array": [(rate.high or 0) - (rate.estimate or 0) for rate in rates],
                    "arrayminus": [(rate.estimate or 0) - (rate.low or 0) for rate in rates],
                    "color": INK,
                    "thickness": 1.5,
                    "width": 0,
                },
                customdata=[rate_words(slot_words(slot), rate) for slot, rate in slots],
                hovertemplate="%{customdata}<extra></extra>",
                showlegend=False,
            )
        ],
        xaxis={
            "tickvals": places,
            "ticktext": [f"{_slot_tick(slot)}<br><i>{rate.n:,}</i>" for slot, rate in slots],
            "range": [-0.6, len(slots) - 0.4],
            "title": {"text": "Minute of the infusion; + after its end; <i>infusions</i>"},
        },
        yaxis={"range": [0, 1.04], "tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, 1]},
        shapes=[upright(place - 0.5, PALE, "solid") for place in _part_starts(slots)],
    )


def slot_words(slot: Slot) -> str:
    """A slot in words: ``minute 20``, ``15 minutes after the end``."""
    return {
        SlotKind.BEFORE: "before the start",
        SlotKind.DURING: f"minute {slot.minute}",
        SlotKind.AFTER: f"{slot.minute} minutes after the end",
    }[slot.kind]


def _slot_tick(slot: Slot) -> str:
    if slot.kind is SlotKind.BEFORE:
        return "Before"
    return f"+{slot.minute}" if slot.kind is SlotKind.AFTER else str(slot.minute)


def _part_starts(slots: Sequence[tuple[Slot, Proportion]]) -> list[int]:
    """Where another part of the infusion begins."""
    kinds = [slot.kind for slot, _ in slots]
    return [place for place in range(1, len(kinds)) if kinds[place] is not kinds[place - 1]]
