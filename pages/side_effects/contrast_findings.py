"""What was different about the infusions behind a point, in words and as a picture."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from charts.numbers import percent
from charts.side_effect_contrasts import contrast_chart
from clinical.codes import Phase, PressureHistory, SeriesOrder, Sex
from clinical.contrast_chance import beyond_chance, beyond_chance_of, expected_by_chance
from clinical.contrasts import Contrast, contrasts, difference_of_shares
from data_access.points import Behind
from pages.shared.frame import Finding, plain
from pages.shared.words import count_words

FEWEST = 5
"""With fewer infusions on a side nothing is compared."""
_SHOWN = 10

_NUMBERS = {
    "mg_per_kg": ("Dose", "{:.2f}", " mg/kg"),
    "number": ("Number in the induction", "{:.1f}", ""),
    "age": ("Age", "{:.0f}", " years"),
    "start_delay": ("Start after the time booked", "{:.0f}", " min"),
}
"""Columns that are compared by their means: what they are called, how written, their unit."""
_CATEGORIES: dict[str, Callable[[Any, "Names"], str]] = {
    "phase": lambda code, _: Phase(code).label,
    "later_series": lambda code, _: SeriesOrder(code).label,
    "hypertension": lambda code, _: PressureHistory(code).label,
    "sex": lambda code, _: f"Sex: {Sex(code).label.lower()}",
    "site_key": lambda key, names: f"Site {_named(names.sites, key)}",
    "provider_key": lambda key, names: f"Given by {_named(names.providers, key)}",
    "chair_key": lambda key, names: _named(names.chairs, key),
    "lot_number": lambda number, _: f"Lot {number}",
}
"""Columns whose values are compared by their shares, and how a value is called."""
_MEDICINES: dict[Hashable, str] = {"maoi": "MAO inhibitor", "other": "another"}
"""The data contract's words for classes of medicines that are not said like that."""
_PLACES = ("site_key", "provider_key", "chair_key")
_CHOSEN_BY = {
    **dict.fromkeys(_PLACES, _PLACES),
    **dict.fromkeys(("number_band", "dose_band"), ("number", "phase", "mg_per_kg")),
    "age_band": ("age",),
    "sex": ("sex",),
    "later_series": ("later_series",),
    "hypertension": ("hypertension",),
}
"""What a point was chosen by, and the columns that differ for that reason alone.

Providers and chairs belong to sites, and doses are raised along a series.
"""


@dataclass(frozen=True, slots=True)
class Names:
    """What sites, chairs (with their site, where there are several) and providers are called."""

    sites: Mapping[int, str]
    chairs: Mapping[int, str]
    providers: Mapping[int, str]


def _named(names: Mapping[int, str], key: int) -> str:
    return names.get(key, "not yours to see")


@dataclass(frozen=True, slots=True)
class Compared:
    """How many infusions were compared, and how they differ, the largest difference first.

    ``cut``: of so many, if not all were compared. ``is_measured``: whether it was measured in the
    others, and not only recorded, that they are without it.
    """

    affected: int
    others: int
    cut: int | None
    found: tuple[Contrast, ...]
    names: Names
    is_measured: bool = False

    @property
    def is_enough(self) -> bool:
        """Whether both sides have enough infusions to be compared."""
        return min(self.affected, self.others) >= FEWEST

    @property
    def told(self) -> tuple[Contrast, ...]:
        """Those of which a difference can be told."""
        return tuple(one for one in self.found if one.is_complete or one.difference is not None)


def compare(
    frame: pd.DataFrame,
    total: int,
    medicines: pd.DataFrame,
    behind: Behind,
    names: Names,
) -> Compared:
    """Compare the affected infusions of a point with the others.

    ``frame``, ``total``, ``medicines``: as
    :func:`data_access.infusions_compared.infusions_compared` gives them.
    What the point was chosen by is left out: that it differs is no finding.
    """
    affected = int(frame["affected"].sum())
    others = len(frame) - affected
    left_out = {
        column
        for field, columns in _CHOSEN_BY.items()
        if getattr(behind, field) is not None
        for column in columns
    }
    found: list[Contrast] = []
    if min(affected, others) >= FEWEST:
        found = contrasts(
            _comparable(frame),
            "affected",
            [name for name in _NUMBERS if name not in left_out],
            [name for name in _CATEGORIES if name not in left_out],
        )
        found += [_of_medicine(row) for row in medicines.to_dict("records")]
        found.sort(key=_order)
    return Compared(
        affected=affected,
        others=others,
        cut=total if total > len(frame) else None,
        found=tuple(found),
        names=names,
        is_measured=behind.measured is not None,
    )


def _comparable(frame: pd.DataFrame) -> pd.DataFrame:
    """Infusion numbers of the induction only, because maintenance counts anew; codes if known."""
    in_induction = frame["phase"] == Phase.INDUCTION
    unknown = {"sex": Sex.UNKNOWN, "hypertension": PressureHistory.UNKNOWN}
    known = {
        name: frame[name].astype("Int64").mask(frame[name] == code)
        for name, code in unknown.items()
    }
    return frame.assign(number=frame["number"].where(in_induction), **known)


