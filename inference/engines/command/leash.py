"""Runs a program and never outlives whoever started it, nor lets what the program started outlive it.

`python leash.py PROGRAM …`: the program gets this process's standard streams and a process group of its own.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main() -> int:
    """The program's exit code, as a shell would say it."""
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
        try:
            os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606
        except OSError as error:
            os.write(2, f"{sys.argv[1]}: {error.strerror}\n".encode())
            os._exit(127)

    def end(*_: object) -> None:
        _kill_group(program)
        os._exit(128 + signal.SIGTERM)

    signal.signal(signal.SIGTERM, end)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    # Not yet reaped, the program keeps its group's number from being given to another.
    os.waitid(os.P_PID, program, os.WEXITED | os.WNOWAIT)
    _kill_group(program)
    code = os.waitstatus_to_exitcode(os.waitpid(program, 0)[1])
    return code if code >= 0 else 128 - code


def _kill_group(program: int) -> None:
    try:
        os.killpg(program, signal.SIGKILL)
    except ProcessLookupError:
        # It has not come to make its group.
        os.kill(program, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
