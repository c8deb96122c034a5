"""The Patients page, run as Streamlit runs it: the caseload, and the patient in the address."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import orjson
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from access.viewer import LOCAL_VIEWER
from data_access.bulk import insert_rows
from data_access.engine import make_engine, reading, writing
from data_access.facts import rebuild_facts
from data_access.handles import handle_of_patient
from data_access.schema import Infusion
from tests.data_access.caseload_clinic import fill, record_thoughts

ANNA, BOB, CARL, NAMELESS, UNKNOWN = 1, 2, 6, 8, 999
NAMES = ("Müller", "Anna", "A-100", "O'Brien", "Bob", "A-200", "Carl", "100%", "A-600", "P1", "P2")
"""The names and numbers of the patients who are opened here."""


def _page() -> None:
    import os
    from dataclasses import replace
    from datetime import date

    from access.roles import ROLES, RoleName
    from access.viewer import LOCAL_VIEWER, Permission
    from data_access.engine import make_engine, reading
    from data_access.filters import Filters
    from data_access.status import clinic_status
    from pages.patients.page import patients_page
    from pages.shared.context import PageContext
    from tests.data_access.caseload_clinic import NOW, TODAY

    start, end = os.environ["TEST_PERIOD"].split()
    filters = Filters(date.fromisoformat(start), date.fromisoformat(end))
    viewer = {
        "": LOCAL_VIEWER,
        "unnamed": replace(
            LOCAL_VIEWER, permissions=frozenset(Permission) - {Permission.SEE_PATIENTS}
        ),
        "manager": replace(
            LOCAL_VIEWER, permissions=ROLES[RoleName.MANAGER].permissions, role="manager"
        ),
        "south": replace(LOCAL_VIEWER, site_ids=frozenset({"S2"})),
    }[os.environ["TEST_VIEWER"]]
    engine = make_engine(os.environ["TEST_DATABASE"])
    with reading(engine) as connection:
        status = clinic_status(connection, viewer)
        patients_page(PageContext(connection, viewer, filters, status, NOW, TODAY, {}))
    engine.dispose()


@pytest.fixture
def page(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """A function that fills the clinic and prepares the page for a viewer and a period."""

    def make(
        *,
        viewer: str = "",
        start: date = date(2025, 4, 1),
        filled: bool = True,
        opened: int | None = None,
        thoughts: bool = False,
    ) -> AppTest:
        if filled:
            engine = make_engine(sqlite_url)
            with writing(engine) as connection:
                fill(connection)
                if thoughts:
                    record_thoughts(connection)
            engine.dispose()
        monkeypatch.setenv("TEST_DATABASE", sqlite_url)
        monkeypatch.setenv("TEST_PERIOD", f"{start} 2026-03-31")
        monkeypatch.setenv("TEST_VIEWER", viewer)
        app = AppTest.from_function(_page, default_timeout=30)
        if opened is not None:
            app.session_state["opened_patient"] = opened
        return app

    return make


def words(page: AppTest) -> str:
    everything = [*page.markdown, *page.caption, *page.info]
    return "\n".join(element.value for element in everything).replace("\N{NO-BREAK SPACE}", " ")


def listed(page: AppTest) -> list[str]:
    """The names on the caseload's page; empty where there is no table."""
    return list(page.dataframe[0].value["Patient"]) if len(page.dataframe) else []


def charts(page: AppTest) -> list[dict[str, Any]]:
    return [orjson.loads(found.proto.spec) for found in page.get("plotly_chart")]


def handle_of(url: str, patient_key: int) -> str:
    """The handle of a patient in the clinic that the page has filled."""
    engine = make_engine(url)
    with reading(engine) as connection:
        handle = handle_of_patient(connection, LOCAL_VIEWER, patient_key)
    engine.dispose()
    assert handle is not None
    return handle


def addressed(page: AppTest) -> str | None:
    """The handle in the address."""
    found = page.query_params.get("patient")
    return found[0] if isinstance(found, list) else found


def button(page: AppTest, label: str) -> Any:
    (found,) = [each for each in page.button if each.label == label]
    return found


def record_an_earlier_series(url: str) -> None:
    """Give Bob an infusion half a year before his series, as Carl had one: a series of its own."""
    engine = make_engine(url)
    begun = datetime(2025, 9, 1, 18, tzinfo=UTC)
    row = ("I99", "P2", "S1", begun, 40.0, False, False, False, False)
    columns: tuple[str, ...] = ("infusion_id", "patient_id", "site_id", "started_at", "dose_mg")
    columns += ("stopped_early", "side_effects_recorded", "series_derived", "sequence_derived")
    with writing(engine) as connection:
        insert_rows(connection, Infusion, columns, [row])
        rebuild_facts(connection)
    engine.dispose()


