"""Every story that ``docs/demo-clinic.md`` tells is really in the records."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine, text

from data_access.demo import stories
from data_access.demo.appointments import BOOKED
from data_access.demo.block import make_block
from data_access.demo.plan import make_plan
from data_access.demo.scores import PHQ9
from data_access.demo.site_calendar import SiteCalendar, Workplace
from data_access.engine import reading
from tests.data_access.demo.conftest import SEED, UNTIL, Frames

NAUSEA_FROM = date(2026, 10, 12)
"""The Monday six weeks before the week of 2026-11-23."""

IDS = [story.given_name for story in stories.PATIENTS]


def rows(engine: Engine, statement: str, **values: object) -> list[tuple[Any, ...]]:
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(text(statement), values)]


def scores(engine: Engine, story: stories.PatientStory) -> pd.DataFrame:
    """The patient's PHQ-9 in time order."""
    statement = """
        SELECT total_score, item_9, completed_at FROM assessments
        WHERE patient_id = :patient AND instrument = 'PHQ-9' ORDER BY completed_at
    """
    found = rows(engine, statement, patient=story.patient_id)
    return pd.DataFrame(found, columns=["total", "item9", "completed_at"])


@pytest.mark.parametrize("story", stories.PATIENTS, ids=IDS)
def test_the_scores_are_those_of_the_story(
    standard_demo: Engine, story: stories.PatientStory
) -> None:
    statement = "SELECT given_name, family_name, site_id FROM patients WHERE patient_id = :patient"
    [who] = rows(standard_demo, statement, patient=story.patient_id)
    assert who == (story.given_name, story.family_name, f"S0{story.site_number}")
    found = scores(standard_demo, story)
    assert tuple(found["total"]) == story.phq9
    assert tuple(found["item9"]) == story.item9
    assert date.fromisoformat(found["completed_at"].iloc[-1][:10]) >= UNTIL - timedelta(days=14)
    # A fact stands for each: the pages see them all.
    [(facts,)] = rows(
        standard_demo,
        """
        SELECT count(*) FROM score_facts JOIN assessments USING (assessment_key)
        WHERE patient_id = :patient AND assessments.instrument = 'PHQ-9' AND series_key IS NOT NULL
        """,
        patient=story.patient_id,
    )
    assert facts == len(story.phq9)


def improvement(story: stories.PatientStory) -> list[float]:
    """Percent of the baseline, after each infusion."""
    return [100 * (1 - total / story.phq9[0]) for total in story.phq9[1:]]


def test_the_stories_are_what_they_are_called() -> None:
    assert improvement(stories.RAPID)[0] >= 50
    assert max(improvement(stories.LATE)[:4]) < 25
    assert improvement(stories.LATE)[-1] >= 50
    assert 25 <= improvement(stories.PARTIAL)[-1] < 50
    assert max(improvement(stories.NON_RESPONDER)) < 25
    assert stories.WORSENING.phq9[-1] - stories.WORSENING.phq9[0] >= 5
    assert improvement(stories.ITEM9_RISES)[-1] >= 50
    assert stories.ITEM9_RISES.item9[-1] > stories.ITEM9_RISES.item9[0]
    assert max(improvement(stories.LOSES_RESPONSE)) >= 50
    assert improvement(stories.LOSES_RESPONSE)[-1] < 25


@pytest.mark.parametrize("days", range(7))
def test_the_stories_hold_on_every_weekday(days: int) -> None:
    """Infusions done as told, the last score taken, and the next visit booked."""
    plan = make_plan(4_000, SEED + days, UNTIL + timedelta(days=days))
    for site in plan.sites:
        block = make_block(Workplace(plan, site, SiteCalendar(plan, site)))
        for index, story in enumerate(block.told):
            assert (block.infusions.patient == index).sum() == story.infusions
            asked = (block.scores.patient == index) & (block.scores.instrument == PHQ9)
            assert asked.sum() == len(story.phq9)
            booked = block.appointments.status == BOOKED
            assert (block.appointments.patient[booked] == index).any()


def test_nausea_rises_at_one_site(standard_demo: Engine) -> None:
    statement = """
        SELECT i.site_id, lot_number, date(i.started_at) >= :rises, count(*),
               sum(EXISTS (SELECT 1 FROM side_effects e WHERE e.infusion_id = i.infusion_id
                           AND term IN ('Nausea', 'feeling sick', 'nauseous')))
        FROM infusions i WHERE side_effects_recorded = 1 GROUP BY 1, 2, 3
    """
    found = pd.DataFrame(
        rows(standard_demo, statement, rises=NAUSEA_FROM.isoformat()),
        columns=["site", "lot", "after", "infusions", "nausea"],
    )
    story = found["site"] == "S01"
    after = found[story & (found["after"] == 1)].sum()
    before = found[story & (found["after"] == 0)].sum()
    elsewhere = found[~story].sum()
    assert after["nausea"] / after["infusions"] == pytest.approx(0.30, abs=0.09)
    assert before["nausea"] / before["infusions"] == pytest.approx(0.12, abs=0.03)
    assert elsewhere["nausea"] / elsewhere["infusions"] == pytest.approx(0.12, abs=0.03)
    assert set(found.loc[story & (found["after"] == 1), "lot"]) == {"K01-900"}
    assert "K01-900" not in set(found.loc[story & (found["after"] == 0), "lot"])


