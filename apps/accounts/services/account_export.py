"""Everything the site knows of a user, as a ZIP of JSON files, written row by row."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime
from typing import IO

from django.core.serializers.json import DjangoJSONEncoder

from apps.accounts.models import User
from apps.accounts.registry import Section, sections


def account_export(*, user: User, target: IO[bytes], now: datetime) -> None:
    """Write the archive to `target`; memory holds one row at a time."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        names = [_write(archive, section, user) for section in sections()]
        about = {"made_at": now, "for": user.email, "files": names}
        archive.writestr("about.json", json.dumps(about, indent=2, cls=DjangoJSONEncoder))


def _write(archive: zipfile.ZipFile, section: Section, user: User) -> str:
    name = f"{section.name}.json"
    encoder = DjangoJSONEncoder(ensure_ascii=False)
    with archive.open(name, "w", force_zip64=True) as raw, io.TextIOWrapper(raw, "utf-8") as file:
        separator = "[\n"
        for row in section.rows(user):
            file.write(separator + encoder.encode(dict(row)))
            separator = ",\n"
        file.write("\n]\n" if separator == ",\n" else "[]\n")
    return name
