"""What the theme alone cannot say about the look of a page on a screen."""

import streamlit as st

# The dark theme's first colour carries white words in the filters, so it is too dark to be the
# colour of words itself (3.4 : 1 on the chosen part of a switch; WCAG 2.2 asks for 4.5 : 1). There
# the links' colour of ``.streamlit/config.toml`` stands instead. Each theme sets its color-scheme.
_CHOSEN = """
[data-testid="stButtonGroup"] [role="radio"][aria-checked="true"]:not(:disabled) {
  color: light-dark(#1b66a8, #7fb8ea) !important;
}
"""


def screen_styles() -> None:
    """Make every page legible in the dark. Draws nothing and takes no space; call it once a run."""
    st.html(f"<style>{_CHOSEN}</style>")
