"""The palette's placeholders are the ones that the installed Streamlit replaces."""

import tomllib
from pathlib import Path

from streamlit.elements.lib import streamlit_plotly_theme as theme

from charts import palette

CONFIG = tomllib.loads(
    (Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text(encoding="utf-8")
)


def test_each_name_stands_for_its_position():
    names = (
        palette.IMPROVEMENT,
        palette.CONCERN,
        palette.NEUTRAL,
        palette.INK,
        palette.PALE,
        palette.PALE_CONCERN,
        *palette.CATEGORIES,
    )
    assert names == tuple(getattr(theme, f"CATEGORY_{position}") for position in range(10))
    assert tuple(getattr(theme, f"SEQUENTIAL_{level}") for level in range(10)) == palette.SEVERITY
    assert palette.BACKGROUND == theme.BG_COLOR


def test_light_and_dark_define_every_position():
    for mode in ("light", "dark"):
        assert len(CONFIG["theme"][mode]["chartCategoricalColors"]) == 10
        assert len(CONFIG["theme"][mode]["chartSequentialColors"]) == 10


def _luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_meets_wcag_aa_in_both_modes():
    for mode in ("light", "dark"):
        look = CONFIG["theme"][mode]
        background = look["backgroundColor"]
        improvement, concern, neutral, ink, *_ = look["chartCategoricalColors"]
        assert _contrast(look["textColor"], background) >= 7
        assert _contrast(look["linkColor"], background) >= 4.5
        assert _contrast(look["primaryColor"], "#ffffff") >= 4.5
        for mark in (improvement, concern, neutral, ink):
            assert _contrast(mark, background) >= 3, (mode, mark)


def test_severity_runs_from_least_to_most():
    assert palette.severity(0, 5) == palette.SEVERITY[0]
    assert palette.severity(4, 5) == palette.SEVERITY[9]
    assert palette.severity(0, 1) == palette.SEVERITY[5]
