"""How the courses of each infusion are spread: by severity band, and by how much they changed."""

import numpy as np
import pandas as pd

from clinical.instruments import Instrument
from clinical.mean_scores import observed
from clinical.responses import judged


def changes_by_number(scores: pd.DataFrame, measure: Instrument) -> pd.DataFrame:
    """Courses that are better, the same and worse, by at least the points that count as a change.

    ``scores``: as :func:`data_access.outcomes.score_counts`; the points are those of
    :func:`clinical.responses.reliable_points`, reached exactly counts. Returns ``number``, ``n``,
    ``better``, ``same``, ``worse``. Observed scores only.
    """
    rows = judged(observed(scores), measure)
    found = pd.DataFrame(
        {
            "number": rows["number"],
            "n": rows["courses"],
            "better": rows["courses"].where(rows["improved"] == 1, 0),
            "worse": rows["courses"].where(rows["worse"] == 1, 0),
        }
    )
    by_number = found.groupby("number").sum().astype("int64").reset_index()
    return by_number.assign(same=by_number["n"] - by_number["better"] - by_number["worse"])


def bands_by_number(
    scores: pd.DataFrame, measure: Instrument, baseline_of: int | None = None
) -> pd.DataFrame:
    """Courses in each severity band, a row for each band of each infusion with a score.

    ``scores``: as :func:`data_access.outcomes.score_counts`. ``baseline_of``: adds, as infusion 0,
    the baselines of the courses that have a score after that infusion. Returns ``number``,
    ``band`` (index of the measure's bands), ``courses``, ``n`` (of the infusion). Observed only.
    """
    rows = observed(scores)[["number", "baseline", "total", "courses"]]
    if baseline_of is not None:
        of_same = rows[rows["number"] == baseline_of]
        rows = pd.concat([of_same.assign(number=0, total=of_same["baseline"]), rows])
    lowest = np.array([band.lowest for band in measure.bands])
    banded = rows.assign(band=np.searchsorted(lowest, rows["total"].to_numpy(), side="right") - 1)
    places = pd.MultiIndex.from_product(
        [sorted(set(rows["number"])), range(len(measure.bands))], names=["number", "band"]
    )
    counts = banded.groupby(["number", "band"])["courses"].sum().reindex(places, fill_value=0)
    found = counts.reset_index()
    return found.assign(n=found.groupby("number")["courses"].transform("sum")).astype("int64")
