"""`manage.py bench NAME`: measure one promise on services of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from argparse import ArgumentParser
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

import bench
from config.env import ROOT
from embedded.temporary import temporary


class Command(BaseCommand):
    """Runs a bench, or lists them all."""

    help = "Measure one promise; without a name, list what can be measured."
    requires_system_checks: tuple[str, ...] = ()

    _asked: str | None = None
    """The bench that the command line names, whose own options are taken as well."""

    def run_from_argv(self, argv: list[str]) -> None:
        """Look for the bench's name before the options are read."""
        self._asked = next((word for word in argv[2:] if word in _known()), None)
        super().run_from_argv(argv)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The contract's options; `--here` is how the command calls itself with services running."""
        parser.add_argument("name", nargs="?", help="which bench")
        parser.add_argument("--json", action="store_true", help="one line of JSON per figure")
        parser.add_argument("--quick", action="store_true", help="a smaller run, under 50 s")
        parser.add_argument("--here", action="store_true", help="use the services the environment points at")
        _add_own_arguments(self._asked, parser)

    def handle(self, *, name: str | None, json: bool, quick: bool, here: bool, **options: Any) -> None:
        """Exit code 1 when a figure misses its target."""
        known = _known()
        if name is None:
            for each in sorted(known):
                self.stdout.write(f"{each:12} {(import_module(f'bench.{each}').__doc__ or '').strip().splitlines()[0]}")
            return
        if name not in known:
            raise CommandError(f"there is no bench called {name}; known: {', '.join(sorted(known))}")
        if here:
            own = _add_own_arguments(name, ArgumentParser(add_help=False))
            sys.exit(self._measure(name, {key: options[key] for key in own if key in options}, json=json, quick=quick))
        with temporary(durable=True) as environment:
            command = [sys.executable, str(ROOT / "manage.py"), "bench", *sys.argv[2:], "--here"]
            done = subprocess.run(command, env={"LOG_LEVEL": "WARNING", **os.environ, **environment}, check=False)
        sys.exit(done.returncode)

    def _measure(self, name: str, own: dict[str, Any], *, json: bool, quick: bool) -> int:
        call_command("migrate", verbosity=0)
        missed = 0
        for figure in import_module(f"bench.{name}").run(quick=quick, **own):
            self.stdout.write(figure.as_json(name) if json else figure.as_text())
            self.stdout.flush()
            missed += not figure.ok
        return 1 if missed else 0


def _known() -> set[str]:
    return {module.name for module in iter_modules(bench.__path__) if not module.ispkg} - {"apps", "figures"}


def _add_own_arguments(name: str | None, parser: ArgumentParser) -> set[str]:
    """Add the options that the bench declares in `add_arguments`; returns what they are called."""
    if name not in _known():
        return set()
    before = {action.dest for action in parser._actions}
    add = getattr(import_module(f"bench.{name}"), "add_arguments", None)
    if add is not None:
        add(parser)
    return {action.dest for action in parser._actions} - before
