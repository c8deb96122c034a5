"""How soon side effects pass, run as Streamlit runs it, and the words about it."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Connection, update
from streamlit.testing.v1 import AppTest

from clinical.chair_time import LostTime
from clinical.side_effect_passing import Passing
from clinical.side_effect_times import Odd
from clinical.survival import Curve, kaplan_meier
from data_access.schema import Term as TermRow
from pages.side_effects.chair_time_findings import chair_time_finding
from pages.side_effects.passing_findings import (
    Term,
    lasted_finding,
    longest_words,
    milestones_finding,
    onset_finding,
    passed_finding,
    passing_answer,
    quality_words,
)
from pages.side_effects.passing_table import drawn_table, passing_rows, saved_table
from tests.data_access.side_effect_times_clinic import fill
from tests.pages.side_effect_page import chart, spaced, view_on, words

HOSTILE = "<b>x</b> *y* [z](javascript:1)"


@pytest.fixture
def page(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """A function that fills the clinic and prepares the view for a period."""

    def make(
        start: date = date(2026, 1, 1),
        end: date = date(2026, 5, 31),
        *,
        filled: bool = True,
        nausea: str = "Nausea",
    ) -> AppTest:
        def fill_and_rename(connection: Connection) -> None:
            fill(connection)
            renamed = update(TermRow).where(TermRow.name == "Nausea").values(name=nausea)
            connection.execute(renamed)

        fills = [fill_and_rename] if filled else []
        days = (start, end, date(2026, 5, 31))
        return view_on("passing.passing_view", sqlite_url, monkeypatch, days, *fills)

    return make


def test_of_a_few_infusions_no_share_is_told(page):
    shown = page().run()
    assert not shown.exception
    # Nausea: I1 and I4 25 minutes after the end, I6 500; I2 had it when it left after 80.
    assert (
        "## **Nausea**: of 4 infusions with known times, 3 had passed within 500 minutes of its "
        "end and 1 had not at discharge; too few for a rate."
    ) in words(shown)
    assert "4 infusions with known times; 1 had not passed at discharge" in words(shown)


def test_what_is_not_known_and_what_contradicts_itself_is_counted(page):
    shown = page().run()
    assert ":gray-badge[Data quality] In 1 infusion it is not known when it passed" in words(shown)
    assert (
        "In 1 infusion it is said to have begun after the discharge; kept where its times are known"
    ) in words(shown)
    shown.selectbox(key="term").set_value("Anxiety").run()
    assert not shown.exception
    assert shown.info[0].value == "When Anxiety passed is not known (1 infusion with it)."
    assert (
        "In 1 infusion the times contradict each other (1 passed before it began); left out of "
        "every curve."
    ) in words(shown)


def test_every_side_effect_stands_in_the_table(page):
    table = page().run().dataframe[0].value.set_index("Side effect")
    assert table["Infusions"].to_dict() == {"Nausea": 5, "Anxiety": 1, "Syncope": 1, "Vomiting": 1}
    nausea = table.loc["Nausea"]
    assert nausea["With known times"] == 4
    assert nausea["% by the end"] == 0
    # Two of four by 25 minutes.
    assert (nausea["% by 30 min"], nausea["% by 60 min"]) == (50, 50)
    # One of four was never seen to pass, so 95 % were not; Kaplan and Meier leave it out.
    assert nausea["Minutes to 50 %"] == 25
    assert np.isnan(nausea["Minutes to 95 %"])
    assert nausea["Kaplan-Meier, to 95 %"] == 500
    assert (nausea["Not passed at discharge"], nausea["% not passed at discharge"]) == (1, 25)
    # scipy.stats.binomtest: 1 of 4 is 4.6 to 69.9 %, 0 of 4 at most 49.0 %.
    assert nausea["CI, not passed"] == "5–70"
    assert nausea["CI, by the end"] == "0–49"
    assert (nausea["% seen by 60 min"], nausea["CI, seen by 60 min"]) == (50, "15–85")
    assert (nausea["Times not known"], nausea["Times contradict"]) == (1, 0)
    assert nausea["Began after discharge"] == 1
    assert table.loc["Anxiety", "Times contradict"] == 1
    assert np.isnan(table.loc["Anxiety", "% by 30 min"]), "not known is not none"
    assert table.loc["Vomiting", "% by the end"] == 100
    assert table.loc["Vomiting", "CI, by the end"] == "21–100"


def test_chair_time_is_within_site_and_phase(page):
    table = page().run().dataframe[0].value.set_index("Side effect")
    # With nausea at North, induction: 100, 120 and 110 minutes; without it 90 (I5 has no form).
    # At West I6 has nobody to compare with, and I7 no chair time. 3 × (110 - 90) / 3.
    assert table.loc["Nausea", "Chair minutes an infusion"] == 20


def test_any_side_effect_takes_all_of_them_together(page):
    shown = page().run()
    shown.selectbox(key="term").set_value("Any side effect").run()
    assert not shown.exception
    # Nausea 4, Syncope and Vomiting one each.
    assert "of 6 infusions with known times, 4 had passed within 500 minutes" in words(shown)
    assert "Each side effect of an infusion counts here." in words(shown)
    assert "begins" not in words(shown), "when any began says nothing"


def test_a_hostile_term_is_only_text(page):
    shown = page(nausea=HOSTILE).run()
    assert not shown.exception
    assert r"\<b\>x\</b\> \*y\* \[z\]\(javascript\:1\)" in words(shown)
    assert HOSTILE not in words(shown)
    for index in range(len(shown.get("plotly_chart"))):
        assert "<b>x" not in str(chart(shown, index))


def test_a_period_without_infusions_says_where_the_data_is(page):
    shown = page(start=date(2025, 1, 1), end=date(2025, 3, 31)).run()
    assert not shown.exception
    assert "the data runs from 1 Mar 2026" in shown.info[0].value


def test_no_side_effect_is_said_with_its_n(page):
    shown = page(start=date(2026, 4, 1), end=date(2026, 5, 31)).run()
    assert not shown.exception
    assert shown.info[0].value == (
        "No side effect was recorded in 2 infusions with a filled-in form, so there is nothing "
        "that could pass."
    )


def test_an_empty_database_says_so(page):
    shown = page(filled=False).run()
    assert not shown.exception
    assert shown.info[0].value == "There are no infusions in the database yet."


def curve(*rows: tuple[int, int, int]) -> Curve:
    """From minutes, how many passed, how many were watched until then."""
    times, passed, watched = (np.array(column) for column in zip(*rows, strict=True))
    return kaplan_meier(times, passed, watched)


def passing(*rows: tuple[int, int, int], **counts: int) -> Passing:
    return Passing(curve(*rows), **{"unknown": 0, "contradictory": 0, "late": 0, **counts})


QUICK = passing((0, 30, 0), (10, 8, 0), (45, 1, 0), (60, 0, 1))
SLOW = passing((30, 20, 0), (90, 10, 10))


def test_the_sentence_tells_by_when_nearly_all_had_passed():
    # 39 of 40 by 45 minutes, 38 (95 %) by 10.
    assert spaced(passing_answer("Nausea", QUICK)) == (
        "**Nausea**: **95 %** had passed within **10 minutes** of the end of the infusion; "
        "**1 of 40** (2.5 %, 95 % CI 0–13) had not passed at discharge, counted as still there."
    )


def test_minutes_are_not_told_where_many_had_not_passed():
    # scipy.stats.binomtest: 10 of 40 is 14.2 to 40.2 %. Only 75 % by Kaplan-Meier, too.
    assert spaced(passing_answer("Headache", SLOW)) == (
        "**Headache**: **75 %** were seen to pass, half of all within **30 minutes** of the end of "
        "the infusion; **10 of 40** (25 %, 95 % CI 14–40) had not passed at discharge, so when "
        "95 % had passed is not known."
    )


def test_what_kaplan_and_meier_suppose_comes_last():
    # 30 pass at 20 minutes, 9 leave after 40, and the last, which stayed, passes at 50.
    left_early = passing((20, 30, 0), (40, 0, 9), (50, 1, 0))
    assert spaced(passing_answer("Headache", left_early)) == (
        "**Headache**: **78 %** were seen to pass, half of all within **20 minutes** of the end of "
        "the infusion; **9 of 40** (22 %, 95 % CI 12–38) had not passed at discharge, so when "
        "95 % had passed is not known (by Kaplan-Meier, which lets them pass as the others did, "
        "50 minutes)."
    )
    finding = passed_finding("Headache", left_early, [])
    assert spaced(finding.title).endswith("; 22 % had not passed at discharge")
    assert "Dashed: what was seen to pass" in finding.note


def test_where_none_of_many_was_seen_to_pass_that_is_said():
    assert spaced(passing_answer("Headache", passing((70, 0, 30)))) == (
        "**Headache**: **none** was seen to pass; **30 of 30** (100 %, 95 % CI 89–100) had not "
        "passed at discharge, so when 95 % had passed is not known."
    )


def test_the_minutes_that_are_told_are_those_seen():
    # Of 100, 90 pass at 30 minutes, then four leave; of the six left one passes at a time. Kaplan
    # and Meier have 95 % at 60: 1/10 × 5/6 × 4/5 × 3/4. Seen to pass are 93 by then, 96 at 70.
    found = passing(
        (30, 90, 0), (40, 0, 4), (50, 1, 0), (55, 1, 0), (60, 1, 0), (65, 1, 0), (70, 2, 0)
    )
    assert "**95 %** had passed within **70 minutes**" in spaced(passing_answer("Nausea", found))
    finding = passed_finding("Nausea", found, [])
    assert spaced(finding.title) == (
        "Nausea: 95 % had passed within 70 minutes of the end of the infusion"
    )
    row = drawn_table(passing_rows([Term("Nausea", found, None)])).iloc[0]
    assert (row["Minutes to 95 %"], row["Kaplan-Meier, to 95 %"]) == (70, 60)


def test_all_by_the_end_is_said():
    assert spaced(passing_answer("Vomiting", passing((0, 25, 0)))) == (
        "**Vomiting**: **95 %** had passed by the end of the infusion; of 25, all were seen to "
        "pass."
    )


def test_none_seen_to_pass_is_said():
    assert passing_answer("Syncope", passing((80, 0, 2))) == (
        "**Syncope**: of 2 infusions with known times, none was seen to pass; too few to tell how "
        "soon."
    )


def test_the_longest_and_the_shortest_are_named_of_those_with_enough():
    terms = [
        Term("Nausea", QUICK, None),
        Term("Head*ache", SLOW, None),
        Term("Rare", passing((300, 3, 0)), None),
    ]
    assert spaced(longest_words(terms)) == (
        r"Of 2 side effects with 20 or more known times, over 5 % of Head\*ache (25 %) "
        "had not passed at discharge; Nausea: 95 % by 10 minutes."
    )
    terms.append(Term("Dizziness", passing((20, 50, 0)), None))
    assert spaced(longest_words(terms)).endswith(
        "; of the others Dizziness takes longest (95 % by 20 minutes), Nausea least (95 % "
        "by 10 minutes)."
    )
    assert spaced(longest_words([terms[0], terms[3]])) == (
        "Of 2 side effects with 20 or more known times, Dizziness takes longest (95 % by 20 "
        "minutes), Nausea least (95 % by 10 minutes)."
    )
    assert longest_words(terms[:1]) == ""
    finding = milestones_finding(terms)
    assert finding is not None
    numbers = finding.numbers()
    assert spaced(finding.title) == r"Head\*ache: 25 % had not passed at discharge"
    assert numbers["Side effect"].tolist() == ["Head*ache", "Dizziness", "Nausea"]
    assert numbers["Minutes until 50 % seen to pass"].tolist() == [30, 20, 0]
    assert numbers["% not passed at discharge"].tolist() == [25, 0, 2.5]
    assert np.isnan(numbers["Minutes until 95 % seen to pass"][0])
    assert np.isnan(numbers["95 % CI from"][0])
    assert milestones_finding(terms[2:3]) is None


def test_the_most_often_left_stands_on_top():
    # Half of one had not passed, though what did was soon; of the other it takes 200 minutes.
    soon, late = passing((1, 20, 0), (30, 0, 20)), passing((200, 30, 10))
    finding = milestones_finding([Term("Late", late, None), Term("Soon", soon, None)])
    assert finding is not None
    assert finding.numbers()["Side effect"].tolist() == ["Soon", "Late"]
    assert spaced(finding.title) == "Soon: 50 % had not passed at discharge; Late: 25 %"
    lasting = [Term(name, soon, None) for name in "ABCDE"]
    assert "E (50 %), D (50 %), C (50 %) and 2 more had not" in spaced(longest_words(lasting))
    of_five = milestones_finding(lasting)
    assert of_five is not None
    assert spaced(of_five.title).endswith("; D: 50 %; C: 50 %; 2 more over 5 %")


def test_a_rounded_share_does_not_contradict_what_is_not_known():
    # 947 of 1,000 are 94.7 %, which would be written as 95 %.
    said = spaced(passing_answer("Nausea", passing((20, 947, 0), (40, 0, 53))))
    assert said.startswith("**Nausea**: **under 95 %** were seen to pass, half of all within")


def test_the_curve_has_the_common_ones_behind_it_and_all_numbers():
    others = [Term("Nausea", QUICK, None), Term("Headache", SLOW, None)]
    finding = passed_finding("Nausea", QUICK, others)
    assert finding.subtitle == (
        "40 infusions with known times; 1 had not passed at discharge. Pale: 1 other side effect "
        "with 20 or more"
    )
    numbers = finding.numbers()
    nausea = numbers[numbers["Side effect"] == "Nausea"]
    assert nausea["Minutes after the end"].tolist() == [0, 10, 45, 60]
    assert nausea["% passed (Kaplan-Meier)"].tolist() == [75, 95, 97.5, 97.5]
    assert nausea["% seen to pass"].tolist() == [75, 95, 97.5, 97.5]
    assert nausea["Still had it just before"].tolist() == [40, 10, 2, 1]
    assert nausea["Watched until then"].tolist() == [0, 0, 0, 1]
    assert set(numbers["Side effect"]) == {"Nausea", "Headache"}


def test_quality_is_said_in_words_or_not_at_all():
    assert quality_words(QUICK, {}) == []
    found = passing((0, 1, 0), contradictory=5, unknown=2, late=1)
    said = quality_words(
        found, {Odd.PASSED_BEFORE_ONSET: 3, Odd.BEGAN_BEFORE_INFUSION: 2, Odd.NONE: 0}
    )
    assert said[0] == (
        "In 5 infusions the times contradict each other (3 passed before it began and 2 began "
        "before the infusion); left out of every curve."
    )
    assert len(said) == 3


def test_onset_and_length_are_those_of_the_chosen_one():
    rows = [(10, 0, 55, 2), (20, 1, 100, 1), (None, 0, None, 3)]
    times = pd.DataFrame(rows, columns=["onset", "open", "lasted", "infusions"]).astype("Int64")
    onset, lasted = onset_finding("Nausea", times), lasted_finding("Nausea", times)
    assert onset is not None
    assert lasted is not None
    # Of 10, 10 and 20 the upper quartile is 15.
    assert onset.title == (
        "Nausea begins 10 minutes after the start (median; middle half 10 to 15)"
    )
    assert onset.subtitle == "3 infusions with a known onset; of 3 it is not known"
    assert onset.numbers().to_numpy().tolist() == [[10, 2], [20, 1]]
    # Of three two by 55 minutes; scipy.stats.binomtest: 2 of 3 is 20.8 to 93.9 %.
    assert lasted.title == (
        "Nausea: half had passed 55 minutes after the onset, 95 % CI 55 to not known; 1 of 3 had "
        "not passed at discharge"
    )
    all_passed = lasted_finding("Nausea", times.head(1))
    assert all_passed is not None
    # 2 of 2 is 34.2 to 100 %.
    assert all_passed.title == "Nausea lasts 55 minutes (median, 95 % CI 55 to not known)"
    assert lasted.numbers()["Minutes after the onset"].tolist() == [55, 100]
    unknown = times.tail(1)
    assert onset_finding("Nausea", unknown) is None
    assert lasted_finding("Nausea", unknown) is None


def test_what_mostly_lasted_longer_than_it_was_watched_has_no_median():
    times = pd.DataFrame({"onset": [5], "open": [1], "lasted": [90], "infusions": [3]})
    finding = lasted_finding("Nausea", times.astype("Int64"))
    assert finding is not None
    assert finding.title == "Nausea: not half had passed while it was watched"


def test_only_clear_chair_time_is_named():
    clear, unclear = (
        LostTime(120, 2, 600.0, 300.0, 900.0),
        LostTime(50, 0, 900.0, -300.0, 2100.0),
    )
    finding = chair_time_finding({"Nausea": clear, "Anxiety": unclear}, untimed=4)
    assert finding is not None
    assert finding.title == (
        "Infusions with Nausea kept the chair 5.0 minutes longer each: 10.0 chair-hours"
    )
    assert "of 4 recorded ones the chair time is not known" in finding.subtitle
    assert "not a cause" in finding.note
    numbers = finding.numbers().set_index("Side effect")
    assert list(numbers.index) == ["Anxiety", "Nausea"]
    assert numbers.loc["Nausea"].to_dict() == {
        "Infusions compared": 120,
        "Without any to compare with": 2,
        "Chair-hours": 10.0,
        "Hours, 95 % CI from": 5.0,
        "Hours, to": 15.0,
        "Minutes an infusion": 5.0,
        "Minutes, 95 % CI from": 2.5,
        "Minutes, to": 7.5,
        "Beyond chance": "yes",
    }
    nothing_clear = chair_time_finding({"Anxiety": unclear}, untimed=0)
    assert nothing_clear is not None
    assert nothing_clear.title == "No side effect goes with clearly more or less chair time"
    assert "not known" not in nothing_clear.subtitle
    assert chair_time_finding({"Rare": LostTime(0, 3, None, None, None)}, untimed=0) is None


def test_a_shorter_stay_is_said_to_be_shorter():
    finding = chair_time_finding({"Panic": LostTime(60, 0, -600.0, -900.0, -300.0)}, untimed=0)
    assert finding is not None
    assert finding.title == (
        "Infusions with Panic kept the chair 10.0 minutes less long each: −10.0 chair-hours"
    )


def test_the_table_keeps_what_has_no_curve():
    rows = passing_rows([Term("Rare", passing_without_times(), None)])
    row = drawn_table(rows).iloc[0]
    assert (row["Infusions"], row["With known times"], row["Times not known"]) == (3, 0, 3)
    for heading in ("% by the end", "% not passed at discharge", "Chair minutes an infusion"):
        assert np.isnan(row[heading])
    assert row["CI, by the end"] is None
    assert len(saved_table(rows)) == 1


def test_the_file_keeps_both_ends_of_each_interval():
    lost = LostTime(40, 0, 100.0, -20.0, 220.0)
    terms = [Term("Nausea", QUICK, lost), Term("Headache", SLOW, None)]
    saved = saved_table(passing_rows(terms)).set_index("Side effect")
    nausea, headache = saved.loc["Nausea"], saved.loc["Headache"]
    # scipy.stats.binomtest: 1 of 40 is 0.44 to 12.88 %, 10 of 40 14.19 to 40.19 %.
    names = ("% not passed at discharge", "95 % CI from (not passed)", "to (not passed)")
    assert [nausea[name] for name in names] == [2.5, 0.44, 12.88]
    assert [headache[name] for name in names] == [25, 14.19, 40.19]
    assert headache["% by the end (Kaplan-Meier)"] == 0
    # 0 of 40: 1.96² / (40 + 1.96²).
    assert headache["to (by the end)"] == 8.76
    assert headache["% seen to pass by 60 min"] == 50
    assert np.isnan(headache["Minutes until 95 % seen to pass"])
    assert np.isnan(headache["95 % CI from (minutes to 95 %)"])
    drawn = drawn_table(passing_rows(terms)).set_index("Side effect")
    assert drawn.loc["Nausea", "CI, chair minutes"] == "-0.5 to 5.5"
    assert drawn.loc["Headache", "CI, by the end"] == "0.0–8.8"
    # 38 of 40 by 10 minutes, 39 by 45: at least 83.5 and 87.1 %, so 95 % may as well be later.
    assert drawn.loc["Nausea", "CI, 95 %"] == "10 or later"
    assert drawn["CI, 95 %"].isna().tolist() == [False, True]
    before = list(drawn)
    assert before.index("% not passed at discharge") < before.index("% by the end")


def passing_without_times() -> Passing:
    empty = np.array([], dtype=np.int64)
    return Passing(kaplan_meier(empty, empty, empty), unknown=3, contradictory=0, late=0)
