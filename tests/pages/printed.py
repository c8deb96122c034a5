"""A patient's summary made as the page makes it, without a reader who chooses on the page."""

from datetime import datetime

from sqlalchemy import Connection

from access.viewer import LOCAL_VIEWER
from charts.along import Along
from charts.summary.content import PatientSummary
from clinical.instruments import PHQ9, Instrument
from data_access.filters import Filters
from data_access.one_patient import find_patient
from data_access.status import clinic_status
from data_access.thresholds import read_thresholds
from pages.patients.record import read_record
from pages.patients.summary import patient_summary, read_paper
from pages.patients.thoughts_findings import thoughts_of
from pages.patients.view import View
from pages.shared.context import PageContext


def patient_on_paper(
    connection: Connection,
    patient_key: int,
    now: datetime,
    *instruments: Instrument,
    every_series: bool = False,
) -> PatientSummary:
    """The summary of the latest series or of every one, of PHQ-9 where nothing else is asked."""
    today = now.date()
    status = clinic_status(connection, LOCAL_VIEWER)
    context = PageContext(
        connection, LOCAL_VIEWER, Filters(today, today), status, now, today, pages={}
    )
    patient = find_patient(connection, LOCAL_VIEWER, patient_key, now)
    assert patient is not None
    record = read_record(context, patient)
    latest = int(record.series["series_key"].iloc[0])
    view = View(
        shown=record if every_series else record.of_series(latest),
        series_key=None if every_series else latest,
        answered=record.of_series(latest),
        which="Latest series: " if every_series else "",
        instruments=list(instruments) or [PHQ9],
        along=Along.DATE,
    )
    expected = "Fewer than 10 comparable patients, so no expected course is shown."
    thresholds = read_thresholds(connection, LOCAL_VIEWER)
    paper = read_paper(context, record, view, thoughts_of(record), thresholds, expected)
    return patient_summary(context, paper)
