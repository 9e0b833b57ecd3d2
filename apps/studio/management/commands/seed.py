"""`manage.py seed`: the demo songs of a new installation, made by its own engine and published."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from dataclasses import replace
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import F
from django.utils import timezone

from apps.accounts.models import User
from apps.jobs.models import Job
from apps.library.models import Track
from apps.library.services.track_change import track_rename
from apps.library.services.track_publish import track_publish
from apps.studio.draft import Draft
from apps.studio.models import Engine, GenerationRequest
from apps.studio.seeds import SEEDS, Seed
from apps.studio.services.generation_request import generation_request

OWNER = "demo@refrain.invalid"


class Command(BaseCommand):
    """Safe to run at every start: what was made once, or thrown away since, is not made again."""

    help = "Make and publish the demo songs that are still missing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How long to wait for the songs; those not ready by then are published by the next start."""
        parser.add_argument("--wait", type=float, default=150.0, metavar="SECONDS")

    def handle(self, *, wait: float, **_: Any) -> None:
        """Ask for each missing song, follow the jobs, publish what they made."""
        owner = self._owner()
        deadline = time.monotonic() + wait
        if self._asked(owner) < len(SEEDS):
            self._ask(owner, deadline)
        said = ""
        while True:
            waiting = Job.objects.filter(owner=owner, status__in=[Job.Status.QUEUED, Job.Status.RUNNING]).count()
            self._publish(owner)
            if not waiting or time.monotonic() > deadline:
                return
            now = f"Making the demo songs: {len(SEEDS) - waiting} of {len(SEEDS)}"
            if now != said:
                self.stdout.write(now)
                self.stdout.flush()
                said = now
            time.sleep(0.5)

    def _owner(self) -> User:
        owner = User.objects.filter(email=OWNER).first()
        return owner or User.objects.create_user(OWNER, name="Refrain", plan_id="pro")

    def _asked(self, owner: User) -> int:
        return GenerationRequest.objects.filter(owner=owner, key__startswith="demo-").count()

    def _ask(self, owner: User, deadline: float) -> None:
        while not Engine.objects.exists():
            if time.monotonic() > deadline:
                self.stderr.write("No worker has announced an engine yet; the demo songs are left for the next start.")
                return
            time.sleep(0.2)
        engine = Engine.objects.all()[0]
        for seed in SEEDS:
            generation_request(owner=owner, draft=_draft(seed, engine), key=seed.key, now=timezone.now())

    def _publish(self, owner: User) -> None:
        """Publish what is new; a demo song that somebody made private since stays so."""
        titles = {seed.key: seed.title for seed in SEEDS}
        fresh = Track.objects.filter(
            requests__owner=owner, requests__key__in=titles, published_at=None, trashed_at=None
        ).annotate(key=F("requests__key"))
        for track in fresh:
            track_rename(track=track, title=titles[track.key])
            track_publish(track=track, visibility="public", now=timezone.now())


def _draft(seed: Seed, engine: Engine) -> Draft:
    """The song as far as this engine can make it: one that does not sing plays it."""
    plain = Draft(
        engine=engine.name,
        prompt=seed.prompt,
        genre=seed.genre if seed.genre in engine.genres else "",
        mood=seed.mood if seed.mood in engine.moods else "",
        seconds=seed.seconds,
        seed=seed.seed,
    )
    if not (seed.lyrics and engine.sung and (not seed.language or seed.language in engine.languages)):
        return plain
    voices = {voice["name"] for voice in engine.voices}
    voice = seed.voice if seed.voice in voices else ""
    return replace(plain, instrumental=False, lyrics=seed.lyrics, voice=voice, language=seed.language)
