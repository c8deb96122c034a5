"""Each infusion in words: the table, the choice in it, and one infusion's vital signs."""

import os
from datetime import datetime
from math import nan

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from clinical.codes import Phase
from clinical.thresholds import DEFAULTS, Thresholds
from data_access.engine import make_engine, writing
from pages.patients.infusion_findings import (
    infusion_table,
    infusions_title,
    pressure_finding,
    side_effect_finding,
    vitals_finding,
    vitals_title,
)
from tests.charts.test_infusion_vitals import EARLIER, NO_EFFECTS, OWN
from tests.data_access.long_treatment_clinic import ADA, BEN, fill

INFUSIONS = pd.DataFrame(
    {
        "infusion_key": [11, 12, 13, 14],
        "phase": int(Phase.INDUCTION),
        "number": [1, 2, 3, 4],
        "started": datetime(2026, 2, 2, 13),  # noqa: DTZ001 - the clinic's own clock
        "site": "North",
        "drug": [None, "ketamine", "esketamine", None],
        "dose_mg": 40.0,
        "mg_per_kg": [0.5, 0.5, nan, 0.5],
        "minutes": pd.array([40, 40, None, 40], "Int64"),
        "chair_minutes": pd.array([100, None, None, 95], "Int64"),
        "peak_systolic": pd.array([135, 170, None, 188], "Int64"),
        "systolic_rise": pd.array([15, -4, None, 40], "Int64"),
        "peak_diastolic": pd.array([88, None, None, 112], "Int64"),
        "diastolic_rise": pd.array([8, None, None, 20], "Int64"),
        "sustained_systolic": pd.array([130, 150, None, 181], "Int64"),
        "sustained_diastolic": pd.array([85, None, None, 100], "Int64"),
        "lowest_spo2": [97.0, 93.0, nan, 89.0],
        "deepest_sedation": pd.array([4, 5, None, 3], "Int64"),
        "recorded": [1, 0, 1, 1],
        "stopped": [0, 0, 0, 1],
        "stop_reason": [None, None, None, "Distress"],
    }
)
SIDE_EFFECTS = pd.DataFrame(
    {
        "infusion_key": [11, 14, 14],
        "term": ["Nausea", "Headache", "<b>Itch</b>"],
        "worst_grade": [2, 1, 0],
        "serious": 0,
    }
)
TIMES = pd.DataFrame(
    {
        "infusion_key": [11, 14, 14],
        "term": ["Nausea", "Headache", "<b>Itch</b>"],
        "grade": pd.array([2, 1, None], "Int64"),
        "onset": [10.0, 10.0, 20.0],
        "resolved": [75.0, 50.0, nan],
        "end": 40.0,
    }
)
SYSTOLIC_ONLY = OWN.assign(diastolic=nan)


def table(thresholds: Thresholds = DEFAULTS) -> pd.DataFrame:
    return infusion_table(INFUSIONS, SIDE_EFFECTS, TIMES, thresholds)


def test_values_beyond_a_limit_are_named_in_words():
    found = table()
    assert list(found["Peak, mmHg"]) == ["135/88", "170/? ▲ high", "", "188/112 ▲ RED"]
    assert list(found["Rise, mmHg"]) == ["+15/+8", "-4/?", "", "+40/+20"]
    assert list(found["SpO₂, %"]) == ["97", "93 ▲ low", "", "89 ▲ RED"]
    assert list(found["Sedation"]) == ["4", "5", "", "3 ▲ RED"]


def test_limits_are_the_clinics_own():
    found = table(Thresholds(amber_systolic=130, amber_spo2=98))
    assert found["Peak, mmHg"].iloc[0] == "135/88 ▲ high"
    assert found["SpO₂, %"].iloc[0] == "97 ▲ low"


def test_side_effects_and_when_they_had_passed():
    found = table()
    assert list(found["Side effects (grade)"]) == [
        "Nausea (2)",
        "Form not filled in",
        "None",
        "Headache (1), <b>Itch</b>",
    ]
    assert list(found["Passed, min"]) == ["35", "", "", "not resolved"]
    assert list(found["Stopped early"]) == ["", "", "", "Distress"]
    assert list(found["Drug"]) == ["Ketamine", "Ketamine", "Esketamine", "Ketamine"]


def test_the_site_is_named_where_there_is_more_than_one():
    assert "Site" not in table()
    two = INFUSIONS.assign(site=["North", "North", "South", "South"])
    assert list(infusion_table(two, SIDE_EFFECTS, TIMES, DEFAULTS)["Site"])[2] == "South"


def test_the_title_counts_what_went_beyond_a_limit():
    assert infusions_title(INFUSIONS, DEFAULTS) == (
        "4 infusions: 1 with a red reading, 1 with a high or low one, 1 stopped early"
    )
    assert infusions_title(INFUSIONS.head(1), DEFAULTS) == (
        "1 infusion, none beyond a limit or stopped early"
    )


@pytest.mark.parametrize(
    ("own", "earlier", "title"),
    [
        # Earlier infusions 1, 2 and 3 peaked at 151, 152 and 153.
        (
            OWN,
            EARLIER,
            "Peak 165/99 mmHg at minute 20, 35 above the start; own earlier peaks: 151 to 153",
        ),
        (
            SYSTOLIC_ONLY,
            EARLIER.head(3),
            "Peak 165/? mmHg at minute 20, 35 above the start; own earlier peak: 151",
        ),
        (
            OWN.head(1),
            EARLIER.head(0),
            "Peak 130/80 mmHg at minute −5, the first reading; no earlier peak to compare with",
        ),
        (
            OWN.assign(systolic=nan),
            EARLIER,
            "No blood pressure recorded. Lowest SpO₂ 93\N{NO-BREAK SPACE}%, deepest sedation 3 "
            "(MOAA/S)",
        ),
    ],
)
def test_the_peak_against_the_patients_own(own, earlier, title):
    assert vitals_title(own, earlier) == title


