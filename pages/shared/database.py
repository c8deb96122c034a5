"""The pages' way to the clinic database."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from sqlalchemy import Connection, Engine

from data_access.embedded import reading_url
from data_access.engine import appending, make_engine, reading, writing
from data_access.migrate import require_schema


@st.cache_resource(on_release=lambda engine: engine.dispose(), max_entries=2, show_spinner=False)
def _engine(url: str) -> Engine:
    return make_engine(url)


@contextmanager
def clinic_database() -> Iterator[Connection]:
    """One read transaction for one run of a page, on a database of the right version.

    Raises :class:`~data_access.errors.ClinicDatabaseError` with a sentence for the reader.
    """
    with reading(_engine(reading_url())) as connection:
        require_schema(connection)
        yield connection


@contextmanager
def clinic_decisions() -> Iterator[Connection]:
    """One write transaction, for what a person decides on a page and signs.

    Raises :class:`~data_access.errors.ClinicDatabaseError` with a sentence for the reader.
    """
    with writing(_engine(reading_url())) as connection:
        require_schema(connection)
        yield connection


@contextmanager
def clinic_users() -> Iterator[Connection]:
    """One short write transaction, for users and sessions; an import does not hold it up.

    Raises :class:`~data_access.errors.ClinicDatabaseError` with a sentence for the reader.
    """
    with appending(_engine(reading_url())) as connection:
        require_schema(connection)
        yield connection
