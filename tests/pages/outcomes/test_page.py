"""The Outcomes page: every view, whatever there is, and what is said where there is nothing."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection

from clinical.codes import Phase
from clinical.course_scores import Missing
from data_access.engine import make_engine, writing
from data_access.facts import rebuild_facts
from pages.outcomes.choice import View
from tests.data_access import course_clinic
from tests.data_access.facts.recorded_clinic import RecordedClinic, at
from tests.pages.outcomes.outcome_page import TOTALS_ALONE, drawn_page
from tests.pages.side_effect_page import words

HOSTILE = "<b>x</b> $y$ ![x](http://host/a)"


Fill = Callable[[Connection], None]


def _many(baseline: float | None, total: float | None, instrument: str = "PHQ-9") -> Fill:
    """A clinic of twelve patients, all with an induction of two and the same scores."""

    def fill(connection: Connection) -> None:
        clinic = RecordedClinic(connection)
        for number in range(12):
            key = clinic.patient(given_name=HOSTILE, family_name=HOSTILE, site_id="S1")
            series = clinic.series(
                key, "induction", date(2026, 3, 1) + timedelta(number), planned_infusions=2
            )
            for day in (0, 3):
                clinic.infusion(key, at(number + day), series_id=f"X{series}")
            for day, score in ((0, baseline), (3, total), (10, total)):
                if score is not None:
                    clinic.score(
                        key,
                        at(number + day, 9),
                        score,
                        instrument,
                        **({"item_9": 0, "item_4": 0} if instrument == "PHQ-9" else {}),
                    )
        rebuild_facts(connection)

    return fill


def _one(connection: Connection) -> None:
    clinic = RecordedClinic(connection)
    clinic.patient()
    clinic.infusion(1, at(0))
    clinic.score(1, at(0, 9), 20)
    clinic.score(1, at(7), 5)
    rebuild_facts(connection)


_FILLS: dict[str, Fill] = {
    "small": course_clinic.fill,
    "nobody": lambda connection: rebuild_facts(RecordedClinic(connection).connection),
    "one patient": _one,
    "no score at all": _many(None, None),
    "baselines alone": _many(20, None),
    "no baseline": _many(None, 5),
    "everyone responded at once": _many(20, 0),
    "nobody changed": _many(20, 20),
    "baseline zero": _many(0, 0),
    "no response rule": _many(50, 20, "PCL-5"),
    "higher is better": _many(20, 60, "WHO-5"),
}


@pytest.fixture(scope="module")
def clinics(make_database: Callable[[str], str]) -> Callable[[str], str]:
    """A function that gives the URL of a clinic by its name, filled once."""
    made: dict[str, str] = {}

    def give(name: str) -> str:
        if name not in made:
            made[name] = make_database("sqlite")
            engine = make_engine(made[name])
            with writing(engine) as connection:
                _FILLS[name](connection)
            engine.dispose()
        return made[name]

    return give


@pytest.mark.parametrize("name", _FILLS)
@pytest.mark.parametrize("view", list(View))
def test_every_view_draws_whatever_there_is(clinics, monkeypatch, view: View, name: str):
    page = drawn_page(monkeypatch, clinics(name), outcome=view, after=2)
    said = words(page)
    assert said.strip()
    assert not re.search(r"\b(nan|inf|NaN)\b|<b>x", said)
    for chart in page.get("plotly_chart"):
        assert chart.proto.alt
        assert "<b>x" not in chart.proto.spec


@pytest.mark.parametrize("missing", list(Missing))
@pytest.mark.parametrize("phase", [Phase.INDUCTION, Phase.MAINTENANCE])
def test_every_way_to_take_missing_scores_draws(clinics, monkeypatch, missing, phase):
    drawn_page(monkeypatch, clinics("small"), phases=(phase,), after=1, missing=missing)


def test_nothing_began(clinics, monkeypatch):
    page = drawn_page(monkeypatch, clinics("small"), start=date(2026, 5, 31))
    assert (
        words(page) == "No induction within the filters began between 31 May 2026 and 1 Jun 2026."
    )


def test_all_are_still_under_way(clinics, monkeypatch):
    page = drawn_page(monkeypatch, clinics("small"), start=date(2026, 5, 1))
    assert words(page) == (
        "1 induction began between 1 May 2026 and 1 Jun 2026, all still under way: outcomes are "
        "told of courses that are over."
    )


def test_too_few_are_over(clinics, monkeypatch):
    page = drawn_page(monkeypatch, clinics("small"), phases=(Phase.MAINTENANCE,))
    assert words(page) == (
        "1 maintenance course within the filters that began between 1 Jan 2026 and 1 Jun 2026 is "
        "over. Fewer than 5 are not shown."
    )
    assert not page.get("plotly_chart")


def test_who_may_not_see_patients_sees_the_totals_and_no_name(clinics, monkeypatch):
    page = drawn_page(
        monkeypatch, clinics("small"), viewer=TOTALS_ALONE, after=2, outcome_part="scored"
    )
    assert "Who they are needs the permission to" in words(page)
    assert "P1" not in words(page)
    assert not [table for table in page.dataframe if "Patient" in table.value.columns]
