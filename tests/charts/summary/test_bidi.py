"""Mixed directions: expected orders by hand from Unicode Annex 9, left to right as drawn.

Hebrew letters are written here by name, since an editor would show them in another order.
"""

import pytest

from charts.summary.bidi import MARK, visual

ALEF, BET, GIMEL = "\u05d0", "\u05d1", "\u05d2"
QAMATS = "\u05b8"
BEH, TEH = "\u0628", "\u062a"


@pytest.mark.parametrize(
    ("words", "drawn"),
    [
        ("PHQ-9 fell from 20 to 9 (55 %)", "PHQ-9 fell from 20 to 9 (55 %)"),
        (ALEF + BET + GIMEL, GIMEL + BET + ALEF),
        (f"{ALEF}{BET} fell", f"{BET}{ALEF} fell"),
        # A number after Hebrew belongs to it and stands at its left, its digits in order.
        (f"{ALEF} 12", f"12 {ALEF}"),
        # A mark of direction in between keeps them apart.
        (f"{ALEF}{MARK} · {MARK}12", f"{ALEF} · 12"),
        # Brackets follow what they hold and are mirrored (N0, L4).
        (f"{ALEF} ({BET}) fell", f"({BET}) {ALEF} fell"),
        (f"{ALEF} (Sara) fell", f"{ALEF} (Sara) fell"),
        # A vowel point stays behind its letter (L3).
        (ALEF + QAMATS + BET, BET + ALEF + QAMATS),
        # Digits after Arabic are Arabic numbers, the separator within is part of it (W2, W4).
        (f"{BEH} 1,5 {TEH}", f"{TEH} 1,5 {BEH}"),
    ],
)
def test_a_line_is_drawn_in_visual_order(words: str, drawn: str):
    assert visual(words) == drawn
