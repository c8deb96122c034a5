"""Frames whose dtypes are told beforehand."""

import pandas as pd

from data_access.frames import TEXT, typed_frame

KINDS = {
    "key": "int64",
    "number": "Int64",
    "total": "float64",
    "at": "datetime64[us]",
    "words": TEXT,
}
AT = pd.Timestamp("2026-03-09 08:30").to_pydatetime()


def test_each_column_has_its_dtype_and_its_missing_values():
    frame = typed_frame([(7, None, 1.5, AT, "seven"), (8, 3, None, AT, None)], KINDS)
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == {
        "key": "int64",
        "number": "Int64",
        "total": "float64",
        "at": "datetime64[us]",
        "words": "str",
    }
    assert frame["key"].tolist() == [7, 8]
    assert frame["number"].isna().tolist() == [True, False]
    assert frame["number"].iloc[1] == 3
    assert frame["total"].iloc[0] == 1.5
    assert pd.isna(frame["total"].iloc[1])
    assert frame["at"].tolist() == [AT] * 2
    assert frame["words"].iloc[0] == "seven"
    assert pd.isna(frame["words"].iloc[1])


def test_without_rows_the_columns_are_there():
    frame = typed_frame([], KINDS)
    assert frame.empty
    assert list(frame.columns) == list(KINDS)
    assert frame.dtypes.astype(str).to_dict() | {"words": "object"} == {
        **KINDS,
        "words": "object",
    }


def test_a_key_keeps_all_its_digits():
    large = 2**53 + 1  # a double would round it
    assert typed_frame([(large,), (None,)], {"key": "Int64"})["key"].iloc[0] == large
