"""Genres made with machines: disco to techno, beats, synthwave, ambient, chiptune."""

from __future__ import annotations

from inference.engines.composer.genres.base import Genre, Harmony, Melody, Mix, Part
from inference.engines.composer.score import Role

DISCO = Genre(
    "disco", "Disco", (114, 124), 0.6, "song", "seventh",
    Harmony(("Imaj7 vi7 ii7 V7", "IVmaj7 iii7 ii7 V7", "I6 I6 ii7 V7"), ("IVmaj7 V7 iii7 vi7", "ii7 V7 Imaj7 VI7"),
        ("vi7 iii7 IVmaj7 V7", "bVIImaj7 IVmaj7 Imaj7 V7")),
    Harmony(("i7 iv7 VII7 IIImaj7", "i7 i7 iv7 V7", "i7 VImaj7 iv7 v7"), ("VImaj7 VII7 i7 i7",
        "iv7 VII7 IIImaj7 VImaj7", "iv7 v7 i7 i7"), ("VImaj7 v7 iv7 V7sus4", "iv7 i7 iiø7 V7")),
    "disco", "standard",
    (
        Part(Role.DRUMS, "drums", (), 0.5, 0.0, 0.08, 0.15),
        Part(Role.BASS, "octaves", ("fingered bass", "slap bass"), 0.5, 0.0, 0.0, 0.2),
        Part(Role.CHORDS, "scratch", ("muted guitar", "clean guitar"), -4.0, -0.55, 0.1, 0.3),
        Part(Role.CHORDS, "disco keys", ("electric piano", "bright piano"), -3.0, 0.35, 0.14),
        Part(Role.PADS, "held", ("disco strings",), -6.0, 0.0, 0.35, 0.5),
        Part(Role.COUNTER, "horn stabs", ("brass section", "disco strings"), -5.0, -0.2, 0.25, 0.65),
        Part(Role.PERCUSSION, "congas", (), -8.0, 0.4, 0.12, 0.6),
        Part(Role.LEAD, "melody", ("disco strings lead", "vox lead", "synth lead", "flute lead"), -1.0, 0.0, 0.3),
    ),
    Melody(0.5, 0.5, 0.35, 72, 0.3, idiom="anthem", gate=0.92),
    Mix(1.4, 0.9, 0.15, 0.1, 1.0, glue=0.5, sweep=0.6),
    energy=0.7, human=0.3,
    kits=("power",),
)  # fmt: skip

HIPHOP = Genre(
    "hiphop", "Hip-hop", (84, 96), 0.75, "loop", "seventh",
    Harmony(("Imaj7 vi9 ii9 V9", "IVmaj7 iii7 vi9 vi9", "Imaj7 IVmaj7"), ("ii9 V9 Imaj7 vi9", "IVmaj7 V7 vi9 I7"),
        ("IVmaj7 iv6 Imaj7 Imaj7",)),
    Harmony(("i9 i9 iv9 v7", "i9 VImaj7 i9 VImaj7", "i7 iv7 i7 V7", "i9 VImaj7 iv9 V7"), ("VImaj7 VII7 i9 i9",
        "iv9 i9 VImaj7 V7"), ("iv9 iv9 v7 v7", "VImaj7 v7 iv9 V7")),
    "boom bap", "boom bap",
    (
        Part(Role.DRUMS, "drums", (), 2.0, 0.0, 0.05, 0.2),
        Part(Role.BASS, "boom", ("sine bass", "acoustic bass"), 1.0, 0.0, 0.0, 0.2),
        Part(Role.CHORDS, "sample chop", ("electric piano", "piano dusty", "vibraphone soft"), -2.0, -0.15, 0.2),
        Part(Role.PADS, "held", ("warm strings", "warm pad"), -10.0, 0.0, 0.35, 0.5),
        Part(Role.COUNTER, "horn stabs", ("brass section", "horns soft"), -9.0, 0.3, 0.2, 0.7),
        Part(Role.LEAD, "hook", ("flute lead", "mute trumpet", "vibraphone", "jazz guitar"), -4.0, 0.2, 0.3, 0.3),
    ),
    Melody(0.4, 0.5, 0.25, 70, 0.5, pentatonic=True, blue=True, idiom="hook"),
    Mix(1.0, 0.8, 0.12, 0.3, -1.0, dust=0.35, glue=0.6, drums=0.5, sweep=0.6),
    swing=0.59, swing_unit=0.25, modes={False: "major", True: "dorian"}, energy=0.55, human=0.55, loop=True,
    kits=("lofi",),
)  # fmt: skip

