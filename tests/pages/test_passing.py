"""How soon side effects pass, run as Streamlit runs it, and the words about it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import orjson
import pandas as pd
import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from clinical.chair_time import LostTime
from clinical.side_effect_passing import Passing
from clinical.side_effect_times import Odd
from clinical.survival import Curve, kaplan_meier
from data_access.engine import URL_VARIABLE, make_engine, writing
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
    passing_table,
    quality_words,
)
from tests.data_access.side_effect_times_clinic import fill

HOSTILE = "<b>x</b> *y* [z](javascript:1)"


def _page() -> None:
    import os
    from datetime import UTC, date, datetime

    from access.viewer import LOCAL_VIEWER
    from data_access.engine import make_engine, reading
    from data_access.filters import Filters
    from data_access.status import clinic_status
    from pages.shared.context import PageContext
    from pages.side_effects.passing import passing_view

    start, end = os.environ["TEST_PERIOD"].split()
    filters = Filters(date.fromisoformat(start), date.fromisoformat(end))
    engine = make_engine(os.environ["CLINIC_DATABASE_URL"])
    with reading(engine) as connection:
        status = clinic_status(connection, LOCAL_VIEWER)
        now = datetime(2026, 5, 31, 16, tzinfo=UTC)
        passing_view(PageContext(connection, LOCAL_VIEWER, filters, status, now, now.date(), {}))
    engine.dispose()


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
        engine = make_engine(sqlite_url)
        if filled:
            with writing(engine) as connection:
                fill(connection)
                connection.execute(
                    update(TermRow).where(TermRow.name == "Nausea").values(name=nausea)
                )
        engine.dispose()
        monkeypatch.setenv(URL_VARIABLE, sqlite_url)
        monkeypatch.setenv("TEST_PERIOD", f"{start} {end}")
        return AppTest.from_function(_page, default_timeout=30)

    return make


def words(page: AppTest) -> str:
    everything = [*page.markdown, *page.caption, *page.info]
    return spaced("\n".join(element.value for element in everything))


def spaced(words: str) -> str:
    return words.replace("\N{NO-BREAK SPACE}", " ")


def chart(page: AppTest, index: int) -> dict[str, Any]:
    found = orjson.loads(page.get("plotly_chart")[index].proto.spec)
    assert isinstance(found, dict)
    return found


def test_of_a_few_infusions_no_share_is_told(page):
    shown = page().run()
    assert not shown.exception
    # Nausea: I1 and I4 25 minutes after the end, I6 500; I2 had it when it left after 80.
    assert (
        "## **Nausea**: of 4 infusions with known times, 3 had passed within 500 minutes of its "
        "end; too few for a rate."
    ) in words(shown)
    assert "1 had not passed at discharge and count until then" in words(shown)


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
    assert (nausea["Minutes to 50 %"], nausea["Minutes to 95 %"]) == (25, 500)
    assert nausea["Not passed at discharge"] == 1
    assert (nausea["Times not known"], nausea["Times contradict"]) == (1, 0)
    assert nausea["Began after discharge"] == 1
    assert table.loc["Anxiety", "Times contradict"] == 1
    assert np.isnan(table.loc["Anxiety", "% by 30 min"]), "not known is not none"
    assert table.loc["Vomiting", "% by the end"] == 100


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
        "**1 of 40** had not passed at discharge."
    )


def test_what_was_never_seen_to_pass_is_told_by_the_last_minute():
    # At 90 minutes ten of twenty pass: 1 - 1/2 × 1/2.
    assert spaced(passing_answer("Headache", SLOW)) == (
        "**Headache**: **75 %** had passed 90 minutes after the end of the infusion, and nobody "
        "was watched longer; **10 of 40** had not passed at discharge."
    )


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
        r"Of 2 side effects with 20 or more known times Head\*ache takes longest (95 % not "
        "reached), Nausea least (95 % by 10 minutes)."
    )
    assert longest_words(terms[:1]) == ""
    finding = milestones_finding(terms)
    assert finding is not None
    assert finding.numbers()["Side effect"].tolist() == ["Head*ache", "Nausea"]
    assert finding.numbers()["Minutes to 50 %"].tolist() == [30, 0]
    assert milestones_finding(terms[2:]) is None


def test_the_curve_has_the_common_ones_behind_it_and_all_numbers():
    others = [Term("Nausea", QUICK, None), Term("Headache", SLOW, None)]
    finding = passed_finding("Nausea", QUICK, others)
    assert finding.subtitle == (
        "40 infusions with known times; 1 had not passed at discharge and count until then. Pale: "
        "1 other side effect with 20 or more"
    )
    numbers = finding.numbers()
    nausea = numbers[numbers["Side effect"] == "Nausea"]
    assert nausea["Minutes after the end"].tolist() == [0, 10, 45, 60]
    assert nausea["% passed"].tolist() == [75, 95, 97.5, 97.5]
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
    assert lasted.title.startswith("Nausea lasts 55 minutes (median")
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
    table = passing_table([Term("Rare", passing_without_times(), None)])
    row = table.iloc[0]
    assert (row["Infusions"], row["With known times"], row["Times not known"]) == (3, 0, 3)
    assert np.isnan(row["% by the end"])
    assert np.isnan(row["Chair minutes an infusion"])


def passing_without_times() -> Passing:
    empty = np.array([], dtype=np.int64)
    return Passing(kaplan_meier(empty, empty, empty), unknown=3, contradictory=0, late=0)
