"""What all pages share: their anatomy, the filter bar, the way to the database."""
