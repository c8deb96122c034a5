"""Each story of the demo clinic on paper: two pages at most, with the answer worked out by hand."""

from datetime import datetime, time
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader
from sqlalchemy import Engine, select

from charts.summary.pdf import summary_pdf
from data_access.demo.stories import PATIENTS, PatientStory
from data_access.engine import reading
from data_access.schema import Patient
from tests.data_access.demo.conftest import UNTIL
from tests.pages.printed import patient_on_paper

NOW = datetime.combine(UNTIL, time(12), ZoneInfo("America/New_York"))
ANSWERS = {
    "P000001": "PHQ-9 fell from 21 (baseline) to 2",
    "P000002": "PHQ-9 fell from 20 (baseline) to 8",
    "P000003": "PHQ-9 fell from 18 (baseline) to 12",
    "P000004": "PHQ-9 fell from 22 (baseline) to 21",
    "P000005": "PHQ-9 rose from 15 (baseline) to 23",
    "P000006": "PHQ-9 fell from 21 (baseline) to 10",
    "P000007": "Against 20 before induction: 15 % better. The response reached before is lost.",
}


@pytest.mark.parametrize("story", PATIENTS, ids=lambda story: story.patient_id)
def test_each_story_on_paper(standard_demo: Engine, story: PatientStory) -> None:
    with reading(standard_demo) as connection:
        key = connection.scalars(
            select(Patient.patient_key).where(Patient.patient_id == story.patient_id)
        ).one()
        told = patient_on_paper(connection, key, NOW)
        data = summary_pdf(told)
    reader = PdfReader(BytesIO(data))
    assert len(reader.pages) <= 2
    printed = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    assert f"{story.family_name}, {story.given_name}" in printed
    assert ANSWERS[story.patient_id] in printed
    assert "Demo clinic: every person is invented" in printed
    for number in range(1, 7 if not story.maintenance else story.maintenance + 1):
        phase = "Maintenance" if story.maintenance else "Induction"
        assert f"{phase} {number} " in printed
    assert story.family_name not in str(reader.metadata)
