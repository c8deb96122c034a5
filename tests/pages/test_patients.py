"""The Patients page, run as Streamlit runs it: the caseload, and one patient."""

from base64 import b64decode
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import orjson
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from clinical.codes import Timepoint
from data_access.engine import make_engine, writing
from tests.data_access.caseload_clinic import fill, record_thoughts

ANNA, BOB, HOSTILE, NOVAK, CARL, NAMELESS, UNKNOWN = 1, 2, 4, 5, 6, 8, 999


def _page() -> None:
    import os
    from dataclasses import replace
    from datetime import date

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
        "totals": replace(LOCAL_VIEWER, permissions=frozenset({Permission.SEE_TOTALS})),
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
        chosen: int | None = None,
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
        if chosen is not None:
            app.session_state["chosen_patient"] = chosen
        return app

    return make


def words(page: AppTest) -> str:
    everything = [*page.markdown, *page.caption, *page.info]
    return "\n".join(element.value for element in everything).replace("\N{NO-BREAK SPACE}", " ")


def listed(page: AppTest) -> list[str]:
    """The names on the caseload's page; empty where there is no table."""
    return list(page.dataframe[0].value["Patient"]) if len(page.dataframe) else []


def with_column(page: AppTest, heading: str) -> pd.DataFrame:
    """The one table that has such a column."""
    (found,) = [each.value for each in page.dataframe if heading in each.value.columns]
    return found


def charts(page: AppTest) -> list[dict[str, Any]]:
    return [orjson.loads(found.proto.spec) for found in page.get("plotly_chart")]


def numbers(values: Any) -> list[float]:
    """The numbers of a trace, which plotly packs where they come from an array."""
    if not isinstance(values, list):
        values = np.frombuffer(b64decode(values["bdata"]), values["dtype"])
    return [float(value) for value in values]


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
        "100%, Carl": "C-SSRS rose from none to moderate",
        "<b>$Power$, _**Max**_": f"C-SSRS is high; {overdue}",
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


def test_choosing_a_row_opens_the_patient_and_back_closes_it(page):
    shown = page(chosen=ANNA).run()
    assert not shown.exception
    assert "## Müller, Anna\\-Lena" in words(shown)
    shown.button[0].click().run()
    assert "chosen_patient" not in shown.session_state
    assert len(listed(shown)) == 6
    assert dict(shown.query_params) == {}


def test_next_and_previous_follow_the_caseloads_order(page):
    shown = page().run()
    shown.session_state["chosen_patient"] = BOB
    shown.run()
    assert "Patient 1 of 6 on this page of the caseload" in words(shown)
    back, previous, following = shown.button
    assert previous.disabled
    following.click().run()
    assert shown.session_state["chosen_patient"] == CARL
    assert back.label == "← Back to the caseload"


def test_one_patient_in_a_sentence(page):
    found = words(page(chosen=ANNA).run())
    assert (
        "Number A\\-100 · 45 years old · female · Treatment\\-resistant depression \\(F33\\.2\\) · "
        "North · induction, 3 of 6 infusions given · next appointment 3 Apr 2026, 14\\:00"
    ) in found
    assert (
        "## PHQ-9 fell from 20 (baseline) to 8, 20 hours after infusion 3: **60 % better**; "
        "response since the score before infusion 3, not in remission."
    ) in found
    assert "##### Blood pressure reached 165/100 in 1 of 2 infusions" in found
    assert "##### Item 9 fell from 2 to 0" in found
    assert "##### Side effects in 2 of 3 infusions" in found


def test_the_infusions_as_a_table(page):
    rows = with_column(page(chosen=ANNA).run(), "Peak, mmHg").to_dict("records")
    assert rows[0] == {
        "Infusion": "Induction 3",
        "Date": date(2026, 2, 10),
        "Drug": "Ketamine",
        "Dose, mg": 40,
        "mg/kg": 0.5,
        "Minutes": 40,
        "Chair, min": None,
        "Peak, mmHg": "170/101 ▲ high",
        "Rise, mmHg": "+30/+16",
        "SpO₂, %": "94",
        "Sedation": "",
        "Side effects (grade)": "Nausea (2), Dissociation (1)",
        "Passed, min": "not resolved",
        "Stopped early": "Distress",
    }


def test_timepoints_never_share_a_line(page):
    trajectory = charts(page(chosen=ANNA).run())[0]
    by_name = {trace.get("name"): trace for trace in trajectory["data"]}
    joined = by_name["Baseline, and before an infusion"]
    assert (joined["mode"], numbers(joined["y"])) == ("lines+markers", [20, 14, 10])
    after = by_name[Timepoint.AFTER_INFUSION.label]
    assert (after["mode"], numbers(after["y"])) == ("markers", [8])


