"""The queries about patients: the caseload, one patient, and the attention list."""

from dataclasses import replace

from access.viewer import LOCAL_VIEWER as VIEWER
from benchmarks.page_query import PageQuery, filtered, of_patient
from benchmarks.scenario import Scenario
from clinical.codes import Phase
from clinical.expected import MOST_INFUSIONS
from clinical.instruments import PHQ9
from clinical.progress import FOLLOWED
from clinical.thresholds import DEFAULTS
from data_access import (
    attention,
    expected,
    exposure,
    handles,
    one_infusion,
    one_patient,
    patient_items,
    patients,
)
from data_access.patients import CaseloadView

_VIEW = CaseloadView(PHQ9)

_CASELOAD = (
    " FROM patient_facts p LEFT JOIN course_facts c"
    " ON c.series_key = p.series_key AND c.instrument = 1"
    " WHERE p.done > 0 AND p.last_infusion_day >= :start AND p.series_started_day <= :end"
)
_STATUS = (
    "CASE WHEN c.change IS NULL THEN 8 WHEN c.change >= 5 THEN 1 WHEN c.remission = 1 THEN 7"
    " WHEN c.response = 1 THEN 6 WHEN c.percent >= 25 THEN 3 WHEN c.phase = 2 THEN 4 ELSE 2 END"
)


def _page(found: str) -> str:
    """The floor of one page of the caseload."""
    return (
        "WITH page AS (SELECT p.patient_key, p.series_key, p.site_key, p.done, p.planned,"
        f" {_STATUS} AS status, c.baseline, c.last_total, c.change, c.last_day, c.percent"
        f"{found} ORDER BY status, c.percent LIMIT 50)"
        " SELECT page.*, q.patient_id, q.mrn, q.given_name, q.family_name, s.name, total,"
        " (SELECT min(day) FROM appointment_facts a WHERE a.patient_key = page.patient_key"
        " AND a.status = 1 AND a.day >= :today)"
        " FROM page JOIN patients q USING (patient_key) JOIN sites s USING (site_key)"
        " LEFT JOIN score_facts f ON f.patient_key = page.patient_key"
        " AND f.series_key = page.series_key AND f.instrument = 1 AND f.timepoint = 2"
    )


def _looking_for(asked: Scenario) -> CaseloadView:
    return replace(_VIEW, search=" ".join(asked.patient.words))


_CASELOAD_QUERIES = (
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
        (_page(f"{_CASELOAD}{{p_site}}"),),
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
    filtered(
        patients.caseload_providers,
        "WITH v AS (SELECT provider_key, provider_id, name,"
        " count(*) OVER (PARTITION BY name) > 1 AS namesakes FROM providers)"
        " SELECT * FROM v WHERE provider_key IN (SELECT provider_key FROM patient_facts p"
        " WHERE done > 0 AND last_infusion_day >= :start AND series_started_day <= :end{site})"
        " ORDER BY lower(name), provider_id",
    ),
)

_FOUND = (
    f"{_CASELOAD}{{p_site}}"
    " AND p.patient_key IN (SELECT patient_key FROM patient_words"
    " WHERE word >= :first_word AND word < :first_end)"
    " AND p.patient_key IN (SELECT patient_key FROM patient_words"
    " WHERE word >= :second_word AND word < :second_end)"
)

SEARCH = (
    PageQuery(
        patients.caseload_size,
        lambda c, asked: patients.caseload_size(c, VIEWER, asked.filters, _looking_for(asked)),
        (f"SELECT count(*){_FOUND}",),
    ),
    PageQuery(
        patients.caseload_page,
        lambda c, asked: patients.caseload_page(
            c, VIEWER, asked.filters, _looking_for(asked), page=1, today=asked.today
        ),
        (_page(_FOUND),),
    ),
)
"""The caseload of those who are found by two words."""

