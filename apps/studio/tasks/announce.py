"""Write down what engines a worker serves, so that the web can offer them without importing one."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from celery import signals
from django.utils import timezone

from apps.jobs.services.engine_limit import engine_limit_known
from apps.studio.models import Engine
from apps.wallets.prices.services import price_announced
from inference import registry


def engine_announce(*, capability: str, now: datetime) -> None:
    """Announce every engine of this installation that runs on `capability`; safe from many workers at once."""
    for position, name in enumerate(registry.names()):
        engine = registry.get(name)
        can = engine.capabilities
        if can.device != capability:
            continue
        Engine.objects.update_or_create(
            name=name,
            defaults={
                "title": engine.title,
                "version": engine.version,
                "position": position,
                "operations": sorted(can.operations),
                "needs_score": sorted(can.needs_score),
                "controls": sorted(can.controls),
                "languages": sorted(can.languages),
                "genres": list(can.genres),
                "moods": list(can.moods),
                "instruments": list(can.instruments),
                "meters": list(can.meters),
                "voices": [asdict(voice) for voice in can.voices],
                "understands": can.understands,
                "batch": can.batch,
                "sung": can.sung,
                "instrumental": can.instrumental,
                "minimum_seconds": can.minimum_seconds,
                "maximum_seconds": can.maximum_seconds,
                "capability": str(can.device),
                "memory_mb": can.memory_mb,
                "licence": can.licence.name,
                "licence_url": can.licence.url,
                "commercial": can.licence.commercial,
                "credits_per_minute": can.credits_per_minute,
                "announced_at": now,
            },
        )
        engine_limit_known(capability=capability, engine=name)
        price_announced(engine=name, credits_per_minute=can.credits_per_minute, now=now)


@signals.worker_ready.connect
def _on_ready(sender: Any, **_: Any) -> None:
    for capability in sorted(sender.app.amqp.queues.consume_from):
        engine_announce(capability=capability, now=timezone.now())
