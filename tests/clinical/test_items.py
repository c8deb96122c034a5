"""Which item moved most."""

from clinical.instruments import PHQ9
from clinical.items import PHQ9_ITEMS, Movement, movements


def test_there_is_a_name_for_each_item():
    assert len(PHQ9_ITEMS) == PHQ9.items
    assert PHQ9_ITEMS[8] == "Thoughts of death"


def test_the_largest_movement_first_and_ties_as_asked():
    first = [2, 1, 3, 3, None, 2, 0, 1, 0]
    last = [2, 0, 3, 1, 2, None, 0, 1, 2]
    assert movements(first, last)[:3] == [
        Movement("Energy", 3, 1),
        Movement("Thoughts of death", 0, 2),
        Movement("Mood", 1, 0),
    ]
    assert len(movements(first, last)) == 7, "items missing on either side are left out"
