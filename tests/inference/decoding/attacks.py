"""What code that took over the decoder might try, run in a process locked as the decoder is, or in a free one.

`main` tries every attack and tells each one's fate in a line of JSON: null when it got what it wanted, else the error.
"""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import platform
import resource
import signal
import socket
import struct
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from inference.decoding import child, seccomp
from inference.decoding.lock import lock

MEMORY_BYTES = 200 * 1024**2
_SAID = b"accomplished\n"

_libc = ctypes.CDLL(None, use_errno=True)
_ARM = platform.machine() == "aarch64"
_EXECUTABLE = mmap.PROT_READ | mmap.PROT_EXEC
_PRIVATE = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS


def main(how: str, places: str) -> None:
    """`how` is "locked" or "free"; `places` is JSON: where the services and files are, and the parent."""
    where: dict[str, Any] = json.loads(places)
    where["before"] = os.open(where["secret_file"], os.O_RDONLY)
    environment = dict(os.environ)
    if how == "locked":
        # What the decoder itself does first.
        child._warm()
        lock(memory_bytes=MEMORY_BYTES, cpu_seconds=30, parent=where["parent"])
    _tell("environment", json.dumps(sorted(environment)))
    _tell("left_in_os_environ", json.dumps(sorted(os.environ)))
    for name, attack in ATTACKS.items():
        try:
            attack(where)
        except MemoryError:
            _tell(name, "out of memory")
        except OSError as error:
            _tell(name, error.strerror or str(error))
        except RuntimeError as error:
            _tell(name, str(error))
        else:
            _tell(name, None)
    os._exit(0)


def _tell(name: str, error: str | None) -> None:
    os.write(1, json.dumps([name, error]).encode() + b"\n")


def _call(name: str, *arguments: object) -> int:
    """A function of the C library; OSError when it fails."""
    function = _libc[name]
    function.restype = ctypes.c_long
    ctypes.set_errno(0)
    result: int = function(*arguments)
    if ctypes.get_errno():
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def _system_call(x86_64: int, aarch64: int, *arguments: object) -> int:
    return _call("syscall", ctypes.c_long(aarch64 if _ARM else x86_64), *arguments)


