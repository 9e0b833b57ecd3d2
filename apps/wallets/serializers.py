"""The wallet as the API gives it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.wallets.models import LotSource, Transfer


class LotSerializer(serializers.Serializer[Any]):
    """Credits that came together and expire together."""

    id = serializers.IntegerField()
    source = serializers.ChoiceField(  # type: ignore[assignment]  # a name of ours, not of the field
        LotSource.choices, help_text="Where they came from."
    )
    left = serializers.IntegerField(help_text="Free to spend.")
    held = serializers.IntegerField(help_text="Set aside, besides those that are left.")
    expires_at = serializers.DateTimeField(allow_null=True, help_text="null: never.")
    memo = serializers.CharField()


class WalletSerializer(serializers.Serializer[Any]):
    """What a user has. Lots are in the order in which they are spent."""

    available = serializers.IntegerField(help_text="Free to spend.")
    held = serializers.IntegerField(help_text="Set aside for jobs that wait or run.")
    owed = serializers.IntegerField(help_text="While this is not 0, no new job is taken.")
    due = serializers.IntegerField(help_text="More of this month's credits, which come when they are needed.")
    lots = LotSerializer(many=True)


class ReferenceSerializer(serializers.Serializer[Any]):
    """What a transfer was for."""

    kind = serializers.CharField()
    id = serializers.UUIDField()


class TransferSerializer(serializers.Serializer[Any]):
    """A line of the history."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    kind = serializers.ChoiceField(Transfer.Kind.choices)
    amount = serializers.IntegerField(
        help_text="Signed: what it changed in the credits that are free to spend; for owe and forgive, in the debt."
    )
    charged = serializers.IntegerField(help_text="What a capture charged for good; 0 for every other kind.")
    memo = serializers.CharField(help_text="What it was for, in words.")
    reason = serializers.CharField(help_text="A lot's source, or why credits were taken back or a hold released.")
    reference = ReferenceSerializer(allow_null=True)
    hold = serializers.UUIDField(allow_null=True, help_text="The same for a hold and for what became of it.")
    available = serializers.IntegerField(help_text="What was free to spend afterwards.")


class OfferedPackSerializer(serializers.Serializer[Any]):
    """Credits that can be bought; they never expire."""

    product = serializers.CharField(help_text="What to send to checkout.")
    slug = serializers.CharField()
    title = serializers.CharField()
    credits = serializers.IntegerField()
    amount = serializers.IntegerField(help_text="In the currency's smallest unit.")
    currency = serializers.CharField(help_text="ISO 4217, in capitals.")


class OfferedPlanSerializer(serializers.Serializer[Any]):
    """What a plan gives and costs."""

    product = serializers.CharField(allow_null=True, help_text="What to send to checkout; null for the free plan.")
    slug = serializers.CharField()
    title = serializers.CharField()
    credits = serializers.IntegerField(help_text="Each month.")
    amount = serializers.IntegerField(help_text="Each month, in the currency's smallest unit; 0 for the free plan.")
    currency = serializers.CharField(allow_null=True)
    parallel = serializers.IntegerField(help_text="Jobs that may run at once.")
    takes = serializers.IntegerField(help_text="Takes in one request.")
    maximum_seconds = serializers.IntegerField()


class ProductSerializer(serializers.Serializer[Any]):
    """What is to be bought."""

    product = serializers.CharField(max_length=100, help_text="A `product` of the lists of packs and plans.")


class AddressSerializer(serializers.Serializer[Any]):
    """Where to go on in a browser."""

    url = serializers.URLField()
