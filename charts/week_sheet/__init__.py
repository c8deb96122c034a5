"""The sheet for the weekly team meeting on paper: content in, PDF out."""
