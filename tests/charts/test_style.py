"""The shared look of figures."""

from charts import style


def test_data_cannot_format_a_label():
    assert style.text("<b>x</b> & <a href='http://h'>y</a>") == (
        "&lt;b&gt;x&lt;/b&gt; &amp; &lt;a href='http://h'&gt;y&lt;/a&gt;"
    )


def test_a_reference_line_is_drawn_and_named():
    chart = style.figure()
    style.reference_line(chart, 5, "Remission < 5")
    assert chart.layout.shapes[0].y0 == 5
    assert chart.layout.annotations[0].text == "Remission &lt; 5"
