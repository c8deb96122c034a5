"""A clinic of seventeen inductions, two infusions each, for suicidal thoughts and other measures.

Each began in March 2026, has a baseline and, but for P11, a score a week after infusion 2; nothing
in between. Today is 1 June 2026. Item 9 before and after, PHQ-9 before and after:

=====  =======  ========    =====  =======  ========
P1     1, 0     20, 8       P10    1, 1     14, 12
P2     1, 0     20, 10      P11    1, none  18, none
P3     2, 0     18, 9       P12    0, 0     15, 5
P4     2, 1     18, 8       P13    0, 0     15, 9
P5     3, 0     24, 12      P14    0, 1     15, 16
P6     2, 2     20, 18      P15    0, 0     12, 6
P7     1, 2     16, 17      P16    0, 0     10, 4
P8     3, 3     22, 20      P17    not asked, total 20, 10
P9     2, 1     20, 15
=====  =======  ========    =====  =======  ========

P17 is of the West, the others of the North. GAD-7: P1 14 to 7, P2 12 to 6, P3 16 to 10, P4 10 to 9,
P5 8 to 8, P6 15 to 4. WHO-5, where higher is better: P1 20 to 60, P2 24 to 40, P3 40 to 44, P4 28
to 48, P5 36 to 36. PCL-5: P1 alone, 40 to 20.
"""

from datetime import date

from sqlalchemy import Connection

from data_access.facts import rebuild_facts
from data_access.filters import Filters
from tests.data_access.facts.recorded_clinic import RecordedClinic, at

TODAY = date(2026, 6, 1)
ALL = Filters(start=date(2026, 1, 1), end=TODAY)

_PHQ9: list[tuple[int | None, int | None, int, int | None]] = [
    # item 9 before and after, total before and after
    (1, 0, 20, 8),
    (1, 0, 20, 10),
    (2, 0, 18, 9),
    (2, 1, 18, 8),
    (3, 0, 24, 12),
    (2, 2, 20, 18),
    (1, 2, 16, 17),
    (3, 3, 22, 20),
    (2, 1, 20, 15),
    (1, 1, 14, 12),
    (1, None, 18, None),
    (0, 0, 15, 5),
    (0, 0, 15, 9),
    (0, 1, 15, 16),
    (0, 0, 12, 6),
    (0, 0, 10, 4),
    (None, None, 20, 10),
]
_OTHERS = {
    "GAD-7": [(14, 7), (12, 6), (16, 10), (10, 9), (8, 8), (15, 4)],
    "WHO-5": [(20, 60), (24, 40), (40, 44), (28, 48), (36, 36)],
    "PCL-5": [(40, 20)],
}


def fill(connection: Connection, *, items: bool = True) -> None:
    """Write the clinic with all facts. ``items``: whether item 9 is recorded beside the totals."""
    clinic = RecordedClinic(connection)
    for day, (before, after, baseline, total) in enumerate(_PHQ9):
        site = "S2" if before is None else "S1"
        _treat(clinic, day, site)
        clinic.score(day + 1, at(day, 9), baseline, item_9=before if items else None)
        if total is not None:
            clinic.score(day + 1, at(day + 10, 9), total, item_9=after if items else None)
    for instrument, scores in _OTHERS.items():
        for day, (baseline, total) in enumerate(scores):
            clinic.score(day + 1, at(day, 9), baseline, instrument)
            clinic.score(day + 1, at(day + 10, 9), total, instrument)
    rebuild_facts(connection)


def _treat(clinic: RecordedClinic, day: int, site: str) -> None:
    """A patient, and an induction of two infusions that begins on a day."""
    patient = clinic.patient(site_id=site, family_name=f"Family {day + 1}")
    started_on = date.fromordinal(date(2026, 3, 1).toordinal() + day)
    series = clinic.series(patient, "induction", started_on, planned_infusions=2)
    for later in (0, 3):
        clinic.infusion(patient, at(day + later), series_id=f"X{series}", site_id=site)
