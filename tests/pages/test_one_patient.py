"""The page of one patient, run as Streamlit runs it, on the clinic followed by hand."""

from base64 import b64decode
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import orjson
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from charts.trajectory import JOINED, MISSING
from clinical.codes import Timepoint
from data_access.engine import make_engine, writing
from tests.data_access.caseload_clinic import fill, record_thoughts

ANNA, BOB, HOSTILE, NOVAK, CARL, NAMELESS, UNKNOWN = 1, 2, 4, 5, 6, 8, 999
SOUTH = "S2"


def _page() -> None:
    import os
    from dataclasses import replace

    import streamlit as st

    from access.viewer import LOCAL_VIEWER
    from data_access.engine import make_engine, reading
    from data_access.status import clinic_status
    from pages.patients.one_patient import one_patient_page
    from pages.shared.context import PageContext
    from tests.data_access.caseload_clinic import NOW, TODAY, YEAR

    only = os.environ["TEST_SITE"]
    viewer = replace(LOCAL_VIEWER, site_ids=frozenset({only})) if only else LOCAL_VIEWER
    engine = make_engine(os.environ["TEST_DATABASE"])
    with reading(engine) as connection:
        status = clinic_status(connection, viewer)
        context = PageContext(connection, viewer, YEAR, status, NOW, TODAY, {})
        one_patient_page(context, st.session_state["asked_for"])
    engine.dispose()


