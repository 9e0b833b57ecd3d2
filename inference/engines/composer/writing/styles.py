"""How accompanying parts play: one character a sixteenth.

Chords: `X x o .` the whole chord from loud to ghosted, `h` its upper voices, `0`–`5` one voice from the bottom,
    `b` the bass
note; basses: `1 3 5 7 8` chord degrees, `a` a half step into the next root, `g` a ghost note. `=` holds, `-` rests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Style:
    """Bars to play in calm and in full sections, and how."""

    calm: tuple[str, ...]
    full: tuple[str, ...]
    three: tuple[str, ...] = ()
    six: tuple[str, ...] = ()
    voices: int = 4
    center: int = 60
    gate: float = 0.95
    strum: float = 0.0
    """Seconds from the lowest to the highest string."""
    ring: bool = False
    """Notes sound on until the chord changes."""
    velocity: int = 78
    power: bool = False
    """Played as roots and fifths, whatever the chord."""

    def bars(self, meter: str, intensity: float) -> tuple[str, ...]:
        """The patterns to choose from; compound and odd metres are cut from what fits."""
        if meter == "3/4":
            return self.three or tuple(p[:12] for p in self._pick(intensity))
        if meter == "6/8":
            return self.six or self.three or tuple(p[:12] for p in self._pick(intensity))
        patterns = self._pick(intensity)
        if meter == "5/4":
            return tuple(p[:16] + p[:4] for p in patterns)
        if meter == "7/8":
            return tuple(p[:14] for p in patterns)
        if meter == "2/4":
            return tuple(p[:8] for p in patterns)
        return patterns

    def _pick(self, intensity: float) -> tuple[str, ...]:
        return self.full if intensity >= 0.55 else self.calm


CHORDS: Mapping[str, Style] = {
    "piano pop": Style(
        ("X=======x=======", "X===============", "X=====x=========", "b===h===h===h==="),
        ("X===x===X===x===", "X==x==x=X==x==x=", "X===x=x=x===x=x=", "X=x=x=x=X=x=x=x="),
        ("X===x===x===",), ("X=====x=====",), ring=False, velocity=72,
    ),
    "strum": Style(
        ("X===x===--x=x===", "X=======x=x=x==="),
        ("X===x=x=--x=x=x=", "X===x=xx--x=x=xx", "X=x=x=x=X=x=x=x="),
        ("X===x=x=x=x=", "X===x===x=x="), ("X===x=x===x=", "X=x=x=X=x=x="), voices=5, center=58, strum=0.022,
            velocity=70,
    ),
    "strum soft": Style(
        ("X=======x===x=x=", "X===x===x===x==="),
        ("X===x=x=--x=x=x=", "X===x=x=x===x=x="),
        ("X===x===x=x=",), ("X===x=X===x=",), voices=5, center=60, strum=0.03, velocity=58,
    ),
    "fingerpick": Style(
        ("b=2=3=2=b=2=4=2=", "b=3=2=4=b=3=2=3=", "b===2=3=4===3=2="),
        ("b=2=4=3=1=2=4=2=", "b=3=2=4=1=3=2=3=", "b=24b=3=1=24b=3="),
        ("b=2=3=4=3=2=", "b=3=2=3=4=3="), ("b=2=3=4=3=2=",), voices=5, center=61, gate=1.6, ring=True, velocity=72,
    ),
    "boom chick": Style(
        ("b===X===b===X===",), ("b===X==xb===X=x=", "b===X===b=x=X==="),
        ("b===x===x===",), ("b===x=b===x=",), center=60, gate=0.7, strum=0.012, velocity=76,
    ),
    "power eights": Style(
        ("X=======X=======", "X=============x="),
        ("X=x=x=x=X=x=x=x=", "X=x=x=X=x=x=X=x=", "X==x==x=X=x=x=x="),
        ("X=x=x=x=x=x=",), ("X=x=x=X=x=x=",), voices=3, center=50, gate=0.85, velocity=88, power=True,
    ),
    "power held": Style(("X===============",), ("X===============", "X=====X=========", "X=======X======="),
        ("X===========",), ("X=====X=====",), voices=3, center=52, gate=0.98, velocity=84, power=True),
    "chug": Style(
        ("X=======X=======", "X=====x=X======="),
        ("X-xxx-xxX-xxx-xx", "X=====xxxx==X===", "xxxxxxxxxxxxX===", "X-xx-xxX-xx-X==="),
        ("X-xxX-xxX-xx",), ("X-xxxxX-xxxx",), voices=2, center=43, gate=0.7, velocity=92, power=True,
    ),
    "picked": Style(("0=2=3=2=4=3=2=3=", "0=2=1=3=2=4=3=2="), ("0=2=3=2=4=3=2=3=",), ("0=2=3=4=3=2=",),
        ("0=2=3=4=3=2=",), voices=5, center=60, ring=True, velocity=66),
    "blues shuffle": Style(("X=-=x=-=X=-=x=-=", "--X=--x=--X=--x="), ("x=x=x=x=x=x=x=x=", "x=x=X=x=x=x=X=x="),
        ("x=x=x=x=x=x=",), ("x=x=x=x=x=x=",), voices=3, center=57, gate=0.6, velocity=68),
    "charleston": Style(
        ("X=====x=--------", "------X=--------", "X===============", "--x=----------x="),
        ("X=====x=----x=--", "--X=--x=------x=", "X=----x=--X=----", "------x=x=----X="),
        ("X===--x=----", "--X=----x==="), ("X=====x=====",), center=60, gate=0.55, velocity=70,
    ),
    "lazy": Style(
        ("X=============x=", "X=========x=====", "X==============="),
        ("X=====x===x=====", "X==x======x===x=", "X=====o=x=======", "-X========x====="),
        ("X===========", "X=====x====="), ("X=====x=====",), voices=5, center=60, strum=0.018, gate=1.0, velocity=68,
    ),
    "wah": Style(("----x-------x-.-",), ("--.-x-..--.-x-.-", "----x-.---.-x..-"), ("----x---x-.-",), voices=3,
        center=66, gate=0.5, velocity=66),
    "scratch": Style(
        ("..x...x-..x...x-", "--x...x.--x.x..."),
        ("x..xx..x..x.x..x", "..x..xx...x..x.x", "x...x.xx..x...xx"),
        ("x..xx.x..x.x",), voices=3, center=66, gate=0.55, velocity=70,
    ),
    "clav": Style(("0--20-2---02--0-", "0---2-0--2--0-2-"), ("0-20-02-0-20-2-0", "0-02--20-0-2-02-"),
        ("0-20-02-0-2-",), voices=4, center=58, gate=0.6, velocity=76),
    "skank": Style(("----x-------x---",), ("----x-------x---", "----x-x-----x-x-", "--x---x---x---x-"),
        ("----x---x---",), ("----x-----x-",), voices=3, center=65, gate=0.55, velocity=78),
    "bubble": Style(("--x-x-----x-x---", "--x---x---x---x-"), ("--x-x-x---x-x-x-", "x-x-x-x-x-x-x-x-"),
        ("--x-x-x-x-x-",), voices=3, center=61, gate=0.6, velocity=58),
    "montuno": Style(
        ("0=3=--2=-3=0--3=",),
        ("X=2=-3=2-X=2-3=x", "x=03-2=X-03-2X-3", "X=20-X=2-0X=2-X="),
        ("X=2=-3=2-X=2",), voices=4, center=67, gate=0.8, velocity=78,
    ),
    "bossa": Style(
        ("b===h=--h===b=h=", "b===h==h--h=b==="),
        ("b=h=--h=b==h--h=", "b=h=-h=-b=h=--h=", "b==h--h=b=h=-h=-"),
        ("b=h=--h=--h=",), ("b=h=--b=h=--",), voices=4, center=60, gate=0.85, velocity=66,
    ),
    "alberti": Style(("0=2=1=2=0=2=1=2=", "0===2===1===2==="), ("0=2=1=2=0=2=1=2=", "0=1=2=3=0=1=2=1="),
        ("0=2=1=2=1=2=", "0=1=2=3=2=1="), ("0=1=2=0=1=2=",), voices=4, center=58, gate=0.9, velocity=56),
    "broken": Style(
        ("b===2===3===2===", "b===1=2=3=======", "b=1=2=3=========", "b===0=1=3===2==="),
        ("b=1=2=3=4=3=2=1=", "b=0=2=3=b=0=2=3=", "b=1=2=3=X===2=3="),
        ("b=1=2=3=2=1=", "b===2===3==="), ("b=1=2=3=2=1=",), voices=5, center=61, gate=1.5, ring=True, velocity=64,
    ),
    "oom pah": Style(("----X-------x---",), ("----X---x---X---",), ("----x=--x=--", "----X=--x=--"),
        ("----x=----x=",), voices=3, center=62, gate=0.6, velocity=58),
    "off beats": Style(("----x-------x---",), ("--x---x---x---x-", "----x-------x-x-"), ("----x---x---",),
        ("----x-----x-",), voices=3, center=60, gate=0.6, velocity=66),
    "ostinato": Style(
        ("0=2=1=2=0=2=1=2=", "0=0=2=0=0=2=0=2="),
        ("X-00x-00x-00x-00", "0020020200200202", "x=x=xxx=x=x=xxx=", "0012001200120012"),
        ("0=2=1=2=1=2=", "X-00x-00x-00"), ("0=0=2=0=0=2=",), voices=3, center=57, gate=0.6, velocity=74,
    ),
    "disco keys": Style(("X=====x=--------", "X=======--x=x==="), ("X=--x=--X=-x--x=", "--x=--x=--x=--x=",
        "X-x---x-X-x---x-"), ("X=--x=--x=--",), center=63, gate=0.6, velocity=72),
    "sample chop": Style(("X=====x=====x===", "X=========X====="), ("X==x--X=--x==x==", "X=====X==x------",
        "X==x==x===------"), ("X==x--X=--x=",), voices=5, center=60, gate=0.9, velocity=74),
    "half notes": Style(("X===============",), ("X=======X=======", "X=====X=========", "X=====X=====X==="),
        ("X===========",), ("X=====X=====",), center=62, velocity=68),
    "stabs": Style(
        ("X=----x=----x=--", "X=======--------"),
        ("X--x--x---x--x--", "--x--x----x--x--", "x--x---x--x-x---", "X--X--X-X--X--X-"),
        ("X--x--x---x-",), voices=4, center=63, gate=0.8, velocity=80,
    ),
    "dub stabs": Style(("------X---------", "--X-------------"), ("---X--------X---", "------X--x------",
        "--X-----X-------"), ("---X----X---",), voices=4, center=62, gate=0.8, velocity=76),
    "gated": Style(("X===x===x===x===",), ("X-x-X-xx-x-xX-x-", "x-xxx-xxx-xxx-xx"), ("X-x-X-xx-x-x",), voices=5,
        center=64, gate=0.75, velocity=78),
    "liquid keys": Style(("X===============", "X=====x========="), ("X==x--x==x------", "X=====x===x=====",
        "---x==x=--x==x=="), ("X==x--x==x--",), voices=5, center=62, gate=1.0, velocity=66),
    "bloom": Style(("X===============", "0=1=2=3========="), ("0=1=2=3=4=======", "X==============="),
        ("0=1=2=3=====",), voices=5, center=64, gate=1.5, ring=True, strum=0.12, velocity=54),
    "horn stabs": Style(("--------------x-", "X=--------------"), ("X-----X-------X-", "--X-X-----------",
        "------X-X==-----", "X==---X---------"), ("X-----X-----",), voices=3, center=66, gate=0.6, velocity=84),
}  # fmt: skip

ARPS: Mapping[str, Style] = {
    "arp eight": Style(("0=1=2=3=2=1=2=3=", "0=2=1=3=2=4=3=1="), ("0=1=2=3=4=3=2=1=", "0=2=4=3=1=3=2=4="),
        ("0=1=2=3=2=1=",), voices=5, center=72, gate=0.8, velocity=62),
    "arp sixteen": Style(("0=1=2=3=0=1=2=3=",), ("0123432101234321", "0240240240240242", "0213021302130213"),
        ("012343210123",), voices=5, center=70, gate=0.7, velocity=66),
    "picked": CHORDS["picked"],
    "banjo roll": Style(("0=2=3=0=2=3=0=2=",), ("0234023402340232", "2034203420342032"), ("023402340234",), voices=5,
        center=67, gate=0.8, velocity=68),
    "harp broken": Style(("0=1=2=3=4=3=2=1=", "0===1===2===3==="), ("0=1=2=3=4=5=4=3=",), ("0=1=2=3=4=3=",
        "0=1=2=3=2=1="), ("0=1=2=3=2=1=",), voices=5, center=67, gate=1.6, ring=True, velocity=60),
    "pizzicato": Style(("0---2---1---2---",), ("0-2-1-2-0-2-1-2-", "0---x---0---x---"), ("0---x---x---",),
        ("0-2-1-0-2-1-",), voices=4, center=62, gate=0.5, velocity=70),
    "bell loop": Style(("0===2===3=====1=", "3=====2=0======="), ("0=2=3=0=2=3=4=2=", "3=2=0=2=3=2=1=2=",
        "0=3=2===0=4=3==="), ("0=2=3=0=2=3=",), voices=5, center=74, gate=0.9, velocity=70),
    "acid": Style(("0-0--0-20-0--3-0", "00-0-2-00-3-0-20"), ("00203-0200320-02", "0-02-30-0203-020",
        "0002002030020040"), ("00203-020032",), voices=5, center=48, gate=0.6, velocity=78),
    "trance gate": Style(("0=2=1=2=0=2=1=3=",), ("0241024102410243", "0-21-0-2-1-02-1-", "0213021302130214"),
        ("024102410241",), voices=5, center=70, gate=0.7, velocity=68),
    "drops": Style(("------3---------", "2-----------4---", "----------------"), ("--3-----1---4---",
        "0-----3-----2---", "----4-------2-3-"), ("--3-----1---",), voices=5, center=78, gate=2.0, ring=True,
        velocity=54),
    "chip arp": Style(("0=1=2=1=0=1=2=1=",), ("0120120120120121", "0121012101210121"), ("012012012012",), voices=3,
        center=72, gate=0.9, velocity=70),
}  # fmt: skip

BASSES: Mapping[str, Style] = {
    "pulse": Style(("1===============", "1=======1=====5=", "1=====1=1======="), ("1=1=1=1=1=1=1=1=",
        "1===1=1=1===1=5=", "1=====1=1===5=a="), ("1=======5===",), ("1=====5=1===",), gate=0.92, velocity=86),
    "eighths": Style(("1===============", "1=======1======="), ("1=1=1=1=1=1=1=1=", "1=1=1=1=1=1=5=a=",
        "1=1=1=8=1=1=5=8="), ("1=1=1=1=1=5=",), ("1=1=1=1=1=5=",), gate=0.9, velocity=90),
    "gallop": Style(("1=======1=======",), ("1-111-111-111-11", "1=====1111==1===", "111111111111a=a="),
        ("1-111-111-11",), ("1-11111-1111",), gate=0.8, velocity=92),
    "two": Style(("1=======5=======",), ("1=======5=====a=", "1===--1=5===--a=", "1=======5======="),
        ("1=======5===",), ("1=====5=====",), gate=0.8, velocity=82),
    "soul": Style(("1=====--1=------", "1==g--1=----5==="), ("1==1--8=-75=1=a=", "1==g-15=--7=8=a=",
        "1=--1-8=--5=-1a="), ("1==1--8=5=a=",), gate=0.85, velocity=84),
    "funk": Style(("1--1----8-1-----", "1=----1g--7=8---"), ("1-g18-g1-7g85-a=", "1--1g-8-1g-7-8g5",
        "1=g-8-1-g175--8a"), ("1-g18-g1-7a=",), gate=0.65, velocity=92),
    "bossa": Style(("1=====5=5=======",), ("1=====5=5=====1=", "1=====5=5=====a="), ("1=====5=5===",),
        ("1===5=5=====",), gate=0.92, velocity=78),
    "reggae": Style(("----1=1=----5=3=", "1===--1=3=5=----"), ("--1=1=3=5===--1=", "1=1=--5=3=1=----",
        "----1=3=5=3=1==="), ("--1=1=3=5===",), gate=0.85, velocity=92),
    "tumbao": Style(("------5=----1===", "1=----5=----8==="), ("------5=----8===", "--1=--5=----8===",
        "------5=--7=8==="), ("------5=8===",), gate=0.85, velocity=86),
    "pedal": Style(("1===============",), ("1=======1=======", "1===5===1===5==="), ("1===========",),
        ("1=====1=====", "1=====5====="), gate=0.97, velocity=74),
    "waltz": Style(("1=======5=======",), ("1=======5=======",), ("1===--------", "1=======----"), ("1=====5=====",),
        gate=0.8, velocity=76),
    "cello line": Style(("1=======1=======", "1==============="), ("1===3===5===3===", "1=======5===3===",
        "1===8===5===1==="), ("1===3===5===", "1==========="), ("1=====5=====",), gate=0.9, velocity=70),
    "long": Style(("1===============",), ("1===============", "1=========1=====", "1===========5==="),
        ("1===========",), ("1=====1=====",), gate=0.98, velocity=76),
    "octaves": Style(("1===----8===----",), ("1-8-1-8-1-8-1-8-", "1-8-1-8-1-8-5-8-", "1-811-8-1-8-5-a8"),
        ("1-8-1-8-1-8-",), gate=0.75, velocity=88),
    "boom": Style(("1==========-----", "1=====--1======="), ("1=====--1=-1=---", "1==-----1=5==-a=",
        "1=---1=---8===--"), ("1=====--1=-1",), gate=0.95, velocity=92),
    "808": Style(("1===============", "1=========------"), ("1=====1===----1=", "1==-----1=1=---8",
        "1=====--1==1====", "1=======--1=1=5="), ("1=====1=--1=",), gate=0.97, velocity=94),
    "lazy bass": Style(("1==========-5===", "1=======1======="), ("1=====1=----5==a", "1==1======5===a=",
        "1=====--1==1----"), ("1=====1=5===",), gate=0.92, velocity=82),
    "off bass": Style(("--1=--1=--1=--1=",), ("--1=--1=--1=--1=", "--1=--1=--1=-18=", "--11--1=--11--8="),
        ("--1=--1=--1=",), gate=0.8, velocity=90),
    "rumble": Style(("--1=--1=--1=--1=",), ("-111-111-111-111", "-1-1-11--1-1-1-1", "--11--11--11-111"),
        ("-111-111-111",), gate=0.75, velocity=84),
    "rolling": Style(("1===============",), ("-111-111-111-111", "-118-118-118-118"), ("-111-111-111",), gate=0.8,
        velocity=86),
    "reese": Style(("1===============",), ("1=======1=====5=", "1=====1=--1===8=", "1==========-7=5=",
        "1=====--8=----1="), ("1=====1=--1=",), gate=0.97, velocity=88),
    "sixteens": Style(("1===1===1===1===",), ("1111111111111111", "1181118111811181", "1=111=111=111=11"),
        ("111111111111",), gate=0.75, velocity=84),
    "drone": Style(("1===============",), ("1===============",), ("1===========",), ("1===========",), gate=1.0,
        velocity=66),
    "chip bass": Style(("1=8=1=8=1=8=1=8=",), ("1-1-8-1-1-1-8-5-", "1-8-5-8-1-8-5-8-", "11-18-1-11-18-a-"),
        ("1-8-5-8-5-8-",), gate=0.85, velocity=84),
}  # fmt: skip
