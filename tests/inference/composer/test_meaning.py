"""Words that no table knows are taken for what they are near to in meaning, never for one default."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from inference.engine import Request
from inference.engines.composer.reading import vectors
from inference.engines.composer.reading.reader import Reading, read
from inference.engines.composer.reading.vectors_build import pack


def reading(prompt: str) -> Reading:
    return read(Request(prompt, 60, 1))


# What a listener would nod at: any of these moods, any of these genres.
SENSIBLE = [
    ("something to wake up to", "hopeful happy energetic", "pop folk bossa funk"),
    ("thunderstorm", "dark epic tense dreamy", "cinematic ambient metal techno trance"),
    ("gym", "energetic", "dnb rock techno trance house hiphop"),
    ("my grandmother's kitchen", "nostalgic happy calm", "folk waltz lofi country celtic"),
    ("spaceship", "dreamy mysterious", "synthwave ambient techno trance cinematic"),
    ("heartbreak", "sad melancholic", "ballad soul blues folk"),
    ("a hurricane", "epic dark tense hopeful", "cinematic metal dnb"),
    ("final exam", "focused tense", "lofi ambient cinematic"),
    ("a vampire in his castle", "dark mysterious", "cinematic metal celtic classical techno"),
    ("jellyfish", "playful dreamy", "chiptune ambient bossa reggae lofi"),
    ("divorce", "sad lonely romantic", "ballad blues soul folk"),
    ("motorcycle", "energetic groovy", "rock country metal"),
    ("robot uprising", "angry tense dark", "synthwave techno chiptune rock dnb metal"),
    ("insomnia", "sleepy lonely melancholic", "ambient lofi ballad"),
    ("volcano", "epic dark", "cinematic metal"),
    ("champagne", "groovy happy romantic", "disco house jazz funk latin"),
    ("kindergarten", "playful happy", "chiptune folk waltz pop classical"),
    ("skateboard", "groovy playful energetic", "funk rock hiphop chiptune"),
    ("spreadsheet", "focused", "lofi ambient house techno chiptune"),
    ("graduation", "hopeful happy", "pop march trance cinematic classical folk"),
    ("breakup", "sad angry melancholic", "ballad soul blues folk"),
    ("a haunted orphanage", "dark lonely mysterious", "cinematic ambient metal techno synthwave"),
    ("tractor", "", "country folk rock"),
    ("pirate ship", "", "celtic folk march cinematic chiptune"),
    ("monastery", "nostalgic calm lonely", "celtic classical folk ambient"),
    ("carnival parade", "playful dreamy groovy happy mysterious", "latin disco house march bossa waltz"),
    ("pancakes", "happy romantic playful", "pop jazz folk disco bossa"),
    ("revenge", "angry dark", "metal rock trap techno cinematic"),
    ("Gewitter", "dark dreamy epic tense", "cinematic ambient metal techno trance"),
    ("la cucina della nonna", "nostalgic happy calm", "folk waltz lofi country celtic"),
    ("un vaisseau spatial", "dreamy mysterious", "synthwave ambient techno trance cinematic"),
    ("desamor", "sad melancholic", "ballad soul blues folk"),
]


@pytest.mark.parametrize(("prompt", "moods", "genres"), SENSIBLE, ids=[row[0] for row in SENSIBLE])
def test_untaught_words_become_something_a_listener_would_nod_at(prompt: str, moods: str, genres: str) -> None:
    found = reading(prompt)

    assert found.genre.name in genres.split()
    assert not moods or found.moods[0] in moods.split()


def test_unlike_prompts_do_not_fall_back_to_one_genre() -> None:
    genres = Counter(reading(prompt).genre.name for prompt, _, _ in SENSIBLE)

    assert len(genres) >= 8
    assert genres.most_common(1)[0][1] <= len(SENSIBLE) / 3


def test_how_a_word_was_taken_is_said() -> None:
    assert any("thunderstorm" in note for note in reading("thunderstorm").notes)
    assert reading("thunderstorm").origins["mood"].words == "thunderstorm"


def test_inflections_and_compounds_are_led_back_to_words_that_are_known() -> None:
    assert vectors.known_as("volcanoes") == vectors.known_as("volcano")
    assert set(vectors.known_as("thunderclap")) in ({"thunderclap"}, {"thunder", "clap"})
    assert vectors.known_as("qwxvrrt") == ()


def test_the_table_is_small_and_survives_packing() -> None:
    names, rows = ["beta", "alpha"], np.array([[0.0, 1.0], [0.6, 0.8]], np.float32)

    packed = vectors.read_table(pack(names, rows, np.array([7, 9], np.uint8)))

    assert packed.names == ("alpha", "beta")
    assert (packed.weight("beta"), packed.weight("gamma")) == (7, 0)
    assert list(packed.row("beta") or ()) == [0, 127]
    assert Path(vectors.__file__).with_name("vectors.bin").stat().st_size <= 2_000_000


@pytest.mark.parametrize("damage", [b"", b"RVEC" + b"\0" * 40])
def test_a_damaged_table_is_refused(damage: bytes) -> None:
    with pytest.raises(ValueError, match="word vectors"):
        vectors.read_table(damage)
