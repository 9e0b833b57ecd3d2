"""docs/guarantees.md names tests that exist, and leaves no promise without one."""

from __future__ import annotations

import re
from importlib import import_module

from config.env import ROOT

PAGE = (ROOT / "docs" / "guarantees.md").read_text()


def test_every_promise_names_tests_that_exist() -> None:
    promises = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| promise |")]
    assert len(promises) > 20
    for promise in promises:
        named = re.findall(r"`(tests/[\w/]+)\.py::(\w+)`", promise)
        assert named, promise
        for module, test in named:
            assert callable(getattr(import_module(module.replace("/", ".")), test, None)), f"{module}.py::{test}"
