"""A real RabbitMQ on loopback with a node, a cookie, ports and folders of its own."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import amqp

from embedded.nginx import free_port
from embedded.services import bound

MISSING = "RabbitMQ is not installed (Debian: `apt-get install rabbitmq-server`); RABBITMQ_SERVER names it elsewhere"
_START_SECONDS = 90.0
_STOP_SECONDS = 30.0
_CONFIGURATION = """\
listeners.tcp.1 = 127.0.0.1:{port}
disk_free_limit.absolute = 10MB
log.console = true
log.console.level = warning
log.file = false
"""


def executable() -> str | None:
    """The server's own script; the package's wrapper in the path would change the user. `RABBITMQ_SERVER` wins."""
    named = os.environ.get("RABBITMQ_SERVER")
    return named or shutil.which("rabbitmq-server", path="/usr/lib/rabbitmq/bin:/usr/local/lib/rabbitmq/bin")


@dataclass
class RabbitMQ:
    """One node; `start` and `stop` as often as a test likes, on the same data."""

    folder: Path
    port: int = field(default_factory=free_port)
    distribution_port: int = field(default_factory=free_port)
    mapper_port: int = field(default_factory=free_port)
    _mapper: subprocess.Popen[bytes] | None = None
    _server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address as `BROKER_URL`."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def prepare(self) -> None:
        """Write its folder and start Erlang's port mapper, which would otherwise stay behind as a daemon."""
        (self.folder / "rabbitmq.conf").write_text(_CONFIGURATION.format(port=self.port))
        (self.folder / "enabled_plugins").write_text("[].\n")
        cookie = self.folder / ".erlang.cookie"
        cookie.write_text(secrets.token_hex(20))
        cookie.chmod(0o400)
        self._mapper = self._process(["epmd", "-port", str(self.mapper_port), "-address", "127.0.0.1"])

    def start(self) -> None:
        """Return when it takes connections; RuntimeError with its log when it does not."""
        program = executable()
        if program is None:
            raise RuntimeError(MISSING)
        self._server = self._process([program])
        deadline = time.monotonic() + _START_SECONDS
        while not self.answers():
            if self._server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"RabbitMQ did not start: {(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.1)

    def stop(self) -> None:
        """End the node at once, as a machine does that loses its power."""
        if self._server is not None:
            _end(self._server, signal.SIGKILL)
            self._server = None

    def close(self) -> None:
        """End everything that was started."""
        self.stop()
        if self._mapper is not None:
            _end(self._mapper, signal.SIGTERM)

    def answers(self) -> bool:
        """Whether a client can log in."""
        try:
            with amqp.Connection(f"127.0.0.1:{self.port}", connect_timeout=1, read_timeout=5):
                return True
        except (OSError, amqp.AMQPError):
            return False

    def count(self, queue: str) -> int:
        """How many messages wait in a queue; none in one that does not exist."""
        with amqp.Connection(f"127.0.0.1:{self.port}") as connection:
            try:
                found = connection.channel().queue_declare(queue, passive=True)
            except amqp.NotFound:
                return 0
        assert found is not None
        _, messages, _ = found
        return int(messages)

    def clear(self, queue: str) -> None:
        """Lose what waits in a queue."""
        with amqp.Connection(f"127.0.0.1:{self.port}") as connection:
            channel = connection.channel()
            channel.queue_declare(queue, durable=True, auto_delete=False)
            channel.queue_purge(queue)

    def _process(self, command: list[str]) -> subprocess.Popen[bytes]:
        own = {
            "HOME": str(self.folder),
            "ERL_EPMD_PORT": str(self.mapper_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"refrain-{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(self.distribution_port),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "none"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.folder / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "logs"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(self.folder / "generated"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_LOGS": "-",
            # one scheduler that does not spin: it shares the machine with the tests
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}"
            ),
        }
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                bound(command, "SIGTERM"),
                cwd=self.folder,
                env={**os.environ, **own},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


def _end(process: subprocess.Popen[bytes], signal_number: signal.Signals) -> None:
    """End a process and those it started, which are the group it leads."""
    if process.poll() is None:
        os.killpg(process.pid, signal_number)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def rabbitmq() -> Iterator[RabbitMQ]:
    """A node on empty data while the block runs."""
    folder = Path(tempfile.mkdtemp(prefix="refrain-rabbitmq-"))
    node = RabbitMQ(folder)
    try:
        node.prepare()
        node.start()
        yield node
    finally:
        node.close()
        shutil.rmtree(folder, ignore_errors=True)