def _of_medicine(row: dict[Any, Any]) -> Contrast:
    with_it, n, without, m = (
        int(row[name]) for name in ("with_it", "n_with", "without", "n_without")
    )
    return Contrast(
        name="medication",
        level=row["medicine"],
        value_with=with_it / n if n else None,
        value_without=without / m if m else None,
        n_with=n,
        n_without=m,
        difference=difference_of_shares(with_it, n, without, m),
    )


def _order(contrast: Contrast) -> tuple[int, float]:
    """Complete differences first, then the largest, last those that cannot be told."""
    if contrast.difference is None:
        return (0 if contrast.is_complete else 2), 0.0
    return 1, -abs(contrast.difference)


def contrast_name(contrast: Contrast, names: Names) -> str:
    """What a difference is about, as text: ``Lot K01-900``."""
    if contrast.level is None:
        return _NUMBERS[contrast.name][0]
    if contrast.name == "medication":
        return f"Medicine: {_MEDICINES.get(contrast.level, contrast.level)}"
    return _CATEGORIES[contrast.name](contrast.level, names)


def contrast_value(contrast: Contrast, value: float | None) -> str:
    """A side's mean or share, as text."""
    if value is None:
        return "no data"
    if contrast.level is not None:
        return percent(value)
    _, written, unit = _NUMBERS[contrast.name]
    return f"{written.format(value)}{unit}".replace("-", "−")


def contrast_words(compared: Compared) -> str:
    """What differs most, in a sentence (markdown)."""
    if compared.affected < FEWEST:
        return (
            f"{count_words(compared.affected, 'infusion')} with it: too few to compare "
            f"(from {FEWEST})."
        )
    if compared.others < FEWEST:
        return (
            f"{count_words(compared.others, 'infusion')} without it: too few to compare with "
            f"(from {FEWEST})."
        )
    if not compared.told:
        return "Nothing that could differ is recorded of these infusions."
    first = compared.told[0]
    largest = plain(_one(first, compared.names))
    compared_in_all = len(compared.told)
    if beyond_chance_of(first, compared_in_all):
        return f"What differs most: {largest}"
    if beyond_chance(first):
        return (
            f"What differs most, though of {count_words(compared_in_all, 'difference')} the "
            f"largest may be chance: {largest}"
        )
    return f"Nothing stands out; the largest difference is within what chance gives ({largest})"


def _one(contrast: Contrast, names: Names) -> str:
    name = contrast_name(contrast, names)
    with_it, without = _values(contrast)
    average = "on average " if contrast.level is None else ""
    return f"{name[:1].lower() + name[1:]}, {average}{with_it} against {without}"


def contrast_finding(compared: Compared, key: str) -> Finding | None:
    """The largest differences as a picture; ``None`` where nothing can be compared."""
    told = compared.told
    if not compared.is_enough or not told:
        return None
    shown = told[:_SHOWN]
    beyond = sum(beyond_chance(contrast) for contrast in told)
    names = [contrast_name(contrast, compared.names) for contrast in shown]
    without = "in which it was measured and was not so" if compared.is_measured else "without it"
    drawn = f", drawn evenly from {compared.cut:,} in all" if compared.cut is not None else ""
    return Finding(
        key=key,
        title=contrast_words(compared),
        subtitle=f"{count_words(compared.affected, 'infusion')} with it against "
        f"{compared.others:,} of the same days and filters {without}{drawn}; the largest "
        f"{len(shown)} of {count_words(len(told), 'difference')}",
        chart=contrast_chart(shown, names, [_values(contrast) for contrast in shown]),
        table=lambda: _numbers(compared.found, compared.names),
        alt=f"Dot plot of the {len(shown)} largest standardised differences. The "
        f"largest: {_one(shown[0], compared.names)}.",
        note="In standard deviations (Austin 2009). Dark: larger than the pale bar, which a single "
        f"difference exceeds by chance one time in twenty. Here {beyond:,} of {len(told):,} do; "
        f"chance alone would give about {expected_by_chance(len(told)):.0f}. It shows where to "
        "look, not what caused anything. Left out is what the point was chosen by, and what goes "
        "with that.",
    )


def _values(contrast: Contrast) -> tuple[str, str]:
    return (
        contrast_value(contrast, contrast.value_with),
        contrast_value(contrast, contrast.value_without),
    )


def _numbers(found: Sequence[Contrast], names: Names) -> pd.DataFrame:
    def column(values: list[float | None]) -> "pd.Series[float]":
        return pd.Series(np.array(values, dtype=np.float64)).round(2)

    return pd.DataFrame(
        {
            "What": [contrast_name(contrast, names) for contrast in found],
            "With it": [_values(contrast)[0] for contrast in found],
            "n with it": [contrast.n_with for contrast in found],
            "The others": [_values(contrast)[1] for contrast in found],
            "n of the others": [contrast.n_without for contrast in found],
            "Standardised difference": column([contrast.difference for contrast in found]),
            "Exceeded by chance 1 in 20": column([contrast.by_chance for contrast in found]),
            "Complete": ["yes" if contrast.is_complete else "" for contrast in found],
        }
    )
