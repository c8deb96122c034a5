"""Which hosts are this computer."""

import pytest

from access.hosts import is_loopback


@pytest.mark.parametrize(
    ("host", "is_own"),
    [
        ("localhost", True),
        ("LOCALHOST", True),
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("[::1]", True),
        ("::ffff:127.0.0.1", True),
        ("", False),
        ("0.0.0.0", False),
        ("::", False),
        ("::ffff:10.0.0.1", False),
        ("192.168.1.4", False),
        ("localhost.example", False),
        ("127.0.0.1.example", False),
        ("2130706433", False),  # 127.0.0.1 as a number, which some programs would take
    ],
)
def test_only_this_computers_own_names_and_addresses_are_its_own(host: str, is_own: bool):
    assert is_loopback(host) is is_own
