"""In whom a side effect occurs: its rate by infusion number, dose and group, in pictures and words.

Titles and sentences are markdown; what comes from the data stands in them as plain text.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from charts.numbers import percent
from charts.side_effect_groups import band_chart, groups_chart
from clinical.codes import AgeBand, Code, DiagnosisGroup, DoseBand, SeriesOrder, Sex
from clinical.incidence import Proportion, difference, proportion
from clinical.side_effect_groups import Comparison
from clinical.side_effect_rates import FEW, NUMBER_BANDS
from pages.shared.frame import Finding, plain
from pages.shared.words import count_words, listed, rate_words

MOST_ROWS = 25
"""So many groups are drawn; the table of the chart holds them all."""
_NAMED = 3
"""So many groups are named in a sentence or title, those least like chance first."""

_DOSE_LABELS = {
    DoseBand.UNDER_0_45: "Under 0.45",
    DoseBand.FROM_0_45: "0.45–0.54",
    DoseBand.FROM_0_55: "0.55–0.74",
    DoseBand.FROM_0_75: "0.75–0.99",
    DoseBand.FROM_1_00: "1.00 and over",
    DoseBand.UNKNOWN: "Not known",
}
_INDUCTION = len(NUMBER_BANDS) - 1
"""The bands before this one are infusions of the induction."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to part infusions: its heading, its column, and its word in a sentence."""

    heading: str
    by: str
    word: str
    code: type[Code] | None = None
    """The code of its groups, which then have labels and an order; else the largest comes first."""


