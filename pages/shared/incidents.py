"""Faults of the program in the log: where, under a number, and without any data."""

import logging
import traceback
from uuid import uuid4

_LOG = logging.getLogger("clinic.pages")


def incident(fault: Exception) -> str:
    """Log a fault and return its number. Its message may hold a patient's data, so it stays out."""
    number = uuid4().hex[:8]
    last = traceback.extract_tb(fault.__traceback__)[-1]
    _LOG.error("incident %s: %s at %s:%s", number, type(fault).__name__, last.name, last.lineno)
    return number
