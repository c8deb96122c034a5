"""The plain pages before the dashboard (sign-in, refused, not found), and the files they use.

They are whole without a script and without a style of their own, so that their content policy can
forbid both; their look is ``look.css``.
"""

from functools import cache
from html import escape
from pathlib import Path

LOOK = "/clinic/look.css"
WATCH = "/clinic/watch.js"
ICON = "/clinic/icon.svg"

FILES = {LOOK: "text/css", WATCH: "text/javascript", ICON: "image/svg+xml"}
"""The files of this folder that a browser may have, by address, and their kinds."""


@cache
def file_at(address: str) -> bytes:
    """The file at an address of :data:`FILES`."""
    return (Path(__file__).parent / address.rsplit("/", 1)[1]).read_bytes()


def plain_page(title: str, *sentences: str, main: str = "") -> str:
    """A page in the look of the house: a title, sentences, and below them ``main``.

    Title and sentences are text and are escaped; ``main`` is HTML of the program's own.
    """
    paragraphs = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} · Infusion clinic</title>"
        f'<link rel="icon" href="{ICON}"><link rel="stylesheet" href="{LOOK}"></head>'
        f'<body class="clinic-plain"><main><p class="clinic-name">Infusion clinic</p>'
        f"<h1>{escape(title)}</h1>{paragraphs}{main}</main></body></html>"
    )


def link(address: str, words: str) -> str:
    """A link that looks like a button, for ``main`` of :func:`plain_page`."""
    return f'<p><a class="clinic-button" href="{escape(address)}">{escape(words)}</a></p>'


def watched(index: str) -> str:
    """Streamlit's index.html with the script that watches over an open page, and its look.

    The script comes first: it must know of every connection that the page opens. Raises
    ``ValueError`` where the page has no head to put it in.
    """
    head = "<head>"
    if index.count(head) != 1:
        raise ValueError("Streamlit's index.html is not as it was, so it cannot be watched over.")
    ours = f'<script src="{WATCH}"></script><link rel="stylesheet" href="{LOOK}">'
    return index.replace(head, f"{head}{ours}")
