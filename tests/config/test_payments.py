"""Production does not start where credits would be given for nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.payments import payments

ROOT = Path(__file__).resolve().parents[2]
API = "https://api.stripe.com"


def read(**values: object) -> object:
    given = {"way": "", "key": "", "webhook_secret": "", "api_base": API, "production": False, **values}
    return payments(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("way", "key", "expected"),
    [("", "", "test"), ("", "sk_test_1", "stripe"), ("off", "sk_test_1", "off"), ("test", "sk_test_1", "test")],
)
def test_without_a_word_a_key_decides(way: str, key: str, expected: str) -> None:
    assert read(way=way, key=key).way == expected  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "values",
    [
        {"way": "free"},
        {"way": "stripe"},
        {"api_base": "api.stripe.com"},
        {"production": True},
        {"production": True, "way": "test", "key": "sk_live_1", "webhook_secret": "whsec_1"},
        {"production": True, "key": "sk_live_1"},
        {"production": True, "key": "sk_test_1", "webhook_secret": "whsec_1"},
        {"production": True, "key": "rk_test_1", "webhook_secret": "whsec_1"},
        {"production": True, "key": "sk_live_1", "webhook_secret": "whsec_1", "api_base": "http://10.0.0.1"},
    ],
)
def test_what_contradicts_itself_or_costs_nothing_does_not_start(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"PAYMENTS|STRIPE|production"):
        read(**values)


def test_two_secrets_may_be_good_at_once() -> None:
    found = read(production=True, key="sk_live_1", webhook_secret="whsec_1, whsec_2")

    assert found.webhook_secrets == ("whsec_1", "whsec_2")  # type: ignore[attr-defined]


@pytest.mark.parametrize(("more", "starts"), [({}, False), ({"PAYMENTS": "off"}, True)])
def test_production_refuses_the_test_checkout_and_says_no_secret(
    tmp_path: Path, more: dict[str, str], *, starts: bool
) -> None:
    path = os.pathsep.join([str(ROOT / "platform"), str(ROOT)])
    production = {"REFRAIN_MODE": "production", "SECRET_KEY": "a-secret-word", "EDGE_SECRET": "e", "ALLOWED_HOSTS": "x"}
    urls = {"DATABASE_URL": "postgresql://x", "REDIS_URL": "redis://x"}
    environment = {**os.environ, **production, **urls, "PYTHONPATH": path, "DATA": str(tmp_path), **more}
    done = subprocess.run(
        [sys.executable, "-c", "import config.settings"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode == 0) is starts
    assert starts or "test checkout" in done.stderr
    assert "a-secret-word" not in done.stderr
