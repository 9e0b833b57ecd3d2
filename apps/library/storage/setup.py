"""Makes what a new installation's storage needs."""

from __future__ import annotations

from collections.abc import Iterator

from botocore.exceptions import ClientError

from apps.library.storage import Storage, StorageAway
from apps.library.storage.s3 import S3Storage
from apps.library.storage.s3_bucket import s3_errors

_UNSUPPORTED = {"NotImplemented", "MethodNotAllowed", "AccessDenied"}
_TRIAL = "setup-trial"


def storage_setup(files: Storage, origin: str) -> Iterator[str]:
    """Make the bucket, let pages of `origin` put parts into it, and try it; yields what was done, in sentences.

    StorageAway when it cannot be used.
    """
    if isinstance(files, S3Storage):
        made = files.bucket.make()
        yield f"The bucket {files.bucket.name} {'was made' if made else 'is there'}."
        yield from _allow_pages(files, origin)
    files.mark(_TRIAL)
    if not files.exists(_TRIAL):
        raise StorageAway("What was just written is not listed: this storage cannot be used.")
    files.unmark(_TRIAL)
    yield "It can be written and read."


def _allow_pages(files: S3Storage, origin: str) -> Iterator[str]:
    rule = {
        "AllowedOrigins": [origin],
        "AllowedMethods": ["PUT"],
        "AllowedHeaders": ["content-type"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 3600,
    }
    try:
        files.bucket.client.put_bucket_cors(Bucket=files.bucket.name, CORSConfiguration={"CORSRules": [rule]})
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") not in _UNSUPPORTED:
            with s3_errors(files.bucket.name):
                raise
        yield (
            f"This service does not take rules for browsers from here. See to it yourself that pages of {origin} "
            "may PUT with the header content-type, and read ETag."
        )
    else:
        yield f"Pages of {origin} may put parts into it."