def test_nausea_rises_from_a_known_week(frames: Frames) -> None:
    """In the large demo chance is small enough to name the week."""
    site = frames.infusions["site"] == stories.NAUSEA_SITE
    infusions = frames.infusions[site & frames.infusions["recorded"]]
    nausea = frames.side_effects[
        (frames.side_effects["site"] == stories.NAUSEA_SITE)
        & (frames.side_effects["term"] == "Nausea")
    ]
    rises = stories.nausea_rises_on(frames.plan)
    assert np.datetime64(rises, "D") == np.datetime64(NAUSEA_FROM)

    def share(first: int, last: int) -> float:
        return (
            nausea["day"].between(first, last).sum() / infusions["day"].between(first, last).sum()
        )

    assert share(rises - 84, rises - 1) == pytest.approx(0.12, abs=0.04)
    assert share(rises, rises + 42) == pytest.approx(0.30, abs=0.05)


def test_mondays_are_missed_at_one_site(standard_demo: Engine) -> None:
    statement = """
        SELECT site_id, strftime('%w', scheduled_start), status = 'noshow' FROM appointments
        WHERE kind = 'infusion' AND status IN ('fulfilled', 'noshow', 'cancelled')
    """
    found = pd.DataFrame(rows(standard_demo, statement), columns=["site", "weekday", "missed"])
    mondays = (found["site"] == "S02") & (found["weekday"] == "1")
    assert found[mondays]["missed"].mean() == pytest.approx(0.22, abs=0.05)
    assert found[~mondays]["missed"].mean() == pytest.approx(0.05, abs=0.015)


def test_one_chair_is_the_bottleneck(standard_demo: Engine) -> None:
    """Share of the slots of the last half year that were taken, for each chair of S03."""
    statement = """
        SELECT chair_id, count(*) FROM appointments
        WHERE site_id = 'S03' AND kind = 'infusion' AND status <> 'cancelled'
          AND scheduled_start >= date(:until, '-182 days') AND scheduled_start < :until
        GROUP BY chair_id
    """
    found = rows(standard_demo, statement, until=UNTIL.isoformat())
    taken = pd.DataFrame(found, columns=["chair", "count"]).set_index("chair")["count"]
    plan = make_plan(4_000, SEED, UNTIL)
    calendar = SiteCalendar(plan, plan.sites[2])
    days = np.arange(plan.last_day - 182, plan.last_day) - calendar.first_day
    slots = calendar.capacity[days].sum() / 3
    assert taken["S03-A"] / slots > 0.75
    assert taken["S03-B"] / slots < 0.5
    assert taken["S03-C"] / slots < 0.5


def test_freed_slots_are_refilled_the_oftener_the_longer_the_notice(standard_demo: Engine) -> None:
    """As ``docs/demo-clinic.md`` says; a slot is refilled by who was booked after it was freed."""
    statement = """
        SELECT (a.notice_hours >= 24) + (a.notice_hours >= 168), count(*),
               sum(EXISTS (SELECT 1 FROM appointments f JOIN appointments b USING (chair_id)
                           WHERE f.appointment_key = a.appointment_key AND b.status <> 'cancelled'
                             AND b.booked_at >= f.cancelled_at
                             AND b.scheduled_start = f.scheduled_start)),
               sum(refilled)
        FROM freed_slot_facts a JOIN appointments USING (appointment_key)
        WHERE scheduled_start < :until GROUP BY 1 ORDER BY 1
    """
    found = rows(standard_demo, statement, until=UNTIL.isoformat())
    shares = [taken / freed for _, freed, taken, _ in found]
    assert shares == pytest.approx([0.10, 0.26, 0.50], abs=0.06)
    assert sum(row[2] for row in found) / sum(row[1] for row in found) == pytest.approx(
        0.25, abs=0.04
    )
    # A slot that is taken is always refilled; a few others, by two who lie half in it.
    assert all(taken <= refilled <= 1.1 * taken + 3 for *_, taken, refilled in found)


def test_scores_are_missing_in_one_month(standard_demo: Engine) -> None:
    statement = """
        SELECT strftime('%Y-%m', started_at), EXISTS (
            SELECT 1 FROM assessments a WHERE a.patient_id = i.patient_id
            AND instrument = 'PHQ-9' AND unixepoch(completed_at)
                BETWEEN unixepoch(i.started_at) - 3600 AND unixepoch(i.started_at))
        FROM infusions i
    """
    found = pd.DataFrame(rows(standard_demo, statement), columns=["month", "scored"])
    story = found["month"] == "2026-08"
    assert found[story]["scored"].mean() == pytest.approx(0.35, abs=0.08)
    assert found[~story]["scored"].mean() == pytest.approx(0.88, abs=0.02)
