"""What a listener may take away of a version."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from apps.accounts.models import User
from apps.accounts.selectors import entitlements
from apps.library.models import Rendition, Version
from apps.library.paths import LRC, MIDI, NOTES, SCORE, SHEET, VTT
from apps.library.selectors import may_change

NEEDS_LOSSLESS = "FLAC of other people's songs comes with a plan that has lossless downloads."


GROUPS = {"sound": "Recording", "stems": "Stems", "notes": "Notes and words"}


@dataclass(frozen=True, slots=True)
class Offer:
    """A file to download: `format` and `name` ask the API for it; `refused` says why it may not be had."""

    format: str
    name: str
    path: str
    media_type: str
    bytes: int
    title: str
    group: str
    """A key of `GROUPS`."""
    refused: str = ""


_KINDS = {
    MIDI: ("midi", "MIDI", "notes"),
    NOTES: ("musicxml", "Lead sheet (MusicXML)", "notes"),
    SHEET: ("chordpro", "Lead sheet (ChordPro)", "notes"),
    LRC: ("lrc", "Words in time (LRC)", "notes"),
    VTT: ("vtt", "Subtitles (WebVTT)", "notes"),
    SCORE: ("score", "Score (JSON)", "notes"),
}
FORMATS = ("flac", "mp3", "original", "stems", "stem", *(kind for kind, _, _ in _KINDS.values()))
"""What the API may be asked for, in the order it is shown."""


def offers_for(listener: User, version: Version) -> list[Offer]:
    """The files of a version that the listener may hear, best first; one query.

    Creators take everything of their own; others the MP3, and the FLAC when their plan has lossless downloads.
    """
    own = may_change(listener, version.track)
    lossless = own or entitlements(listener).lossless_downloads
    offers, stems = [], []
    for file in version.renditions.order_by("path"):
        match file.role:
            case "master":
                offers.append(_offer(file, "flac", "FLAC", "sound", refused="" if lossless else NEEDS_LOSSLESS))
            case "mp3":
                offers.append(_offer(file, "mp3", "MP3", "sound"))
            case "original" if own:
                kind = PurePosixPath(file.path).suffix.lstrip(".").upper()
                offers.append(_offer(file, "original", f"Original {kind}, as you sent it", "sound"))
            case "stem" if own:
                stem = PurePosixPath(file.path).stem
                stems.append(_offer(file, "stem", stem.replace("_", " ").capitalize(), "stems", name=stem))
            case _ if own and file.path in _KINDS:
                offers.append(_offer(file, *_KINDS[file.path]))
    if stems:
        size = sum(stem.bytes for stem in stems)
        offers.append(Offer("stems", "", "", "application/zip", size, "All stems (ZIP)", "stems"))
    return sorted([*offers, *stems], key=lambda offer: (FORMATS.index(offer.format), offer.name))


def _offer(file: Rendition, kind: str, title: str, group: str, *, name: str = "", refused: str = "") -> Offer:
    return Offer(kind, name, file.path, file.media_type, file.bytes, title, group, refused)