def test_vital_signs_have_a_name_their_readings_and_an_alternative_text():
    chosen = INFUSIONS.iloc[0].copy()
    chosen["infusion_key"] = 9
    readings = pd.concat([EARLIER, OWN])
    found = vitals_finding(chosen, readings, NO_EFFECTS, DEFAULTS)
    assert found is not None
    assert found.subtitle.startswith(
        "Induction 1, 2 Feb 2026: 4 readings; thin lines: 3 earlier infusions of this patient."
    )
    assert list(found.numbers()["Minute"]) == [-5, 20, 40, 80]
    assert "Lowest SpO₂ 93" in found.alt
    assert vitals_finding(INFUSIONS.iloc[0], readings, NO_EFFECTS, DEFAULTS) is None


def test_pressure_over_the_series():
    found = pressure_finding(INFUSIONS, DEFAULTS)
    assert found is not None
    assert found.title == "Blood pressure reached 165/100 in 2 of 3 infusions"
    assert "of 4" in found.subtitle
    assert list(found.numbers()["First systolic"]) == [120, 170, 148]
    low = pressure_finding(INFUSIONS.head(1), Thresholds(amber_systolic=150))
    assert low is not None
    assert low.title == "Blood pressure stayed below 150/100"
    assert pressure_finding(INFUSIONS.iloc[[2]], DEFAULTS) is None


def test_infusions_without_a_form_are_not_ones_without_side_effects():
    found = side_effect_finding(INFUSIONS, SIDE_EFFECTS.head(0))
    assert found is not None
    assert found.title == "No side effect in 3 infusions"
    assert "of 4" in found.subtitle
    assert side_effect_finding(INFUSIONS.assign(recorded=0), SIDE_EFFECTS.head(0)) is None
    some = side_effect_finding(INFUSIONS, SIDE_EFFECTS)
    assert some is not None
    assert some.title == "Side effects in 2 of 3 infusions"


def _section() -> None:
    import os
    from datetime import UTC, date, datetime

    from access.viewer import LOCAL_VIEWER
    from clinical.thresholds import DEFAULTS
    from data_access import one_patient as queries
    from data_access.engine import make_engine, reading
    from data_access.filters import Filters
    from data_access.status import clinic_status
    from pages.patients.exposure_findings import exposure_section
    from pages.patients.infusion_findings import infusions_section
    from pages.patients.items_findings import items_section
    from pages.shared.context import PageContext

    key = int(os.environ["TEST_PATIENT"])
    today = date(2026, 3, 31)
    now = datetime(2026, 3, 31, 15, tzinfo=UTC)
    engine = make_engine(os.environ["TEST_DATABASE"])
    with reading(engine) as connection:
        asked = connection, LOCAL_VIEWER, key
        context = PageContext(
            connection,
            LOCAL_VIEWER,
            Filters(today, today),
            clinic_status(connection, LOCAL_VIEWER),
            now,
            today,
            {},
        )
        items_section(context, key, queries.patient_scores(*asked))
        infusions_section(
            context,
            key,
            queries.patient_infusions(*asked),
            queries.patient_side_effects(*asked),
            DEFAULTS,
        )
        exposure_section(context, key, DEFAULTS)
    engine.dispose()


@pytest.fixture
def section(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The sections of Ada's page."""
    engine = make_engine(sqlite_url)
    with writing(engine) as connection:
        fill(connection)
    engine.dispose()
    monkeypatch.setenv("TEST_DATABASE", sqlite_url)
    monkeypatch.setenv("TEST_PATIENT", str(ADA))
    return AppTest.from_function(_section, default_timeout=30)


def said(app: AppTest) -> str:
    return "\n".join(element.value for element in (*app.markdown, *app.caption, *app.info))


def choose(app: AppTest, row: int) -> AppTest:
    """Tick a row of the table, as the browser does."""
    key = f"infusions-{app.session_state['infusions_listed'][0]}"
    app.session_state[key] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    return app.run()


def test_the_latest_infusion_is_chosen_at_first_and_may_have_no_vital_signs(section: AppTest):
    app = section.run()
    assert not app.exception
    table = app.dataframe[0].value
    assert list(table["Infusion"]) == ["Maintenance 1", "Induction 2", "Induction 1"]
    assert "No vital signs recorded: Maintenance 1, 10 Feb 2026." in said(app)


def test_choosing_an_infusion_draws_its_vital_signs(section: AppTest):
    app = choose(section.run(), 2)
    assert not app.exception
    assert (
        "Peak 150/95 mmHg at minute 40, 30 above the start; no earlier peak to compare with"
        in said(app)
    )


def test_another_patients_list_begins_with_its_own_latest_infusion(section: AppTest):
    app = choose(section.run(), 1)
    assert "Peak 125/82" in said(app)
    os.environ["TEST_PATIENT"] = str(BEN)  # put back by the fixture
    app = app.run()
    assert not app.exception
    assert "Peak 201/121 mmHg at minute 0, the first reading" in said(app)
    os.environ["TEST_PATIENT"] = str(ADA)
    assert "No vital signs recorded: Maintenance 1" in said(app.run()), "not the row chosen before"


def test_the_ledger_and_the_items_stand_beside(section: AppTest):
    words = said(section.run())
    assert "Interest fell from 2 to 1 and mood from 2 to 1" in words
    assert "Weight is due; bladder was abnormal on 2 Jan 2026" in words
