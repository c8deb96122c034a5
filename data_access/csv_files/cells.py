"""How each kind of cell must be written, and what to say where it is not.

A cell's text is checked by a regular expression before it is converted, since the converters of
Python and of pydantic take more than is meant: ``1_2`` as 12, ``20260304`` as seconds since 1970,
full-width digits as numbers. An empty cell never gets here: it counts as absent.
"""

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, ClassVar

from pydantic_core import CoreSchema, core_schema

from data_access.schema.base import MAX_ID_LENGTH

MAX_TEXT_LENGTH = 4_000

# Control, invisible formatting (zero-width, bidirectional) and private characters, and line and
# paragraph separators. Cs cannot occur: undecodable bytes fail before the pattern is tried.
_HIDDEN = r"\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}"
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Zl", "Zp"})
_LINE_BREAKS = "\t\n\r"


class Cell(ABC):
    """A kind of cell; its subclasses are the annotations of the row models."""

    wrong: ClassVar[str]

    @property
    @abstractmethod
    def right(self) -> str:
        """What would be right, as words that follow "Right would be"."""

    @abstractmethod
    def schema(self) -> CoreSchema:
        """The pydantic schema: text in, value out."""

    def describe(self, error_type: str, text: str) -> str:
        """What is wrong with a text, given pydantic's name of the error."""
        if error_type == "string_unicode":
            return "holds bytes that are not UTF-8"
        if error_type == "string_too_long":
            return f"has {len(text):,} characters, which is too long"
        if error_type.startswith(("greater_than", "less_than")):
            return "is out of range"
        hidden = self._hidden_character(text)
        if hidden is not None:
            return f"holds an invisible character ({hidden})"
        if text != text.strip():
            return "has spaces around it" if text.strip() else "holds only spaces"
        return self.wrong

    def _hidden_character(self, text: str) -> str | None:
        for character in text:
            if unicodedata.category(character) in _HIDDEN_CATEGORIES:
                return f"U+{ord(character):04X} {unicodedata.name(character, 'control')}".lower()
        return None

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        """The schema, wherever pydantic meets this annotation."""
        return self.schema()


def _written(pattern: str, then: CoreSchema) -> CoreSchema:
    """A text that matches the whole pattern, then converted."""
    return core_schema.chain_schema([core_schema.str_schema(pattern=f"^(?:{pattern})$"), then])


@dataclass(frozen=True)
class Identifier(Cell):
    """A source system's own identifier."""

    wrong = "is not an identifier"

    @property
    def right(self) -> str:
        """What would be right."""
        return f"1 to {MAX_ID_LENGTH} visible characters, without spaces around them"

    def schema(self) -> CoreSchema:
        """The pydantic schema."""
        edge = rf"[^\s{_HIDDEN}]"
        return core_schema.str_schema(
            pattern=f"^{edge}([^{_HIDDEN}]*{edge})?$", max_length=MAX_ID_LENGTH
        )


@dataclass(frozen=True)
class Words(Cell):
    """Free text on one line."""

    wrong = "is not a text"

    @property
    def right(self) -> str:
        """What would be right."""
        return f"a text on one line, up to {MAX_TEXT_LENGTH:,} characters"

    def schema(self) -> CoreSchema:
        """The pydantic schema."""
        return core_schema.str_schema(
            pattern=rf"^[^{_HIDDEN}]*[^\s{_HIDDEN}][^{_HIDDEN}]*$", max_length=MAX_TEXT_LENGTH
        )


@dataclass(frozen=True)
class Note(Cell):
    """Free text that may have several lines."""

    wrong = "is not a text"

    @property
    def right(self) -> str:
        """What would be right."""
        return f"a text of up to {MAX_TEXT_LENGTH:,} characters"

    def schema(self) -> CoreSchema:
        """The pydantic schema."""
        allowed = rf"(?:[^{_HIDDEN}]|[\t\n\r])*"
        return core_schema.str_schema(
            pattern=rf"^{allowed}[^\s{_HIDDEN}]{allowed}$", max_length=MAX_TEXT_LENGTH
        )

    def _hidden_character(self, text: str) -> str | None:
        return super()._hidden_character(text.translate(dict.fromkeys(map(ord, _LINE_BREAKS))))


@dataclass(frozen=True)
class Diagnosis(Cell):
    """An ICD-10-CM code with its dot."""

    wrong = "is not an ICD-10-CM code"

    @property
    def right(self) -> str:
        """What would be right."""
        return "an ICD-10-CM code in capitals with its dot, such as F33.2"

    def schema(self) -> CoreSchema:
        """The pydantic schema."""
        return core_schema.str_schema(pattern=r"^[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?$")


