"""Printing a page from the browser: the whole of it, on white, without what only a screen needs.

Streamlit already lays a printed page out over several sheets. It cuts charts and tables at the
right, though, since they keep the width of the screen; prints a dark page dark; and prints buttons.
"""

import streamlit as st

_WHOLE_PAGE = """
@page { margin: 12mm; }
[data-testid="stHeader"], .st-key-filters, .st-key-caseload-bar, .st-key-side-effect-bar,
[data-testid="stButton"]:not([class*="st-key-watched-"] *),
[data-testid="stTooltipIcon"]:not([class*="st-key-watched-"] *),
[data-testid="stDownloadButton"], [data-testid="stPopover"],
[data-testid="stPageLink"]:not(.st-key-attention *), [data-testid="stPagination"],
[data-testid="stButtonGroup"], [data-testid="stElementToolbar"] { display: none !important; }
[data-testid="stMainBlockContainer"] { padding: 0 !important; }
[class*="st-key-finding-"], [class*="st-key-card-"], .st-key-ledger, [data-testid="stMetric"] {
  break-inside: avoid;
}
[data-testid="stMarkdown"]:has(h1, h2, h3, h4, h5) { break-after: avoid; }
"""

# A chart is scaled as one picture from the width that it was drawn with, which only its own
# attribute knows. A browser that cannot read it prints the chart as before. (No style may hold a
# "<": Streamlit's sanitiser would drop the whole of it.)
_WHOLE_CHARTS = """
[data-testid="stGrid"][data-test-column-count="2"] { display: block !important; }
[data-testid="stGrid"][data-test-column-count="2"] > * { margin-bottom: 1rem; }
[data-testid="stElementContainer"]:has(> * > [data-testid="stPlotlyChart"]),
[data-testid="stFullScreenFrame"]:has(> [data-testid="stPlotlyChart"]),
[data-testid="stPlotlyChart"], .js-plotly-plot, .js-plotly-plot .plot-container,
.js-plotly-plot .svg-container {
  width: 100% !important; height: auto !important; min-height: 0 !important; flex: none !important;
}
[data-testid="stPlotlyChart"] { container-type: inline-size; }
.js-plotly-plot .main-svg {
  width: auto !important; max-width: none !important; height: auto !important;
  zoom: min(1, 100cqw / attr(width px, 1px));
}
.js-plotly-plot .main-svg:first-of-type { position: relative !important; display: block; }
"""

_WHOLE_TABLES = """
[data-testid="stElementContainer"]:has(> * > [data-testid="stDataFrame"]),
[data-testid="stFullScreenFrame"]:has(> [data-testid="stDataFrame"]),
[data-testid="stDataFrame"], [data-testid="stDataFrameResizable"] {
  width: 100% !important; height: auto !important; min-height: 0 !important; flex: none !important;
}
[data-testid="stDataFrame"] .stDataFrameGlideDataEditor,
[data-testid="stDataFrame"] .stDataFrameGlideDataEditor div:has(canvas) {
  position: relative !important; width: 100% !important; height: auto !important;
  min-height: 0 !important;
}
[data-testid="stDataFrame"] canvas[data-testid="data-grid-canvas"] {
  position: relative !important; width: 100% !important; height: auto !important;
  contain: none !important;
}
[data-testid="stDataFrame"] canvas:not([data-testid="data-grid-canvas"]) {
  position: absolute !important; top: 0; width: 100% !important; height: auto !important;
}
[data-testid="stDataFrame"] .dvn-scroller { display: none !important; }
"""

_DARK_ON_WHITE = """
html, body, .stApp, .stApp *:not(svg, svg *, canvas) {
  background: transparent !important; color: #0f1722 !important; border-color: #d9dfe5 !important;
}
html, body { background: white !important; }
html, body, .stApp { color-scheme: light !important; }
.js-plotly-plot .svg-container, [data-testid="stDataFrame"] canvas, [data-testid="stMetricChart"] {
  filter: invert(1) hue-rotate(180deg) brightness(1.14);
}
"""


def print_styles() -> None:
    """Make every page print well. Draws nothing and takes no space; call it once in each run."""
    dark = _DARK_ON_WHITE if st.context.theme.type == "dark" else ""
    st.html(f"<style>@media print {{{_WHOLE_PAGE}{_WHOLE_CHARTS}{_WHOLE_TABLES}{dark}}}</style>")
