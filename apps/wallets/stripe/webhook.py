"""Where Stripe tells us that something happened: believed by its signature, stored, and nothing else."""

from __future__ import annotations

import json

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from apps.wallets.checkout import Payments
from apps.wallets.stripe.events import NotAnEvent, event_store
from apps.wallets.stripe.models import StripeEvent
from apps.wallets.stripe.waking import wake

MOST_BYTES = 512 * 1024
TOLERANCE_SECONDS = 300

log = structlog.get_logger(__name__)


@csrf_exempt
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """204 when the event is safe with us, known or of no interest; 400 for what Stripe did not sign just now."""
    if settings.PAYMENTS != Payments.STRIPE or not settings.STRIPE_WEBHOOK_SECRETS:
        return HttpResponse(status=404)
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        return HttpResponse(status=413)
    if not _signed(body, request.headers.get("Stripe-Signature", "")):
        log.warning("webhook_refused")
        return HttpResponse("The signature does not fit.", status=400, content_type="text/plain")
    try:
        new = event_store(json.loads(body), via=StripeEvent.Via.WEBHOOK, now=timezone.now())
    except (NotAnEvent, ValueError, RecursionError):
        return HttpResponse("This is no event.", status=400, content_type="text/plain")
    if new:
        wake()
    return HttpResponse(status=204)


def _signed(body: bytes, header: str) -> bool:
    """Whether one of our secrets signed it, at most some minutes ago; two may be good while one is being replaced."""
    import stripe

    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    for secret in settings.STRIPE_WEBHOOK_SECRETS:
        try:
            stripe.WebhookSignature.verify_header(text, header, secret, TOLERANCE_SECONDS)
        except (stripe.SignatureVerificationError, ValueError):
            continue
        return True
    return False
