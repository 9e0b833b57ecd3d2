"""What people write about a voice of their own, and whom they share it with."""

from __future__ import annotations

from django import forms

from apps.voices.models import ABOUT_LENGTH, TITLE_LENGTH, RegisteredPerformer
from apps.voices.services.performer_share import MOST_SHARES

_SHARED_LENGTH = MOST_SHARES * 256


class TextsForm(forms.Form):
    """What others read; the service cleans it."""

    title = forms.CharField(
        label="What it is called",
        max_length=TITLE_LENGTH,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        help_text="People whom you share it with see this name.",
    )
    style = forms.CharField(
        label="Style",
        max_length=TITLE_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off", "placeholder": "Warm and low, folk"}),
    )
    about = forms.CharField(
        label="About it",
        max_length=ABOUT_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"class": "input", "rows": 2}),
    )


class SharingForm(forms.Form):
    """Who may sing with it."""

    visibility = forms.ChoiceField(choices=RegisteredPerformer.Visibility.choices, widget=forms.RadioSelect)
    shared_with = forms.CharField(
        required=False,
        max_length=_SHARED_LENGTH,
        widget=forms.Textarea(
            attrs={"class": "input", "rows": 3, "spellcheck": "false", "placeholder": "ada@example.org"}
        ),
    )

    @classmethod
    def of(cls, performer: RegisteredPerformer) -> SharingForm:
        """As it is now."""
        emails = "\n".join(sorted(share.email for share in performer.shares.all()))
        return cls(initial={"visibility": performer.visibility, "shared_with": emails})

    def emails(self) -> list[str]:
        """The addresses, however they are set apart."""
        written: str = self.cleaned_data["shared_with"]
        return written.replace(",", " ").replace(";", " ").split()
