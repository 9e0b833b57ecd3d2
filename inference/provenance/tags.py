"""The statement in a file's tags: read by players and archives, gone with the first program that drops tags.

| format | where |
|---|---|
| MP3, WAV | ID3v2.4 `TXXX:DigitalSourceType`, `TXXX:Provenance`, `COMM`; XMP with `Iptc4xmpExt:DigitalSourceType` |
| FLAC | comments `DIGITALSOURCETYPE`, `PROVENANCE`, `COMMENT` |
| M4A, MP4 | `----:com.apple.iTunes:DigitalSourceType`, `…:Provenance`, and `©cmt` |

`Provenance` is the whole statement as JSON, the comment is its sentence for people.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from mutagen import MutagenError, id3
from mutagen.flac import FLAC
from mutagen.mp4 import MP4, MP4FreeForm
from mutagen.wave import WAVE

from inference.provenance.statement import BadStatement, Statement, from_json, to_json

_TYPE, _WHOLE = "DigitalSourceType", "Provenance"
_ATOM = "----:com.apple.iTunes:"
_COMMENT_ATOM = "\xa9cmt"
_XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    ' xmlns:xmp="http://ns.adobe.com/xap/1.0/" Iptc4xmpExt:DigitalSourceType={uri} xmp:CreatorTool={tool}/>'
    '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
FORMATS = frozenset({".mp3", ".wav", ".flac", ".m4a", ".mp4"})


def write(path: Path, statement: Statement) -> None:
    """Add the statement to the tags that the file has; ValueError for a format without tags, or a damaged file."""
    if path.suffix not in FORMATS:
        raise ValueError(f"{path.name} has no tags")
    try:
        match path.suffix:
            case ".mp3":
                _write_mp3(path, statement)
            case ".wav":
                _write_wav(path, statement)
            case ".flac":
                _write_flac(path, statement)
            case _:
                _write_mp4(path, statement)
    except MutagenError as error:
        raise ValueError(f"{path.name} cannot be tagged: {error}") from error


def read(path: Path) -> Statement | None:
    """The statement in the tags of any file; None when there is none that can be read."""
    try:
        text = _READERS[path.suffix](path)
        return from_json(text) if text else None
    except (KeyError, MutagenError, BadStatement, ValueError, OSError):
        return None


def id3_frames(statement: Statement, comment: str = "") -> list[id3.Frame]:
    """The ID3 frames that say it; `comment` is what the comment says besides."""
    xmp = _XMP.format(
        uri=quoteattr(statement.source_type.uri),
        tool=quoteattr(f"{statement.engine} {statement.engine_version}".strip()),
    )
    utf8 = id3.Encoding.UTF8
    return [
        id3.TXXX(encoding=utf8, desc=_TYPE, text=statement.source_type.uri),
        id3.TXXX(encoding=utf8, desc=_WHOLE, text=to_json(statement)),
        id3.COMM(encoding=utf8, lang="eng", desc="", text=_with(comment, statement)),
        id3.PRIV(owner="XMP", data=xmp.encode()),
    ]


def comments(statement: Statement, comment: str = "") -> dict[str, str]:
    """The FLAC comments that say it; `comment` is what the comment says besides."""
    return {
        _TYPE.upper(): statement.source_type.uri,
        _WHOLE.upper(): to_json(statement),
        "COMMENT": _with(comment, statement),
    }


def _write_mp3(path: Path, statement: Statement) -> None:
    try:
        header = id3.ID3(path)
    except id3.ID3NoHeaderError:
        header = id3.ID3()
    _say(header, statement)
    header.save(path, v2_version=4)


def _write_wav(path: Path, statement: Statement) -> None:
    file = WAVE(path)
    if file.tags is None:
        file.add_tags()
    _say(file.tags, statement)
    file.save(v2_version=4)


def _say(header: Any, statement: Statement) -> None:
    heard = " ".join(str(frame) for frame in header.getall("COMM") if frame.desc == "")
    header.delall("COMM::eng")
    header.delall("PRIV:XMP")
    for frame in id3_frames(statement, heard):
        header.add(frame)


def _write_flac(path: Path, statement: Statement) -> None:
    file = FLAC(path)
    for name, value in comments(statement, " ".join(file.get("comment", []))).items():
        file[name] = value
    file.save()


def _write_mp4(path: Path, statement: Statement) -> None:
    file = MP4(path)
    file[_ATOM + _TYPE] = MP4FreeForm(statement.source_type.uri.encode())
    file[_ATOM + _WHOLE] = MP4FreeForm(to_json(statement).encode())
    file[_COMMENT_ATOM] = _with(" ".join(file.get(_COMMENT_ATOM, [])), statement)
    file.save()


def _with(comment: str, statement: Statement) -> str:
    sentence = statement.sentence()
    return comment if sentence in comment else f"{comment} {sentence}".strip()


def _read_id3(header: Any) -> str:
    frame = header.get(f"TXXX:{_WHOLE}") if header is not None else None
    return str(frame) if frame is not None else ""


def _read_flac(path: Path) -> str:
    values = FLAC(path).get(_WHOLE.upper(), [])
    return values[0] if values else ""


def _read_mp4(path: Path) -> str:
    values = MP4(path).get(_ATOM + _WHOLE, [])
    return bytes(values[0]).decode() if values else ""


_READERS = {
    ".mp3": lambda path: _read_id3(id3.ID3(path)),
    ".wav": lambda path: _read_id3(WAVE(path).tags),
    ".flac": _read_flac,
    ".m4a": _read_mp4,
    ".mp4": _read_mp4,
}
