"""The books in the admin: to look at, whoever looks."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.wallets.models import Account, Answer, Lot, Memo, OpenHold, OperatorAction, Proof, Transfer
from apps.wallets.operations.actions import Order, operator_grant
from tests.wallets.books import hold
from tests.world import make_user

pytestmark = pytest.mark.django_db
BOOKS = (Account, Answer, Lot, Memo, OpenHold, OperatorAction, Proof, Transfer)


@pytest.fixture
def operator() -> User:
    """Somebody who may do everything, with a book to look at."""
    operator, ada = make_user(staff=True), make_user()
    now = timezone.now()
    operator_grant(Order(by=operator, reason="Hello", key=uuid4(), now=now), owner=ada, amount=50, expires_at=None)
    hold(ada, 5)
    Proof.objects.create(started_at=now, finished_at=now, passed=True, checks=[])
    return operator


@pytest.mark.parametrize("model", BOOKS)
def test_a_book_is_shown_and_never_changed(operator: User, model: type) -> None:
    client = Client()
    client.force_login(operator)
    name = f"admin:wallets_{model.__name__.lower()}"
    row = model.objects.first()  # type: ignore[attr-defined]
    before = list(model.objects.values())  # type: ignore[attr-defined]
    one = reverse(f"{name}_change", args=[row.pk])
    assert client.get(reverse(f"{name}_changelist"), {"q": "1"}).status_code == 200
    assert client.get(one).status_code == 200
    assert client.post(one, {"amount": 1}).status_code == 403
    assert client.get(reverse(f"{name}_add")).status_code == 403
    assert client.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    deleting = {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"}
    client.post(reverse(f"{name}_changelist"), deleting)
    assert list(model.objects.values()) == before  # type: ignore[attr-defined]


def test_staff_without_permission_see_no_books(operator: User) -> None:
    staff = User.objects.create_user("staff@example.org", is_staff=True)
    looker = User.objects.create_user("looker@example.org", is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename="look_into_wallets"))
    for user, expected in ((staff, 403), (looker, 200)):
        client = Client()
        client.force_login(user)
        assert client.get(reverse("admin:wallets_transfer_changelist")).status_code == expected


def test_every_table_of_the_ledger_is_in_the_admin() -> None:
    assert all(admin.site.is_registered(model) for model in BOOKS)
