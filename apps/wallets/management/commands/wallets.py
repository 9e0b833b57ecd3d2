"""`manage.py wallets`: prove that the books balance, and see one wallet."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.accounts.models import User
from apps.wallets.operations.selectors import open_holds
from apps.wallets.proof import prove
from apps.wallets.selectors import history, wallet_of


class Command(BaseCommand):
    """Looks; nothing of a wallet is changed here."""

    help = "Look at wallets: prove, show."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One word for what to do, and its options."""
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("prove", help="add everything up again and compare; 1 if the books do not balance")
        showing = actions.add_parser("show", help="one person's credits, lots, holds and latest history")
        showing.add_argument("email")
        showing.add_argument("--lines", type=int, default=20, help="how many lines of history")

    def handle(self, *, action: str, **options: Any) -> None:
        """Exit code 1 when the books do not balance."""
        getattr(self, f"_{action}")(options)

    def _prove(self, options: dict[str, Any]) -> None:
        proof = prove(now=timezone.now())
        for check in proof.checks:
            self.stdout.write(f"{check['title']:70} {check['checked']:>12} looked at, {check['wrong'] or 'none'} wrong")
            for line in check["examples"]:
                self.stdout.write(f"    {line}")
        self.stdout.write("The books balance." if proof.passed else "The books do not balance.")
        if not proof.passed:
            sys.exit(1)

    def _show(self, options: dict[str, Any]) -> None:
        user = User.objects.filter(email=options["email"].strip().lower()).select_related("plan").first()
        if user is None:
            raise CommandError(f"Nobody has the address {options['email']}.")
        wallet = wallet_of(user)
        self.stdout.write(f"{user.email}, {user.plan.title}, {user.pk}")
        self.stdout.write(f"{wallet.available} available, {wallet.held} held, {wallet.owed} owed")
        for lot in wallet.lots:
            until = f"until {lot.expires_at:%Y-%m-%d %H:%M}" if lot.expires_at else "for ever"
            self.stdout.write(f"  lot {lot.id}: {lot.left} left ({lot.held} held) of {lot.source}, {until}: {lot.memo}")
        for hold in open_holds(user):
            self.stdout.write(f"  hold {hold.id}: {hold.amount} since {hold.at:%Y-%m-%d %H:%M}: {hold.title}")
        for line in history(user, limit=options["lines"]).lines:
            self.stdout.write(f"  {line.at:%Y-%m-%d %H:%M:%S} {line.kind:12} {line.amount:+8} {line.memo}")
