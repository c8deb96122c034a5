"""The front door: ``uv run streamlit run dashboard.py``.

The server application lies here; the script that draws the navigation and the pages is
``pages/shell.py``. (A folder named ``pages`` beside the drawing script would let Streamlit run a
page without it.) Before all of it stands the gate, however the server is started.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware

from access.gate import Gate
from access.sign_in import sign_in_routes
from data_access.doorkeeper import ClinicDoorkeeper
from data_access.embedded import reading_url
from pages.registry import PAGES
from pages.shared.start_up import prepare, settings_to_serve_by


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Make the demo clinic where there is nothing yet, and load what the first page needs."""
    prepare()
    yield {}


# From here on as the server finds them: a sentence and an end where it must not serve at all.
settings = settings_to_serve_by()
doorkeeper = ClinicDoorkeeper(
    reading_url, settings.sessions.limits(), is_local=settings.sign_in is None
)
addresses = [f"/{entry.url_path}" for entry in PAGES]
gate = Middleware(
    Gate,
    settings=settings,
    doorkeeper=doorkeeper,
    pages=addresses,
    index=(Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8"),
)

# `streamlit run` takes this file for a server only where it reads an assignment of st.App(...)
# itself. Built by a function, the application would be passed over, and the gate with it.
app = st.App(
    "pages/shell.py",
    lifespan=lifespan,
    routes=sign_in_routes(settings, doorkeeper, addresses),
    middleware=[gate],
)
