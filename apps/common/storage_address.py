"""Where media is stored: STORAGE_URL, read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

_SHAPE = "STORAGE_URL must look like s3://KEY:SECRET@host/bucket?region=…, file:///folder, or be empty"
_OPTIONS = frozenset({"tls", "region", "path_style", "public"})


@dataclass(frozen=True, slots=True)
class S3Address:
    """A bucket, and how to reach it."""

    bucket: str
    endpoint: str
    """Scheme, host and port, without a slash at the end."""
    key: str
    """Empty: boto3 finds credentials as it does everywhere, in the environment or from the machine's role."""
    secret: str
    region: str
    path_style: bool
    public: str
    """Where browsers reach the same service."""

    @property
    def origin(self) -> str:
        """What a page's policy must allow for files to be put and read there."""
        scheme, _, host = self.public.partition("://")
        return self.public if self.path_style else f"{scheme}://{self.bucket}.{host}"


@lru_cache(maxsize=8)
def storage_address(url: str) -> S3Address | Path | None:
    """Read STORAGE_URL: a bucket, a folder, or None for the data folder's.

    `s3://KEY:SECRET@host[:port]/bucket?tls=0|1&region=…&path_style=0|1&public=https://…`, with TLS and the bucket in
    the path unless told otherwise. ValueError for anything else, so that a typing error stops the start.
    """
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme == "file" and not parts.netloc and parts.path.startswith("/"):
        return Path(unquote(parts.path))
    options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    bucket = unquote(parts.path.strip("/"))
    known = not options.keys() - _OPTIONS and {options.get(name, "1") for name in ("tls", "path_style")} <= {"0", "1"}
    if parts.scheme != "s3" or not parts.hostname or not bucket or "/" in bucket or not known:
        raise ValueError(_SHAPE)
    host = parts.netloc.rpartition("@")[2]
    endpoint = f"{'https' if options.get('tls', '1') == '1' else 'http'}://{host}"
    public = urlsplit(options.get("public", endpoint))
    if public.scheme not in {"http", "https"} or not public.hostname or public.path.strip("/"):
        raise ValueError("STORAGE_URL: public must be an origin, as https://media.example.org")
    return S3Address(
        bucket=bucket,
        endpoint=endpoint,
        key=unquote(parts.username or ""),
        secret=unquote(parts.password or ""),
        region=options.get("region", "us-east-1"),
        path_style=options.get("path_style", "1") == "1",
        public=f"{public.scheme}://{public.netloc}",
    )
