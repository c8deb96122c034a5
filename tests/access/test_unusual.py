"""The rules of unusual looks, each at its limits, worked out by hand."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from access import unusual
from access.unusual import LIMITS, NOBODY, RULES, Facts, Found, Reason, find_unusual, rule_words

ADA, BEN = "ada@clinic.example", "ben@clinic.example"
DAY = 20_000
COLUMNS = {
    "looks": ("who", "at", "day", "minute", "patient_key", "site_key", "within"),
    "visits": ("patient_key", "day"),
    "namesakes": ("who", "patient_key"),
    "refusals": ("who", "address", "at", "day"),
    "exports": ("who", "at", "day", "people"),
    "sign_ins": ("who", "address", "at", "day", "within"),
    "returns": ("who", "at", "day", "days_away"),
}


def facts(**rows: list[tuple[Any, ...]]) -> Facts:
    """Facts with these rows, in the order of :data:`COLUMNS`."""

    def frame(name: str) -> pd.DataFrame:
        made = pd.DataFrame(rows.get(name, []), columns=list(COLUMNS[name]))
        texts = {text: "str" for text in ("who", "address") if text in made.columns}
        return made.astype(texts) if made.empty else made

    return Facts(**{name: frame(name) for name in COLUMNS})


def look(
    patient: int,
    who: str = ADA,
    day: int = DAY,
    minute: int = 600,
    site: int = 1,
    within: bool = True,
) -> tuple[Any, ...]:
    return (who, 86_400 * day + 60 * minute, day, minute, patient, site, within)


def only(found: Found, reason: Reason) -> list[tuple[str, int, int]]:
    """Who, day and patient of the lines with this reason, in order of the patient."""
    lines = found.lines.to_dict("records")
    return sorted(
        (line["who"], line["day"], line["patient_key"])
        for line in lines
        if reason in line["reasons"]
    )


def words(found: Found) -> list[str]:
    return list(found.lines["words"])


def test_nothing_is_unusual_where_there_is_nothing():
    found = find_unusual(facts())
    assert (len(found.lines), found.all_lines, len(found.people)) == (0, 0, 0)


@pytest.mark.parametrize(
    ("visit", "is_marked"), [(30, False), (-30, False), (31, True), (-31, True), (0, False)]
)
def test_a_patient_in_care_then(visit: int, is_marked: bool):
    found = find_unusual(facts(looks=[look(7)], visits=[(7, DAY + visit)]))
    assert only(found, Reason.NOT_IN_CARE) == ([(ADA, DAY, 7)] if is_marked else [])


def test_another_patients_visit_does_not_count():
    visits = [(6, DAY), (8, DAY)]
    found = find_unusual(facts(looks=[look(7)], visits=visits))
    assert words(found) == ["no appointment, infusion, booking or referral within 30 days"]
    assert only(find_unusual(facts(looks=[look(7)])), Reason.NOT_IN_CARE) == [(ADA, DAY, 7)]


def test_looks_before_the_period_are_not_judged():
    found = find_unusual(facts(looks=[look(7, within=False, minute=60)]))
    assert found.all_lines == 0


def test_looks_of_a_day_at_one_patient_are_one_line():
    looks = [look(7, minute=600), look(7, minute=700), look(7, day=DAY + 1)]
    found = find_unusual(facts(looks=looks))
    lines = found.lines.sort_values("day")
    assert lines["times"].tolist() == [2, 1]
    assert lines["first"].iloc[0] == 86_400 * DAY + 36_000
    assert lines["last"].iloc[0] == 86_400 * DAY + 42_000


def test_the_same_family_name():
    looks = [look(7), look(8), look(7, BEN)]
    visits = [(7, DAY), (8, DAY)]
    found = find_unusual(facts(looks=looks, visits=visits, namesakes=[(ADA, 7), (BEN, 9)]))
    assert only(found, Reason.NAMESAKE) == [(ADA, DAY, 7)]
    assert words(found) == ["the patient has this person’s family name"]


def _day_of(patients: int, day: int, who: str = ADA, within: bool = True) -> list[tuple[Any, ...]]:
    return [look(key, who, day, within=within) for key in range(1, patients + 1)]


VISITS = [(key, DAY) for key in range(1, 60)]


@pytest.mark.parametrize(
    ("usual", "patients", "is_marked"),
    [(10, 20, True), (10, 19, False), (11, 21, False), (11, 22, True), (2, 19, False)],
)
def test_many_patients_in_a_day(usual: int, patients: int, is_marked: bool):
    looks = _day_of(patients, DAY)
    for before in range(1, 6):  # five other days are enough to know what is usual
        looks += _day_of(usual, DAY - before, within=False)
    found = find_unusual(facts(looks=looks, visits=VISITS))
    assert only(found, Reason.MANY) == ([(ADA, DAY, NOBODY)] if is_marked else [])


def test_of_somebody_new_the_others_days_are_what_is_usual():
    looks = _day_of(30, DAY)
    for before in range(1, 5):  # four are too few
        looks += _day_of(30, DAY - before, within=False)
    for before in range(4):
        looks += _day_of(6, DAY - before, BEN, within=False)
    found = find_unusual(facts(looks=looks, visits=VISITS))
    assert words(found) == ["30 patients in a day; 6 on a usual one"]


def test_the_same_patient_again_is_no_further_patient():
    looks = [look(1, minute=minute) for minute in range(500, 540)]
    assert find_unusual(facts(looks=looks, visits=VISITS)).all_lines == 0


@pytest.mark.parametrize(
    ("minute", "is_marked"),
    [(359, True), (360, False), (1319, False), (1320, True), (0, True), (1439, True)],
)
def test_unusual_hours(minute: int, is_marked: bool):
    found = find_unusual(facts(looks=[look(1, minute=minute)], visits=VISITS))
    assert only(found, Reason.LATE) == ([(ADA, DAY, 1)] if is_marked else [])


def test_the_time_is_said():
    looks = [look(1, minute=1330), look(1, minute=1415), look(2, minute=5)]
    found = find_unusual(facts(looks=looks, visits=VISITS))
    assert sorted(words(found)) == ["22:10–23:35", "at 00:05"]


@pytest.mark.parametrize(
    ("here", "there", "marked"),
    [(19, 1, 1), (18, 1, 0), (38, 2, 2), (37, 2, 0), (57, 3, 3)],
)
def test_a_site_seldom_looked_at(here: int, there: int, marked: int):
    # One of 20 is 5 %, as is two of 40; one of 19 is of too few, two of 39 is more.
    looks = [look(key, within=False) for key in range(1, here + 1)]
    looks += [look(100 + key, site=2) for key in range(there)]
    visits = [(key, DAY) for key in range(200)]
    found = find_unusual(facts(looks=looks, visits=visits))
    assert len(only(found, Reason.ELSEWHERE)) == marked


def test_a_patient_of_no_known_site_is_of_no_seldom_one():
    looks = [look(key, day=DAY - key, within=False) for key in range(1, 40)]
    looks += [look(100, site=-1)]
    assert find_unusual(facts(looks=looks, visits=[(100, DAY)])).all_lines == 0


def test_repeated_refusals():
    rows = [(ADA, "::1", DAY * 86_400 + second, DAY) for second in range(5)]
    rows += [(BEN, "::1", DAY * 86_400 + second, DAY) for second in range(4)]
    rows += [("", "192.0.2.1", DAY * 86_400 + second, DAY) for second in range(5)]
    rows += [("", "192.0.2.2", DAY * 86_400 + second, DAY) for second in range(4)]
    found = find_unusual(facts(refusals=rows))
    assert only(found, Reason.REFUSED) == [("", DAY, NOBODY), (ADA, DAY, NOBODY)]
    assert sorted(words(found)) == [
        "refused 5 times",
        "refused 5 times at 192.0.2.1, not signed in",
    ]


def test_files_about_many_patients():
    rows = [(ADA, 10, DAY, 60), (ADA, 20, DAY, 40), (BEN, 10, DAY, 99), (BEN, 10, DAY + 1, 1)]
    found = find_unusual(facts(exports=rows))
    assert words(found) == ["2 files about 100 patients"]


def _sign_in(day: int, address: str, within: bool = True) -> tuple[Any, ...]:
    return (ADA, address, 86_400 * day, day, within)


@pytest.mark.parametrize(
    ("rows", "marked"),
    [
        ([_sign_in(DAY - 9, "a", False), _sign_in(DAY, "b")], 1),
        ([_sign_in(DAY - 90, "a", False), _sign_in(DAY, "b")], 1),
        ([_sign_in(DAY - 91, "a", False), _sign_in(DAY, "b")], 0),  # everything is new by then
        ([_sign_in(DAY, "b")], 0),  # the first time at all
        ([_sign_in(DAY - 9, "b", False), _sign_in(DAY - 8, "a", False), _sign_in(DAY, "b")], 0),
        ([_sign_in(DAY - 9, "a", False), _sign_in(DAY, "b"), _sign_in(DAY + 1, "b")], 1),
        ([_sign_in(DAY - 9, "a", False), _sign_in(DAY - 8, "b", False)], 0),  # before the period
    ],
)
def test_a_new_address(rows: list[tuple[Any, ...]], marked: int):
    found = find_unusual(facts(sign_ins=rows))
    assert words(found) == ["signed in from b, for the first time in long"] * marked


@pytest.mark.parametrize(("days", "is_marked"), [(89, False), (90, True)])
def test_back_after_a_long_time(days: int, is_marked: bool):
    found = find_unusual(facts(returns=[(ADA, 86_400 * DAY, DAY, days)]))
    assert words(found) == (["the first time in 90 days"] if is_marked else [])


def test_whoever_has_the_most_reasons_at_once_comes_first():
    looks = [
        *(look(key, BEN, minute=1400) for key in range(1, 9)),  # eight lines of one reason
        look(50, ADA, minute=1400),  # not in care, the own name, at night
        look(1, ADA, minute=100),
    ]
    visits = [(key, DAY) for key in range(1, 10)]
    found = find_unusual(facts(looks=looks, visits=visits, namesakes=[(ADA, 50)]))
    assert found.people["who"].tolist() == [ADA, BEN]
    assert found.people[["at_once", "different", "lines"]].to_numpy().tolist() == [
        [3, 3, 2],
        [1, 1, 8],
    ]
    assert found.people["reasons"].iloc[0] == (Reason.NOT_IN_CARE, Reason.NAMESAKE, Reason.LATE)
    first = found.lines.iloc[0]
    assert (first["who"], first["patient_key"]) == (ADA, 50)
    assert first["words"] == (
        "no appointment, infusion, booking or referral within 30 days; the patient has this "
        "person’s family name; at 23:20"
    )
    assert found.all_lines == 10


def test_one_persons_lines_and_no_more_than_are_asked_for():
    looks = [look(key, who, minute=1400) for key in range(1, 9) for who in (ADA, BEN)]
    given = facts(looks=looks, visits=VISITS)
    of_ben = find_unusual(given, who=BEN, most=3)
    assert (set(of_ben.lines["who"]), len(of_ben.lines), of_ben.all_lines) == ({BEN}, 3, 8)
    assert len(of_ben.people) == 2
    assert find_unusual(given, who="nobody").all_lines == 0


def test_limits_can_be_others():
    given = facts(looks=[look(1, minute=1300)], visits=VISITS)
    assert find_unusual(given).all_lines == 0
    assert find_unusual(given, replace(LIMITS, last_hour=21)).all_lines == 1


def test_every_reason_has_a_rule_and_is_explained_with_its_limits():
    assert set(RULES) == set(rule_words()) == set(Reason)
    said = " ".join(rule_words(replace(LIMITS, care_days=17, many=33, away_days=77)).values())
    assert "within 17 days" in said
    assert "at least 33 patients" in said
    assert "77 days" in said
    assert unusual.__doc__ is not None
    assert "never accusations" in unusual.__doc__
