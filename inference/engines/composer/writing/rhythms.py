"""The rhythms and contours that motifs are grown from, by idiom.

One character a sixteenth: `x` a note, `=` it is held, `-` silence.
"""

from __future__ import annotations

from collections.abc import Mapping

HALVES: Mapping[str, tuple[str, ...]] = {
    "song": ("x===x=x=", "x=x=x===", "x=====x=", "--x=x=x=", "x===x===", "x=x=x=x=", "--x=x===", "x==x==x=",
        "x======="),
    "air": ("x===x===", "x=======", "x=====x=", "x===x=x=", "x=x=x===", "----x===", "x=x=x=x="),
    "swing": ("x=x=x=x=", "--x=x=x=", "x=x=--x=", "--x=--x=", "x===--x=", "--x===x=", "x=x=x===", "----x=x=",
        "x=======",
        "x=x=x-x-"),
    "bossa": ("x==x==x=", "--x=x=x=", "--x==x==", "x=x==x==", "x===--x=", "--x===x=", "x==x====", "-x=x=x==",
        "x======="),
    "blues": ("x=x=x===", "--x=x=x=", "x=x=x=x-", "----x=x=", "x===x-x-", "x=======", "x=====x=", "--x===x="),
    "riff": ("x=x=x=x=", "x===x=xx", "x=xxx=xx", "xxxxx===", "x==x==x=", "x===x===", "x=======", "x=x=xxx="),
    "funk": ("x-x--x-x", "--x-xx--", "x--x--x-", "-x-xx---", "x-xx--x-", "--xx-x--", "x-----x-", "x=x-x-xx",
        "--x===--"),
    "hook": ("x==x==x=", "x=x=--x=", "--x==x==", "x=--x=x=", "x==x=x==", "x=======", "x-x-x=x=", "--x-x=x="),
    "anthem": ("x==x==x=", "x=====x=", "x===x===", "x==x=x==", "x=x=x===", "--x=x=x=", "x======="),
    "reggae": ("--x=x=x=", "x===x=--", "--x===x=", "x=x=x=--", "----x=x=", "x==x==x=", "x=====--"),
    "latin": ("--x=x=x=", "x==x==x=", "--x==x==", "x=x=--x=", "x=x=-x=x", "-x=x=x==", "x=======", "x=xxx==="),
    "classical": ("x===x=x=", "x==xx===", "x=x=x=x=", "x===x===", "x=======", "x==xx=x=", "xxxxx===", "x=====x="),
    "march": ("x==xx===", "x===x==x", "x==xx==x", "x===x===", "x=x=x===", "x==xx=x="),
    "reel": ("x=x=x=x=", "x=xxx=x=", "x=x=xxx=", "x==xx=x=", "x===x=x=", "x=x=x==="),
    "chip": ("x=x=x=xx", "xxxxx=x=", "x==x==x=", "x=xxx=x=", "x=x=x===", "x=x=x=x=", "x-x-x=x="),
    "soul": ("-x=xx===", "--x=x=xx", "x==x=x==", "x=xx--x=", "--xxx===", "x=====x=", "--x==x==", "x======="),
    "country": ("x===x=x=", "x=x=x===", "x==xx=x=", "--x=x=x=", "x=x=x=x=", "x===x==="),
    "broad": ("x=======", "x=====x=", "x===x===", "x==x====", "--x=====", "x==xx==="),
}  # fmt: skip
"""Half bars of four quarters."""
THREES: Mapping[str, tuple[str, ...]] = {
    "song": ("x===x===x===", "x=======x===", "x=====x=x===", "x=======x=x=", "x===x=x=x===", "x=x=x=x=x===",
        "----x===x==="),
    "air": ("x=======x===", "x===x===x===", "x===========", "x=====x=x===", "x=======x=x="),
    "classical": ("x===x===x===", "x=====x=x===", "x=x=x=x=x===", "x===x=x=x=x=", "x=======x===", "x==xx===x==="),
    "swing": ("x=x=x=x=x===", "--x=x=x=x=x=", "x===--x=x=x=", "x=======--x=", "----x=x=x==="),
}  # fmt: skip
"""Bars of three quarters."""
SIXES: Mapping[str, tuple[str, ...]] = {
    "song": ("x===x=x===x=", "x=====x===x=", "x=====x=====", "x===x=x=====", "x=x=x=x=====", "x=====x=x=x="),
    "reel": ("x=x=x=x=x=x=", "x===x=x=x=x=", "x=x=x=x===x=", "x===x=x===x=", "x==xx=x=x=x=", "x=x=x=x====="),
    "air": ("x=====x=====", "x=========x=", "x===x=x=====", "x===========", "x=====x===x="),
}  # fmt: skip
"""Bars of two dotted quarters."""
CADENCES = ("x=======", "x===x=====", "--x======", "x=x=x=====", "x==x======", "x=x=======", "----x=====")
"""How phrases come to rest."""
PICKUPS: Mapping[str, tuple[int, ...]] = {"one": (2,), "two": (4, 2), "three": (6, 4, 2), "quick": (2, 1), "long": (4,)}
"""Sixteenths before the bar line at which an upbeat's notes begin."""
CONTOURS = (
    (0, 1, 2, 1, 0, -1), (0, 2, 4, 3, 2, 1), (0, -1, -2, -3, -2, -1), (0, -1, 0, 2, 1, 0), (0, -1, -2, -4, -3, -2),
    (0, 0, 1, 2, 4, 2), (0, 2, 1, 3, 2, 4), (0, 2, 1, -1, 0, -2), (0, 4, 3, 2, 1, 0), (0, -1, 1, 0, -2, -1),
    (0, 1, -1, 2, 0, 3), (0, 0, 0, 1, 2, 0), (0, -1, 0, 1, -1, -3), (0, -2, 0, 1, 3, 2), (0, 0, -1, 0, 2, 1),
    (0, 3, 2, 4, 3, 1), (0, 0, -1, -2, 0, 0), (0, 1, 0, -2, -1, 0), (0, -3, -2, -1, 0, 1), (0, 1, 2, 3, 4, 2),
)  # fmt: skip
PENTATONIC = {False: (0, 2, 4, 7, 9), True: (0, 3, 5, 7, 10)}
SCHEMES: Mapping[int, tuple[str, ...]] = {
    8: ("010K010F", "001K001F", "0102010F", "011K012F", "01010-1F", "0-1K0-1F", "010K221F", "012K012F", "0010222F"),
    12: ("01-K01-K221F", "0-1-0-1-221F", "010K010K22-F"),
}
"""Which bar of a phrase states which cell: digits are cells, `K` half a cadence, `F` the whole, `-` a breath."""
