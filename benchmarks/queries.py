"""Every query of the pages, with the floor that it is measured against."""

from access.viewer import LOCAL_VIEWER as VIEWER
from benchmarks.access_queries import ACCESS, RELEASED
from benchmarks.appointment_chairs import APPOINTMENT_CHAIRS
from benchmarks.appointment_counts import APPOINTMENT_COUNTS
from benchmarks.appointment_lists import APPOINTMENT_LISTS
from benchmarks.appointment_people import APPOINTMENT_PEOPLE
from benchmarks.behind_queries import BEHIND
from benchmarks.outcome_lists import OUTCOME_LISTS
from benchmarks.outcome_queries import OUTCOMES
from benchmarks.page_query import PageQuery, filtered, looking_back, weeks_of_today
from benchmarks.patient_queries import PATIENTS
from benchmarks.side_effect_lists import SIDE_EFFECT_LISTS
from benchmarks.side_effect_queries import SIDE_EFFECT_VIEWS
from benchmarks.vital_queries import VITAL_SIGNS
from data_access import (
    day,
    rebases,
    selection,
    side_effects,
    sites,
    thresholds,
    today,
)
from data_access.status import clinic_status

_RECORDS_LOOK_BACK, _CHAIRS_LOOK_BACK = 63, 90
"""Days: the last seven and the eight weeks before them; those of the usual time in a chair."""

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
    filtered(
        selection.count_infusions,
        "SELECT count(*) FROM infusion_facts WHERE {period}",
        "SELECT sum(infusions) FROM patient_facts",
    ),
    PageQuery(
        sites.site_names,
        lambda c, asked: sites.site_names(c, VIEWER),
        ("SELECT site_key, site_id, name FROM sites",),
    ),
    PageQuery(
        sites.site_ids,
        lambda c, asked: sites.site_ids(c, VIEWER),
        ("SELECT site_key, site_id FROM sites",),
    ),
    filtered(
        sites.opening_hours,
        "SELECT site_key, weekday, opens, closes FROM sites JOIN opening_hours USING (site_id)"
        " WHERE 1 = 1{site} ORDER BY site_key, weekday, opens",
    ),
    filtered(
        sites.closures,
        "SELECT site_key, date, reason FROM sites JOIN closures USING (site_id)"
        " WHERE 1 = 1{site} ORDER BY date, site_key",
    ),
)

_DECISIONS = (
    PageQuery(
        thresholds.read_thresholds,
        lambda c, _asked: thresholds.read_thresholds(c, VIEWER),
        ("SELECT name, value FROM threshold_changes ORDER BY change_key",),
    ),
    PageQuery(
        thresholds.threshold_history,
        lambda c, _asked: thresholds.threshold_history(c, VIEWER),
        (
            "SELECT name, value, changed_by, changed_at, reason FROM threshold_changes"
            " ORDER BY change_key DESC",
        ),
    ),
    PageQuery(
        rebases.rebases,
        lambda c, _asked: rebases.rebases(c, VIEWER),
        (
            "SELECT term, r.site_id, name, from_day, withdrawn, decided_by, decided_at, reason"
            " FROM rebases r LEFT JOIN sites USING (site_id) ORDER BY rebase_key DESC",
        ),
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
        today.given_by_day,
        lambda c, asked: today.given_by_day(c, VIEWER, asked.filters),
        ("SELECT day, count(*) FROM infusion_facts WHERE {period} GROUP BY day ORDER BY day",),
        weeks_of_today,
    ),
    PageQuery(
        today.infusions_by_day,
        lambda c, asked: today.infusions_by_day(c, VIEWER, asked.filters),
        (
            "SELECT day, count(*), sum(recorded), sum(CASE WHEN side_effects > 0 THEN 1 ELSE 0 END)"
            " FROM infusion_facts WHERE {period} GROUP BY day ORDER BY day",
        ),
        weeks_of_today,
    ),
    PageQuery(
        today.patients_by_window,
        lambda c, asked: today.patients_by_window(c, VIEWER, asked.filters),
        (
            "SELECT w, count(*) FROM (SELECT DISTINCT (:end - day) / 7 AS w, patient_key"
            " FROM infusion_facts WHERE {period}) AS d GROUP BY w ORDER BY w",
        ),
        weeks_of_today,
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
        weeks_of_today,
    ),
    PageQuery(
        today.complete_records,
        lambda c, asked: today.complete_records(c, VIEWER, asked.filters, asked.recent),
        (
            "SELECT day >= :recent, count(*), sum(recorded), count(systolic_rise), count(minutes),"
            " count(chair_minutes), count(weight_kg), count(CASE WHEN drug = 'esketamine' THEN 1"
            " END), count(CASE WHEN EXISTS (SELECT 1 FROM score_facts s"
            " WHERE s.patient_key = f.patient_key AND s.instrument IN (1, 3, 4)"
            " AND s.day BETWEEN f.day - 3 AND f.day AND s.timepoint IN (1, 2)"
            " AND (f.number = 1 OR s.number = f.number - 1)) THEN 1 END)"
            " FROM infusion_facts f JOIN infusions USING (infusion_key) WHERE {period} GROUP BY 1",
        ),
        looking_back(_RECORDS_LOOK_BACK),
    ),
)

