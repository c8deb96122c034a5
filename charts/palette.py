"""Colours, named by what they mean. The same colour means the same thing on every page.

Each name is a placeholder that Streamlit's plotly theme replaces with the colour of that position
in ``.streamlit/config.toml``, light or dark as the reader's screen is. A test holds the
placeholders equal to the installed Streamlit's.
"""

IMPROVEMENT = "#000001"
"""Better than before: blue."""
CONCERN = "#000002"
"""Worse than before, or in need of attention: orange."""
NEUTRAL = "#000003"
"""Neither: grey."""
INK = "#000004"
"""The main line or mark of a chart that carries no judgement: nearly the text colour."""
PALE = "#000005"
"""What is only planned, or in the background."""
PALE_CONCERN = "#000006"
"""A lesser concern beside a greater one: pale orange."""
CATEGORIES = ("#000007", "#000008", "#000009", "#000010")
"""Up to four categories without a judgement (sites, kinds), beside ``INK``."""

SEVERITY = (
    "#000011",
    "#000012",
    "#000013",
    "#000014",
    "#000015",
    "#000016",
    "#000017",
    "#000018",
    "#000019",
    "#000020",
)
"""One ramp from least (0) to most severe (9)."""

BACKGROUND = "#000038"
"""The page's own background, for the rim of a mark."""


def severity(index: int, levels: int) -> str:
    """The colour of level ``index`` (0 = least severe) of ``levels`` in the severity ramp."""
    if levels < 2:
        return SEVERITY[len(SEVERITY) // 2]
    return SEVERITY[round(index * (len(SEVERITY) - 1) / (levels - 1))]
