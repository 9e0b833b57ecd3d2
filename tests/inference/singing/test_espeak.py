"""The speaker under the singer: the same text sounds the same, whatever was said before."""

from __future__ import annotations

from inference.singing.espeak import speak


def test_same_text_gives_the_same_samples_after_other_texts() -> None:
    first = speak("follow the river", "en-us", pitch=45, melody=0)
    speak("etwas ganz anderes", "de", words_per_minute=220, pitch=80, melody=90)
    again = speak("follow the river", "en-us", pitch=45, melody=0)

    assert first.samples
    assert again == first
