"""Who may do what."""

import pytest

from access.viewer import LOCAL_VIEWER, NotPermittedError, Permission, Viewer, require


def test_the_local_viewer_may_do_everything():
    for permission in Permission:
        require(LOCAL_VIEWER, permission)


def test_a_viewer_without_the_permission_is_refused_in_words():
    with pytest.raises(NotPermittedError, match="see patients by name"):
        require(Viewer("manager", frozenset({Permission.SEE_TOTALS})), Permission.SEE_PATIENTS)


def test_viewers_with_other_sites_are_different_cache_keys():
    everywhere = Viewer("a", frozenset({Permission.SEE_TOTALS}))
    one_site = Viewer("a", frozenset({Permission.SEE_TOTALS}), frozenset({"S1"}))
    assert len({everywhere, one_site}) == 2