TRAP = Genre(
    "trap", "Trap", (132, 150), 0.95, "loop", "triad",
    Harmony(("I vi IV IV", "I I iii IV"), ("vi IV I V",), ("IV IV vi V",)),
    Harmony(("i i VI VI", "i VI i v", "i i iv VI", "i bII i bII"), ("VI VI i v", "iv iv VI V", "i III VI bII"),
        ("iv iv VI VI", "VI V VI V")),
    "trap", "808",
    (
        Part(Role.DRUMS, "drums", (), 1.0, 0.0, 0.06, 0.3),
        Part(Role.BASS, "808", ("808 bass",), 2.0, 0.0, 0.0, 0.3),
        Part(Role.ARP, "bell loop", ("bell synth", "music box", "harp"), -3.0, 0.2, 0.4),
        Part(Role.PADS, "held", ("dark pad", "choir"), -9.0, 0.0, 0.5, 0.25),
        Part(Role.CHORDS, "half notes", ("piano dusty", "dark pluck"), -6.0, -0.2, 0.3, 0.5),
        Part(Role.LEAD, "hook", ("flute lead", "vox lead", "bell synth", "square lead"), -3.0, 0.0, 0.45, 0.45),
    ),
    Melody(0.45, 0.4, 0.3, 73, 0.45, idiom="hook", pickup=0.3),
    Mix(2.0, 0.9, 0.2, 0.3, 0.5, echo=0.35, glue=0.5, drums=0.5, sweep=0.5),
    modes={False: "major", True: "minor"}, energy=0.6, human=0.1, loop=True,
)  # fmt: skip

LOFI = Genre(
    "lofi", "Lo-fi", (70, 86), 0.5, "loop", "ninth",
    Harmony(
        ("ii9 V13 Imaj9 vi9", "Imaj9 iii7 vi9 ii9", "IVmaj9 iii7 ii9 Imaj9", "Imaj9 VI7b9 ii9 V9sus4"),
        ("IVmaj9 iv6 iii7 VI7b9", "ii9 iii7 IVmaj9 V9sus4", "IVmaj7 V7/vi vi9 I9"),
        ("bVImaj7 bVII13 Imaj9 Imaj9", "iv9 bVII13 Imaj9 vi9"),
    ),
    Harmony(
        ("i9 iv9 VImaj7 v7", "VImaj9 v7 i9 i9", "i9 VII9sus4 VImaj7 v7"),
        ("iv9 VII13 IIImaj9 VImaj7", "VImaj9 VII13 i9 III69"),
        ("iiø7 V7#9 i9 i9", "iv9 v7 VImaj9 VImaj9"),
    ),
    "lofi", "lofi",
    (
        Part(Role.DRUMS, "drums", (), 0.0, 0.0, 0.08, 0.25),
        Part(Role.BASS, "lazy bass", ("sine bass", "fretless bass"), 0.5, 0.0, 0.0, 0.25),
        Part(Role.CHORDS, "lazy", ("electric piano soft", "electric piano", "piano dusty"), 0.0, -0.15, 0.25),
        Part(Role.CHORDS, "fingerpick", ("nylon guitar", "jazz guitar"), -8.0, 0.45, 0.25, 0.5),
        Part(Role.PADS, "held", ("warm pad",), -11.0, 0.0, 0.4, 0.4),
        Part(Role.LEAD, "hook", ("vibraphone soft", "jazz guitar", "flute lead", "kalimba", "piano lead"), -3.0, 0.15,
            0.4, 0.3),
    ),
    Melody(0.4, 0.5, 0.25, 71, 0.45, pentatonic=True, idiom="soul"),
    Mix(1.6, 1.0, 0.22, 0.2, -2.5, dust=0.8, echo=0.25, glue=0.5, sweep=0.6),
    swing=0.6, swing_unit=0.25, modes={False: "major", True: "dorian"}, energy=0.3, human=0.75, loop=True,
    kits=("boom bap",),
)  # fmt: skip

