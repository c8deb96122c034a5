"""The summary of one patient on paper: content in, PDF out."""
