"""The dashboard, but forgetting before each run what it has worked out."""

from pathlib import Path

import streamlit as st

from dashboard import gate, lifespan

app = st.App(Path(__file__).with_name("forgetful_shell.py"), lifespan=lifespan, middleware=[gate])