AGE = Kind("Age", "age_band", "age", AgeBand)
SEX = Kind("Sex", "sex", "sex", Sex)
DIAGNOSIS = Kind("Diagnosis", "diagnosis_group", "diagnosis", DiagnosisGroup)
SERIES = Kind("Series", "later_series", "series", SeriesOrder)
SITE = Kind("Site", "site_key", "site")
CHAIR = Kind("Chair", "chair_key", "chair")
NURSE = Kind("Nurse", "provider_key", "nurse")


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of one kind, judged, with what they are called.

    ``table``: of :func:`clinical.side_effect_groups.judged`, with ``label``.
    """

    kind: Kind
    table: pd.DataFrame

    @property
    def comparable(self) -> bool:
        """Whether there is more than one group."""
        return len(self.table) > 1


def labelled(kind: Kind, table: pd.DataFrame, names: Mapping[int, str]) -> Groups:
    """The groups with their names; one without a name is said to be not recorded.

    ``names`` are those of groups that are no codes. What is not recorded comes last among codes.
    """
    known = names if kind.code is None else {int(one): one.label for one in kind.code}
    named = table.assign(
        label=[known.get(key, f"{kind.heading} not recorded") for key in table["key"]]
    )
    if kind.code is None:
        return Groups(kind, named)
    order = {int(one): (one.name == "UNKNOWN", int(one)) for one in kind.code}
    places = sorted(range(len(named)), key=lambda place: order[named["key"].iloc[place]])
    return Groups(kind, named.iloc[places].reset_index(drop=True))


@dataclass(frozen=True, slots=True)
class Contrasted:
    """Two rates that a title sets against each other: what they are of, and how many."""

    later: Proportion
    earlier: Proportion
    later_name: str
    earlier_name: str

    @property
    def rises(self) -> bool | None:
        """Whether the later one is clearly higher, or lower; ``None`` where there is no telling."""
        gap = difference(self.later, self.earlier)
        return (gap.estimate or 0.0) > 0 if gap.is_clear else None

    @property
    def known(self) -> bool:
        """Whether there are infusions on both sides."""
        return self.later.n > 0 and self.earlier.n > 0


def by_number(against: Comparison) -> Contrasted:
    """The later infusions of the induction against the first."""
    rates = against.by_number().head(_INDUCTION)
    return Contrasted(
        later=_pooled(rates.tail(_INDUCTION - 1)),
        earlier=_pooled(rates.head(1)),
        later_name="later in the induction",
        earlier_name="at the first infusion",
    )


def by_dose(against: Comparison) -> Contrasted:
    """The highest dose band with enough infusions against the lowest."""
    rates = against.by_dose()
    known = rates[(rates["dose_band"] != DoseBand.UNKNOWN) & (rates["recorded"] >= FEW)]
    highest = known.tail(1) if len(known) > 1 else known[:0]
    return Contrasted(
        later=_pooled(highest),
        earlier=_pooled(known[:1]),
        later_name=_dose_name(highest),
        earlier_name=_dose_name(known[:1]),
    )


def _dose_name(rates: pd.DataFrame) -> str:
    """Of one band, in a sentence: ``at 0.45–0.54 mg/kg``."""
    labels = [DoseBand(band).label for band in rates["dose_band"]]
    return f"at {labels[0][:1].lower()}{labels[0][1:]}" if labels else ""


def _pooled(rates: pd.DataFrame) -> Proportion:
    return proportion(int(rates["affected"].sum()), int(rates["recorded"].sum()))


def in_whom_answer(name: str, against: Comparison, groups: Sequence[Groups]) -> str:
    """The clearest differences in words (markdown).

    By infusion number and dose, and by whatever group differs beyond chance when those are allowed
    for.
    """
    return f"{_number_and_dose(name, against)}. {_beyond(groups)}."


def _number_and_dose(name: str, against: Comparison) -> str:
    number, dose = by_number(against), by_dose(against)
    term = f"**{plain(name)}**"
    if not number.known:
        said = f"{term}: {rate_words(_overall(against))}"
    elif number.rises is None:
        said = (
            f"{term}: {percent(_overall(against).estimate)}, with no clear difference between "
            f"the first infusion ({percent(number.earlier.estimate)}) and later ones of the "
            f"induction ({percent(number.later.estimate)})"
        )
    else:
        said = (
            f"{term}: **{percent(number.earlier.estimate)}** {number.earlier_name}, "
            f"**{percent(number.later.estimate)}** {number.later_name}"
        )
    if dose.rises is not None:
        said += (
            f"; {percent(dose.earlier.estimate)} {dose.earlier_name}, "
            f"{percent(dose.later.estimate)} {dose.later_name}"
        )
    return said


def _overall(against: Comparison) -> Proportion:
    return proportion(int(against.affected.sum()), against.n)


def _beyond(groups: Sequence[Groups]) -> str:
    """What differs beyond infusion number and dose, as a sentence without its full stop."""
    compared = [one for one in groups if one.comparable]
    if not compared:
        return "There are no groups to compare beyond that"
    differing = _differing(compared)
    if not differing.names:
        return f"Beyond that there is no clear difference by {_kinds(compared)}"
    return f"Beyond that, {differing.words()}"


def _kinds(groups: Sequence[Groups]) -> str:
    return _alternatives([one.kind.word for one in groups])


def _alternatives(parts: Sequence[str]) -> str:
    return listed(parts).replace(" and ", " or ")


@dataclass(frozen=True, slots=True)
class _Differing:
    """Groups that differ, those least like chance first: their names, ratios and how many more."""

    names: tuple[str, ...]
    ratios: tuple[float, ...]
    more: int

    def words(self) -> str:
        """As a phrase: ``more than expected for North (1.8 times), fewer for …``."""
        pairs = list(zip(self.names, self.ratios, strict=True))
        parts = [
            f"{direction} for {listed([_times(*pair) for pair in some])}"
            for direction, some in (
                ("more than expected", [pair for pair in pairs if pair[1] > 1]),
                ("fewer than expected", [pair for pair in pairs if pair[1] < 1]),
            )
            if some
        ]
        if self.more:
            parts.append(f"and {count_words(self.more, 'other group')} differ")
        return ", ".join(parts)


def _times(name: str, ratio: float) -> str:
    return f"{plain(name)} ({ratio:.2f} times)"


def _differing(groups: Sequence[Groups]) -> _Differing:
    tables = [one.table[one.table["differs"] != 0] for one in groups]
    found = (
        pd.concat(tables, ignore_index=True).sort_values(["p", "label"], ignore_index=True)
        if tables
        else pd.DataFrame(columns=["label", "ratio"])
    )
    first = found.head(_NAMED)
    return _Differing(tuple(first["label"]), tuple(first["ratio"]), len(found) - len(first))


def number_finding(name: str, against: Comparison) -> Finding:
    """The rate by the infusion's place in the series."""
    rates = _recorded(against.by_number())
    labels = [NUMBER_BANDS[band] for band in rates["number_band"]]
    number = by_number(against)
    title = _title(
        name,
        number,
        clear=lambda verb: (
            f"{verb} from {percent(number.earlier.estimate)} {number.earlier_name} to "
            f"{percent(number.later.estimate)} {number.later_name}"
        ),
        unclear="no clear difference between the first infusion "
        f"({percent(number.earlier.estimate)}) and later ones ({percent(number.later.estimate)})",
        missing="by infusion number",
    )
    return Finding(
        key="side-effects-by-number",
        title=title,
        subtitle=f"By infusion of the series; {count_words(against.n, 'recorded infusion')}, "
        "their number under each label",
        chart=band_chart(
            rates, "number_band", labels, "Infusion of the induction, and maintenance", FEW
        ),
        table=lambda: _band_numbers("Infusion of the series", labels, rates),
        alt=f"Share of infusions with {name} by infusion of the series. {title}",
        note=f"Hollow: fewer than {FEW} infusions. A dot, when chosen, shows its infusions.",
    )


