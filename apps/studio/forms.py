"""The request form: it offers what the chosen engine can do, and turns what was sent into a draft."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError

from apps.accounts.selectors import Entitlements
from apps.common.genres import written
from apps.common.text import clean_text
from apps.library.models import Version
from apps.studio.checks import SAME_LENGTH, SHORTEST_EXTENSION, check_draft, check_parent
from apps.studio.draft import LYRICS_LENGTH, PROMPT_LENGTH, SEED_RANGE, TEMPO_RANGE, Draft, drawn_seed, normal_key
from apps.studio.engine_cards import EngineCard, engine_card
from apps.studio.languages import language_name, languages_in_words
from apps.studio.models import Engine
from apps.studio.operations import Operation, operations_of
from apps.studio.understanding import Understanding, understood

DEFAULT_SECONDS = 60
DEFAULT_EXTENSION = 30
ENERGIES = ((0.1, "Still"), (0.3, "Calm"), (0.5, "Moderate"), (0.7, "Lively"), (0.9, "Wild"))
_WISHES = ("prompt", "genre", "mood", "tempo", "key", "meter", "instruments", "energy")
TONICS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


def _place(engine: Engine) -> tuple[int, str]:
    return engine.position, engine.name


class GenerationForm(forms.Form):
    """One request for takes of a song, as `chosen` can make it; `others` are named where they can do what it cannot."""

    request_key = forms.CharField(max_length=80, widget=forms.HiddenInput)
    operation = forms.CharField(max_length=20, widget=forms.HiddenInput, required=False)
    parent = forms.UUIDField(widget=forms.HiddenInput, required=False)
    prompt = forms.CharField(required=False, strip=True, widget=forms.Textarea(attrs={"rows": 4}))
    vocals = forms.ChoiceField(
        choices=[("instrumental", "Instrumental"), ("sung", "Sung")], widget=forms.RadioSelect, required=False
    )
    lyrics = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 8}))
    genre = forms.ChoiceField(required=False, widget=forms.RadioSelect)
    mood = forms.ChoiceField(required=False, widget=forms.RadioSelect)
    voice = forms.ChoiceField(required=False, widget=forms.RadioSelect)
    language = forms.ChoiceField(required=False)
    meter = forms.ChoiceField(required=False)
    instruments = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    energy = forms.FloatField(required=False, min_value=0, max_value=1)
    seconds = forms.IntegerField(label="Length", required=False)
    more = forms.IntegerField(required=False, min_value=SHORTEST_EXTENSION)
    span_start = forms.FloatField(required=False, min_value=0)
    span_end = forms.FloatField(required=False, min_value=0)
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
        source: Version | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.unpaid = False
        self.chosen, self.others, self.entitlements, self.source = chosen, others, entitlements, source
        self._choices("genre", [("", "Any")] + [(name, written(name)) for name in chosen.genres])
        self._choices("mood", [("", "Any")] + [(name, written(name)) for name in chosen.moods])
        self._choices("meter", [("", "From the prompt")] + [(name, name) for name in chosen.meters])
        self._choices("instruments", [(name, written(name)) for name in chosen.instruments])
        self._choices("voice", [("", "Any")] + [(voice["name"], voice["title"]) for voice in chosen.voices])
        languages = sorted((language_name(code), code) for code in chosen.languages)
        self._choices("language", [("", "Found out from the words")] + [(code, name) for name, code in languages])
        self._choices("engine", [(each.name, each.title) for each in (chosen, *others)])
        self.longest = min(chosen.maximum_seconds, entitlements.maximum_seconds)
        self.shortest = chosen.minimum_seconds

    @property
    def take_choices(self) -> range:
        """How many takes the plan makes at once."""
        return range(1, self.entitlements.takes + 1)

    @property
    def doing(self) -> str:
        """The operation that this form asks for."""
        return str(self["operation"].value() or "generate")

    @property
    def operations(self) -> list[Operation]:
        """What can be made of the version the form starts from, and by which engines."""
        return operations_of((self.chosen, *self.others), self.source) if self.source is not None else []

    @property
    def longest_extension(self) -> int:
        """How many seconds can still be added to the version."""
        return max(0, self.longest - round(self.source.seconds)) if self.source is not None else 0

    @property
    def singers(self) -> list[tuple[str, str, str]]:
        """Who can sing: name, title and range, "Any" first."""
        voices = [(voice["name"], voice["title"], voice["range"]) for voice in self.chosen.voices]
        return [("", "Any", ""), *voices] if voices else []

    @property
    def wishes(self) -> frozenset[str]:
        """What of the understood the form can change."""
        offered = {"genre": self.chosen.genres, "mood": self.chosen.moods, "meter": self.chosen.meters}
        offered |= {"instruments": self.chosen.instruments, "voice": self.chosen.voices}
        names = (*_WISHES, "voice")
        return frozenset(name for name in names if name in self.chosen.controls and offered.get(name, [name]))

    @property
    def tags(self) -> tuple[str, ...]:
        """Parts of a song that lyrics can be marked with."""
        return ("verse", "chorus", "bridge")

    @property
    def sings_in(self) -> str:
        """The languages, in words."""
        return languages_in_words(self.chosen.languages)

    @property
    def known(self) -> list[EngineCard]:
        """Every engine, as the choice between them shows it."""
        return [engine_card(each, self.entitlements) for each in sorted((self.chosen, *self.others), key=_place)]

    @property
    def energies(self) -> list[tuple[str, str]]:
        """Energies to choose from, as the field's values and in words."""
        return [(f"{value:g}", words) for value, words in ENERGIES]

    @property
    def key_names(self) -> tuple[str, ...]:
        """Keys to choose from; others that `normal_key` reads work as well."""
        return tuple(f"{tonic} {mode}" for mode in ("major", "minor") for tonic in TONICS)

    @property
    def opened(self) -> bool:
        """Whether the drawer holds something to see."""
        names = ("tempo", "key", "meter", "instruments", "energy", "seed", "engine")
        set_here = any(self[name].value() not in (None, "", []) for name in names[:-1])
        return set_here or any(self[name].errors for name in names)

    @property
    def vocals_hint(self) -> str:
        """What the engine cannot do with voices, and who can."""
        if self.chosen.sung and self.chosen.instrumental:
            return ""
        lacking = "sung songs" if not self.chosen.sung else "songs without a voice"
        able = [each.title for each in self.others if (each.sung if not self.chosen.sung else each.instrumental)]
        who = f"{' and '.join(able)} can: choose it under Advanced." if able else "No engine on this site can yet."
        return f"{self.chosen.title} does not make {lacking}. {who}"

    def understood(self, owner: UUID) -> Understanding | None:
        """What the engine reads from the form as it stands; None when it does not say, or nothing was asked yet."""
        if not self.chosen.understands or self.doing not in {"generate", "variation"}:
            return None
        data = self._as_it_stands()
        wishes = {name: data[name] for name in _WISHES if data.get(name) not in (None, "", [])}
        if not wishes:
            return None
        wishes["instruments"] = tuple(wishes.get("instruments", ()))
        sung = data.get("vocals") == "sung"
        draft = Draft(
            engine=self.chosen.name,
            seconds=data.get("seconds") or DEFAULT_SECONDS,
            seed=data.get("seed"),
            instrumental=not sung,
            voice=data.get("voice", "") if sung else "",
            **wishes,
        )
        return understood(draft, drawn_seed(owner, data.get("request_key", "")))

    def _as_it_stands(self) -> dict[str, Any]:
        """The fields that are clean by themselves; what is wrong with the others is said when the form is sent."""
        form = self
        if not self.is_bound:
            form = GenerationForm(self.initial, chosen=self.chosen, others=self.others, entitlements=self.entitlements)
        return {} if form.errors.get("prompt") else form.cleaned_data

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
            "more": DEFAULT_EXTENSION,
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
        """Refuse, by field, what the engine, the plan or the version to start from does not allow."""
        data = super().clean() or {}
        if self.errors:
            return data
        draft = self.draft()
        for check in (self._check, self._check_source):
            try:
                check(draft)
            except ValidationError as refused:
                for field, messages in refused.message_dict.items():
                    self.add_error(self._shown_as(field), messages)
        return data

    def _shown_as(self, field: str) -> str:
        """The field of the form that shows what is wrong with a field of the draft."""
        if field == "seconds" and self.doing == "extend":
            return "more"
        return {"instrumental": "vocals", "span": "span_start"}.get(field, field)

    def _check(self, draft: Draft) -> None:
        check_draft(draft, self.chosen, self.entitlements, self.others)

    def _check_source(self, draft: Draft) -> None:
        if self.source is not None:
            check_parent(draft, self.chosen, self.source)

    def draft(self) -> Draft:
        """What was asked, once the form's own fields are clean; what the form did not ask is as in its version."""
        data = self.cleaned_data
        operation = data["operation"] or "generate"
        instrumental, lyrics = self._words(operation)
        start, end = data["span_start"], data["span_end"]
        return Draft(
            engine=data["engine"],
            seconds=self._seconds(operation),
            prompt=data["prompt"],
            lyrics=lyrics,
            instrumental=instrumental,
            genre=data["genre"],
            mood=data["mood"],
            tempo=data["tempo"],
            key=data["key"],
            seed=data["seed"],
            takes=data["takes"],
            meter=data["meter"],
            instruments=tuple(data["instruments"]),
            energy=data["energy"],
            voice="" if instrumental else data["voice"],
            language="" if instrumental else data["language"],
            span=(start, end) if operation == "repaint" and None not in (start, end) else None,
            operation=operation,
            parent=data["parent"],
        )

    def _words(self, operation: str) -> tuple[bool, str]:
        """Whether it is instrumental, and the lyrics."""
        sung, lyrics = self.cleaned_data["vocals"] == "sung", self.cleaned_data["lyrics"]
        if operation == "new_lyrics":
            return False, lyrics
        if self.source is not None and operation in {"cover", "extend", "repaint"}:
            return self.source.instrumental, lyrics or self.source.lyrics
        return not sung, lyrics if sung else ""

    def _seconds(self, operation: str) -> int:
        """How long the whole result is."""
        if self.source is not None and operation in SAME_LENGTH:
            return round(self.source.seconds)
        if self.source is not None and operation == "extend":
            return round(self.source.seconds) + (self.cleaned_data["more"] or 0)
        return self.cleaned_data["seconds"] or DEFAULT_SECONDS
