"""`manage.py token EMAIL`: make an API token for a user and print its secret, for scripts and for trying things out."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.accounts.models import ApiToken, User
from apps.accounts.services.tokens import token_create


class Command(BaseCommand):
    """Prints the secret alone, so that it can go into a variable."""

    help = "Make an API token and print it; it is not shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose, what for, for how long."""
        parser.add_argument("email")
        parser.add_argument("--name", default="command line")
        parser.add_argument("--create", action="store_true", help="Make the user, who then has no password.")
        parser.add_argument("--scopes", nargs="+", choices=ApiToken.Scope.values, default=ApiToken.Scope.values)
        parser.add_argument("--days", type=int, help="It ends after so many days; never when left out.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it."""
        user = User.objects.filter(email=options["email"].strip().lower()).first()
        if user is None and options["create"]:
            user = User.objects.create_user(options["email"])
        if user is None:
            raise CommandError(f"There is no user {options['email']}; --create makes one.")
        now = timezone.now()
        days = options["days"]
        try:
            fresh = token_create(
                user=user,
                name=options["name"],
                scopes=options["scopes"],
                expires_at=None if days is None else now + timedelta(days=days),
                now=now,
            )
        except ValidationError as refused:
            raise CommandError(" ".join(refused.messages)) from refused
        self.stdout.write(fresh.secret)