def dose_finding(name: str, against: Comparison) -> Finding:
    """The rate by dose band: the lowest band with enough infusions against the highest."""
    rates = _recorded(against.by_dose()).set_index("dose_band")
    rates = rates.loc[[band for band in _DOSE_LABELS if band in rates.index]].reset_index()
    labels = [_DOSE_LABELS[DoseBand(band)] for band in rates["dose_band"]]
    dose = by_dose(against)
    title = _title(
        name,
        dose,
        clear=lambda _: (
            f"by dose: {percent(dose.earlier.estimate)} {dose.earlier_name}, "
            f"{percent(dose.later.estimate)} {dose.later_name}"
        ),
        unclear=f"no clear difference by dose: {percent(dose.earlier.estimate)} "
        f"{dose.earlier_name}, {percent(dose.later.estimate)} {dose.later_name}",
        missing="by dose",
    )
    return Finding(
        key="side-effects-by-dose",
        title=title,
        subtitle="By ketamine dose per body weight; "
        f"{count_words(against.n, 'recorded infusion')}, their number under each label",
        chart=band_chart(rates, "dose_band", labels, "mg/kg", FEW),
        table=lambda: _band_numbers("Dose, mg/kg", labels, rates),
        alt=f"Share of infusions with {name} by dose band. {title}",
        note=f"Compared are the lowest and the highest band of {FEW} or more infusions. Doses are "
        "often raised later in a series, so dose and infusion number go together.",
    )


def _recorded(rates: pd.DataFrame) -> pd.DataFrame:
    return rates[rates["recorded"] > 0].reset_index(drop=True)


def _title(
    name: str, two: Contrasted, clear: Callable[[str], str], unclear: str, missing: str
) -> str:
    """A title that says whether the later rate differs from the earlier one, or cannot be told."""
    if not two.known:
        return f"{plain(name)} {missing}"
    if two.rises is None:
        return f"{plain(name)}: {unclear}"
    return f"{plain(name)} {clear('rises' if two.rises else 'falls')}"


def groups_finding(name: str, groups: Sequence[Groups], key: str) -> Finding | None:
    """Groups of one or several kinds, each crude and adjusted; ``None`` with none to compare."""
    compared = [one for one in groups if one.comparable]
    if not compared:
        return None
    whole = pd.concat(
        [one.table.assign(kind=one.kind.heading, by=one.kind.by) for one in compared],
        ignore_index=True,
    )
    shown, hidden = whole.head(MOST_ROWS), max(0, len(whole) - MOST_ROWS)
    differing = _differing(compared)
    title = (
        f"{plain(name)}: {differing.words()}"
        if differing.names
        else f"{plain(name)}: no clear difference by {_kinds(compared)} beyond infusion number "
        "and dose"
    )
    return Finding(
        key=key,
        title=title,
        subtitle=f"{_subtitle(compared)}; {_infusions(compared[0])} recorded infusions, those of "
        "each group beside its name"
        + (
            f"; the {MOST_ROWS} groups with the most, all {len(whole)} in the numbers"
            if hidden
            else ""
        ),
        chart=groups_chart(shown, FEW),
        table=lambda: _group_numbers(whole),
        alt=f"Dot plot of {len(shown)} groups of infusions: the share with {name}, and observed "
        f"over expected by infusion number and dose. {title}",
        note="Left: the share with its 95 % Wilson interval. Right: observed over expected, had "
        "every infusion carried the risk of all infusions of its number and dose (1 = as "
        "expected; a longer interval leaves the picture). Coloured and named: beyond chance, "
        f"allowing for how many groups were compared. Hollow: fewer than {FEW} infusions. A dot, "
        "when chosen, shows its infusions.",
    )


def _subtitle(groups: Sequence[Groups]) -> str:
    words = listed([one.kind.word for one in groups])
    return f"By {words}, adjusted for infusion number and dose"


def _infusions(groups: Groups) -> str:
    return f"{int(groups.table['recorded'].sum()):,}"


def _rate_columns(rates: pd.DataFrame) -> "dict[str, pd.Series[float]]":
    return {
        "%": (100 * rates["share"]).round(1),
        "95 % CI from": (100 * rates["low"]).round(1),
        "to": (100 * rates["high"]).round(1),
    }


def _band_numbers(heading: str, labels: Sequence[str], rates: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            heading: list(labels),
            "Infusions with it": rates["affected"],
            "Recorded infusions": rates["recorded"],
            **_rate_columns(rates),
        }
    )


_VERDICTS = {1: "more", -1: "fewer", 0: "no"}


def _group_numbers(groups: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "By": groups["kind"],
            "Group": groups["label"],
            "Infusions with it": groups["affected"],
            "Recorded infusions": groups["recorded"],
            **_rate_columns(groups),
            "Expected": groups["expected"].round(1),
            "Observed / expected": groups["ratio"].round(2),
            "Ratio, 95 % CI from": groups["ratio_low"].round(2),
            "Ratio, to": groups["ratio_high"].round(2),
            "Adjusted %": (100 * groups["adjusted"]).round(1),
            "Adjusted, 95 % CI from": (100 * groups["adjusted_low"]).round(1),
            "Adjusted, to": (100 * groups["adjusted_high"]).round(1),
            "p": groups["p"].round(4),
            "Beyond chance": groups["differs"].map(_VERDICTS),
        }
    )
