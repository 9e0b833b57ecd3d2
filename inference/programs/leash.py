"""Runs a program and never outlives whoever started it, nor lets what the program started outlive it.

`python leash.py [OPTION …] PROGRAM …`: the program gets this process's standard streams and a process group of its own.

- `--grace SECONDS`: when this process is told to end, the program is asked to, and killed only after so long.
- `--file-megabytes NUMBER`: no file may grow beyond that.
- `--one-output`: what the program writes to its output goes to its standard error, too.
"""

import ctypes
import os
import resource
import signal
import sys
import time

_PR_SET_PDEATHSIG = 1
_POLL_SECONDS = 0.02


def main(arguments: list[str]) -> int:
    """The program's exit code, as a shell would say it."""
    grace, file_megabytes, one_output = 0.0, 0, False
    while arguments[0].startswith("--"):
        option = arguments.pop(0)
        if option == "--grace":
            grace = float(arguments.pop(0))
        elif option == "--file-megabytes":
            file_megabytes = int(arguments.pop(0))
        else:
            one_output = True
    libc = ctypes.CDLL(None)
    parent = os.getppid()
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    # Nothing may end this process between the program's start and the handler that ends the program.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    if os.getppid() != parent:
        return 1
    program = os.fork()
    if program == 0:
        os.setpgid(0, 0)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        if file_megabytes:
            resource.setrlimit(resource.RLIMIT_FSIZE, (_at_most(file_megabytes * 1_000_000),) * 2)
        if one_output:
            os.dup2(2, 1)
        try:
            os.execvp(arguments[0], arguments)  # noqa: S606
        except OSError as error:
            os.write(2, f"{arguments[0]}: {error.strerror}\n".encode())
            os._exit(127)

    def end(*_: object) -> None:
        if grace:
            _ask(program, grace)
        _kill_group(program)
        os._exit(128 + signal.SIGTERM)

    signal.signal(signal.SIGTERM, end)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    # Not yet reaped, the program keeps its group's number from being given to another.
    os.waitid(os.P_PID, program, os.WEXITED | os.WNOWAIT)
    _kill_group(program)
    code = os.waitstatus_to_exitcode(os.waitpid(program, 0)[1])
    return code if code >= 0 else 128 - code


def _at_most(wanted: int) -> int:
    """The limit for files, unless whoever started this may have less: that cannot be raised again."""
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)


def _ask(program: int, grace: float) -> None:
    """Ask the program's group to end, and wait until the program has, or has had long enough."""
    _signal_group(program, signal.SIGTERM)
    until = time.monotonic() + grace
    while time.monotonic() < until:
        if os.waitid(os.P_PID, program, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None:
            return
        time.sleep(_POLL_SECONDS)


def _kill_group(program: int) -> None:
    _signal_group(program, signal.SIGKILL)


def _signal_group(program: int, number: signal.Signals) -> None:
    try:
        os.killpg(program, number)
    except ProcessLookupError:
        # It has not come to make its group.
        os.kill(program, number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
