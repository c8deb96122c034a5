"""In whom a side effect occurs, run as Streamlit runs it, and the words about it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from clinical.side_effect_groups import Comparison, comparison
from pages.side_effects.behind import chosen_group
from pages.side_effects.in_whom_findings import (
    AGE,
    CHAIR,
    MOST_ROWS,
    SEX,
    SITE,
    Groups,
    dose_finding,
    groups_finding,
    in_whom_answer,
    labelled,
    number_finding,
)
from tests.data_access.side_effect_clinic import fill
from tests.pages.side_effect_page import chart, spaced, view_on, words

HOSTILE = "<b>Itch</b> [x](http://host) $y$"


@pytest.fixture
def page(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """A function that fills the clinic and prepares the view for a period."""

    def make(
        *more_side_effects: tuple[int, str, str, str, int, bool],
        start: date = date(2026, 1, 1),
        end: date = date(2026, 3, 31),
        filled: bool = True,
    ) -> AppTest:
        fills = [lambda connection: fill(connection, *more_side_effects)] if filled else []
        days = (start, end, date(2026, 3, 31))
        return view_on("in_whom.in_whom_view", sqlite_url, monkeypatch, days, *fills)

    return make


def test_the_view_answers_in_its_first_sentence(page):
    shown = page().run()
    assert not shown.exception
    # First infusions: I1 and I4 of four; later in the induction: I2 of three. All had their first
    # series, so that is no comparison.
    assert (
        "## **Dissociation**: 38 %, with no clear difference between the first infusion (50 %) and "
        "later ones of the induction (33 %). Beyond that there is no clear difference by age, sex, "
        "diagnosis, site, chair or nurse."
    ) in words(shown)
    assert "3 of 8 infusions with a filled-in form (38 %)" in words(shown)


def test_number_and_dose_stand_first_with_their_n(page):
    shown = page().run()
    assert chart(shown, 0)["layout"]["xaxis"]["ticktext"] == [
        "1<br><i>4</i>",
        "2<br><i>2</i>",
        "3<br><i>1</i>",
        "Maintenance<br><i>1</i>",
    ]
    # 0.50 mg/kg: I1, I2, I3, I8, I9; 0.80: I4; without a weight: I6, I7.
    assert chart(shown, 1)["layout"]["xaxis"]["ticktext"] == [
        "0.45–0.54<br><i>5</i>",
        "0.75–0.99<br><i>1</i>",
        "Not known<br><i>2</i>",
    ]


def test_persons_stand_under_their_headings_and_the_unknown_last(page):
    labels = chart(page().run(), 2)["layout"]["yaxis"]["ticktext"]
    # Headings come first in the list, and each has its own place on the axis.
    assert labels == [
        "<b>Age</b>",
        "<b>Sex</b>",
        "<b>Diagnosis</b>",
        "18–29 <i>1</i>",
        "45–59 <i>5</i>",
        "Age not recorded <i>2</i>",
        "Female <i>5</i>",
        "Male <i>1</i>",
        "Sex not recorded <i>2</i>",
        "Major depression <i>3</i>",
        "Treatment-resistant depression <i>3</i>",
        "Bipolar depression <i>2</i>",
    ]


def test_places_are_sites_and_chairs_with_their_site(page):
    shown = page().run()
    shown.session_state["groups"] = "Place"
    shown.run()
    assert not shown.exception
    sites = chart(shown, 2)
    assert sites["layout"]["yaxis"]["ticktext"] == ["North <i>4</i>", "South <i>4</i>"]
    # North: of I1, I2, I3 and I4 are to be expected 1/2, 1/2, 0 and 1; South: 0, 0, 1/2 and 1/2.
    ratios = [spaced(words).split("<br>")[1:] for words, _, _ in sites["data"][1]["customdata"]]
    # As shares: times the 3 of 8 of all.
    assert ratios == [
        [
            "3 observed, 2.0 expected by infusion number and dose:",
            "1.50 times as many (95 % CI 0.60–1.91)",
            "adjusted, as a share: 56 % (95 % CI 23–72)",
        ],
        [
            "0 observed, 1.0 expected by infusion number and dose:",
            "0.00 times as many (95 % CI 0.00–1.96)",
            "adjusted, as a share: 0 % (95 % CI 0–73)",
        ],
    ]
    assert [carried[1:] for carried in sites["data"][0]["customdata"]] == [
        ["site_key", 1],
        ["site_key", 2],
    ]
    assert chart(shown, 3)["layout"]["yaxis"]["ticktext"] == [
        "North, One <i>3</i>",
        "South, One <i>3</i>",
        "Chair not recorded <i>1</i>",
        "North, Two <i>1</i>",
    ]


def test_nurses_stand_with_their_names_and_one_who_is_not_recorded_is_said_so(page):
    shown = page().run()
    shown.session_state["groups"] = "Nurse"
    shown.run()
    assert not shown.exception
    assert chart(shown, 2)["layout"]["yaxis"]["ticktext"] == [
        "Bo Reyes <i>4</i>",
        "Ada Lund (D1) <i>3</i>",
        "Nurse not recorded <i>1</i>",
    ]


def test_any_side_effect_is_a_choice(page):
    shown = page().run()
    shown.selectbox(key="term").set_value("Any side effect").run()
    assert not shown.exception
    # I1, I2, I4, I7 and I8.
    assert "5 of 8 infusions with a filled-in form (62 %)" in words(shown)
    # Of the two of 46 the five infusions I1, I2, I3, I6 and I7, of which I1, I2 and I7 had any.
    said = [carried[0] for carried in chart(shown, 2)["data"][0]["customdata"]]
    assert spaced(said[1]) == "<b>45–59</b><br>3 of 5: 60 % (95 % CI 23–88)"


def test_a_hostile_term_is_only_text(page):
    entries = [
        (30 + index, f"X{index}", f"I{index}", HOSTILE, 1, False) for index in (1, 2, 3, 4, 6, 7, 8)
    ]
    shown = page(*entries).run()
    assert not shown.exception
    assert "<b>itch" not in words(shown)
    assert r"\<b\>itch\</b\> \[x\]\(http\:" in words(shown)
    for index in range(3):
        assert "<b>itch" not in str(chart(shown, index))


def test_one_infusion_only_leaves_nothing_to_compare(page):
    shown = page(start=date(2026, 3, 3), end=date(2026, 3, 3)).run()
    assert not shown.exception
    assert (
        "**Dissociation**: 100 %, 95 % CI 21–100. There are no groups to compare beyond that."
    ) in words(shown)
    assert shown.info[0].value == (
        "All recorded infusions are of one kind of person, so there is nothing to compare."
    )
    for by, one in (("Place", "site and chair"), ("Nurse", "nurse")):
        shown.session_state["groups"] = by
        shown.run()
        assert f"of one {one}, so" in shown.info[0].value


def test_no_infusions_no_form_and_no_side_effect_are_said(page):
    shown = page(start=date(2025, 1, 1), end=date(2025, 3, 31)).run()
    assert shown.info[0].value == (
        "No infusions between 1 Jan 2025 and 31 Mar 2025 with these filters; the data runs from "
        "2 Feb 2026 to 9 Mar 2026."
    )


def test_no_form_is_no_data(page):
    shown = page(start=date(2026, 3, 6), end=date(2026, 3, 6)).run()
    assert not shown.exception
    assert shown.info[0].value == (
        "Infusions between 6 Mar 2026 and 6 Mar 2026: 1, none of them with a filled-in "
        "side-effect form, so no rate can be told."
    )


def test_no_side_effect_is_said_with_its_n(page):
    shown = page(start=date(2026, 2, 3), end=date(2026, 2, 3)).run()
    assert not shown.exception
    assert shown.info[0].value == (
        "Any side effect was recorded in none of 1 infusion with a filled-in form, so there is "
        "nothing to compare."
    )


def test_an_empty_database_says_so(page):
    shown = page(filled=False).run()
    assert not shown.exception
    assert shown.info[0].value == "There are no infusions in the database yet."


def against(first: tuple[int, int], later: tuple[int, int], dose: int = 2) -> Comparison:
    """Infusions with it, and recorded ones, at the first and the second infusion."""
    counts = pd.DataFrame(
        [(0, dose, *first), (1, 3, *later)],
        columns=["number_band", "dose_band", "affected", "recorded"],
    )
    return comparison(counts, counts)


def groups(*rows: tuple[str, int, float, int, float], kind=SITE) -> Groups:
    """Groups of name, recorded infusions, ratio, verdict and p."""
    frame = pd.DataFrame(rows, columns=["label", "recorded", "ratio", "differs", "p"])
    return Groups(
        kind,
        frame.assign(
            key=range(1, len(frame) + 1),
            affected=10,
            share=0.1,
            low=0.05,
            high=0.15,
            expected=10 / frame["ratio"],
            ratio_low=frame["ratio"] - 0.1,
            ratio_high=frame["ratio"] + 0.1,
            adjusted=0.2 * frame["ratio"],
            adjusted_low=0.2 * (frame["ratio"] - 0.1),
            adjusted_high=0.2 * (frame["ratio"] + 0.1),
        ),
    )


def test_clear_differences_by_number_and_dose_lead_the_sentence():
    said = spaced(in_whom_answer("Dissociation", against((58, 100), (350, 1000)), []))
    # One dose band is first infusions, the other later ones.
    assert said == (
        "**Dissociation**: **58 %** at the first infusion, **35 %** later in the induction; 58 % "
        "at 0.45–0.54 mg/kg, 35 % at 0.55–0.74 mg/kg. There are no groups to compare beyond that."
    )


def test_groups_are_named_those_least_like_chance_first_and_the_others_counted():
    sites = groups(
        ("North", 100, 1.5, 1, 0.002),
        ("South", 100, 0.5, -1, 0.001),
        ("West", 100, 1.2, 1, 0.004),
        ("East", 100, 1.25, 1, 0.003),
        ("Hill", 100, 1.0, 0, 0.9),
    )
    said = in_whom_answer("Nausea", against((10, 100), (10, 100)), [sites])
    assert said.endswith(
        "Beyond that, more than expected for North (1.50 times) and East (1.25 times), fewer than "
        "expected for South (0.50 times), and 1 other group differ."
    )


def test_a_finding_names_what_differs_and_holds_all_groups_in_its_numbers():
    many = groups(*[(f"Chair {index}", 100, 1.0, 0, 0.5) for index in range(30)], kind=CHAIR)
    finding = groups_finding("Nausea", [many], "chairs")
    assert finding is not None
    assert finding.title == ("Nausea: no clear difference by chair beyond infusion number and dose")
    assert "the 25 groups with the most, all 30 in the numbers" in finding.subtitle
    assert "3,000 recorded infusions" in finding.subtitle
    assert len(finding.chart.data[0].x) == MOST_ROWS
    numbers = finding.numbers()
    assert len(numbers) == 30
    assert numbers.iloc[0].to_dict() == {
        "By": "Chair",
        "Group": "Chair 0",
        "Infusions with it": 10,
        "Recorded infusions": 100,
        "%": 10.0,
        "95 % CI from": 5.0,
        "to": 15.0,
        "Expected": 10.0,
        "Observed / expected": 1.0,
        "Ratio, 95 % CI from": 0.9,
        "Ratio, to": 1.1,
        "Adjusted %": 20.0,
        "Adjusted, 95 % CI from": 18.0,
        "Adjusted, to": 22.0,
        "p": 0.5,
        "Beyond chance": "no",
    }


def test_a_kind_of_one_group_is_left_out():
    one = groups(("North", 100, 1.0, 0, np.nan))
    assert groups_finding("Nausea", [one], "sites") is None
    both = groups_finding(
        "Nausea", [one, groups(("A", 9, 1.0, 0, 1.0), ("B", 9, 1.0, 0, 1.0), kind=SEX)], "mixed"
    )
    assert both is not None
    assert both.title.endswith("by sex beyond infusion number and dose")


def test_names_in_titles_are_only_text():
    sites = groups(("<b>x</b> *y*", 100, 1.5, 1, 0.001), ("South", 100, 1.0, 0, 0.5))
    finding = groups_finding("Nausea", [sites], "sites")
    assert finding is not None
    assert r"\<b\>x\</b\> \*y\*" in finding.title


def test_codes_have_their_labels_in_their_own_order():
    table = pd.DataFrame({"key": [4, 0, 2], "recorded": [9, 8, 7]})
    assert labelled(AGE, table, {}).table["label"].tolist() == [
        "18–29",
        "45–59",
        "Age not recorded",
    ]
    assert labelled(SITE, table, {4: "North", 2: "South"}).table["label"].tolist() == [
        "North",
        "Site not recorded",
        "South",
    ]


def test_number_and_dose_titles_say_what_can_be_told():
    clear = against((58, 100), (350, 1000))
    assert spaced(number_finding("Nausea", clear).title) == (
        "Nausea falls from 58 % at the first infusion to 35 % later in the induction"
    )
    assert spaced(dose_finding("Nausea", clear).title) == (
        "Nausea by dose: 58 % at 0.45–0.54 mg/kg, 35 % at 0.55–0.74 mg/kg"
    )
    alike = against((10, 100), (11, 100), dose=1)
    assert spaced(dose_finding("Nausea", alike).title) == (
        "Nausea: no clear difference by dose: 10 % at under 0.45 mg/kg, 11 % at 0.55–0.74 mg/kg"
    )
    few = against((5, 10), (0, 0))
    assert number_finding("Nausea", few).title == "Nausea by infusion number"
    assert dose_finding("Nausea", few).title == "Nausea by dose"


KNOWN = {("site_key", 3): "North"}


@pytest.mark.parametrize(
    ("points", "group"),
    [
        ([], None),
        ([["words", "site_key", 3]], ("site_key", 3)),
        ([["words", "site_key", 3], ["words", "site_key", 4]], ("site_key", 3)),
        ([["words", "site_key", 4]], None),
        ([["words", "patient_key", 3]], None),
        ([["words", "site_key", "3"]], None),
        (["words"], None),
        ([None], None),
    ],
)
def test_only_what_is_drawn_can_be_chosen(points: list[Any], group: tuple[str, int] | None):
    assert chosen_group(points, KNOWN) == group
