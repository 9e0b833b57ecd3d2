"""Files in a bucket of an S3 service."""

from __future__ import annotations

import base64
import hashlib
import io
import shutil
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any
from urllib.parse import quote, unquote

from apps.common.storage_address import S3Address
from apps.library.paths import MEDIA_TYPES
from apps.library.storage.contract import StorageAway, StoredFolder, StoredObject
from apps.library.storage.durable import full_is_clear
from apps.library.storage.names import checked
from apps.library.storage.s3_bucket import Bucket, s3_errors
from apps.library.storage.s3_checksums import Digest, expected
from apps.library.storage.s3_folders import S3Folders
from apps.library.storage.s3_incoming import S3Incoming
from apps.library.storage.s3_reader import S3File

_AT_ONCE = 4
_BUFFER = 64 * 1024
_BLOCK = 1 << 20
_UNKNOWN = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class _File:
    """A file to store, read once before it is sent."""

    path: Path
    key: str
    size: int
    md5: bytes
    sha256: str


class S3Storage:
    """Files in a bucket of an S3 service; see `s3_folders` for how a folder appears at once."""

    def __init__(self, address: S3Address) -> None:
        self.bucket = Bucket(address)
        self._folders = S3Folders(self.bucket)

    def put_folder(self, prefix: str, folder: Path) -> None:
        """See `Storage`. Every file is verified twice: by the server against its MD5, and by a listing afterwards."""
        prefix = checked(prefix)
        files = [_measured(path, f"{prefix}/{name}") for name, path in _files(folder)]
        with self._folders.storing(prefix) as writer:
            self._send(files, {"folder": quote(prefix), "writer": writer})
            self._verify(prefix, files)
        shutil.rmtree(folder)

    def open(self, name: str) -> IO[bytes]:
        """See `Storage`. It can seek, and reads in ranges."""
        key = checked(name)
        head = self._head(key)
        return io.BufferedReader(S3File(self.bucket, key, head["ContentLength"], _etag(head)), _BUFFER)

    def exists(self, name: str) -> bool:
        """See `Storage`. One request where there is nothing, as with marks."""
        key = checked(name)
        first = self.bucket.first(key)
        if first is None:
            return False
        try:
            if first.key == key and self._head(key):
                return True
        except FileNotFoundError:
            pass
        if self._folders.any_below(key):
            return True
        inner = self.bucket.first(f"{key}/")
        return inner is not None and self._visible(self.bucket.head(inner.key))

    def size(self, name: str) -> int:
        """See `Storage`."""
        size: int = self._head(checked(name))["ContentLength"]
        return size

    def local_path(self, name: str) -> Path | None:
        """None: nothing of a bucket lies on this machine."""
        checked(name)
        return None

    def delete_prefix(self, prefix: str) -> None:
        """See `Storage`. The folder vanishes at once; its files are removed after that."""
        prefix = checked(prefix)
        with self._folders.removing(prefix):
            self._folders.remove(prefix)

    def folders(self, prefix: str) -> Iterator[StoredFolder]:
        """See `Storage`."""
        prefix = checked(prefix)
        whole = self._folders.below(prefix)
        ahead = next(whole, None)
        for group in self.bucket.groups(f"{prefix}/"):
            while ahead and ahead[0] < group:
                ahead = next(whole, None)
            if ahead and ahead[0] == group:
                yield StoredFolder(group.rstrip("/"), ahead[1])
            elif loose := self._loose(group):
                yield StoredFolder(group.rstrip("/"), loose)

    def walk(self, prefix: str) -> Iterator[StoredObject]:
        """See `Storage`."""
        for each in self.bucket.list(f"{checked(prefix)}/"):
            yield StoredObject(each.key, each.bytes)

    def mark(self, name: str) -> None:
        """See `Storage`."""
        self.bucket.put_empty(checked(name))

    def unmark(self, name: str) -> None:
        """See `Storage`."""
        self.bucket.delete(checked(name))

    def fetch(self, name: str, target: Path) -> None:
        """See `Storage`. The copy is compared with the checksum that the storage was given."""
        key = checked(name)
        head = self._head(key)
        draft = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
        try:
            with full_is_clear(), draft.open("xb") as file:
                digest = self._copy(key, head, file)
            if not digest.agrees(head["ContentLength"]):
                raise StorageAway(f"{name} is not what was stored.")
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)

    def delete(self, name: str) -> None:
        """See `Storage`."""
        self.bucket.delete(checked(name))

    def clear_drafts(self, *, before: datetime) -> None:
        """See `Storage`."""
        self._folders.clear(before)

    @property
    def incoming(self) -> S3Incoming:
        """See `Storage`."""
        return S3Incoming(self.bucket)

    def _head(self, key: str) -> dict[str, Any]:
        head = self.bucket.head(key)
        if not self._visible(head):
            raise FileNotFoundError(f"{key} is not stored")
        return head

    def _visible(self, head: Mapping[str, Any]) -> bool:
        about = head["Metadata"]
        return "folder" not in about or self._folders.whole(unquote(about["folder"]), about["writer"])

    def _loose(self, group: str) -> datetime | None:
        """When what lies below a group that is no stored folder appeared; None when it is a part of one."""
        first = self.bucket.first(group)
        if first is None or not self._visible(self.bucket.head(first.key)):
            return None
        return first.changed

    def _send(self, files: list[_File], about: Mapping[str, str]) -> None:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            sent = [pool.submit(self._put, file, about) for file in files]
            try:
                for each in sent:
                    each.result()
            finally:
                for each in sent:
                    each.cancel()

    def _put(self, file: _File, about: Mapping[str, str]) -> None:
        with file.path.open("rb") as body, s3_errors(file.key):
            self.bucket.client.put_object(
                Bucket=self.bucket.name,
                Key=file.key,
                Body=body,
                ContentLength=file.size,
                ContentMD5=base64.b64encode(file.md5).decode(),
                ContentType=MEDIA_TYPES.get(PurePosixPath(file.key).suffix, _UNKNOWN),
                Metadata={**about, "sha256": file.sha256},
            )

    def _verify(self, prefix: str, files: list[_File]) -> None:
        listed = {each.key: each.bytes for each in self.bucket.list(f"{prefix}/")}
        if listed != {file.key: file.size for file in files}:
            raise StorageAway(f"The storage did not keep all of {prefix}.")

    def _copy(self, key: str, head: Mapping[str, Any], target: IO[bytes]) -> Digest:
        digest = expected(head)
        with S3File(self.bucket, key, head["ContentLength"], _etag(head)) as file:
            while block := file.read(_BLOCK):
                digest.update(block)
                target.write(block)
        return digest


def _etag(head: Mapping[str, Any]) -> str:
    etag: str = head["ETag"]
    return etag.strip('"')


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise ValueError(f"{path} is neither a file nor a folder")
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path


def _measured(path: Path, key: str) -> _File:
    md5, sha256, size = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            md5.update(block)
            sha256.update(block)
            size += len(block)
    return _File(path, key, size, md5.digest(), sha256.hexdigest())
