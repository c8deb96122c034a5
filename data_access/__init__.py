"""Everything that touches the clinic database."""
