"""Tests of the speed commands."""
