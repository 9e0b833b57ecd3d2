"""How the choice between engines shows each: what it can do, what its weights allow, where it runs, what it costs."""

from __future__ import annotations

from dataclasses import dataclass

from apps.accounts.selectors import Entitlements, plan_titles
from apps.studio.models import Engine


@dataclass(frozen=True, slots=True)
class EngineCard:
    """An engine in sentences; `refused` says why the plan cannot use it."""

    name: str
    title: str
    does: str
    facts: str
    terms: str
    licence_url: str
    commercial: bool
    refused: str


def engine_card(engine: Engine, entitlements: Entitlements) -> EngineCard:
    """The engine for somebody with these entitlements."""
    refused = ""
    if kept_for_others(engine, entitlements):
        refused = f"Only for {keepers(engine)} here."
    elif sale_forbidden(engine, entitlements):
        refused = "Songs of your plan may be sold, so it cannot be used."
    return EngineCard(
        name=engine.name,
        title=engine.title,
        does=_does(engine),
        facts=_facts(engine),
        terms=f"{engine.licence}. {'Songs may be sold.' if engine.commercial else 'Songs may not be sold.'}",
        licence_url=engine.licence_url,
        commercial=engine.commercial,
        refused=refused,
    )


def sale_forbidden(engine: Engine, entitlements: Entitlements) -> bool:
    """Whether the plan sells what the licence of the engine's weights forbids to sell."""
    return entitlements.sells_output and not engine.commercial


def kept_for_others(engine: Engine, entitlements: Entitlements) -> bool:
    """Whether operators keep the engine for other plans."""
    return bool(engine.only_for) and entitlements.plan not in (engine.only_for or ())


def keepers(engine: Engine) -> str:
    """The plans that an engine is only for, in words; one query."""
    return " and ".join(plan_titles(engine.only_for or ())) or "other plans"


def _does(engine: Engine) -> str:
    made = []
    if engine.instrumental:
        made.append("instrumentals")
    if engine.sung:
        tongues = len(engine.languages)
        made.append(f"songs in {tongues} language{'' if tongues == 1 else 's'}" if tongues else "songs with lyrics")
    also = [name.replace("_", " ") for name in engine.operations if name != "generate"]
    more = f" Also: {', '.join(also)}." if also else ""
    return f"Makes {' and '.join(made)}.{more}"


def _facts(engine: Engine) -> str:
    place = "your processor" if engine.capability == "cpu" else "the graphics card"
    return f"{engine.minimum_seconds}–{engine.maximum_seconds} s · runs on {place} · {engine.rate} credits a minute"
