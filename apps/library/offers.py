"""What a listener may take away of a version."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from apps.accounts.models import User
from apps.accounts.selectors import entitlements
from apps.library.models import Rendition, Version
from apps.library.selectors import may_change

NEEDS_LOSSLESS = "FLAC of other people's songs comes with a plan that has lossless downloads."


@dataclass(frozen=True, slots=True)
class Offer:
    """A file to download: `format` and `name` ask the API for it; `refused` says why it may not be had."""

    format: str
    name: str
    path: str
    media_type: str
    bytes: int
    title: str
    refused: str = ""


def offers_for(listener: User, version: Version) -> list[Offer]:
    """The files of a version that the listener may hear, best first; one query.

    Creators take everything of their own; others the MP3, and the FLAC when their plan has lossless downloads.
    """
    own = may_change(listener, version.track)
    lossless = own or entitlements(listener).lossless_downloads
    offers = []
    for file in version.renditions.order_by("path"):
        match file.role:
            case "master":
                offers.append(_offer(file, "flac", title="FLAC", refused="" if lossless else NEEDS_LOSSLESS))
            case "mp3":
                offers.append(_offer(file, "mp3", title="MP3"))
            case "stem" if own:
                stem = PurePosixPath(file.path).stem
                offers.append(_offer(file, "stem", name=stem, title=f"Stem: {stem.replace('_', ' ')}"))
            case "score" if own:
                offers.append(_offer(file, "score", title="Score"))
    order = ("flac", "mp3", "stem", "score")
    return sorted(offers, key=lambda offer: (order.index(offer.format), offer.name))


def _offer(file: Rendition, kind: str, *, title: str, name: str = "", refused: str = "") -> Offer:
    return Offer(kind, name, file.path, file.media_type, file.bytes, title, refused)
