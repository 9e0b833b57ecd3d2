"""The operators' forms: each has a key, so that sent twice it acts once, and a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.common.text import clean_text
from apps.wallets.operations.models import REASON_LENGTH

MOST = 1_000_000
_TYPED = {"class": "input"}
_NUMBER = {**_TYPED, "inputmode": "numeric", "min": 1, "autocomplete": "off"}


class ReasonForm(forms.Form):
    """A key and a reason; `confirmed` is there once the operator has read what will happen."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        max_length=REASON_LENGTH,
        help_text="The person reads it in the history, and it stays in the books.",
        widget=forms.TextInput(attrs={**_TYPED, "autocomplete": "off"}),
    )
    field_order: Sequence[str] | None = ("key", "confirmed", "hold", "amount", "expires_on", "lot", "reason")

    def clean_reason(self) -> str:
        """One clean line that says something."""
        return clean_text(self.cleaned_data["reason"], maximum=REASON_LENGTH)

    @property
    def sure(self) -> bool:
        """Whether the operator has read what will happen."""
        return bool(self.cleaned_data["confirmed"])

    @property
    def answers(self) -> dict[str, str]:
        """What was filled in, as the confirmation sends it again."""
        return {name: self.data.get(name, "") for name in self.fields if name != "confirmed"}


class AmountForm(ReasonForm):
    """So many credits."""

    amount = forms.IntegerField(
        label="Credits", min_value=1, max_value=MOST, widget=forms.NumberInput(attrs={**_NUMBER, "max": MOST})
    )


class GrantForm(AmountForm):
    """Credits as a gift, for ever or until the end of a day (UTC)."""

    expires_on = forms.DateField(
        label="Until the end of",
        required=False,
        help_text="A day in UTC. Empty: they never expire.",
        widget=forms.DateInput(attrs={**_TYPED, "type": "date"}),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_expires_on(self) -> date | None:
        """Not a day that is over."""
        day: date | None = self.cleaned_data["expires_on"]
        if day is not None and not self.today <= day <= self.today + timedelta(days=3660):
            raise ValidationError("Choose a day from today on, within ten years.")
        return day

    @property
    def expires_at(self) -> datetime | None:
        """The last moment, exclusive."""
        day: date | None = self.cleaned_data["expires_on"]
        return None if day is None else datetime.combine(day + timedelta(days=1), time(), UTC)


class TakeBackForm(AmountForm):
    """Credits back, from one lot first or from whatever there is."""

    lot = forms.IntegerField(label="From", required=False, min_value=1, widget=forms.Select(attrs=_TYPED))

    def __init__(self, *args: Any, lots: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget = self.fields["lot"].widget
        assert isinstance(widget, forms.Select)
        # what is shown only: a lot that is empty by now must not turn the second of two clicks away
        widget.choices = [("", "whatever there is"), *lots]


class ReleaseForm(ReasonForm):
    """Which hold."""

    hold = forms.UUIDField(widget=forms.HiddenInput)