def test_the_answer_comes_first(page):
    shown = page().run()
    assert not shown.exception
    found = words(shown)
    assert (
        "## On PHQ-9, **2 of 3 evaluable patients in induction responded** at the latest score "
        "(67 %, 95 % CI 21–94), 1 is in remission and 1 is worse; **0 of 1 evaluable patient in "
        "maintenance are worse** than when it began (0 %, 95 % CI 0–79)."
    ) in found
    assert (
        "6 patients with a series in this period, of whom 2 have no baseline or no later score "
        "and are not evaluable. Latest scores: 3 taken before an infusion, 1 within 72 hours after "
        "one; the bars below keep these apart."
    ) in found


def test_the_caseload_says_of_each_patient_what_matters(page):
    shown = page().run()
    table = shown.dataframe[0].value
    anna = table[table["Patient"] == "Müller, Anna-Lena"].iloc[0]
    assert pd.isna(anna["Concern"])
    assert anna.drop(["Scores", "Concern"]).to_dict() == {
        "Patient": "Müller, Anna-Lena",
        "Number": "A-100",
        "Series": "Induction, 3 of 6",
        "Status": ["Responding"],
        "Baseline": 20,
        "Last": 8,
        "Change": -12,
        "Last taken": "within 72 hours after infusion 3",
        "Days since": 48,
        "Next appointment": date(2026, 4, 3),
        "Site": "North",
        "Provider": "Grace Hall",
    }
    assert list(anna["Scores"]) == [20, 14, 10]
    assert listed(shown)[0] == "O'Brien, Bob", "the one who got worse"
    assert "1 to 6 of 6 patients" in words(shown)


def test_a_record_without_a_number_shows_the_patients_own(page):
    table = page().run().dataframe[0].value
    assert table.loc[table["Patient"].str.contains("Power"), "Number"].tolist() == ["P4"]


def test_search_narrows_and_leaves_the_url_alone(page):
    shown = page().run()
    shown.text_input[0].set_value("müll").run()
    assert listed(shown) == ["Müller, Anna-Lena"]
    assert "müll" not in str(dict(shown.query_params))


def test_search_beyond_the_filters(page):
    shown = page().run()
    shown.text_input[0].set_value("dora").run()
    assert listed(shown) == []
    assert "Nobody in this selection has such a name or number" in words(shown)
    shown.checkbox[0].check().run()
    assert listed(shown) == ["Alt, Dora"]
    shown.text_input[0].set_value("nobody").run()
    assert "Nobody whom you may see has such a name or number" in words(shown)


def test_status_and_order(page):
    shown = page().run()
    shown.multiselect[0].set_value(["Responding", "Remission"]).run()
    assert listed(shown) == ["Müller, Anna-Lena", "Çelik, Özlem"]
    shown.selectbox[0].set_value("Next appointment").run()
    assert listed(shown) == ["Çelik, Özlem", "Müller, Anna-Lena"]
    shown.multiselect[0].set_value(["Partial response"]).run()
    assert "No patient in this selection fits what is chosen here." in words(shown)


def test_a_concern_is_told_in_words_and_listed_first(page):
    table = page(thoughts=True).run().dataframe[0].value
    concerns = table.set_index("Patient")["Concern"]
    overdue = "No depression score for 25 days"
    assert concerns.head(3).to_dict() == {
        "O'Brien, Bob": f"Item 9 rose from 0 to 1; {overdue}",
        "100%, Carl": "C-SSRS rose from None to Moderate",
        "<b>$Power$, _**Max**_": f"C-SSRS is High; {overdue}",
    }
    assert concerns["Novak, Anna"] == "No depression score for 22 days"
    assert pd.isna(concerns["Çelik, Özlem"]), "the rise of one who is no longer under treatment"


def test_only_overdue_scores(page):
    shown = page().run()
    shown.toggle[0].set_value(True).run()
    assert set(listed(shown)) == {"O'Brien, Bob", "<b>$Power$, _**Max**_", "Novak, Anna"}
    shown.text_input[0].set_value("carl").run()
    assert "Nobody in this selection has such a name or number and fits what" in words(shown)


def test_providers_of_one_name_are_told_apart(page):
    shown = page().run()
    _, providers = shown.multiselect
    assert providers.options == ["Grace Hall (V1)", "Grace Hall (V2)", "Omar Reed"]
    providers.set_value(["Grace Hall (V2)", "Omar Reed"]).run()
    assert listed(shown) == ["O'Brien, Bob", "100%, Carl", "Çelik, Özlem"]


