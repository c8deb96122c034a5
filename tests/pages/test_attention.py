"""The attention list on the page, run as Streamlit runs it."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from access.viewer import LOCAL_VIEWER
from clinical.thresholds import LIMITS
from data_access.engine import make_engine, reading, writing
from data_access.facts import refresh_facts
from data_access.handles import handle_of_patient
from data_access.schema import Site
from data_access.thresholds import Signature, set_threshold
from pages.shared.frame import WORD_JOINER
from tests.data_access.facts.recorded_clinic import RecordedClinic, at

COURSE = (0, 3, 6, 9, 12, 15)
NOW = at(18, hour=11)
HOSTILE = "<b>Lee</b> $x^2$ [a](http://host/) :red[x] **b** `c` #d"
TURNED = "\u202e\u2066\u200f"
_SPECIAL = re.compile(r"(?<!\\)[`*_{}\[\]()#+\-.!|~<>$:&@^=]")
NO_BREAK = "\N{NO-BREAK SPACE}"


def _page() -> None:
    import os
    from dataclasses import replace
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    import streamlit as st

    from access.roles import ROLES, RoleName
    from access.viewer import LOCAL_VIEWER, Viewer
    from data_access.engine import make_engine, reading
    from data_access.filters import Filters
    from data_access.status import clinic_status
    from pages.shared.context import PageContext
    from pages.today.attention import attention_section

    viewer = LOCAL_VIEWER
    if os.environ["TEST_VIEWER"] == "manager":
        viewer = Viewer("manager", ROLES[RoleName.MANAGER].permissions, role="manager")
    now = datetime.fromisoformat(os.environ["TEST_NOW"]).astimezone(ZoneInfo("America/New_York"))
    sites = tuple(os.environ["TEST_SITES"].split())
    filters = replace(Filters(date(2026, 3, 1), now.date()), site_ids=sites)

    def nobody() -> None:
        st.write("A patient")

    def draw() -> None:
        engine = make_engine(os.environ["TEST_DATABASE"])
        with reading(engine) as connection:
            status = clinic_status(connection, viewer)
            pages = {"patients": patients} if os.environ["TEST_LINKS"] else {}
            attention_section(
                PageContext(connection, viewer, filters, status, now, now.date(), pages)
            )
        engine.dispose()

    patients = st.Page(nobody, title="Patients", url_path="patients")
    today = st.Page(draw, title="Today", default=True)
    st.navigation([today, patients], position="hidden").run()


class Ward:
    """A clinic to fill, and its attention list."""

    def __init__(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.url = url
        self.monkeypatch = monkeypatch

    def fill(self, write: Callable[[RecordedClinic], None]) -> None:
        engine = make_engine(self.url)
        with writing(engine) as connection:
            clinic = RecordedClinic(connection)
            write(clinic)
            refresh_facts(connection, range(1, clinic.patient() + 1))
        engine.dispose()

    def page(
        self, *, viewer: str = "", sites: str = "", days_later: int = 0, links: bool = True
    ) -> AppTest:
        settings = {
            "DATABASE": self.url,
            "VIEWER": viewer,
            "SITES": sites,
            "NOW": (NOW + timedelta(days=days_later)).isoformat(),
            "LINKS": "yes" if links else "",
        }
        for name, value in settings.items():
            self.monkeypatch.setenv(f"TEST_{name}", value)
        page = AppTest.from_function(_page, default_timeout=30).run()
        assert not page.exception
        return page


@pytest.fixture
def ward(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Ward:
    return Ward(sqlite_url, monkeypatch)


def course(clinic: RecordedClinic, *totals: float, site: str = "S1", **columns: object) -> int:
    """A patient in induction, three days after the last infusion; scored before each other one."""
    patient = clinic.patient(**{"given_name": "Ann", "family_name": "Lee", **columns})
    for day in COURSE:
        clinic.infusion(patient, at(day), site_id=site)
    for day, total in zip((-1, *COURSE[1:]), totals, strict=False):
        clinic.score(patient, at(day, hour=9), total)
    return patient


def healthy(clinic: RecordedClinic, **columns: object) -> int:
    return course(clinic, 20, 16, 14, 12, 10, 9, **columns)  # type: ignore[arg-type]


def worse(clinic: RecordedClinic, **columns: object) -> int:
    """Five points worse than the baseline from the score before the third infusion on."""
    return course(clinic, 12, 13, 17, 17, 18, 18, **columns)  # type: ignore[arg-type]


def unscored(clinic: RecordedClinic, **columns: object) -> int:
    return course(clinic, **columns)  # type: ignore[arg-type]


def read(words: str) -> str:
    """Markdown as it is read: without its escapes."""
    return re.sub(r"\\(.)", r"\1", words).replace(NO_BREAK, " ").replace(WORD_JOINER, "")


def names(page: AppTest) -> list[str]:
    return [read(link.proto.label) for link in page.get("page_link")]


def reasons(page: AppTest) -> list[str]:
    return [read(each.value) for each in page.markdown if "-badge[" in each.value]


def captions(page: AppTest) -> list[str]:
    return [read(each.value) for each in page.caption]


def title(page: AppTest) -> str:
    return read(page.markdown[0].value)


def three_of_four(clinic: RecordedClinic) -> None:
    unscored(clinic, family_name="Roe")
    healthy(clinic)
    patient = worse(clinic, family_name="Fox")
    unscored(clinic, family_name="Kim", site="S2", given_name=None)
    clinic.appointment(at(20), patient_id=f"P{patient}", kind="follow_up")


# --- the list ---------------------------------------------------------------------------------


def test_a_line_a_patient_with_reason_and_since_when_the_most_urgent_first(ward):
    ward.fill(three_of_four)
    page = ward.page()
    assert title(page) == "##### 3 patients need attention"
    assert captions(page)[0] == (
        "75 % of 4 patients under treatment; the most urgent first, then the newest. The list asks "
        "for a look and advises nothing."
    )
    assert names(page) == ["Fox, Ann", "Roe, Ann", "Kim"]
    assert reasons(page) == [
        ":orange-badge[Worse] PHQ-9 6 points worse than at baseline (12, now 18)",
        ":gray-badge[Score overdue] No depression score was ever recorded",
        ":gray-badge[Score overdue] No depression score was ever recorded",
    ]
    assert captions(page)[1:4] == [
        # 17, five over 12, an hour before the infusion of 7 March
        "For 12 days, since 7 Mar 2026 · Induction, infusion 6 given · next appointment 21 Mar "
        "2026 · North",
        "For 3 days, since 16 Mar 2026 · Induction, infusion 6 given · nothing booked · North",
        "For 3 days, since 16 Mar 2026 · Induction, infusion 6 given · nothing booked · West",
    ]


def test_several_reasons_of_one_patient_stand_in_one_line(ward):
    def write(clinic: RecordedClinic) -> None:
        patient = worse(clinic)
        for day, answer in ((16, 0), (17, 1)):
            clinic.score(patient, at(day), 18, item_9=answer)

    ward.fill(write)
    page = ward.page()
    assert title(page) == "##### 1 patient needs attention"
    assert reasons(page) == [
        ":orange-badge[Suicidal thoughts] Item 9 rose from 0 to 1 "
        ":orange-badge[Worse] PHQ-9 6 points worse than at baseline (12, now 18)"
    ]
    assert captions(page)[1].startswith("Since yesterday · ")


def test_the_number_of_infusions_planned_is_said_where_it_is_known(ward):
    def write(clinic: RecordedClinic) -> None:
        patient = clinic.patient(family_name="Lee")
        clinic.series(patient, "induction", at(0).date(), planned_infusions=6)
        clinic.infusion(patient, at(15), series_id="X1")

    ward.fill(write)
    assert "Induction, infusion 1 of 6 given" in captions(ward.page())[1]


def test_a_link_carries_the_handle_and_nothing_else(ward):
    ward.fill(three_of_four)
    engine = make_engine(ward.url)
    with reading(engine) as connection:
        handle = handle_of_patient(connection, LOCAL_VIEWER, 3)
    engine.dispose()
    sent = [link.proto for link in ward.page().get("page_link")]
    assert sent[0].query_string == f"patient={handle}"
    for link in sent:
        assert re.fullmatch(r"patient=[a-z2-7]{16}", link.query_string)
        assert link.page == "patients"
    assert len({link.query_string for link in sent}) == 3


def test_without_a_page_to_lead_to_the_names_are_text(ward):
    ward.fill(three_of_four)
    page = ward.page(links=False)
    assert names(page) == []
    assert "Fox, Ann" in [read(each.value) for each in page.markdown]


def test_one_site(ward):
    ward.fill(three_of_four)
    page = ward.page(sites="S2")
    assert names(page) == ["Kim"]
    assert captions(page)[0].startswith("100 % of 1 patient under treatment;")


# --- choosing and paging ----------------------------------------------------------------------


def test_one_reason_can_be_chosen_and_let_go(ward):
    ward.fill(three_of_four)
    page = ward.page()
    (choice,) = page.pills
    assert choice.value is None
    assert list(choice.options) == ["Worse 1", "Score overdue 2"]
    choice.set_value("Score overdue 2").run()
    assert not page.exception
    assert names(page) == ["Roe, Ann", "Kim"]
    page.pills[0].set_value(None).run()
    assert names(page) == ["Fox, Ann", "Roe, Ann", "Kim"]


def test_ten_lines_make_a_page(ward):
    def write(clinic: RecordedClinic) -> None:
        for number in range(12):
            unscored(clinic, given_name=None, family_name=f"Roe{number:02}")
        worse(clinic, given_name=None, family_name="Fox")

    ward.fill(write)
    page = ward.page()
    assert title(page) == "##### 13 patients need attention"
    assert names(page) == ["Fox", *(f"Roe{number:02}" for number in range(9))]
    (pages,) = page.pagination
    assert pages.num_pages == 2
    pages.set_value(2).run()
    assert names(page) == ["Roe09", "Roe10", "Roe11"]
    page.pills[0].set_value("Worse").run()
    assert names(page) == ["Fox"]
    assert not page.pagination
    page.pills[0].set_value("Score overdue").run()
    assert names(page) == [f"Roe{number:02}" for number in range(10)], "from the first page"


def test_ten_patients_are_one_page(ward):
    ward.fill(lambda clinic: [unscored(clinic) for _ in range(10)] and None)
    page = ward.page()
    assert len(names(page)) == 10
    assert not page.pagination


# --- nothing to list --------------------------------------------------------------------------


def test_nobody_needs_attention(ward):
    ward.fill(lambda clinic: healthy(clinic) and None)
    page = ward.page()
    assert title(page) == "##### None of 1 patient under treatment needs attention"
    assert not page.pills
    assert names(page) == []


def test_nobody_is_under_treatment(ward):
    ward.fill(three_of_four)
    page = ward.page(days_later=300)
    assert title(page) == "##### Nobody is under treatment in this selection"
    assert captions(page)[0] == (
        "Under treatment is who had an infusion in the last 28 days in induction, or 84 in "
        "maintenance."
    )
    table = page.dataframe[0].value
    assert set(table["of those under treatment"]) == {"no data"}


def test_without_the_permission_nobody_is_named(ward):
    ward.fill(three_of_four)
    page = ward.page(viewer="manager")
    assert captions(page) == [
        "The list of who needs attention is for clinicians and nurses. You are signed in as "
        "manager."
    ]
    assert not page.markdown
    assert not page.dataframe


# --- rules and thresholds ---------------------------------------------------------------------


def test_each_rule_tells_how_often_it_holds(ward):
    ward.fill(three_of_four)
    table = ward.page().dataframe[0].value.set_index("Rule")
    assert table["Patients"].to_dict() == {
        "Suicidal thoughts": 0,
        "Red event": 0,
        "Worse": 1,
        "Response lost": 0,
        "No response": 0,
        "Booster late": 0,
        "Score overdue": 2,
    }
    share = read(table.loc["Worse", "of those under treatment"])
    # Wilson, 1 of 4: 4.6 to 69.9 %
    assert share == "25 %, 95 % CI 5–70"


def test_the_thresholds_stand_below_with_who_set_them(ward):
    ward.fill(three_of_four)
    engine = make_engine(ward.url)
    with writing(engine) as connection:
        signature = Signature("Dr **Okafor**", NOW, "Protocol 12")
        set_threshold(connection, "overdue_induction_days", 30, signature)
        set_threshold(connection, "treated_induction_days", 14, signature)
        set_threshold(connection, "treated_induction_days", 21, signature)
    engine.dispose()
    table = ward.page().dataframe[1].value.set_index("Name")
    assert table.loc["review_after", "Set by"] == "default"
    assert table.loc["overdue_induction_days", "Value"] == "30 days"
    assert table.loc["overdue_induction_days", "Default"] == "21"
    assert table.loc["overdue_induction_days", "Set by"] == "Dr **Okafor**, 19 Mar 2026"
    assert table.loc["treated_induction_days", "Value"] == "21 days"
    assert len(table) == len(LIMITS)


def test_a_threshold_that_is_set_changes_the_list(ward):
    ward.fill(lambda clinic: healthy(clinic) and None)
    assert names(ward.page()) == []
    engine = make_engine(ward.url)
    with writing(engine) as connection:
        set_threshold(connection, "overdue_induction_days", 3, Signature("x", NOW))
    engine.dispose()
    page = ward.page()
    assert reasons(page) == [":gray-badge[Score overdue] No depression score for 3 days"]


# --- hostile data -----------------------------------------------------------------------------


def hostile(clinic: RecordedClinic) -> None:
    clinic.connection.execute(update(Site).values(name=HOSTILE))
    unscored(clinic, given_name=f"{TURNED}Ann", family_name=HOSTILE)
    unscored(clinic, given_name="# Ann\n\n- x", family_name=None)


@pytest.mark.parametrize("links", [True, False])
def test_names_are_only_text(ward, links):
    ward.fill(hostile)
    page = ward.page(links=links)
    shown = [link.proto.label for link in page.get("page_link")]
    if not links:
        shown = [each.value for each in page.markdown if "badge" not in each.value][1:]
    assert [read(label) for label in shown] == [f"{HOSTILE}, Ann", "# Ann - x"]
    for label in shown:
        assert not _SPECIAL.search(label), label
    for caption in page.caption[1:3]:
        site = caption.value.split(" · ")[-1]
        assert read(site) == HOSTILE
        assert not _SPECIAL.search(site)
    everything = "".join(each.value for each in [*page.markdown, *page.caption]) + "".join(shown)
    assert not set(everything) & set(TURNED)


def test_names_are_in_no_key_and_in_no_address(ward):
    ward.fill(
        lambda clinic: [unscored(clinic, family_name="Quickwater") for _ in range(11)] and None
    )
    page = ward.page()
    widgets = [*page.pills, *page.pagination, *page.dataframe]
    assert len(widgets) == 4
    addresses = [link.proto.query_string for link in page.get("page_link")]
    assert "Quickwater" not in "".join([*(each.proto.id for each in widgets), *addresses])
