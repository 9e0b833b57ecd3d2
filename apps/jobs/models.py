"""Jobs and the counted rows that make claiming them fast; triggers beside the migration keep the counts."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from apps.common.ids import new_id

MAX_PARALLEL = 32


class Job(models.Model):
    """One piece of work for one worker. Every status change goes through a service; a trigger counts it."""

    class Status(models.TextChoices):
        """Where a job is in its life."""

        QUEUED = "queued"
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        CANCELLED = "cancelled"

    ENDED: ClassVar[tuple[str, ...]] = (Status.SUCCEEDED, Status.FAILED, Status.CANCELLED)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="jobs", db_index=False)
    kind = models.CharField(max_length=40)
    capability = models.CharField(max_length=20, help_text="Which workers can run it: cpu or gpu.")
    engine = models.CharField(max_length=40)
    group = models.UUIDField(help_text="Jobs of one request share it.")
    payload = models.JSONField(default=dict)
    paid = models.BooleanField(help_text="The plan's class when it was submitted.")
    parallel = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(MAX_PARALLEL)],
        help_text="How many jobs of its owner may run at once.",
    )
    expected_seconds = models.FloatField(help_text="How much was asked for, in the engine's own measure of work.")
    credits = models.PositiveIntegerField(
        default=0, db_default=0, help_text="What it costs if it succeeds; nothing otherwise."
    )
    hold = models.UUIDField(null=True, blank=True, editable=False, help_text="The wallet's hold of these credits.")

    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    attempt = models.PositiveIntegerField(default=0, help_text="Grows with every claim; fences late writers.")
    handed_back = models.PositiveIntegerField(default=0, help_text="Attempts that an orderly shutdown gave back.")
    max_attempts = models.PositiveSmallIntegerField(default=3)
    queued_at = models.DateTimeField()
    expected_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When its owner was told, as it was queued, it would be done."
    )
    due_at = models.DateTimeField(null=True, blank=True, help_text="Not before; empty when it is due.")
    reserved_seconds = models.FloatField(
        default=0, db_default=0.0, help_text="What its last start took of the share that is kept for free jobs."
    )
    worker = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    stage = models.CharField(max_length=60, blank=True)
    fraction = models.FloatField(default=0)
    progress_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True, help_text="For the person who asked.")
    error_kind = models.CharField(max_length=40, blank=True)
    result = models.JSONField(null=True, blank=True)
    retry_of = models.OneToOneField("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="retried_as")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(status__in=["queued", "running", "succeeded", "failed", "cancelled"]),
                name="jobs_job_status",
            ),
            models.CheckConstraint(
                condition=Q(credits=0, hold__isnull=True) | Q(credits__gte=1, hold__isnull=False),
                name="jobs_job_costs_what_is_held",
            ),
            models.CheckConstraint(
                condition=Q(parallel__gte=1) & Q(parallel__lte=MAX_PARALLEL), name="jobs_job_parallel"
            ),
            models.CheckConstraint(
                condition=~Q(status="running") | Q(lease_until__isnull=False, started_at__isnull=False),
                name="jobs_job_running_is_leased",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["succeeded", "failed", "cancelled"]) | Q(finished_at__isnull=False),
                name="jobs_job_ended_has_time",
            ),
        )
        # what changes with every heartbeat stays out of every index, so that a beat rewrites no index entry
        indexes = (
            models.Index(
                "owner",
                "capability",
                "engine",
                "paid",
                "queued_at",
                "id",
                name="jobs_job_next",
                condition=Q(status="queued", due_at__isnull=True),
            ),
            models.Index("due_at", name="jobs_job_due", condition=Q(status="queued", due_at__isnull=False)),
            models.Index("capability", "worker", name="jobs_job_running", condition=Q(status="running")),
            models.Index("owner", F("id").desc(), name="jobs_job_owner"),
            models.Index("group", name="jobs_job_group"),
            models.Index("engine", F("finished_at").desc(), name="jobs_job_history", condition=Q(status="succeeded")),
            models.Index(
                "status", F("finished_at").desc(), name="jobs_job_ended", condition=Q(finished_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def ended(self) -> bool:
        """Whether nothing will happen to it any more."""
        return self.status in self.ENDED

    @property
    def attempts_used(self) -> int:
        """Attempts that count towards the limit."""
        return self.attempt - self.handed_back


class Allowance(models.Model):
    """How many jobs a user has running, and may; locked before any of the user's counts change."""

    owner = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    running = models.IntegerField(default=0)
    parallel = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(running__gte=0), name="jobs_allowance_running"),)

    def __str__(self) -> str:
        return f"{self.running} of {self.parallel}"


