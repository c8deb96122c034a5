"""A clinic of twenty patients, each with one infusion, whose releases can be counted by hand.

Each has an induction of one planned infusion in March 2026 and a baseline of 20 on PHQ-9 before it.
Patients 1 to 14 are at North, the others in the West, unless all are at North. Of the last one the
side-effect form was not filled in. Today is 1 August 2026: the quarters up to June have settled.

==========  ========================  ===========================
            at North                  in the West
==========  ========================  ===========================
Nausea      1 to 8                    15 to 17
Dizziness   1 to 6                    15 to 19
Syncope     1 and 2                   none
Score 4     5 patients (1 to 5): remission, a response too
Score 9     5 patients (6 to 10): response
Score 15    5 patients (11 to 15): none
No score    5 patients (16 to 20)
==========  ===================================================
"""

from datetime import date, timedelta

from sqlalchemy import Connection

from data_access.facts import rebuild_facts
from tests.data_access.facts.recorded_clinic import RecordedClinic, at

TODAY = date(2026, 8, 1)
NORTH, WEST = 1, 2
INFUSED, CLOSED = 2026 * 4, 2026 * 4 + 1
"""The quarter of the infusions, and the one in which the inductions closed."""

_NAUSEA = {*range(1, 9), 15, 16, 17}
_DIZZINESS = {*range(1, 7), *range(15, 20)}
_SYNCOPE = {1, 2}
_SCORES = ((5, 4), (10, 9), (20, 15))


def fill(connection: Connection, *, west_from: int = 15, scored: int = 15) -> None:
    """Write the clinic with all facts.

    ``west_from``: the first patient in the West; ``scored``: so many have a score at their end.
    """
    clinic = RecordedClinic(connection)
    for number in range(1, 21):
        site = "S2" if number >= west_from else "S1"
        key = clinic.patient(family_name=f"P{number}", site_id=site, primary_diagnosis="F33.2")
        day = number + 4
        series = clinic.series(
            key, "induction", date(2026, 3, 1) + timedelta(day), planned_infusions=1
        )
        infusion = clinic.infusion(
            key,
            at(day),
            site_id=site,
            series_id=f"X{series}",
            side_effects_recorded=None if number == 20 else True,
        )
        for term, who in (("Nausea", _NAUSEA), ("Dizziness", _DIZZINESS), ("Syncope", _SYNCOPE)):
            if number in who:
                clinic.side_effect(infusion, term, grade=1)
        clinic.score(key, at(day, 9), 20)
        if number <= scored:
            clinic.score(key, at(day + 7), next(score for last, score in _SCORES if number <= last))
    rebuild_facts(connection)
