"""The app with one empty page, and the gate before it."""

from pathlib import Path

import streamlit as st

from dashboard import gate, lifespan

app = st.App(Path(__file__).with_name("empty_page.py"), lifespan=lifespan, middleware=[gate])