HOUSE = Genre(
    "house", "House", (120, 127), 0.65, "club", "seventh",
    Harmony(("IVmaj7 V7 vi7 iii7", "Imaj7 iii7 IVmaj7 iv6", "vi7 IVmaj7 Imaj7 V"), ("IVmaj7 Imaj7 V vi7",
        "IVmaj9 iii7 vi9 V"), ("ii9 iii7 IVmaj7 V9sus4",)),
    Harmony(("i9 i9 VImaj7 v7", "i7 VImaj7 III VII", "iv9 i9 iv9 v7", "i9 iv9 i9 VII9sus4"), ("VImaj7 VII i9 i9",
        "VImaj9 v7 iv9 i9", "i7 III7 VImaj7 VII"), ("iv9 v7 VImaj7 VII9sus4",)),
    "four floor", "909",
    (
        Part(Role.DRUMS, "drums", (), 1.5, 0.0, 0.04, 0.25),
        Part(Role.BASS, "off bass", ("house bass", "sine bass"), 0.5, 0.0, 0.0, 0.35),
        Part(Role.CHORDS, "stabs", ("house piano", "organ stab", "pluck synth"), 1.0, -0.1, 0.25),
        Part(Role.PADS, "held", ("warm pad", "saw pad"), -5.0, 0.0, 0.4, 0.3),
        Part(Role.PERCUSSION, "shakers", (), -7.0, 0.35, 0.08, 0.55),
        Part(Role.ARP, "arp sixteen", ("pluck synth", "marimba"), -5.0, 0.4, 0.35, 0.6),
        Part(Role.LEAD, "hook", ("vox lead", "synth lead", "flute lead"), -3.0, 0.0, 0.35, 0.45),
    ),
    Melody(0.5, 0.6, 0.3, 71, 0.4, pentatonic=True, idiom="hook", gate=0.8, pickup=0.3),
    Mix(1.5, 0.9, 0.55, 0.15, 0.0, echo=0.35, glue=0.6, drums=0.0, sweep=0.8),
    swing=0.54, swing_unit=0.25, modes={False: "major", True: "dorian"}, energy=0.7, human=0.1, loop=True,
    kits=("808",),
)  # fmt: skip

TECHNO = Genre(
    "techno", "Techno", (126, 138), 1.0, "club", "triad",
    Harmony(("I I I I", "I I bVII bVII"), ("I bVII I bVII",), ("IV IV I I",)),
    Harmony(("i i i i", "i i i bII", "i i VII i"), ("i i VI VII", "i bII i bII", "i i iv iv"), ("iv iv i i",
        "VI VI i i")),
    "techno", "909",
    (
        Part(Role.DRUMS, "drums", (), 2.5, 0.0, 0.06, 0.2),
        Part(Role.BASS, "rumble", ("acid bass", "sine bass"), 0.0, 0.0, 0.05, 0.25),
        Part(Role.ARP, "acid", ("acid lead", "dark pluck"), -2.0, -0.2, 0.3, 0.35),
        Part(Role.CHORDS, "dub stabs", ("dub chord",), -2.0, 0.25, 0.5, 0.3),
        Part(Role.PADS, "held", ("dark pad",), -9.0, 0.0, 0.5, 0.4),
        Part(Role.PERCUSSION, "techno perc", (), -5.0, 0.3, 0.15, 0.5),
        Part(Role.LEAD, "sparse", ("bell synth", "square lead"), -7.0, 0.1, 0.5, 0.65),
    ),
    Melody(0.3, 0.5, 0.3, 72, 0.6, idiom="hook", pickup=0.0),
    Mix(2.2, 1.0, 0.5, 0.35, 0.0, echo=0.5, glue=0.6, drums=1.0, sweep=0.8),
    modes={False: "mixolydian", True: "phrygian"}, energy=0.8, human=0.0, loop=True,
    kits=("808",),
)  # fmt: skip

