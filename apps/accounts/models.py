"""Users, plans, API tokens, and the answers kept for requests that may be sent twice."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from apps.common.ids import new_id
from apps.common.text import clean_text

NAME_LENGTH = 60
KEY_LENGTH = 80


class Plan(models.Model):
    """What a user may do; rows are data that an operator can change."""

    slug = models.SlugField(primary_key=True)
    title = models.CharField(max_length=40)
    paid = models.BooleanField(default=False)
    parallel = models.PositiveSmallIntegerField(default=1, help_text="Jobs that may run at once.")
    takes = models.PositiveSmallIntegerField(default=1, help_text="Takes in one request.")
    monthly_credits = models.PositiveIntegerField(default=0)
    maximum_seconds = models.PositiveSmallIntegerField(default=120)
    storage_bytes = models.PositiveBigIntegerField(
        default=2 * 1024**3, help_text="What uploads and their files may take up."
    )
    lossless_downloads = models.BooleanField(default=False)
    sells_output = models.BooleanField(
        default=False, help_text="Songs may be sold, so engines whose weights forbid that are refused."
    )

    def __str__(self) -> str:
        return self.title


class UserManager(BaseUserManager["User"]):
    """Makes users, who are known by their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A user who can log in with `password`, or not at all when it is None."""
        fields.setdefault("plan_id", "free")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """An operator, whose address needs no confirmation: who makes one has the database anyway."""
        from allauth.account.models import EmailAddress

        user = self.create_user(email, password, is_staff=True, is_superuser=True, **fields)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person: creator, listener or operator."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=NAME_LENGTH, blank=True, help_text="As others see you.")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, default="free")
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        # one person cannot take another's address by writing it in capitals
        constraints = (models.UniqueConstraint(Lower("email"), name="accounts_user_email_any_case"),)

    def __str__(self) -> str:
        # the name is public, so nothing of the address may stand in for it
        return self.name or f"Creator {self.id.hex[-4:].upper()}"

    def clean(self) -> None:
        """Refuse a name that cannot be shown."""
        super().clean()
        try:
            self.name = clean_text(self.name, maximum=NAME_LENGTH)
        except ValidationError as refused:
            raise ValidationError({"name": refused}) from refused


class ApiToken(models.Model):
    """A key to the API. Only its SHA-256 is kept: it has 256 random bits, so that nothing slower is needed."""

    class Scope(models.TextChoices):
        """What it opens."""

        READ = "read"
        WRITE = "write"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=NAME_LENGTH)
    hint = models.CharField(max_length=12, help_text="How it begins, to tell tokens apart.")
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=5, choices=Scope))
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="Written at most once a minute.")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = (
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="accounts_apitoken_digest"),
            models.CheckConstraint(
                condition=Q(scopes__contained_by=["read", "write"], scopes__len__gte=1), name="accounts_apitoken_scopes"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"


class IdempotencyRecord(models.Model):
    """The answer given to an Idempotency-Key; see `apps.accounts.idempotency`."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=KEY_LENGTH)
    content_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True, help_text="Empty only inside the transaction that answers.")
    location = models.CharField(max_length=400, blank=True)
    media_type = models.CharField(max_length=60, blank=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "key"), name="accounts_idempotency_once"),)
        indexes = (models.Index("created_at", name="accounts_idempotency_age"),)

    def __str__(self) -> str:
        return self.key
