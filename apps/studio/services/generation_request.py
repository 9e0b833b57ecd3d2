"""Ask for songs: one request, one job a take, in one transaction."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.accounts.selectors import entitlements
from apps.common.request_ids import current_request_id
from apps.jobs.services.admission import admission
from apps.jobs.services.charge import pays
from apps.jobs.services.eta_tell import eta_tell
from apps.jobs.services.job_submit import job_submit
from apps.jobs.services.waiting_room import TooManyWaiting, waiting_room
from apps.library.models import Track, Version
from apps.library.selectors import version_for
from apps.studio.checks import check_draft, check_parent, operation_words
from apps.studio.draft import SEED_RANGE, Draft, drawn_seed
from apps.studio.models import Engine, GenerationRequest
from apps.wallets.errors import NotEnough
from apps.wallets.monthly.services import monthly_grant_due
from apps.wallets.prices.services import price_quoted
from apps.wallets.pricing import Quote, quote

KIND = "generate"


class KeyReused(Exception):
    """The same idempotency key came with another content."""


def generation_request(
    *, owner: User, draft: Draft, key: str, now: datetime, request_id: str = ""
) -> tuple[GenerationRequest, bool]:
    """Submit the draft's takes and return the request and whether it is new.

    The same `key` with the same content gives the request made before; with other content KeyReused.
    Each take's credits are held with its job, all or none. ValidationError, by field, when the draft cannot be made;
    NotEnough or Owes when the wallet does not give what it costs, Busy when the free queue is full.
    """
    known = _known(owner, draft, key)
    if known is not None:
        return known, False
    engines = tuple(Engine.objects.all())
    engine = next((each for each in engines if each.name == draft.engine), None)
    if engine is None:
        raise ValidationError({"engine": ["This engine is not here now. Choose another."]})
    rights = entitlements(owner)
    check_draft(draft, engine, rights, tuple(each for each in engines if each is not engine))
    parent = _parent(owner, draft)
    if parent is not None:
        check_parent(draft, engine, parent)
    price = _quote(draft, engine, now)
    # kept whatever becomes of the request
    monthly_grant_due(user=owner, now=now)
    try:
        with transaction.atomic():
            waiting_room(owner=owner, jobs=draft.takes)
            made = _create(owner, draft, key, engine, parent, price, now)
            _submit_takes(made, draft, engine, price, request_id or current_request_id(), now)
    except TooManyWaiting as full:
        raise ValidationError(str(full)) from full
    except IntegrityError:
        known = _known(owner, draft, key)
        if known is None:
            raise
        return known, False
    return made, True


def _submit_takes(
    made: GenerationRequest, draft: Draft, engine: Engine, price: Quote, request_id: str, now: datetime
) -> None:
    rights = entitlements(made.owner)
    paid = pays(made.owner, now=now)
    admission(
        owner=made.owner,
        capability=engine.capability,
        engine=engine.name,
        jobs=draft.takes,
        expected_seconds=draft.seconds,
        paid=paid,
        now=now,
    )
    jobs = []
    for take in range(draft.takes):
        try:
            job = job_submit(
                owner=made.owner,
                kind=KIND,
                capability=engine.capability,
                engine=engine.name,
                payload=_payload(made, draft, take, request_id),
                group=made.id,
                parallel=rights.parallel,
                paid=paid,
                expected_seconds=draft.seconds,
                now=now,
                credits=price.per_take,
                memo=_memo(made, take),
            )
        except NotEnough as refused:
            # what was held for the takes before is given back with them
            raise NotEnough(price.credits, refused.available + take * price.per_take) from refused
        jobs.append(job)
    eta_tell(jobs=jobs, now=now)


def _memo(made: GenerationRequest, take: int) -> str:
    """How the history of the wallet calls a take, as “Cover: as a bossa nova, take 2”."""
    what = made.prompt or (made.track.title if made.track else "") or made.genre or made.mood or "a song"
    operation = "" if made.operation == "generate" else f"{operation_words(made.operation).capitalize()}: "
    number = f", take {take + 1}" if made.takes > 1 else ""
    return f"{operation}{' '.join(what.split())[:120]}{number}"


def _known(owner: User, draft: Draft, key: str) -> GenerationRequest | None:
    found = GenerationRequest.objects.filter(owner=owner, key=key).first()
    if found is not None and found.content_hash != draft.content_hash:
        raise KeyReused
    return found


def _parent(owner: User, draft: Draft) -> Version | None:
    """The version an operation starts from, one of the owner's own."""
    if draft.parent is None:
        return None
    version = version_for(owner, draft.parent)
    if version is None or version.track.owner_id != owner.id:
        raise ValidationError({"parent": ["There is no such version among your tracks."]})
    if version.track.trashed_at is not None:
        raise ValidationError({"parent": ["This song is in the trash. Restore it first."]})
    return version


def _quote(draft: Draft, engine: Engine, now: datetime) -> Quote:
    price = price_quoted(engine=engine.name, operation=draft.operation, announced=engine.credits_per_minute, now=now)
    return quote(price, seconds=draft.seconds, takes=draft.takes)


def _create(
    owner: User, draft: Draft, key: str, engine: Engine, parent: Version | None, price: Quote, now: datetime
) -> GenerationRequest:
    # what only takes after a version is a song of its own
    track: Track | None = parent.track if parent and draft.operation != "reference" else None
    seed = draft.seed if draft.seed is not None else drawn_seed(owner.id, key)
    return GenerationRequest.objects.create(
        owner=owner,
        key=key,
        content_hash=draft.content_hash,
        engine=engine.name,
        operation=draft.operation,
        parent=parent,
        track=track,
        prompt=draft.prompt,
        lyrics=draft.lyrics,
        instrumental=draft.instrumental,
        genre=draft.genre,
        mood=draft.mood,
        seconds=draft.seconds,
        tempo=draft.tempo,
        musical_key=draft.key,
        meter=draft.meter,
        instruments=list(draft.instruments),
        energy=draft.energy,
        voice=draft.voice,
        language=draft.language,
        span_start=draft.span[0] if draft.span else None,
        span_end=draft.span[1] if draft.span else None,
        seed=seed,
        takes=draft.takes,
        credits=price.credits,
        price=price.price,
        created_at=now,
    )


def _payload(made: GenerationRequest, draft: Draft, take: int, request_id: str) -> dict[str, Any]:
    # the takes of one request differ by their seed alone
    payload = {"request": str(made.id), "take": take, "seed": made.seed + take, "request_id": request_id}
    if draft.seed is None:
        payload["other_seed"] = secrets.randbelow(SEED_RANGE[1])
    if draft.operation == "reference":
        payload["reference"] = str(draft.parent)
    return payload
