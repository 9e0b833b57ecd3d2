"""Genres with a tradition of their own: jazz, bossa nova, reggae, latin, celtic, waltz, classical, ballad, march, "
"cinematic."""

from __future__ import annotations

from inference.engines.composer.genres.base import Genre, Harmony, Melody, Mix, Part
from inference.engines.composer.score import Role

JAZZ = Genre(
    "jazz", "Jazz", (108, 176), 0.4, "aaba", "seventh",
    Harmony(
        ("Imaj7 vi7 ii9 V13 iii7 VI7b9 ii9 V13", "Imaj9 #ivø7,VII7 iii7 VI7b9 ii9 V13 Imaj7,vi7 ii7,V7",
            "ii9 V13 Imaj9 Imaj9 iii7 VI7b9 ii9 V13"),
        ("ii9 V13 Imaj9 vi7 II7 II7 ii9 V13",),
        ("v9 I13 IVmaj7 IVmaj7 vi9 II13 ii9 V7b9", "iii7 iii7 VI7b9 VI7b9 II13 II13 ii9 V13",
            "IVmaj7 bVII13 Imaj9 Imaj9 #ivø7 VII7b9 iii7,VI7 ii9,V13"),
    ),
    Harmony(
        ("i6 iiø7,V7b9 i6 V7b9 iv9 VII13 IIImaj7 iiø7,V7b9", "iv9 VII13 IIImaj7 VImaj7 iiø7 V7b9 i6 i6",
            "i69 VI13 iiø7 V7b9 i69 VI13 iiø7 V7b9"),
        ("iiø7 V7b9 i6 i6 iv9 VII13 IIImaj7 V7b9",),
        ("iv9 VII13 IIImaj7 IIImaj7 VImaj7 iiø7 V7b9 V7b9", "v9 I7b9 iv9 iv9 iv9 VII13 IIImaj7 V7b9"),
    ),
    "swing", "jazz",
    (
        Part(Role.DRUMS, "drums", (), -2.0, 0.1, 0.14, 0.1),
        Part(Role.BASS, "walking", ("acoustic bass",), 1.0, 0.0, 0.05, 0.05),
        Part(Role.CHORDS, "charleston", ("piano", "jazz guitar"), -1.0, -0.35, 0.15),
        Part(Role.COUNTER, "counter", ("horns soft", "trombone"), -7.0, 0.4, 0.25, 0.75),
        Part(Role.LEAD, "melody", ("tenor sax", "mute trumpet", "alto sax", "vibraphone", "clarinet"), 0.0, 0.15, 0.22),
    ),
    Melody(0.62, 0.5, 0.35, 67, 0.3, blue=True, idiom="swing", pickup=0.7),
    Mix(1.3, 0.9, 0.0, 0.0, -0.5, glue=0.2, drums=-1.0),
    swing=0.64, energy=0.5, human=0.7, rubato=0.5,
    kits=("brush",),
)  # fmt: skip

BOSSA = Genre(
    "bossa", "Bossa nova", (118, 144), 0.35, "aaba", "seventh",
    Harmony(
        ("Imaj9 Imaj9 II13 II13 ii9 V7b9 Imaj9 bII9", "Imaj7 VI7b9 ii9 V13 Imaj9 iii7,VI7 ii9 V13",
            "IVmaj7 iv6 iii7 VI7b9 ii9 V13 Imaj9 Imaj9"),
        ("ii9 V13 Imaj9 vi9 ii9 V13 Imaj9 Imaj9",),
        ("bIImaj7 bIImaj7 bV9 bV9 iv9 bVII13 iii7 VI7b9", "iv9 bVII13 bIIImaj7 bIIImaj7 ii9 V13 ii9 V7b9"),
    ),
    Harmony(
        ("i9 i9 iiø7 V7b9 i9 iv9 iiø7 V7b9", "i9 VII13 VImaj7 V7b9 i9 VII13 VImaj7 V7b9"),
        ("iv9 VII13 IIImaj9 VImaj7 iiø7 V7b9 i69 i69",),
        ("iv9 iv9 IIImaj7 IIImaj7 VImaj7 bII9 iiø7 V7b9",),
    ),
    "bossa", "brush",
    (
        Part(Role.DRUMS, "drums", (), -4.0, 0.1, 0.12, 0.1),
        Part(Role.BASS, "bossa", ("acoustic bass",), 0.0, 0.0, 0.05),
        Part(Role.CHORDS, "bossa", ("nylon guitar",), 0.0, -0.35, 0.18),
        Part(Role.CHORDS, "lazy", ("electric piano soft",), -9.0, 0.4, 0.25, 0.6),
        Part(Role.PADS, "held", ("warm strings",), -12.0, 0.0, 0.4, 0.65),
        Part(Role.LEAD, "melody", ("flute lead", "alto sax", "vibraphone", "whistle"), -1.0, 0.15, 0.3),
    ),
    Melody(0.45, 0.6, 0.28, 70, 0.32, idiom="bossa"),
    Mix(1.5, 0.9, 0.0, 0.0, -0.5, glue=0.2),
    energy=0.35, human=0.55, rubato=0.3,
    kits=("jazz",),
)  # fmt: skip

