"""Genres played by bands: pop, rock, metal, folk, country, blues, soul, funk."""

from __future__ import annotations

from inference.engines.composer.genres.base import Genre, Harmony, Melody, Mix, Part
from inference.engines.composer.score import Role

POP = Genre(
    "pop", "Pop", (98, 124), 0.35, "song", "add9",
    Harmony(
        ("I V vi IV", "vi IV I V", "I iii IV V", "I IV vi V", "I V^3 vi IV", "I ii vi IV"),
        ("IV V vi I^3", "I V vi IV", "vi IV I V", "IV I V vi", "I V ii IV"),
        ("ii vi IV V", "vi iii IV V", "IV iv I V", "bVII IV I V"),
    ),
    Harmony(
        ("i VI III VII", "i iv VI VII", "i v VI iv", "i III VII VI"),
        ("VI VII i III", "VI III VII i", "i VI III VII", "iv VI i VII"),
        ("iv i VI V", "VI iv III VII", "iv v VI V"),
    ),
    "pop", "power",
    (
        Part(Role.DRUMS, "drums", (), 0.0, 0.0, 0.1, 0.3),
        Part(Role.BASS, "pulse", ("fingered bass", "picked bass"), 0.0, 0.0, 0.0, 0.3),
        Part(Role.CHORDS, "piano pop", ("bright piano", "piano"), -1.0, -0.25, 0.2),
        Part(Role.CHORDS, "strum", ("steel guitar", "clean guitar"), -4.0, 0.5, 0.15, 0.5),
        Part(Role.PADS, "held", ("warm strings", "synth strings"), -7.0, 0.0, 0.4, 0.6),
        Part(Role.ARP, "arp eight", ("pluck synth", "glockenspiel"), -6.0, -0.5, 0.35, 0.7),
        Part(Role.LEAD, "melody", ("square lead", "vox lead", "flute lead"), -1.0, 0.05, 0.3),
    ),
    Melody(0.5, 0.45, 0.3, 71, 0.28, idiom="song"),
    Mix(1.5, 0.9, 0.12, 0.1, 1.0, echo=0.2, glue=0.5),
    energy=0.6, human=0.35,
    kits=("standard", "909",),
)  # fmt: skip

ROCK = Genre(
    "rock", "Rock", (112, 148), 0.4, "song", "triad",
    Harmony(
        ("I bVII IV I", "I IV I V", "I V IV IV", "I bIII IV I"),
        ("I V vi IV", "IV I V V", "I bVII IV IV", "vi IV I V"),
        ("vi V IV V", "bVI bVII I I", "ii IV V V"),
    ),
    Harmony(
        ("i VII VI VII", "i III VII IV", "i i VI VII", "i VII iv VI"),
        ("VI VII i i", "i VI III VII", "III VII i VI", "VI III VII i"),
        ("iv VI VII VII", "VI VI VII V", "iv i iv V"),
    ),
    "rock", "power",
    (
        Part(Role.DRUMS, "drums", (), 1.0, 0.0, 0.14, 0.2),
        Part(Role.BASS, "eighths", ("picked bass",), 0.0, 0.0, 0.0, 0.2),
        Part(Role.CHORDS, "power eights", ("overdrive guitar",), -2.0, -0.7, 0.1, 0.45),
        Part(Role.CHORDS, "power held", ("distortion guitar",), -3.5, 0.7, 0.1, 0.6),
        Part(Role.ARP, "picked", ("clean guitar",), -5.0, 0.35, 0.2, 0.0, 0.6),
        Part(Role.PADS, "held", ("rock organ",), -11.0, -0.2, 0.2, 0.65),
        Part(Role.LEAD, "melody", ("lead guitar",), -2.0, 0.1, 0.25),
    ),
    Melody(0.5, 0.35, 0.35, 69, 0.3, pentatonic=True, blue=True, idiom="riff"),
    Mix(1.1, 0.7, 0.0, 0.35, 0.5, echo=0.2, glue=0.6, drums=1.0),
    energy=0.75, human=0.4,
    kits=("standard",),
)  # fmt: skip

