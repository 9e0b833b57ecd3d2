"""espeak-ng, asked through its own library: text goes in, speech and the moment of every speech sound come out."""

from __future__ import annotations

import _ctypes
import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import espeakng_loader

from inference.singing.model import CannotBeSung

SAMPLE_RATE = 22050
"""Hz; what the library synthesises at."""

# From speak_lib.h.
_RETRIEVAL = 1
_PHONEME_EVENTS, _PHONEMES_AS_IPA, _DO_NOT_EXIT = 0x0001, 0x0002, 0x8000
_UTF8 = 1
_EVENT_END, _EVENT_PHONEME = 0, 7
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4
_OK = 0
_BUFFER_MS = 100


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))
# The library keeps its state in globals.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a speech sound begins."""

    position: int
    """Index of the character where its word begins in the text."""
    symbol: str
    """As espeak-ng writes it, stress marks included; empty for a pause or a break in the voice."""
    sample: int


@dataclass(frozen=True, slots=True)
class Speech:
    """What was said."""

    samples: bytes
    """16-bit mono at `SAMPLE_RATE`."""
    marks: tuple[Mark, ...]


def speak(text: str, voice: str, *, words_per_minute: int = 175, pitch: int = 50, melody: int = 50) -> Speech:
    """`text` in one of espeak-ng's voices; `pitch` and `melody` (its range; 0 speaks on one pitch) are 0..100.

    The same call gives the same samples, whatever was said before. Raises CannotBeSung when the library does not know
    the voice.
    """
    with _one_at_a_time, _library() as library:
        if library.espeak_SetVoiceByName(voice.encode()) != _OK:
            raise CannotBeSung(f"Nobody here can pronounce this language ({voice}).")
        settings = ((_RATE, words_per_minute), (_VOLUME, 100), (_PITCH, pitch), (_RANGE, melody))
        for parameter, value in settings:
            library.espeak_SetParameter(parameter, value, 0)
        chunks: list[bytes] = []
        marks: list[Mark] = []

        def collect(wave: Any, count: int, events: Any) -> int:
            index = 0
            while events[index].type != _EVENT_END:
                event = events[index]
                if event.type == _EVENT_PHONEME:
                    symbol = event.id.decode("utf-8", errors="ignore")
                    marks.append(Mark(max(event.text_position - 1, 0), symbol, event.sample))
                index += 1
            if wave and count > 0:
                chunks.append(ctypes.string_at(wave, 2 * count))
            return 0

        callback = _Callback(collect)
        library.espeak_SetSynthCallback(callback)
        encoded = text.encode() + b"\0"
        library.espeak_Synth(encoded, len(encoded), 0, 0, 0, _UTF8, None, None)
        library.espeak_Synchronize()
    return Speech(b"".join(chunks), tuple(marks))


@contextmanager
def _library() -> Iterator[Any]:
    """The library, loaded anew: the flutter and the noise of its voice go on from one text to the next otherwise."""
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    try:
        options = _PHONEME_EVENTS | _PHONEMES_AS_IPA | _DO_NOT_EXIT
        data = str(espeakng_loader.get_data_path()).encode()
        if library.espeak_Initialize(_RETRIEVAL, _BUFFER_MS, data, options) != SAMPLE_RATE:
            raise CannotBeSung("The pronunciation dictionary could not be loaded.")
        yield library
    finally:
        library.espeak_Terminate()
        _ctypes.dlclose(library._handle)
