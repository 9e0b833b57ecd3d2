"""The API of jobs: list one's own, look at one, cancel it, try it again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import User
from apps.jobs.models import Job
from apps.jobs.outlook import Outlook, WaitsFor, outlooks
from apps.jobs.selectors import jobs_of
from apps.jobs.services.job_cancel import job_cancel
from apps.jobs.services.job_retry import CannotRetry, job_retry
from apps.jobs.words import why_it_waits
from apps.wallets.refusals import as_problems

MOST_IDS = 50


class NotRetryable(APIException):
    """The job has not failed."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "job-not-retryable"
    default_detail = "Only a job that failed or was cancelled can be tried again."


class JobSerializer(serializers.ModelSerializer[Job]):
    """A job as its owner sees it."""

    position = serializers.SerializerMethodField(
        help_text="Place among the waiting jobs of its class, 1 is next; null when it does not wait."
    )
    eta = serializers.SerializerMethodField(
        help_text="Seconds until it is done, by the queue's order and the engine's history; null when nobody can tell."
    )
    expected_at = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="When it was expected to be done as it was queued."
    )
    queue = serializers.SerializerMethodField(help_text="Its class: paid jobs go first, free jobs keep a share.")
    waits_for = serializers.SerializerMethodField(help_text="What a queued job waits for; empty when it does not.")
    why = serializers.SerializerMethodField(help_text="The same in a sentence, where there is something to explain.")
    attempt = serializers.IntegerField(source="attempts_used", read_only=True)
    error = serializers.SerializerMethodField(help_text="What went wrong, for a job that failed.")

    class Meta:
        model = Job
        fields = (
            "id",
            "group",
            "kind",
            "engine",
            "status",
            "stage",
            "fraction",
            "position",
            "eta",
            "expected_at",
            "queue",
            "waits_for",
            "why",
            "credits",
            "attempt",
            "max_attempts",
            "queued_at",
            "started_at",
            "finished_at",
            "cancel_requested_at",
            "error",
            "result",
            "retry_of",
        )
        read_only_fields = fields

    @extend_schema_field(OpenApiTypes.INT)
    def get_position(self, job: Job) -> int | None:
        """Reckoned for the whole page at once."""
        return self._outlook(job).position

    @extend_schema_field(OpenApiTypes.FLOAT)
    def get_eta(self, job: Job) -> float | None:
        """Reckoned for the whole page at once."""
        eta = self._outlook(job).eta
        return None if eta is None else round(eta, 1)

    @extend_schema_field({"type": "string", "enum": ["paid", "free"]})
    def get_queue(self, job: Job) -> str:
        """As it was submitted."""
        return "paid" if job.paid else "free"

    @extend_schema_field({"type": "string", "enum": [str(each) for each in WaitsFor]})
    def get_waits_for(self, job: Job) -> str:
        """Reckoned for the whole page at once."""
        return str(self._outlook(job).waits_for)

    def get_why(self, job: Job) -> str:
        """For people."""
        return why_it_waits(self._outlook(job))

    def get_error(self, job: Job) -> str:
        """Empty while there is hope."""
        return job.error if job.ended else ""

    def _outlook(self, job: Job) -> Outlook:
        found: Outlook = self.context["outlooks"][job.id]
        return found


_LIST = extend_schema(
    parameters=[
        OpenApiParameter("ids", OpenApiTypes.STR, description=f"Only these, separated by commas; at most {MOST_IDS}."),
        OpenApiParameter("group", OpenApiTypes.UUID, description="Only the jobs of this request."),
        OpenApiParameter(
            "status", OpenApiTypes.STR, description="Only in these states.", enum=Job.Status.values, many=True
        ),
    ],
    description="Your jobs, newest first.",
)


@extend_schema_view(list=_LIST, retrieve=extend_schema(description="One of your jobs."))
class JobViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Job]):
    """Your jobs."""

    serializer_class = JobSerializer
    queryset = Job.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Job]:
        """One's own, filtered by the query string."""
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        query = self.request.query_params
        return jobs_of(
            cast(User, self.request.user).pk,
            ids=_uuids(query["ids"], "ids") if "ids" in query else None,
            group=_uuids(query["group"], "group")[0] if query.get("group") else None,
            statuses=_statuses(query.getlist("status")),
        )

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A page of jobs, each with its place in the queue."""
        page = self.paginate_queryset(self.get_queryset())
        jobs = list(self.get_queryset()[:MOST_IDS]) if page is None else page
        data = self._serialized(jobs)
        return Response(data) if page is None else self.get_paginated_response(data)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One job with its place in the queue."""
        return self._one(self.get_object())

    @extend_schema(request=None, responses=JobSerializer, description="Cancel it; a running job stops within seconds.")
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: UUID) -> Response:
        """Cancelling again, or a job that ended, changes nothing."""
        return self._one(job_cancel(job=self.get_object(), now=timezone.now()))

    @extend_schema(request=None, responses={201: JobSerializer}, description="Try a failed job again, as a new job.")
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: UUID) -> Response:
        """Asked twice, the job made the first time."""
        try:
            with as_problems():
                job = job_retry(job=self.get_object(), now=timezone.now())
        except CannotRetry as error:
            raise NotRetryable(str(error)) from error
        return self._one(job, status.HTTP_201_CREATED)

    def _one(self, job: Job, code: int = status.HTTP_200_OK) -> Response:
        return Response(self._serialized([job])[0], status=code)

    def _serialized(self, jobs: Sequence[Job]) -> Any:
        context = {**self.get_serializer_context(), "outlooks": outlooks(jobs, now=timezone.now())}
        return JobSerializer(jobs, many=True, context=context).data


def _uuids(text: str, name: str) -> list[UUID]:
    parts = [part for part in text.split(",") if part.strip()]
    if len(parts) > MOST_IDS:
        raise ValidationError({name: [f"Ask for at most {MOST_IDS} at once."]})
    try:
        found = [UUID(part.strip()) for part in parts]
    except ValueError as error:
        raise ValidationError({name: ["Give UUIDs separated by commas."]}) from error
    return found


def _statuses(given: list[str]) -> list[str] | None:
    wanted = [part for value in given for part in value.split(",") if part]
    unknown = sorted(set(wanted) - set(Job.Status.values))
    if unknown:
        raise ValidationError({"status": [f"There is no state {', '.join(unknown)}."]})
    return wanted or None
