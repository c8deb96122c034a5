"""Text before it is drawn."""

import pytest

from charts.summary.lettering import SUBSTITUTE, Face, joined_parts, lines, printable, width

FACE = Face(10)


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        ("<b>**x**</b> $y$ % \\n", "<b>**x**</b> $y$ % \\n"),
        ("two\n lines\t", "two lines"),
        ("bell\x07 \u202eoverridden\u2066 \u200bnothing", "bell overridden nothing"),
        ("e\u0301", "é"),
        ("\U0001f600 漢", f"{SUBSTITUTE} {SUBSTITUTE}"),
        ("\u2764\ufe0f", "\u2764"),
        ("\ud800", SUBSTITUTE),
        ("38\u00a0%", "38\u00a0%"),
        ("Ω Ж ő", "Ω Ж ő"),
        ("", ""),
    ],
)
def test_text_is_printed_as_it_is_without_what_cannot_be_seen(words: str, printed: str):
    assert printable(words) == printed


def test_no_line_is_wider_than_its_room_and_no_letter_is_lost():
    words = "Several short words and Onelongword" + "x" * 300
    broken = lines(words, FACE, 120)
    assert all(width(line, FACE) <= 120 for line in broken)
    assert "".join(broken).replace(" ", "") == words.replace(" ", "")


def test_a_text_that_may_not_go_on_says_so():
    broken = lines("word " * 200, FACE, 200, 2)
    assert len(broken) == 2
    assert broken[1].endswith("(cut here for want of space)")
    assert width(broken[1], FACE) <= 200


def test_parts_are_kept_apart_and_empty_ones_left_out():
    assert joined_parts(("a", "", "b")).replace("\u200e", "") == "a · b"
