"""What is asked about performers, swaps and ratings, with the right to use or see each decided here alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Avg, Count, Q, QuerySet, Sum

from apps.accounts.models import User
from apps.accounts.selectors import owes_confirmation
from apps.jobs.models import Job
from apps.voices.built_in import built_in
from apps.voices.models import Rating, Recording, RegisteredPerformer, Swap

Listener = User | AnonymousUser

PREVIEWS_PER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Choice:
    """A performer that somebody may sing with: a built-in one by name, or a registered one."""

    title: str
    built_in: str = ""
    registered: RegisteredPerformer | None = None


def performers_for(listener: Listener) -> QuerySet[RegisteredPerformer]:
    """Registered performers that this listener may sing with, newest first: public ones, shared ones, their own."""
    ready = RegisteredPerformer.objects.filter(state=RegisteredPerformer.State.READY)
    return ready.filter(_open_to(listener)).select_related("owner").order_by("-id")


def performers_of(owner: User) -> QuerySet[RegisteredPerformer]:
    """Everything the owner ever registered, newest first; what was revoked stays to be seen by them."""
    return RegisteredPerformer.objects.filter(owner=owner).prefetch_related("recordings", "shares").order_by("-id")


def own_performer(owner: User, performer_id: UUID) -> RegisteredPerformer | None:
    """One of the owner's, in any state; or none."""
    return performers_of(owner).filter(id=performer_id).first()


def performer_for(listener: Listener, performer_id: UUID) -> RegisteredPerformer | None:
    """One that this listener may sing with, or none."""
    return performers_for(listener).filter(id=performer_id).first()


def choice_for(listener: Listener, performer: str) -> Choice | None:
    """The performer of this name or id, if this listener may sing with it."""
    known = built_in(performer)
    if known is not None:
        return Choice(known.title, built_in=known.name)
    try:
        found = performer_for(listener, UUID(performer))
    except ValueError:
        return None
    return Choice(found.title, registered=found) if found is not None else None


def recorded_bytes(owner: User) -> int:
    """What the recordings of the owner's voices take up, those on their way as well."""
    kept = Recording.objects.filter(performer__owner=owner).aggregate(sum=Sum("bytes"))["sum"]
    return int(kept or 0)


def may_still_sing(owner: User, performer: RegisteredPerformer) -> bool:
    """Whether the voice is ready and open to this person now."""
    return performers_for(owner).filter(id=performer.id).exists()


def swaps_of(owner: User) -> QuerySet[Swap]:
    """The owner's requests, newest first."""
    return Swap.objects.filter(owner=owner).order_by("-id")


def swap_for(owner: User, swap_id: UUID) -> Swap | None:
    """One of the owner's requests, or none."""
    return swaps_of(owner).filter(id=swap_id).first()


def jobs_of_swaps(swaps: list[Swap]) -> dict[UUID, Job]:
    """The latest job of each request, in one query."""
    jobs = Job.objects.filter(group__in=[swap.id for swap in swaps], retried_as__isnull=True).order_by("id")
    return {job.group: job for job in jobs}


def previews_lately(owner: User, *, now: datetime) -> int:
    """How many previews count towards the daily limit: all but those that failed by no fault of the owner's."""
    lately = Swap.objects.filter(owner=owner, kind=Swap.Kind.PREVIEW, created_at__gt=now - PREVIEWS_PER)
    return lately.exclude(state=Swap.State.FAILED).count()


def waived_this_month(owner: User, *, now: datetime) -> int:
    """How many poor results were not charged since the month began, UTC."""
    begun = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return Swap.objects.filter(owner=owner, waived_at__gte=begun).count()


def swap_behind(version_id: UUID) -> Swap | None:
    """The request that a version is the result of, if it is one."""
    return Swap.objects.filter(result=version_id).first()


@dataclass(frozen=True, slots=True)
class Ratings:
    """What listeners think of a version; `mean` is None before anybody said so, `mine` where the asker did not."""

    count: int
    mean: float | None
    mine: int | None


def ratings_of(version_id: UUID, listener: Listener) -> Ratings:
    """The ratings of a version, and the listener's own; one or two queries."""
    rated = Rating.objects.filter(version=version_id)
    sums = rated.aggregate(count=Count("id"), mean=Avg("stars"))
    own = rated.filter(user=listener).values_list("stars", flat=True).first() if listener.is_authenticated else None
    return Ratings(sums["count"], sums["mean"], own)


def _open_to(listener: Listener) -> Q:
    public = Q(visibility=RegisteredPerformer.Visibility.PUBLIC)
    if not isinstance(listener, User):
        return public
    named = Q(owner=listener)
    if not owes_confirmation(listener):
        shared = RegisteredPerformer.objects.filter(
            visibility=RegisteredPerformer.Visibility.SHARED, shares__email__iexact=listener.email
        )
        named |= Q(id__in=shared.values("id"))
    return public | named
