"""The dashboard as the README starts it, at the clinic's own day, with a switch for planted faults.

Run as ``python -m tests.canaries.watched_server SWITCH streamlit-arguments``. ``SWITCH`` is a file
with one word in it, which each page obeys as it draws its last part: it leaks a patient's name in
one way, breaks, or writes down what is shared between readers. Empty, all is as the README's.
"""

import logging
import pickle
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from types import FunctionType
from typing import Any

import streamlit as st
import time_machine
from streamlit.runtime.caching import cache_data_api, cache_resource_api
from streamlit.web import cli

from data_access.embedded import reading_url
from pages.shared import frame, memory
from tests.canaries.clinic import NOW
from tests.canaries.marks import ROOT

LEAKED = f"{ROOT}family1x"
WORDS = ("wire", "log", "export", "cache", "fault", "write caches")
"""What the switch may say."""


def shared_values() -> Iterator[tuple[str, Any]]:
    """What Streamlit keeps for all readers together, by the function that made it."""
    for session, caches in cache_resource_api._resource_caches._function_caches.items():
        for cache in caches.values():
            if session is None:
                for result in cache._mem_cache.values():
                    yield cache.display_name, result.value
    for tables in cache_data_api._data_caches._function_caches.values():
        for table in tables.values():
            yield table.display_name, table


class _Packer(pickle.Pickler):
    """Packs a function that was made on the spot as what it holds."""

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, FunctionType) and "<" in value.__qualname__:
            held = [cell.cell_contents for cell in value.__closure__ or ()]
            return tuple, ([held, value.__defaults__],)
        return NotImplemented


def _packed(value: Any) -> bytes:
    packed = BytesIO()
    try:
        _Packer(packed).dump(value)
    except Exception:
        return f"no bytes: {type(value).__name__}".encode()
    return packed.getvalue()


def _write_caches(path: Path) -> None:
    """Each shared value as bytes; what has none, by its kind."""
    with path.open("wb") as file:
        for name, value in shared_values():
            file.write(b"\n" + name.encode() + b"\n" + _packed(value))


def _obeying(switch: Path, draw: Callable[[str], None]) -> Callable[[str], None]:
    def definitions(words: str) -> None:
        word = switch.read_text()
        if word == "wire":
            st.markdown(LEAKED)
        elif word == "log":
            logging.getLogger("clinic.pages").error("drawn for %s", LEAKED)
        elif word == "cache":
            memory._shared("leak", reading_url(), "key", lambda: [LEAKED])
        elif word == "fault":
            raise ValueError(f"no such patient: {LEAKED}")
        elif word == "write caches":
            _write_caches(switch.with_suffix(".caches"))
        draw(words)

    return definitions


def _leaking_cells(switch: Path, safe: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def safe_cells(table: Any) -> Any:
        made = safe(table)
        return made.assign(Who=LEAKED) if switch.read_text() == "export" else made

    return safe_cells


def main() -> None:
    """Start the server."""
    switch = Path(sys.argv[1])
    with_faults: Any = frame
    with_faults.definitions = _obeying(switch, frame.definitions)
    with_faults.safe_cells = _leaking_cells(switch, frame.safe_cells)
    sys.argv = ["streamlit", *sys.argv[2:]]
    with time_machine.travel(NOW, tick=True):
        cli.main()


if __name__ == "__main__":
    main()
