"""What a manager gets on Side effects and Outcomes: rates of large groups, and nothing else."""

from collections.abc import Callable
from datetime import date
from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from access.roles import ROLES, RoleName
from access.viewer import Viewer
from data_access.engine import make_engine, writing
from pages.outcomes.page import outcomes_page
from pages.shared.released import period_words
from pages.side_effects.page import side_effects_page
from tests.data_access.released_clinic import TODAY, fill
from tests.pages.outcomes.outcome_page import Draw, drawn_page
from tests.pages.side_effect_page import words

MANAGER = Viewer("manager", ROLES[RoleName.MANAGER].permissions)
OF_NORTH = Viewer("manager", MANAGER.permissions, frozenset({"S1"}))


@pytest.fixture(scope="module")
def clinic(make_database: Callable[[str], str]) -> str:
    """North and the West."""
    return _filled(make_database)


@pytest.fixture(scope="module")
def north(make_database: Callable[[str], str]) -> str:
    """All at one site."""
    return _filled(make_database, west_from=21)


def _filled(make_database: Callable[[str], str], **how: int) -> str:
    url = make_database("sqlite")
    engine = make_engine(url)
    with writing(engine) as connection:
        fill(connection, **how)
    engine.dispose()
    return url


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    def drawn(url: str, draw: Draw, viewer: Viewer = MANAGER, today: date = TODAY) -> AppTest:
        return drawn_page(monkeypatch, url, draw=draw, viewer=viewer, today=today)

    return drawn


def everything(page: AppTest) -> str:
    """All that is sent, as far as it is known here."""
    charts = "".join(chart.proto.spec + chart.proto.alt for chart in page.get("plotly_chart"))
    tables = "".join(frame.value.to_csv() for frame in page.dataframe)
    return words(page) + charts + tables


def test_side_effects_in_a_sentence_a_picture_and_a_table(page, clinic):
    shown = page(clinic, side_effects_page)
    assert (
        "Of the side effects that can be told, **Dizziness** is the commonest: in **11 of 19** "
        "infusions with a filled-in form (58 %, 95 % CI 36–77; everybody, Jan–Mar 2026)."
    ) in words(shown)
    assert "You are told of whole quarters and of large groups" in words(shown)
    assert len(shown.get("plotly_chart")) == 1
    (table,) = (frame.value for frame in shown.dataframe)
    assert list(table["Side effect"]) == ["Dizziness", "Nausea"]
    assert list(table["Infusions with it"]) == ["11", "11"]
    # Two patients had it.
    assert "Syncope" not in everything(shown)


def test_the_choice_is_of_its_own_and_small(page, clinic):
    shown = page(clinic, side_effects_page)
    whom, begin, end = shown.selectbox
    assert whom.options == ["Everybody", "Site: North", "Site: West"]
    assert (begin.options, end.options) == (["Jan 2026"], ["Mar 2026"])
    at_north = whom.set_value("Site: North").run()
    assert not at_north.exception
    assert "in **6 of 14** infusions" in words(at_north)
    # What three in the West had is not told of North either.
    assert "Nausea" not in everything(at_north)


def test_a_manager_of_a_site_is_told_of_that_site(page, clinic):
    shown = page(clinic, side_effects_page, OF_NORTH)
    assert shown.selectbox[0].options == ["Your sites"]
    assert "in **6 of 14** infusions" in words(shown)
    assert "your sites, Jan–Mar 2026" in words(shown)
    assert "West" not in everything(shown)


def test_outcomes_in_a_sentence_a_picture_and_a_table(page, north):
    shown = page(north, outcomes_page)
    assert (
        "**10 of 15** inductions with a score at their end had responded (67 %, 95 % CI 42–85) and "
        "**5** were in remission (33 %, 95 % CI 15–58), on PHQ\\-9; everybody, Apr–Jun 2026."
    ) in words(shown)
    (table,) = (frame.value for frame in shown.dataframe)
    assert table.iloc[0][["Inductions over", "With a score", "Response", "Remission"]].tolist() == [
        20,
        15,
        10,
        5,
    ]
    assert len(shown.get("plotly_chart")) == 1


@pytest.mark.parametrize("draw", [side_effects_page, outcomes_page])
def test_where_nothing_may_be_told_it_is_said_why(page, clinic, draw):
    shown = page(clinic, draw, today=date(2026, 4, 1))
    assert "There is nothing that you may be told yet" in words(shown)
    assert "fewer than 5 patients" in words(shown)
    assert not shown.selectbox
    assert not shown.get("plotly_chart")


@pytest.mark.parametrize("draw", [side_effects_page, outcomes_page])
def test_whoever_sees_clinical_counts_gets_the_views(page, clinic, draw):
    clinician = Viewer("clinician", ROLES[RoleName.CLINICIAN].permissions)
    shown = page(clinic, partial(draw), clinician)
    assert not [box for box in shown.selectbox if box.label == "Of whom"]


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (8104, 8104, "Jan–Mar 2026"),
        (8104, 8107, "Jan–Dec 2026"),
        (8103, 8104, "Oct 2025–Mar 2026"),
    ],
)
def test_quarters_in_words(first, last, said):
    assert period_words(first, last) == said
