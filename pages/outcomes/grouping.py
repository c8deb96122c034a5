"""By what courses are told apart on the views that set groups side by side."""

from collections.abc import Mapping
from enum import StrEnum

from clinical.codes import (
    AgeBand,
    Code,
    DiagnosisGroup,
    DoseBand,
    FailuresBand,
    SeriesOrder,
    Sex,
)
from clinical.instruments import Instrument


class By(StrEnum):
    """What courses may be told apart by, in the words that stand in the address."""

    NOTHING = "All together"
    DIAGNOSIS = "Diagnosis"
    SITE = "Site"
    SEVERITY = "Severity at baseline"
    FAILED = "Failed antidepressants"
    SEX = "Sex"
    AGE = "Age"
    DOSE = "First dose"
    COURSE = "First or later course"
    WHEN = "When it began"


COLUMNS: Mapping[By, str] = {
    By.DIAGNOSIS: "diagnosis_group",
    By.SITE: "site_key",
    By.SEVERITY: "baseline_band",
    By.FAILED: "failures_band",
    By.SEX: "sex",
    By.AGE: "age_band",
    By.DOSE: "dose_band",
    By.COURSE: "course_order",
}
"""The column of the facts that each is; of :data:`data_access.cohort.GROUP_COLUMNS`."""
_CODES: Mapping[By, type[Code]] = {
    By.DIAGNOSIS: DiagnosisGroup,
    By.FAILED: FailuresBand,
    By.SEX: Sex,
    By.AGE: AgeBand,
    By.DOSE: DoseBand,
    By.COURSE: SeriesOrder,
}
NOT_RECORDED = "Not recorded"
"""What a group is called whose code or key has no name."""


def group_names(by: By, measure: Instrument, sites: Mapping[int, str]) -> dict[int, str]:
    """What the groups are called, in the order in which they are shown; unknown ones come last.

    ``sites``: their names, by which they are ordered. When courses began is told by its key alone.
    """
    if by in _CODES:
        codes = sorted(_CODES[by], key=lambda code: (code.name == "UNKNOWN", int(code)))
        return {int(code): code.label for code in codes}
    if by is By.SEVERITY:
        return {place: band.name for place, band in enumerate(measure.bands)}
    if by is By.SITE:
        return dict(sorted(sites.items(), key=lambda item: (item[1].casefold(), item[0])))
    return {}
