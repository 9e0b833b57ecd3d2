"""Runs a command that ends when its parent does, even a killed one.

`python child.py [--unprivileged] SIGNAL COMMAND …`
"""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Bind this process's life to its parent's, drop root when asked to, and become the command."""
    unprivileged = arguments[0] == "--unprivileged"
    name, *command = arguments[1:] if unprivileged else arguments
    parent = os.getppid()
    if unprivileged and os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)
    # after the change of user, which clears it
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.Signals[name], 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606 - there is no shell to want


if __name__ == "__main__":
    main(sys.argv[1:])