class Lane(models.Model):
    """One user's queue for one engine in one class; `running` and `parallel` repeat the allowance for the index."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    capability = models.CharField(max_length=20)
    engine = models.CharField(max_length=40)
    paid = models.BooleanField()
    queued = models.IntegerField(default=0)
    asked_seconds = models.FloatField(default=0, db_default=0.0, help_text="What its waiting jobs expect, together.")
    longest_seconds = models.FloatField(
        default=0, db_default=0.0, help_text="What the longest of them expects; of all since somebody began to wait."
    )
    head_at = models.DateTimeField(null=True, help_text="When the oldest job that is due was queued.")
    since = models.DateTimeField(null=True, help_text="From when its next job could run but for the queue.")
    turn_at = models.DateTimeField(
        null=True, help_text="When its owner was last served here; a quarter of an hour before joining if longer ago."
    )
    running = models.IntegerField(default=0)
    parallel = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("owner", "capability", "engine", "paid"), name="jobs_lane_once"),
            models.CheckConstraint(condition=Q(queued__gte=0), name="jobs_lane_queued"),
        )
        indexes = (
            models.Index(
                "capability",
                "engine",
                "paid",
                "running",
                "turn_at",
                "since",
                name="jobs_lane_turn",
                condition=Q(head_at__isnull=False, running__lt=F("parallel")),
            ),
            models.Index(
                "capability",
                "engine",
                "since",
                name="jobs_lane_oldest_free",
                condition=Q(head_at__isnull=False, running__lt=F("parallel"), paid=False),
            ),
            models.Index("capability", "paid", name="jobs_lane_waiting", condition=Q(queued__gt=0)),
        )

    def __str__(self) -> str:
        return f"{self.capability}/{self.engine}: {self.queued}"


class EngineLimit(models.Model):
    """How many jobs of an engine run, and may; made when its first job is submitted."""

    capability = models.CharField(max_length=20)
    engine = models.CharField(max_length=40)
    running = models.IntegerField(default=0)
    max_running = models.PositiveIntegerField(null=True, blank=True, help_text="Empty for no limit.")
    plans = ArrayField(
        models.SlugField(),
        default=list,
        db_default=[],
        blank=True,
        help_text="Only for people on one of these plans; empty for all.",
    )
    pace = models.FloatField(null=True, help_text="Seconds of work for every second asked for, of its last successes.")
    planned_seconds = models.FloatField(
        default=0, db_default=0.0, help_text="What free jobs were to take of their share so far, the running included."
    )
    overrun_seconds = models.FloatField(
        default=0, db_default=0.0, help_text="What those that ended took beyond that; negative when they took less."
    )
    reason = models.CharField(max_length=200, blank=True, help_text="Why the limit is what it is.")
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("capability", "engine"), name="jobs_enginelimit_once"),
            models.CheckConstraint(condition=Q(running__gte=0), name="jobs_enginelimit_running"),
        )

    def __str__(self) -> str:
        return f"{self.engine} on {self.capability}"


class EngineLimitChange(models.Model):
    """What an operator set an engine's limit to, and why; the latest is the limit's own."""

    limit = models.ForeignKey(EngineLimit, on_delete=models.CASCADE, related_name="changes")
    max_running = models.PositiveIntegerField(null=True, blank=True)
    plans = ArrayField(models.SlugField(), default=list, blank=True)
    reason = models.CharField(max_length=200)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    changed_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(F("changed_at").desc(), name="jobs_enginelimit_changes"),)

    def __str__(self) -> str:
        return f"{self.limit_id}: {self.reason}"


class FreeShare(models.Model):
    """What free jobs may take of a capability's time: `credit` grows with time, and what they took is subtracted."""

    capability = models.CharField(primary_key=True, max_length=20)
    credit = models.FloatField(default=0)
    credited_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.capability


class ShareMark(models.Model):
    """How many seconds free jobs had been given of their share at a moment of the last quarter of an hour."""

    capability = models.CharField(max_length=20)
    marked_at = models.DateTimeField()
    given = models.FloatField(help_text="As planned.")
    overrun = models.FloatField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("capability", "marked_at"), name="jobs_sharemark_once"),)

    def __str__(self) -> str:
        return f"{self.capability}: {self.given:.0f} s"


class Worker(models.Model):
    """A worker process that is alive: it says so with every beat."""

    name = models.CharField(primary_key=True, max_length=120)
    capabilities = ArrayField(models.CharField(max_length=20))
    slots = models.PositiveSmallIntegerField(help_text="Jobs it runs at once.")
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
