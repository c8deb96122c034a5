"""Every query of the pages, with the floor that it is measured against.

A floor is the same aggregate as a statement written by hand: the values come back as plain tuples,
nothing is checked, nothing is translated. ``{period}`` stands for the condition on day and site,
``{site}`` and ``{p_site}`` for the one on site alone. Where a query needs several statements, so
does its floor.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from access.viewer import LOCAL_VIEWER as VIEWER
from benchmarks.floor import Fetch
from benchmarks.scenario import Scenario
from clinical.codes import Phase
from clinical.instruments import PHQ9
from clinical.progress import FOLLOWED
from data_access import appointments, one_patient, patients, selection, side_effects, sites, today
from data_access.patients import CaseloadView
from data_access.status import clinic_status


@dataclass(frozen=True, slots=True)
class PageQuery:
    """A query function, how it is called, and its floor.

    ``narrow``: for a page that looks at a window of its own and not at the reader's period.
    """

    function: Callable[..., Any]
    call: Callable[[Connection, Scenario], Any]
    floor: tuple[str, ...]
    narrow: Callable[[Scenario], Scenario] = lambda asked: asked

    @property
    def name(self) -> str:
        """Such as ``today.infusions_by_day``."""
        module = self.function.__module__.removeprefix("data_access.")
        return f"{module}.{self.function.__name__}"

    def run(self, connection: Connection, scenario: Scenario) -> Any:
        """Run the query as its page does."""
        return self.call(connection, self.narrow(scenario))

    def run_floor(self, fetch: Fetch, scenario: Scenario) -> list[tuple[Any, ...]]:
        """Run the floor; the rows of its last statement."""
        asked = self.narrow(scenario)
        rows: list[tuple[Any, ...]] = []
        for statement in self.floor:
            rows = fetch(_scoped(statement, asked), asked.parameters)
        return rows


def _scoped(statement: str, scenario: Scenario) -> str:
    site = " AND site_key = :site" if scenario.site_key else ""
    return statement.format(
        period=f"day BETWEEN :start AND :end{site}",
        site=site,
        p_site=site.replace("site_key", "p.site_key"),
    )


def _filtered(function: Callable[..., Any], *floor: str) -> PageQuery:
    """A query that takes the filters alone."""
    return PageQuery(function, lambda c, asked: function(c, VIEWER, asked.filters), floor)


def _weeks_of_today(asked: Scenario) -> Scenario:
    """The weeks that the Today page looks back, whatever the reader's period."""
    start = asked.today - timedelta(days=_TODAY_LOOKS_BACK)
    return replace(asked, filters=replace(asked.filters, start=start, end=asked.today))


def _recent(function: Callable[..., Any], *floor: str) -> PageQuery:
    """A query that splits the period where its recent part begins."""
    return PageQuery(
        function, lambda c, asked: function(c, VIEWER, asked.filters, asked.recent), floor
    )


def _of_patient(function: Callable[..., Any], *floor: str) -> PageQuery:
    """A query about one patient."""
    return PageQuery(function, lambda c, asked: function(c, VIEWER, asked.patient_key), floor)


_VIEW = CaseloadView(PHQ9)
_TODAY_LOOKS_BACK = 120
"""Days: the 30 that are recent and the 90 before them."""

_SHARED = (
    PageQuery(
        clinic_status,
        lambda c, asked: clinic_status(c, VIEWER),
        (
            "SELECT site_id, name, time_zone FROM sites ORDER BY name",
            "SELECT run_key, finished_at FROM import_runs ORDER BY run_key DESC LIMIT 1",
            "SELECT count(*) FROM clinic_settings WHERE name = 'demo'",
            "SELECT (SELECT min(day) FROM infusion_facts), (SELECT max(day) FROM infusion_facts)",
        ),
    ),
    _filtered(
        selection.count_infusions,
        "SELECT count(*) FROM infusion_facts WHERE {period}",
        "SELECT sum(infusions) FROM patient_facts",
    ),
    PageQuery(
        sites.site_names,
        lambda c, asked: sites.site_names(c, VIEWER),
        ("SELECT site_key, site_id, name FROM sites",),
    ),
    _filtered(
        sites.opening_hours,
        "SELECT site_key, weekday, opens, closes FROM sites JOIN opening_hours USING (site_id)"
        " WHERE 1 = 1{site} ORDER BY site_key, weekday, opens",
    ),
    _filtered(
        sites.closures,
        "SELECT site_key, date, reason FROM sites JOIN closures USING (site_id)"
        " WHERE 1 = 1{site} ORDER BY date, site_key",
    ),
)

