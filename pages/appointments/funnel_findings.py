"""The findings and words about the way from consultation to course, and about its rhythm."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from charts import appointment_funnel as charts
from charts.numbers import percent, percent_range
from clinical.calendar import month_date
from clinical.funnel import FEWEST_OF_SOURCE, Stage
from clinical.incidence import Proportion, difference, proportion
from pages.shared.frame import Finding, KeyFigure, plain
from pages.shared.words import count_words, day_words, rate_words

FEW = 10
MOST_SOURCES = 12
"""So many referral sources have a row of their own."""
OTHER_SOURCES, NO_SOURCE = "Other sources", "Not recorded"

_LOST = {
    Stage.PLANNED: "no consultation planned",
    Stage.SEEN: "consultation not attended",
    Stage.TREATED: "seen, not treated",
    Stage.COMPLETED: "course not completed",
}
"""Those lost at a stage, in words."""


@dataclass(frozen=True, slots=True)
class Funnel:
    """The people who entered long enough ago to be judged, and how many are not.

    ``stages``: as from :func:`clinical.funnel.stages`; ``sources``: as from
    :func:`clinical.funnel.by_source`; ``days``: so long people count as still on the way;
    ``on_the_way``: how many entered since ``entered_until``.
    """

    stages: pd.DataFrame
    sources: pd.DataFrame
    days: int
    entered_until: date
    on_the_way: int

    @property
    def people(self) -> int:
        """How many are judged."""
        return int(self.stages["people"].iloc[0])


def stage_words(stage: int, *, lost: bool) -> str:
    """What a bar of the funnel stands for, in words."""
    return _LOST[Stage(stage)].capitalize() if lost else Stage(stage).label


def funnel_finding(funnel: Funnel) -> Finding:
    """How many got how far, of at least one person."""
    stages = funnel.stages.assign(name=[Stage(each).label for each in funnel.stages["stage"]])
    rates = _of_before(stages)
    title = _funnel_title(stages, rates)
    return Finding(
        key="access-funnel",
        title=title,
        subtitle=f"{count_words(funnel.people, 'person', 'people')} who entered until "
        f"{day_words(funnel.entered_until)}; {funnel.on_the_way:,} later ones are still on the way",
        chart=charts.funnel_chart(
            stages,
            [_beside(row, rate) for row, rate in zip(_rows(stages), rates, strict=True)],
            [
                _reached_words(row, rate, funnel.people)
                for row, rate in zip(_rows(stages), rates, strict=True)
            ],
            [_lost_words(row) for row in _rows(stages)],
        ),
        table=lambda: _funnel_table(stages, rates),
        alt=f"Bars: people who reached each of {len(stages)} stages. {title}.",
        note="Who reached a later stage counts in those before it. Choose a bar for the people "
        "behind it; its pale part for those who got no further.",
    )


def _rows(stages: pd.DataFrame) -> list[dict[Hashable, Any]]:
    return stages.to_dict("records")


def _of_before(stages: pd.DataFrame) -> list[Proportion]:
    return [
        proportion(int(people), int(before))
        for people, before in zip(stages["people"], stages["before"], strict=True)
    ]


def _funnel_title(stages: pd.DataFrame, rates: list[Proportion]) -> str:
    """How many completed, and where most were lost."""
    everybody, done = int(stages["people"].iloc[0]), int(stages["people"].iloc[-1])
    of_all = proportion(done, everybody)
    words = f"{percent(of_all.estimate)} of those who entered completed a course"
    losses = (stages["before"] - stages["people"]).tolist()
    most = max(range(len(losses)), key=lambda place: losses[place])
    if not losses[most]:
        return words
    lost = _LOST[Stage(stages["stage"].iloc[most])]
    return f"{words}; most lost: {lost} ({losses[most]:,} of {rates[most].n:,})"


def _beside(row: dict[Hashable, Any], rate: Proportion) -> str:
    if row["stage"] == Stage.ENTERED:
        return f"{row['people']:,}"
    return f"{row['people']:,}, {percent(rate.estimate)} of the stage before{_median(row)}"


def _median(row: dict[Hashable, Any]) -> str:
    days = row["median"]
    if pd.isna(days):
        return ""
    return f"; median {days:.0f} d"


def _reached_words(row: dict[Hashable, Any], rate: Proportion, everybody: int) -> str:
    words = f"{row['name']}: {row['people']:,}"
    if row["stage"] == Stage.ENTERED:
        return words
    of_all = proportion(int(row["people"]), everybody)
    return (
        f"{words} of {rate.n:,} of the stage before ({rate_words(rate)}); of all {everybody:,} "
        f"{rate_words(of_all)}"
    )


def _lost_words(row: dict[Hashable, Any]) -> str:
    stage = Stage(row["stage"])
    if stage is Stage.ENTERED:
        return ""
    lost = row["before"] - row["people"]
    return f"{_LOST[stage].capitalize()}: {lost:,} of {row['before']:,}"


def _funnel_table(stages: pd.DataFrame, rates: list[Proportion]) -> pd.DataFrame:
    everybody = int(stages["people"].iloc[0])
    of_all = [proportion(int(people), everybody) for people in stages["people"]]
    return pd.DataFrame(
        {
            "Stage": stages["name"],
            "People": stages["people"],
            "% of the stage before": [_percent(each.estimate) for each in rates],
            "95 % CI from": [_percent(each.low) for each in rates],
            "to": [_percent(each.high) for each in rates],
            "% of all": [_percent(each.estimate) for each in of_all],
            "95 % CI of all from": [_percent(each.low) for each in of_all],
            "to, of all": [_percent(each.high) for each in of_all],
            "Median days from the stage before": stages["median"],
            "Known of": stages["timed"],
            "Skipped (only a later stage recorded)": stages["skipped"],
        }
    )


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)


def skipped_words(funnel: Funnel) -> str:
    """Of how many an earlier stage was never recorded; empty where of none."""
    by_stage = funnel.stages.set_index("stage")["skipped"]
    skipped = int(by_stage[int(Stage.SEEN)])
    if not skipped:
        return ""
    verb = "was" if skipped == 1 else "were"
    return (
        f"{count_words(skipped, 'person', 'people')} {verb} treated without an attended "
        "consultation on record; counted as seen."
    )


def sources_finding(funnel: Funnel) -> Finding | None:
    """Who refers people that are treated; ``None`` where no source is known of anybody."""
    sources = funnel.sources
    if sources.empty or not (sources["merged"] > 0).any():
        return None
    rates = _with_rates(sources, ("treated", "completed"), "people")
    title = _sources_title(rates)
    others = int(sources.loc[sources["merged"] > 1, "merged"].sum())
    note = f"95 % Wilson intervals; hollow: under {FEW} people. "
    if (sources["source"] == OTHER_SOURCES).any():
        note += (
            f"Sources of fewer than {FEWEST_OF_SOURCE} people, and those after the first "
            f"{MOST_SOURCES}, stand together ({max(others, 1)})."
        )
    return Finding(
        key="access-sources",
        title=title,
        subtitle=f"{count_words(funnel.people, 'person', 'people')} who entered until "
        f"{day_words(funnel.entered_until)}, by referral source",
        chart=charts.sources_chart(rates, FEW),
        table=lambda: _sources_table(rates),
        alt=f"Share treated, and share who completed a course, of {len(rates)} referral sources. "
        f"{title}.",
        note=note.strip(),
    )


def _with_rates(frame: pd.DataFrame, events: tuple[str, ...], n: str) -> pd.DataFrame:
    """The frame with share and interval of each of the events."""
    rates = frame.copy()
    for name in events:
        found = [proportion(int(x), int(of)) for x, of in zip(frame[name], frame[n], strict=True)]
        for part, attribute in (("share", "estimate"), ("low", "low"), ("high", "high")):
            values = [getattr(each, attribute) for each in found]
            rates[f"{name}_{part}"] = pd.Series(values, rates.index, dtype="float64")
    return rates


def _sources_title(rates: pd.DataFrame) -> str:
    """The source that stands out from all others together, beyond chance for so many."""
    named = rates[(rates["merged"] == 1) & (rates["people"] >= FEW)]
    if len(named) < 2:
        return f"{_pooled(rates)} were treated, whatever the source"
    confidence = 1 - 0.05 / len(named)
    best: tuple[float, str] | None = None
    treated, people = int(rates["treated"].sum()), int(rates["people"].sum())
    for row in named.to_dict("records"):
        own = proportion(row["treated"], row["people"])
        rest = proportion(treated - row["treated"], people - row["people"])
        gap = difference(own, rest, confidence)
        if gap.is_clear and gap.estimate is not None and rest.estimate is not None:
            words = (
                f"{'More' if gap.estimate > 0 else 'Fewer'} are treated of those from "
                f"{plain(row['source'])}: {percent(own.estimate)}, of the others "
                f"{percent(rest.estimate)}"
            )
            best = max(best or (0.0, ""), (abs(gap.estimate), words))
    return best[1] if best else f"No source stands out: {_pooled(rates)} were treated"


def _pooled(rates: pd.DataFrame) -> str:
    return percent(proportion(int(rates["treated"].sum()), int(rates["people"].sum())).estimate)


def _sources_table(rates: pd.DataFrame) -> pd.DataFrame:
    columns: dict[str, object] = {"Referral source": rates["source"], "People": rates["people"]}
    columns |= {
        "Consultation planned": rates["planned"],
        "Consultation attended": rates["seen"],
    }
    for stage, words in (("treated", "First infusion"), ("completed", "Course completed")):
        columns[words] = rates[stage]
        columns[f"% {words.lower()}"] = (100 * rates[f"{stage}_share"]).round(1)
        columns[f"CI from, {words.lower()}"] = (100 * rates[f"{stage}_low"]).round(1)
        columns[f"to, {words.lower()}"] = (100 * rates[f"{stage}_high"]).round(1)
    return pd.DataFrame(columns)


def rhythm_figure(rhythm: Mapping[str, int], per_week: int, trend: list[float]) -> KeyFigure:
    """The share of courses that kept their rhythm; ``rhythm``: of all courses together."""
    rate = proportion(rhythm["kept"], rhythm["judged"])
    change = f"{rate.events:,} of {rate.n:,}"
    if rate.n:
        change += f" · 95 % CI {percent_range(rate.low, rate.high)}"
    return KeyFigure(
        label="Courses in rhythm",
        value=percent(rate.estimate),
        change=change,
        trend=trend,
        help=f"Inductions whose planned infusions were all given at {per_week} a week, rounded up "
        f"to whole weeks. {count_words(rhythm['in_time'], 'course')} whose time is not over "
        f"{'is' if rhythm['in_time'] == 1 else 'are'} not judged; "
        f"{rhythm['unknown_plan']:,} of those judged had no plan on record: taken for six."
        + (" The line: by month of the start." if trend else ""),
    )


def rhythm_findings(
    by_month: pd.DataFrame, by_site: pd.DataFrame, names: Mapping[int, str], per_week: int
) -> list[Finding]:
    """How many courses kept their rhythm, by month of the start and by site."""
    return [
        finding
        for finding in (
            _rhythm_months(by_month, per_week),
            _rhythm_sites(by_site, names, per_week),
        )
        if finding is not None
    ]


def monthly_rhythm(by_month: pd.DataFrame) -> pd.DataFrame:
    """The rates by month, months without a course in between as gaps."""
    if by_month.empty:
        return by_month
    every = range(int(by_month["month"].min()), int(by_month["month"].max()) + 1)
    whole = by_month.set_index("month").reindex(every, fill_value=0).reset_index()
    rates = _with_rates(whole, ("kept",), "judged")
    return rates.assign(start=[month_date(int(month)) for month in rates["month"]])


def _rhythm_months(by_month: pd.DataFrame, per_week: int) -> Finding | None:
    if not by_month["judged"].sum():
        return None
    rates = monthly_rhythm(by_month)
    title = _rhythm_title(rates)
    return Finding(
        key="access-rhythm-by-month",
        title=title,
        subtitle=f"{_courses_words(rates)}; at {per_week} infusions a week",
        chart=charts.rhythm_months_chart(rates, FEW),
        table=lambda: _rhythm_table(
            "Started in", [f"{start:%B %Y}" for start in rates["start"]], rates
        ),
        alt=f"Share of induction courses that kept their planned rhythm, by month. {title}.",
        note=f"95 % Wilson intervals; hollow: under {FEW} courses. {_plan_words(rates)}",
    )


def _courses_words(rates: pd.DataFrame) -> str:
    judged, in_time = int(rates["judged"].sum()), int(rates["in_time"].sum())
    return f"{count_words(judged, 'induction')} judged, {in_time:,} whose time is not over are not"


def _plan_words(rates: pd.DataFrame) -> str:
    unknown, judged = int(rates["unknown_plan"].sum()), int(rates["judged"].sum())
    if not unknown:
        return ""
    count = "counts" if unknown == 1 else "count"
    return f"{unknown:,} of the {judged:,} had no plan on record and {count} as planned for six."


def _rhythm_title(rates: pd.DataFrame) -> str:
    """The last three months with courses that are judged, against those before."""
    judged = rates[rates["judged"] > 0]
    latest, before = _kept(judged.tail(3)), _kept(judged.iloc[:-3])
    rate = _kept(judged)
    gap = difference(latest, before)
    if gap.estimate is None:
        return f"{percent(rate.estimate)} of courses kept their rhythm"
    rates_words = (
        f"{percent(latest.estimate)} of the latest three months, {percent(before.estimate)} before"
    )
    if not gap.is_clear:
        return f"{percent(rate.estimate)} of courses kept their rhythm, without a clear change"
    more = "More" if gap.estimate > 0 else "Fewer"
    return f"{more} courses keep their rhythm: {rates_words}"


def _kept(rates: pd.DataFrame) -> Proportion:
    return proportion(int(rates["kept"].sum()), int(rates["judged"].sum()))


def _rhythm_sites(by_site: pd.DataFrame, names: Mapping[int, str], per_week: int) -> Finding | None:
    known = by_site[by_site["site_key"].isin(list(names)) & (by_site["judged"] > 0)]
    if len(known) < 2:
        return None
    rates = _with_rates(known, ("kept",), "judged").sort_values("kept_share", ignore_index=True)
    labels = [names[int(key)] for key in rates["site_key"]]
    title = _rhythm_sites_title(rates, labels)
    return Finding(
        key="access-rhythm-by-site",
        title=title,
        subtitle=f"{_courses_words(rates)}; at {per_week} infusions a week",
        chart=charts.rhythm_sites_chart(rates, labels, FEW),
        table=lambda: _rhythm_table("Site", labels, rates),
        alt=f"Share of induction courses that kept their planned rhythm, by site. {title}.",
        note=f"95 % Wilson intervals; hollow: under {FEW} courses; beside each site the courses "
        "judged. Named where it stands out from all others together, allowing for the number of "
        "sites.",
    )


def _rhythm_sites_title(rates: pd.DataFrame, labels: list[str]) -> str:
    confidence = 1 - 0.05 / len(rates)
    for place in range(len(rates)):
        own, others = _kept(rates.iloc[[place]]), _kept(rates.drop(index=place))
        gap = difference(own, others, confidence)
        if gap.is_clear and (gap.estimate or 0) < 0:
            return (
                f"Fewest keep it at {plain(labels[place])}: {percent(own.estimate)}, elsewhere "
                f"{percent(others.estimate)}"
            )
    return f"No site stands out: {percent(_kept(rates).estimate)} kept their rhythm"


def _rhythm_table(heading: str, names: list[str], rates: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            heading: names,
            "Kept their rhythm": rates["kept"],
            "Of courses judged": rates["judged"],
            "%": (100 * rates["kept_share"]).round(1),
            "95 % CI from": (100 * rates["kept_low"]).round(1),
            "to": (100 * rates["kept_high"]).round(1),
            "Time not over, not judged": rates["in_time"],
            "Judged without a plan on record": rates["unknown_plan"],
        }
    )
