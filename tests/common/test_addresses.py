"""Whose address counts, with and without proxies of ours."""

from __future__ import annotations

import pytest
from django.test import RequestFactory, override_settings

from apps.common.addresses import UNKNOWN, client_address, is_loopback


@pytest.mark.parametrize(
    ("trusted", "forwarded", "expected"),
    [
        (0, "", "198.51.100.7"),
        (0, "203.0.113.5", "198.51.100.7"),
        (1, "203.0.113.5", "203.0.113.5"),
        (1, "6.6.6.6, 203.0.113.5", "203.0.113.5"),
        (2, "6.6.6.6, 203.0.113.5, 10.0.0.1", "203.0.113.5"),
        (2, "203.0.113.5", UNKNOWN),
        (1, "", UNKNOWN),
        (1, "<script>", UNKNOWN),
        (1, "::ffff:203.0.113.5", "203.0.113.5"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
    ],
)
def test_only_what_our_own_proxies_wrote_is_believed(trusted: int, forwarded: str, expected: str) -> None:
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    request = RequestFactory().get("/", REMOTE_ADDR="198.51.100.7", **headers)  # type: ignore[arg-type]
    with override_settings(TRUSTED_PROXIES=trusted):
        assert client_address(request) == expected


def test_a_request_that_was_passed_on_is_not_from_here() -> None:
    factory = RequestFactory()
    assert is_loopback(factory.get("/", REMOTE_ADDR="127.0.0.1"))
    assert is_loopback(factory.get("/", REMOTE_ADDR="::1"))
    assert not is_loopback(factory.get("/", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="127.0.0.1"))
    assert not is_loopback(factory.get("/", REMOTE_ADDR="203.0.113.5"))
    assert not is_loopback(factory.get("/", REMOTE_ADDR=""))
