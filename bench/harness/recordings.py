"""Small recordings of every kind a person may send, made here: good ones, and the parts to make bad ones of."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, COMM, ID3, TALB, TIT2, TPE1, TXXX

from inference.audio.encode import add_audio_stream, audio_frame
from inference.engine import Samples

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cfc0000003"
    "0101006ae7ba5c0000000049454e44ae426082"
)
"""One red pixel."""

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_GUID = bytes.fromhex("000000001000800000aa00389b71")
_WAV_TYPES: Mapping[str, tuple[int, str, float]] = {
    "u8": (_PCM, "u1", 127),
    "s16": (_PCM, "<i2", 32_767),
    "s24": (_PCM, "<i4", 8_388_607),
    "s32": (_PCM, "<i4", 2_147_483_647),
    "f32": (_FLOAT, "<f4", 1),
    "f64": (_FLOAT, "<f8", 1),
}


def tune(seconds: float, rate: int, channels: int = 2, *, pitch: float = 220.0) -> Samples:
    """Plucked notes, another one in each channel, float32 of shape (frames, channels), below full scale."""
    time = np.arange(round(seconds * rate), dtype=np.float64) / rate
    decay = np.exp(-3.0 * (time % 0.5))
    columns = [0.5 * decay * np.sin(2 * np.pi * pitch * (1 + channel / 4) * time) for channel in range(channels)]
    return np.stack(columns, axis=1).astype(np.float32)


def wav(samples: Samples, rate: int, kind: str = "s16", *, mask: int | None = None, chunks: bytes = b"") -> bytes:
    """A RIFF file; `kind` one of u8, s16, s24, s32, f32, f64; with a channel `mask`, an extensible one."""
    tag, stored, scale = _WAV_TYPES[kind]
    values: npt.NDArray[Any] = np.asarray(samples, dtype=np.float64) * scale
    data = (np.rint(values) + (128 if kind == "u8" else 0) if tag == _PCM else values).astype(stored).tobytes()
    if kind == "s24":
        data = np.frombuffer(data, dtype=np.uint8).reshape(-1, 4)[:, :3].tobytes()
    bits = int(kind[1:])
    channels = samples.shape[1]
    align = channels * bits // 8
    fmt = struct.pack("<HIIHH", channels, rate, rate * align, align, bits)
    if mask is None:
        fmt = struct.pack("<H", tag) + fmt
    else:
        fmt = struct.pack("<H", _EXTENSIBLE) + fmt + struct.pack("<HHIH", 22, bits, mask, tag) + _GUID
    body = b"WAVE" + chunk(b"fmt ", fmt) + chunks + chunk(b"data", data)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def chunk(name: bytes, data: bytes) -> bytes:
    """A RIFF chunk, padded to an even length."""
    return name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def mp3(samples: Samples, rate: int, kilobits: int = 128, *, gapless: bool = True) -> bytes:
    """An MP3 of one or two channels, with LAME's header unless `gapless` is off."""
    layout = "mono" if samples.shape[1] == 1 else "stereo"
    options = {"id3v2_version": "0", "write_xing": str(int(gapless))}
    file = io.BytesIO()
    with av.open(file, "w", format="mp3", options=options) as container:
        stream = add_audio_stream(container, "libmp3lame", rate, layout, "fltp", {})
        stream.codec_context.bit_rate = kilobits * 1000
        container.mux(
            stream.encode(audio_frame(np.ascontiguousarray(samples.T, dtype=np.float32), "fltp", layout, rate, 0))
        )
        container.mux(stream.encode(None))
    return file.getvalue()


def flac(samples: Samples, rate: int) -> bytes:
    """A 16-bit FLAC of one or two channels."""
    layout = "mono" if samples.shape[1] == 1 else "stereo"
    values = np.rint(np.clip(samples, -1, 1) * 32_767).astype(np.int16).reshape(1, -1)
    file = io.BytesIO()
    with av.open(file, "w", format="flac") as container:
        stream = add_audio_stream(container, "flac", rate, layout, "s16", {"frame_size": "4096"})
        container.mux(stream.encode(audio_frame(values, "s16", layout, rate, 0)))
        container.mux(stream.encode(None))
    return file.getvalue()


def id3(*, title: str = "Song", artist: str = "Somebody", more: int = 0, picture: bytes | None = None) -> bytes:
    """An ID3v2.4 tag, to be put before an MP3; `more` characters of comment on top."""
    tag = ID3()
    tag.add(TIT2(encoding=3, text=title))
    tag.add(TPE1(encoding=3, text=artist))
    tag.add(TALB(encoding=3, text="Album"))
    tag.add(COMM(encoding=3, lang="eng", desc="", text="c" * more))
    tag.add(TXXX(encoding=3, desc="mood", text="calm"))
    if picture is not None:
        tag.add(APIC(encoding=3, mime="image/png", type=3, desc="", data=picture))
    file = io.BytesIO()
    tag.save(file, v2_version=4)
    return file.getvalue()


def tagged_flac(flac: bytes, *, title: str = "Song", picture: bytes | None = None) -> bytes:
    """With Vorbis comments and a cover."""
    file = io.BytesIO(flac)
    tags = FLAC(file)
    tags["title"] = title
    if picture is not None:
        cover = Picture()
        cover.type, cover.mime, cover.data = 3, "image/png", picture
        tags.add_picture(cover)
    file.seek(0)
    tags.save(file)
    return file.getvalue()
