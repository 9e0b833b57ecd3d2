"""The one place where environment variables are read; `.env.example` documents each."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from collections.abc import Mapping, MutableMapping
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Literal

from dotenv import dotenv_values
from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.payments import PaymentSettings, payments

ROOT = Path(__file__).resolve().parents[2]
_FOR_ENGINES = ("REFRAIN_NEURAL_", "REFRAIN_COMMAND_", "REFRAIN_PROVENANCE_WATERMARK")


class Mode(StrEnum):
    """How strict the start is: production refuses missing secrets, development makes its own."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Environment(BaseSettings):
    """Every setting that differs from one installation to the next."""

    # a refused start must not print what it was started with
    model_config = SettingsConfigDict(env_file=ROOT / ".env", extra="ignore", frozen=True, hide_input_in_errors=True)

    mode: Mode = Field(Mode.DEVELOPMENT, validation_alias="REFRAIN_MODE")
    data: Path = Field(ROOT / "var", validation_alias="DATA")
    secret_key: str = Field("", validation_alias="SECRET_KEY")
    edge_secret: str = Field("", validation_alias="EDGE_SECRET")
    site_url: str = Field("http://127.0.0.1:8000", validation_alias="SITE_URL")
    allowed_hosts: str = Field("", validation_alias="ALLOWED_HOSTS")
    database_url: str = Field("", validation_alias="DATABASE_URL")
    redis_url: str = Field("", validation_alias="REDIS_URL")
    broker_url: str = Field("", validation_alias="BROKER_URL")
    storage_url: str = Field("", validation_alias="STORAGE_URL")
    edge: str = Field("embedded", validation_alias="EDGE")
    email_url: str = Field("", validation_alias="EMAIL_URL")
    email_from: str = Field("Refrain <refrain@localhost>", validation_alias="EMAIL_FROM")
    admins: str = Field("", validation_alias="ADMINS")
    trusted_proxies: int = Field(0, validation_alias="TRUSTED_PROXIES", ge=0)
    demo_songs: bool = Field(True, validation_alias="DEMO_SONGS")
    lease_seconds: float = Field(30.0, validation_alias="LEASE_SECONDS", gt=0)
    beat_seconds: float = Field(5.0, validation_alias="BEAT_SECONDS", gt=0)
    queue_free_share: float = Field(0.2, validation_alias="QUEUE_FREE_SHARE", gt=0, le=1)
    queue_free_wait_minutes: float = Field(15.0, validation_alias="QUEUE_FREE_WAIT_MINUTES", gt=0)
    voice_previews_daily: int = Field(20, validation_alias="VOICE_PREVIEWS_DAILY", ge=0)
    voice_poor_free_monthly: int = Field(3, validation_alias="VOICE_POOR_FREE_MONTHLY", ge=0)
    voice_registrations_daily: int = Field(5, validation_alias="VOICE_REGISTRATIONS_DAILY", ge=0)
    voice_converter: str = Field("", validation_alias="VOICE_CONVERTER", pattern="^([a-z][a-z0-9-]{0,39})?$")
    provenance_certificate: str = Field("", validation_alias="REFRAIN_PROVENANCE_CERTIFICATE")
    provenance_key: str = Field("", validation_alias="REFRAIN_PROVENANCE_KEY")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", validation_alias="LOG_LEVEL")
    rate_limits: bool = Field(True, validation_alias="RATE_LIMITS")
    payment_way: str = Field("", validation_alias="PAYMENTS")
    stripe_secret_key: str = Field("", validation_alias="STRIPE_SECRET_KEY", repr=False)
    stripe_webhook_secret: str = Field("", validation_alias="STRIPE_WEBHOOK_SECRET", repr=False)
    stripe_api_base: str = Field("https://api.stripe.com", validation_alias="STRIPE_API_BASE")

    @model_validator(mode="after")
    def _production_is_complete(self) -> Environment:
        if self.mode is Mode.PRODUCTION:
            required = ("secret_key", "edge_secret", "database_url", "redis_url", "allowed_hosts")
            missing = [name.upper() for name in required if not getattr(self, name)]
            if missing:
                raise ValueError(f"production needs {', '.join(missing)}; see .env.example")
        return self

    @model_validator(mode="after")
    def _edge_is_known(self) -> Environment:
        if self.edge in {"embedded", "nginx"}:
            return self
        if self.cloudfront is None:
            raise ValueError("EDGE is embedded, nginx, or cloudfront:KEY-ID:/path/to/private-key.pem; see .env.example")
        if not self.cloudfront[1].is_file():
            raise ValueError(f"EDGE names {self.cloudfront[1]}, which is no file")
        return self

    @model_validator(mode="after")
    def _signer_is_whole(self) -> Environment:
        named = {"CERTIFICATE": self.provenance_certificate, "KEY": self.provenance_key}
        for name, path in named.items() if any(named.values()) else ():
            if not Path(path).is_file():
                raise ValueError(f"REFRAIN_PROVENANCE_{name} names {path or 'nothing'}, which is no file")
        return self

    @model_validator(mode="after")
    def _payments_are_known(self) -> Environment:
        _ = self.payments
        return self

    @cached_property
    def payments(self) -> PaymentSettings:
        """How people pay here."""
        return payments(
            way=self.payment_way,
            key=self.stripe_secret_key,
            webhook_secret=self.stripe_webhook_secret,
            api_base=self.stripe_api_base,
            production=self.production,
        )

    @property
    def cloudfront(self) -> tuple[str, Path] | None:
        """The id of the key pair and its private key's file, where CloudFront is the edge."""
        kind, _, rest = self.edge.partition(":")
        key_id, _, path = rest.partition(":")
        return (key_id, Path(path)) if kind == "cloudfront" and key_id and path else None

    @property
    def production(self) -> bool:
        """Whether people depend on this installation."""
        return self.mode is Mode.PRODUCTION

    @cached_property
    def runtime(self) -> Path:
        """Where sockets live: a short path, because a Unix socket's may have at most 107 bytes."""
        name = hashlib.sha256(str(self.data.resolve()).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"refrain-{os.geteuid()}-{name}"

    @property
    def database(self) -> str:
        """A libpq connection string or URL."""
        return self.database_url or f"host={self.runtime} user=postgres dbname=refrain"

    @property
    def redis(self) -> str:
        """A Redis URL as redis-py reads it."""
        return self.redis_url or f"unix://{self.runtime}/redis.sock"

    @property
    def broker(self) -> str:
        """A broker URL as Celery reads it: Redis unless another is named."""
        if self.broker_url:
            return self.broker_url
        return self.redis.replace("unix://", "redis+socket://", 1)

    @cached_property
    def secret(self) -> str:
        """Django's secret key; in development kept in the data folder."""
        return self.secret_key or _kept_secret(self.data / "secret_key")

    @cached_property
    def edge_key(self) -> str:
        """The key that signs listening URLs, shared with the edge."""
        return self.edge_secret or _kept_secret(self.data / "edge_key")


def _kept_secret(path: Path) -> str:
    """The secret stored at `path`, made there the first time; two starters at once agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def hand_down(lines: Mapping[str, str | None], environment: MutableMapping[str, str]) -> None:
    """What engine processes read for themselves may stand in `.env`, too; the environment's own word goes first."""
    for name, value in lines.items():
        if value and name.startswith(_FOR_ENGINES):
            environment.setdefault(name, value)


env = Environment()
hand_down(dotenv_values(ROOT / ".env"), os.environ)
