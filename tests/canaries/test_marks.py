"""The search for marks: what it finds, in whatever form, and that all is planted that may be."""

from datetime import date

import pytest
from sqlalchemy import CheckConstraint, Text
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from data_access.schema import Base, bookkeeping, records
from tests.canaries.clinic import IDENTIFIERS, NOT_ABOUT_PATIENTS, PLANTED
from tests.canaries.marks import NUMBER, ROOT, TAIL, arrow, encodings, found, readable

NAME = f"{ROOT}family12x{TAIL}"


@pytest.mark.parametrize("word", [NAME, f"{NUMBER}7x"])
@pytest.mark.parametrize("how", encodings(""))
def test_a_mark_is_found_in_each_encoding(word: str, how: str):
    assert found(b"something before " + encodings(word)[how] + b" something after")


@pytest.mark.parametrize("how", encodings(""))
def test_what_is_no_mark_is_not_found(how: str):
    assert not found(encodings("Canary Wharf, born in 1931 or so; 7730-0419")[how])


@pytest.mark.parametrize(
    "said", ["1931-05-09", "9 May 1931", "May 1931", "09/05/1931", r"1931\-05\-09", "born 1931"]
)
def test_a_birth_date_is_found_in_words(said: str):
    assert found(f"the patient, {said}, and more".encode())


def test_a_birth_date_is_found_in_a_table_that_holds_it_as_a_number():
    message = ForwardMsg()
    table = message.delta.new_element.dataframe.arrow_data
    table.data = arrow([date(1931, 5, 9), None])
    assert not found(message.SerializeToString())
    assert found(readable(message))
    table.data = arrow([1930, 1931])
    assert found(readable(message))
    table.data = arrow([1930, 1932])
    assert not found(readable(message))


def test_a_handle_is_found_as_it_is_written():
    assert found(b"?patient=abcdefghijklmnop&", ["abcdefghijklmnop"]) == {"abcdefghijklmnop"}


def free_columns(table: str) -> set[str]:
    """The columns of a table that may hold any text."""
    checks = Base.metadata.tables[table].constraints
    held = " ".join(str(each.sqltext) for each in checks if isinstance(each, CheckConstraint))
    return {
        column.name
        for column in Base.metadata.tables[table].columns
        if isinstance(column.type, Text) and f"{column.name} IN (" not in held
    }


@pytest.mark.parametrize(
    "table",
    sorted(
        model.__tablename__
        for module in (records, bookkeeping)
        for model in vars(module).values()
        if isinstance(model, type) and issubclass(model, Base) and model is not Base
    ),
)
def test_each_text_is_planted_or_known_not_to_be_about_a_patient(table: str):
    """Whoever adds a column says here whether it tells of patients."""
    known = NOT_ABOUT_PATIENTS.get(table, set())
    planted = {column for place, column in PLANTED if place == table}
    assert free_columns(table) == planted | known | (IDENTIFIERS.keys() & free_columns(table))
    assert not planted & known
