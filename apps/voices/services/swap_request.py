"""Ask for a song in another voice, a preview of that, or a song without its vocals: one request, one job."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.accounts.selectors import entitlements, plan_titles
from apps.common.request_ids import current_request_id
from apps.jobs.selectors import plans_of_engine
from apps.jobs.services.admission import admission
from apps.jobs.services.charge import pays
from apps.jobs.services.eta_tell import eta_tell
from apps.jobs.services.job_submit import job_submit
from apps.jobs.services.waiting_room import TooManyWaiting, waiting_room
from apps.library.models import Version
from apps.library.selectors import version_for
from apps.library.songs import UPLOAD
from apps.voices.errors import NotAllowed, TooMany, Unfit
from apps.voices.models import Swap
from apps.voices.selectors import Choice, choice_for, previews_lately
from apps.wallets.monthly.services import monthly_grant_due
from apps.wallets.prices.services import price_quoted
from apps.wallets.pricing import Quote, quote

KIND = "swap"
CAPABILITY = "cpu"
ENGINES: Mapping[str, str] = MappingProxyType(
    {Swap.Kind.SWAP: "swap", Swap.Kind.PREVIEW: "preview", Swap.Kind.KARAOKE: "karaoke"}
)
"""What operators limit, by plan and by how many run at once."""
ANNOUNCED: Mapping[str, int] = MappingProxyType({"swap": 8, "karaoke": 4})
"""Credits a minute before an operator says otherwise; previews are free."""
PREVIEW_SECONDS = 10.0


class KeyReused(Exception):
    """The same idempotency key came with another content."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as somebody filled it in."""

    kind: str
    version: UUID
    performer: str = ""
    """The name of a built-in performer, or the id of a registered one; empty for karaoke."""
    handling: str = ""
    method: str = ""
    start: float | None = None
    """Of a preview, in seconds; None lets the song's words decide."""

    @property
    def content_hash(self) -> str:
        """The same for the same content, whatever the key it was sent under."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True, default=str).encode()).hexdigest()


def swap_request(*, owner: User, asked: Asked, key: str, now: datetime) -> tuple[Swap, bool]:
    """Submit the job and return the request and whether it is new; what it costs is held until the job ends.

    The same `key` with the same content gives the request made before; with other content KeyReused. Unfit when there
    is no such song or performer for this person, NotAllowed when the plan does not have it, TooMany, NotEnough, Owes,
    Busy when the free queue is full.
    """
    known = _known(owner, asked, key)
    if known is not None:
        return known, False
    _check_plan(owner, asked.kind)
    version = source_of(owner, asked.version)
    choice = _choice(owner, asked)
    # kept whatever becomes of the request
    monthly_grant_due(user=owner, now=now)
    try:
        with transaction.atomic():
            # locks the owner, so that what is counted below stays true
            waiting_room(owner=owner, jobs=1)
            if asked.kind == Swap.Kind.PREVIEW:
                _check_previews(owner, now)
            swap = _create(owner, asked, key, version, choice, now)
            _submit(swap, version, now)
    except TooManyWaiting as full:
        raise TooMany(str(full), type="too-many-waiting") from full
    except IntegrityError:
        known = _known(owner, asked, key)
        if known is None:
            raise
        return known, False
    return swap, True


def swap_quote(kind: str, version: Version, *, now: datetime) -> Quote | None:
    """What the request would cost; None for what is free."""
    engine = ENGINES[kind]
    if engine not in ANNOUNCED:
        return None
    price = price_quoted(engine=engine, operation=kind, announced=ANNOUNCED[engine], now=now)
    return quote(price, seconds=max(1, round(version.seconds)), takes=1)


def source_of(owner: User, version_id: UUID) -> Version:
    """The version to sing, one of the owner's own songs with something sung in it; Unfit otherwise."""
    version = version_for(owner, version_id)
    if version is None or version.track.owner_id != owner.id:
        raise Unfit("There is no such version among your tracks.", type="no-such-version")
    if version.track.trashed_at is not None:
        raise Unfit("This song is in the trash. Restore it first.", type="in-trash")
    if version.track.taken_down_at is not None:
        raise Unfit("This song was taken down.", type="taken-down")
    # of a recording that was sent the flag is a guess, and the ear of the worker decides
    if version.instrumental and version.operation != UPLOAD:
        raise Unfit("Nobody sings in this version.", type="no-vocals")
    return version


