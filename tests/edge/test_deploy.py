"""What deploy/nginx asks for, Compose gives and its README explains."""

from __future__ import annotations

import re

import yaml

from config.env import ROOT
from embedded.nginx import TEMPLATES


def test_every_value_of_the_templates_is_given_and_explained() -> None:
    templates = "".join(template.read_text() for template in TEMPLATES.rglob("*.template"))
    asked = set(re.findall(r"\$\{(\w+)\}", templates))
    composed = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())["services"]["edge"]["environment"]
    assert asked == {name for name in composed if name.startswith("EDGE_")}
    assert asked == set(re.findall(r"`(EDGE_[A-Z]+)`", (TEMPLATES / "README.md").read_text()))
