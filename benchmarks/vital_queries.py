"""The queries about vital signs, with their floors."""

from access.viewer import LOCAL_VIEWER as VIEWER
from benchmarks.page_query import PageQuery, filtered
from clinical.thresholds import DEFAULTS as AT
from data_access import vital_signs
from data_access.vital_signs import SAMPLE_INFUSIONS

_HIGH = f"peak_systolic >= {AT.amber_systolic} OR peak_diastolic >= {AT.amber_diastolic}"
_CONDITIONS = (
    "peak_systolic IS NOT NULL OR peak_diastolic IS NOT NULL",
    "sustained_systolic IS NOT NULL OR sustained_diastolic IS NOT NULL",
    "lowest_spo2 IS NOT NULL",
    "deepest_sedation IS NOT NULL",
    _HIGH,
    f"sustained_systolic >= {AT.red_systolic} OR sustained_diastolic >= {AT.red_diastolic}",
    f"peak_systolic >= {AT.stop_systolic} OR peak_diastolic >= {AT.stop_diastolic}",
    f"lowest_spo2 < {AT.amber_spo2}",
    f"lowest_spo2 < {AT.red_spo2}",
    f"deepest_sedation <= {AT.red_sedation}",
)


def _counts(*conditions: str) -> str:
    return ", ".join(f"count(CASE WHEN {condition} THEN 1 END)" for condition in conditions)


_SPAN = 2**20
_SCATTERED = f"infusion_key % {_SPAN} * 2654435761 % {_SPAN}"

VITAL_SIGNS: tuple[PageQuery, ...] = (
    PageQuery(
        vital_signs.limit_counts,
        lambda c, asked: vital_signs.limit_counts(c, VIEWER, asked.filters, AT),
        (
            "SELECT number_band, dose_band, age_band, hypertension, count(*),"
            f" {_counts(*_CONDITIONS, *(f'deepest_sedation = {level}' for level in range(6)))}"
            " FROM infusion_facts WHERE {period} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
        ),
    ),
    PageQuery(
        vital_signs.patients_over_limits,
        lambda c, asked: vital_signs.patients_over_limits(c, VIEWER, asked.filters, AT),
        (
            f"SELECT count(*), {_counts(*_CONDITIONS)} FROM (SELECT"
            " max(peak_systolic) AS peak_systolic, max(peak_diastolic) AS peak_diastolic,"
            " max(sustained_systolic) AS sustained_systolic,"
            " max(sustained_diastolic) AS sustained_diastolic, min(lowest_spo2) AS lowest_spo2,"
            " min(deepest_sedation) AS deepest_sedation FROM infusion_facts WHERE {period}"
            " GROUP BY patient_key) AS patients",
        ),
    ),
    filtered(
        vital_signs.rise_counts,
        "SELECT systolic_rise, count(*) FROM infusion_facts"
        " WHERE systolic_rise IS NOT NULL AND {period} GROUP BY 1 ORDER BY 1",
    ),
    PageQuery(
        vital_signs.recorded_hypertension,
        lambda c, asked: vital_signs.recorded_hypertension(c, VIEWER, asked.filters, AT),
        (
            "SELECT sum(recorded) FROM infusion_facts WHERE {period}",
            "WITH e AS (SELECT infusion_key FROM side_effect_facts WHERE {period}"
            " AND term_key = (SELECT term_key FROM terms WHERE name = 'Hypertension'))"
            f" SELECT count(*), {_counts(_HIGH)} FROM e JOIN infusion_facts USING (infusion_key)",
        ),
    ),
    filtered(
        vital_signs.vital_sample,
        "WITH n AS (SELECT count(*) AS infusions FROM infusion_facts WHERE {period}),"
        " drawn AS (SELECT infusion_key, minutes, chair_minutes FROM infusion_facts, n"
        f" WHERE {{period}} AND ({_SCATTERED}) * infusions < {_SPAN * SAMPLE_INFUSIONS * 5 // 4}"
        f" ORDER BY {_SCATTERED}, infusion_key LIMIT {SAMPLE_INFUSIONS})"
        " SELECT infusion_key, minutes, chair_minutes, started_at, measured_at, systolic_mmhg,"
        " diastolic_mmhg, heart_rate_bpm, spo2_percent, sedation_moaas"
        " FROM drawn JOIN infusions USING (infusion_key) LEFT JOIN vital_signs USING (infusion_id)",
    ),
)
