"""What happens once, before the first page is served."""

import gc
import importlib
import logging
import os
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from typing import NoReturn

import streamlit as st

from access.self_check import (
    IN_THE_PAGES,
    OPTION_RULES,
    Finding,
    Level,
    refused,
    self_check,
)
from access.settings import Settings, SettingsError, find_settings
from access.start import Serving, uvicorn_serving
from data_access.circumstances import look_around
from data_access.embedded import (
    demo_day,
    demo_is_needed,
    demo_path,
    make_demo_file,
    reading_url,
    settings_path,
)
from data_access.errors import ClinicDatabaseError

_LOG = logging.getLogger("clinic.start")


@cache
def clinic_settings() -> Settings:
    """The settings by which this process serves; read once.

    Raises :class:`~access.settings.SettingsError`.
    """
    return find_settings(settings_path())


def settings_to_serve_by() -> Settings:
    """The settings, where the dashboard may be served by them (:mod:`access.self_check`).

    Where not, the program ends with exit status 1 and a sentence a reason. To be called while the
    entry point is imported: a server reports whatever is raised later with a traceback.
    """
    try:
        settings = clinic_settings()
    except SettingsError as error:
        _end([str(error)])
    findings = self_check(look_around(settings, _serving(), _options(), reading_url()))
    # The pages tell of a database that does not answer, and it may do so in a moment.
    faults = [each for each in refused(findings) if each.subject not in IN_THE_PAGES]
    if faults:
        _end([each.sentence for each in faults])
    _warn(findings)
    return settings


def _end(reasons: Sequence[str]) -> NoReturn:
    print(*("", "The dashboard was not started.", *reasons), sep="\n", file=sys.stderr)
    raise SystemExit(1)


def _warn(findings: Iterable[Finding]) -> None:
    for each in findings:
        if each.level is Level.WARN:
            print(f"  Warning: {each.sentence}", file=sys.stderr)


def _options() -> dict[str, object]:
    return {rule.name: st.get_option(rule.name) for rule in OPTION_RULES}


def _serving() -> Serving:
    """Where this process is about to listen, as far as the program can know."""
    address, has_certificate = uvicorn_serving(sys.argv, os.environ) or (
        st.get_option("server.address") or "",
        bool(st.get_option("server.sslCertFile")),
    )
    return Serving(address, has_certificate, reading_url().startswith("sqlite"))


def prepare() -> None:
    """Make the demo clinic where it is to be shown and is missing, and warm up.

    Where it cannot be made, the pages say so; the server starts all the same. Freezing the heap,
    once all that the pages need is imported, spares each page run a full garbage collection of
    those libraries, 60 to 80 ms.
    """
    _make_demo(demo_day())
    importlib.import_module("pages.registry")
    gc.collect()
    gc.freeze()


_settled: set[str] = set()


def settle(page: str) -> None:
    """Freeze the heap again once a page, or a view of one, has been drawn for the first time.

    The libraries load parts of themselves only when they are used (kinds of charts, the database's
    dialect). A collection of those after each later run would cost it 10 to 20 ms.
    """
    if page not in _settled:
        _settled.add(page)
        gc.collect()
        gc.freeze()


def _make_demo(today: date) -> None:
    if not demo_is_needed(today):
        return
    print("  Making the demo clinic. This takes a few seconds.", flush=True)
    try:
        make_demo_file(demo_path(), today)
    except (ClinicDatabaseError, OSError) as problem:
        _LOG.error("The demo clinic could not be made: %s", problem)
