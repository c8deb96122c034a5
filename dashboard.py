"""The front door: ``uv run streamlit run dashboard.py``.

The server application lies here; the script that draws the navigation and the pages is
``pages/shell.py``. (A folder named ``pages`` beside the drawing script would let Streamlit run a
page without it.)
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st

from pages.shared.start_up import prepare


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Make the demo clinic where there is nothing yet, and load what the first page needs."""
    prepare()
    yield {}


app = st.App("pages/shell.py", lifespan=lifespan)
