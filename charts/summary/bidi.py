"""The order in which letters stand on a line that mixes left-to-right and right-to-left scripts.

Source: Unicode Standard Annex 9, for paragraphs whose own direction is left to right, without the
explicit codes (X1–X8), which never reach this module. The names of the rules are the annex's.
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

MARK = "\N{LEFT-TO-RIGHT MARK}"
"""Set beside a separator, it keeps what is on either side apart; it is not printed."""

_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_MIRRORED = {
    left: right
    for pair in ("()", "[]", "{}", "<>", "«»", "‹›", "≤≥")
    for left, right in (tuple(pair), tuple(pair[::-1]))
}
_NEUTRAL = {"B", "S", "WS", "ON"}
_RIGHT_TO_LEFT = {"R", "AL"}


def visual(words: str) -> str:
    """One line of text in the order from left to right in which its characters are drawn."""
    kinds = [unicodedata.bidirectional(character) or "L" for character in words]
    if not any(kind in {"R", "AL", "AN"} for kind in kinds):
        return words.replace(MARK, "")
    _weak(kinds)
    _brackets(words, kinds)
    _neutral(kinds)
    levels = [_level(kind) for kind in kinds]
    _trailing_space(words, levels)
    return "".join(_reordered(words, levels)).replace(MARK, "")


def _strong_before(kinds: Sequence[str], place: int) -> str:
    """The strong kind before a place; the start of the paragraph counts as left to right."""
    strong = {"L", *_RIGHT_TO_LEFT}
    return next((kind for kind in reversed(kinds[:place]) if kind in strong), "L")


def _each(kinds: list[str], wanted: str, rule: Callable[[int], str]) -> None:
    for place, kind in enumerate(kinds):
        if kind == wanted:
            kinds[place] = rule(place)


def _weak(kinds: list[str]) -> None:
    """W1 to W7: marks, numbers, and the signs in and beside numbers."""
    _each(kinds, "NSM", lambda place: kinds[place - 1] if place else "L")  # W1
    _each(kinds, "EN", lambda place: "AN" if _strong_before(kinds, place) == "AL" else "EN")  # W2
    _each(kinds, "AL", lambda _: "R")  # W3
    for place in range(1, len(kinds) - 1):  # W4
        before, kind, after = kinds[place - 1 : place + 2]
        if before == after and (kind, after) in {("ES", "EN"), ("CS", "EN"), ("CS", "AN")}:
            kinds[place] = after
    for first, end in _runs(kinds, {"ET", "BN"}):  # W5
        beside = {*kinds[max(first - 1, 0) : first], *kinds[end : end + 1]}
        if "EN" in beside:
            kinds[first:end] = ["EN"] * (end - first)
    kinds[:] = ["ON" if kind in {"ES", "ET", "CS", "BN"} else kind for kind in kinds]  # W6
    _each(kinds, "EN", lambda place: "L" if _strong_before(kinds, place) == "L" else "EN")  # W7


def _runs(kinds: Sequence[str], wanted: set[str]) -> Iterator[tuple[int, int]]:
    """First and end of each run of the wanted kinds."""
    place = 0
    for is_wanted, run in groupby(kinds, key=lambda kind: kind in wanted):
        end = place + len(list(run))
        if is_wanted:
            yield place, end
        place = end


def _direction(kind: str) -> str:
    """Numbers that are not yet left to right count as right to left (N0, N1)."""
    return "R" if kind in {"R", "EN", "AN"} else kind if kind == "L" else ""


def _brackets(words: str, kinds: list[str]) -> None:
    """N0: both brackets of a pair take the direction of what they hold, or of what precedes."""
    for first, last in _pairs(words):
        inside = {_direction(kind) for kind in kinds[first + 1 : last]}
        if "L" in inside:
            kinds[first] = kinds[last] = "L"
        elif "R" in inside:
            before = [_direction(kind) for kind in kinds[:first]]
            strong = next((direction for direction in reversed(before) if direction), "L")
            kinds[first] = kinds[last] = strong


def _pairs(words: str) -> list[tuple[int, int]]:
    """The places of matching brackets (BD16), in the order of their openings."""
    waiting: list[tuple[str, int]] = []
    pairs = []
    for place, character in enumerate(words):
        if character in _BRACKETS:
            waiting.append((_BRACKETS[character], place))
            continue
        expected = [closing for closing, _ in waiting]
        if character in expected:
            position = len(expected) - 1 - expected[::-1].index(character)
            pairs.append((waiting[position][1], place))
            del waiting[position:]
    return sorted(pairs)


def _neutral(kinds: list[str]) -> None:
    """N1 and N2: spaces and signs between two of one direction take it, else the paragraph's."""
    for first, end in list(_runs(kinds, _NEUTRAL)):
        before = _direction(kinds[first - 1]) if first else "L"
        after = _direction(kinds[end]) if end < len(kinds) else "L"
        kinds[first:end] = [before if before == after else "L"] * (end - first)


def _level(kind: str) -> int:
    """I1: right to left is level 1, a number in it level 2."""
    return {"R": 1, "EN": 2, "AN": 2}.get(kind, 0)


def _trailing_space(words: str, levels: list[int]) -> None:
    """L1: space at the end of the line belongs to the paragraph."""
    end = len(words.rstrip())
    levels[end:] = [0] * (len(words) - end)


def _reordered(words: str, levels: Sequence[int]) -> list[str]:
    """L2 to L4: reverse from the highest level down, marks after their letters, signs mirrored."""
    shown = [
        _MIRRORED.get(character, character) if level % 2 else character
        for character, level in zip(words, levels, strict=True)
    ]
    order = list(range(len(words)))
    for lowest in (2, 1):
        for first, end in list(_runs_from([levels[place] for place in order], lowest)):
            order[first:end] = order[first:end][::-1]
    return [shown[place] for place in _marks_after(words, levels, order)]


def _runs_from(levels: Sequence[int], lowest: int) -> Iterator[tuple[int, int]]:
    place = 0
    for is_high, run in groupby(levels, key=lambda level: level >= lowest):
        end = place + len(list(run))
        if is_high:
            yield place, end
        place = end


def _marks_after(words: str, levels: Sequence[int], order: Sequence[int]) -> list[int]:
    """L3: in a reversed run the marks came before their letter; put them behind it again."""
    kept: list[int] = []
    marks: list[int] = []
    for place in order:
        if unicodedata.combining(words[place]) and levels[place] % 2:
            marks.insert(0, place)
            continue
        kept += [place, *marks]
        marks = []
    return kept + marks