_ONE_PATIENT = (
    PageQuery(
        handles.patient_of_handle,
        lambda c, asked: handles.patient_of_handle(c, VIEWER, asked.patient.handle),
        ("SELECT patient_key FROM patient_facts WHERE handle = :handle",),
    ),
    of_patient(
        handles.handle_of_patient,
        "SELECT handle FROM patient_facts WHERE patient_key = :patient",
    ),
    PageQuery(
        one_patient.find_patient,
        lambda c, asked: one_patient.find_patient(c, VIEWER, asked.patient.key, asked.now),
        (
            "SELECT patient_id, mrn, given_name, family_name, birth_date, sex, primary_diagnosis,"
            " diagnosis_group, phase, done, planned FROM patients JOIN patient_facts"
            " USING (patient_key) WHERE patient_key = :patient",
            "SELECT scheduled_start FROM appointment_facts f JOIN appointments"
            " USING (appointment_key) WHERE f.patient_key = :patient AND f.status = 1"
            " AND scheduled_start >= :now ORDER BY 1 LIMIT 1",
        ),
    ),
    of_patient(
        one_patient.patient_series,
        "SELECT i.series_key, i.phase, planned_infusions, count(*), min(day), max(day)"
        " FROM infusion_facts i JOIN series USING (series_key) WHERE patient_key = :patient"
        " GROUP BY 1, 2, 3 ORDER BY 5 DESC",
    ),
    of_patient(
        one_patient.patient_baselines,
        "SELECT series_key, instrument, baseline, baseline_day FROM course_facts"
        " WHERE patient_key = :patient AND baseline IS NOT NULL",
    ),
    of_patient(
        one_patient.patient_scores,
        "SELECT f.*, completed_at, time_zone, item_9 FROM score_facts f"
        " JOIN assessments USING (assessment_key) LEFT JOIN sites USING (site_key)"
        " WHERE patient_key = :patient ORDER BY completed_at",
    ),
    of_patient(
        one_patient.patient_infusions,
        "SELECT f.*, started_at, time_zone, name, drug, dose_mg, stop_reason FROM infusion_facts f"
        " JOIN infusions USING (infusion_key) JOIN sites USING (site_key)"
        " WHERE patient_key = :patient ORDER BY started_at",
    ),
    of_patient(
        one_patient.patient_side_effects,
        "SELECT s.infusion_key, name, s.worst_grade, serious FROM infusion_facts f"
        " JOIN side_effect_facts s USING (infusion_key) JOIN terms USING (term_key)"
        " WHERE f.patient_key = :patient ORDER BY 1",
    ),
    PageQuery(
        expected.comparable_scores,
        lambda c, asked: expected.comparable_scores(c, VIEWER, asked.patient.comparable),
        (
            "SELECT diagnosis_group, number, total, sum(scores) FROM expected_totals"
            " WHERE instrument = 1 AND phase = :phase AND baseline_band = :band GROUP BY 1, 2, 3",
            "SELECT diagnosis_group, number, total, count(*) FROM score_facts"
            " WHERE patient_key = :patient AND instrument = 1 AND phase = :phase"
            f" AND timepoint = 2 AND number BETWEEN 1 AND {MOST_INFUSIONS}"
            " AND baseline IS NOT NULL GROUP BY 1, 2, 3",
        ),
    ),
    PageQuery(
        expected.later_responses,
        lambda c, asked: expected.later_responses(c, VIEWER, asked.patient.comparable),
        (
            "SELECT diagnosis_group, number, step, sum(patients), sum(responded) FROM later_totals"
            " WHERE instrument = 1 AND phase = :phase AND baseline_band = :band GROUP BY 1, 2, 3",
            "SELECT diagnosis_group, number, percent, max(response) OVER"
            " (PARTITION BY series_key ORDER BY number, hours_after"
            " ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) FROM score_facts"
            " WHERE patient_key = :patient AND instrument = 1 AND phase = 1"
            f" AND timepoint IN (2, 4) AND number BETWEEN 1 AND {MOST_INFUSIONS}",
        ),
    ),
    of_patient(
        patient_items.patient_items,
        "SELECT f.series_key, completed_at, time_zone, timepoint, number, hours_after, f.total,"
        " item_1, item_2, item_3, item_4, item_5, item_6, item_7, item_8, item_9"
        " FROM score_facts f JOIN assessments USING (assessment_key)"
        " LEFT JOIN sites USING (site_key)"
        " WHERE patient_key = :patient AND f.instrument = 1 ORDER BY completed_at",
    ),
    of_patient(
        one_infusion.infusion_measures,
        "SELECT infusion_key, chair_minutes, deepest_sedation, sustained_systolic,"
        " sustained_diastolic FROM infusion_facts WHERE patient_key = :patient ORDER BY 1",
    ),
    of_patient(
        one_infusion.side_effect_times,
        "SELECT f.infusion_key, term, grade, started_at, ended_at, onset_at, resolved_at"
        " FROM infusion_facts f JOIN infusions USING (infusion_key)"
        " JOIN side_effects USING (infusion_id) WHERE f.patient_key = :patient"
        " ORDER BY started_at, onset_at",
    ),
    PageQuery(
        one_infusion.vital_signs,
        lambda c, asked: one_infusion.vital_signs(
            c, VIEWER, asked.patient.key, asked.patient.infusion_key
        ),
        (
            "WITH r AS (SELECT f.infusion_key, infusion_id, started_at FROM infusion_facts f"
            " JOIN infusions USING (infusion_key) WHERE f.patient_key = :patient"
            " AND started_at <= (SELECT started_at FROM infusions WHERE infusion_key = :infusion)"
            f" ORDER BY started_at DESC LIMIT {one_infusion.EARLIER_INFUSIONS + 1})"
            " SELECT infusion_key, started_at, measured_at, systolic_mmhg, diastolic_mmhg,"
            " heart_rate_bpm, spo2_percent, sedation_moaas FROM r"
            " JOIN vital_signs USING (infusion_id) ORDER BY started_at, measured_at",
        ),
    ),
    of_patient(
        exposure.patient_doses,
        "SELECT day, f.series_key, f.phase, drug, dose_mg, weight_kg FROM infusion_facts f"
        " JOIN infusions USING (infusion_key) WHERE patient_key = :patient ORDER BY started_at",
    ),
    of_patient(
        exposure.patient_checks,
        "SELECT kind, done_on, result, value FROM patients JOIN checks USING (patient_id)"
        " WHERE patient_key = :patient ORDER BY done_on",
    ),
)

