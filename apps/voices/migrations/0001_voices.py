"""Registered voices, requests and ratings."""

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import apps.common.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("library", "0008_quality"),
        ("wallets", "0005_test_renewals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RegisteredPerformer",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("title", models.CharField(max_length=60)),
                ("about", models.CharField(blank=True, max_length=400)),
                ("style", models.CharField(blank=True, max_length=60)),
                (
                    "visibility",
                    models.CharField(
                        choices=[("private", "Private"), ("shared", "Shared"), ("public", "Public")],
                        default="private",
                        max_length=8,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("recording", "Recording"),
                            ("checking", "Checking"),
                            ("ready", "Ready"),
                            ("refused", "Refused"),
                            ("revoked", "Revoked"),
                        ],
                        default="recording",
                        max_length=10,
                    ),
                ),
                (
                    "sentence",
                    models.CharField(help_text="To be read aloud, made up for this occasion.", max_length=200),
                ),
                ("sentence_at", models.DateTimeField(help_text="When it was shown.")),
                ("sentence_until", models.DateTimeField(help_text="Until when it may be read.")),
                ("statement", models.TextField(blank=True, help_text="What its owner agreed to, word for word.")),
                ("consented_at", models.DateTimeField(blank=True, null=True)),
                (
                    "consent_sha256",
                    models.CharField(blank=True, help_text="Of the recording of the sentence.", max_length=64),
                ),
                (
                    "refusal_type",
                    models.CharField(
                        blank=True, help_text="Why it was not taken; stable, for programs.", max_length=40
                    ),
                ),
                ("refusal_detail", models.TextField(blank=True, help_text="The same, for people.")),
                (
                    "similarity",
                    models.FloatField(blank=True, help_text="Of the sentence's voice and the recordings'.", null=True),
                ),
                (
                    "measure",
                    models.CharField(blank=True, help_text="By which measure, with its version.", max_length=80),
                ),
                ("seconds", models.FloatField(blank=True, help_text="Of its recordings together.", null=True)),
                (
                    "lowest",
                    models.CharField(blank=True, help_text="The lowest note of its range, as A2.", max_length=8),
                ),
                ("highest", models.CharField(blank=True, max_length=8)),
                ("print_sha256", models.CharField(blank=True, max_length=64)),
                ("created_at", models.DateTimeField()),
                ("ready_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="performers",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Recording",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("role", models.CharField(choices=[("consent", "Consent"), ("sample", "Sample")], max_length=7)),
                (
                    "bytes",
                    models.PositiveBigIntegerField(help_text="As its sender says; the storage takes no other size."),
                ),
                ("handle", models.TextField(help_text="The storage's word for the file on its way.")),
                ("created_at", models.DateTimeField()),
                (
                    "performer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recordings",
                        to="voices.registeredperformer",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Share",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email", models.EmailField(max_length=254)),
                (
                    "performer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shares",
                        to="voices.registeredperformer",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Swap",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "key",
                    models.CharField(help_text="Idempotency key: the same one is the same request.", max_length=80),
                ),
                ("content_hash", models.CharField(max_length=64)),
                (
                    "kind",
                    models.CharField(
                        choices=[("swap", "Swap"), ("preview", "Preview"), ("karaoke", "Karaoke")], max_length=7
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("done", "Done"), ("failed", "Failed"), ("cancelled", "Cancelled")],
                        default="open",
                        max_length=9,
                    ),
                ),
                (
                    "built_in",
                    models.CharField(blank=True, help_text="The name of a built-in performer.", max_length=40),
                ),
                ("performer_title", models.CharField(blank=True, max_length=60)),
                (
                    "handling",
                    models.CharField(
                        blank=True, choices=[("keep", "Keep"), ("octave", "Octave"), ("fit", "Fit")], max_length=6
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        blank=True, help_text="How vocals are taken out; empty: as measured.", max_length=8
                    ),
                ),
                (
                    "span_start",
                    models.FloatField(blank=True, help_text="Of a preview, in seconds of the version.", null=True),
                ),
                ("span_seconds", models.FloatField(blank=True, null=True)),
                ("seconds", models.FloatField(help_text="How much is asked for.")),
                ("credits", models.PositiveIntegerField(default=0, help_text="What was quoted.")),
                (
                    "waived_at",
                    models.DateTimeField(
                        blank=True, help_text="When it was not charged, because it is poor.", null=True
                    ),
                ),
                ("facts", models.JSONField(blank=True, default=dict, help_text="How it was done, as the engine says.")),
                (
                    "card",
                    models.JSONField(
                        blank=True, help_text="How good it is: metrics, methods and a verdict.", null=True
                    ),
                ),
                ("poor", models.BooleanField(default=False)),
                ("expires_at", models.DateTimeField(blank=True, help_text="When a preview's sound goes.", null=True)),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="swaps",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "price",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="wallets.price",
                    ),
                ),
                (
                    "registered",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="swaps",
                        to="voices.registeredperformer",
                    ),
                ),
                (
                    "result",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="library.version",
                    ),
                ),
                (
                    "track",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="library.track"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="library.version"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Rating",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stars", models.PositiveSmallIntegerField()),
                ("rated_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="library.version",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("version", "user"), name="voices_rating_once"),
                    models.CheckConstraint(
                        condition=models.Q(("stars__gte", 1), ("stars__lte", 5)), name="voices_rating_stars"
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="registeredperformer",
            index=models.Index(
                models.F("owner"), models.OrderBy(models.F("id"), descending=True), name="voices_performer_of_owner"
            ),
        ),
        migrations.AddIndex(
            model_name="registeredperformer",
            index=models.Index(
                models.F("visibility"),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("state", "ready")),
                name="voices_performer_shown",
            ),
        ),
        migrations.AddConstraint(
            model_name="registeredperformer",
            constraint=models.CheckConstraint(
                condition=models.Q(("title", ""), _negated=True), name="voices_performer_has_title"
            ),
        ),
        migrations.AddConstraint(
            model_name="registeredperformer",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["recording", "checking", "ready", "refused", "revoked"])),
                name="voices_performer_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="registeredperformer",
            constraint=models.CheckConstraint(
                condition=models.Q(("visibility__in", ["private", "shared", "public"])),
                name="voices_performer_visibility",
            ),
        ),
        migrations.AddConstraint(
            model_name="registeredperformer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["checking", "ready"]), _negated=True),
                    models.Q(
                        ("consented_at__isnull", False),
                        models.Q(("statement", ""), _negated=True),
                        ("consent_sha256__regex", "^([0-9a-f]{64})?$"),
                    ),
                    _connector="OR",
                ),
                name="voices_performer_consented",
            ),
        ),
        migrations.AddConstraint(
            model_name="registeredperformer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "ready"), _negated=True),
                    models.Q(
                        models.Q(("print_sha256", ""), _negated=True),
                        models.Q(("consent_sha256", ""), _negated=True),
                        ("ready_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="voices_performer_ready_has_print",
            ),
        ),
        migrations.AddConstraint(
            model_name="registeredperformer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("revoked_at__isnull", False), ("state", "revoked")),
                    models.Q(models.Q(("state", "revoked"), _negated=True), ("revoked_at__isnull", True)),
                    _connector="OR",
                ),
                name="voices_performer_revoked_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="recording",
            constraint=models.CheckConstraint(
                condition=models.Q(("bytes__gte", 1), ("bytes__lte", 25165824)), name="voices_recording_bytes"
            ),
        ),
        migrations.AddConstraint(
            model_name="recording",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["consent", "sample"])), name="voices_recording_role"
            ),
        ),
        migrations.AddIndex(
            model_name="share",
            index=models.Index(django.db.models.functions.text.Lower("email"), name="voices_share_email"),
        ),
        migrations.AddConstraint(
            model_name="share",
            constraint=models.UniqueConstraint(
                models.F("performer"), django.db.models.functions.text.Lower("email"), name="voices_share_once"
            ),
        ),
        migrations.AddIndex(
            model_name="swap",
            index=models.Index(
                models.F("owner"), models.OrderBy(models.F("id"), descending=True), name="voices_swap_of_owner"
            ),
        ),
        migrations.AddIndex(
            model_name="swap",
            index=models.Index(
                models.F("owner"),
                models.F("created_at"),
                condition=models.Q(("kind", "preview")),
                name="voices_swap_previews",
            ),
        ),
        migrations.AddIndex(
            model_name="swap",
            index=models.Index(
                models.F("owner"),
                models.F("waived_at"),
                condition=models.Q(("waived_at__isnull", False)),
                name="voices_swap_waived",
            ),
        ),
        migrations.AddIndex(
            model_name="swap",
            index=models.Index(
                models.F("expires_at"), condition=models.Q(("expires_at__isnull", False)), name="voices_swap_expiry"
            ),
        ),
        migrations.AddConstraint(
            model_name="swap",
            constraint=models.UniqueConstraint(fields=("owner", "key"), name="voices_swap_once"),
        ),
        migrations.AddConstraint(
            model_name="swap",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["swap", "preview", "karaoke"])), name="voices_swap_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="swap",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finished_at__isnull", True), ("state", "open")),
                    models.Q(("finished_at__isnull", False), ("state__in", ["done", "failed", "cancelled"])),
                    _connector="OR",
                ),
                name="voices_swap_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="swap",
            constraint=models.CheckConstraint(condition=models.Q(("seconds__gt", 0)), name="voices_swap_seconds"),
        ),
        migrations.AddConstraint(
            model_name="swap",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("kind", "preview"), _negated=True), ("credits", 0), _connector="OR"),
                name="voices_swap_preview_is_free",
            ),
        ),
        migrations.AddConstraint(
            model_name="swap",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("built_in", ""), ("handling", ""), ("kind", "karaoke"), ("registered__isnull", True)),
                    models.Q(models.Q(("kind", "karaoke"), _negated=True), models.Q(("handling", ""), _negated=True)),
                    _connector="OR",
                ),
                name="voices_swap_performer",
            ),
        ),
    ]
