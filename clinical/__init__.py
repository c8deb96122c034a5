"""What a clinician or a statistician would check: pure functions, no SQL, no Streamlit."""
