"""A real nginx with the configuration of deploy/nginx, on throw-away data: for tests and benches."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from config.env import ROOT
from embedded.services import bound

TEMPLATES = ROOT / "deploy" / "nginx"
MISSING = "nginx is not installed (Debian: `apt-get install nginx`); NGINX names it when it is elsewhere"

_FILLED_IN = re.compile(r"\$\{(EDGE_[A-Z]+)\}")
_START_SECONDS = 10.0
_STOP_SECONDS = 10.0
# what the official image's own nginx.conf does, without root and on paths of ours
_MAIN = """\
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
worker_processes {workers};
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include conf.d/*.conf;
}}
"""


@dataclass(frozen=True, slots=True)
class Front:
    """What an nginx in front of the web is told; the defaults are those of deploy/compose.yaml."""

    secret: str
    origin: str
    """host:port of the web."""
    workers: int = 1
    settings: Mapping[str, str] = field(default_factory=dict)
    """Other values for `EDGE_…`."""
    also: str = ""
    """More configuration inside the http block, a template as well."""


@dataclass(frozen=True, slots=True)
class Nginx:
    """A running nginx."""

    port: int
    pid: int
    folder: Path

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"


def executable() -> str | None:
    """The server's path; `NGINX` in the environment wins."""
    named = os.environ.get("NGINX")
    return named or shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def write(folder: Path, front: Front, port: int) -> None:
    """Write a configuration into `folder`, as the official image does from the same templates."""
    values = {
        "EDGE_SECRET": front.secret,
        "EDGE_ORIGIN": front.origin,
        "EDGE_LISTEN": f"127.0.0.1:{port}",
        "EDGE_SCHEME": "http",
        "EDGE_CACHE": str(folder / "cache"),
        "EDGE_SIZE": "1g",
        "EDGE_RATE": "100",
        "EDGE_BURST": "400",
        "EDGE_CONNECTIONS": "100",
        **front.settings,
    }
    for template in sorted(TEMPLATES.rglob("*.template")):
        target = folder / "conf.d" / template.relative_to(TEMPLATES).with_suffix("")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_filled_in(template.read_text(), values))
    (folder / "conf.d" / "zz-also.conf").write_text(_filled_in(front.also, values))
    # workers would become "nobody", who may not read folders that are ours alone
    user = f"user {pwd.getpwuid(os.geteuid()).pw_name};" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(_MAIN.format(folder=folder, user=user, workers=front.workers))


@contextmanager
def nginx(folder: Path, front: Front) -> Iterator[Nginx]:
    """Runs nginx on a free port while the block runs; RuntimeError when there is none or it does not start."""
    program = executable()
    if program is None:
        raise RuntimeError(MISSING)
    port = free_port()
    write(folder, front, port)
    command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    with (folder / "console.log").open("ab") as log:
        process = subprocess.Popen(bound(command, "SIGTERM"), stdout=log, stderr=log, start_new_session=True)
    try:
        _wait(process, port, folder)
        yield Nginx(port, process.pid, folder)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _filled_in(template: str, values: Mapping[str, str]) -> str:
    return _FILLED_IN.sub(lambda found: values[found[1]], template)


def _wait(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        if process.poll() is not None or time.monotonic() > deadline:
            logs = [log.read_text() for log in (folder / "console.log", folder / "error.log") if log.exists()]
            raise RuntimeError("nginx did not start: " + "\n".join(logs)[-2000:])
        time.sleep(0.02)
