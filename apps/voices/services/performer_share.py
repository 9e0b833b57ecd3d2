"""What an owner changes about a voice: its texts, and who may sing with it."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from apps.voices.errors import Over, Revoked
from apps.voices.models import RegisteredPerformer, Share
from apps.voices.services.locks import locked_performer
from apps.voices.services.performer_begin import performer_texts

MOST_SHARES = 100


@transaction.atomic
def performer_change(*, performer: RegisteredPerformer, **texts: str) -> RegisteredPerformer:
    """Give it another `title`, `about` or `style`; ValidationError by field, Revoked."""
    cleaned = performer_texts(**texts)
    performer = _living(performer)
    for name, text in cleaned.items():
        setattr(performer, name, text)
    performer.save(update_fields=list(cleaned))
    return performer


@transaction.atomic
def performer_share(
    *, performer: RegisteredPerformer, visibility: str, emails: Sequence[str] | None = None
) -> RegisteredPerformer:
    """Make it private, shared with the people of these addresses, or public; None keeps the addresses as they are.

    An address without an account is kept like any other, so that nobody learns who has one. ValidationError by field,
    Over before it is ready, Revoked.
    """
    if visibility not in RegisteredPerformer.Visibility.values:
        raise ValidationError({"visibility": ["A voice is private, shared or public."]})
    wanted = None if emails is None else _addresses(emails)
    performer = _living(performer)
    if performer.state != RegisteredPerformer.State.READY and visibility != RegisteredPerformer.Visibility.PRIVATE:
        raise Over("This voice has not been checked yet.", type="not-ready")
    performer.visibility = visibility
    performer.save(update_fields=["visibility"])
    if wanted is not None:
        performer.shares.all().delete()
        Share.objects.bulk_create(Share(performer=performer, email=email) for email in wanted)
    return performer


def _living(performer: RegisteredPerformer) -> RegisteredPerformer:
    performer = locked_performer(performer.id)
    if performer.state == RegisteredPerformer.State.REVOKED:
        raise Revoked("This voice was revoked.")
    return performer


def _addresses(emails: Sequence[str]) -> list[str]:
    wanted = list(dict.fromkeys(email.strip().lower() for email in emails if email.strip()))
    if len(wanted) > MOST_SHARES:
        raise ValidationError({"shared_with": [f"A voice can be shared with {MOST_SHARES} people at most."]})
    for email in wanted:
        try:
            validate_email(email)
        except ValidationError:
            raise ValidationError({"shared_with": [f"{email[:80]} is no e-mail address."]}) from None
    return wanted
