"""A clinic of seven patients, whose courses of treatment can be counted by hand, for Outcomes.

Inductions of two planned infusions, on a day of March 2026 and three days later, PHQ-9. Today is
1 June 2026. After infusion 1: before infusion 2; after infusion 2: a week later.

===  =====  ========  ===========  ===========  ==========================================
who  site   baseline  after 1      after 2      what else
===  =====  ========  ===========  ===========  ==========================================
P1   North  20        12           10           8 a day after infusion 1; maintenance later
P2   North  20        4            none         WHO-5: 40, 30
P3   West   20        22           none         stopped after infusion 1
P4   West   none      none         3
P5   North  0         none         0
P6   North  16        none         18           lives in the West
P7   North  15        3            none         began on 29 May: under way
===  =====  ========  ===========  ===========  ==========================================

P1 also has WHO-5: 40 before, 60 after infusion 2; and item 9 of PHQ-9: 2 before, 0 after infusion
2. In maintenance P1 has a score of 5.
"""

from datetime import date
from typing import Any

from sqlalchemy import Connection

from data_access.facts import rebuild_facts
from data_access.filters import Filters
from tests.data_access.facts.recorded_clinic import RecordedClinic, at

TODAY = date(2026, 6, 1)
ALL = Filters(start=date(2026, 1, 1), end=TODAY)


def _course(clinic: RecordedClinic, day: int, *, given: int = 2, **patient: Any) -> int:
    """An induction that begins on a day, and what patients there are so far."""
    key = clinic.patient(**patient)
    started_on = date.fromordinal(date(2026, 3, 1).toordinal() + day)
    series = clinic.series(key, "induction", started_on, planned_infusions=2)
    for number in range(given):
        clinic.infusion(
            key,
            at(day + 3 * number),
            series_id=f"X{series}",
            site_id="S2" if key in {3, 4} else "S1",
        )
    return key


def fill(connection: Connection) -> None:
    """Write the clinic with all facts."""
    clinic = RecordedClinic(connection)
    north: dict[str, Any] = {"site_id": "S1"}
    west: dict[str, Any] = {"site_id": "S2"}
    _course(clinic, 0, given_name="Ann", family_name="P1", sex="female", **north)
    for day, hour, total, item in ((0, 9, 20, 2), (1, 10, 8, 1), (3, 9, 12, 1), (10, 9, 10, 0)):
        clinic.score(1, at(day, hour), total, item_9=item)
    clinic.score(1, at(0, 9), 40, "WHO-5")
    clinic.score(1, at(10, 9), 60, "WHO-5")
    _course(clinic, 1, family_name="P2", sex="male", failed_antidepressants=3, **north)
    clinic.score(2, at(1, 9), 20)
    clinic.score(2, at(4, 9), 4)
    clinic.score(2, at(1, 9), 40, "WHO-5")
    clinic.score(2, at(4, 9), 30, "WHO-5")
    _course(clinic, 2, given=1, family_name="P3", **west)
    clinic.score(3, at(2, 9), 20)
    clinic.score(3, at(9, 9), 22)
    _course(clinic, 3, family_name="P4", **west)
    clinic.score(4, at(13, 9), 3)
    _course(clinic, 4, family_name="P5", **north)
    clinic.score(5, at(4, 9), 0)
    clinic.score(5, at(14, 9), 0)
    _course(clinic, 5, family_name="P6", **west)
    clinic.score(6, at(5, 9), 16)
    clinic.score(6, at(15, 9), 18)
    _course(clinic, 89, given=1, family_name="P7", **north)
    clinic.score(7, at(89, 9), 15)
    clinic.score(7, at(93, 9), 3)
    maintenance = clinic.series(1, "maintenance", date(2026, 4, 10))
    clinic.infusion(1, at(40), series_id=f"X{maintenance}")
    clinic.score(1, at(50), 5)
    rebuild_facts(connection)
