"""Words by which a patient is found: folded alike when they are stored and when they are typed."""

import re
from collections.abc import Iterable
from unicodedata import combining, normalize

_BETWEEN_WORDS = re.compile(r"[\W_]+")
_LONGEST = 64


def folded_words(text: str) -> list[str]:
    """The words of a text, without case, accents and punctuation: ``Núñez-Ortiz`` has two."""
    decomposed = normalize("NFKD", text.casefold())
    plain = "".join(character for character in decomposed if not combining(character))
    return [word[:_LONGEST] for word in _BETWEEN_WORDS.split(plain) if word]


def words_of_patient(texts: Iterable[str | None]) -> set[str]:
    """All words of a patient's names and numbers.

    What is written in one piece is also a word as a whole, so that ``O'Brien`` is found as
    ``obrien`` and ``brien``.
    """
    words: set[str] = set()
    for text in texts:
        for piece in (text or "").split():
            parts = folded_words(piece)
            words.update(parts)
            if len(parts) > 1:
                words.add("".join(parts)[:_LONGEST])
    return words