def test_without_a_baseline_nothing_is_compared(page):
    assert (
        "**Not evaluable on PHQ-9**: there is no score in the 14 days before this series, so there "
        "is nothing to compare with (the latest score is 12, 20 hours after infusion 1)."
    ) in words(page(chosen=HOSTILE).run())


def test_without_a_later_score_nothing_is_compared(page):
    assert (
        "**Not evaluable on PHQ-9**: the baseline is 20, and no score followed in this series."
    ) in words(page(chosen=NOVAK).run())


def test_maintenance_is_also_told_against_the_induction_before(page):
    shown = page(chosen=CARL).run()
    assert (
        "## PHQ-9 stayed at 8 (baseline 8), before infusion 2: **no change from the baseline**; "
        "steady."
    ) in words(shown)
    assert "Against 22 before induction: 64 % better, a response." in words(shown)


def test_every_series_together(page):
    shown = page(chosen=CARL).run()
    choice = shown.selectbox[0]
    assert choice.options == [
        "Maintenance from 10 Feb 2026, 2 infusions",
        "Induction from 1 Oct 2025, 1 infusion",
        "Every series",
    ]
    choice.set_value(choice.options[2] if isinstance(choice.value, str) else -1).run()
    assert not shown.exception
    assert "over 3 infusions" in words(shown)


def test_a_questionnaire_that_the_patient_never_filled_in_gives_way(page):
    shown = page()
    shown.query_params["instrument"] = "GAD-7"
    shown.run()
    shown.session_state["chosen_patient"] = BOB
    shown.run()
    assert not shown.exception
    assert "## PHQ-9 rose from 16 (baseline) to 21" in words(shown)


def test_a_malformed_address_falls_back_to_the_defaults(page):
    shown = page()
    for name in ("instrument", "order", "status", "provider", "overdue", "along"):
        shown.query_params[name] = "<script>"
    shown.run()
    assert not shown.exception
    assert "On PHQ-9" in words(shown)
    assert len(listed(shown)) == 6


def test_along_the_infusion_numbers(page):
    shown = page(chosen=ANNA)
    shown.query_params["along"] = "Infusion"
    shown.run()
    assert not shown.exception
    (line,) = [
        trace
        for trace in charts(shown)[0]["data"]
        if trace.get("name") == "Baseline, and before an infusion"
    ]
    assert numbers(line["x"]) == [0.85, 1.85, 2.85]


def test_a_hostile_name_is_text(page):
    shown = page(chosen=HOSTILE).run()
    assert "## <b\\>" not in words(shown)
    assert "## \\<b\\>\\$Power\\$, \\_\\*\\*Max\\*\\*\\_" in words(shown)


@pytest.mark.parametrize("chosen", [ANNA, UNKNOWN], ids=["another site's", "unknown"])
def test_not_found_and_not_yours_read_the_same(page, chosen):
    shown = page(viewer="south", chosen=chosen).run()
    assert [info.value for info in shown.info] == ["Not found, or not yours to see."]
    assert "Müller" not in words(shown)
    assert not charts(shown)


def test_a_patient_before_the_first_infusion(page):
    shown = page(chosen=NAMELESS).run()
    assert "## No name recorded" in words(shown)
    assert "No infusion has been recorded for this patient yet." in words(shown)


def test_totals_only_for_those_who_may_not_see_patients(page):
    shown = page(viewer="totals", chosen=ANNA).run()
    assert not shown.exception
    assert "Müller" not in words(shown)
    assert "**2 of 3 evaluable patients in induction responded**" in words(shown)
    assert "You see totals only." in words(shown)
    assert len(shown.dataframe) == 0
    assert len(shown.text_input) == 0


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


def test_the_numbers_behind_each_picture_open_as_a_table(page):
    shown = page(chosen=ANNA)
    for key in ("trajectory", "thoughts", "blood-pressure", "patient-side-effects"):
        shown.session_state[f"numbers-{key}"] = True
    shown.run()
    assert not shown.exception
    trajectory = with_column(shown, "Score")
    assert trajectory["Score"].tolist() == [20, 14, 10, 8]
    assert trajectory["Taken"].tolist() == [
        "baseline",
        "before infusion 2",
        "before infusion 3",
        "20 hours after infusion 3",
    ]
    pressures = with_column(shown, "First systolic")
    assert pressures["First systolic"].tolist() == [120, 140]
    assert with_column(shown, "Level")["Level"].tolist() == ["2", "2", "1", "0"]
    assert with_column(shown, "Side effect")["Side effect"].tolist() == [
        "Dissociation",
        "Nausea",
        "Dissociation",
    ]
