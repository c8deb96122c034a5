"""The picture of the funnel of outcomes."""

from charts.outcome_funnel import LostPart, Step, outcome_funnel_chart

STEPS = [
    Step("began", "Began", 60),
    Step("over", "Over", 50, (LostPart("under_way", "under way", 10),)),
    Step(
        "scored",
        "With a <score>",
        30,
        (
            LostPart("stopped", "stopped", 15),
            LostPart("unscored", "no <score>", 5),
            LostPart("", "nobody", 0),
        ),
    ),
]


def test_each_step_has_a_bar_and_those_lost_stand_beside_it():
    chart = outcome_funnel_chart(STEPS)
    kept, lost, words = chart.data
    assert list(kept.x) == [60, 50, 30]
    assert list(chart.layout.yaxis.ticktext) == [
        "Began <b>60</b>",
        "Over <b>50</b>",
        "With a &lt;score&gt; <b>30</b>",
    ]
    assert list(lost.base) == [50, 30, 45]
    assert list(lost.x) == [10, 15, 5]
    assert list(lost.y) == [1, 2, 2]
    assert list(words.x) == [60, 60, 50]
    assert list(words.text) == ["", " 10 under way", " 15 stopped<br> 5 no &lt;score&gt;"]


def test_a_part_carries_its_words_and_its_name():
    kept, lost, _ = outcome_funnel_chart(STEPS).data
    assert [list(each) for each in kept.customdata][2] == [
        "<b>With a &lt;score&gt;</b><br>30",
        "scored",
    ]
    assert [each[1] for each in lost.customdata] == ["under_way", "stopped", "unscored"]


def test_nobody_is_an_empty_picture():
    chart = outcome_funnel_chart([Step("began", "Began", 0)])
    assert list(chart.layout.xaxis.range) == [0, 1.9]