REGGAE = Genre(
    "reggae", "Reggae", (68, 84), 0.4, "groove", "triad",
    Harmony(("I IV I IV", "I V IV IV", "I vi ii V", "I ii I ii"), ("IV V I I", "I V vi IV", "IV I V I"),
        ("vi iii vi V", "ii V ii V")),
    Harmony(("i iv i iv", "i VII i VII", "i VII VI VII", "i v i v"), ("VI VII i i", "iv i VII i", "III VII i i"),
        ("iv v iv v", "VI VI VII VII")),
    "one drop", "room",
    (
        Part(Role.DRUMS, "drums", (), 0.0, 0.0, 0.15, 0.15),
        Part(Role.BASS, "reggae", ("fingered bass", "sine bass"), 2.5, 0.0, 0.0, 0.1),
        Part(Role.CHORDS, "skank", ("muted guitar chords", "clean guitar"), -0.5, -0.4, 0.2),
        Part(Role.CHORDS, "bubble", ("blues organ",), -7.0, 0.4, 0.12, 0.3),
        Part(Role.PERCUSSION, "congas", (), -7.0, 0.35, 0.15, 0.5),
        Part(Role.COUNTER, "horn stabs", ("horns soft",), -6.0, 0.2, 0.35, 0.6),
        Part(Role.LEAD, "melody", ("melodica", "trombone", "clean guitar"), -2.0, 0.1, 0.4),
    ),
    Melody(0.42, 0.45, 0.25, 69, 0.4, pentatonic=True, idiom="reggae", gate=0.9),
    Mix(1.5, 1.1, 0.0, 0.1, -1.0, echo=0.5, glue=0.4),
    swing=0.58, modes={False: "major", True: "dorian"}, energy=0.45, human=0.6, loop=True,
    kits=("standard",),
)  # fmt: skip

LATIN = Genre(
    "latin", "Latin", (92, 108), 0.6, "groove", "seventh",
    Harmony(("I6 IV6 V7 IV6", "I6 VI7 ii7 V7", "I6 I6 V7 V7 V7 V7 I6 I6"), ("IV6 V7 I6 vi7", "ii7 V7 I6 I6"),
        ("vi7 II7 ii7 V7", "IV6 iv6 I6 V7")),
    Harmony(("i6 iv7 V7 i6", "i7 VII7 VImaj7 V7", "i6 iv7 V7 iv7"), ("iv7 VII7 IIImaj7 VImaj7 iiø7 V7 i6 i6",
        "iv7 V7 i6 i6"), ("VImaj7 VImaj7 V7 V7", "iv7 i6 II7 V7")),
    "salsa", "room",
    (
        Part(Role.DRUMS, "drums", (), -2.0, 0.0, 0.12, 0.3),
        Part(Role.PERCUSSION, "congas", (), -3.0, 0.3, 0.12),
        Part(Role.BASS, "tumbao", ("acoustic bass", "fingered bass"), 1.0, 0.0, 0.0, 0.05),
        Part(Role.CHORDS, "montuno", ("bright piano", "piano"), -2.0, -0.3, 0.14),
        Part(Role.COUNTER, "horn stabs", ("brass section",), -4.0, 0.3, 0.2, 0.55),
        Part(Role.PADS, "held", ("accordion soft", "warm strings"), -12.0, 0.1, 0.25, 0.75),
        Part(Role.LEAD, "melody", ("trumpet", "flute lead", "trombone", "steel drum"), -1.5, 0.1, 0.22),
    ),
    Melody(0.6, 0.65, 0.35, 71, 0.35, idiom="latin", gate=0.88),
    Mix(1.1, 0.8, 0.0, 0.1, 1.0, glue=0.4),
    energy=0.7, human=0.45,
    kits=("standard",),
)  # fmt: skip

