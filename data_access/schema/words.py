"""The words that the data contract allows in its columns."""

PROVIDER_ROLES = ("physician", "nurse", "anaesthetist", "therapist", "other")
SEXES = ("female", "male", "other", "unknown")
PHASES = ("induction", "maintenance")
APPOINTMENT_KINDS = ("consultation", "infusion", "follow_up")
APPOINTMENT_STATUSES = ("booked", "arrived", "fulfilled", "cancelled", "noshow")
DRUGS = ("ketamine", "esketamine")
ROUTES = ("iv", "im", "sc", "intranasal")
SIDE_EFFECT_ACTIONS = (
    "none",
    "observed",
    "medicated",
    "infusion_slowed",
    "infusion_stopped",
    "transferred",
)
MEDICATION_CLASSES = (
    "antidepressant",
    "antihypertensive",
    "antipsychotic",
    "benzodiazepine",
    "hypnotic",
    "lamotrigine",
    "lithium",
    "maoi",
    "opioid",
    "stimulant",
    "other",
)
CHECK_KINDS = ("bladder", "liver", "weight", "cognition")
CHECK_RESULTS = ("normal", "abnormal")
ITEM_COUNT = 30
"""An assessment has room for this many items."""
