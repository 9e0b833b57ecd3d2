"""The forms of one's own page."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError

from apps.accounts.models import KEY_LENGTH, NAME_LENGTH, ApiToken, User

_FOREVER = "always"
_TERMS = [("30", "30 days"), ("90", "90 days"), ("365", "a year"), (_FOREVER, "until I revoke it")]


class NameForm(forms.Form):
    """How others see you. The model cleans it."""

    name = forms.CharField(
        label="How others see you",
        max_length=NAME_LENGTH,
        required=False,
        help_text="On your public songs. Nobody sees your e-mail address.",
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "nickname"}),
    )


class TokenForm(forms.Form):
    """A new API token; `key` makes the same form, sent twice, one token."""

    key = forms.CharField(max_length=KEY_LENGTH, widget=forms.HiddenInput)
    name = forms.CharField(
        max_length=NAME_LENGTH,
        help_text="What it is for.",
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    access = forms.ChoiceField(
        label="It may",
        choices=[("read", "read"), ("read write", "read and change")],
        widget=forms.Select(attrs={"class": "input"}),
    )
    term = forms.ChoiceField(
        label="It works for",
        choices=_TERMS,
        initial="90",
        widget=forms.Select(attrs={"class": "input"}),
    )

    @classmethod
    def blank(cls) -> TokenForm:
        """An empty form with a key of its own."""
        return cls(initial={"key": str(uuid4())})

    def scopes(self) -> list[str]:
        """Read, or both."""
        return [ApiToken.Scope(name) for name in self.cleaned_data["access"].split()]

    def expires_at(self, now: datetime) -> datetime | None:
        """When it ends."""
        term = self.cleaned_data["term"]
        return now + timedelta(days=int(term)) if term != _FOREVER else None


class DeleteForm(forms.Form):
    """The password, asked once more."""

    password = forms.CharField(
        strip=False, widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": "current-password"})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        """It must be theirs."""
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise ValidationError("This is not your password. Nothing was deleted.")
        return password
