"""Which columns of the database say what, and so which permissions it takes to read them.

The one table from which the roles of PostgreSQL are given their rights
(:mod:`data_access.reporting_roles`). Each column of each table stands in it exactly once; a new one
that does not makes a test fail. A role reads a column where it has any of the permissions that the
column stands under.

What identifies a patient (names, numbers, the birth date, the words of the search, the handle)
stands under :data:`NAMES`; free texts, and all that is told of single infusions, under
:data:`CLINICAL`. Under :data:`TOTALS` and :data:`RATES` stands no more than what the queries with
these permissions read: patients there are whole numbers that lead to nobody.
"""

from collections.abc import Collection

from access.viewer import Permission
from data_access.schema import Base
from data_access.schema.records import ITEM_COLUMNS

Readers = frozenset[Permission]

EVERYBODY = Readers({Permission.OPEN})
"""What every page says: the sites, how fresh the data are."""
CLINICAL = Readers({Permission.SEE_CLINICAL})
"""What is told of single infusions, courses and scores, without a name; free texts about them."""
TOTALS = CLINICAL | {Permission.SEE_TOTALS}
"""What appointments, chairs and hours are counted from."""
RATES = CLINICAL | {Permission.SEE_RATES}
"""What side effects and outcomes of large groups are counted from."""
NAMES = Readers({Permission.SEE_PATIENTS})
"""Who a patient is."""
TRAIL = Readers({Permission.READ_AUDIT})
"""Who looked at whom."""
USERS = Readers({Permission.MANAGE_USERS})
"""Who may use the dashboard."""
PROGRAM = Readers()
"""What nobody reads but the program by its own login: what opens something, or made it."""

TOTALS_AND_RATES = TOTALS | RATES
TOTALS_AND_TRAIL = TOTALS | TRAIL
COUNTED_AND_TRAIL = TOTALS | RATES | TRAIL
CLINICAL_AND_TRAIL = CLINICAL | TRAIL
NAMES_AND_TRAIL = NAMES | TRAIL
USERS_AND_TRAIL = USERS | TRAIL

