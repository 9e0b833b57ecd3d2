"""One bucket of an S3 service: its connection, its errors in the house's words, and what is asked of it most."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends import s3 as django_storages
from urllib3.exceptions import HTTPError

from apps.common.batches import batched
from apps.common.storage_address import S3Address
from apps.library.storage.contract import StorageAway, StorageFull

_FULL = {"InsufficientStorage", "InsufficientCapacity", "QuotaExceeded", "XMinioStorageFull", "EntityTooLarge"}
_GONE = {"NoSuchKey", "NoSuchUpload", "InvalidPart", "404"}
_BATCH = 1000
"""Keys that one request removes or lists at most."""

# the newer checksums of the SDK are refused by servers older than they are; Content-MD5 is verified by all of them
_CONFIG = {
    "signature_version": "s3v4",
    "connect_timeout": 3,
    "read_timeout": 20,
    "retries": {"mode": "standard", "total_max_attempts": 3},
    "max_pool_connections": 32,
    "tcp_keepalive": True,
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """An object as a listing tells it."""

    key: str
    bytes: int
    changed: datetime
    etag: str


class Bucket:
    """A bucket of an S3 service. It may be used by many threads: boto3's clients are made for that."""

    def __init__(self, address: S3Address) -> None:
        self.name = address.bucket
        self._region = address.region
        self.client = _client(address, address.endpoint)
        public = address.public
        self.signer = self.client if public == address.endpoint else _client(address, public)
        """Signs addresses for browsers; it is never connected."""

    def make(self) -> bool:
        """Make the bucket, for nobody but its owner; whether it was not there before."""
        try:
            with s3_errors(self.name):
                self.client.head_bucket(Bucket=self.name)
        except FileNotFoundError:
            # the first region of S3 is the one that must not be named
            where = {"LocationConstraint": self._region}
            asked = {} if self._region == "us-east-1" else {"CreateBucketConfiguration": where}
            with s3_errors(self.name):
                self.client.create_bucket(Bucket=self.name, **asked)
            return True
        return False

    def head(self, key: str) -> dict[str, Any]:
        """What is known of an object; FileNotFoundError when there is none."""
        with s3_errors(key):
            found: dict[str, Any] = self.client.head_object(Bucket=self.name, Key=key)
        # headers have no case, and some services write them as titles
        found["Metadata"] = {name.lower(): value for name, value in found["Metadata"].items()}
        return found

    def put_empty(self, key: str, **metadata: str) -> None:
        """Store an empty object."""
        with s3_errors(key):
            self.client.put_object(Bucket=self.name, Key=key, Body=b"", Metadata=metadata)

    def delete(self, key: str) -> None:
        """Remove an object; none to remove is fine."""
        with s3_errors(key):
            self.client.delete_object(Bucket=self.name, Key=key)

    def list(self, prefix: str) -> Iterator[Listed]:
        """The objects whose keys begin with `prefix`, by key."""
        for page in self._pages("list_objects_v2", Prefix=prefix):
            for each in page.get("Contents", ()):
                yield Listed(each["Key"], each["Size"], each["LastModified"], each["ETag"].strip('"'))

    def first(self, prefix: str) -> Listed | None:
        """The first object whose key begins with `prefix`."""
        with s3_errors(prefix):
            page = self.client.list_objects_v2(Bucket=self.name, Prefix=prefix, MaxKeys=1)
        for each in page.get("Contents", ()):
            return Listed(each["Key"], each["Size"], each["LastModified"], each["ETag"].strip('"'))
        return None

    def groups(self, prefix: str) -> Iterator[str]:
        """What there is right below `prefix` that has something below it, each with a slash at the end, in order."""
        for page in self._pages("list_objects_v2", Prefix=prefix, Delimiter="/"):
            for each in page.get("CommonPrefixes", ()):
                yield each["Prefix"]

    def uploads(self) -> Iterator[dict[str, Any]]:
        """The multipart uploads that were begun and have not ended."""
        for page in self._pages("list_multipart_uploads"):
            yield from page.get("Uploads", ())

    def remove_below(self, prefix: str) -> None:
        """Remove every object whose key begins with `prefix`."""
        for batch in batched(({"Key": each.key} for each in self.list(prefix)), _BATCH):
            with s3_errors(prefix):
                answer = self.client.delete_objects(Bucket=self.name, Delete={"Objects": batch, "Quiet": True})
            if failed := answer.get("Errors"):
                raise StorageAway(f"The storage did not remove {failed[0]['Key']}: {failed[0].get('Code')}.")

    def _pages(self, operation: str, **asked: str) -> Iterator[dict[str, Any]]:
        pages = iter(self.client.get_paginator(operation).paginate(Bucket=self.name, **asked))
        while True:
            with s3_errors(asked.get("Prefix", "")):
                page = next(pages, None)
            if page is None:
                return
            yield page


@contextmanager
def s3_errors(name: str) -> Iterator[None]:
    """Turns what the SDK raises into what the contract promises."""
    try:
        yield
    except ClientError as error:
        raise _told(error, name) from error
    except (BotoCoreError, HTTPError) as error:
        raise StorageAway(f"The storage did not answer: {type(error).__name__}.") from error


def _told(error: ClientError, name: str) -> Exception:
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code == "NoSuchBucket":
        return StorageAway("The storage has no such bucket: make it with manage.py media setup.")
    if code in _GONE:
        return FileNotFoundError(f"{name} is not stored")
    if code in _FULL or status == 507:
        return StorageFull("The storage is full: there is no room to keep this song.")
    return StorageAway(f"The storage refused: {code or status}.")


def _client(address: S3Address, endpoint: str) -> Any:
    connection = django_storages.S3Storage(
        bucket_name=address.bucket,
        access_key=address.key or None,
        secret_key=address.secret or None,
        endpoint_url=endpoint,
        region_name=address.region,
        client_config=Config(**_CONFIG, s3={"addressing_style": "path" if address.path_style else "virtual"}),
    ).connection
    return connection.meta.client
