"""Words by which a patient is found: folded alike when they are stored and when they are typed."""

import re
from collections.abc import Iterable
from unicodedata import category, normalize

_BETWEEN_WORDS = re.compile(r"[\W_]+")
_LONGEST = 64
_APOSTROPHES = "\u02bb\u02bc\u02be\u02bf"  # letters by their kind, as in Hawaiian and Arabic names
_STRETCHES = "\u0640"  # makes an Arabic word longer to the eye
_AS_TYPED = str.maketrans(
    {
        # Letters that cannot be taken apart into a plain one and its accent.
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ħ": "h",
        "ŧ": "t",
        "ı": "i",
        **dict.fromkeys(_APOSTROPHES, "'"),
        _STRETCHES: "",
    }
)


def folded_words(text: str) -> list[str]:
    """The words of a text, without case, accents and punctuation: ``Núñez-Ortiz`` has two."""
    # Twice, because what is taken apart may be a capital again (a mathematical letter).
    folded = normalize("NFKD", normalize("NFKD", text).casefold())
    unmarked = "".join(character for character in folded if category(character)[0] != "M")
    words = _BETWEEN_WORDS.split(unmarked.translate(_AS_TYPED))
    return [word[:_LONGEST] for word in words if word]


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
