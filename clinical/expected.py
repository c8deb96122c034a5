"""The expected course: how comparable patients of this clinic did, infusion by infusion.

*Comparable*: the same instrument, the same phase, and a baseline in the same severity band; the
same diagnosis group too where that leaves enough patients. Counts and percentiles, no advice.

*On track*, after the expected-recovery corridors of outcome feedback in psychotherapy (Finch,
Lambert and Schaalje 2001; Lambert 2001), which warn about the tenth of patients furthest behind: a
score before an infusion is *behind* where it is worse than that of nine in ten comparable patients,
*slow* where worse than three in four, else *on track*. Those corridors are for sessions of
psychotherapy; for infusions there are none published, so the clinic's own patients are the measure.
"""

from clinical.instruments import GAD7, MADRS, PCL5, PHQ9, QIDS_SR16, WHO5

COMPARED = (PHQ9, MADRS, QIDS_SR16, GAD7, PCL5, WHO5)
"""The instruments with an expected course: those with severity bands for the baseline."""
MOST_INFUSIONS = 24
"""The expected course is known up to this infusion of a series."""
STEP_PERCENT = 5
"""Improvements are counted in steps of so many per cent."""
PERCENTILES = (10, 25, 50, 75, 90)
"""The percentiles of the fan."""
FEWEST = 10
"""Of fewer patients than this no percentile is shown."""
