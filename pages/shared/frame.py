"""The anatomy that all pages share: sentence, figures, findings, definitions, and empty states."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from charts.style import CONFIG
from pages.shared.exports import may_take_out, noted

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>$:&@^=])")
_ADDRESS = re.compile(r"@|:(?=//)|www(?=\.)", re.IGNORECASE)
WORD_JOINER = "\u2060"
"""A character of no width, at which no line breaks; see :func:`plain`."""


def plain(value: object) -> str:
    """Data as plain text for a place that reads markdown: nothing in it is formatting or a link.

    A browser makes links of web and e-mail addresses once the escapes are gone, so a character that
    shows nothing stands within them.
    """
    words = _ADDRESS.sub(rf"\g<0>{WORD_JOINER}", " ".join(str(value).split()))
    return _MARKDOWN.sub(r"\\\1", words)


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One of the (at most four) numbers under the sentence.

    ``change`` is shown beside the value in words; ``judgement`` colours it: ``"good"``, ``"bad"``
    or ``""``. ``trend`` is a series of equal periods, oldest first. ``help`` is the definition.
    ``link`` is the page that says more.
    """

    label: str
    value: str
    help: str
    change: str = ""
    judgement: str = ""
    trend: Sequence[float] = ()
    link: st.Page | None = None


_JUDGEMENT_COLOURS = {"good": "blue", "bad": "orange", "": "off"}


def sentence(words: str) -> None:
    """The page's answer in words, made from the data. ``words`` is markdown; escape data in it."""
    st.markdown(f"## {words}")


def key_figures(figures: Sequence[KeyFigure]) -> None:
    """A row of at most four numbers, each with its change and its trend."""
    with st.grid(4, min_column_width=260):
        for figure in figures:
            with st.container(border=True, height="stretch", gap="small"):
                _key_figure(figure)


def _key_figure(figure: KeyFigure) -> None:
    st.metric(
        figure.label,
        figure.value,
        delta=figure.change or None,
        delta_color=_JUDGEMENT_COLOURS[figure.judgement],  # type: ignore[arg-type]
        delta_arrow="off",
        help=figure.help,
        height="stretch",
        chart_data=list(figure.trend) or None,
        chart_type="line",
    )
    if figure.link is not None:
        page_link(figure.link)


def page_link(page: st.Page) -> None:
    """A link to another page. The filters stay, because they are bound to the address."""
    st.page_link(page, label=f"{page.title} →")


@dataclass(frozen=True, slots=True)
class Finding:
    """A chart that says something: its finding as the title, its denominator as the subtitle.

    ``table`` holds exactly the numbers that the chart shows, with headings for the reader, or makes
    them; they are shown and downloaded on request. ``alt`` tells the take-away to those who cannot
    see the chart. ``key`` names the chart in the page and its CSV file. ``columns`` is Streamlit's
    ``column_config`` for the table.
    """

    key: str
    title: str
    subtitle: str
    chart: go.Figure
    table: pd.DataFrame | Callable[[], pd.DataFrame]
    alt: str
    note: str = ""
    columns: dict[str, Any] = field(default_factory=dict)

    def numbers(self) -> pd.DataFrame:
        """The table, made now where it was not ready."""
        return self.table() if callable(self.table) else self.table


def show(finding: Finding, *, choosable: bool = False) -> list[Any]:
    """Draw a finding in its frame, with its table and its CSV one click away.

    ``choosable``: its points and bars can be chosen. Returns the ``customdata`` of the chosen ones,
    in the order in which plotly names them; empty where nothing is chosen.
    """
    with st.container(border=True, height="stretch", key=f"finding-{finding.key}"):
        with st.container(horizontal=True, vertical_alignment="top", gap="small"):
            with st.container(width="stretch", gap=None):
                st.markdown(f"##### {finding.title}")
                st.caption(finding.subtitle)
            _numbers(finding)
        chosen = _picture(finding, choosable=choosable)
        if finding.note:
            st.caption(finding.note)
    return chosen


def _picture(finding: Finding, *, choosable: bool) -> list[Any]:
    drawn = st.plotly_chart(
        finding.chart,
        key=f"chart-{finding.key}",
        config=CONFIG,
        alt=finding.alt,
        on_select="rerun" if choosable else "ignore",
        selection_mode="points",
    )
    if not choosable:
        return []
    points = drawn.selection.points  # type: ignore[union-attr]
    return [point["customdata"] for point in points if "customdata" in point]


def _numbers(finding: Finding) -> None:
    """The numbers of a chart as a table and a CSV; drawn only when opened."""
    numbers = st.popover(
        "Numbers",
        type="tertiary",
        key=f"numbers-{finding.key}",
        on_change="rerun",
        help="The numbers of this chart as a table, and as a CSV file",
    )
    if numbers.open:
        with numbers:
            table(finding.numbers(), finding.key, finding.columns)


_WHOLE_ROWS = 30
"""A table of at most so many rows is shown whole; a longer one scrolls."""


def table(
    frame: pd.DataFrame,
    key: str,
    columns: dict[str, Any] | None = None,
    *,
    download: pd.DataFrame | None = None,
) -> None:
    """A table, and a button that saves it as CSV (``download`` where the file holds more)."""
    height: Literal["content", "auto"] = "content" if len(frame) <= _WHOLE_ROWS else "auto"
    st.dataframe(
        frame,
        hide_index=True,
        column_config=columns,
        height=height,
        key=f"table-{key}",
        placeholder="–",
    )
    csv_button(frame if download is None else download, key)


def heading(title: str, subtitle: str) -> None:
    """What stands over a table that is no chart's: its title, and what it holds."""
    with st.container(gap=None):
        st.markdown(f"##### {title}")
        st.caption(subtitle)


def csv_button(frame: pd.DataFrame, key: str) -> None:
    """A button that saves a frame as CSV; the file is made when it is pressed.

    ``key`` names the file, to the audit trail too: fixed words. Where the frame tells of patients
    (:func:`pages.shared.exports.about_patients`) there is a button only for those who may have it.
    """

    def make() -> bytes:
        return safe_cells(frame).to_csv(index=False).encode("utf-8-sig")

    if not may_take_out():
        return
    st.download_button(
        "Save as CSV",
        data=noted(f"CSV file {key}", make),
        file_name=f"{key}.csv",
        mime="text/csv",
        on_click="ignore",
        key=f"csv-{key}",
    )


_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def safe_cells(frame: pd.DataFrame) -> pd.DataFrame:
    """Text cells that a spreadsheet would run as a formula, made harmless by an apostrophe."""

    def neutral(cell: object) -> object:
        return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell

    return frame.map(neutral)


def findings(first: Finding, *others: Finding) -> None:
    """The picture that carries the page, and the smaller ones in a grid below it."""
    show(first)
    finding_grid(others)


def finding_grid(smaller: Sequence[Finding]) -> None:
    """Smaller pictures, two in a row; one on a narrow screen."""
    if smaller:
        with st.grid(2, min_column_width=420):
            for finding in smaller:
                show(finding)


def nothing(words: str) -> None:
    """A designed empty state: what was looked for, and where the data really is."""
    st.info(words)


def definitions(words: str) -> None:
    """What the page's terms mean and where its rules come from, folded at the foot."""
    with st.expander("Definitions and sources"):
        st.markdown(words)
