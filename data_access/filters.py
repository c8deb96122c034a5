"""The filters that every page shares, as a frozen value."""

from dataclasses import dataclass
from datetime import date

from clinical.codes import DiagnosisGroup, Phase


@dataclass(frozen=True, slots=True)
class Filters:
    """A period (both days included) and the choices within it. An empty choice means all."""

    start: date
    end: date
    site_ids: tuple[str, ...] = ()
    diagnosis_groups: tuple[DiagnosisGroup, ...] = ()
    phases: tuple[Phase, ...] = ()