def preview_start(version: Version) -> float:
    """Where a preview begins that is asked for without a start: where words are sung, else a third into the song."""
    start = float(version.words[0]["start"]) - 0.5 if version.words else version.seconds / 3
    return max(0.0, min(start, version.seconds - PREVIEW_SECONDS))


def _choice(owner: User, asked: Asked) -> Choice | None:
    if asked.kind == Swap.Kind.KARAOKE:
        return None
    choice = choice_for(owner, asked.performer)
    if choice is None:
        raise Unfit("There is no such performer for you. Choose one of the list.", type="no-such-performer")
    return choice


def _check_plan(owner: User, kind: str) -> None:
    plans = plans_of_engine(capability=CAPABILITY, engine=ENGINES[kind])
    if plans and entitlements(owner).plan not in plans:
        titles = " and ".join(plan_titles(plans)) or "other plans"
        raise NotAllowed(f"This is only for {titles} here.", type="other-plan")


def _check_previews(owner: User, now: datetime) -> None:
    most = settings.VOICE_PREVIEWS_DAILY
    if previews_lately(owner, now=now) >= most:
        raise TooMany(f"You have heard {most} previews within a day. Come back tomorrow.", type="previews-used-up")


def _known(owner: User, asked: Asked, key: str) -> Swap | None:
    found = Swap.objects.filter(owner=owner, key=key).first()
    if found is not None and found.content_hash != asked.content_hash:
        raise KeyReused
    return found


def _create(owner: User, asked: Asked, key: str, version: Version, choice: Choice | None, now: datetime) -> Swap:
    price = swap_quote(asked.kind, version, now=now)
    span = _span(asked, version) if asked.kind == Swap.Kind.PREVIEW else None
    return Swap.objects.create(
        owner=owner,
        key=key,
        content_hash=asked.content_hash,
        kind=asked.kind,
        version=version,
        track=version.track,
        built_in=choice.built_in if choice else "",
        registered=choice.registered if choice else None,
        performer_title=choice.title if choice else "",
        handling=(asked.handling or Swap.Handling.OCTAVE) if choice else "",
        method=asked.method,
        span_start=span[0] if span else None,
        span_seconds=span[1] if span else None,
        seconds=span[1] if span else version.seconds,
        credits=price.credits if price else 0,
        price=price.price if price else None,
        created_at=now,
    )


def _span(asked: Asked, version: Version) -> tuple[float, float]:
    """What a preview plays: from where it was asked to, else from `preview_start` on."""
    length = min(PREVIEW_SECONDS, version.seconds)
    start = preview_start(version) if asked.start is None else asked.start
    if not math.isfinite(start) or not -1 <= start <= version.seconds:
        raise Unfit(f"Choose a start within the {version.seconds:.1f} seconds of this version.", type="no-such-span")
    return max(0.0, min(start, version.seconds - length)), length


def _submit(swap: Swap, version: Version, now: datetime) -> None:
    owner, engine = swap.owner, ENGINES[swap.kind]
    rights, paid = entitlements(owner), pays(owner, now=now)
    admission(
        owner=owner,
        capability=CAPABILITY,
        engine=engine,
        jobs=1,
        expected_seconds=swap.seconds,
        paid=paid,
        now=now,
    )
    payload: dict[str, Any] = {"swap": str(swap.id), "request_id": current_request_id()}
    job = job_submit(
        owner=owner,
        kind=KIND,
        capability=CAPABILITY,
        engine=engine,
        payload=payload,
        group=swap.id,
        parallel=rights.parallel,
        paid=paid,
        expected_seconds=swap.seconds,
        now=now,
        credits=swap.credits,
        memo=_memo(swap, version),
    )
    eta_tell(jobs=[job], now=now)


def _memo(swap: Swap, version: Version) -> str:
    """How the history of the wallet calls it, as “Snow, sung by Cedar”."""
    if swap.kind == Swap.Kind.KARAOKE:
        return f"Karaoke: {version.track.title}"
    return f"{version.track.title}, sung by {swap.performer_title}"
