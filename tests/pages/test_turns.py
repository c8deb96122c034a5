"""A few pages are drawn at a time, and the next begins as soon as one ends, however it ends."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, BrokenBarrierError, Event

import pytest

from pages.shared.turns import AT_ONCE, turn


def test_no_more_are_drawn_at_once_than_have_a_turn():
    together = Barrier(AT_ONCE + 1)
    go_on = Event()
    drawn = []

    def draw(page: int) -> None:
        with turn():
            together.wait(5)  # each with a turn, and this test
            go_on.wait(5)
            drawn.append(page)

    with ThreadPoolExecutor(AT_ONCE) as readers:
        for page in range(AT_ONCE):
            readers.submit(draw, page)
        together.wait(5)
        with ThreadPoolExecutor(1) as another:
            begun = Event()

            def wait_for_a_turn() -> None:
                with turn():
                    begun.set()

            another.submit(wait_for_a_turn)
            assert not begun.wait(0.2)
            go_on.set()
            assert begun.wait(5)
    assert sorted(drawn) == list(range(AT_ONCE))


def test_a_page_that_fails_gives_its_turn_back():
    for _ in range(AT_ONCE + 1):
        with pytest.raises(BrokenBarrierError), turn():
            raise BrokenBarrierError