def _database(where: dict[str, Any]) -> None:
    """Log in to the embedded database as its superuser."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(where["database"])
        words = b"user\0postgres\0database\0postgres\0\0"
        connection.sendall(struct.pack(">ii", 8 + len(words), 3 << 16) + words)
        if connection.recv(9) != b"R" + struct.pack(">ii", 8, 0):
            raise RuntimeError("not logged in")


def _redis(where: dict[str, Any]) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(where["redis"])
        connection.sendall(b"PING\r\n")
        if connection.recv(7) != b"+PONG\r\n":
            raise RuntimeError("no answer")


def _network(where: dict[str, Any]) -> None:
    with socket.socket() as connection:
        connection.connect(("127.0.0.1", where["port"]))


def _netlink(where: dict[str, Any]) -> None:
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close()


def _datagram(where: dict[str, Any]) -> None:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()


def _socket_pair(where: dict[str, Any]) -> None:
    for each in socket.socketpair():
        each.close()


def _own_environment(where: dict[str, Any]) -> None:
    _read("/proc/self/environ")


def _parents_environment(where: dict[str, Any]) -> None:
    _read(f"/proc/{where['parent']}/environ")


def _parents_memory(where: dict[str, Any]) -> None:
    _read(f"/proc/{where['parent']}/maps")


def _secret_file(where: dict[str, Any]) -> None:
    _read(where["secret_file"])


def _folder(where: dict[str, Any]) -> None:
    os.close(os.open("/", os.O_RDONLY | os.O_DIRECTORY))


def _before(where: dict[str, Any]) -> None:
    """Read what was opened before the lock."""
    os.read(where["before"], 1)


def _read(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    os.read(descriptor, 100)
    os.close(descriptor)


def _write_file(where: dict[str, Any]) -> None:
    descriptor = os.open(where["folder"] + "/written", os.O_WRONLY | os.O_CREAT)
    os.write(descriptor, b"x")
    os.close(descriptor)


def _write_input(where: dict[str, Any]) -> None:
    os.close(os.open("/proc/self/fd/0", os.O_WRONLY))


def _remove_file(where: dict[str, Any]) -> None:
    Path(where["folder"], "doomed").unlink()


def _hidden_file(where: dict[str, Any]) -> None:
    """A file in memory alone, which could then be run."""
    os.close(os.memfd_create("hidden"))


def _fork(where: dict[str, Any]) -> None:
    process = os.fork()
    if not process:
        os._exit(0)
    os.waitpid(process, 0)


def _thread(where: dict[str, Any]) -> None:
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()


def _run_program(where: dict[str, Any]) -> None:
    """Through vfork, as subprocess would."""
    process = os.posix_spawn("/bin/true", ["true"], {})
    os.waitpid(process, 0)


def _run_hidden_program(where: dict[str, Any]) -> None:
    hidden = os.memfd_create("hidden")
    os.write(hidden, b"\x7fELF")
    process = os.fork()
    if not process:
        os.execve(hidden, ["hidden"], {})
    os.waitpid(process, 0)


def _become_program(where: dict[str, Any]) -> None:
    """Without a fork: only the error for a program that is not there can be told."""
    try:
        os.execv("/nowhere/at/all", ["all"])
    except FileNotFoundError:
        return


def _signal_parent(where: dict[str, Any]) -> None:
    # A signal that does nothing by default.
    os.kill(where["parent"], signal.SIGURG)


def _outlive_parent(where: dict[str, Any]) -> None:
    _call("prctl", 1, 0, 0, 0, 0)


def _become_dumpable(where: dict[str, Any]) -> None:
    _call("prctl", 4, 1, 0, 0, 0)


def _ignore_time_limit(where: dict[str, Any]) -> None:
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)


def _lift_limits(where: dict[str, Any]) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _trace(where: dict[str, Any]) -> None:
    """A process that lets itself be traced."""
    process = os.fork()
    if not process:
        _call("ptrace", 0, 0, 0, 0)
        os._exit(0)
    os.waitpid(process, 0)


def _read_by_process(where: dict[str, Any]) -> None:
    source, target = ctypes.create_string_buffer(b"12345678"), ctypes.create_string_buffer(9)
    vectors = [struct.pack("PN", ctypes.addressof(each), 8) for each in (target, source)]
    _call("process_vm_readv", os.getpid(), vectors[0], 1, vectors[1], 1, 0)


def _duplicate(where: dict[str, Any]) -> None:
    os.close(os.dup(0))


def _pipe(where: dict[str, Any]) -> None:
    for each in os.pipe():
        os.close(each)


def _code_in_memory(where: dict[str, Any]) -> None:
    mmap.mmap(-1, 4096, _PRIVATE, _EXECUTABLE).close()


def _memory_to_code(where: dict[str, Any]) -> None:
    place = _call("mmap", None, ctypes.c_size_t(4096), mmap.PROT_READ, _PRIVATE, -1, ctypes.c_long(0))
    _call("mprotect", ctypes.c_void_p(place), ctypes.c_size_t(4096), _EXECUTABLE)


def _shared_memory(where: dict[str, Any]) -> None:
    mmap.mmap(-1, 4096, mmap.MAP_SHARED | mmap.MAP_ANONYMOUS).close()


def _much_memory(where: dict[str, Any]) -> None:
    for _ in range(2):
        block = bytearray(MEMORY_BYTES)
        block[::4096] = bytes(len(block[::4096]))


def _wait_for_files(where: dict[str, Any]) -> None:
    os.close(_system_call(291, 20, 0))


def _timer(where: dict[str, Any]) -> None:
    signal.setitimer(signal.ITIMER_REAL, 0)


def _look_at_others(where: dict[str, Any]) -> None:
    os.getpgid(where["parent"])


def _lower_priority(where: dict[str, Any]) -> None:
    os.nice(0)
    os.sched_getaffinity(0)


ATTACKS: dict[str, Callable[[dict[str, Any]], None]] = {
    "database": _database,
    "redis": _redis,
    "network": _network,
    "netlink": _netlink,
    "datagram": _datagram,
    "socket pair": _socket_pair,
    "own environment": _own_environment,
    "parent's environment": _parents_environment,
    "parent's memory": _parents_memory,
    "secret file": _secret_file,
    "folder": _folder,
    "open before": _before,
    "write a file": _write_file,
    "write the input": _write_input,
    "remove a file": _remove_file,
    "hidden file": _hidden_file,
    "fork": _fork,
    "thread": _thread,
    "run a program": _run_program,
    "run a hidden program": _run_hidden_program,
    "become a program": _become_program,
    "signal the parent": _signal_parent,
    "outlive the parent": _outlive_parent,
    "become dumpable": _become_dumpable,
    "ignore the time limit": _ignore_time_limit,
    "lift limits": _lift_limits,
    "trace": _trace,
    "read by process": _read_by_process,
    "duplicate": _duplicate,
    "pipe": _pipe,
    "code in memory": _code_in_memory,
    "memory to code": _memory_to_code,
    "shared memory": _shared_memory,
    "much memory": _much_memory,
    "wait for files": _wait_for_files,
    "timer": _timer,
    "look at others": _look_at_others,
}


def sweep(parent: str) -> None:
    """Locked, make every system call that the filter does not name, and say which were not refused."""
    child._warm()
    lock(memory_bytes=MEMORY_BYTES, cpu_seconds=30, parent=int(parent))
    machine = seccomp._MACHINES[platform.machine()]
    named = {machine.numbers[name] for name in seccomp.DECODING}
    # Calls of the kernel's own trampolines, which no filter sees; from anywhere else they end the process.
    trampolines = set() if _ARM else {335, 336}
    through = []
    for number in range(600):
        if number in named | trampolines:
            continue
        ctypes.set_errno(0)
        if _libc.syscall(ctypes.c_long(number), -1, -1, -1, -1, -1, -1) != -1 or ctypes.get_errno() != 1:
            through.append(number)
    os.write(1, json.dumps([len(named), through]).encode())
    os._exit(0)


def foreign(parent: str) -> None:
    """Locked, make a call by a number of the x32 ABI; on other machines, one that ends the process as surely."""
    lock(memory_bytes=MEMORY_BYTES, cpu_seconds=30, parent=int(parent))
    os.write(1, b"locked")
    if _ARM:
        os.kill(os.getpid(), 0)
        os._exit(1)
    _libc.syscall(ctypes.c_long(0x40000000 + 39))
    os._exit(0)


def spin(parent: str) -> None:
    """Locked, use up the processor time of one second."""
    lock(memory_bytes=MEMORY_BYTES, cpu_seconds=1, parent=int(parent))
    os.write(1, b"locked")
    while True:
        pass


if __name__ == "__main__":
    main(*sys.argv[1:])
