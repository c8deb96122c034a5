"""From a DataFrame to a plotly Figure: pure functions, one module per page."""
