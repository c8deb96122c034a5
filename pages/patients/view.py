"""What the reader chooses to see of one patient: questionnaires, series, and the axis."""

from dataclasses import dataclass

import streamlit as st

from charts.along import Along
from clinical.calendar import day_date
from clinical.codes import Phase
from clinical.instruments import PHQ9, Instrument
from pages.patients.record import Record
from pages.shared.words import count_words, day_words

SERIES = "patient_series"
"""Session state: the key of the series chosen, which belongs to one patient only."""
_ALL = -1


@dataclass(frozen=True, slots=True)
class View:
    """What the reader has chosen of a record.

    ``shown``: the chosen series, or all; ``series_key``: its key, ``None`` for all; ``answered``:
    the one series that sentences and milestones are about; ``which``: how that one is called where
    it is not the only one shown.
    """

    shown: Record
    series_key: int | None
    answered: Record
    which: str
    instruments: list[Instrument]
    along: Along


def choose_view(record: Record) -> View:
    """Draw the choices above the trajectory. ``record``: with at least one infusion."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        instruments = _choose_instruments(record)
        series_key = _choose_series(record)
        along = _choose_axis(every_series=series_key is None)
    latest = int(record.series["series_key"].iloc[0])
    return View(
        shown=record if series_key is None else record.of_series(series_key),
        series_key=series_key,
        answered=record.of_series(latest if series_key is None else series_key),
        which="Latest series: " if series_key is None else "",
        instruments=instruments,
        along=along,
    )


def _choose_instruments(record: Record) -> list[Instrument]:
    """The questionnaires to look at; the first that the patient has where none is chosen."""
    offered = record.instruments() or [PHQ9]
    by_name = {instrument.name: instrument for instrument in offered}
    names = st.pills(
        "Questionnaires",
        list(by_name),
        selection_mode="multi",
        default=[offered[0].name],
        key="measures",
        bind="query-params",
    )
    return [each for name, each in by_name.items() if name in names] or offered[:1]


def _choose_series(record: Record) -> int | None:
    """The key of the series to look at, the latest by default; ``None`` for every series."""
    words: dict[int, str] = {
        key: f"{Phase(phase).label} from {day_words(day_date(day))}, "
        f"{count_words(infusions, 'infusion')}"
        for key, phase, day, infusions in zip(
            record.series["series_key"].tolist(),
            record.series["phase"],
            record.series["first_day"],
            record.series["infusions"],
            strict=True,
        )
    }
    if len(words) == 1:
        return next(iter(words))
    chosen: int = st.selectbox(
        "Series",
        [*words, _ALL],
        format_func=lambda key: words.get(key, "Every series"),
        key=SERIES,
        persist_state="page",
        width=320,
    )
    return None if chosen == _ALL else chosen


def _choose_axis(*, every_series: bool) -> Along:
    """What the trajectory runs along. Over several series only dates make one axis."""
    if every_series:
        st.segmented_control(
            "Along",
            [Along.DATE.value],
            default=Along.DATE.value,
            key="along-dates-only",
            disabled=True,
            help="Days and infusion numbers begin anew with each series. Choose one series for "
            "these.",
        )
        return Along.DATE
    return Along(
        st.segmented_control(
            "Along",
            [along.value for along in Along],
            default=Along.DATE.value,
            required=True,
            key="along",
            bind="query-params",
        )
    )
