"""Columns as bytes: what is stored, by hand; and that it comes back, whatever the widths."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.packed import missing_value, pack, unpack

BYTE, SHORT, WORD, LONG = 1, 2, 4, 8


def width(values: list[int | None]) -> int:
    """How many bytes each value of a column takes."""
    bytes_taken, rest = divmod(len(pack(values, decimal=False)) - 1, len(values))
    assert rest == 0
    return bytes_taken


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, BYTE),
        (127, BYTE),
        (-127, BYTE),
        (128, SHORT),
        (-128, SHORT),  # the lowest of a byte is what is missing
        (32_767, SHORT),
        (-32_767, SHORT),
        (32_768, WORD),
        (-32_768, WORD),
        (2_147_483_647, WORD),
        (-2_147_483_647, WORD),
        (2_147_483_648, LONG),
        (-2_147_483_648, LONG),
        (2**63 - 1, LONG),
        (1 - 2**63, LONG),
    ],
)
def test_a_column_is_as_wide_as_its_widest_value(value: int, expected: int):
    assert width([value]) == expected
    assert width([0, None, value]) == expected
    assert unpack([pack([0, value], decimal=False)]).tolist() == [0, value]


def test_what_is_stored_stays_as_it_is():
    """Databases hold it: a kind, then the values, the least significant byte first."""
    assert pack([1, -2, None], decimal=False) == bytes([0, 1, 254, 128])
    assert pack([300, None], decimal=False) == bytes([1, 0x2C, 0x01, 0x00, 0x80])
    assert pack([70_000], decimal=False) == bytes([2, 0x70, 0x11, 0x01, 0x00])
    assert pack([2**32], decimal=False) == bytes([3, 0, 0, 0, 0, 1, 0, 0, 0])
    assert pack([0.5], decimal=True) == bytes([4, 0, 0, 0, 0, 0, 0, 0xE0, 0x3F])
    assert pack([], decimal=False) == bytes([0])


def test_nothing_is_a_column_too():
    assert unpack([]).tolist() == []
    assert unpack([pack([], decimal=False)]).tolist() == []
    assert unpack([pack([], decimal=True)]).dtype == np.float64


def test_parts_of_several_widths_are_as_wide_as_the_widest_and_keep_what_is_missing():
    parts: list[list[int | None]] = [[1, None], [], [300], [None, -70_000], [2]]
    values = unpack([pack(part, decimal=False) for part in parts])
    assert values.dtype == np.int32
    missing = missing_value(values)
    assert values.tolist() == [1, missing, 300, missing, -70_000, 2]


def test_numbers_with_decimals_are_not_a_number_where_missing():
    values = unpack([pack([0.5, None], decimal=True), pack([96, 1e-300], decimal=True)])
    assert values.dtype == np.float64
    assert np.isnan(values).tolist() == [False, True, False, False]
    assert values[[0, 2, 3]].tolist() == [0.5, 96.0, 1e-300]


EDGES = [sign * edge for edge in (127, 128, 32_768, 2**31, 2**63 - 1) for sign in (1, -1)]
WHOLE = st.none() | st.integers(-300, 300) | st.sampled_from(EDGES)
DECIMAL = st.none() | st.floats(allow_nan=False)


@given(st.lists(st.lists(WHOLE)))
def test_whole_numbers_come_back(parts: list[list[int | None]]):
    values = unpack([pack(part, decimal=False) for part in parts])
    missing = missing_value(values)
    expected = [value for part in parts for value in part]
    assert [None if value == missing else value for value in values.tolist()] == expected


@given(st.lists(st.lists(DECIMAL), min_size=1))
def test_numbers_with_decimals_come_back(parts: list[list[float | None]]):
    values = unpack([pack(part, decimal=True) for part in parts])
    expected = [np.nan if value is None else value for part in parts for value in part]
    np.testing.assert_array_equal(values, np.array(expected, dtype=np.float64))