@dataclass(frozen=True)
class Day(Cell):
    """A calendar day."""

    wrong = "is not a day"

    @property
    def right(self) -> str:
        """What would be right."""
        return "a day of the years 1900 to 2099, written like 2026-03-09"

    def schema(self) -> CoreSchema:
        """The pydantic schema."""
        return _written(r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}", core_schema.date_schema())


@dataclass(frozen=True)
class Moment(Cell):
    """A day and a time of day, with or without an offset from UTC."""

    wrong = "is not a date and time"

    @property
    def right(self) -> str:
        """What would be right."""
        return (
            "a date and time of the years 1900 to 2099, written like 2026-03-09T14:30:00-05:00, "
            "or without the offset for local time at the site"
        )

    def schema(self) -> CoreSchema:
        """The pydantic schema."""
        day = r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}"
        time = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"
        offset = r"(Z|[+-](0[0-9]|1[0-4]):?[0-5][0-9])?"
        return _written(
            f"{day}T{time}{offset}",
            core_schema.datetime_schema(microseconds_precision="truncate"),
        )


@dataclass(frozen=True)
class Clock(Cell):
    """A time of day to the minute."""

    wrong = "is not a time of day"

    @property
    def right(self) -> str:
        """What would be right."""
        return "a time of day from 00:00 to 23:59, written like 08:30"

    def schema(self) -> CoreSchema:
        """The pydantic schema."""
        return _written(r"([01][0-9]|2[0-3]):[0-5][0-9]", core_schema.time_schema())


@dataclass(frozen=True)
class Whole(Cell):
    """A whole number in a closed range; ``120.0``, as spreadsheets write it, counts as 120."""

    lowest: int
    highest: int

    wrong = "is not a whole number"

    @property
    def right(self) -> str:
        """What would be right."""
        return f"a whole number from {self.lowest:,} to {self.highest:,}"

    def schema(self) -> CoreSchema:
        """The pydantic schema."""
        number = core_schema.int_schema(ge=self.lowest, le=self.highest)
        return _written(r"-?[0-9]{1,9}(\.0{1,9})?", number)


@dataclass(frozen=True)
class Number(Cell):
    """A decimal number in a range; ``above`` excludes its end, ``highest`` includes it."""

    above: float | None = None
    lowest: float | None = None
    highest: float | None = None

    wrong = "is not a number"

    @property
    def right(self) -> str:
        """What would be right."""
        limits = (
            (f"above {self.above:,}" if self.above is not None else ""),
            (f"from {self.lowest:,}" if self.lowest is not None else ""),
            (f"up to {self.highest:,}" if self.highest is not None else ""),
        )
        return " ".join(["a number with a decimal point", *filter(None, limits)])

    def schema(self) -> CoreSchema:
        """The pydantic schema."""
        number = core_schema.float_schema(
            gt=self.above, ge=self.lowest, le=self.highest, allow_inf_nan=False
        )
        return _written(r"-?[0-9]{1,9}(\.[0-9]{1,25})?", number)


@dataclass(frozen=True)
class Flag(Cell):
    """Yes or no."""

    wrong = "is neither true nor false"

    @property
    def right(self) -> str:
        """What would be right."""
        return "true or false"

    def schema(self) -> CoreSchema:
        """The pydantic schema."""
        return _written("true|false", core_schema.bool_schema())


@dataclass(frozen=True)
class OneOf(Cell):
    """One of a list of words, exactly; ``listed`` describes a list too long to show."""

    words: Sequence[str]
    listed: str | None = None

    wrong = "is not one of the words for this column"

    @property
    def right(self) -> str:
        """What would be right."""
        return self.listed or f"one of {', '.join(self.words)}"

    def schema(self) -> CoreSchema:
        """The pydantic schema."""
        return core_schema.literal_schema(list(self.words))

    def describe(self, error_type: str, text: str) -> str:
        """What is wrong, with the nearest word."""
        problem = super().describe(error_type, text)
        nearest = nearest_name(text, self.words)
        return f"{problem} (did you mean {nearest!r}?)" if nearest else problem


def nearest_name(text: str, names: Sequence[str]) -> str | None:
    """The name that is spelled most like the text, whatever its case; ``None`` if none is near."""
    by_folded = {name.casefold(): name for name in names}
    found = get_close_matches(text.strip().casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None
