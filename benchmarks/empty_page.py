"""A page with one word on it."""

import streamlit as st

st.write("Empty")
