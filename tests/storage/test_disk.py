"""What a folder of this machine adds: other filesystems, full disks, files that were half-written."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from apps.library.storage import DiskStorage

ROOT = Path(__file__).resolve().parents[2]
SHARED_MEMORY = Path("/dev/shm")


@pytest.fixture
def files(tmp_path: Path) -> DiskStorage:
    return DiskStorage(tmp_path / "media")


def folder_with(path: Path, **contents: bytes) -> Path:
    path.mkdir()
    (path / "inner").mkdir()
    for name, content in contents.items():
        (path / "inner" / name).write_bytes(content)
    return path


def test_reader_never_sees_a_part_while_a_folder_is_copied_in(files: DiskStorage, tmp_path: Path) -> None:
    """From another filesystem the files come one by one; a fifo holds the copy up in the middle."""
    source = folder_with(SHARED_MEMORY / f"refrain-test-{os.getpid()}", a=b"first")
    assert source.stat().st_dev != tmp_path.stat().st_dev
    gate = source / "inner" / "b"
    os.mkfifo(gate)
    # shutil refuses to copy a fifo, which is as good an interruption as any
    with pytest.raises(Exception, match="named pipe"):
        files.put_folder("versions/x", source)
    gate.unlink()
    assert not files.exists("versions/x")
    assert not list((tmp_path / "media" / ".incoming").iterdir())
    files.put_folder("versions/x", source)
    with files.open("versions/x/inner/a") as file:
        assert file.read() == b"first"
    assert not source.exists()


FULL = """
import resource, signal, sys
from pathlib import Path
from apps.library.storage import DiskStorage, StorageFull
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    DiskStorage(Path(sys.argv[1])).put_folder("versions/x", Path(sys.argv[2]))
except StorageFull as full:
    print(full)
"""


def test_full_disk_says_so_and_leaves_nothing(files: DiskStorage, tmp_path: Path) -> None:
    source = folder_with(SHARED_MEMORY / f"refrain-full-{os.getpid()}", a=b"small", b=b"x" * 5000)
    path = os.pathsep.join([str(ROOT), str(ROOT / "platform")])
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / "media"), str(source)],
        env={**os.environ, "PYTHONPATH": path, "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "disk is full" in done.stdout
    assert not files.exists("versions/x")
    assert not list((tmp_path / "media" / ".incoming").iterdir())
    # there is room again: the same folder can still be stored
    files.put_folder("versions/x", source)
    assert files.size("versions/x/inner/b") == 5000


def test_drafts_of_writers_that_died_are_cleared(files: DiskStorage, tmp_path: Path) -> None:
    files.put_folder("versions/x", folder_with(tmp_path / "one", a=b"one"))
    left = folder_with(tmp_path / "media" / ".incoming" / "dead", a=b"half")
    files.clear_drafts(before=datetime.now(UTC) - timedelta(hours=1))
    assert left.exists()
    files.clear_drafts(before=datetime.now(UTC) + timedelta(seconds=1))
    assert not left.exists()
    assert files.exists("versions/x")
