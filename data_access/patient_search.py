"""Finding patients by what somebody types: the beginnings of words of their names and numbers."""

from sqlalchemy import ColumnElement, false, select

from data_access.schema import PatientFact, PatientWord
from data_access.search_words import folded_words

MOST_WORDS = 6
"""Words of a search that are looked for; what is typed beyond them is passed over."""
_LAST = "\U0010ffff"
"""Sorts after every character that a word can hold."""


def matches(search: str) -> list[ColumnElement[bool]]:
    """The conditions under which a patient of ``patient_facts`` is found.

    Each typed word, folded as the stored ones are, must begin a word of the patient; in any order.
    None where nothing is typed. Signs alone are no word, and nobody has them for a name.
    """
    if not search.strip():
        return []
    words = folded_words(search)[:MOST_WORDS]
    return [_has_a_word_like(word) for word in words] or [false()]


def _has_a_word_like(beginning: str) -> ColumnElement[bool]:
    """A range of the words' own order, which both databases read along the primary key.

    LIKE would need its wildcards escaped, and SQLite would read every word for it.
    """
    found = select(PatientWord.patient_key).where(
        PatientWord.word >= beginning, PatientWord.word < beginning + _LAST
    )
    return PatientFact.patient_key.in_(found)
