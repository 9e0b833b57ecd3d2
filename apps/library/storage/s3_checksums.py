"""What an S3 service says about an object's content, to compare a copy with."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_MD5 = re.compile(r"[0-9a-f]{32}")
_OF_PARTS = re.compile(r"[0-9a-f]{32}-[0-9]+")


@dataclass(slots=True)
class Digest:
    """Grows with the bytes of a copy; `part` is the size of the parts the object was sent in, or 0."""

    sha256: str
    etag: str
    part: int
    _sha256: Any = field(default_factory=hashlib.sha256)
    _md5: Any = field(default_factory=lambda: hashlib.md5(usedforsecurity=False))
    _parts: list[bytes] = field(default_factory=list)
    _length: int = 0

    def update(self, block: bytes) -> None:
        """Take the next bytes."""
        if self.sha256:
            self._sha256.update(block)
        while self.part and block:
            room = self.part - self._length % self.part
            piece, block = block[:room], block[room:]
            self._grow(piece)
            if self._length % self.part == 0:
                self._end_part()
        if block:
            self._grow(block)

    def agrees(self, length: int) -> bool:
        """Whether the bytes are as many as they should be, and what the service names by its checksums."""
        if self._length != length or (self.sha256 and self._sha256.hexdigest() != self.sha256):
            return False
        if _MD5.fullmatch(self.etag):
            return str(self._md5.hexdigest()) == self.etag
        if self.part and _OF_PARTS.fullmatch(self.etag):
            if self._length % self.part:
                self._end_part()
            whole = hashlib.md5(b"".join(self._parts), usedforsecurity=False).hexdigest()
            return f"{whole}-{len(self._parts)}" == self.etag
        return True

    def _grow(self, piece: bytes) -> None:
        self._md5.update(piece)
        self._length += len(piece)

    def _end_part(self) -> None:
        self._parts.append(self._md5.digest())
        self._md5 = hashlib.md5(usedforsecurity=False)


def expected(head: Mapping[str, Any]) -> Digest:
    """What a copy of the object must agree with. An ETag is an MD5 unless the service encrypts with keys of others."""
    sealed = head.get("SSECustomerAlgorithm") or str(head.get("ServerSideEncryption", "")).startswith("aws:kms")
    about = head["Metadata"]
    return Digest(
        sha256=about.get("sha256", ""),
        etag="" if sealed else str(head["ETag"]).strip('"'),
        part=int(about.get("part", 0)),
    )
