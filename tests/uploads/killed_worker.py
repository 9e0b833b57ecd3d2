"""A worker that claims one job for each stage it is told, and is killed when the job reaches that stage.

`python -m tests.uploads.killed_worker MEDIA SCRATCH STAGE …`
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import django


def main(media: str, scratch: str, stages: list[str]) -> None:
    """Each job in a process of its own; returns when all of them are dead."""
    django.setup()
    from django.conf import settings

    settings.MEDIA_ROOT, settings.SCRATCH = Path(media), Path(scratch)
    # forked before any connection is made
    children = [_forked(stage) for stage in stages]
    for child in children:
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), status


def _forked(stage: str) -> int:
    child = os.fork()
    if not child:
        try:
            _work(stage)
        finally:
            os._exit(0)
    return child


def _work(stage: str) -> None:
    from apps.jobs.control import Control
    from apps.jobs.execution import execute
    from apps.jobs.services.job_claim import job_claim

    class Doomed(Control):
        def progress(self, name: str, fraction: float, deadline_seconds: float = 60.0) -> None:
            if name == stage:
                os.kill(os.getpid(), signal.SIGKILL)
            super().progress(name, fraction, deadline_seconds)

    (job,) = job_claim(capability="cpu", worker=f"doomed at {stage}")
    execute(job, Doomed())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
