"""The statement in a C2PA manifest (spec.c2pa.org, 2.x): signed over every byte of the file, so that a change shows."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from inference.provenance.signing import Credentials, NoCredentials
from inference.provenance.statement import BadStatement, Statement, from_json, from_values, to_json

FORMATS = {".mp3": "audio/mpeg", ".wav": "audio/wav", ".flac": "audio/flac", ".m4a": "audio/mp4", ".mp4": "audio/mp4"}
"""Whose files can carry one. In FLAC it lies in an ID3 tag before the stream, which decoders skip."""
_LABEL = "org.refrain.synthesis"
# Nothing is fetched because a file says so.
_SETTINGS: dict[str, Any] = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_trust": True},
    "builder": {"thumbnail": {"enabled": False}},
}


class NotSigned(Exception):
    """The file cannot be signed; the message is for the operator."""


class State(StrEnum):
    """What the manifest of a file is worth."""

    ABSENT = "absent"
    BROKEN = "broken"
    """The file was changed after it was signed, or the manifest is damaged."""
    VALID = "valid"
    """Unchanged since it was signed, by somebody whom nobody here vouches for."""
    TRUSTED = "trusted"
    """Unchanged since it was signed by one of the anchors."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a file's manifest says."""

    state: State
    statement: Statement | None = None
    """None when the manifest is somebody else's, or is not to be believed."""
    signer: str = ""
    source_type: str = ""
    """The IPTC URI, whoever signed."""


def sign(path: Path, statement: Statement, credentials: Credentials, *, title: str = "", generator: str = "1") -> None:
    """Put a manifest into the file, which is replaced at once or not at all; `generator` is this platform's version.

    Nothing of the file may change afterwards, tags neither. NotSigned when it cannot be, as for a damaged file.
    """
    import c2pa

    if path.suffix not in FORMATS:
        raise NotSigned(f"{path.name} is of a format without manifests")
    descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=path.suffix)
    os.close(descriptor)
    target = Path(name)
    try:
        info = c2pa.C2paSignerInfo(credentials.algorithm.encode(), credentials.chain, credentials.key, None)
        with (
            _context(credentials.anchor) as context,
            c2pa.Signer.from_info(info) as signer,
            c2pa.Builder(json.dumps(_manifest(statement, title, generator)), context) as builder,
            path.open("rb") as source,
            target.open("w+b") as signed,
        ):
            builder.sign(signer, FORMATS[path.suffix], source, signed)
        target.chmod(path.stat().st_mode & 0o777)
        target.replace(path)
    except (c2pa.C2paError, NoCredentials) as error:
        raise NotSigned(f"{path.name}: {error}") from error
    finally:
        target.unlink(missing_ok=True)


def read(path: Path, anchors: bytes = b"") -> Found:
    """What the manifest of any file says; `anchors` are the certificates that are trusted, as PEM."""
    import c2pa

    media_type = FORMATS.get(path.suffix)
    if media_type is None:
        return Found(State.ABSENT)
    try:
        with (
            _context(anchors) as context,
            path.open("rb") as file,
            c2pa.Reader(media_type, file, context=context) as reader,
        ):
            store = json.loads(reader.json())
            state = _STATES.get(str(reader.get_validation_state()), State.BROKEN)
    except c2pa.C2paError.ManifestNotFound:
        return Found(State.ABSENT)
    except (c2pa.C2paError, ValueError, RecursionError):
        return Found(State.BROKEN)
    if state is State.BROKEN:
        return Found(state)
    active = store["manifests"][store["active_manifest"]]
    data = {each.get("label"): each.get("data") for each in active.get("assertions", [])}
    return Found(
        state,
        statement=_statement(data.get(_LABEL)),
        signer=str(active.get("signature_info", {}).get("common_name", "")),
        source_type=_source_type(data.get("c2pa.actions.v2")),
    )


_STATES = {"Valid": State.VALID, "Trusted": State.TRUSTED}


def _manifest(statement: Statement, title: str, generator: str) -> dict[str, Any]:
    action = {
        "action": "c2pa.created",
        "when": statement.made,
        "digitalSourceType": statement.source_type.uri,
        "softwareAgent": {"name": statement.engine, "version": statement.engine_version},
        "description": statement.sentence(),
    }
    return {
        "claim_generator_info": [{"name": "Refrain", "version": generator}],
        **({"title": title} if title else {}),
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": [action]}},
            {"label": _LABEL, "data": json.loads(to_json(statement))},
        ],
    }


def _context(anchors: bytes) -> Any:
    import c2pa

    trust = {"trust": {"trust_anchors": anchors.decode()}} if anchors else {}
    return c2pa.Context.from_dict({**_SETTINGS, **trust})


def _statement(data: object) -> Statement | None:
    try:
        return from_json(data) if isinstance(data, str) else from_values(data)
    except BadStatement:
        return None


def _source_type(actions: object) -> str:
    """Of the first action that has one."""
    if not isinstance(actions, dict) or not isinstance(actions.get("actions"), list):
        return ""
    types = (each.get("digitalSourceType") for each in actions["actions"] if isinstance(each, dict))
    return next((each for each in types if isinstance(each, str)), "")
