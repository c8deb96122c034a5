"""The icons, the bars of grades and the small control charts: what is drawn, and where."""

import re
import tomllib
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import numpy as np
import pytest

from charts.palette import SEVERITY
from charts.variation import (
    DARK,
    GRADES,
    LIGHT,
    SmallChart,
    grade_bar,
    icon,
    small_chart,
)
from clinical.variation import Variation

SVG = "{http://www.w3.org/2000/svg}"
NAN = float("nan")


def shapes(address: str | None) -> ElementTree.Element:
    """The picture as a tree; what no parser takes a browser would not draw."""
    assert address is not None
    head, picture = address.split(",", 1)
    assert head == "data:image/svg+xml;utf8"
    return ElementTree.fromstring(unquote(picture))


def test_the_colours_are_those_of_the_theme():
    config = tomllib.loads(Path(".streamlit/config.toml").read_text(encoding="utf-8"))["theme"]
    for scheme, colours in (("light", LIGHT), ("dark", DARK)):
        improvement, concern, neutral, ink = config[scheme]["chartCategoricalColors"][:4]
        assert colours == {
            "improvement": improvement,
            "concern": concern,
            "neutral": neutral,
            "ink": ink,
        }
    ramp = config["light"]["chartSequentialColors"]
    # As charts.palette.severity(2 * grade - 1, 10) has them, and pale where there is no grade.
    assert len(ramp) == len(SEVERITY)
    pale = config["light"]["chartCategoricalColors"][4]
    assert list(GRADES) == [pale, *(ramp[2 * grade - 1] for grade in range(1, 6))]


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", ["improvement", "concern", "neutral"])
def test_in_a_table_a_colour_is_seen_on_both_pages(name):
    assert contrast(LIGHT[name], "#ffffff") >= 3
    assert contrast(LIGHT[name], "#12171d") >= 3


@pytest.mark.parametrize(
    ("state", "letter", "colour"),
    [
        (Variation.CONCERN, "H", "concern"),
        (Variation.IMPROVEMENT, "L", "improvement"),
        (Variation.COMMON, None, "neutral"),
        (Variation.TOO_LITTLE, None, "neutral"),
    ],
)
def test_an_icon_differs_by_more_than_its_colour(state, letter, colour):
    picture = shapes(icon(state))
    texts = [text.text for text in picture.iter(f"{SVG}text")]
    assert texts == ([letter] if letter else [])
    ring, *dots = picture.iter(f"{SVG}circle")
    assert f"light-dark({LIGHT[colour]},{DARK[colour]})" in ring.attrib["style"]
    is_hollow = state == Variation.TOO_LITTLE
    assert len(dots) == (0 if is_hollow else 5)
    assert ("stroke-dasharray" in ring.attrib) == is_hollow


def test_in_a_table_an_icon_has_one_look():
    assert "light-dark" not in unquote(icon(Variation.CONCERN, in_table=True))


def test_grades_are_as_wide_as_their_shares():
    # Not graded 1, grade 1 in 5, grade 2 in 3, grade 4 in 1: of 10.
    bars = list(shapes(grade_bar([1, 5, 3, 0, 1, 0])).iter(f"{SVG}rect"))
    assert [float(one.attrib["width"]) for one in bars] == [60, 36, 12, 12]
    assert [float(one.attrib["x"]) for one in bars] == [0, 60, 96, 108]
    assert [one.attrib["fill"] for one in bars] == [GRADES[1], GRADES[2], GRADES[4], GRADES[0]]


def test_no_infusion_has_no_bar():
    assert grade_bar([0] * 6) is None


def test_a_bar_needs_every_grade():
    with pytest.raises(ValueError, match="each grade"):
        grade_bar([1, 2, 3])


def chart(share: list[float], flags: list[int], **others) -> SmallChart:
    periods = len(share)
    return SmallChart(
        share=np.array(share),
        expected=np.array(others.get("expected", [0.2] * periods)),
        low=np.array(others.get("low", [0.0] * periods)),
        high=np.array(others.get("high", [0.4] * periods)),
        flags=np.array(flags),
        judged=others.get("judged", periods - 1),
        first=others.get("first", "Jan 2026"),
        last=others.get("last", "Mar 2026"),
    )


def dots(picture: ElementTree.Element) -> dict[str, list[tuple[float, float]]]:
    """The dots by the colour in which they are drawn."""
    return {
        path.attrib["stroke"]: [
            (float(x), float(y)) for x, y in re.findall(r"M([\d.]+) ([\d.]+)h0", path.attrib["d"])
        ]
        for path in picture.iter(f"{SVG}path")
        if path.attrib.get("stroke-linecap") == "round"
    }


def test_dots_are_placed_by_period_and_share_and_coloured_by_flag():
    drawn = dots(shapes(small_chart(chart([0.0, 0.2, 0.4, 0.1], [0, 0, 1, -1]))))
    # The axis ends at 46 %, 15 % above the highest dot; 0 lies at 92 - 16, the top at 12.
    at = {share: 76 - 64 * share / 0.46 for share in (0.0, 0.1, 0.2, 0.4)}
    step = (280 - 14) / 3
    expected = {
        "neutral": [(7, at[0.0]), (7 + step, at[0.2])],
        "concern": [(7 + 2 * step, at[0.4])],
        "improvement": [(273, at[0.1])],
    }
    for name, places in expected.items():
        assert np.array(drawn[LIGHT[name]]) == pytest.approx(np.array(places), abs=0.06)


def test_a_period_without_records_is_a_gap():
    picture = shapes(
        small_chart(
            chart(
                [0.1, NAN, 0.1],
                [0, 0, 0],
                expected=[0.1, NAN, 0.1],
                low=[0, NAN, 0],
                high=[0.2, NAN, 0.2],
            )
        )
    )
    assert [x for x, _ in dots(picture)[LIGHT["neutral"]]] == [7, 273]
    lines = [path.attrib["d"] for path in picture.iter(f"{SVG}path")]
    assert not any("nan" in line for line in lines)
    assert lines[1].count("M") == 2, "the expected level is broken"


def test_a_chart_without_any_record_is_drawn_empty():
    nothing = [NAN] * 4
    picture = shapes(
        small_chart(chart(nothing, [0] * 4, expected=nothing, low=nothing, high=nothing))
    )
    assert dots(picture) == {}


def test_a_wide_band_runs_out_of_the_drawing_instead_of_pressing_the_dots_down():
    picture = shapes(small_chart(chart([0.01, 0.02], [0, 0], expected=[0.01] * 2, high=[0.9] * 2)))
    assert next(picture.iter(f"{SVG}text")).text == "3 %"
    band = next(picture.iter(f"{SVG}path")).attrib["d"]
    assert min(float(y) for y in re.findall(r"[\d.]+ ([\d.]+)", band)) == 10


def test_words_in_a_chart_are_only_text():
    picture = shapes(small_chart(chart([0.1], [0], first="<b>x</b>", last="&")))
    assert [text.text for text in picture.iter(f"{SVG}text")][1:] == ["<b>x</b>", "&"]
