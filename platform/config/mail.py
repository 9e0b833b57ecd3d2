"""How mail leaves: EMAIL_URL read into Django's settings."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

_CONSOLE = "django.core.mail.backends.console.EmailBackend"
_SMTP = "django.core.mail.backends.smtp.EmailBackend"


@dataclass(frozen=True, slots=True)
class Mail:
    """Django's mail settings; `starttls` and `tls` (from the first byte) exclude each other."""

    backend: str = _CONSOLE
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    starttls: bool = False
    tls: bool = False

    @property
    def leaves(self) -> bool:
        """Whether mail reaches people and not only the console."""
        return self.backend == _SMTP


def mail(url: str) -> Mail:
    """Read `smtp://user:password@host:587` (STARTTLS when there is a password), `smtps://…:465`, or "" for the console.

    ValueError for anything else, so that a typing error stops the start.
    """
    if not url:
        return Mail()
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("EMAIL_URL must look like smtp://user:password@host:587 or smtps://user:password@host:465")
    tls = parts.scheme == "smtps"
    password = unquote(parts.password or "")
    return Mail(
        backend=_SMTP,
        host=parts.hostname,
        port=parts.port or (465 if tls else 587),
        user=unquote(parts.username or ""),
        password=password,
        starttls=bool(password) and not tls,
        tls=tls,
    )
