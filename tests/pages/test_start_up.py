"""What happens before pages are served, and after each is served for the first time."""

import gc

from pages.shared.start_up import settle


def test_the_heap_is_frozen_after_the_first_run_of_a_page_and_not_again():
    gc.unfreeze()
    settle("a page of this test")
    frozen = gc.get_freeze_count()
    assert frozen > 0
    settle("a page of this test")
    assert gc.get_freeze_count() <= frozen
