"""The styles of a printed page. What they do to paper is looked at in a browser."""

from streamlit.testing.v1 import AppTest


def draw_page() -> None:
    import streamlit as st

    from pages.shared.printing import print_styles

    print_styles()
    st.write("The first words")


def test_print_styles_take_no_space_on_the_page_and_pass_the_sanitiser():
    app = AppTest.from_function(draw_page).run()
    assert not app.exception
    assert [element.type for element in app.main.children.values()] == ["markdown"]
    (styles,) = app.get("html")
    body = styles.proto.body
    assert body.startswith("<style>@media print {")
    # DOMPurify takes out a style in which a tag seems to begin.
    assert "<" not in body.removeprefix("<style>").removesuffix("</style>")
    assert body.count("{") == body.count("}")
