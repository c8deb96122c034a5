"""The clinic's thresholds as a table: value, default, meaning, source, who set it and when."""

import pandas as pd
import streamlit as st

from clinical.thresholds import LIMITS, Thresholds
from data_access.thresholds import threshold_history
from pages.shared.context import PageContext


def threshold_table(context: PageContext, thresholds: Thresholds) -> None:
    """Draw the table, and say how a threshold is changed."""
    history = threshold_history(context.connection, context.viewer)
    latest = history.drop_duplicates("name").set_index("name")
    st.dataframe(
        pd.DataFrame(
            {
                "Threshold": [limit.meaning[:1].upper() + limit.meaning[1:] for limit in LIMITS],
                "Value": [f"{getattr(thresholds, limit.name):g} {limit.unit}" for limit in LIMITS],
                "Default": [f"{limit.default:g}" for limit in LIMITS],
                "Source": [limit.source for limit in LIMITS],
                "Set by": [_set_by(latest, limit.name) for limit in LIMITS],
                "Name": [limit.name for limit in LIMITS],
            }
        ),
        hide_index=True,
        key="thresholds",
    )
    st.caption(
        "Defaults are for the clinic's medical director to sign off. To set one: "
        "`python -m data_access set-threshold NAME VALUE --by NAME --reason WHY`."
    )


def _set_by(latest: pd.DataFrame, name: str) -> str:
    if name not in latest.index:
        return "default"
    change = latest.loc[name]
    return f"{change['changed_by']}, {change['changed_at']:%d %b %Y}"
