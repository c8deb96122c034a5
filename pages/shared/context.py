"""What every page is given."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import streamlit as st
from sqlalchemy import Connection

from access.viewer import Viewer
from data_access.filters import Filters
from data_access.status import ClinicStatus


@dataclass(frozen=True, slots=True)
class PageContext:
    """One run of a page: an open read transaction, who looks, at what, and when.

    ``now`` is an aware time, ``today`` the clinic's calendar day at that time; ``pages`` are all
    pages by their address, for links between them.
    """

    connection: Connection
    viewer: Viewer
    filters: Filters
    status: ClinicStatus
    now: datetime
    today: date
    pages: Mapping[str, st.Page]
