"""What was asked beside what was heard: measured from the finished recording, by code that did not make it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.library.models import Version

NOT_MEASURED = "not measured"
_NOTHING = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """One measure: what was asked, if anything was, what was heard, and whether that is near enough."""

    name: str
    value: str
    asked: str = _NOTHING
    hit: bool | None = None
    """None when nothing was asked or it cannot be said."""
    says: str = ""
    """What a miss means, in plain words."""


def measured(version: Version) -> list[Heard]:
    """What was measured from the master beside what was asked; a missing measure says so."""
    return [
        _tempo(version),
        _key(version),
        _beside(version, "length", Heard("Length", f"{version.seconds:.1f} s"), "s"),
        _beside(version, "loudness", Heard("Loudness", number(version.loudness_lufs, "LUFS")), "LUFS"),
        _peak(version),
        Heard("Energy", f"{version.energy * 100:.0f} %"),
        Heard("Brightness", f"{version.brightness * 100:.0f} %"),
        *(
            [Heard("Singing", f"{version.vocal_presence * 100:.0f} % of the time")]
            if version.vocal_presence is not None
            else []
        ),
        Heard("Format", f"{version.sample_rate / 1000:g} kHz, {channels_in_words(version.channels)}"),
    ]


def channels_in_words(channels: int) -> str:
    """As "stereo"."""
    return {1: "mono", 2: "stereo"}.get(channels, f"{channels} channels")


def tried_again(version: Version) -> str:
    """That a first result missed what was asked and what came of the second try; empty when there was none."""
    again = version.heard.get("again")
    if not isinstance(again, Mapping):
        return ""
    kept = "The second was nearer and is this one." if again.get("kept") == "second" else "The first was kept."
    return f"The first try missed what was asked, so it was tried once more with another seed. {kept}"


def number(value: float | None, unit: str) -> str:
    """A measure with its unit; a missing one says so."""
    if value is None:
        return NOT_MEASURED
    return f"{value:.1f} {unit}".replace("-", "−")


def _tempo(version: Version) -> Heard:
    plain = Heard("Tempo", number(version.measured_tempo, "BPM"))
    found = _beside(version, "tempo", plain, "BPM")
    if found.hit is False:
        return _with(found, f"It came out at {plain.value} instead of {found.asked}.")
    asked = _number_asked(version, "tempo")
    octave = found.hit and asked and version.measured_tempo and not 0.9 < version.measured_tempo / asked < 1.1
    return _with(found, "Half or double the tempo is the same beat, counted otherwise.") if octave else found


def _key(version: Version) -> Heard:
    plain = Heard("Key", version.measured_key or "no clear key")
    compared = version.heard.get("key", {})
    asked = str(compared.get("asked") or "")
    if not asked:
        return plain
    hit = compared.get("hit")
    says = f"It is heard in {plain.value} rather than {asked}." if hit is False else ""
    return Heard(plain.name, plain.value, asked, hit, says)


def _peak(version: Version) -> Heard:
    plain = Heard("True peak", number(version.true_peak_dbtp, "dBTP"))
    found = _beside(version, "peak", plain, "dBTP")
    asked = f"at most {found.asked}" if found.asked else ""
    says = "Some players may distort it at full volume." if found.hit is False else ""
    return Heard(found.name, found.value, asked, found.hit, says)


def _beside(version: Version, name: str, plain: Heard, unit: str) -> Heard:
    """The measure with what was asked of it, where something was."""
    asked = _number_asked(version, name)
    if asked is None:
        return plain
    hit = version.heard[name].get("hit")
    return Heard(plain.name, plain.value, f"{asked:g} {unit}".replace("-", "−"), hit if isinstance(hit, bool) else None)


def _number_asked(version: Version, name: str) -> float | None:
    compared: Any = version.heard.get(name, {})
    asked = compared.get("asked") if isinstance(compared, Mapping) else None
    return float(asked) if isinstance(asked, int | float) else None


def _with(found: Heard, says: str) -> Heard:
    return Heard(found.name, found.value, found.asked, found.hit, says)
