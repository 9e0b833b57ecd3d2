"""Which methods to try for a song, best first, and why the better ones are left out; imports no network's library."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from inference.engines.neural.settings import available, read_settings
from inference.separation.listening import Heard
from inference.separation.model import Method

BLEND_BYTES, DEMUCS_BYTES = 600 * 2**20, 3 * 2**30
"""Free memory that a method wants before it begins."""

_LONGEST_ON_CPU_SECONDS = 20 * 60.0
"""A network takes longer than the song itself there."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Methods in the order to try them, and sentences on those that are not among them."""

    methods: tuple[Method, ...]
    left_out: tuple[str, ...]


def plan(heard: Heard, asked: Method | None, *, free_bytes: int, environment: Mapping[str, str] = os.environ) -> Plan:
    """What to try for this song: what was asked for, or else the best that fits it, and then every simpler one."""
    if asked is Method.CENTRE:
        return Plan((Method.CENTRE,), ())
    left_out = []
    methods = []
    if asked in {None, Method.DEMUCS}:
        obstacle = _against_demucs(heard, asked, free_bytes, environment)
        if obstacle:
            left_out.append(obstacle)
        else:
            methods.append(Method.DEMUCS)
    if free_bytes >= BLEND_BYTES:
        methods.append(Method.BLEND)
    else:
        left_out.append("There is too little free memory to weigh several cues.")
    return Plan((*methods, Method.CENTRE), tuple(left_out))


def free_memory() -> int:
    """Bytes that can be had without harm, as the kernel estimates it; plenty where it does not say."""
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    return DEMUCS_BYTES


def _against_demucs(heard: Heard, asked: Method | None, free_bytes: int, environment: Mapping[str, str]) -> str:
    if heard.silent:
        return "There is nothing to hear that a neural network could take apart."
    if not available("torch", "demucs", "safetensors", environment=environment):
        return "The neural network is not set up here."
    if free_bytes < DEMUCS_BYTES:
        return "There is too little free memory for the neural network."
    if asked is None and read_settings(environment).device == "cpu" and heard.seconds > _LONGEST_ON_CPU_SECONDS:
        return "The song is too long for the neural network without a graphics card."
    return ""
