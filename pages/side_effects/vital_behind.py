"""From the pictures of the vital signs to the infusions behind a chosen dot or bar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from charts.pressure_rises import bin_words
from clinical.pressure_rises import BIN_MMHG
from clinical.thresholds import Thresholds
from clinical.vital_reached import SEDATION_LEVELS, VitalLimit, limit_words
from data_access.measured import LimitReached, Measured, RiseWithin, SedationAt
from data_access.points import Behind
from pages.shared.context import PageContext
from pages.shared.frame import plain
from pages.side_effects.behind import Group, behind_section, chosen_group
from pages.side_effects.vital_findings import SEDATION_WORDS


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a chosen dot or bar stands for: its words (text), a condition, a group if of one."""

    words: str
    measured: Measured
    group: Group | None = None


def behind_vital(context: PageContext, chosen: Chosen | None, key: str) -> None:
    """Draw what lies behind a chosen dot or bar, if one is chosen; ``key``: its picture's."""
    if chosen is None:
        return
    behind = Behind(None, context.filters.start, context.filters.end, measured=chosen.measured)
    if chosen.group is not None:
        by, code = chosen.group
        of_group: dict[str, Any] = {by: code}
        behind = replace(behind, **of_group)
    behind_section(context, behind, plain(chosen.words), key=f"behind-{key}")


def chosen_limit(points: Sequence[Any], thresholds: Thresholds) -> Chosen | None:
    """The limit of the first chosen dot; what a browser sends is taken for one of ours only."""
    match points:
        case [[_, str(name)], *_] if name in list(VitalLimit):
            return _of_limit(VitalLimit(name), thresholds)
    return None


def _of_limit(limit: VitalLimit, thresholds: Thresholds) -> Chosen:
    return Chosen(limit_words(limit, thresholds), LimitReached(limit, thresholds))


def chosen_limit_of_group(
    points: Sequence[Any], known: Mapping[Group, str], limit: VitalLimit, thresholds: Thresholds
) -> Chosen | None:
    """The group of the first chosen dot among those that are ``known`` by their words."""
    group = chosen_group(points, known)
    if group is None:
        return None
    of_all = _of_limit(limit, thresholds)
    return replace(of_all, words=f"{of_all.words}, {known[group]}", group=group)


def chosen_rise(points: Sequence[Any], lower: Sequence[int]) -> Chosen | None:
    """The span of the first chosen bar among those that begin at ``lower``."""
    match points:
        case [[_, int(start)], *_] if start in lower:
            return Chosen(
                f"systolic pressure, {bin_words(start)}",
                RiseWithin(start, start + BIN_MMHG - 1),
            )
    return None


def chosen_sedation(points: Sequence[Any]) -> Chosen | None:
    """The deepest sedation of the first chosen bar."""
    match points:
        case [[_, int(level)], *_] if level in SEDATION_LEVELS:
            return Chosen(f"deepest sedation, MOAA/S {SEDATION_WORDS[level]}", SedationAt(level))
    return None
