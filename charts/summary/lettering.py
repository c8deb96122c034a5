"""Text as it is printed: cleaned, measured with the embedded fonts, broken into lines."""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from charts.summary.arabic import joined_letters
from charts.summary.bidi import MARK

SUBSTITUTE = "\N{WHITE SQUARE}"
"""Stands for a character that the fonts do not have."""
REGULAR, BOLD = "SummaryRegular", "SummaryBold"
_FONTS = Path(__file__).parents[1] / "fonts"
_FILES = {REGULAR: "DejaVuSansCondensed.ttf", BOLD: "DejaVuSansCondensed-Bold.ttf"}
_HARD_SPACES = {"\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}", "\N{FIGURE SPACE}"}
_JOIN_CONTROLS = {"\N{ZERO WIDTH NON-JOINER}", "\N{ZERO WIDTH JOINER}"}
_UNSEEN = {"Cc", "Cf"}
_LAST_PLAIN_CHARACTER = 0xFFFF
_CUT = "… (cut here for want of space)"


@dataclass(frozen=True, slots=True)
class Face:
    """A size and a weight of the letters. ``grey``: 0 black to 1 white. Sizes in points."""

    size: float
    is_bold: bool = False
    grey: float = 0.0

    @property
    def font(self) -> str:
        """The name by which the PDF library knows the font."""
        return BOLD if self.is_bold else REGULAR

    @property
    def leading(self) -> float:
        """From one line to the next, in points."""
        return 1.32 * self.size


@cache
def _metrics(font: str) -> dict[int, float]:
    """The width of every character that a font has, in thousandths of its size.

    The PDF library is imported here, when a summary is made, and not with the pages.
    """
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    loaded = TTFont(font, _FONTS / _FILES[font])
    registerFont(loaded)
    return dict(loaded.face.charWidths)


def printable(words: str) -> str:
    """Text as letters that can be drawn, still in the order of reading.

    Nothing in it is markup. Control characters and those that change the direction of writing are
    left out; Arabic letters are joined; what the fonts do not have becomes :data:`SUBSTITUTE`.
    """
    if words.isascii() and words.isprintable():
        return " ".join(words.split())
    seen = "".join(_seen(character) for character in unicodedata.normalize("NFC", words))
    spaced = " ".join(part for part in seen.split(" ") if part)
    joined = "".join(letter for letter in joined_letters(spaced) if letter not in _JOIN_CONTROLS)
    return "".join(letter if _has_glyph(letter) else SUBSTITUTE for letter in joined)


def joined_parts(parts: tuple[str, ...]) -> str:
    """Several texts in one line, kept apart also where one of them runs from right to left."""
    return f"{MARK} · {MARK}".join(printed for part in parts if (printed := printable(part)))


def _seen(character: str) -> str:
    if character in _HARD_SPACES:
        return "\N{NO-BREAK SPACE}"
    if character.isspace():
        return " "
    if character in _JOIN_CONTROLS:
        return character
    hidden = unicodedata.category(character) in _UNSEEN or "\ufe00" <= character <= "\ufe0f"
    return "" if hidden else character


def _has_glyph(character: str) -> bool:
    """Whether both fonts have it; a wide code would be unreadable to who copies from the PDF."""
    return ord(character) in _codes()


@cache
def _codes() -> frozenset[int]:
    common = _metrics(REGULAR).keys() & _metrics(BOLD).keys()
    return frozenset(code for code in common if code <= _LAST_PLAIN_CHARACTER)


def width(words: str, face: Face) -> float:
    """The width of printable text, in points."""
    metrics = _metrics(face.font)
    total = sum([metrics[ord(letter)] for letter in words.replace(MARK, "")])
    return total * face.size / 1000


def lines(words: str, face: Face, room: float, at_most: int | None = None) -> list[str]:
    """Printable text broken into lines no wider than ``room`` points.

    A word that is too wide by itself is broken within. Beyond ``at_most`` lines the text is cut,
    and says so.
    """
    broken: list[list[str]] = [[]]
    space, filled = width(" ", face), 0.0
    for word in _pieces(words, face, room):
        wide = width(word, face)
        if broken[-1] and filled + space + wide > room:
            if len(broken) == at_most:
                return [*map(" ".join, broken[:-1]), _cut(" ".join(broken[-1]), face, room)]
            broken.append([])
        filled = filled + space + wide if broken[-1] else wide
        broken[-1].append(word)
    return [" ".join(line) for line in broken]


def _cut(last: str, face: Face, room: float) -> str:
    """The last line of a text that goes on."""
    while last and width(f"{last} {_CUT}", face) > room:
        last = last[:-1]
    return f"{last.rstrip()} {_CUT}".lstrip()


def _pieces(words: str, face: Face, room: float) -> Iterator[str]:
    for word in words.split(" "):
        while width(word, face) > room:
            end = _longest(lambda count, word=word: width(word[:count], face) <= room, len(word))  # type: ignore[misc]
            yield word[:end]
            word = word[end:]
        yield word


def _longest(fits: Callable[[int], bool], most: int) -> int:
    """The largest count from 1 that fits (1 where none does), found by halving."""
    low, high = 1, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low
