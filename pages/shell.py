"""The script behind every page: navigation, header, filter bar, then the page itself.

Streamlit runs this file for each view. It lies inside ``pages/`` so that no folder named ``pages``
lies beside it, which Streamlit would serve without running it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import streamlit as st
from sqlalchemy import Connection

from access.viewer import LOCAL_VIEWER
from data_access.filters import Filters
from data_access.selection import Selected, count_infusions
from data_access.status import ClinicStatus, clinic_status
from pages.registry import PAGES, PageEntry
from pages.shared.context import PageContext
from pages.shared.database import clinic_database
from pages.shared.filter_bar import filter_bar
from pages.shared.frame import nothing
from pages.shared.printing import print_styles
from pages.shared.problems import plain_problems
from pages.shared.start_up import settle

_ICON = (
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'>"
    "<rect width='32' height='32' rx='7' fill='%231b66a8'/>"
    "<path d='M5 11l7 5 6-2 9 9' fill='none' stroke='white' stroke-width='3'/></svg>"
)
_NO_RECORDS = (
    "This database holds no clinic yet. Bring in your records with "
    "`python -m data_access import-csv FOLDER`; `python -m data_access template FOLDER` writes "
    "the empty files to fill in. The demo clinic is made with `python -m data_access demo`."
)


def _time_zone(status: ClinicStatus) -> ZoneInfo:
    """The time zone of the clinic's day: its first site's."""
    return ZoneInfo(status.sites[0].time_zone) if status.sites else ZoneInfo("UTC")


def _header(entry: PageEntry, status: ClinicStatus, zone: ZoneInfo) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="header"):
        with st.container(width="stretch", gap=None):
            st.markdown(f"# {entry.title}")
            st.caption(entry.question)
        with st.container(width="content", gap=None, horizontal_alignment="right"):
            if status.is_demo:
                st.badge("Demo clinic: every person is invented", color="orange")
            if status.as_of:
                st.caption(f"Data as of {status.as_of.astimezone(zone):%d %b %Y, %H:%M %Z}")


def _selected(selected: Selected, filters: Filters) -> None:
    st.caption(
        f"**{selected.infusions:,} of {selected.all_infusions:,} infusions** selected, "
        f"{filters.start:%d %b %Y} to {filters.end:%d %b %Y}"
    )


def _context(entry: PageEntry, connection: Connection, pages: Mapping[str, st.Page]) -> PageContext:
    """Draw what stands above every page, and collect what the page is given."""
    status = clinic_status(connection, LOCAL_VIEWER)
    zone = _time_zone(status)
    now = datetime.now(UTC).astimezone(zone)
    _header(entry, status, zone)
    filters = filter_bar(status, now.date(), has_period=entry.has_period)
    if entry.has_period:
        _selected(count_infusions(connection, LOCAL_VIEWER, filters), filters)
    return PageContext(connection, LOCAL_VIEWER, filters, status, now, now.date(), pages)


def main() -> None:
    """Draw the page that the reader asked for."""
    context: PageContext

    def page(entry: PageEntry) -> st.Page:
        return st.Page(
            lambda: entry.draw(context),
            title=entry.title,
            url_path=entry.url_path,
            default=not entry.url_path,
        )

    entries = {entry.url_path: entry for entry in PAGES}
    pages = {entry.url_path: page(entry) for entry in PAGES}
    navigation = st.navigation(list(pages.values()), position="top")
    entry = entries[navigation.url_path]
    st.set_page_config(
        page_title=f"{entry.title} · Infusion clinic", page_icon=_ICON, layout="wide"
    )
    print_styles()
    with plain_problems(), clinic_database() as connection:
        # The filter bar belongs to this script and not to the page, so that it outlives a change
        # of page; the page itself then runs as Streamlit's.
        context = _context(entry, connection, pages)
        if context.status.sites:
            navigation.run()
        else:
            nothing(_NO_RECORDS)
    settle(entry.url_path)


if __name__ == "__main__":
    main()
