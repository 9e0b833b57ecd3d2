"""What is asked about users."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings

from apps.accounts.models import Plan, User


@dataclass(frozen=True, slots=True)
class Entitlements:
    """What a user's plan allows."""

    parallel: int
    takes: int
    maximum_seconds: int
    monthly_credits: int
    storage_bytes: int
    lossless_downloads: bool
    paid: bool
    sells_output: bool
    plan: str = ""


def entitlements(user: User) -> Entitlements:
    """What `user` may do now."""
    plan = user.plan
    return Entitlements(
        parallel=plan.parallel,
        takes=plan.takes,
        maximum_seconds=plan.maximum_seconds,
        monthly_credits=plan.monthly_credits,
        storage_bytes=plan.storage_bytes,
        lossless_downloads=plan.lossless_downloads,
        paid=plan.paid,
        sells_output=plan.sells_output,
        plan=plan.slug,
    )


def plan_titles(slugs: Collection[str]) -> list[str]:
    """How plans are called, for a sentence."""
    return list(Plan.objects.filter(slug__in=slugs).order_by("title").values_list("title", flat=True))


@dataclass(frozen=True, slots=True)
class Overview:
    """How an account is protected and opened."""

    verified: bool
    two_factor: bool
    tokens: int
    sessions: int


def address_verified(user: User) -> bool:
    """Whether the user has shown that the e-mail address is theirs."""
    return bool(EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists())


def owes_confirmation(user: User) -> bool:
    """Whether the user has yet to show that the address is theirs; never where no mail leaves this site."""
    return settings.ACCOUNT_EMAIL_VERIFICATION == "mandatory" and not address_verified(user)


def account_overview(user: User) -> Overview:
    """For the user's own page."""
    return Overview(
        verified=address_verified(user),
        two_factor=Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists(),
        tokens=user.api_tokens.filter(revoked_at=None).count(),
        sessions=UserSession.objects.filter(user=user).count(),
    )