TRANCE = Genre(
    "trance", "Trance", (132, 140), 0.85, "club", "triad",
    Harmony(("I V vi IV", "vi IV I V"), ("IV V I vi", "vi IV I V"), ("IV IV V V",)),
    Harmony(("i VI III VII", "i VII VI VII", "i v VI VII", "i VI VII i"), ("VI VII i i", "i VI III VII", "VI VII i v",
        "i iv VI V"), ("iv VI VII V", "VI VI VII VII")),
    "trance", "909",
    (
        Part(Role.DRUMS, "drums", (), 2.0, 0.0, 0.04, 0.3),
        Part(Role.BASS, "rolling", ("saw bass",), 0.0, 0.0, 0.0, 0.4),
        Part(Role.ARP, "trance gate", ("pluck synth", "supersaw pluck"), -3.0, 0.3, 0.4, 0.2),
        Part(Role.CHORDS, "gated", ("supersaw",), -2.0, 0.0, 0.35, 0.7),
        Part(Role.PADS, "held", ("saw pad", "choir"), -5.0, 0.0, 0.5),
        Part(Role.LEAD, "melody", ("supersaw lead",), -2.0, 0.0, 0.45, 0.3),
    ),
    Melody(0.45, 0.4, 0.4, 74, 0.15, idiom="anthem", pickup=0.25),
    Mix(2.4, 1.0, 0.6, 0.15, 1.5, echo=0.5, glue=0.6, drums=0.0, sweep=0.9),
    energy=0.85, human=0.0,
)  # fmt: skip

DNB = Genre(
    "dnb", "Drum & bass", (170, 176), 0.8, "club", "ninth",
    Harmony(("Imaj9 Imaj9 vi9 vi9", "IVmaj9 IVmaj9 iii7 vi9"), ("IVmaj9 V9sus4 vi9 Imaj9",),
        ("ii9 ii9 V9sus4 V9sus4",)),
    Harmony(("i9 i9 VImaj7 VImaj7", "i9 i9 iv9 v7", "VImaj9 VImaj9 i9 VII9sus4"), ("VImaj7 VII9sus4 i9 IIImaj7",
        "iv9 v7 VImaj7 i9"), ("iv9 iv9 VImaj7 VII9sus4",)),
    "breakbeat", "break",
    (
        Part(Role.DRUMS, "drums", (), 2.0, 0.0, 0.06, 0.3),
        Part(Role.BASS, "reese", ("reese bass",), 1.0, 0.0, 0.0, 0.45),
        Part(Role.PADS, "held", ("warm pad", "space pad"), -5.0, 0.0, 0.5),
        Part(Role.CHORDS, "liquid keys", ("electric piano", "piano"), -3.0, -0.2, 0.35, 0.2),
        Part(Role.ARP, "arp eight", ("bell synth", "pluck synth"), -8.0, 0.4, 0.45, 0.55),
        Part(Role.LEAD, "melody", ("vox lead", "synth lead", "flute lead"), -3.0, 0.0, 0.45, 0.4),
    ),
    Melody(0.3, 0.4, 0.3, 71, 0.4, idiom="broad"),
    Mix(2.0, 1.0, 0.3, 0.2, -1.0, echo=0.4, glue=0.6, drums=0.5, sweep=0.8),
    energy=0.85, human=0.15, loop=True,
    kits=("909",),
)  # fmt: skip

SYNTHWAVE = Genre(
    "synthwave", "Synthwave", (84, 116), 0.75, "song", "triad",
    Harmony(("I V vi IV", "I vi IV V", "I bVII IV I"), ("IV V vi vi", "vi IV I V"), ("bVI bVII I I", "ii IV V V")),
    Harmony(("i VI III VII", "i i VI VII", "i VII VI VI", "i iv VI VII"), ("VI VII i III", "VI VII i i",
        "III VII i VI"), ("iv iv VI VII", "VI v iv V")),
    "synthwave", "gated",
    (
        Part(Role.DRUMS, "drums", (), 1.5, 0.0, 0.2, 0.3),
        Part(Role.BASS, "sixteens", ("saw bass", "house bass"), 0.0, 0.0, 0.0, 0.15),
        Part(Role.ARP, "arp sixteen", ("pluck synth", "square pluck"), -4.0, 0.45, 0.35, 0.4),
        Part(Role.CHORDS, "half notes", ("poly synth", "supersaw soft"), -4.0, -0.35, 0.3, 0.5),
        Part(Role.PADS, "held", ("saw pad", "warm pad"), -5.0, 0.0, 0.5),
        Part(Role.LEAD, "melody", ("synth lead", "square lead", "supersaw lead"), -2.0, 0.05, 0.45),
    ),
    Melody(0.38, 0.35, 0.35, 72, 0.28, idiom="anthem"),
    Mix(2.4, 1.0, 0.35, 0.2, 0.5, echo=0.5, glue=0.5, drums=1.0, sweep=0.5),
    energy=0.6, human=0.05,
    kits=("808",),
)  # fmt: skip

