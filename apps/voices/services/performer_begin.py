"""Begin to register a voice: a sentence is made up that its owner reads aloud."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from apps.accounts.models import User
from apps.accounts.selectors import owes_confirmation
from apps.common.text import clean_text
from apps.voices.errors import NotAllowed, Over, TooMany
from apps.voices.models import ABOUT_LENGTH, TITLE_LENGTH, RegisteredPerformer
from apps.voices.sentences import SHOWN_FOR, new_sentence
from apps.voices.services.locks import lock_owner, locked_performer
from apps.voices.services.recordings_drop import recordings_drop

MOST_KEPT = 10
"""Voices of one person that are not revoked or refused."""
_DAY = timedelta(days=1)


def performer_begin(
    *, owner: User, title: str, about: str = "", style: str = "", chance: random.Random, now: datetime
) -> RegisteredPerformer:
    """A registration that waits for its recordings.

    ValidationError, by field, for texts that cannot be shown; NotAllowed or TooMany when it cannot be.
    """
    if owes_confirmation(owner):
        raise NotAllowed("Confirm your e-mail address first: we sent you a link.", type="address-not-verified")
    texts = performer_texts(title=title, about=about, style=style)
    with transaction.atomic():
        lock_owner(owner)
        mine = RegisteredPerformer.objects.filter(owner=owner)
        if mine.filter(created_at__gt=now - _DAY).count() >= settings.VOICE_REGISTRATIONS_DAILY:
            raise TooMany(f"At most {settings.VOICE_REGISTRATIONS_DAILY} voices can be registered in a day.")
        over = (RegisteredPerformer.State.REFUSED, RegisteredPerformer.State.REVOKED)
        if mine.exclude(state__in=over).count() >= MOST_KEPT:
            raise TooMany(f"You have {MOST_KEPT} voices already. Revoke one first.")
        return RegisteredPerformer.objects.create(
            owner=owner,
            **texts,
            sentence=new_sentence(chance),
            sentence_at=now,
            sentence_until=now + SHOWN_FOR,
            created_at=now,
        )


@transaction.atomic
def performer_begin_again(
    *, performer: RegisteredPerformer, chance: random.Random, now: datetime
) -> RegisteredPerformer:
    """Another sentence for a registration that was refused, or whose sentence waited too long; recordings go."""
    performer = locked_performer(performer.id)
    if performer.state not in {RegisteredPerformer.State.RECORDING, RegisteredPerformer.State.REFUSED}:
        raise Over("This voice is registered already.")
    recordings_drop(performer)
    performer.state = RegisteredPerformer.State.RECORDING
    performer.sentence = new_sentence(chance)
    performer.sentence_at, performer.sentence_until = now, now + SHOWN_FOR
    performer.statement = performer.consent_sha256 = performer.refusal_type = performer.refusal_detail = ""
    performer.consented_at = None
    performer.save()
    return performer


def performer_texts(**texts: str) -> dict[str, str]:
    """What people may write about a voice, cleaned; ValidationError by field."""
    cleaned, refused = {}, {}
    for name, text in texts.items():
        try:
            cleaned[name] = clean_text(text, maximum=ABOUT_LENGTH if name == "about" else TITLE_LENGTH)
        except ValidationError as error:
            refused[name] = error.messages
    if not cleaned.get("title", "title"):
        refused["title"] = ["Give the voice a name."]
    if refused:
        raise ValidationError(refused)
    return cleaned