CELTIC = Genre(
    "celtic", "Celtic", (104, 124), 0.5, "tune", "triad",
    Harmony(("I I bVII I", "I IV I V", "I V IV I", "I bVII IV V"), ("IV I bVII I", "I bVII I V", "vi IV I V"),
        ("vi V IV V", "ii IV V V")),
    Harmony(("i VII i VII", "i i VII i", "i VII III VII"), ("III VII i VII", "VII i VII i", "III VII IV i"),
        ("IV VII i i", "v VII i i")),
    "jig", "room",
    (
        Part(Role.PERCUSSION, "drums", (), -1.0, 0.0, 0.2, 0.35),
        Part(Role.BASS, "pedal", ("acoustic bass", "cello ensemble"), -2.0, 0.0, 0.1, 0.4),
        Part(Role.CHORDS, "strum", ("steel guitar",), -3.0, -0.4, 0.16, 0.3),
        Part(Role.ARP, "harp broken", ("harp",), -4.0, 0.45, 0.3, 0.0, 0.75),
        Part(Role.PADS, "drone", ("bagpipe drone", "reed organ"), -12.0, 0.0, 0.3, 0.5),
        Part(Role.COUNTER, "double", ("fiddle", "recorder"), -4.0, -0.25, 0.25, 0.65),
        Part(Role.LEAD, "melody", ("whistle", "fiddle", "flute lead"), -1.0, 0.15, 0.3),
    ),
    Melody(0.85, 0.05, 0.35, 72, 0.12, idiom="reel", gate=0.92, pickup=0.7),
    Mix(1.7, 0.9, 0.0, 0.0, 0.5, glue=0.3),
    meter="6/8", modes={False: "mixolydian", True: "dorian"}, energy=0.6, human=0.45, rubato=0.3,
)  # fmt: skip

WALTZ = Genre(
    "waltz", "Waltz", (96, 160), 0.5, "rondo", "triad",
    Harmony(
        ("I I V7 V7 V7 V7 I I", "I VI7 ii ii V7 V7 I V7", "I vi ii V7 I vi ii V7"),
        ("IV IV I I V7 V7 I I", "V7/IV IV V7 I V7/IV IV II7 V7"),
        ("vi vi iii iii IV I II7 V7", "iv iv I I II7 II7 V7 V7"),
    ),
    Harmony(
        ("i i V7 V7 V7 V7 i i", "i iv i V7 i iv V7 i", "i VI iv V7 i VI iiø7 V7"),
        ("III III VII7 VII7 VII7 VII7 III V7", "VI III iv i VI III iiø7 V7"),
        ("iv i V7 i iv i V7/V V7", "VI VI III III iv iv V7 V7"),
    ),
    "waltz", "brush",
    (
        Part(Role.DRUMS, "drums", (), -6.0, 0.0, 0.2, 0.6),
        Part(Role.BASS, "waltz", ("contrabass", "acoustic bass"), 0.0, 0.0, 0.15),
        Part(Role.CHORDS, "oom pah", ("accordion", "piano", "warm strings short"), -2.0, -0.3, 0.25),
        Part(Role.ARP, "harp broken", ("harp", "music box"), -8.0, 0.45, 0.35, 0.5),
        Part(Role.PADS, "held", ("warm strings",), -8.0, 0.0, 0.45, 0.4),
        Part(Role.COUNTER, "counter", ("cello", "clarinet", "french horn"), -5.0, 0.35, 0.35, 0.5),
        Part(Role.LEAD, "melody", ("violin lead", "accordion", "clarinet", "music box"), -1.0, 0.1, 0.35),
    ),
    Melody(0.35, 0.1, 0.4, 73, 0.2, idiom="air", pickup=0.55),
    Mix(2.0, 1.0, 0.0, 0.0, 0.0, glue=0.2),
    meter="3/4", energy=0.4, human=0.6, rubato=0.8,
    kits=("jazz",),
)  # fmt: skip