_TODAY = (
    PageQuery(
        today.appointments_by_hour,
        lambda c, asked: today.appointments_by_hour(c, VIEWER, asked.today_only, asked.now),
        (
            "SELECT f.site_key, hour, f.kind, f.status, a.status = 'booked'"
            " AND scheduled_start < :now AS overdue, count(*)"
            " FROM appointment_facts f JOIN appointments a USING (appointment_key)"
            " WHERE day = :today{site} GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5",
        ),
    ),
    PageQuery(
        today.appointment_list,
        lambda c, asked: today.appointment_list(c, VIEWER, asked.today_only, asked.now),
        (
            "SELECT scheduled_start, s.name, p.family_name, p.given_name, p.mrn, f.kind, f.status,"
            " h.name, v.name FROM appointment_facts f JOIN appointments a USING (appointment_key)"
            " JOIN sites s USING (site_key) LEFT JOIN patients p USING (patient_key)"
            " LEFT JOIN chairs h USING (chair_key) LEFT JOIN providers v USING (provider_key)"
            " WHERE day = :today{site} ORDER BY scheduled_start",
        ),
    ),
    PageQuery(
        today.infusions_by_day,
        lambda c, asked: today.infusions_by_day(c, VIEWER, asked.filters),
        (
            "SELECT day, count(*), sum(recorded), sum(CASE WHEN side_effects > 0 THEN 1 ELSE 0 END)"
            " FROM infusion_facts WHERE {period} GROUP BY day ORDER BY day",
        ),
        _weeks_of_today,
    ),
    PageQuery(
        today.patients_by_window,
        lambda c, asked: today.patients_by_window(c, VIEWER, asked.filters),
        (
            "SELECT w, count(*) FROM (SELECT DISTINCT (:end - day) / 7 AS w, patient_key"
            " FROM infusion_facts WHERE {period}) AS d GROUP BY w ORDER BY w",
        ),
        _weeks_of_today,
    ),
    PageQuery(
        today.active_patients,
        lambda c, asked: today.active_patients(c, VIEWER, asked.filters, asked.today),
        (
            "SELECT count(CASE WHEN phase = 1 AND last_infusion_day >= :today - 14 THEN 1 END),"
            " count(CASE WHEN phase = 2 THEN 1 END),"
            " count(CASE WHEN phase = 1 AND last_infusion_day >= :today - 14 AND NOT EXISTS"
            " (SELECT 1 FROM appointment_facts a WHERE a.patient_key = p.patient_key"
            " AND a.kind = 2 AND a.status IN (1, 2) AND a.day >= :today) THEN 1 END)"
            " FROM patient_facts p WHERE last_infusion_day >= :today - 182{site}",
        ),
    ),
    PageQuery(
        today.terms_recently_and_before,
        lambda c, asked: today.terms_recently_and_before(c, VIEWER, asked.filters, asked.recent),
        (
            "SELECT term_key, count(*), sum(CASE WHEN day >= :recent THEN 1 ELSE 0 END)"
            " FROM side_effect_facts WHERE {period} GROUP BY term_key ORDER BY term_key",
        ),
        _weeks_of_today,
    ),
)

_CASELOAD = (
    " FROM patient_facts p LEFT JOIN course_facts c"
    " ON c.series_key = p.series_key AND c.instrument = 1"
    " WHERE p.done > 0 AND p.last_infusion_day >= :start AND p.series_started_day <= :end"
)
_STATUS = (
    "CASE WHEN c.change IS NULL THEN 8 WHEN c.change >= 5 THEN 1 WHEN c.remission = 1 THEN 7"
    " WHEN c.response = 1 THEN 6 WHEN c.percent >= 25 THEN 3 WHEN c.phase = 2 THEN 4 ELSE 2 END"
)

