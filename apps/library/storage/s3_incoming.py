"""Files on their way into a bucket: multipart uploads whose parts browsers put at presigned addresses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.library.storage.contract import PartTarget, ReceivedPart
from apps.library.storage.names import checked
from apps.library.storage.part_signing import LIFE
from apps.library.storage.s3_bucket import Bucket, s3_errors

_HANDLE = re.compile(r"(\d+)\.(\d+)\.(\d+)\.(.+)")
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,60}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Upload:
    """What a handle says: the service's own name of the upload, and what was announced."""

    parts: int
    each: int
    last: int
    identity: str

    def size(self, number: int) -> int:
        """Bytes of a part; 0 when there is no such part."""
        if not 1 <= number <= self.parts:
            return 0
        return self.last if number == self.parts else self.each


class S3Incoming:
    """Multipart uploads, for files of one part, too: after `complete` no address can change the file any more."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    def begin(self, name: str, sizes: Sequence[int], media_type: str) -> str:
        """See `Incoming`."""
        if not sizes or min(sizes) < 1 or len(set(sizes[:-1])) > 1:
            raise ValueError("parts have one byte at least, and all but the last the same size")
        with s3_errors(name):
            begun = self._bucket.client.create_multipart_upload(
                Bucket=self._bucket.name,
                Key=checked(name),
                ContentType=media_type if _MEDIA_TYPE.fullmatch(media_type) else "application/octet-stream",
                Metadata={"part": str(sizes[0])},
            )
        return f"{len(sizes)}.{sizes[0]}.{sizes[-1]}.{begun['UploadId']}"

    def target(self, name: str, handle: str, number: int, size: int, now: datetime) -> PartTarget:
        """See `Incoming`. Nothing is asked of the service: this is arithmetic with the key."""
        upload = _read(handle)
        if upload.size(number) != size or size < 1:
            raise ValueError(f"part {number} of {size} bytes was not announced")
        url = self._bucket.signer.generate_presigned_url(
            "upload_part",
            Params={
                "Bucket": self._bucket.name,
                "Key": checked(name),
                "UploadId": upload.identity,
                "PartNumber": number,
                "ContentLength": size,
            },
            ExpiresIn=int(LIFE.total_seconds()),
        )
        return PartTarget(number, url, {"Content-Type": "application/octet-stream"}, size, now + LIFE)

    def received(self, name: str, handle: str) -> list[ReceivedPart]:
        """See `Incoming`."""
        upload, found = _read(handle), []
        asked = {"Bucket": self._bucket.name, "Key": checked(name), "UploadId": upload.identity}
        with s3_errors(name):
            for page in self._bucket.client.get_paginator("list_parts").paginate(**asked):
                for part in page.get("Parts", ()):
                    number = part["PartNumber"]
                    if part["Size"] == upload.size(number):
                        found.append(ReceivedPart(number, part["Size"], part["ETag"].strip('"')))
        return found

    def complete(self, name: str, handle: str, parts: Sequence[ReceivedPart]) -> None:
        """See `Incoming`."""
        upload, key = _read(handle), checked(name)
        if [part.number for part in parts] != list(range(1, upload.parts + 1)):
            raise FileNotFoundError(f"parts of {name} are missing")
        listed = [{"PartNumber": part.number, "ETag": f'"{part.etag}"'} for part in parts]
        try:
            with s3_errors(name):
                self._bucket.client.complete_multipart_upload(
                    Bucket=self._bucket.name,
                    Key=key,
                    UploadId=upload.identity,
                    MultipartUpload={"Parts": listed},
                )
        except FileNotFoundError:
            # completed already, by another call or by one whose answer was lost; else this says so
            self._bucket.head(key)

    def abort(self, name: str, handle: str) -> None:
        """See `Incoming`."""
        self._abort(checked(name), _read(handle).identity)

    def clear(self, *, before: datetime) -> int:
        """See `Incoming`."""
        cleared = 0
        for upload in self._bucket.uploads():
            if upload["Initiated"] < before:
                self._abort(upload["Key"], upload["UploadId"])
                cleared += 1
        return cleared

    def _abort(self, key: str, identity: str) -> None:
        try:
            with s3_errors(key):
                self._bucket.client.abort_multipart_upload(Bucket=self._bucket.name, Key=key, UploadId=identity)
        except FileNotFoundError:
            return


def _read(handle: str) -> _Upload:
    match = _HANDLE.fullmatch(handle)
    if match is None:
        raise FileNotFoundError(f"{handle!r} is no handle")
    return _Upload(int(match[1]), int(match[2]), int(match[3]), match[4])
