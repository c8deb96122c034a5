"""Bulk inserts store the same values as the ordinary way."""

from datetime import UTC, date, datetime

from sqlalchemy import Engine, select

from data_access.bulk import insert_rows
from data_access.engine import reading, writing
from data_access.schema import Infusion, Patient, Site


def test_rows_come_back_as_they_went_in(engine: Engine):
    started = datetime(2026, 3, 9, 19, 30, tzinfo=UTC)
    with writing(engine) as connection:
        insert_rows(
            connection,
            Site,
            ["site_key", "site_id", "name", "time_zone"],
            [(1, "S1", "North", "America/New_York")],
        )
        insert_rows(
            connection,
            Patient,
            ["patient_key", "patient_id", "birth_date", "hypertension"],
            iter([(1, "P1", date(1980, 2, 29), True), (2, "P2", "1990-01-01", None)]),
        )
        columns = ["infusion_key", "infusion_id", "patient_id", "site_id", "started_at", "dose_mg"]
        flags = ["series_derived", "sequence_derived"]
        written = insert_rows(
            connection,
            Infusion,
            columns + flags,
            [
                (1, "I1", "P1", "S1", started, 40.5, False, True),
                (2, "I2", "P1", "S1", "2026-03-09T19:30:00Z", 40, True, False),
            ],
        )
    assert written == 2
    with reading(engine) as connection:
        patients = connection.execute(
            select(Patient.patient_id, Patient.birth_date, Patient.hypertension).order_by(
                Patient.patient_key
            )
        ).all()
        infusions = connection.execute(
            select(Infusion.started_at, Infusion.dose_mg, Infusion.sequence_derived).order_by(
                Infusion.infusion_key
            )
        ).all()
    assert patients == [("P1", date(1980, 2, 29), True), ("P2", date(1990, 1, 1), None)]
    assert infusions == [(started, 40.5, True), (started, 40.0, False)]
