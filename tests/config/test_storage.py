"""Pages may reach the bucket that STORAGE_URL names, and nothing else away from home."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHOW = "from config import settings; print(settings.MEDIA_ROOT, settings.CONTENT_SECURITY_POLICY, sep=chr(10))"


@pytest.mark.parametrize(
    ("url", "folder", "sources"),
    [
        ("file:///srv/refrain", "/srv/refrain", "'self' blob:"),
        (
            "s3://K:S@storage:3900/refrain?tls=0&public=https://m.example.org",
            "{data}/media",
            "'self' blob: https://m.example.org",
        ),
    ],
)
def test_the_policy_lets_pages_put_parts_where_they_belong(tmp_path: Path, url: str, folder: str, sources: str) -> None:
    path = os.pathsep.join([str(ROOT / "platform"), str(ROOT)])
    environment = {**os.environ, "PYTHONPATH": path, "DATA": str(tmp_path), "STORAGE_URL": url}
    shown = subprocess.run(
        [sys.executable, "-c", SHOW], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    media, policy = shown.splitlines()
    assert media == folder.format(data=tmp_path)
    found = re.search(r"connect-src ([^;]*)", policy)
    assert found is not None
    assert found[1] == sources
    assert "K:S" not in policy
