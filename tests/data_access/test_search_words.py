"""The words by which a patient is found, folded by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.search_words import folded_words, words_of_patient


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("  \t ", []),
        ("-'.,_", []),
        ("Ann", ["ann"]),
        ("ANN  Marie", ["ann", "marie"]),
        ("Núñez-Ortiz", ["nunez", "ortiz"]),
        ("O'Brien", ["o", "brien"]),
        ("O\u2019Brien", ["o", "brien"]),  # the apostrophe of a word processor
        ("Smith_Jones", ["smith", "jones"]),
        ("MRN-00123", ["mrn", "00123"]),
        ("12/345.6", ["12", "345", "6"]),
        ("Straße", ["strasse"]),
        ("STRASSE", ["strasse"]),
    ],
)
def test_words_have_no_case_accents_or_punctuation(text: str, words: list[str]) -> None:
    assert folded_words(text) == words


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("\ufb01nley", "finley"),  # the ligature fi
        ("Æsa", "aesa"),
        ("Œuvray", "oeuvray"),
        ("Søren", "soren"),
        ("Łukasz", "lukasz"),
        ("Đặng", "dang"),
        ("Þórdís", "thordis"),
        ("İpek", "ipek"),
        ("Işık", "isik"),
        ("Zoe\u0308", "zoe"),  # the accent as a character of its own
        ("Zoë", "zoe"),
        ("Σίσυφος", "σισυφοσ"),  # the last sigma is written otherwise
        ("\uff21\uff4e\uff4e", "ann"),  # letters of full width
        ("\U0001d400nn", "ann"),  # a mathematical capital
        ("\u210cann", "hann"),  # a black-letter capital
    ],
)
def test_letters_are_folded_to_how_they_are_typed(written: str, typed: str) -> None:
    assert folded_words(written) == folded_words(typed) == [typed]


def test_scripts_without_case_keep_their_letters() -> None:
    assert folded_words("王小明") == ["王小明"]
    assert folded_words("山田 太郎") == ["山田", "太郎"]
    assert folded_words("محمد علي") == ["محمد", "علي"]
    assert folded_words("김") == folded_words("\u1100\u1175\u11b7")  # a syllable and its parts


def test_arabic_is_found_without_vowel_marks_stretching_and_the_hamza_of_the_alef() -> None:
    assert folded_words("مُحَمَّد") == ["محمد"]
    assert folded_words("محمـــد") == ["محمد"]
    assert folded_words("أحمد") == folded_words("احمد")


def test_signs_of_direction_and_of_no_width_part_words_and_are_none() -> None:
    assert folded_words("\u202eAnn\u202c") == ["ann"]
    assert folded_words("\u200fعلي") == ["علي"]


def test_an_apostrophe_that_counts_as_a_letter_parts_words_all_the_same() -> None:
    assert folded_words("Ke\u02bbala") == folded_words("Ke'ala") == ["ke", "ala"]


def test_markup_is_only_its_letters() -> None:
    assert folded_words("<b>Ann</b> $x^2$ *Lee*") == ["b", "ann", "b", "x", "2", "lee"]


def test_very_long_words_are_cut_alike_when_stored_and_when_typed() -> None:
    assert folded_words("a" * 1000) == ["a" * 64]
    assert words_of_patient(["a" * 1000]) == {"a" * 64}
    assert words_of_patient(["a" * 60 + "-" + "b" * 60]) == {
        "a" * 60,
        "b" * 60,
        "a" * 60 + "bbbb",
    }


def test_the_words_of_a_patient_also_hold_what_is_written_in_one_piece() -> None:
    assert words_of_patient(["Mary Ann", "O'Brien-Smith", "MRN-7", "P1"]) == {
        *("mary", "ann", "o", "brien", "smith", "obriensmith", "mrn", "7", "mrn7", "p1")
    }


def test_what_is_not_recorded_has_no_words() -> None:
    assert words_of_patient([None, "", " ", "-"]) == set()
    assert words_of_patient([]) == set()


@given(st.text(max_size=40))
def test_folding_again_changes_nothing(text: str) -> None:
    words = folded_words(text)
    assert folded_words(" ".join(words)) == words


@given(st.text(max_size=40))
def test_what_is_stored_is_found_by_what_is_typed(text: str) -> None:
    stored = words_of_patient([text])
    assert set(folded_words(text)) <= stored
    assert all(0 < len(word) <= 64 for word in stored)
