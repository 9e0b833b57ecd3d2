"""The operators' page about jobs."""

from __future__ import annotations

from typing import cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required, user_passes_test
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.models import Plan, User
from apps.jobs.models import EngineLimit
from apps.jobs.selectors import operations
from apps.jobs.services.engine_limit import engine_limit_set

_operators = user_passes_test(lambda user: user.is_staff)


class EngineLimitForm(forms.Form):
    """How many jobs of an engine may run, for whom it is, and why."""

    max_running = forms.IntegerField(label="At once", required=False, min_value=0, max_value=10_000)
    plans = forms.ModelMultipleChoiceField(Plan.objects.all(), label="Plans", required=False)
    reason = forms.CharField(label="Reason", max_length=200)

    def clean_plans(self) -> list[str]:
        """Their names in the database; none for everybody."""
        return [plan.slug for plan in self.cleaned_data["plans"]]


@require_GET
@never_cache
@login_required
@_operators
def operations_page(request: HttpRequest) -> HttpResponse:
    """Queues, running jobs, failures, workers, engine limits."""
    now = timezone.now()
    return render(request, "jobs/operations.html", {"operations": operations(now), "now": now})


@require_POST
@login_required
@_operators
def engine_limit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an engine's limit."""
    limit = get_object_or_404(EngineLimit, pk=pk)
    form = EngineLimitForm(request.POST)
    if form.is_valid():
        engine_limit_set(limit=limit, **form.cleaned_data, by=cast(User, request.user), now=timezone.now())
        messages.success(request, f"The limit of {limit.engine} is changed.")
    else:
        for field, errors in form.errors.items():
            messages.error(request, f"{form.fields[field].label}: {' '.join(map(str, errors))}")
    return redirect("jobs-operations")