_VISITS = (
    "SELECT appointment_id, f.patient_key, site_key, chair_key, f.kind, f.status, phase,"
    " scheduled_start, scheduled_end FROM appointment_facts f"
    " JOIN appointments USING (appointment_key) WHERE day = :today{site} ORDER BY scheduled_start",
    "SELECT appointment_id, f.patient_key, site_key, c.chair_key, phase, started_at, ended_at,"
    " discharged_at FROM infusion_facts f JOIN infusions i USING (infusion_key)"
    " LEFT JOIN chairs c ON c.chair_id = i.chair_id WHERE day = :today{site} ORDER BY started_at",
)

_DAY = (
    PageQuery(
        day.chairs,
        lambda c, asked: day.chairs(c, VIEWER, asked.today_only),
        (
            "SELECT site_key, s.name, time_zone, chair_key, c.name"
            " FROM sites s JOIN chairs c USING (site_id) WHERE 1 = 1{site} ORDER BY 2, 5",
        ),
    ),
    PageQuery(
        day.visits,
        lambda c, asked: day.visits(c, VIEWER, asked.today_only, asked.now),
        _VISITS,
    ),
    PageQuery(
        day.named_visits,
        lambda c, asked: day.named_visits(c, VIEWER, asked.today_only, asked.now),
        _VISITS,
    ),
    PageQuery(
        day.chair_times,
        lambda c, asked: day.chair_times(c, VIEWER, asked.filters),
        (
            "SELECT site_key, phase, chair_minutes, count(*) FROM infusion_facts"
            " WHERE chair_minutes IS NOT NULL AND {period} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        ),
        looking_back(_CHAIRS_LOOK_BACK),
    ),
)

_SIDE_EFFECTS = (
    filtered(
        side_effects.count_patients,
        "SELECT count(*), sum(CASE WHEN most > 0 THEN 1 ELSE 0 END) FROM"
        " (SELECT max(side_effects) AS most FROM infusion_facts"
        " WHERE {period} AND recorded = 1 GROUP BY patient_key) AS patients",
    ),
    filtered(
        side_effects.count_serious,
        "SELECT count(DISTINCT infusion_key) FROM side_effect_facts WHERE serious = 1 AND {period}",
    ),
    PageQuery(
        side_effects.all_terms,
        lambda c, _asked: side_effects.all_terms(c, VIEWER),
        ("SELECT term_key, name FROM terms ORDER BY term_key",),
    ),
    filtered(
        side_effects.terms_by_grade,
        "SELECT term_key, worst_grade, count(*), sum(serious), sum(events),"
        " sum(CASE WHEN chair_minutes IS NOT NULL THEN events END)"
        " FROM side_effect_facts WHERE {period} GROUP BY 1, 2 ORDER BY 1, 2",
    ),
    filtered(
        side_effects.patients_by_term,
        "SELECT term_key, count(*) FROM (SELECT term_key, patient_key FROM side_effect_facts"
        " WHERE {period} GROUP BY 1, 2) AS pairs GROUP BY 1 ORDER BY 1",
    ),
)

QUERIES: tuple[PageQuery, ...] = (
    *_SHARED,
    *_DECISIONS,
    *_TODAY,
    *_DAY,
    *PATIENTS,
    *_SIDE_EFFECTS,
    *SIDE_EFFECT_VIEWS,
    *SIDE_EFFECT_LISTS,
    *BEHIND,
    *VITAL_SIGNS,
    *APPOINTMENT_COUNTS,
    *APPOINTMENT_CHAIRS,
    *APPOINTMENT_PEOPLE,
    *APPOINTMENT_LISTS,
    *OUTCOMES,
    *OUTCOME_LISTS,
    *ACCESS,
    *RELEASED,
)
