"""Speakers: whether two recordings are of the same voice, and how many voices are in one."""

from inference.speakers.counting import voices_in
from inference.speakers.model import Embedding, Measure, Verdict, similarity
from inference.speakers.telling import available, embed, judge, same_speaker
from inference.speakers.voicing import TooLittle
from inference.speakers.weights import BadWeights

__all__ = [
    "BadWeights", "Embedding", "Measure", "TooLittle", "Verdict", "available", "embed", "judge", "same_speaker",
    "similarity", "voices_in",
]  # fmt: skip