METAL = Genre(
    "metal", "Metal", (124, 176), 0.95, "song", "triad",
    Harmony(("I IV I V", "I I bVII IV", "I V IV I", "I I IV V"), ("I V vi IV", "I IV V V", "IV V I I", "I bVII IV I"),
        ("bVI bVII I I", "vi IV V V")),
    Harmony(
        ("i i bII i", "i i VI VII", "i bII i V", "i i iv V", "i VI i VII"),
        ("VI VII i i", "i VI iv V", "i VI VII i", "i VII VI V", "i iv VI V"),
        ("bII i bII i", "iv VI i V", "iv iv bII V"),
    ),
    "metal", "power",
    (
        Part(Role.DRUMS, "drums", (), 1.0, 0.0, 0.1, 0.15),
        Part(Role.BASS, "gallop", ("picked bass",), -1.0, 0.0, 0.0, 0.2),
        Part(Role.CHORDS, "chug", ("distortion guitar",), -2.5, -0.8, 0.06, 0.3),
        Part(Role.CHORDS, "chug", ("distortion guitar low",), -2.5, 0.8, 0.06, 0.3),
        Part(Role.ARP, "picked", ("clean guitar",), -4.0, -0.3, 0.4, 0.0, 0.45),
        Part(Role.PADS, "held", ("choir",), -10.0, 0.0, 0.5, 0.7),
        Part(Role.LEAD, "melody", ("lead guitar",), -2.0, 0.1, 0.3),
    ),
    Melody(0.65, 0.2, 0.45, 72, 0.25, idiom="riff", gate=0.95, pickup=0.25),
    Mix(1.3, 0.6, 0.0, 0.5, 1.0, echo=0.25, glue=0.7, drums=1.0),
    modes={False: "mixolydian", True: "minor"}, energy=0.9, human=0.25,
)  # fmt: skip

FOLK = Genre(
    "folk", "Folk", (82, 108), 0.45, "song", "triad",
    Harmony(
        ("I IV I V", "I vi IV I", "I I^3 IV I", "I V^3 vi IV", "I iii IV I"),
        ("IV I V vi", "IV V I vi", "vi IV I V", "IV I ii V"),
        ("vi iii IV I", "ii IV I V", "IV iv I I"),
    ),
    Harmony(
        ("i VII VI VII", "i VI III VII", "i III VII i", "i iv i VII"),
        ("VI III VII i", "III VII i VI", "iv i VI VII"),
        ("iv VI III VII", "VI VII i i", "iv i v VI"),
    ),
    "folk", "room",
    (
        Part(Role.PERCUSSION, "drums", (), -2.0, 0.0, 0.15, 0.5),
        Part(Role.BASS, "two", ("acoustic bass", "fretless bass"), -2.0, 0.0, 0.05, 0.4),
        Part(Role.CHORDS, "fingerpick", ("steel guitar", "nylon guitar"), 0.0, -0.3, 0.2),
        Part(Role.CHORDS, "strum soft", ("steel guitar two",), -5.0, 0.45, 0.15, 0.55),
        Part(Role.PADS, "held", ("warm strings", "cello ensemble"), -9.0, 0.1, 0.4, 0.6),
        Part(Role.COUNTER, "counter", ("cello", "harmonica", "accordion soft"), -6.0, 0.4, 0.3, 0.55),
        Part(Role.LEAD, "melody", ("violin lead", "flute lead", "whistle", "harmonica"), -2.0, 0.1, 0.3),
    ),
    Melody(0.42, 0.2, 0.25, 69, 0.32, idiom="song", pickup=0.65),
    Mix(1.5, 0.9, 0.0, 0.0, 1.5, glue=0.3),
    modes={False: "major", True: "minor"}, energy=0.35, human=0.7, rubato=0.5,
    kits=("brush",),
)  # fmt: skip

