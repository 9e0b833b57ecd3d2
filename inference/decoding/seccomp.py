"""A filter in the kernel, installed without root, that leaves a process a few system calls and refuses all others.

Written as classic BPF through ctypes: the libraries there are for this need libseccomp on the machine.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import platform
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_SET_MODE_FILTER = 1
_SECCOMP_FILTER_FLAG_TSYNC = 1

_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000 | errno.EPERM
_KILL = 0x80000000

_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
"""BPF_LD|W|ABS, BPF_JMP|JEQ|K, |JGE|K, |JSET|K, BPF_RET|K."""
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
"""Offsets into struct seccomp_data."""
_X32 = 0x40000000


class NoFilter(Exception):
    """This machine cannot install the filter; the message says why."""


@dataclass(frozen=True, slots=True)
class Only:
    """What the low 32 bits of an argument must be: one of `values`, or without any bit of `clear`."""

    argument: int
    values: tuple[int, ...] = ()
    clear: int = 0


@dataclass(frozen=True, slots=True)
class _Machine:
    audit: int
    seccomp: int
    numbers: Mapping[str, int]


_MACHINES = {
    "x86_64": _Machine(
        0xC000003E,
        317,
        {
            "read": 0,
            "write": 1,
            "lseek": 8,
            "fstat": 5,
            "mmap": 9,
            "mprotect": 10,
            "munmap": 11,
            "brk": 12,
            "rt_sigreturn": 15,
            "mremap": 25,
            "madvise": 28,
            "exit": 60,
            "exit_group": 231,
            "futex": 202,
            "clock_gettime": 228,
            "restart_syscall": 219,
        },
    ),
    "aarch64": _Machine(
        0xC00000B7,
        277,
        {
            "read": 63,
            "write": 64,
            "lseek": 62,
            "fstat": 80,
            "mmap": 222,
            "mprotect": 226,
            "munmap": 215,
            "brk": 214,
            "rt_sigreturn": 139,
            "mremap": 216,
            "madvise": 233,
            "exit": 93,
            "exit_group": 94,
            "futex": 98,
            "clock_gettime": 113,
            "restart_syscall": 128,
        },
    ),
}

_FUTEX_PRIVATE_WAIT_AND_WAKE = (0x80, 0x81, 0x89, 0x8A, 0x189)
_NO_MORE_THAN_READ_AND_WRITE = 0xFFFFFFFF & ~(mmap.PROT_READ | mmap.PROT_WRITE)

DECODING: Mapping[str, tuple[Only, ...]] = {
    "read": (Only(0, values=(0,)),),
    "lseek": (Only(0, values=(0,)),),
    "fstat": (Only(0, values=(0,)),),
    "write": (Only(0, values=(1, 2)),),
    "mmap": (Only(2, clear=_NO_MORE_THAN_READ_AND_WRITE), Only(3, clear=mmap.MAP_SHARED)),
    "mprotect": (Only(2, clear=_NO_MORE_THAN_READ_AND_WRITE),),
    "munmap": (),
    "mremap": (),
    "brk": (),
    "madvise": (),
    "futex": (Only(1, values=_FUTEX_PRIVATE_WAIT_AND_WAKE),),
    "clock_gettime": (),
    "rt_sigreturn": (),
    "restart_syscall": (),
    "exit": (),
    "exit_group": (),
}
"""What decoding needs: its standard input to read, its standard output and error to write, memory that is neither
executable nor shared, and an end. Whatever is not named is refused as EPERM.
"""


def install(allowed: Mapping[str, tuple[Only, ...]] = DECODING) -> None:
    """Leave this process, all its threads, only the system calls `allowed`, for good; NoFilter when that cannot be.

    Also sets no_new_privs, without which only root may install a filter.
    """
    machine = _MACHINES.get(platform.machine())
    if machine is None or struct.calcsize("P") != 8:
        raise NoFilter(f"there is no filter of system calls for {platform.machine()}")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise NoFilter(f"no_new_privs: {os.strerror(ctypes.get_errno())}")
    instructions = b"".join(_program(machine, allowed))
    buffer = ctypes.create_string_buffer(instructions, len(instructions))
    # struct sock_fprog
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(instructions) // 8, ctypes.addressof(buffer)))
    if libc.syscall(machine.seccomp, _SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC, header) != 0:
        raise NoFilter(f"the filter of system calls: {os.strerror(ctypes.get_errno())}")


def _program(machine: _Machine, allowed: Mapping[str, tuple[Only, ...]]) -> Iterator[bytes]:
    yield _do(_LOAD, _ARCHITECTURE)
    yield _do(_JUMP_EQUAL, machine.audit, yes=1)
    yield _do(_RETURN, _KILL)
    yield _do(_LOAD, _NUMBER)
    # Numbers of the x32 ABI would pass as others under the same architecture.
    yield _do(_JUMP_AT_LEAST, _X32, no=1)
    yield _do(_RETURN, _KILL)
    for name, conditions in allowed.items():
        body = [step for condition in conditions for step in _check(condition)]
        body.append(_do(_RETURN, _ALLOW))
        yield _do(_JUMP_EQUAL, machine.numbers[name], no=len(body))
        yield from body
    yield _do(_RETURN, _REFUSE)


def _check(condition: Only) -> Iterator[bytes]:
    """Go on behind these steps, or refuse."""
    yield _do(_LOAD, _ARGUMENTS + 8 * condition.argument)
    if condition.values:
        for place, value in enumerate(condition.values):
            yield _do(_JUMP_EQUAL, value, yes=len(condition.values) - place)
        yield _do(_RETURN, _REFUSE)
    else:
        yield _do(_JUMP_ANY_BIT, condition.clear, no=1)
        yield _do(_RETURN, _REFUSE)


def _do(code: int, operand: int, *, yes: int = 0, no: int = 0) -> bytes:
    """One struct sock_filter; `yes` and `no` are how many instructions a jump leaves out."""
    return struct.pack("HBBI", code, yes, no, operand)
