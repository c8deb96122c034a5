"""The signals on the Today page: what their titles, notes and tables say."""

from datetime import date

import pandas as pd
import pytest
from scipy.stats import fisher_exact

from clinical.calendar import day_number
from pages.today.signals import records_finding, terms_finding

HOSTILE = "<b>Itch</b> $x$"


def said(words: str) -> str:
    return words.replace("\N{NO-BREAK SPACE}", " ").replace("\\", "")


def terms(*rows: tuple[str, int, int]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["term", "recent", "before"])
    return frame.assign(term_key=range(1, len(rows) + 1))


def test_a_side_effect_that_has_risen_is_named_with_its_p():
    # Of 100 and 300. Nausea: 30 against 30 %; dizziness: 12 against 3 %; headache: 5 against 20 %.
    finding = terms_finding(
        terms(("Nausea", 30, 90), ("Dizziness", 12, 9), ("Headache", 5, 60)), 100, 300
    )
    assert said(finding.title) == (
        "Dizziness (12 %, p = 0.001) was more frequent and Headache (p < 0.001) was less frequent "
        "than in the 90 days before"
    )
    assert said(finding.note) == (
        "p: Fisher's exact test, two-sided. Coloured only where p is beyond chance among the 3 "
        "side effects compared (here p up to 0.001; Benjamini–Hochberg, 5 %). What has risen *for "
        "staff*, above, is told from 52 weeks, week by week: each may see what the other does not."
    )
    table = finding.numbers()
    assert table["Side effect"].tolist() == ["Nausea", "Headache", "Dizziness"]
    assert table["More than chance"].tolist() == ["", "Fallen", "Risen"]
    assert table["p (Fisher's exact test)"].tolist() == [
        1.0,
        round(fisher_exact([[5, 95], [60, 240]]).pvalue, 5),
        round(fisher_exact([[12, 88], [9, 291]]).pvalue, 5),
    ]


def test_all_are_compared_though_the_commonest_are_shown():
    common = [(f"Common {number}", 10, 30) for number in range(9)]
    finding = terms_finding(terms(*common, ("Rare", 9, 0)), 100, 300)
    shown = finding.numbers()["Side effect"].tolist()
    assert shown == [*(f"Common {number}" for number in range(7)), "Rare"]
    assert "among the 10 side effects compared" in said(finding.note)
    assert said(finding.subtitle).startswith("The 8 commonest and changed; last 30 days (100 ")


def test_no_change_and_nothing_before():
    finding = terms_finding(terms(("Nausea", 10, 30)), 100, 300)
    assert finding.title == (
        "No side effect was clearly more or less frequent than in the 90 days before"
    )
    assert "here none is small enough" in finding.note
    new = terms_finding(terms(("Nausea", 10, 0)), 100, 0)
    assert new.note.startswith("There is nothing before to compare with. What has risen")
    assert new.title == "Side effects of the last 30 days"
    assert new.numbers()["% before"].isna().all()


def test_a_term_is_only_text():
    finding = terms_finding(terms((HOSTILE, 90, 0)), 100, 300)
    assert "<b>" not in finding.title
    assert "<b>Itch" not in str(finding.chart.to_dict())


FIRST, LAST = day_number(date(2026, 3, 4)), day_number(date(2026, 3, 10))


def records(**columns: tuple[int, int]) -> pd.DataFrame:
    whole = {
        name: columns.get(name, columns["infusions"])
        for name in (
            "infusions",
            "form",
            "pressures",
            "by_weight",
            "weighed",
            "scored",
            "ended",
            "discharged",
        )
    }
    return pd.DataFrame(whole, index=["recent", "before"])


def test_the_least_complete_entry_is_named():
    finding = records_finding(records(infusions=(40, 320), scored=(24, 288)), FIRST, LAST)
    # 60 against 90 %: Fisher's p is far below 0.001.
    assert said(finding.title) == (
        "Least complete: a depression score before it, in 60 %, less than usual (p < 0.001)"
    )
    assert said(finding.subtitle) == (
        "40 infusions from 4 Mar 2026 to 10 Mar 2026 (95 % CI) against the 8 weeks before (320)"
    )
    table = finding.numbers().set_index("On record")
    # Wilson interval of 24 of 40.
    columns = ["%", "95 % CI from", "to", "% before", "More than chance"]
    score = table[columns].to_dict("index")["Depression score before it"]
    assert list(score.values()) == [60.0, 44.6, 73.7, 90.0, "Fallen"]


def test_several_that_are_least_complete_together():
    some = records(infusions=(3, 5), scored=(0, 0), ended=(0, 0), discharged=(0, 0), form=(0, 0))
    title = said(records_finding(some, FIRST, LAST).title)
    assert title == (
        "Least complete: the side-effect form, a depression score before it and 2 more, in 0 %"
    )


def test_complete_records():
    finding = records_finding(records(infusions=(40, 320)), FIRST, LAST)
    assert finding.title == "The records of the last seven days are complete"


def test_where_no_dose_went_by_weight_there_is_no_data_on_weights():
    counts = records(infusions=(4, 9), by_weight=(0, 9), weighed=(0, 9))
    finding = records_finding(counts, FIRST, LAST)
    assert finding.title == "The records of the last seven days are complete"
    weight = finding.numbers().set_index("On record").to_dict("index")["Body weight"]
    assert pd.isna(weight["%"])
    assert weight["of infusions"] == 0


@pytest.mark.parametrize("recent", [0, 1])
def test_a_single_infusion(recent: int):
    finding = records_finding(records(infusions=(1, 0), scored=(recent, 0)), FIRST, LAST)
    assert finding.note == "There is nothing before to compare with."