COUNTRY = Genre(
    "country", "Country", (96, 128), 0.1, "song", "triad",
    Harmony(
        ("I I IV I I I V V", "I IV I V", "I I IV V", "I V I I IV V I I"),
        ("IV I V I", "IV IV I I V V I I", "I IV V I"),
        ("vi IV I V", "II7 II7 V V", "ii V I VI7 ii V V7 V7"),
    ),
    Harmony(("i VII VI VII", "i i iv i"), ("III VII i VI", "VI VII i i"), ("iv i V V", "VI iv V V")),
    "train", "room",
    (
        Part(Role.DRUMS, "drums", (), -1.0, 0.0, 0.1, 0.3),
        Part(Role.BASS, "two", ("acoustic bass", "fingered bass"), 0.0, 0.0, 0.0, 0.2),
        Part(Role.CHORDS, "boom chick", ("steel guitar",), -1.0, -0.4, 0.12),
        Part(Role.ARP, "banjo roll", ("banjo",), -6.0, 0.5, 0.12, 0.55),
        Part(Role.COUNTER, "counter", ("slide guitar", "fiddle"), -6.0, 0.3, 0.3, 0.4),
        Part(Role.LEAD, "melody", ("fiddle", "harmonica", "twang guitar"), -2.0, 0.0, 0.2),
    ),
    Melody(0.5, 0.25, 0.3, 70, 0.25, pentatonic=True, idiom="country", pickup=0.65),
    Mix(1.1, 0.8, 0.0, 0.05, 1.0, glue=0.4),
    swing=0.56, energy=0.55, human=0.5,
    kits=("standard", "brush",),
)  # fmt: skip

BLUES = Genre(
    "blues", "Blues", (72, 112), 0.2, "blues", "dominant",
    Harmony(
        ("I7 IV7 I7 I7 IV7 IV7 I7 I7 V7 IV7 I7 V7", "I7 I7 I7 I7 IV7 IV7 I7 VI7 II7 V7 I7 V7"),
        ("I7 IV7 I7 I7 IV7 #ivo7 I7 VI7 ii7 V7 I7,VI7 ii7,V7",),
        ("IV7 IV7 I7 I7 II7 II7 V7 V7",),
    ),
    Harmony(
        ("i7 i7 i7 i7 iv7 iv7 i7 i7 VI7 V7 i7 V7", "i7 iv7 i7 i7 iv7 iv7 i7 i7 iiø7 V7 i7 V7"),
        ("i7 iv7 i7 i7 iv7 iv7 i7 i7 VI7 V7 i7 V7",),
        ("iv7 iv7 i7 i7 VI7 VI7 V7 V7",),
    ),
    "shuffle", "jazz",
    (
        Part(Role.DRUMS, "drums", (), -1.0, 0.0, 0.12, 0.2),
        Part(Role.BASS, "walking", ("acoustic bass", "fingered bass"), 0.0, 0.0, 0.0, 0.1),
        Part(Role.CHORDS, "blues shuffle", ("clean guitar", "jazz guitar"), -4.0, -0.4, 0.12),
        Part(Role.CHORDS, "charleston", ("blues organ", "piano"), -6.0, 0.35, 0.15, 0.4),
        Part(Role.LEAD, "melody", ("twang guitar", "harmonica", "tenor sax", "lead guitar"), -1.0, 0.05, 0.25),
    ),
    Melody(0.55, 0.4, 0.3, 68, 0.38, pentatonic=True, blue=True, idiom="blues", pickup=0.6),
    Mix(1.2, 0.8, 0.0, 0.2, -0.5, echo=0.12, glue=0.4),
    swing=0.65, modes={False: "mixolydian", True: "minor"}, energy=0.5, human=0.7, rubato=0.4,
    kits=("room", "standard",),
)  # fmt: skip

