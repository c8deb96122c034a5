"""How fast the pages and their queries are: ``python -m benchmarks``."""