@pytest.fixture
def page(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """A function that fills the clinic and prepares a patient's page."""

    def make(
        patient_key: int, *, only: str = "", thoughts: bool = False, **address: Any
    ) -> AppTest:
        engine = make_engine(sqlite_url)
        with writing(engine) as connection:
            fill(connection)
            if thoughts:
                record_thoughts(connection)
        engine.dispose()
        monkeypatch.setenv("TEST_DATABASE", sqlite_url)
        monkeypatch.setenv("TEST_SITE", only)
        app = AppTest.from_function(_page, default_timeout=30)
        app.session_state["asked_for"] = patient_key
        for name, value in address.items():
            app.query_params[name] = value
        return app

    return make


def words(page: AppTest) -> str:
    everything = [*page.markdown, *page.caption, *page.info]
    return "\n".join(element.value for element in everything).replace("\N{NO-BREAK SPACE}", " ")


def trajectory(page: AppTest) -> dict[str, Any]:
    chart: dict[str, Any] = orjson.loads(page.get("plotly_chart")[0].proto.spec)
    return chart


def traces(page: AppTest, name: str) -> list[dict[str, Any]]:
    return [trace for trace in trajectory(page)["data"] if trace.get("name") == name]


def numbers(values: Any) -> list[float | None]:
    """The numbers of a trace, which plotly packs where they come from an array."""
    if not isinstance(values, list):
        values = np.frombuffer(b64decode(values["bdata"]), values["dtype"]).tolist()
    return list(values)


def with_column(page: AppTest, heading: str) -> pd.DataFrame:
    """The one table that has such a column."""
    (found,) = [each.value for each in page.dataframe if heading in each.value.columns]
    return found


def changes(page: AppTest) -> dict[str, str]:
    """The results by milestone, from the table of changes."""
    rows = page.table[0].value
    return {
        milestone.split("**")[1]: result
        for milestone, result in zip(rows["Milestone"], rows["Result"], strict=True)
    }


def test_who_it_is_and_how_it_goes(page):
    shown = page(ANNA).run()
    assert not shown.exception
    found = words(shown)
    assert (
        "Number A\\-100 · 45 years old · North · female · Treatment\\-resistant depression "
        "\\(F33\\.2\\) · induction, 3 of 6 infusions given · next appointment 3 Apr 2026, 14\\:00"
    ) in found
    assert (
        "## PHQ-9 fell from 20 (baseline) to 8, 20 hours after infusion 3: **60 % better**; "
        "response since the score before infusion 3, not in remission."
    ) in found
    assert "The whole record: the filters above do not narrow it." in found


def test_the_parts_come_in_the_order_in_which_they_are_read(page):
    found = words(page(ANNA).run())
    parts = [
        "## Müller",
        "## PHQ-9 fell",
        "##### PHQ-9 from 20 to 8, best 8, over 3 infusions",
        "##### Change since the series began",
        "##### Item 9 fell from 2 to 0",
        "##### Blood pressure",
        "##### Side effects in 2 of 3 infusions",
    ]
    places = [found.index(part) for part in parts]
    assert places == sorted(places)


def test_timepoints_never_share_a_line(page):
    shown = page(ANNA).run()
    (joined,) = traces(shown, JOINED)
    assert (joined["mode"], numbers(joined["y"])) == ("lines+markers", [20, 14, 10])
    (after,) = traces(shown, Timepoint.AFTER_INFUSION.label)
    assert (after["mode"], numbers(after["y"])) == ("markers", [8])
    assert traces(shown, MISSING) == []
    assert "PHQ-9: 3 of 3 infusions had a score before them; 4 scores" in words(shown)


def test_the_change_that_is_real(page):
    shown = page(ANNA).run()
    found = {
        what: words.replace("\N{NO-BREAK SPACE}", " ") for what, words in changes(shown).items()
    }
    assert found == {
        "Latest score": "8, 60 % better; reliably improved",
        "Best score": "8, 60 % better; reliably improved",
        "Response": "Reached, at 10",
        "Remission": "Not reached after 3 infusions",
        "Reliable improvement": "Reached, at 14",
        "Reliable worsening": "Not reached after 3 infusions",
        "Loss of response": "Not lost",
    }
    rows = shown.table[0].value
    when = [words.replace("\N{NO-BREAK SPACE}", " ") for words in rows["When"]]
    assert when[:3] == ["Day 9, 11 Feb 2026", "Day 9, 11 Feb 2026", "Day 8, 10 Feb 2026"]
    assert list(rows["Score taken"])[:3] == [
        "20 hours after infusion 3",
        "20 hours after infusion 3",
        "before infusion 3",
    ]
    assert "Reliable change: 6 points (NHS Talking Therapies)." in words(shown)


def test_several_questionnaires_are_panels_with_a_sentence_each(page):
    shown = page(ANNA, measures=["PHQ-9", "GAD-7"]).run()
    assert not shown.exception
    found = words(shown)
    assert "## PHQ-9 fell from 20" in found
    assert "GAD-7 fell from 12 (baseline) to 6, before infusion 3: **50 % better**" in found
    assert [numbers(trace["y"]) for trace in traces(shown, JOINED)] == [
        [20, 14, 10],
        [12, None, 6],
    ]
    (missing,) = traces(shown, MISSING)
    assert missing["customdata"] == ["GAD-7: no score before infusion 2"]
    assert "GAD-7: 2 of 3 infusions had a score before them; 2 scores" in found
    assert set(shown.table[0].value["Questionnaire"]) == {"PHQ-9", "GAD-7", ""}


@pytest.mark.parametrize(
    "address", [{"measures": ["GAD-7"]}, {"measures": ["<script>"], "along": "<script>"}]
)
def test_what_the_patient_does_not_have_gives_way_to_the_first(page, address):
    shown = page(BOB, **address).run()
    assert not shown.exception
    assert "## PHQ-9 rose from 16 (baseline) to 21" in words(shown)


def test_no_questionnaire_chosen_is_the_first(page):
    shown = page(ANNA).run()
    shown.pills[0].set_value([]).run()
    assert not shown.exception
    assert "## PHQ-9 fell from 20" in words(shown)


def test_exactly_five_points_worse_are_worse_but_not_reliably(page):
    shown = page(BOB).run()
    assert (
        "## PHQ-9 rose from 16 (baseline) to 21, before infusion 2: **5 points worse**; "
        "5 or more count as worse."
    ) in words(shown)
    assert changes(shown)["Latest score"] == "21, 5 points worse; no reliable change"
    assert changes(shown)["Reliable worsening"] == "Not reached after 1 infusion"


def test_without_a_baseline_nothing_is_compared(page):
    shown = page(HOSTILE).run()
    assert (
        "**Not evaluable on PHQ-9**: there is no score in the 14 days before this series, so there "
        "is nothing to compare with (the latest score is 12, 20 hours after infusion 1)."
    ) in words(shown)
    assert changes(shown)["Remission"] == "Not evaluable: no baseline"
    (missing,) = traces(shown, MISSING)
    assert missing["customdata"] == ["PHQ-9: no score before infusion 1"]


def test_without_a_later_score_nothing_is_compared(page):
    shown = page(NOVAK).run()
    assert (
        "**Not evaluable on PHQ-9**: the baseline is 20, and no score followed in this series."
    ) in words(shown)
    assert changes(shown)["Response"] == "Not evaluable: no later score"


def test_maintenance_is_also_told_against_the_induction_before(page):
    shown = page(CARL).run()
    found = words(shown)
    assert (
        "## PHQ-9 stayed at 8 (baseline 8), before infusion 2: **no change from the baseline**; "
        "steady. Against 22 before induction: 64 % better, a response."
    ) in found
    # Half of 22 is 11: the response was there when maintenance began, and still is.
    assert changes(shown)["Response"] == "Reached, at 8"
    assert changes(shown)["Loss of response"] == "Not lost"


def test_every_series_together_runs_along_dates_only(page):
    shown = page(CARL, along="Infusion").run()
    choice = shown.selectbox[0]
    assert choice.options == [
        "Maintenance from 10 Feb 2026, 2 infusions",
        "Induction from 1 Oct 2025, 1 infusion",
        "Every series",
    ]
    choice.set_value(choice.options[2] if isinstance(choice.value, str) else -1).run()
    assert not shown.exception
    found = words(shown)
    assert "over 3 infusions" in found
    assert "## Latest series: PHQ-9 stayed at 8" in found
    assert "Latest series: Maintenance, 2 infusions; day 0 is 10 Feb 2026." in found
    names = [note["text"] for note in trajectory(shown)["layout"]["annotations"]]
    assert "Maintenance from 10 Feb" in names
    (along,) = [group for group in shown.get("button_group") if group.proto.disabled]
    assert [option.content for option in along.proto.options] == ["Date"]


@pytest.mark.parametrize(
    ("along", "places"),
    [
        # Infusions at 13:00 of 2, 6 and 10 February; scores before them at 9:00 of their day, the
        # baseline at noon of the day before, as only its day is kept.
        ("Day of series", [-1 - 1 / 24, 4 - 4 / 24, 8 - 4 / 24]),
        ("Infusion", [0.85, 1.85, 2.85]),
    ],
)
def test_along_days_and_infusions(page, along, places):
    shown = page(ANNA, along=along).run()
    assert not shown.exception
    (line,) = traces(shown, JOINED)
    assert numbers(line["x"]) == pytest.approx(places)


def test_an_open_concern_stands_under_the_answer_with_its_age(page):
    # Today is 31 March; item 9 rose on the 6th, and no C-SSRS has been taken since.
    found = words(page(BOB, thoughts=True).run())
    line = (
        "**Suicidal thoughts:** A concern has been open for 25 days, since 6 Mar 2026, when item 9 "
        "rose from 0 to 1. **C-SSRS screener due**: item 9 was 1 on 6 Mar 2026, and none is "
        "recorded on that day or since."
    )
    assert found.index("## PHQ-9 rose") < found.index(line) < found.index("##### PHQ-9 from 16")
    assert "##### Item 9 rose from 0 to 1" in found


def test_why_the_patient_is_on_the_attention_list_is_said_as_on_today(page):
    found = words(page(BOB, thoughts=True).run())
    start = (
        "**Needs attention:** :orange-badge[Suicidal thoughts] Item 9 rose from 0 to 1 "
        ":orange-badge[Worse] "
    )
    assert found.index("**Suicidal thoughts:**") < found.index(start)


def test_who_is_not_on_the_attention_list_has_no_such_line(page):
    assert "Needs attention" not in words(page(CARL).run())


def test_a_level_of_the_screener_that_rose_while_the_total_stayed(page):
    found = words(page(CARL, thoughts=True).run())
    assert (
        "A concern has been open for 14 days, since 17 Mar 2026, when C-SSRS rose from None to "
        "Moderate."
    ) in found
    assert "##### C-SSRS rose from None to Moderate" in found


def test_no_thoughts_recorded_is_said(page):
    assert (
        "No answer to item 9 of PHQ-9 and no C-SSRS has been recorded for this patient."
    ) in words(page(BOB).run())


def test_a_hostile_name_is_text(page):
    found = words(page(HOSTILE).run())
    assert "## <b\\>" not in found
    assert "## \\<b\\>\\$Power\\$, \\_\\*\\*Max\\*\\*\\_" in found


def test_the_infusions_as_a_table(page):
    rows = with_column(page(ANNA).run(), "Peak, mmHg").to_dict("records")
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


@pytest.mark.parametrize("patient_key", [ANNA, UNKNOWN], ids=["another site's", "unknown"])
def test_not_found_and_not_yours_read_the_same(page, patient_key):
    shown = page(patient_key, only=SOUTH).run()
    assert [info.value for info in shown.info] == ["Not found, or not yours to see."]
    assert "Müller" not in words(shown)
    assert not shown.get("plotly_chart")


def test_a_patient_before_the_first_infusion(page):
    found = words(page(NAMELESS).run())
    assert "## No name recorded" in found
    assert "No infusion has been recorded for this patient yet." in found


def test_nobody_is_named_in_the_address_or_in_a_key(page):
    shown = page(ANNA).run()
    widgets = [*shown.button, *shown.selectbox, *shown.pills]
    kept = f"{dict(shown.query_params)} {[widget.key for widget in widgets]}"
    assert not [name for name in ("Müller", "Anna", "A-100", "P1") if name in kept]


def test_the_numbers_behind_each_picture_open_as_a_table(page):
    prepared = page(ANNA)
    for key in ("trajectory", "thoughts", "blood-pressure", "patient-side-effects"):
        prepared.session_state[f"numbers-{key}"] = True
    shown = prepared.run()
    assert not shown.exception
    scores = with_column(shown, "Taken")
    assert scores["Score"].tolist() == [20, 14, 10, 8]
    assert scores["Taken"].tolist() == [
        "baseline",
        "before infusion 2",
        "before infusion 3",
        "20 hours after infusion 3",
    ]
    assert with_column(shown, "Measure")["Level"].tolist() == ["2", "2", "1", "0"]
    assert with_column(shown, "First systolic")["First systolic"].tolist() == [120, 140]
    assert with_column(shown, "Side effect")["Side effect"].tolist() == [
        "Dissociation",
        "Nausea",
        "Dissociation",
    ]