def test_the_choices_are_opened_by_an_address(page):
    shown = page()
    shown.query_params["overdue"] = "true"
    shown.query_params["provider"] = ["Grace Hall (V1)", "Grace Hall (V2)"]
    shown.query_params["status"] = "Not evaluable"
    shown.run()
    assert listed(shown) == ["Novak, Anna"]


def test_a_provider_of_another_site_or_period_is_not_offered(page):
    shown = page(viewer="south")
    shown.query_params["provider"] = "Omar Reed"
    shown.run()
    assert not shown.exception
    assert shown.multiselect[1].options == ["Grace Hall (V2)"]
    assert shown.multiselect[1].value == []
    assert set(listed(shown)) == {"Çelik, Özlem", "<b>$Power$, _**Max**_"}


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("celik", ["Çelik, Özlem"]),
        ("obrien", ["O'Brien, Bob"]),
        ("mull anna", ["Müller, Anna-Lena"]),
        ("%", []),
    ],
)
def test_search_by_words(page, search, expected):
    shown = page().run()
    shown.text_input[0].set_value(search).run()
    assert listed(shown) == expected


def test_another_questionnaire_by_its_address(page):
    shown = page()
    shown.query_params["instrument"] = "GAD-7"
    shown.run()
    assert not shown.exception
    assert "On GAD-7, **1 of 1 evaluable patient in induction responded**" in words(shown)


def test_the_status_bars_keep_phases_and_timepoints_apart(page):
    (bars,) = charts(page().run())
    rows = {bar["y"][0].replace("<br>", " ") for bar in bars["data"]}
    assert rows == {
        "Induction: before an infusion n 2",
        "Induction: within 72 hours after n 1",
        "Maintenance: before an infusion n 1",
    }


def test_a_malformed_address_falls_back_to_the_defaults(page):
    shown = page()
    for name in ("instrument", "order", "status", "provider", "overdue", "along"):
        shown.query_params[name] = "<script>"
    shown.run()
    assert not shown.exception
    assert "On PHQ-9" in words(shown)
    assert len(listed(shown)) == 6


def test_totals_only_for_those_who_may_not_see_patients(page):
    shown = page(viewer="unnamed", opened=ANNA).run()
    assert not shown.exception
    assert "Müller" not in words(shown)
    assert "**2 of 3 evaluable patients in induction responded**" in words(shown)
    assert "You see totals only." in words(shown)
    assert len(shown.dataframe) == 0
    assert len(shown.text_input) == 0


def test_a_manager_is_told_whose_the_page_is(page):
    shown = page(viewer="manager", opened=ANNA).run()
    assert not shown.exception
    assert [info.value for info in shown.info] == [
        "How each patient is doing is for clinicians and nurses. You are signed in as manager."
    ]
    assert not shown.markdown


def test_an_empty_database(page):
    shown = page(filled=False).run()
    assert [info.value for info in shown.info] == [
        "No questionnaire has been recorded yet, so nobody's progress can be shown."
    ]


def test_an_empty_period_says_where_the_data_is(page):
    shown = page(start=date(2026, 3, 30)).run()
    assert not shown.exception
    assert (
        "No patient's latest series lies in this selection, 30 Mar 2026 to 31 Mar 2026; the data "
        "runs from 3 Jun 2024 to 17 Mar 2026."
    ) in words(shown)


def test_whom_the_reader_opens_is_named_in_the_address_by_a_handle_only(page, sqlite_url):
    shown = page(opened=ANNA).run()
    assert not shown.exception
    assert "## Müller, Anna\\-Lena" in words(shown)
    handle = addressed(shown)
    assert handle is not None
    assert re.fullmatch("[a-z2-7]{16}", handle)
    assert handle == handle_of(sqlite_url, ANNA)
    assert not [name for name in NAMES if name in str(dict(shown.query_params))]


def test_an_address_opens_its_patient(page, sqlite_url):
    shown = page()
    shown.query_params["patient"] = handle_of(sqlite_url, BOB)
    shown.run()
    assert not shown.exception
    assert "## O'Brien, Bob" in words(shown)
    assert len(shown.text_input) == 0, "the caseload is not drawn as well"


@pytest.mark.parametrize(
    "handle",
    [
        "aaaaaaaaaaaaaaaa",
        "short",
        "",
        "AAAAAAAAAAAAAAAA",
        "1",
        "P1",
        "<script>alert(1)</script>",
        "a' OR '1'='1",
        "aaaaaaaa\x00aaaaaaa",
        "a" * 10_000,
    ],
)
def test_an_address_of_nobody_is_not_found(page, handle):
    shown = page()
    shown.query_params["patient"] = handle
    shown.run()
    assert_not_found(shown)