COLUMNS: dict[str, dict[Readers, str]] = {
    # the records
    "appointments": {
        TOTALS: "appointment_key status scheduled_start",
        CLINICAL: (
            "appointment_id site_id kind scheduled_end provider_id chair_id booked_at "
            "cancelled_at cancellation_reason rescheduled_from"
        ),
        NAMES: "patient_id",
    },
    "assessments": {
        CLINICAL: "assessment_key assessment_id instrument completed_at total_score infusion_id "
        + " ".join(ITEM_COLUMNS),
        NAMES: "patient_id",
    },
    "chairs": {
        TOTALS: "chair_key site_id name",
        CLINICAL: "chair_id",
    },
    "checks": {
        CLINICAL: "check_key check_id kind done_on result value",
        NAMES: "patient_id",
    },
    "closures": {
        EVERYBODY: "site_id date reason",
    },
    "infusions": {
        CLINICAL: (
            "infusion_key infusion_id site_id started_at dose_mg series_id sequence_number "
            "series_derived sequence_derived appointment_id provider_id chair_id drug route "
            "lot_number weight_kg ended_at discharged_at stopped_early stop_reason "
            "side_effects_recorded"
        ),
        NAMES: "patient_id",
    },
    "medications": {
        CLINICAL: "medication_key medication_id name class started_on stopped_on",
        NAMES: "patient_id",
    },
    "opening_hours": {
        EVERYBODY: "site_id weekday opens closes",
    },
    "patients": {
        CLINICAL: "sex primary_diagnosis failed_antidepressants hypertension referral_source",
        CLINICAL_AND_TRAIL: "referred_on patient_key site_id",
        NAMES_AND_TRAIL: "patient_id mrn given_name family_name birth_date",
    },
    "providers": {
        TOTALS: "provider_key provider_id name role",
    },
    "series": {
        CLINICAL: "series_key series_id phase started_on planned_infusions derived",
        NAMES: "patient_id",
    },
    "side_effects": {
        CLINICAL: (
            "side_effect_key side_effect_id infusion_id term grade onset_at resolved_at serious "
            "action"
        ),
    },
    "sites": {
        EVERYBODY: "site_key site_id name time_zone",
    },
    "vital_signs": {
        CLINICAL: (
            "infusion_id measured_at systolic_mmhg diastolic_mmhg heart_rate_bpm spo2_percent "
            "sedation_moaas"
        ),
    },
    # what is derived from them
    "access_facts": {
        TOTALS: (
            "site_key entered_day referred_day consultation_planned_day consultation_day "
            "first_infusion_day completed_day"
        ),
        CLINICAL: (
            "patient_key diagnosis_group referral_source entered_week entered_month planned done"
        ),
    },
    "appointment_facts": {
        TOTALS: (
            "appointment_key site_key chair_key provider_key kind status week month weekday "
            "hour minutes start_minute lead_band notice_hours notice_band newcomer due_before "
            "missed_before moved phase start_delay infusion_minutes recovery_minutes over_minutes"
        ),
        TOTALS_AND_TRAIL: "patient_key day lead_days",
        CLINICAL: "diagnosis_group lead_hours moves first_day infusion_key held_start held_minutes",
    },
    "chair_day_facts": {
        TOTALS: "chair_key day site_key booked used double_booked appointments",
        CLINICAL: "week month weekday",
    },
    "course_facts": {
        CLINICAL: (
            "series_key instrument patient_key site_key phase diagnosis_group started_day "
            "current scores baseline baseline_day last_total last_day last_number "
            "last_timepoint change percent response remission"
        ),
    },
    "expected_totals": {
        CLINICAL: "instrument phase baseline_band number total diagnosis_group site_key scores",
    },
    "fact_columns": {
        CLINICAL: "facts name year site_key data",
    },
    "freed_slot_facts": {
        TOTALS: "site_key day week phase minutes notice_hours refilled",
        CLINICAL: "diagnosis_group appointment_key chair_key month weekday hour kind",
    },
    "induction_facts": {
        TOTALS: (
            "series_key patient_key site_key started_day planned planned_known "
            "done completed_day last_day"
        ),
        CLINICAL: "diagnosis_group started_week started_month longest_gap",
    },
    "infusion_facts": {
        EVERYBODY: "day",
        TOTALS: "provider_key week chair_minutes",
        RATES: "month diagnosis_group recorded",
        TOTALS_AND_RATES: "site_key phase",
        COUNTED_AND_TRAIL: "patient_key",
        CLINICAL: (
            "infusion_key series_key chair_key start_minute appointment_key number number_band "
            "later_series age_band sex hypertension dose_band mg_per_kg minutes systolic_rise "
            "diastolic_rise peak_systolic peak_diastolic lowest_spo2 deepest_sedation "
            "sustained_systolic sustained_diastolic stopped side_effects worst_grade"
        ),
    },
    "later_totals": {
        CLINICAL: (
            "instrument phase baseline_band number step diagnosis_group site_key patients responded"
        ),
    },
    "milestone_facts": {
        RATES: "series_key measure baseline phase end_total",
        CLINICAL: (
            "baseline_band site_key started_day closed_day diagnosis_group sex age_band "
            "failures_band dose_band course_order length done span_days settled_response_hours "
            "settled_response_number settled_remission_hours settled_remission_number "
            "settled_watched_hours settled_watched_number any_response_hours "
            "any_response_number any_remission_hours any_remission_number any_watched_hours "
            "any_watched_number early_total early_hours end_days after_total lost_days "
            "kept_days booster_days second_booster_days again_days"
        ),
    },
    "outcome_facts": {
        CLINICAL: (
            "series_key measure kind number observed baseline total baseline_band site_key "
            "phase started_day closed_day diagnosis_group sex age_band failures_band dose_band "
            "course_order"
        ),
    },
    "patient_facts": {
        TOTALS: "phase done planned infusions last_infusion_day",
        TOTALS_AND_TRAIL: "patient_key site_key",
        CLINICAL: "diagnosis_group series_key series_started_day first_infusion_day provider_key",
        NAMES: "handle",
    },
    "patient_words": {
        NAMES_AND_TRAIL: "word patient_key",
    },
    "score_facts": {
        CLINICAL: (
            "assessment_key patient_key series_key site_key instrument day month phase number "
            "timepoint diagnosis_group hours_after total baseline change percent response "
            "remission band"
        ),
    },
    "side_effect_facts": {
        RATES: "term_key patient_key site_key month phase diagnosis_group",
        CLINICAL: (
            "infusion_key provider_key chair_key day week number_band later_series age_band sex "
            "dose_band chair_minutes worst_grade serious events onset_minutes passed_minutes "
            "lasted_minutes open odd"
        ),
    },
    "site_hour_facts": {
        TOTALS: "site_key day hour weekday booked used most_booked most_used",
        CLINICAL: "week month double_booked",
    },
    "start_facts": {
        RATES: "series_key patient_key site_key phase closed_day diagnosis_group",
        CLINICAL: (
            "started_day sex age_band failures_band dose_band course_order length done planned "
            "complete measured"
        ),
    },
    "terms": {
        RATES: "term_key name",
    },
    "watch_facts": {
        CLINICAL: (
            "patient_key site_key diagnosis_group phase done planned last_infusion_day "
            "last_number item_9_last item_9_day item_9_before item_9_since cssrs_last cssrs_day "
            "cssrs_before cssrs_since instrument baseline total percent total_day total_number "
            "total_timepoint worse_since before_treatment best_percent now_percent lost_since "
            "lost_scores scored_day unscored peak_systolic peak_diastolic sustained_systolic "
            "sustained_diastolic lowest_spo2 deepest_sedation usual_interval intervals"
        ),
    },
    # what the program notes about itself
    "clinic_settings": {
        EVERYBODY: "name",
        PROGRAM: "value",
    },
    "import_runs": {
        EVERYBODY: "run_key finished_at",
        PROGRAM: "source user_name started_at",
    },
    "imported_files": {
        PROGRAM: "run_key name sha256 rows added changed unchanged",
    },
    "rebases": {
        EVERYBODY: "rebase_key",
        CLINICAL: "term site_id from_day withdrawn decided_by decided_at reason",
    },
    "threshold_changes": {
        EVERYBODY: "change_key",
        TOTALS_AND_RATES: "name value",
        CLINICAL: "changed_by changed_at reason",
    },
    # who may use the dashboard, and what each did
    "audit_entries": {
        TRAIL: "entry_key at who role session address action what outcome people hash",
    },
    "audit_head": {
        TRAIL: "head_key entry_key hash",
    },
    "audit_people": {
        TRAIL: "patient_key entry_key",
    },
    "sessions": {
        USERS: "user_key opened_at active_at ended_at",
        PROGRAM: "session_id token_hash way address end_reason",
    },
    "user_sites": {
        USERS: "user_key site_id",
    },
    "users": {
        USERS: "user_key all_sites subject added_by added_at disabled_at",
        USERS_AND_TRAIL: "sign_in_name full_name role",
    },
}
"""Every column of every table, by table and by who reads it."""


def readable(permissions: Collection[Permission]) -> dict[str, tuple[str, ...]]:
    """The columns that may be read with any of these permissions, by table, in its order.

    Tables of which none may be read are missing.
    """
    held = frozenset(permissions)
    found = {
        table: _in_order(table, [names for readers, names in sorts.items() if readers & held])
        for table, sorts in COLUMNS.items()
    }
    return {table: columns for table, columns in found.items() if columns}


def _in_order(table: str, listed: Collection[str]) -> tuple[str, ...]:
    wanted = set(" ".join(listed).split())
    return tuple(
        column.name for column in Base.metadata.tables[table].columns if column.name in wanted
    )