CLASSICAL = Genre(
    "classical", "Classical", (84, 132), 0.45, "rondo", "triad",
    Harmony(
        ("I V^3 vi I^5 IV I^3 ii V7", "I IV^5 I V7^3 I IV I^5,V7 I", "I vi ii^3 V7 I IV I^5,V7 I",
            "I V^3 I V vi iii IV,V7 I"),
        ("V V7^3 I vi II7 V II7 V", "IV I^3 ii V7 vi ii I^5,V7 I"),
        ("vi iii IV I ii vi V7/V V7", "i iv V7 i bVI bIII iv V7"),
    ),
    Harmony(
        ("i V^3 i iv^3 V7 i iv V7", "i VII^3 VI V i iv i^5,V7 i", "i iv VII III VI iiø7 V7 i"),
        ("III VII^3 i V7 III VII III V7", "VI III iv i VI iv i^5,V7 i"),
        ("iv VII III VI iiø7 V7 i V7", "VI iv V7 i iv i^5 V7/V V7"),
    ),
    "none", "orchestra",
    (
        Part(Role.BASS, "cello line", ("cello ensemble", "contrabass"), -2.0, 0.25, 0.3, 0.15),
        Part(Role.CHORDS, "alberti", ("piano", "harpsichord"), -3.0, -0.15, 0.3),
        Part(Role.PADS, "held", ("violas", "warm strings"), -7.0, 0.15, 0.4, 0.45),
        Part(Role.COUNTER, "counter", ("clarinet", "bassoon", "oboe"), -5.0, 0.35, 0.35, 0.5),
        Part(Role.ARP, "pizzicato", ("pizzicato",), -7.0, -0.4, 0.35, 0.6),
        Part(Role.LEAD, "melody", ("violin lead", "oboe", "flute lead", "piano lead"), -1.0, -0.1, 0.35),
    ),
    Melody(0.55, 0.05, 0.35, 74, 0.18, idiom="classical", pickup=0.5),
    Mix(2.2, 1.0, 0.0, 0.0, 2.5, glue=0.1),
    energy=0.4, human=0.6, rubato=1.0,
)  # fmt: skip

BALLAD = Genre(
    "ballad", "Piano ballad", (60, 80), 0.5, "song", "add9",
    Harmony(
        ("I V^3 vi IV", "I iii IV iv", "I vi IV V", "I I^3 IV V"),
        ("IV V iii vi ii V I V^3", "IV I^3 ii V", "vi IV I V^3"),
        ("vi V^3 IV I^3 ii IV V V", "bVI bVII I I^3 IV iv V V"),
    ),
    Harmony(
        ("i VI III VII", "i v^3 VI iv", "i VII^3 VI V", "i iv VII III"),
        ("VI VII i III^5 VI iv V V", "III VII^3 i VI", "iv VII III VI"),
        ("iv i^3 VI III iv iiø7 V V", "VI VII III i iv VI V7 V7"),
    ),
    "soft", "room",
    (
        Part(Role.DRUMS, "drums", (), -4.0, 0.0, 0.25, 0.62),
        Part(Role.BASS, "long", ("acoustic bass", "cello ensemble"), -2.0, 0.0, 0.15, 0.5),
        Part(Role.CHORDS, "broken", ("piano",), 0.0, 0.0, 0.35),
        Part(Role.PADS, "held", ("warm strings", "warm pad"), -7.0, 0.0, 0.5, 0.45),
        Part(Role.COUNTER, "counter", ("cello", "french horn", "violin soft"), -6.0, 0.3, 0.4, 0.55),
        Part(Role.LEAD, "melody", ("piano lead", "piano lead", "violin lead", "cello"), 0.0, 0.0, 0.4),
    ),
    Melody(0.35, 0.15, 0.3, 73, 0.3, idiom="air"),
    Mix(2.4, 1.0, 0.0, 0.0, 1.0, glue=0.2),
    energy=0.25, human=0.8, rubato=1.2,
    kits=("brush", "standard",),
)  # fmt: skip

