"""supervisord keeps the programs of `make run` alive: its configuration, and how to talk to it."""

from __future__ import annotations

import os
import shlex
import sys
import time
import xmlrpc.client
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from supervisor.xmlrpc import SupervisorTransport

from config.env import ROOT
from embedded.services import ServiceError, bound
from inference import registry
from inference.engine import Device

# started in this order, stopped in the reverse one: who depends on another stops first
_ORDER = ("postgres", "redis", "web", "worker", "worker-gpu", "scheduler")
_SERVICES = ("postgres", "redis")
_STOP_SECONDS = {"postgres": 15, "redis": 10, "web": 8, "worker": 12, "worker-gpu": 12, "scheduler": 8}


def site_programs(host: str, port: int, *, gpu: bool = False) -> dict[str, list[str]]:
    """The programs of the site itself, by name; with `gpu` one more worker, for the engines that need one."""
    python = [sys.executable, "-m"]
    slots = str(max(1, min(4, (os.cpu_count() or 1))))
    celery = [*python, "celery", "-A", "config", "--quiet"]
    web = ["uvicorn", "config.asgi:application", "--host", host, "--port", str(port), "--no-access-log"]
    # uvicorn would believe X-Forwarded-For from this machine; whom to believe is TRUSTED_PROXIES' to say
    web.append("--no-proxy-headers")
    worker = ["nice", "-n", "10", *celery, "worker", "--pool", "threads", "-l", "INFO", "-c", slots]
    programs = {
        "web": bound([*python, *web, "--log-level", "warning", "--timeout-graceful-shutdown", "3"], "SIGTERM"),
        "worker": bound([*worker, "-Q", "cpu"], "SIGTERM"),
        "scheduler": bound([*celery, "beat", "-l", "INFO", "--pidfile="], "SIGTERM"),
    }
    if gpu:
        # a node name of its own: two workers of one machine would take each other's messages
        programs["worker-gpu"] = bound([*worker, "-Q", "gpu", "-n", "gpu@%h"], "SIGTERM")
    return programs


def gpu_engines() -> bool:
    """Whether an engine of this installation needs a worker with a GPU."""
    return any(registry.get(name).capabilities.device is Device.GPU for name in registry.names())


@dataclass(frozen=True, slots=True)
class Supervisor:
    """A supervisord with its folder of logs and its control socket."""

    data: Path
    runtime: Path

    @property
    def configuration(self) -> Path:
        """The file that supervisord reads."""
        return self.data / "supervisord.conf"

    @property
    def command(self) -> list[str]:
        """supervisord in the foreground."""
        return [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(self.configuration)]

    def write(self, programs: Mapping[str, Sequence[str]]) -> None:
        """Write the configuration for `programs`; services start at once, the rest when told."""
        logs = self.data / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        path = os.pathsep.join([str(ROOT / "platform"), str(ROOT)])
        parts = [
            f"[unix_http_server]\nfile={self.runtime}/supervisor.sock\nchmod=0700",
            "[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface",
            f"[supervisord]\nnodaemon=true\nsilent=true\nlogfile={logs}/supervisord.log\n"
            f"pidfile={self.runtime}/supervisord.pid\nchildlogdir={logs}\n"
            f'environment=PYTHONPATH="{path}",PYTHONUNBUFFERED="1"',
        ]
        parts += [self._program(name, command) for name, command in programs.items()]
        self.configuration.write_text("\n\n".join(parts) + "\n")

    def _program(self, name: str, command: Sequence[str]) -> str:
        log = f"{self.data}/logs/{name}.log"
        # the web logs on stderr; its stdout carries only the mails that no SMTP server takes
        console = name == "web"
        lines = {
            "command": shlex.join(command).replace("%", "%%"),
            "directory": str(ROOT) if name not in _SERVICES else "/",
            "priority": _ORDER.index(name),
            "autostart": "true" if name in _SERVICES else "false",
            "autorestart": "true",
            "startsecs": 1 if name in _SERVICES else 0,
            "startretries": 30,
            "stopsignal": "INT" if name == "postgres" else "TERM",
            "stopwaitsecs": _STOP_SECONDS[name],
            "killasgroup": "true",
            "redirect_stderr": str(not console).lower(),
            "stdout_logfile": "/dev/fd/1" if console else log,
            "stdout_logfile_maxbytes": "0" if console else "10MB",
            "stdout_logfile_backups": 1,
            "stderr_logfile": log,
            "stderr_logfile_maxbytes": "10MB",
            "stderr_logfile_backups": 1,
        }
        return f"[program:{name}]\n" + "\n".join(f"{key}={value}" for key, value in lines.items())

    def wait_up(self, seconds: float) -> None:
        """Return when supervisord answers."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                self._proxy().supervisor.getState()
                return
            except (OSError, HTTPException, xmlrpc.client.Error) as error:
                if time.monotonic() > deadline:
                    raise ServiceError(f"the supervisor did not answer: {error}") from error
                time.sleep(0.05)

    def start(self, *names: str) -> None:
        """Start programs that wait to be told."""
        proxy = self._proxy()
        for name in names:
            proxy.supervisor.startProcess(name)

    def _proxy(self) -> xmlrpc.client.ServerProxy:
        transport = SupervisorTransport(None, None, f"unix://{self.runtime}/supervisor.sock")
        return xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)
