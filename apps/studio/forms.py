"""The request form: it offers what the chosen engine can do, and turns what was sent into a draft."""

from __future__ import annotations

from typing import Any, cast
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError

from apps.accounts.selectors import Entitlements
from apps.common.genres import written
from apps.common.text import clean_text
from apps.studio.draft import LYRICS_LENGTH, PROMPT_LENGTH, SEED_RANGE, TEMPO_RANGE, Draft, check_draft, normal_key
from apps.studio.models import Engine

DEFAULT_SECONDS = 60
OPERATIONS = {
    "variation": ("Variation", "The same wish with other notes."),
    "cover": ("Cover", "The same melody and harmony in another style: pick a genre."),
    "extend": ("Extend", "The song goes on."),
    "repaint": ("Repaint", "One span is made anew."),
    "new_lyrics": ("New lyrics", "The same song with other words."),
    "reference": ("Reference", "A new song with its tempo, key, harmony and energy."),
}
TONICS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


class GenerationForm(forms.Form):
    """One request for takes of a song, as `chosen` can make it; `others` are named where they can do what it cannot."""

    request_key = forms.CharField(max_length=80, widget=forms.HiddenInput)
    operation = forms.CharField(max_length=20, widget=forms.HiddenInput, required=False)
    parent = forms.UUIDField(widget=forms.HiddenInput, required=False)
    prompt = forms.CharField(required=False, strip=True, widget=forms.Textarea(attrs={"rows": 4}))
    vocals = forms.ChoiceField(choices=[("instrumental", "Instrumental"), ("sung", "Sung")], widget=forms.RadioSelect)
    lyrics = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 8}))
    genre = forms.ChoiceField(required=False, widget=forms.RadioSelect)
    mood = forms.ChoiceField(required=False, widget=forms.RadioSelect)
    seconds = forms.IntegerField(label="Length")
    takes = forms.IntegerField(min_value=1)
    engine = forms.ChoiceField()
    tempo = forms.FloatField(required=False, min_value=TEMPO_RANGE[0], max_value=TEMPO_RANGE[1])
    key = forms.CharField(required=False, max_length=12)
    seed = forms.IntegerField(required=False, min_value=SEED_RANGE[0], max_value=SEED_RANGE[1])

    def __init__(
        self,
        *args: Any,
        chosen: Engine,
        others: tuple[Engine, ...],
        entitlements: Entitlements,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.chosen, self.others, self.entitlements = chosen, others, entitlements
        self._choices("genre", [("", "Any")] + [(name, written(name)) for name in chosen.genres])
        self._choices("mood", [("", "Any")] + [(name, written(name)) for name in chosen.moods])
        self._choices("engine", [(each.name, each.title) for each in (chosen, *others)])
        self.longest = min(chosen.maximum_seconds, entitlements.maximum_seconds)
        self.shortest = chosen.minimum_seconds

    @property
    def take_choices(self) -> range:
        """How many takes the plan makes at once."""
        return range(1, self.entitlements.takes + 1)

    @property
    def operations(self) -> list[tuple[str, str, str]]:
        """What the engine can make of a parent version: name, title, and what it keeps."""
        return [(name, *words) for name, words in OPERATIONS.items() if name in self.chosen.operations]

    @property
    def key_names(self) -> tuple[str, ...]:
        """Keys to choose from; others that `normal_key` reads work as well."""
        return tuple(f"{tonic} {mode}" for mode in ("major", "minor") for tonic in TONICS)

    @property
    def opened(self) -> bool:
        """Whether the drawer holds something to see."""
        return any(self[name].value() not in (None, "") or self[name].errors for name in ("tempo", "key", "seed"))

    @property
    def vocals_hint(self) -> str:
        """What the engine cannot do with voices, and who can."""
        if self.chosen.sung and self.chosen.instrumental:
            return ""
        lacking = "sung songs" if not self.chosen.sung else "songs without a voice"
        able = [each.title for each in self.others if (each.sung if not self.chosen.sung else each.instrumental)]
        who = f"{' and '.join(able)} can: choose it under Advanced." if able else "No engine on this site can yet."
        return f"{self.chosen.title} does not make {lacking}. {who}"

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = choices

    @staticmethod
    def blank(chosen: Engine) -> dict[str, Any]:
        """Initial values, with a fresh key so that this form, sent twice, is one request."""
        return {
            "request_key": str(uuid4()),
            "operation": "generate",
            "vocals": "instrumental" if chosen.instrumental else "sung",
            "seconds": DEFAULT_SECONDS,
            "takes": 1,
            "engine": chosen.name,
        }

    def clean_prompt(self) -> str:
        """The prompt without what cannot be shown."""
        return clean_text(self.cleaned_data["prompt"], maximum=PROMPT_LENGTH)

    def clean_lyrics(self) -> str:
        """The lyrics, lines kept."""
        return clean_text(self.cleaned_data["lyrics"], maximum=LYRICS_LENGTH, lines=True)

    def clean_key(self) -> str:
        """The key as engines read it."""
        return normal_key(self.cleaned_data["key"])

    def clean(self) -> dict[str, Any]:
        """Refuse, by field, what the engine or the plan cannot do."""
        data = super().clean() or {}
        if self.errors:
            return data
        try:
            check_draft(self.draft(), self.chosen, self.entitlements, self.others)
        except ValidationError as refused:
            for field, messages in refused.message_dict.items():
                self.add_error({"instrumental": "vocals"}.get(field, field), messages)
        return data

    def draft(self) -> Draft:
        """What was asked, once the form's own fields are clean."""
        data = self.cleaned_data
        instrumental = data["vocals"] == "instrumental"
        return Draft(
            engine=data["engine"],
            seconds=data["seconds"],
            prompt=data["prompt"],
            lyrics="" if instrumental else data["lyrics"],
            instrumental=instrumental,
            genre=data["genre"],
            mood=data["mood"],
            tempo=data["tempo"],
            key=data["key"],
            seed=data["seed"],
            takes=data["takes"],
            operation=data["operation"] or "generate",
            parent=data["parent"],
        )
