"""The styles of a page on a screen. How they look is seen in a browser."""

import tomllib
from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]


def draw_page() -> None:
    import streamlit as st

    from pages.shared.screen import screen_styles

    screen_styles()
    st.write("The first words")


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_chosen_part_of_a_switch_is_legible_in_the_dark():
    app = AppTest.from_function(draw_page).run()
    assert not app.exception
    (styles,) = app.get("html")
    body = styles.proto.body
    # DOMPurify takes out a style in which a tag seems to begin.
    assert "<" not in body.removeprefix("<style>").removesuffix("</style>")
    themes = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())["theme"]
    light, dark = themes["light"]["linkColor"], themes["dark"]["linkColor"]
    assert f"light-dark({light}, {dark})" in body
    # Its ground, as axe-core tells it in the dark: a tenth of the first colour.
    assert (luminance(dark) + 0.05) / (luminance("#14202d") + 0.05) > 4.5
    assert (1.05) / (luminance(themes["dark"]["primaryColor"]) + 0.05) > 4.5, "white words on it"
