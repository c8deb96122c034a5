"""Side-effect terms in one form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical.terms import SYNONYMS, canonical_term


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("feeling sick", "Nausea"),
        ("Nausea", "Nausea"),
        ("NAUSEOUS", "Nausea"),
        ("throwing up", "Vomiting"),
        ("drowsy", "Somnolence"),
        ("Sleepy", "Somnolence"),
        ("sedation", "Somnolence"),
        ("spaced out", "Dissociation"),
        ("floating", "Dissociation"),
        ("dissociated", "Dissociation"),
        ("dizzy", "Dizziness"),
        ("light-headed", "Dizziness"),
        ("blurry vision", "Blurred vision"),
        ("double vision", "Diplopia"),
        ("high blood pressure", "Hypertension"),
        ("short of breath", "Dyspnea"),
        ("pins and needles", "Paresthesia"),
        ("racing heart", "Palpitations"),
        ("itchy", "Pruritus"),
    ],
)
def test_common_words_come_together(written, canonical):
    assert canonical_term(written) == canonical


def test_case_and_space_are_ignored():
    assert canonical_term("  Feeling \t  SICK ") == "Nausea"


def test_an_unknown_term_stands_for_itself():
    assert canonical_term("Foot ache") == "Foot ache"
    assert canonical_term(" foot  ACHE") == "Foot ache"


def test_the_table_is_consistent():
    assert len(SYNONYMS) > 300
    for word, canonical in SYNONYMS.items():
        assert word == " ".join(word.casefold().split())
        assert SYNONYMS[canonical.casefold()] == canonical


def test_no_word_is_listed_under_two_terms():
    from clinical import terms

    words = [
        " ".join(word.split())
        for canonical, listed in terms._WORDS.items()
        for word in (canonical.casefold(), *listed.split(","))
    ]
    assert sorted(words) == sorted(set(words))


@given(st.text())
def test_a_canonical_form_is_its_own_canonical_form(written):
    once = canonical_term(written)
    assert canonical_term(once) == once