SOUL = Genre(
    "soul", "Soul / R&B", (66, 96), 0.5, "song", "ninth",
    Harmony(
        ("Imaj9 vi9 ii9 V13", "IVmaj7 iii7 ii9 Imaj9", "Imaj9 iii7 IVmaj7 iv6", "ii9 iii7 IVmaj7 V9sus4"),
        ("IVmaj7 V7/vi vi9 I9", "IVmaj9 iii7 vi9 V9sus4", "ii9 V13 Imaj9 vi9"),
        ("IVmaj7 iv6 iii7 VI7b9 ii9 V9sus4 ii9 V13", "bVImaj7 bVII13 Imaj9 Imaj9"),
    ),
    Harmony(
        ("i9 iv9 VImaj7 v7", "i9 VImaj7 iv9 V7#9", "iv9 VII13 IIImaj9 VImaj7"),
        ("VImaj7 VII13 i9 iv9", "iv9 v7 VImaj7 i9", "VImaj9 v7 i9 IIImaj7"),
        ("iv9 VII9 IIImaj7 VImaj7 iiø7 V7#9 i9 V7#9",),
    ),
    "neo soul", "room",
    (
        Part(Role.DRUMS, "drums", (), 0.0, 0.0, 0.08, 0.2),
        Part(Role.BASS, "soul", ("fingered bass", "fretless bass"), 0.5, 0.0, 0.0, 0.15),
        Part(Role.CHORDS, "lazy", ("electric piano", "electric piano soft"), -1.0, -0.2, 0.25),
        Part(Role.CHORDS, "wah", ("muted guitar",), -8.0, 0.5, 0.12, 0.5),
        Part(Role.PADS, "held", ("warm pad", "warm strings"), -9.0, 0.0, 0.35, 0.55),
        Part(Role.COUNTER, "counter", ("horns soft", "tenor sax"), -8.0, 0.35, 0.3, 0.6),
        Part(Role.LEAD, "melody", ("vox lead", "alto sax", "jazz guitar", "mute trumpet"), -2.0, 0.05, 0.3),
    ),
    Melody(0.5, 0.55, 0.3, 69, 0.35, pentatonic=True, blue=True, idiom="soul"),
    Mix(1.4, 0.9, 0.1, 0.1, -0.5, echo=0.2, glue=0.4),
    swing=0.57, swing_unit=0.25, modes={False: "major", True: "dorian"}, energy=0.4, human=0.7,
    kits=("standard", "808",),
)  # fmt: skip

FUNK = Genre(
    "funk", "Funk", (98, 116), 0.6, "groove", "ninth",
    Harmony(
        ("I9 I9 I9 IV9", "I9 I9 IV9 IV9", "I9 bVII9 IV9 I9"),
        ("IV9 IV9 I9 I9", "ii9 V13 I9 I9", "bIII9 IV9 I9 I9"),
        ("IV9 bVII13 bIII13 bVI13", "ii7 iii7 IVmaj7 V9sus4"),
    ),
    Harmony(
        ("i9 i9 i9 IV9", "i9 IV9 i9 IV9", "i9 i9 VII9 IV9"),
        ("VImaj7 VII13 i9 i9", "iv9 VII13 i9 i9", "III9 IV9 i9 i9"),
        ("iv9 v9 VImaj7 VII13", "VI9 V7#9 i9 i9"),
    ),
    "funk", "standard",
    (
        Part(Role.DRUMS, "drums", (), 0.5, 0.0, 0.06, 0.1),
        Part(Role.BASS, "funk", ("slap bass", "fingered bass"), 1.0, 0.0, 0.0, 0.1),
        Part(Role.CHORDS, "scratch", ("muted guitar", "clean guitar"), -4.0, -0.55, 0.08, 0.25),
        Part(Role.CHORDS, "clav", ("clavinet", "electric piano"), -5.0, 0.45, 0.08, 0.4),
        Part(Role.COUNTER, "horn stabs", ("brass section",), -4.0, 0.2, 0.18, 0.6),
        Part(Role.PERCUSSION, "shakers", (), -6.0, 0.4, 0.1, 0.5),
        Part(Role.LEAD, "melody", ("alto sax", "brass lead", "synth lead"), -2.0, 0.0, 0.2),
    ),
    Melody(0.65, 0.65, 0.35, 70, 0.4, pentatonic=True, blue=True, idiom="funk", gate=0.7),
    Mix(0.9, 0.7, 0.0, 0.2, 1.0, glue=0.5, drums=0.5),
    swing=0.54, swing_unit=0.25, modes={False: "mixolydian", True: "dorian"}, energy=0.65, human=0.4, loop=True,
    kits=("room",),
)  # fmt: skip

ALL = (POP, ROCK, METAL, FOLK, COUNTRY, BLUES, SOUL, FUNK)
