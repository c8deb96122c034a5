"""The speed commands: ``python -m benchmarks queries`` and ``python -m benchmarks pages``."""
