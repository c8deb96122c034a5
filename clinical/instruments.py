"""The questionnaires: ranges, scoring, severity bands, response and remission.

Each rule names its source. Item texts are not shipped: their owners' licences forbid it, or it is
not clear. Those of PHQ-9 may be; :mod:`clinical.items` has short names of our own for them. Numbers
(``code``) lie in databases and keep their meaning.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Band:
    """A severity band: from ``lowest`` up to the next band's ``lowest``."""

    lowest: float
    name: str


@dataclass(frozen=True, slots=True)
class Instrument:
    """A questionnaire and its rules.

    ``response_percent``: improvement from baseline, in % of the baseline, that counts as response
    (reached exactly counts); ``remission_at_most``: a total up to which the patient is in
    remission. Both ``None`` where the instrument has no agreed rule.
    ``reliable_change``: points beyond measurement error. ``source`` names where the rules are from.
    """

    code: int
    name: str
    items: int
    item_lowest: int
    item_highest: int
    lowest: float
    highest: float
    bands: tuple[Band, ...]
    source: str
    higher_is_better: bool = False
    response_percent: float | None = None
    remission_at_most: float | None = None
    reliable_change: float | None = None
    score: Callable[[Sequence[int]], float] | None = sum

    def band(self, total: float) -> int | None:
        """The index of the severity band of a total; ``None`` for an instrument without bands."""
        indices = [index for index, band in enumerate(self.bands) if total >= band.lowest]
        return indices[-1] if indices else None

    def improvement_percent(self, baseline: float, total: float) -> float | None:
        """Improvement in % of the baseline, positive = better; ``None`` for a baseline of 0."""
        if baseline == 0:
            return None
        change = total - baseline if self.higher_is_better else baseline - total
        return 100.0 * change / baseline

    def responded(self, baseline: float, total: float) -> bool | None:
        """Whether a total is a response; ``None`` where there is no rule or no room to respond."""
        percent = self.improvement_percent(baseline, total)
        if self.response_percent is None or percent is None:
            return None
        return percent >= self.response_percent

    def remitted(self, total: float) -> bool | None:
        """Whether a total is a remission; ``None`` where the instrument has no rule."""
        return None if self.remission_at_most is None else total <= self.remission_at_most


def score_qids(items: Sequence[int]) -> float:
    """QIDS-SR16 total, 0–27: the sum of nine domains (Rush 2003).

    Sleep (items 1–4), appetite and weight (6–9) and psychomotor (15, 16) count their highest item.
    """
    sleep, appetite, psychomotor = max(items[0:4]), max(items[5:9]), max(items[14:16])
    return sleep + items[4] + appetite + sum(items[9:14]) + psychomotor


def score_who5(items: Sequence[int]) -> float:
    """WHO-5 index, 0–100: four times the raw sum (Topp 2015)."""
    return 4 * sum(items)


PHQ9 = Instrument(
    code=1,
    name="PHQ-9",
    items=9,
    item_lowest=0,
    item_highest=3,
    lowest=0,
    highest=27,
    bands=(
        Band(0, "Minimal"),
        Band(5, "Mild"),
        Band(10, "Moderate"),
        Band(15, "Moderately severe"),
        Band(20, "Severe"),
    ),
    response_percent=50,
    remission_at_most=4,
    reliable_change=6,
    source=(
        "Bands: Kroenke 2001. Response: at least 50 % fall; remission: below 5 (McInnes 2022). "
        "Reliable change: 6 points (NHS Talking Therapies)."
    ),
)
GAD7 = Instrument(
    code=2,
    name="GAD-7",
    items=7,
    item_lowest=0,
    item_highest=3,
    lowest=0,
    highest=21,
    bands=(Band(0, "Minimal"), Band(5, "Mild"), Band(10, "Moderate"), Band(15, "Severe")),
    response_percent=50,
    remission_at_most=4,
    reliable_change=4,
    source=(
        "Bands: Spitzer 2006. Response: at least 50 % fall; remission: below 5. "
        "Reliable change: 4 points (NHS Talking Therapies; Toussaint 2020)."
    ),
)
MADRS = Instrument(
    code=3,
    name="MADRS",
    items=10,
    item_lowest=0,
    item_highest=6,
    lowest=0,
    highest=60,
    bands=(Band(0, "None"), Band(7, "Mild"), Band(20, "Moderate"), Band(34, "Severe")),
    response_percent=50,
    remission_at_most=10,
    reliable_change=10,
    source=(
        "Bands: 7, 20 and 34 (sources differ by a point at 34). Response: at least 50 % fall; "
        "remission: 10 or less (Ekstrand 2022). Meaningful change of one person in "
        "treatment-resistant depression: 10 points (PMID 33261932)."
    ),
)
QIDS_SR16 = Instrument(
    code=4,
    name="QIDS-SR16",
    items=16,
    item_lowest=0,
    item_highest=3,
    lowest=0,
    highest=27,
    bands=(
        Band(0, "None"),
        Band(6, "Mild"),
        Band(11, "Moderate"),
        Band(16, "Severe"),
        Band(21, "Very severe"),
    ),
    response_percent=50,
    remission_at_most=5,
    score=score_qids,
    source="Bands: Rush 2003. Response: at least 50 % fall; remission: 5 or less (Anand 2023).",
)
PCL5 = Instrument(
    code=5,
    name="PCL-5",
    items=20,
    item_lowest=0,
    item_highest=4,
    lowest=0,
    highest=80,
    bands=(Band(0, "Below the cut-off"), Band(33, "Probable PTSD")),
    reliable_change=15,
    source="Cut-off 33 (National Center for PTSD). Reliable change: 15 points (Marx 2022).",
)
WHO5 = Instrument(
    code=6,
    name="WHO-5",
    items=5,
    item_lowest=0,
    item_highest=5,
    lowest=0,
    highest=100,
    bands=(Band(0, "Likely depression"), Band(29, "Poor well-being"), Band(51, "Good well-being")),
    higher_is_better=True,
    reliable_change=10,
    score=score_who5,
    source="Index 0–100; 28 or less: likely depression, 50 or less: poor well-being (Topp 2015).",
)
CSSRS = Instrument(
    code=7,
    name="C-SSRS",
    items=6,
    item_lowest=0,
    item_highest=1,
    lowest=0,
    highest=3,
    bands=(Band(0, "None"), Band(1, "Low"), Band(2, "Moderate"), Band(3, "High")),
    score=None,
    source=(
        "Screener level: 0 none, 1 low, 2 moderate, 3 high, as the clinic recorded it "
        "(Columbia Lighthouse Project triage)."
    ),
)
CADSS = Instrument(
    code=8,
    name="CADSS",
    items=23,
    item_lowest=0,
    item_highest=4,
    lowest=0,
    highest=92,
    bands=(),
    source="23 subjective items, 0–92, as in ketamine trials; no official bands.",
)

INSTRUMENTS = {
    instrument.name: instrument
    for instrument in (PHQ9, GAD7, MADRS, QIDS_SR16, PCL5, WHO5, CSSRS, CADSS)
}
"""Every instrument by the name that the data contract uses."""

INSTRUMENT_BY_CODE = {instrument.code: instrument for instrument in INSTRUMENTS.values()}
"""Every instrument by the number that the fact tables store."""
