"""OpenStack Swift with its S3 interface as one process on loopback: `python -m tests.swift_server FOLDER [PORT]`.

The four servers of a Swift are greenlets of this process. It prints its port when it answers, and keeps all it stores
below FOLDER, on a filesystem with extended attributes.
"""

from __future__ import annotations

import eventlet

eventlet.monkey_patch(os=False, thread=False)

import sys  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from eventlet import wsgi  # noqa: E402
from swift.common import utils  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.utils.logs import NullLogger  # noqa: E402
from swift.common.wsgi import loadapp  # noqa: E402

_SERVERS = ("account", "container", "object")

_STORAGE = """
[DEFAULT]
devices = {folder}
swift_dir = {folder}
mount_check = false
fallocate_reserve = 0
disable_fallocate = true
log_level = ERROR

[pipeline:main]
pipeline = {kind}-server

[app:{kind}-server]
use = egg:swift#{kind}
"""

_PROXY = """
[DEFAULT]
swift_dir = {folder}
log_level = ERROR

[pipeline:main]
pipeline = catch_errors gatekeeper remember listing_formats s3api tempauth copy slo dlo proxy-server

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true

[filter:catch_errors]
use = egg:swift#catch_errors

[filter:gatekeeper]
use = egg:swift#gatekeeper

[filter:remember]
paste.filter_factory = tests.swift_server:remember

[filter:listing_formats]
use = egg:swift#listing_formats

[filter:s3api]
use = egg:swift#s3api
cors_preflight_allow_origin = *

[filter:tempauth]
use = egg:swift#tempauth
user_refrain_tester = secret .admin

[filter:copy]
use = egg:swift#copy

[filter:slo]
use = egg:swift#slo

[filter:dlo]
use = egg:swift#dlo
"""


class Memory:
    """Stands where Swift looks for a memcached: without one it asks for account and bucket at every request."""

    def __init__(self) -> None:
        self._kept: dict[str, Any] = {}

    def get(self, key: str, **_: Any) -> Any:
        return self._kept.get(key)

    def set(self, key: str, value: Any, **_: Any) -> None:
        self._kept[key] = value

    def delete(self, key: str, **_: Any) -> None:
        self._kept.pop(key, None)


def remember(_: Any, **__: Any) -> Any:
    """A filter that puts the memory where Swift's own cache filter puts its client."""
    memory = Memory()

    def wrap(app: Any) -> Any:
        def remembering(environ: dict[str, Any], start_response: Any) -> Any:
            environ["swift.cache"] = memory
            return app(environ, start_response)

        return remembering

    return wrap


def serve(folder: Path, port: int) -> None:
    """Make the rings and serve until the process ends."""
    (folder / "device").mkdir(parents=True, exist_ok=True)
    conf = folder / "swift.conf"
    conf.write_text("[swift-hash]\nswift_hash_path_suffix = tests\n\n[storage-policy:0]\nname = one\ndefault = yes\n")
    utils.SWIFT_CONF_FILE = str(conf)
    utils.set_swift_dir(str(folder))
    for kind in _SERVERS:
        socket = eventlet.listen(("127.0.0.1", 0))
        _ring(folder, kind, socket.getsockname()[1])
        _spawn(folder, kind, _STORAGE, socket)
    front = eventlet.listen(("127.0.0.1", port))
    server = _spawn(folder, "proxy", _PROXY, front)
    print(front.getsockname()[1], flush=True)
    server.wait()


def _ring(folder: Path, kind: str, port: int) -> None:
    builder = RingBuilder(4, 1, 1)
    builder.add_dev(
        {"region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "device": "device", "weight": 1.0, "meta": ""}
    )
    builder.rebalance()
    builder.get_ring().save(str(folder / f"{kind}.ring.gz"))


def _spawn(folder: Path, kind: str, text: str, socket: Any) -> Any:
    conf = folder / f"{kind}-server.conf"
    conf.write_text(text.format(folder=folder, kind=kind))
    app = loadapp(str(conf), global_conf={"log_name": kind})
    return eventlet.spawn(wsgi.server, socket, app, NullLogger(), custom_pool=eventlet.GreenPool(256), log_output=False)


if __name__ == "__main__":
    serve(Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
