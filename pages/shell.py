"""The script behind every page: who looks, navigation, header, filter bar, then the page itself.

Streamlit runs this file for each view. It lies inside ``pages/`` so that no folder named ``pages``
lies beside it, which Streamlit would serve without running it.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import streamlit as st
from sqlalchemy import Connection

from access import gate
from access.actions import Action, Outcome
from access.viewer import Permission, Viewer
from data_access.audit import Entry, note
from data_access.filters import Filters
from data_access.reporting_roles import assume
from data_access.selection import Selected, count_infusions
from data_access.status import ClinicStatus, clinic_status
from pages.registry import PAGES, PageEntry
from pages.shared.context import PageContext
from pages.shared.database import clinic_database
from pages.shared.filter_bar import filter_bar, unfiltered
from pages.shared.frame import nothing, page_link, plain
from pages.shared.printing import print_styles
from pages.shared.problems import plain_problems
from pages.shared.screen import screen_styles
from pages.shared.signed_in import sign_out, signed_out, viewer_now
from pages.shared.start_up import settle
from pages.shared.turns import turn
from pages.shared.who_may import for_others, role_title
from pages.shared.words import listed

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
_NO_GATE = (
    "The dashboard is served without its gate, so nothing is shown: nobody can tell who looks. "
    "Start it with `streamlit run dashboard.py`."
)
_NO_SITE = (
    "You have no site yet, so there is nothing to show. Ask an administrator to give you one."
)


def _time_zone(status: ClinicStatus) -> ZoneInfo:
    """The time zone of the clinic's day: its first site's."""
    return ZoneInfo(status.sites[0].time_zone) if status.sites else ZoneInfo("UTC")


def _header(entry: PageEntry, viewer: Viewer, status: ClinicStatus, zone: ZoneInfo) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="header"):
        with st.container(width="stretch", gap=None):
            st.markdown(f"# {entry.title}")
            st.caption(entry.question)
        with st.container(width="content", gap=None, horizontal_alignment="right"):
            if status.is_demo:
                st.badge("Demo clinic: every person is invented", color="orange")
            if status.as_of:
                as_of = f"{status.as_of.astimezone(zone):%d %b %Y, %H:%M %Z}"
                st.caption(f"Data as of {as_of}", width="content")
            _who_looks(viewer, status)


def _who_looks(viewer: Viewer, status: ClinicStatus) -> None:
    """Who is signed in, as what, at which sites, and the way out."""
    who = [plain(viewer.name), role_title(viewer.role)]
    if viewer.site_ids is not None:
        who.append(listed([plain(site.name) for site in status.sites]) or "no site")
    with st.container(horizontal=True, width="content", vertical_alignment="center", gap="small"):
        st.caption(" · ".join(who), width="content")
        if st.button("Sign out", type="tertiary", key="sign-out"):
            sign_out(viewer)


def _selected(selected: Selected, filters: Filters) -> None:
    st.caption(
        f"**{selected.infusions:,} of {selected.all_infusions:,} infusions** selected, "
        f"{filters.start:%d %b %Y} to {filters.end:%d %b %Y}"
    )


def _context(
    entry: PageEntry, connection: Connection, viewer: Viewer, pages: Mapping[str, st.Page]
) -> PageContext:
    """Draw what stands above every page, and collect what the page is given."""
    status = clinic_status(connection, viewer)
    zone = _time_zone(status)
    now = datetime.now(UTC).astimezone(zone)
    _header(entry, viewer, status, zone)
    if viewer.may(entry.needs):
        filters = _filters(entry, connection, viewer, status, now.date())
    else:
        filters = unfiltered(now.date())
    return PageContext(connection, viewer, filters, status, now, now.date(), pages)


def _filters(
    entry: PageEntry, connection: Connection, viewer: Viewer, status: ClinicStatus, today: date
) -> Filters:
    """Draw the filter bar and what it selects, where the page is about that."""
    if entry.filters_need is None or not viewer.may(entry.filters_need):
        return unfiltered(today)
    filters = filter_bar(
        status,
        today,
        has_period=entry.has_period,
        has_diagnoses=viewer.may(Permission.SEE_CLINICAL),
    )
    if entry.has_period:
        _selected(count_infusions(connection, viewer, filters), filters)
    return filters


def _page(context: PageContext, entry: PageEntry, page: st.Page) -> None:
    """Draw the page, or why there is nothing to draw."""
    if context.status.sites or entry.filters_need is None:
        page.run()
    else:
        nothing(_NO_RECORDS if context.viewer.site_ids is None else _NO_SITE)


def _refuse(context: PageContext, entry: PageEntry) -> None:
    """Say whose the page is. The first time in a tab it is noted in the audit trail."""
    slot = f"refused: {entry.url_path}"
    if slot not in st.session_state:
        refusal = Entry(Action.REFUSAL, f"page {entry.title}", Outcome.REFUSED)
        note(context.connection.engine, context.viewer, refusal)
        st.session_state[slot] = True
    st.warning(for_others(context.viewer, f"The page {entry.title}", entry.needs))
    page_link(_first(context.pages))


def _first(pages: Mapping[str, st.Page]) -> st.Page:
    """The page on which somebody arrives: the first that is theirs."""
    return next(iter(pages.values()))


def _show(connection: Connection, viewer: Viewer) -> None:
    """Draw the page that the viewer asked for, of those that they may see."""
    context: PageContext

    def page(entry: PageEntry) -> st.Page:
        return st.Page(
            lambda: entry.draw(context),
            title=entry.title,
            url_path=entry.url_path,
            default=not entry.url_path,
            visibility="visible" if viewer.may(entry.needs) else "hidden",
        )

    entries = {entry.url_path: entry for entry in PAGES}
    pages = {entry.url_path: page(entry) for entry in PAGES}
    navigation = st.navigation(list(pages.values()), position="top")
    entry = entries[navigation.url_path]
    permitted = {path: pages[path] for path, each in entries.items() if viewer.may(each.needs)}
    _tab(entry.title)
    if not entry.url_path and entry.url_path not in permitted:  # where everybody arrives
        st.switch_page(_first(permitted))
    # The filter bar belongs to this script and not to the page, so that it outlives a change of
    # page; the page itself then runs as Streamlit's.
    context = _context(entry, connection, viewer, permitted)
    if entry.url_path in permitted:
        _page(context, entry, navigation)
    else:
        _refuse(context, entry)
    settle(entry.url_path)


def _nothing_else() -> None:
    """Keep the address, and offer no other page."""
    _tab("Infusion clinic")
    every = [
        st.Page(
            lambda: None,
            title=entry.title,
            url_path=entry.url_path,
            default=not entry.url_path,
        )
        for entry in PAGES
    ]
    st.navigation(every, position="hidden")


def _tab(title: str) -> None:
    name = "Infusion clinic"
    st.set_page_config(
        page_title=title if title == name else f"{title} · {name}", page_icon=_ICON, layout="wide"
    )


def main() -> None:
    """Ask who looks, and draw what they may see; for whoever is signed out, only that.

    Who looks is what the gate says, so nothing is drawn where this script is served without it.
    """
    if not gate.stands():
        st.error(_NO_GATE)
        return
    viewer: Viewer | None = None
    print_styles()
    screen_styles()
    with plain_problems(), turn(), clinic_database() as connection:
        viewer = viewer_now(connection)
        if viewer is not None:
            assume(connection, viewer)
            _show(connection, viewer)
        else:
            signed_out()
    if viewer is None:
        _nothing_else()


if __name__ == "__main__":
    main()
