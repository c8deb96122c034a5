"""Arabic letters in their joined shapes, which the PDF library does not choose by itself.

Source: The Unicode Standard, chapter 9.2 (cursive joining). The shapes are the presentation forms
that Unicode keeps for each letter; which letters join on which side follows from the forms that
exist.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

_LAM = "\N{ARABIC LETTER LAM}"
_FIRST_LIGATURE = 0xFEF5
_JOINERS = {"\N{ARABIC TATWEEL}", "\N{ZERO WIDTH JOINER}"}
_SHAPES = {
    (False, False): "<isolated>",
    (True, False): "<final>",
    (False, True): "<initial>",
    (True, True): "<medial>",
}
_ARABIC = re.compile("[\u0620-\u06d3]")


@cache
def _forms() -> dict[str, dict[str, str]]:
    """The shapes of each letter, and of lam with alef, which are written as one."""
    forms: dict[str, dict[str, str]] = {}
    for code in (*range(0xFB50, 0xFE00), *range(0xFE70, 0xFEFD)):
        shape, *parts = unicodedata.decomposition(chr(code)).split() or [""]
        letters = "".join(chr(int(part, 16)) for part in parts)
        is_ligature = letters.startswith(_LAM) and code >= _FIRST_LIGATURE
        if len(letters) == 1 or is_ligature:
            forms.setdefault(letters, {})[shape] = chr(code)
    return forms


def joined_letters(words: str) -> str:
    """The words, in the order of reading, with each Arabic letter in the shape of its place."""
    if not _ARABIC.search(words):
        return words
    letters = _letters(words)
    solid = [place for place, letter in enumerate(letters) if not unicodedata.combining(letter[0])]
    for before, place, after in zip([None, *solid], solid, [*solid[1:], None], strict=False):
        joins_before = before is not None and _joins(letters, before, place)
        joins_after = after is not None and _joins(letters, place, after)
        forms = _forms().get(letters[place], {})
        # A letter is looked at again as a neighbour, so the shape is only noted beside it.
        letters[place] += "\0" + forms.get(_SHAPES[joins_before, joins_after], letters[place])
    return "".join(letter.rpartition("\0")[2] for letter in letters)


def _letters(words: str) -> list[str]:
    """Single characters, but lam with an alef after it as one."""
    letters: list[str] = []
    for character in words:
        if letters and letters[-1] == _LAM and _LAM + character in _forms():
            letters[-1] += character
        else:
            letters.append(character)
    return letters


def _joins(letters: Sequence[str], first: int, second: int) -> bool:
    """Whether two neighbours join: the first to what follows it, the second to what precedes."""
    left, right = letters[first].partition("\0")[0], letters[second].partition("\0")[0]
    to_next = left in _JOINERS or "<initial>" in _forms().get(left, {})
    to_last = right in _JOINERS or "<final>" in _forms().get(right, {})
    return to_next and to_last