MARCH = Genre(
    "march", "March", (108, 122), 0.15, "rondo", "triad",
    Harmony(("I I V7 I", "I IV V7 I", "I vi ii V7"), ("IV I V7 I", "V7 I V7 I IV I II7 V7"),
        ("vi III vi vi ii vi V7 V7", "IV IV I I II7 II7 V7 V7")),
    Harmony(("i i V7 i", "i iv V7 i"), ("III VII7 III V7", "VI III iv V7"), ("iv i V7 i", "VI VI V7 V7")),
    "march", "orchestra",
    (
        Part(Role.DRUMS, "drums", (), -1.0, 0.0, 0.25, 0.1),
        Part(Role.BASS, "two", ("tuba",), 0.0, 0.1, 0.2),
        Part(Role.CHORDS, "off beats", ("french horn", "horns soft"), -2.0, -0.4, 0.25),
        Part(Role.COUNTER, "counter", ("trombone", "clarinet"), -5.0, 0.4, 0.25, 0.5),
        Part(Role.ARP, "double high", ("piccolo", "glockenspiel"), -9.0, 0.5, 0.25, 0.65),
        Part(Role.LEAD, "melody", ("trumpet", "brass lead", "clarinet"), -2.0, 0.0, 0.25),
    ),
    Melody(0.5, 0.1, 0.4, 70, 0.2, idiom="march", gate=0.85),
    Mix(1.8, 0.9, 0.0, 0.0, 0.5, glue=0.3),
    energy=0.65, human=0.4, rubato=0.4,
)  # fmt: skip

CINEMATIC = Genre(
    "cinematic", "Cinematic", (72, 110), 0.75, "arc", "triad",
    Harmony(("I V vi IV", "I iii vi IV", "I bVI IV I", "I II IV I"), ("IV V vi IV", "I bVI bVII I", "vi IV I V"),
        ("bVI bVII I I", "iv bVI bIII bVII")),
    Harmony(
        ("i VI III VII", "i VI iv V", "i v VI iv", "i bII i VII"),
        ("VI VII i III", "i III VII IV", "VI III VII i", "i VI III VII"),
        ("iv VI i V", "VI iv bII V", "#vi i VI V"),
    ),
    "epic", "orchestra",
    (
        Part(Role.DRUMS, "drums", (), 1.0, 0.0, 0.4, 0.55),
        Part(Role.BASS, "long", ("contrabass", "cello ensemble"), 0.0, 0.0, 0.3, 0.2),
        Part(Role.CHORDS, "ostinato", ("spiccato strings", "pizzicato"), -2.0, -0.3, 0.35, 0.35),
        Part(Role.PADS, "held", ("warm strings",), -5.0, 0.0, 0.5),
        Part(Role.PADS, "choir", ("choir",), -7.0, 0.0, 0.6, 0.75),
        Part(Role.COUNTER, "counter", ("french horn", "trombone"), -3.0, 0.3, 0.4, 0.6),
        Part(Role.ARP, "harp broken", ("harp", "piano"), -7.0, -0.4, 0.45, 0.0, 0.7),
        Part(Role.LEAD, "melody", ("french horn lead", "violin lead", "oboe", "piano lead"), -1.0, 0.1, 0.45),
    ),
    Melody(0.22, 0.1, 0.4, 69, 0.2, idiom="broad"),
    Mix(3.0, 1.1, 0.0, 0.05, 2.0, glue=0.4),
    energy=0.6, human=0.5, rubato=0.6,
)  # fmt: skip

ALL = (JAZZ, BOSSA, REGGAE, LATIN, CELTIC, WALTZ, CLASSICAL, BALLAD, MARCH, CINEMATIC)
