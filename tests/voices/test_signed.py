"""What is made with performers says so: results, their stems, and previews, read by others' programs."""

from __future__ import annotations

import io
import json

import c2pa
from mutagen.flac import FLAC
from mutagen.mp3 import MP3

from apps.library.storage import storage
from tests.library.test_downloads import client_of, download
from tests.library.test_provenance import manifest_of, source_type_in
from tests.voices.conftest import Stage, ready_voice

TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"


def test_a_swap_of_a_recording_says_what_was_replaced_and_under_which_consent(stage: Stage) -> None:
    # given a recording that somebody sent, and a voice that was registered
    source = stage.world.version(owner=stage.owner, operation="upload", instrumental=False, engine="normaliser")
    voice = ready_voice(stage.owner)
    # when the voice sings it
    swap = stage.made(performer=str(voice.id), version=source.id)
    result = swap.result
    assert result is not None
    # then what is taken away says at once which part is synthetic, by which engine, and by whose consent
    for query, suffix in (("format=mp3", "mp3"), ("format=flac", "flac"), ("format=stem&name=vocals", "flac")):
        _, content, _ = download(client_of(stage.owner), result.track, query)
        found = manifest_of(content, suffix)
        assert source_type_in(found) == f"{TYPES}compositeWithTrainedAlgorithmicMedia"
        assert f"record {voice.id}" in json.dumps(found)
        tags = MP3(io.BytesIO(content)) if suffix == "mp3" else FLAC(io.BytesIO(content))
        assert "compositeWithTrainedAlgorithmicMedia" in str(tags)


def test_karaoke_of_a_recording_is_a_recording_that_was_changed(stage: Stage) -> None:
    source = stage.world.version(owner=stage.owner, operation="upload", instrumental=False, engine="normaliser")
    result = stage.made("karaoke", version=source.id).result
    assert result is not None
    assert result.source_type == "algorithmicallyEnhanced"


def test_a_preview_is_signed_and_tagged(stage: Stage) -> None:
    swap = stage.made("preview")
    with storage().open(swap.sound_name) as file:
        content = file.read()
    with c2pa.Reader("audio/mpeg", io.BytesIO(content)) as reader:
        assert reader.get_validation_state() == "Valid"
    assert "nobody's" in str(MP3(io.BytesIO(content))["TXXX:Provenance"])
