"""One patient's record, read once for the whole page."""

from dataclasses import dataclass, replace
from datetime import datetime, time

import pandas as pd

from clinical.calendar import day_date
from clinical.codes import Phase, Timepoint
from clinical.instruments import CADSS, Instrument
from clinical.milestones import Milestones, TakenScore, milestones
from clinical.progress import FOLLOWED
from data_access import one_patient as queries
from data_access.one_patient import PatientRecord
from pages.shared.context import PageContext


@dataclass(frozen=True, slots=True)
class Record:
    """Everything of one patient that more than one part of the page shows.

    The frames are those of :mod:`data_access.one_patient`; ``baselines`` also has ``phase``,
    ``first_day`` (of its series), ``completed`` (when, as near as is kept) and
    ``induction_baseline`` (for maintenance: that of the induction before it; else missing).
    """

    patient: PatientRecord
    series: pd.DataFrame
    baselines: pd.DataFrame
    scores: pd.DataFrame
    infusions: pd.DataFrame
    side_effects: pd.DataFrame

    def of_series(self, series_key: int) -> "Record":
        """The part of the record that belongs to one series; the side effects stay whole."""

        def part(frame: pd.DataFrame) -> pd.DataFrame:
            return frame[frame["series_key"].isin([series_key])]

        return replace(
            self,
            series=part(self.series),
            baselines=part(self.baselines),
            scores=part(self.scores),
            infusions=part(self.infusions),
        )

    def instruments(self) -> list[Instrument]:
        """The instruments that the patient has, in the order in which they are offered."""
        used = set(self.scores["instrument"]) | set(self.baselines["instrument"])
        return [each for each in (*FOLLOWED, CADSS) if each.code in used]

    def scores_of(self, instrument: Instrument) -> pd.DataFrame:
        """The scores of one instrument."""
        return self.scores[self.scores["instrument"] == instrument.code]

    def later_scores_of(self, instrument: Instrument) -> pd.DataFrame:
        """The scores of one instrument that are no baseline."""
        scores = self.scores_of(instrument)
        return scores[scores["timepoint"] != int(Timepoint.BASELINE)]

    def baselines_of(self, instrument: Instrument) -> pd.DataFrame:
        """The baselines of one instrument, a row for each series that has one."""
        return self.baselines[self.baselines["instrument"] == instrument.code]

    def baseline_of(self, instrument: Instrument) -> float | None:
        """The baseline in a record of one series; ``None`` without one."""
        found = self.baselines_of(instrument)["baseline"]
        return None if found.empty else float(found.iloc[0])

    def induction_baseline_of(self, instrument: Instrument) -> float | None:
        """In a record of one maintenance series, the baseline of the induction before it."""
        found = self.baselines_of(instrument)["induction_baseline"].dropna()
        return None if found.empty else float(found.iloc[0])

    def milestones_of(self, instrument: Instrument) -> Milestones:
        """What a record of one series has reached on an instrument."""
        later = self.later_scores_of(instrument)
        scores = [
            TakenScore(completed, Timepoint(timepoint), number, hours, total)
            for completed, timepoint, number, hours, total in zip(
                later["completed"],
                later["timepoint"],
                later["number"],
                later["hours_after"],
                later["total"],
                strict=True,
            )
        ]
        return milestones(
            instrument,
            self.baseline_of(instrument),
            scores,
            self.infusions["started"].iloc[0],
            response_baseline=self.induction_baseline_of(instrument),
        )


def read_record(context: PageContext, patient: PatientRecord) -> Record:
    """Read a patient's record; ``patient`` is one whom the viewer may see."""
    arguments = context.connection, context.viewer, patient.patient_key
    series = queries.patient_series(*arguments)
    infusions = queries.patient_infusions(*arguments)
    return Record(
        patient=patient,
        series=series,
        baselines=_placed(queries.patient_baselines(*arguments), series, infusions),
        scores=queries.patient_scores(*arguments),
        infusions=infusions,
        side_effects=queries.patient_side_effects(*arguments),
    )


def _placed(baselines: pd.DataFrame, series: pd.DataFrame, infusions: pd.DataFrame) -> pd.DataFrame:
    """The baselines with when they were taken, their series, and the induction before it.

    Only the day is kept of a baseline: it is put at noon, and never after the infusion it precedes.
    """
    known = series.set_index("series_key")
    started = dict(
        zip(infusions["series_key"][::-1], infusions["started"][::-1], strict=True)
    )  # The infusions are in time order: of each series the first is kept.
    keys = baselines["series_key"]
    rows = baselines.assign(
        phase=keys.map(known["phase"]),
        first_day=keys.map(known["first_day"]),
        completed=[
            min(datetime.combine(day_date(day), time(12)), started[key])
            for key, day in zip(keys, baselines["day"], strict=True)
        ],
    ).sort_values("first_day", kind="stable")
    induction = rows["baseline"].where(rows["phase"] == int(Phase.INDUCTION))
    before = induction.groupby(rows["instrument"]).ffill()
    rows["induction_baseline"] = before.where(rows["phase"] == int(Phase.MAINTENANCE))
    return rows