AMBIENT = Genre(
    "ambient", "Ambient", (56, 76), 0.4, "drift", "ninth",
    Harmony(("Imaj9 Imaj9 IVmaj9 IVmaj9", "Iadd9 vi9 IVmaj9 Vsus4", "Imaj9 iii7 IVmaj9 Imaj9"),
        ("IVmaj9 Iadd9 vi9 Vsus4", "vi9 IVmaj9 Iadd9 Isus2"), ("ii9 ii9 IVmaj9 IVmaj9", "bVIImaj9 IVmaj9 Iadd9 Iadd9")),
    Harmony(("i9 i9 VImaj7 VImaj7", "i9 VImaj9 iv9 i9", "iadd9 VImaj7 IIImaj7 VII9sus4"),
        ("VImaj9 IIImaj9 i9 VIIsus4", "iv9 VImaj7 i9 i9"), ("iv9 iv9 i9 i9", "VImaj7 VImaj7 VII9sus4 VII9sus4")),
    "none", "orchestra",
    (
        Part(Role.BASS, "drone", ("sine bass", "cello ensemble"), -2.0, 0.0, 0.2, 0.12),
        Part(Role.PADS, "held", ("warm pad", "space pad", "halo pad"), 0.0, 0.0, 0.6),
        Part(Role.PADS, "slow high", ("bowed glass", "choir", "warm strings"), -6.0, 0.0, 0.7, 0.25),
        Part(Role.ARP, "drops", ("bell synth", "kalimba", "harp", "vibraphone soft"), -6.0, 0.35, 0.7, 0.16),
        Part(Role.CHORDS, "bloom", ("electric piano soft", "piano dusty"), -5.0, -0.25, 0.6, 0.15),
        Part(Role.LEAD, "sparse", ("piano lead", "flute lead", "vox lead", "vibraphone soft"), -5.0, 0.1, 0.7, 0.22),
    ),
    Melody(0.15, 0.2, 0.35, 72, 0.5, pentatonic=True, idiom="broad"),
    Mix(4.5, 1.3, 0.0, 0.0, 3.0, echo=0.5, glue=0.1),
    modes={False: "lydian", True: "dorian"}, energy=0.15, human=0.8, rubato=0.0, loop=True,
)  # fmt: skip

CHIPTUNE = Genre(
    "chiptune", "Chiptune", (124, 156), 0.4, "tune", "triad",
    Harmony(("I V vi IV", "I IV V I", "I bVII IV V", "I vi ii V"), ("IV V iii vi IV V I I", "vi IV V I"),
        ("bVI bVII I I", "ii V I vi")),
    Harmony(("i VI VII i", "i VII VI V", "i iv VII III"), ("VI VII i i", "iv VII III VI iv V i i"), ("bII bII i i",
        "VI iv V V")),
    "chip", "chip",
    (
        Part(Role.DRUMS, "drums", (), -2.0, 0.0, 0.0, 0.2),
        Part(Role.BASS, "chip bass", ("triangle chip",), 1.0, 0.0, 0.0),
        Part(Role.ARP, "chip arp", ("pulse chip thin",), -7.0, 0.4, 0.05),
        Part(Role.COUNTER, "counter", ("pulse chip thin",), -7.0, -0.4, 0.1, 0.5),
        Part(Role.LEAD, "melody", ("pulse chip",), -2.0, -0.1, 0.1),
    ),
    Melody(0.75, 0.35, 0.45, 74, 0.15, idiom="chip", gate=0.8, pickup=0.25),
    Mix(0.8, 0.5, 0.0, 0.0, 0.0, echo=0.4, glue=0.3),
    energy=0.7, human=0.0,
)  # fmt: skip

ALL = (DISCO, HIPHOP, TRAP, LOFI, HOUSE, TECHNO, TRANCE, DNB, SYNTHWAVE, AMBIENT, CHIPTUNE)