_WATCHED = (
    "SELECT w.*, (SELECT min(day) FROM appointment_facts a WHERE a.status = 1"
    " AND a.patient_key = w.patient_key AND a.day >= :today AND a.kind = 2) FROM watch_facts w"
)

_ATTENTION = (
    PageQuery(
        attention.watched_patients,
        lambda c, asked: attention.watched_patients(
            c, VIEWER, asked.filters, asked.today, DEFAULTS
        ),
        (f"{_WATCHED} WHERE last_infusion_day >= :treated{{site}}",),
    ),
    PageQuery(
        attention.watched_among,
        lambda c, asked: attention.watched_among(c, VIEWER, asked.page, asked.today),
        (f"{_WATCHED} WHERE patient_key IN ({{keys}})",),
    ),
    PageQuery(
        attention.people,
        lambda c, asked: attention.people(c, VIEWER, asked.page, asked.today),
        (
            "SELECT p.patient_key, handle, q.patient_id, mrn, given_name, family_name, s.name,"
            " planned, (SELECT min(day) FROM appointment_facts a WHERE a.status = 1"
            " AND a.patient_key = p.patient_key AND a.day >= :today)"
            " FROM patient_facts p JOIN patients q USING (patient_key)"
            " LEFT JOIN sites s USING (site_key) WHERE p.patient_key IN ({keys})",
        ),
    ),
)

PATIENTS: tuple[PageQuery, ...] = (*_CASELOAD_QUERIES, *_ONE_PATIENT, *_ATTENTION)
