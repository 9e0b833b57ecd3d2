"""What was understood is shown with the words it was read from, before anything is made."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from inference.engine import Request
from inference.understanding import Understood, understand


def item(name: str, prompt: str, **fields: Any) -> Understood:
    found = understand(Request(prompt, 60, 1, **fields)).get(name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("genre", "folk", "indie folk, fingerpicked"),
        ("tempo", 92.0, "92 BPM"),
        ("key", "E minor", "e-Moll"),
        ("instruments", ["acoustic guitar"], "fingerpicked"),
        ("without", ["drums"], "drums"),
    ],
)
def test_each_thing_said_carries_its_words_as_they_were_written(name: str, value: object, words: str) -> None:
    found = item(name, "Melancholic indie folk, fingerpicked, 92 BPM, e-Moll, no drums")

    assert (found.value, found.words, found.said) == (value, words, True)


def test_what_nobody_said_is_marked_as_chosen() -> None:
    tempo = item("tempo", "Klavierballade, traurig")

    assert not tempo.said
    assert tempo.words == ""
    assert 40 <= tempo.value <= 220


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        ({"tempo": 133.0}, "tempo", 133.0),
        ({"key": "F# minor"}, "key", "F# minor"),
        ({"genre": "techno"}, "genre", "techno"),
        ({"mood": "epic"}, "mood", ["epic", "sad", "calm"]),
        ({"meter": "3/4"}, "meter", "3/4"),
        ({"instruments": ("cello", "harp")}, "instruments", ["cello", "harp"]),
        ({"energy": 0.9}, "energy", 0.9),
    ],
)
def test_fields_win_over_the_prompt(fields: dict[str, Any], name: str, value: object) -> None:
    found = item(name, "sad calm jazz with trumpet, 80 bpm, C major, 4/4", **fields)

    assert (found.value, found.source) == (value, "field")


def test_what_is_shown_is_what_the_composer_makes_of_it() -> None:
    request = Request("something slow in 6/8", 60, 7)
    shown = understand(request)

    edited = Request("something slow in 6/8", 60, 7, tempo=shown.get("tempo").value, key=shown.get("key").value)  # type: ignore[union-attr]

    assert [each.value for each in understand(edited).items] == [each.value for each in shown.items]


def test_it_is_json_and_imports_nothing_heavy() -> None:
    program = (
        "import json, sys; from inference.engine import Request; from inference.understanding import understand;"
        "print(json.dumps(understand(Request('jazz', 60, 1)).as_json()));"
        "assert not {'numpy', 'scipy', 'torch', 'av'} & set(sys.modules), 'heavy'"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert json.loads(done.stdout)["engine"] == "composer"


def test_who_sings_is_shown_for_songs_that_are_sung() -> None:
    said = item("voice", "folk ballad, deep male voice", instrumental=False)
    chosen = item("voice", "folk ballad", instrumental=False)

    assert said.said
    assert "deep" in said.words
    assert not chosen.said
    assert understand(Request("folk ballad, deep male voice", 60, 1)).get("voice") is None
