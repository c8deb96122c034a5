"""The shared anatomy of a page."""

import re

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.frame import plain, safe_cells

HOSTILE = [
    "![x](http://host/leak)",
    "[link](http://host)",
    "**bold** _it_ `code`",
    "$x^2$",
    ":red[text] :smile:",
    "<b>html</b> <script>alert(1)</script>",
    "# heading",
    "- list",
    "a | b",
    "line\nbreak",
]


@pytest.mark.parametrize("data", HOSTILE)
def test_data_in_markdown_is_only_text(data: str):
    escaped = plain(data)
    assert "\n" not in escaped
    for index, character in enumerate(escaped):
        if character in "*_`[]()#!<>$:|":
            assert escaped[index - 1] == "\\", (data, escaped)


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        ("http://host/x", "http:\u2060//host/x"),
        ("HTTPS://host", "HTTPS:\u2060//host"),
        ("see Www.host.example", "see Www\u2060.host.example"),
        ("ada@clinic.example", "ada@\u2060clinic.example"),
        ("12:30, www and 1/2", "12:30, www and 1/2"),
    ],
)
def test_an_address_in_data_does_not_become_a_link(data: str, shown: str):
    """By the rule of the browser's markdown, which looks for addresses when the escapes are off."""
    drawn = plain(data).replace("\\", "")
    assert drawn == shown
    assert not re.search(
        r"(https?://|www(?=\.))([-.\w]+)|([-.\w+]+)@([-\w]+(?:\.[-\w]+)+)", drawn, re.I
    )


def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless():
    frame = pd.DataFrame({"name": ["=HYPERLINK(1)", "-Lee", "Ann", "@x"], "n": [1, -2, 3, 4]})
    made = safe_cells(frame)
    assert list(made["name"]) == ["'=HYPERLINK(1)", "'-Lee", "Ann", "'@x"]
    assert list(made["n"]) == [1, -2, 3, 4]


def _page_with_a_finding() -> None:
    import pandas as pd

    from charts.style import figure
    from pages.shared.frame import (
        Finding,
        KeyFigure,
        definitions,
        key_figures,
        nothing,
        sentence,
        show,
    )

    sentence("Half of them.")
    key_figures([KeyFigure("Share", "50 %", "Of all", change="+1", judgement="good", trend=[1, 2])])
    show(
        Finding(
            key="half",
            title="Half respond",
            subtitle="2 patients",
            chart=figure(),
            table=pd.DataFrame({"Patients": [2]}),
            alt="Half of 2 patients responded",
            note="A note",
        )
    )
    nothing("No infusions.")
    definitions("A *definition*.")


def test_the_anatomy_is_drawn_in_order():
    page = AppTest.from_function(_page_with_a_finding).run()
    assert not page.exception
    assert [element.value for element in page.markdown] == [
        "## Half of them.",
        "##### Half respond",
        "A *definition*.",
    ]
    assert page.metric[0].value == "50 %"
    assert [element.value for element in page.caption] == ["2 patients", "A note"]
    assert page.info[0].value == "No infusions."
    chart = page.get("plotly_chart")[0]
    assert chart.proto.alt == "Half of 2 patients responded"
    assert not page.dataframe, "the table is drawn only on request"
