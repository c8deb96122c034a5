"""The vital signs of the Side effects page, run as Streamlit runs it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import orjson
import pytest
from streamlit.testing.v1 import AppTest

from clinical.codes import PressureHistory
from tests.data_access.vital_clinic import fill
from tests.pages import side_effect_page
from tests.pages.side_effect_page import carried_by, choose, view_on


@pytest.fixture
def page(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """A function that fills the clinic and prepares the view for a period."""

    def make(
        start: date = date(2026, 1, 1),
        end: date = date(2026, 5, 31),
        *,
        filled: bool = True,
        with_readings: bool = True,
    ) -> AppTest:
        fills = [lambda connection: fill(connection, with_readings=with_readings)] if filled else []
        days = (start, end, date(2026, 5, 31))
        return view_on("vital_signs.vital_signs_view", sqlite_url, monkeypatch, days, *fills)

    return make


def words(page: AppTest) -> str:
    return side_effect_page.words(page).replace("\\", "")


def charts(page: AppTest) -> list[dict[str, Any]]:
    return [orjson.loads(element.proto.spec) for element in page.get("plotly_chart")]


def test_the_view_answers_in_its_first_sentence(page):
    shown = page().run()
    assert not shown.exception
    # Rises 45, 31, 50 and -8: their mean is 29.5.
    assert (
        "## Blood pressure reached 165/100 in **4 of 5** infusions (80 %, 95 % CI 38–96) and at "
        "least once in **2 of 2** patients (100 %); systolic pressure rose by a mean of "
        "**30 mmHg**. **1** (20 %) reached 200/120."
    ) in words(shown)
    assert (
        "Recorded, of 7 infusions: blood pressure in 71 %, oxygen saturation in 71 %, "
        "sedation in 57 %"
    ) in words(shown)


def test_passing_pressure_and_hypertension_are_kept_apart(page):
    assert (
        "The pressure reached 165/100 in 4 of 5 measured infusions. Hypertension was recorded as "
        "a side effect in 2 of 6 with a filled-in form, in 1 of which it had reached that limit."
    ) in words(page().run())


def test_the_key_figures_know_their_numbers(page):
    shown = page().run()
    found = {
        metric.label.replace("\N{NO-BREAK SPACE}", " "): (
            metric.value.replace("\N{NO-BREAK SPACE}", " "),
            metric.delta,
        )
        for metric in shown.metric
    }
    assert found == {
        "Pressure 165/100 or more": ("80 %", "4 of 5"),
        "Pressure 180/110 or more, twice": ("25 %", "1 of 4"),
        "SpO₂ under 94 %": ("60 %", "3 of 5"),
        "MOAA/S 3 or less": ("50 %", "2 of 4"),
    }


def test_the_findings_say_their_finding(page):
    said = words(page().run())
    assert (
        "##### Pressure 165/100 or more in 80 % of infusions and, at least once, in 100 %" in said
    )
    assert "##### Systolic pressure rises by a mean of 29.5 mmHg, by 30 or more in 75 %" in said
    assert "Published: mean 16.0 (SD 11.2) mmHg" in said
    assert "##### MOAA/S fell to 3 or less in 50 % of infusions" in said
    # Before the start: V1 to V5 of 7. During: V1 two of four, V2 two of four. After: V1, of 4.
    assert (
        "##### Measured before the start in 71 % of infusions; at 50 % (during) and 0 % "
        "(afterwards) of the times due"
    ) in said
    assert "No reading at all: 1 of 7 (14 %, 95 % CI 3–51)" in said
    assert "all 7 infusions" in said


def test_too_few_readings_have_no_course_by_minute(page):
    shown = page().run()
    # Limits, rise, sedation, schedule, in whom: no slot has ten infusions.
    assert len(charts(shown)) == 5


def test_another_limit_can_be_chosen(page):
    shown = page().run()
    choice = shown.selectbox(key="vital-limit")
    assert choice.value == "Pressure 165/100 or more"
    assert "Pressure 165/100 or more: too few infusions to compare groups" in words(shown)
    oxygen = next(option for option in choice.options if option.startswith("SpO₂ under 90"))
    choice.set_value(oxygen).run()
    assert not shown.exception
    ticks = charts(shown)[-1]["layout"]["yaxis"]["ticktext"]
    assert ticks == [
        "<b>Infusion of the series</b>",
        "1",
        "2",
        "3",
        "<b>Dose</b>",
        "0.45–0.54 mg/kg",
        "0.75–0.99 mg/kg",
        "<b>Age</b>",
        "30–44",
        "60–74",
        "<b>Blood pressure before</b>",
        "No hypertension before",
        "History of hypertension",
    ]


def test_what_was_not_measured_is_no_data(page):
    # Only V7, of which one heart rate is known.
    shown = page(start=date(2026, 5, 1)).run()
    assert not shown.exception
    said = words(shown)
    assert "## No blood pressure was recorded in 1 infusion." in said
    assert "Two things" not in said
    assert {metric.value for metric in shown.metric} == {"no data"}
    assert "##### Measured before the start in 0 % of infusions\n" in said
    assert "Pressure 165/100 or more: it was not measured in 1 infusion." in said
    assert "no data of" not in said


def test_a_period_without_vital_signs_says_so(page):
    shown = page(with_readings=False).run()
    assert not shown.exception
    assert shown.info[0].value == (
        "No vital signs were recorded in 7 infusions between 1 Jan 2026 and 31 May 2026."
    )
    assert not charts(shown)


def test_a_period_without_infusions_says_where_the_data_is(page):
    shown = page(start=date(2025, 1, 1), end=date(2025, 3, 31)).run()
    assert not shown.exception
    assert shown.info[0].value == (
        "No infusions between 1 Jan 2025 and 31 Mar 2025 with these filters; the data runs from "
        "2 Mar 2026 to 5 May 2026."
    )


def test_an_empty_database_says_so(page):
    shown = page(filled=False).run()
    assert not shown.exception
    assert shown.info[0].value == "There are no infusions in the database yet."


def test_no_infusion_or_patient_is_named(page):
    shown = page().run()
    told = words(shown) + str(charts(shown))
    assert not any(name in told for name in ("P1", "P2", "P3", "V1", "V2", "V7"))


def listed(page: AppTest, *columns: str) -> list[tuple[Any, ...]]:
    """Some columns of the list behind the chosen point, what is missing as ``None``."""
    table = page.dataframe[0].value[list(columns)].astype(object)
    return list(table.where(table.notna(), None).itertuples(index=False, name=None))


def test_a_dot_of_a_limit_leads_to_the_infusions_that_reached_it(page):
    shown = page().run()
    assert ["high_pressure"] in carried_by(shown)
    shown = choose(shown, "vital-limits", "high_pressure")
    assert not shown.exception
    said = words(shown)
    assert "#### Behind the point: Pressure 165/100 or more" in said
    assert "4 infusions behind the point" in said
    assert "Those furthest beyond the limit first" in said
    assert "4 infusions with it: too few to compare (from 5)." in said
    # V3, V2, V4 and V1: 35, 16, 0 and 0 mmHg beyond it, of alike ones the later first.
    assert listed(
        shown, "Systolic, peak", "Diastolic, peak", "Systolic rise", "Lowest SpO₂, %"
    ) == [(200, 110, 50, 90), (181, 95, 31, 93.9), (130, 100, None, 89.5), (165, 99, 45, 94)]
    assert listed(shown, "Site", "Infusion", "Deepest MOAA/S", "Side effects")[:2] == [
        ("North", "Induction, 3", 3, ""),
        ("North", "Induction, 2", 4, "Nausea"),
    ]


def test_a_dot_of_a_group_leads_to_those_of_the_group(page):
    shown = page().run()
    assert ["hypertension", PressureHistory.NONE] in carried_by(shown)
    shown = choose(shown, "vital-limit-in-whom", "hypertension", int(PressureHistory.NONE))
    assert (
        "Behind the point: Pressure 165/100 or more, blood pressure before: No hypertension before"
    ) in words(shown)
    assert listed(shown, "Systolic, peak", "Diastolic, peak") == [(130, 100)]  # V4


def test_a_bar_of_the_rise_leads_to_its_infusions(page):
    shown = page().run()
    assert [45] in carried_by(shown)
    shown = choose(shown, "pressure-rise", 45)  # V1
    assert "Behind the point: systolic pressure, +45 to +49 mmHg" in words(shown)
    assert "The largest rises first" in words(shown)
    assert listed(shown, "Systolic rise") == [(45,)]


def test_a_bar_of_the_sedation_leads_to_its_infusions(page):
    shown = choose(page().run(), "deepest-sedation", 2)  # V5
    assert "Behind the point: deepest sedation, MOAA/S 2, answers when shaken" in words(shown)
    assert "The latest first" in words(shown)
    assert listed(shown, "Deepest MOAA/S", "Systolic rise") == [(2, -8)]


def test_what_is_not_drawn_cannot_be_chosen(page):
    shown = choose(page().run(), "vital-limits", "no limit")
    shown = choose(shown, "vital-limit-in-whom", "age_band", 99)
    assert not shown.exception
    assert "Behind the point" not in words(shown)
