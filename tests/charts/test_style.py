"""The shared look of figures."""

from charts import style


def test_data_cannot_format_a_label():
    assert style.text("<b>x</b> & <a href='http://h'>y</a>") == (
        "&lt;b&gt;x&lt;/b&gt; &amp; &lt;a href='http://h'&gt;y&lt;/a&gt;"
    )


def test_a_line_across_the_plot_is_drawn_and_named():
    chart = style.figure(shapes=[style.across(5)], annotations=[style.name_at(5, "Remission < 5")])
    assert chart.layout.shapes[0].y0 == 5
    assert chart.layout.annotations[0].text == "Remission &lt; 5"


def test_a_label_is_short_and_only_text():
    assert style.label("Chair A, Lakeview") == "Chair A, Lakeview"
    assert style.label("A" * 34) == "A" * 34
    assert style.label("A" * 35) == "A" * 33 + "…"
    assert style.label("<b>Nausea</b>") == "&lt;b&gt;Nausea&lt;/b&gt;"
