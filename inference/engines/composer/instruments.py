"""The sounds: which SoundFont programs or synthesisers an instrument is made of, and where it is comfortable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inference.engines.composer.score import Layer


@dataclass(frozen=True, slots=True)
class Instrument:
    """A sound by name; `low`..`high` is the range in which it is written."""

    name: str
    layers: tuple[Layer, ...]
    low: int
    high: int
    gain_db: float = 0.0
    solo: bool = True
    """Whether it can carry a melody."""


def _sf(
    name: str, program: int, low: int, high: int, gain: float = 0.0, *, second: tuple[int, float, int] | None = None
) -> Instrument:
    layers = [Layer(program)]
    if second:
        layers.append(Layer(second[0], second[1], second[2]))
    return Instrument(name, tuple(layers), low, high, gain)


def _synth(
    name: str, synth: str, low: int, high: int, gain: float = 0.0, *, second: Layer | None = None, program: int = 80
) -> Instrument:
    layers = (Layer(program, 0.0, 0, synth),)
    return Instrument(name, (*layers, second) if second else layers, low, high, gain)


_ALL = (
    _sf("piano", 0, 36, 96),
    _sf("bright piano", 1, 36, 98, -1.0),
    _sf("piano lead", 0, 55, 98, 1.0, second=(4, -14.0, 0)),
    _sf("piano dusty", 0, 40, 90, -1.0, second=(5, -8.0, 0)),
    _sf("house piano", 1, 45, 92, 0.0, second=(2, -3.0, 0)),
    _sf("electric piano", 4, 40, 90),
    _sf("electric piano soft", 4, 40, 90, -1.0, second=(88, -16.0, 0)),
    _sf("harpsichord", 6, 40, 88),
    _sf("clavinet", 7, 40, 86),
    _sf("celesta", 8, 60, 100),
    _sf("glockenspiel", 9, 67, 103, -2.0),
    _sf("music box", 10, 60, 98, 0.0, second=(8, -9.0, 0)),
    _sf("vibraphone", 11, 53, 89, 0.0, second=(8, -13.0, 0)),
    _sf("vibraphone soft", 11, 53, 89, -1.0, second=(4, -10.0, 0)),
    _sf("marimba", 12, 48, 92, 0.0, second=(11, -14.0, 0)),
    _sf("kalimba", 108, 55, 92, 0.0, second=(12, -11.0, 0)),
    _sf("steel drum", 114, 55, 88, 0.0, second=(12, -10.0, 0)),
    _sf("sitar", 104, 48, 84, 0.0, second=(25, -13.0, 0)),
    _sf("koto", 107, 50, 88, 0.0, second=(24, -13.0, 0)),
    _sf("blues organ", 16, 45, 86, -1.0),
    _sf("rock organ", 18, 45, 86, 0.0, second=(16, -9.0, 0)),
    _sf("organ stab", 17, 45, 84),
    _sf("church organ", 19, 36, 90, 0.0, second=(52, -14.0, 0)),
    _sf("reed organ", 20, 45, 84, 0.0, second=(21, -11.0, 0)),
    _sf("accordion", 21, 53, 89, 0.0, second=(22, -10.0, 0)),
    _sf("accordion soft", 21, 53, 86, -2.0, second=(23, -4.0, 0)),
    _sf("harmonica", 22, 57, 86, 0.0, second=(20, -13.0, 0)),
    _sf("melodica", 22, 57, 84, -1.0, second=(20, -9.0, 0)),
    _sf("bagpipe", 109, 57, 81, 0.0, second=(110, -12.0, 0)),
    _sf("bagpipe drone", 109, 45, 76, -3.0, second=(20, -8.0, 0)),
    _sf("nylon guitar", 24, 40, 83),
    _sf("steel guitar", 25, 40, 84),
    _sf("steel guitar two", 25, 45, 84, -1.0, second=(24, -6.0, 0)),
    _sf("jazz guitar", 26, 45, 84, 0.0, second=(24, -12.0, 0)),
    _sf("clean guitar", 27, 40, 86, 0.0, second=(25, -13.0, 0)),
    _sf("muted guitar", 28, 45, 84),
    _sf("muted guitar chords", 27, 50, 82, 0.0, second=(28, 0.0, 0)),
    _sf("overdrive guitar", 29, 40, 84),
    _sf("distortion guitar", 30, 38, 84),
    _sf("distortion guitar low", 30, 36, 80, 0.0, second=(29, -4.0, 0)),
    _sf("lead guitar", 29, 52, 88, 0.0, second=(30, -5.0, 0)),
    _sf("twang guitar", 27, 50, 84, 0.0, second=(25, -6.0, 0)),
    _sf("slide guitar", 26, 52, 84, 0.0, second=(27, -6.0, 0)),
    _sf("banjo", 105, 48, 84),
    _sf("mandolin", 25, 55, 88, 0.0, second=(105, -6.0, 0)),
    _sf("harp", 46, 40, 96),
    _sf("acoustic bass", 32, 28, 55),
    _sf("fingered bass", 33, 28, 55),
    _sf("picked bass", 34, 28, 55),
    _sf("fretless bass", 35, 28, 55),
    _sf("slap bass", 36, 28, 58),
    _sf("tuba", 58, 30, 55),
    _sf("violin", 40, 55, 93, 0.0, second=(48, -13.0, 0)),
    _sf("violin lead", 40, 57, 93, 0.0, second=(48, -9.0, 0)),
    _sf("violin soft", 40, 57, 90, -2.0, second=(49, -3.0, 0)),
    _sf("fiddle", 110, 57, 89, 0.0, second=(40, -7.0, 0)),
    _sf("violas", 41, 50, 80, -1.0, second=(48, -3.0, 0)),
    _sf("cello", 42, 38, 72, 0.0, second=(48, -13.0, 0)),
    _sf("cello ensemble", 42, 36, 67, 0.0, second=(49, -4.0, 0)),
    _sf("contrabass", 43, 28, 55, 0.0, second=(49, -6.0, 0)),
    _sf("warm strings", 49, 43, 88, 0.0, second=(48, -4.0, 0)),
    _sf("warm strings short", 48, 48, 86),
    _sf("synth strings", 50, 48, 88, 0.0, second=(49, -5.0, 0)),
    _sf("disco strings", 48, 52, 92, 0.0, second=(50, -7.0, 0)),
    _sf("disco strings lead", 48, 60, 93, 1.0, second=(40, -5.0, 0)),
    _sf("spiccato strings", 48, 43, 84, 0.0, second=(45, -2.0, 0)),
    _sf("pizzicato", 45, 45, 90),
    _sf("tremolo strings", 44, 45, 88),
    _sf("choir", 52, 48, 81, 0.0, second=(91, -10.0, 0)),
    _sf("vox lead", 53, 57, 84, 1.0, second=(85, -8.0, 0)),
    _sf("trumpet", 56, 55, 84, -1.0, second=(61, -12.0, 0)),
    _sf("mute trumpet", 59, 55, 83, 0.0, second=(56, -13.0, 0)),
    _sf("trombone", 57, 43, 72, 0.0, second=(60, -9.0, 0)),
    _sf("french horn", 60, 45, 75, 0.0, second=(61, -13.0, 0)),
    _sf("french horn lead", 60, 50, 77, 1.0, second=(48, -7.0, 0)),
    _sf("brass section", 61, 48, 82, -1.0, second=(56, -10.0, 0)),
    _sf("brass lead", 61, 53, 82, 0.0, second=(56, -4.0, 0)),
    _sf("horns soft", 60, 48, 77, 0.0, second=(66, -4.0, 0)),
    _sf("soprano sax", 64, 58, 86, 0.0, second=(65, -12.0, 0)),
    _sf("alto sax", 65, 53, 81, 0.0, second=(61, -15.0, 0)),
    _sf("tenor sax", 66, 46, 76, 0.0, second=(57, -15.0, 0)),
    _sf("oboe", 68, 59, 88, 0.0, second=(49, -17.0, 0)),
    _sf("bassoon", 70, 40, 70, 0.0, second=(71, -12.0, 0)),
    _sf("clarinet", 71, 52, 88, 0.0, second=(89, -18.0, 0)),
    _sf("piccolo", 72, 74, 103, -2.0, second=(73, -10.0, 0)),
    _sf("flute lead", 73, 60, 93, 0.0, second=(53, -14.0, 0)),
    _sf("recorder", 74, 65, 93, 0.0, second=(73, -9.0, 0)),
    _sf("pan flute", 75, 60, 88, 0.0, second=(73, -10.0, 0)),
    _sf("shakuhachi", 77, 58, 86, 0.0, second=(75, -9.0, 0)),
    _sf("whistle", 74, 67, 95, 0.0, second=(78, -9.0, 0)),
    _sf("timpani", 47, 38, 57),
    _sf("square lead", 80, 55, 88, -2.0, second=(82, -6.0, 0)),
    _sf("synth lead", 81, 52, 88, -1.0, second=(80, -8.0, 0)),
    _sf("poly synth", 90, 45, 88, 0.0, second=(50, -10.0, 0)),
    _sf("space pad", 91, 45, 88, 0.0, second=(89, -3.0, 0)),
    _sf("warm pad", 89, 43, 86, 0.0, second=(49, -6.0, 0)),
    _sf("halo pad", 94, 45, 88, 0.0, second=(89, -3.0, 0)),
    _sf("dark pad", 95, 40, 80, 0.0, second=(89, -3.0, 0)),
    _sf("bowed glass", 92, 52, 90, 0.0, second=(52, -8.0, 0)),
    _synth("sine bass", "sine_bass", 28, 55),
    _synth("808 bass", "bass_808", 26, 50),
    _synth("house bass", "house_bass", 28, 55),
    _synth("saw bass", "saw_bass", 28, 55),
    _synth("acid bass", "acid", 28, 55),
    _synth("reese bass", "reese", 28, 52),
    _synth("acid lead", "acid", 40, 76),
    _synth("pluck synth", "pluck", 48, 96),
    _synth("dark pluck", "dark_pluck", 43, 84),
    _synth("square pluck", "square_pluck", 48, 96),
    _synth("supersaw pluck", "saw_pluck", 48, 96),
    _synth("bell synth", "bell", 55, 98, second=Layer(9, -14.0, 0)),
    _synth("supersaw", "supersaw", 45, 90, second=Layer(50, -12.0, 0)),
    _synth("supersaw soft", "supersaw_soft", 45, 88),
    _synth("supersaw lead", "supersaw_lead", 55, 90, second=Layer(80, -9.0, 0, "pluck")),
    _synth("saw pad", "saw_pad", 43, 86, second=Layer(89, -8.0, 0)),
    _synth("dub chord", "dub", 45, 84),
    _synth("pulse chip", "pulse", 48, 98, second=Layer(80, -14.0, 0, "triangle")),
    _synth("pulse chip thin", "pulse_thin", 48, 98),
    _synth("triangle chip", "triangle", 28, 60),
)

INSTRUMENTS: Mapping[str, Instrument] = {instrument.name: instrument for instrument in _ALL}

REQUESTED: Mapping[str, tuple[str, ...]] = {
    "piano": ("piano", "piano lead"),
    "electric piano": ("electric piano",),
    "acoustic guitar": ("steel guitar", "steel guitar two"),
    "nylon guitar": ("nylon guitar",),
    "electric guitar": ("clean guitar", "twang guitar"),
    "distorted guitar": ("distortion guitar", "lead guitar"),
    "strings": ("warm strings",),
    "violin": ("violin lead",),
    "cello": ("cello",),
    "flute": ("flute lead",),
    "clarinet": ("clarinet",),
    "oboe": ("oboe",),
    "saxophone": ("tenor sax", "alto sax"),
    "trumpet": ("trumpet", "mute trumpet"),
    "trombone": ("trombone",),
    "brass": ("brass section", "brass lead"),
    "french horn": ("french horn lead",),
    "harp": ("harp",),
    "organ": ("blues organ", "rock organ"),
    "church organ": ("church organ",),
    "accordion": ("accordion",),
    "harmonica": ("harmonica",),
    "banjo": ("banjo",),
    "mandolin": ("mandolin",),
    "sitar": ("sitar",),
    "koto": ("koto",),
    "kalimba": ("kalimba",),
    "marimba": ("marimba",),
    "vibraphone": ("vibraphone",),
    "glockenspiel": ("glockenspiel",),
    "music box": ("music box",),
    "steel drum": ("steel drum",),
    "pan flute": ("pan flute",),
    "whistle": ("whistle",),
    "recorder": ("recorder",),
    "bagpipe": ("bagpipe",),
    "choir": ("choir",),
    "synth": ("synth lead", "poly synth"),
    "pad": ("warm pad",),
    "harpsichord": ("harpsichord",),
    "pizzicato": ("pizzicato",),
}
"""What a word in a prompt asks for: the first sound accompanies, the last one leads."""

HARMONIC = frozenset(
    {"piano", "electric piano", "acoustic guitar", "nylon guitar", "electric guitar", "distorted guitar", "organ",
        "church organ",
     "harpsichord", "accordion", "harp", "banjo", "mandolin", "koto", "sitar", "kalimba", "marimba", "vibraphone",
         "music box"}
)  # fmt: skip
"""Instruments that play chords when asked for; the others take the melody."""

CUSHION = frozenset({"strings", "choir", "pad"})
"""Instruments that hold chords."""
