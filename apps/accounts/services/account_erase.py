"""Delete an account and everything personal, at once and for good."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.mail import send_mail
from django.db import transaction

from apps.accounts.models import User
from apps.accounts.registry import erasers


def account_erase(*, user: User) -> None:
    """Every app erases its part, then the row goes, all or nothing; the address is free again.

    A last mail says so, in case it was not the owner who did it.
    """
    email = user.email
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        keys = list(UserSession.objects.filter(user=locked).values_list("session_key", flat=True))
        for erase in erasers():
            erase(locked)
        Session.objects.filter(session_key__in=keys).delete()
        locked.delete()
        transaction.on_commit(lambda: _say_goodbye(email), robust=True)


def _say_goodbye(email: str) -> None:
    text = (
        "Your Refrain account and everything in it has been deleted, as was asked with your password.\n\n"
        "It cannot be brought back. You can sign up again with this address whenever you like.\n"
    )
    send_mail("Refrain: your account is deleted", text, None, [email])
