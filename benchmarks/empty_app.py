"""An app with one empty page, on the same server: the floor of a script run."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st

from pages.shared.start_up import prepare


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Load what the dashboard loads."""
    prepare()
    yield {}


app = st.App(Path(__file__).with_name("empty_page.py"), lifespan=lifespan)
