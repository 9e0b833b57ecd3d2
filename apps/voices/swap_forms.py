"""What the pages of a swap and of a karaoke version send."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID, uuid4

from django import forms

from apps.voices.models import Swap
from apps.voices.services.swap_request import Asked

HANDLINGS = (
    (
        Swap.Handling.OCTAVE,
        "Octaves",
        "The voice moves by whole octaves where that suits the performer. The key stays.",
    ),
    (Swap.Handling.KEEP, "Keep every note", "The melody stays where it is, however high or low for the performer."),
    (Swap.Handling.FIT, "Fit the performer", "The song moves into the performer’s range, and the music moves with it."),
)
METHODS = (
    ("", "Let the song decide", "We measure the recording and take the way that suits it."),
    ("blend", "Thorough", "Several cues together. It takes a while, and works on most recordings."),
    ("centre", "Quick", "What stands in the middle goes. Only for stereo recordings with the voice in the middle."),
)


class _SwapForm(forms.Form):
    """One request; the same key sent twice makes one."""

    kinds: ClassVar[tuple[str, ...]] = ()

    request_key = forms.CharField(max_length=80)
    kind = forms.CharField(max_length=10)

    def clean_kind(self) -> str:
        """One that this page asks for."""
        kind = str(self.cleaned_data["kind"])
        if kind not in self.kinds:
            raise forms.ValidationError("This page cannot ask for that.")
        return kind

    @property
    def said(self) -> list[str]:
        """Every complaint about what was sent, each once."""
        return list(dict.fromkeys(str(message) for errors in self.errors.values() for message in errors))


class SwapForm(_SwapForm):
    """Another voice for a version, or a preview of that."""

    kinds = (Swap.Kind.SWAP, Swap.Kind.PREVIEW)

    performer = forms.CharField(max_length=40, error_messages={"required": "Choose who sings."})
    handling = forms.ChoiceField(
        choices=[(value, title) for value, title, _ in HANDLINGS],
        required=False,
        error_messages={"invalid_choice": "Choose what becomes of the key."},
    )
    start = forms.FloatField(
        required=False,
        min_value=0,
        error_messages=dict.fromkeys(("invalid", "min_value"), "Say in seconds where the preview begins."),
    )

    def asked(self, version_id: UUID) -> Asked:
        """The request; the form has to be valid."""
        given: dict[str, Any] = self.cleaned_data
        return Asked(
            kind=given["kind"],
            version=version_id,
            performer=given["performer"],
            handling=given["handling"] or Swap.Handling.OCTAVE,
            start=given["start"] if given["kind"] == Swap.Kind.PREVIEW else None,
        )


class KaraokeForm(_SwapForm):
    """A version without its vocals."""

    kinds = (Swap.Kind.KARAOKE,)

    method = forms.ChoiceField(choices=[(value, title) for value, title, _ in METHODS], required=False)

    def asked(self, version_id: UUID) -> Asked:
        """The request; the form has to be valid."""
        return Asked(kind=Swap.Kind.KARAOKE, version=version_id, method=self.cleaned_data["method"])


def fresh_key() -> str:
    """The key of the next request."""
    return str(uuid4())
