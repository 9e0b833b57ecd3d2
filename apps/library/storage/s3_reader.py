"""Reading a stored object as a file: it can seek, and asks for no more than it is about to give."""

from __future__ import annotations

import contextlib
import io
from typing import Any

from apps.library.storage.contract import StorageAway
from apps.library.storage.s3_bucket import Bucket, s3_errors

_FIRST = 256 * 1024
_LARGEST = 8 * 1024 * 1024
_WORTH_READING = 64 * 1024
"""What is left of an answer is read to its end, to keep the connection, when it is no more than this."""
_TRIES = 3


class S3File(io.RawIOBase):
    """An object read through ranges that grow while reading goes straight on; the body is never whole in memory.

    StorageAway when the storage is gone, or the object another than at the start.
    """

    def __init__(self, bucket: Bucket, key: str, size: int, etag: str) -> None:
        super().__init__()
        self._bucket, self._key, self._size, self._etag = bucket, key, size, etag
        self._at = 0
        self._window = _FIRST
        self._body: Any = None
        self._left = 0
        """Bytes of the open answer that were not read."""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise OSError("before the start of the file")
        if start + offset != self._at:
            self._drop()
            self._at, self._window = start + offset, _FIRST
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer).cast("B")
        wanted = min(len(view), max(0, self._size - self._at))
        if wanted == 0:
            return 0
        data = self._some(wanted)
        view[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._drop()
        super().close()

    def _some(self, wanted: int) -> bytes:
        """At least one byte from here on; a connection that breaks is made again."""
        for attempt in range(_TRIES):
            try:
                if self._body is None:
                    self._ask()
                with s3_errors(self._key):
                    data: bytes = self._body.read(min(wanted, self._left))
                if data:
                    self._left -= len(data)
                    if self._left == 0:
                        self._drop()
                    return data
                self._drop(broken=True)
            except StorageAway:
                self._drop(broken=True)
                if attempt == _TRIES - 1:
                    raise
        raise StorageAway("The storage stopped in the middle of a file.")

    def _ask(self) -> None:
        length = min(self._window, self._size - self._at)
        self._window = min(2 * self._window, _LARGEST)
        with s3_errors(self._key):
            answer = self._bucket.client.get_object(
                Bucket=self._bucket.name,
                Key=self._key,
                Range=f"bytes={self._at}-{self._at + length - 1}",
                IfMatch=f'"{self._etag}"',
            )
        self._body, self._left = answer["Body"], length

    def _drop(self, *, broken: bool = False) -> None:
        body, self._body = self._body, None
        if body is None:
            return
        with contextlib.suppress(Exception):
            if not broken and self._left <= _WORTH_READING:
                body.read()
        body.close()
