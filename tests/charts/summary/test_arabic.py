"""Joined shapes, expected by hand from the Unicode charts (FE70 to FEFF)."""

import pytest

from charts.summary.arabic import joined_letters

MEEM, REH, HAH, BEH, ALEF, LAM = "\u0645", "\u0631", "\u062d", "\u0628", "\u0627", "\u0644"
FATHA, NON_JOINER = "\u064e", "\u200c"


@pytest.mark.parametrize(
    ("letters", "shapes"),
    [
        # Meem begins, reh ends and does not join on; hah begins again, beh within, alef ends.
        (MEEM + REH + HAH + BEH + ALEF, "\ufee3\ufeae\ufea3\ufe92\ufe8e"),
        (BEH, "\ufe8f"),
        (f"{BEH} {BEH}", "\ufe8f \ufe8f"),
        # Lam and alef are one sign, by themselves and after a letter that joins.
        (LAM + ALEF, "\ufefb"),
        (BEH + LAM + ALEF, "\ufe91\ufefc"),
        # A vowel sign does not part two letters, a non-joiner does.
        (BEH + FATHA + BEH, "\ufe91\u064e\ufe90"),
        (BEH + NON_JOINER + BEH, f"\ufe8f{NON_JOINER}\ufe8f"),
        ("no Arabic", "no Arabic"),
    ],
)
def test_letters_take_the_shape_of_their_place(letters: str, shapes: str):
    assert joined_letters(letters) == shapes
