"""STORAGE_URL is read, or stops the start."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.common.storage_address import S3Address, storage_address


def test_empty_means_the_data_folder_and_a_file_address_any_other() -> None:
    assert storage_address("") is None
    assert storage_address("file:///srv/re%20frain") == Path("/srv/re frain")


def test_a_bucket_is_read_with_its_options() -> None:
    url = "s3://KEY:a%2Fb%3A@garage:3900/refrain?tls=0&region=garage&public=https://media.example.org"
    assert storage_address(url) == S3Address(
        bucket="refrain",
        endpoint="http://garage:3900",
        key="KEY",
        secret="a/b:",
        region="garage",
        path_style=True,
        public="https://media.example.org",
    )


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("s3://K:S@s3.example.org/refrain", "https://s3.example.org"),
        ("s3://K:S@s3.example.org/refrain?path_style=0", "https://refrain.s3.example.org"),
        ("s3://K:S@s3:9000/refrain?tls=0&public=https://m.example.org", "https://m.example.org"),
        ("s3://s3.eu-central-1.amazonaws.com/refrain?region=eu-central-1", "https://s3.eu-central-1.amazonaws.com"),
    ],
)
def test_pages_may_reach_the_origin_that_browsers_use(url: str, origin: str) -> None:
    address = storage_address(url)
    assert isinstance(address, S3Address)
    assert address.origin == origin


@pytest.mark.parametrize(
    "url",
    [
        "/srv/media",
        "file://host/srv",
        "https://s3.example.org/refrain",
        "s3://K:S@s3.example.org",
        "s3://K:S@s3.example.org/a/b",
        "s3:///refrain",
        "s3://K:S@h/refrain?tls=yes",
        "s3://K:S@h/refrain?pathstyle=1",
        "s3://K:S@h/refrain?public=media.example.org",
        "s3://K:S@h/refrain?public=https://h/below",
    ],
)
def test_a_typing_error_stops_the_start(url: str) -> None:
    with pytest.raises(ValueError, match="STORAGE_URL"):
        storage_address(url)