_PATIENTS = (
    PageQuery(
        patients.instruments_in_use,
        lambda c, asked: patients.instruments_in_use(c, VIEWER),
        tuple(
            f"SELECT 1 FROM course_facts WHERE instrument = {instrument.code} LIMIT 1"
            for instrument in FOLLOWED
        ),
    ),
    PageQuery(
        patients.caseload_totals,
        lambda c, asked: patients.caseload_totals(c, VIEWER, asked.filters, PHQ9),
        (
            f"SELECT p.phase, {_STATUS}, coalesce(c.last_timepoint, 0), count(*),"
            f" sum(c.response), sum(c.remission){_CASELOAD}{{p_site}}"
            " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        ),
    ),
    PageQuery(
        patients.caseload_size,
        lambda c, asked: patients.caseload_size(c, VIEWER, asked.filters, _VIEW),
        (f"SELECT count(*){_CASELOAD}{{p_site}}",),
    ),
    PageQuery(
        patients.caseload_page,
        lambda c, asked: patients.caseload_page(
            c, VIEWER, asked.filters, _VIEW, page=1, today=asked.today
        ),
        (
            "WITH page AS (SELECT p.patient_key, p.series_key, p.site_key, p.done, p.planned,"
            f" {_STATUS} AS status, c.baseline, c.last_total, c.change, c.last_day, c.percent"
            f"{_CASELOAD}{{p_site}} ORDER BY status, c.percent LIMIT 50)"
            " SELECT page.*, q.patient_id, q.mrn, q.given_name, q.family_name, s.name, total,"
            " (SELECT min(day) FROM appointment_facts a WHERE a.patient_key = page.patient_key"
            " AND a.status = 1 AND a.day >= :today)"
            " FROM page JOIN patients q USING (patient_key) JOIN sites s USING (site_key)"
            " LEFT JOIN score_facts f ON f.patient_key = page.patient_key"
            " AND f.series_key = page.series_key AND f.instrument = 1 AND f.timepoint = 2",
        ),
    ),
    PageQuery(
        patients.scores_by_infusion,
        lambda c, asked: patients.scores_by_infusion(
            c, VIEWER, asked.filters, PHQ9, Phase.INDUCTION
        ),
        (
            "SELECT timepoint, number, count(*), avg(total), avg(total * total), count(baseline),"
            " avg(baseline), count(response), sum(response), count(remission), sum(remission)"
            " FROM score_facts WHERE instrument = 1 AND phase = 1 AND timepoint <> 0 AND {period}"
            " GROUP BY timepoint, number ORDER BY timepoint, number",
        ),
    ),
    PageQuery(
        one_patient.find_patient,
        lambda c, asked: one_patient.find_patient(c, VIEWER, asked.patient_key, asked.now),
        (
            "SELECT patient_id, mrn, given_name, family_name, birth_date, sex, primary_diagnosis,"
            " diagnosis_group, phase, done, planned FROM patients JOIN patient_facts"
            " USING (patient_key) WHERE patient_key = :patient",
            "SELECT scheduled_start FROM appointment_facts f JOIN appointments"
            " USING (appointment_key) WHERE f.patient_key = :patient AND f.status = 1"
            " AND scheduled_start >= :now ORDER BY 1 LIMIT 1",
        ),
    ),
    _of_patient(
        one_patient.patient_series,
        "SELECT i.series_key, i.phase, planned_infusions, count(*), min(day), max(day)"
        " FROM infusion_facts i JOIN series USING (series_key) WHERE patient_key = :patient"
        " GROUP BY 1, 2, 3 ORDER BY 5 DESC",
    ),
    _of_patient(
        one_patient.patient_baselines,
        "SELECT series_key, instrument, baseline, baseline_day FROM course_facts"
        " WHERE patient_key = :patient AND baseline IS NOT NULL",
    ),
    _of_patient(
        one_patient.patient_scores,
        "SELECT f.*, completed_at, time_zone, item_9 FROM score_facts f"
        " JOIN assessments USING (assessment_key) LEFT JOIN sites USING (site_key)"
        " WHERE patient_key = :patient ORDER BY completed_at",
    ),
    _of_patient(
        one_patient.patient_infusions,
        "SELECT f.*, started_at, time_zone, name, drug, dose_mg, stop_reason FROM infusion_facts f"
        " JOIN infusions USING (infusion_key) JOIN sites USING (site_key)"
        " WHERE patient_key = :patient ORDER BY started_at",
    ),
    _of_patient(
        one_patient.patient_side_effects,
        "SELECT s.infusion_key, name, s.worst_grade, serious FROM infusion_facts f"
        " JOIN side_effect_facts s USING (infusion_key) JOIN terms USING (term_key)"
        " WHERE f.patient_key = :patient ORDER BY 1",
    ),
)

_AFFECTED = "sum(CASE WHEN side_effects > 0 THEN 1 ELSE 0 END)"

_SIDE_EFFECTS = (
    _filtered(
        side_effects.infusions_by_month_and_dose,
        f"SELECT month, dose_band, count(*), sum(recorded), {_AFFECTED},"
        " sum(CASE WHEN worst_grade >= 3 THEN 1 ELSE 0 END), sum(stopped)"
        " FROM infusion_facts WHERE {period} GROUP BY 1, 2 ORDER BY 1, 2",
    ),
    _filtered(
        side_effects.infusions_by_number,
        f"SELECT phase, number, sum(recorded), {_AFFECTED}"
        " FROM infusion_facts WHERE {period} GROUP BY 1, 2 ORDER BY 1, 2",
    ),
    _recent(
        side_effects.infusions_by_site,
        f"SELECT site_key, sum(recorded), {_AFFECTED},"
        " sum(CASE WHEN day >= :recent THEN recorded ELSE 0 END),"
        " sum(CASE WHEN day >= :recent AND side_effects > 0 THEN 1 ELSE 0 END)"
        " FROM infusion_facts WHERE {period} GROUP BY 1 ORDER BY 1",
    ),
    _filtered(
        side_effects.count_patients,
        "SELECT count(*), sum(CASE WHEN most > 0 THEN 1 ELSE 0 END) FROM"
        " (SELECT max(side_effects) AS most FROM infusion_facts"
        " WHERE {period} AND recorded = 1 GROUP BY patient_key) AS patients",
    ),
    _filtered(
        side_effects.count_serious,
        "SELECT count(DISTINCT infusion_key) FROM side_effect_facts WHERE serious = 1 AND {period}",
    ),
    _filtered(
        side_effects.serious_by_term,
        "SELECT term_key, count(*) FROM side_effect_facts WHERE serious = 1 AND {period}"
        " GROUP BY 1 ORDER BY 1",
    ),
    _filtered(
        side_effects.terms_by_grade,
        "SELECT term_key, worst_grade, count(*), sum(events)"
        " FROM side_effect_facts WHERE {period} GROUP BY 1, 2 ORDER BY 1, 2",
    ),
    _filtered(
        side_effects.patients_by_term,
        "SELECT term_key, count(*) FROM (SELECT term_key, patient_key FROM side_effect_facts"
        " WHERE {period} GROUP BY 1, 2) AS pairs GROUP BY 1 ORDER BY 1",
    ),
    _recent(
        side_effects.terms_by_site,
        "SELECT term_key, site_key, count(*), sum(CASE WHEN day >= :recent THEN 1 ELSE 0 END)"
        " FROM side_effect_facts WHERE {period} GROUP BY 1, 2 ORDER BY 1, 2",
    ),
    PageQuery(
        side_effects.term_by_month_and_dose,
        lambda c, asked: side_effects.term_by_month_and_dose(
            c, VIEWER, asked.filters, asked.term_key
        ),
        (
            "SELECT month, dose_band, count(*) FROM side_effect_facts"
            " WHERE term_key = :term AND {period} GROUP BY 1, 2 ORDER BY 1, 2",
        ),
    ),
    PageQuery(
        side_effects.term_by_number,
        lambda c, asked: side_effects.term_by_number(c, VIEWER, asked.filters, asked.term_key),
        (
            "SELECT phase, number, count(*) FROM side_effect_facts"
            " WHERE term_key = :term AND {period} GROUP BY 1, 2 ORDER BY 1, 2",
        ),
    ),
)

_LATE = "sum(CASE WHEN notice_hours < 24 THEN 1 ELSE 0 END)"

_APPOINTMENTS = (
    _filtered(
        appointments.appointments_by_day,
        f"SELECT day, kind, status, count(*), {_LATE} FROM appointment_facts"
        " WHERE {period} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    ),
    _filtered(
        appointments.appointments_by_week,
        f"SELECT month, week, kind, status, count(*), {_LATE} FROM appointment_facts"
        " WHERE {period} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
    ),
    _filtered(
        appointments.appointments_by_slot,
        f"SELECT site_key, weekday, hour, kind, status, count(*), {_LATE} FROM appointment_facts"
        " WHERE {period} GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5",
    ),
    _filtered(
        appointments.chair_minutes,
        "SELECT chair_key, sum(minutes), sum(CASE WHEN status IN (2, 3) THEN minutes END),"
        " count(*), min(day) FROM appointment_facts"
        " WHERE {period} AND chair_key IS NOT NULL AND status <> 4 GROUP BY 1 ORDER BY 1",
    ),
)

QUERIES: tuple[PageQuery, ...] = (
    *_SHARED,
    *_TODAY,
    *_PATIENTS,
    *_SIDE_EFFECTS,
    *_APPOINTMENTS,
)