def test_another_sites_patient_is_not_found_in_the_same_words(page, sqlite_url):
    shown = page(viewer="south")
    shown.query_params["patient"] = handle_of(sqlite_url, ANNA)
    shown.run()
    assert_not_found(shown)


@pytest.mark.parametrize("key", [ANNA, UNKNOWN], ids=["another site's", "unknown"])
def test_whom_one_may_not_see_is_given_no_handle(page, key):
    shown = page(viewer="south", opened=key).run()
    assert not shown.exception
    assert addressed(shown) is None
    assert "Müller" not in words(shown)


def assert_not_found(shown: AppTest) -> None:
    """Only the one sentence, whatever the reason; no name, no number, no picture, no file."""
    assert not shown.exception
    assert [info.value for info in shown.info] == ["Not found, or not yours to see."]
    assert [each.value for each in shown.markdown] == []
    assert [each.value for each in shown.caption] == [
        "The whole record: the filters above do not narrow it."
    ]
    assert [each.label for each in shown.button] == ["← Back to the caseload"]
    assert len(shown.dataframe) == len(shown.table) == 0
    assert not [*shown.get("plotly_chart"), *shown.get("download_button")]


def test_back_takes_the_patient_out_of_the_address(page, sqlite_url):
    shown = page(opened=ANNA).run()
    button(shown, "← Back to the caseload").click().run()
    assert not shown.exception
    assert addressed(shown) is None
    assert len(listed(shown)) == 6


def test_back_from_an_address_of_nobody_leads_to_the_caseload(page):
    shown = page()
    shown.query_params["patient"] = "nobody"
    shown.run()
    button(shown, "← Back to the caseload").click().run()
    assert addressed(shown) is None
    assert len(listed(shown)) == 6


def test_next_and_previous_follow_the_caseloads_order_and_change_the_address(page, sqlite_url):
    shown = page().run()
    assert listed(shown)[:2] == ["O'Brien, Bob", "100%, Carl"]
    shown.session_state["opened_patient"] = BOB
    shown.run()
    bob = addressed(shown)
    assert "Patient 1 of 6 on this page of the caseload" in words(shown)
    assert button(shown, "Previous").disabled
    button(shown, "Next").click().run()
    assert addressed(shown) == handle_of(sqlite_url, CARL)
    assert "## 100%, Carl" in words(shown).replace("\\", "")
    assert "Patient 2 of 6 on this page of the caseload" in words(shown)
    button(shown, "Previous").click().run()
    assert addressed(shown) == bob
    assert "## O'Brien, Bob" in words(shown)


def test_an_address_from_elsewhere_has_no_neighbours(page, sqlite_url):
    shown = page()
    shown.query_params["patient"] = handle_of(sqlite_url, BOB)
    shown.run()
    assert [each.label for each in shown.button] == ["← Back to the caseload"]


def test_the_last_of_the_page_has_nobody_after(page):
    shown = page().run()
    shown.session_state["opened_patient"] = shown.session_state["caseload_order"][-1]
    shown.run()
    assert "Patient 6 of 6 on this page of the caseload" in words(shown)
    assert button(shown, "Next").disabled


def test_a_series_chosen_for_one_patient_is_not_carried_to_another(page, sqlite_url):
    shown = page()
    record_an_earlier_series(sqlite_url)
    shown.session_state["opened_patient"] = CARL
    shown.run()
    choice = shown.selectbox(key="patient_series")
    assert choice.options == [
        "Maintenance from 10 Feb 2026, 2 infusions",
        "Induction from 1 Oct 2025, 1 infusion",
        "Every series",
    ]
    choice.select_index(2).run()
    assert "Latest series: " in words(shown), "every series of Carl's"
    shown.session_state["opened_patient"] = BOB
    shown.run()
    assert shown.selectbox(key="patient_series").options == [
        "Induction from 3 Mar 2026, 2 infusions",
        "Induction from 1 Sep 2025, 1 infusion",
        "Every series",
    ]
    assert "## PHQ-9 rose from 16 (baseline) to 21, before infusion 2" in words(shown)
    assert "Latest series: " not in words(shown), "Bob's latest series alone"


def test_a_patient_without_a_name_is_opened_like_any_other(page):
    shown = page(opened=NAMELESS).run()
    assert "## No name recorded" in words(shown)
    assert addressed(shown) is not None
