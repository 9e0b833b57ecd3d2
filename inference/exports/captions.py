"""The words in time: LRC, as karaoke players read it, and WebVTT, as browsers do."""

from __future__ import annotations

from collections.abc import Sequence

from inference.engine import Word
from inference.exports.lines import sung_lines


def lrc(title: str, seconds: float, words: Sequence[Word]) -> str:
    """The enhanced LRC format: a time for every line and, in angle brackets, for every word."""
    head = [f"[ti:{_flat(title)}]", f"[length:{_minutes(seconds)}]"]
    lines = [
        f"[{_minutes(line[0].start)}]" + "".join(f" <{_minutes(w.start)}> {_flat(w.text)}" for w in line)
        + f" <{_minutes(line[-1].end)}>"
        for line in sung_lines(words)
    ]  # fmt: skip
    return "\n".join([*head, *lines, ""])


def webvtt(words: Sequence[Word]) -> str:
    """WebVTT (W3C): a cue for every line, with a timestamp before every word but its first."""
    cues = ["WEBVTT", ""]
    lines = sung_lines(words)
    for number, line in enumerate(lines):
        # A cue may not last into the next: browsers would show both.
        end = min(line[-1].end, lines[number + 1][0].start) if number + 1 < len(lines) else line[-1].end
        end = max(end, line[0].start + 0.001)
        inside = [w for w in line[1:] if line[0].start < w.start < end]
        rest = [w for w in line[1:] if w not in inside]
        text = " ".join(
            [_escaped(line[0].text), *(f"<{_clock(w.start)}>{_escaped(w.text)}" for w in inside)]
            + [_escaped(w.text) for w in rest]
        )
        cues += [f"{_clock(line[0].start)} --> {_clock(end)}", text, ""]
    return "\n".join(cues)


def _minutes(seconds: float) -> str:
    hundredths = round(seconds * 100)
    return f"{hundredths // 6000:02d}:{hundredths // 100 % 60:02d}.{hundredths % 100:02d}"


def _clock(seconds: float) -> str:
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def _flat(text: str) -> str:
    """Without what would end a line or open a time."""
    return " ".join(text.translate(str.maketrans("[]<>", "()()")).split())


def _escaped(text: str) -> str:
    return " ".join(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").split())
