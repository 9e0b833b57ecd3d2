"""What somebody reads and agrees to when they register their voice."""

from __future__ import annotations

import random
from datetime import timedelta

SHOWN_FOR = timedelta(minutes=30)
"""How long a sentence may be read: one that was recorded before is of no use."""
STATEMENT = (
    "This is my own voice. I agree that songs are sung with it on this site by me and by those I share it with. "
    "They can hear a few seconds of my recordings. I can revoke this at any time: my recordings and what was learned "
    "from them are deleted then, and nobody can sing with my voice any more. Songs that were made before stay."
)
OPENING = "I lend my voice to this song"
WORDS = (
    "amber", "anchor", "apple", "autumn", "basket", "bottle", "branch", "bridge", "butter", "candle", "castle",
    "cherry", "circle", "cotton", "copper", "corner", "desert", "dragon", "eagle", "engine", "farmer", "feather",
    "finger", "flower", "forest", "garden", "ginger", "hammer", "harbor", "honey", "island", "jacket", "kitchen",
    "ladder", "lemon", "letter", "marble", "market", "meadow", "mirror", "monkey", "morning", "mountain", "needle",
    "ocean", "orange", "paper", "pepper", "pillow", "planet", "pocket", "rabbit", "river", "rocket", "saddle",
    "shadow", "silver", "spider", "summer", "table", "thunder", "tiger", "tunnel", "valley", "velvet", "village",
    "water", "window", "winter", "yellow",
)  # fmt: skip
_CHOSEN = 6


def new_sentence(chance: random.Random) -> str:
    """A sentence that nobody can have recorded before: one of 94 thousand million."""
    return f"{OPENING}, {' '.join(chance.sample(WORDS, _CHOSEN))}."


def other_sentences(sentence: str, count: int, chance: random.Random) -> list[str]:
    """Sentences of the same form without any of its words, which a recogniser may take for it if it is not read."""
    words = [word for word in WORDS if word not in sentence]
    return [f"{OPENING}, {' '.join(chance.sample(words, _CHOSEN))}." for _ in range(count)]
