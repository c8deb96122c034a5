"""The marks that stand for what is known about patients, and the search for them in any bytes.

Every planted text begins with the same letters, so that they are looked for in many encodings at
little cost; what they are is told by the letters that follow.
"""

import base64
import html
import json
import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote

import pyarrow as pa  # type: ignore[import-untyped]
from google.protobuf.message import Message  # type: ignore[import-untyped]

ROOT = "Zqcanary"
"""Each planted name, identifier and text begins with it."""
NUMBER = "77300419"
"""Each planted record number begins with it."""
BIRTH_YEAR, BIRTH_MONTH = 1931, 5
"""Everybody was born in this month, on the 1st and after."""
TAIL = ' O\'Ñé & <b>"x"'
"""Follows each planted text: whatever escapes data has something to escape."""
_BORN = (
    f"{BIRTH_YEAR}-05",
    rf"{BIRTH_YEAR}\-05",
    f"05/{BIRTH_YEAR}",
    f"may {BIRTH_YEAR}",
    f"born {BIRTH_YEAR}",
    f"\n{BIRTH_YEAR}\n",
)
_WHICH = re.compile(rb"zqcanary[a-z]+|77300419")


def found(data: bytes, also: Sequence[str] = ()) -> set[str]:
    """The marks in the data: their first letters in lower case, or how they are encoded.

    ``also``: further words that must not be there, as they are written.
    """
    lower = data.lower()
    hits = {match.decode() for match in _WHICH.findall(lower)}
    hits |= {how for how, form in _FORMS if form in lower}
    hits |= {f"base64 {mark.decode()}" for mark in _BASE64 if mark in data}
    hits |= {f"birth date {form!r}" for form in _BORN if form.encode() in lower}
    return hits | {word for word in also if word.encode() in data}


def _plain_forms() -> Iterator[tuple[str, bytes]]:
    for core in CORES:
        yield f"{core} reversed", core[::-1].lower().encode()
        yield f"{core} in UTF-16", core.lower().encode("utf-16-le")
        yield f"{core} in hex", core.encode().hex().encode()
        yield f"{core} percent-encoded", "".join(f"%{ord(c):02x}" for c in core).encode()
        yield f"{core} in numeric entities", "".join(f"&#{ord(c)};" for c in core).encode()
        yield f"{core} in hex entities", "".join(f"&#x{ord(c):x};" for c in core).encode()
        yield f"{core} in JSON escapes", "".join(f"\\u{ord(c):04x}" for c in core).encode()


def _base64_forms(core: str) -> Iterator[bytes]:
    """What of the encoded word does not depend on what stands before and after it."""
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + core.encode()).decode().rstrip("=")
        first = -(-before * 8 // 6)
        last = (before + len(core)) * 8 // 6
        yield whole[first:last].encode()


CORES = (ROOT, ROOT.lower(), ROOT.upper(), NUMBER)
_FORMS = tuple(_plain_forms())
_BASE64 = tuple(form for core in CORES for form in _base64_forms(core))


def encodings(text: str) -> dict[str, bytes]:
    """A text as it might be sent, stored or logged."""
    return {
        "UTF-8": text.encode(),
        "UTF-16": text.encode("utf-16-le"),
        "lower case": text.lower().encode(),
        "upper case": text.upper().encode(),
        "reversed": text[::-1].encode(),
        "JSON": json.dumps(text).encode(),
        "JSON, all escaped": "".join(f"\\u{ord(c):04x}" for c in text).encode(),
        "HTML": html.escape(text).encode(),
        "HTML entities": "".join(f"&#{ord(c)};" for c in text).encode(),
        "URL": quote(text).encode(),
        "URL, all escaped": "".join(f"%{b:02X}" for b in text.encode()).encode(),
        "hex": text.encode().hex().encode(),
        **{
            f"base64 after {before} bytes": base64.b64encode(b"." * before + text.encode())
            for before in range(3)
        },
        "base64 in a URL": base64.urlsafe_b64encode(text.encode()),
        "Arrow": arrow([text]),
    }


def arrow(values: Sequence[object]) -> bytes:
    """A column as Streamlit sends it."""
    table = pa.table({"column": list(values)})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def read_arrow(data: bytes) -> bytes:
    """The cells of an Arrow stream as text, one a line: dates are numbers in the stream itself."""
    try:
        table = pa.ipc.open_stream(data).read_all()
    except pa.ArrowInvalid:
        return b""
    cells = (str(cell) for column in table.columns for cell in column.to_pylist())
    return ("\n" + "\n".join(cells) + "\n").encode()


def readable(message: Message) -> bytes:
    """A message with what is packed in it laid open: as it was sent, and each table's cells."""
    parts = [message.SerializeToString()]
    parts += [read_arrow(data) for data in _bytes_in(message)]
    return b"\n".join(parts)


def _bytes_in(message: Message) -> Iterator[bytes]:
    for field, value in message.ListFields():
        for each in value if field.is_repeated else [value]:
            if isinstance(each, Message):
                yield from _bytes_in(each)
            elif isinstance(each, bytes):
                yield each


def texts_in(message: Message) -> Iterator[str]:
    """Every text field within a message."""
    for field, value in message.ListFields():
        for each in value if field.is_repeated else [value]:
            if isinstance(each, Message):
                yield from texts_in(each)
            elif isinstance(each, str):
                yield each
