"""The one place that says whether a draft can be made: by this engine, on this plan, from this version."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.core.exceptions import ValidationError

from apps.accounts.selectors import Entitlements
from apps.library.models import Version
from apps.studio.draft import SEED_RANGE, TEMPO_RANGE, Draft
from apps.studio.engine_cards import keepers, kept_for_others, sale_forbidden
from apps.studio.models import Engine
from apps.studio.operations import has_score

SAME_LENGTH = frozenset({"cover", "new_lyrics", "repaint"})
"""Operations whose result is as long as the version they start from."""
SHORTEST_SPAN = 2.0
"""Seconds that a repaint makes anew at least."""
SHORTEST_EXTENSION = 5
"""Seconds that an extension adds at least."""

_Errors = dict[str, list[str]]


def check_draft(draft: Draft, engine: Engine, entitlements: Entitlements, others: tuple[Engine, ...] = ()) -> None:
    """Raise ValidationError, by field, when `engine` or the plan cannot do it; of `others` those that can are named."""
    errors: _Errors = defaultdict(list)
    if draft.operation not in engine.operations:
        able = [each for each in others if draft.operation in each.operations]
        _refuse(errors, "engine", f"{engine.title} cannot make a {operation_words(draft.operation)}", able)
    if kept_for_others(engine, entitlements):
        able = [each for each in others if draft.operation in each.operations]
        open_to_all = [each for each in able if not kept_for_others(each, entitlements)]
        what = f"{engine.title} is only for {keepers(engine)} here: choose that plan, or another engine"
        _refuse(errors, "engine", what, open_to_all)
    if sale_forbidden(engine, entitlements):
        what = f"Songs of your plan may be sold, and the licence of {engine.title}’s weights forbids that"
        _refuse(errors, "engine", what, [each for each in others if each.commercial])
    _check_wish(draft, errors)
    _check_voice(draft, engine, others, errors)
    _check_offered(draft, engine, errors)
    _check_numbers(draft, engine, entitlements, errors)
    _check_controls(draft, engine, errors)
    if errors:
        raise ValidationError(dict(errors))


def check_parent(draft: Draft, engine: Engine, parent: Version) -> None:
    """Raise ValidationError, by field, when the operation does not fit the version it starts from, or the engine it."""
    errors: _Errors = defaultdict(list)
    if draft.operation in engine.needs_score and not has_score(parent):
        what = f"{engine.title} needs the notes of a song for a {operation_words(draft.operation)}"
        errors["engine"].append(f"{what}, and this recording came without. Take it as a reference instead.")
    if draft.operation == "extend" and draft.seconds < parent.seconds + SHORTEST_EXTENSION - 1:
        errors["seconds"].append(f"An extension adds at least {SHORTEST_EXTENSION} seconds.")
    if draft.operation == "new_lyrics" and parent.instrumental:
        errors["lyrics"].append("Nobody sings in this version. Make a sung one first, then change its words.")
    if draft.operation == "repaint":
        _check_span(draft, parent.seconds, errors)
    if errors:
        raise ValidationError(dict(errors))


def operation_words(operation: str) -> str:
    """An operation inside a sentence, as "new lyrics"."""
    return operation.replace("_", " ")


def _check_wish(draft: Draft, errors: _Errors) -> None:
    if draft.operation == "generate" and not (draft.prompt or draft.genre or draft.mood or draft.lyrics):
        errors["prompt"].append("Say what the song should be like, or pick a genre or a mood.")
    if draft.operation == "cover" and not (draft.prompt or draft.genre):
        errors["genre"].append("Pick the genre of the cover, or describe its style.")
    if draft.operation == "new_lyrics" and not draft.lyrics:
        errors["lyrics"].append("Write the new words.")
    if draft.operation == "repaint" and draft.span is None:
        errors["span"].append("Choose the span to make anew.")
    if draft.operation != "generate" and draft.parent is None:
        errors["parent"].append("Choose the version to start from.")


def _check_voice(draft: Draft, engine: Engine, others: tuple[Engine, ...], errors: _Errors) -> None:
    if draft.instrumental and not engine.instrumental:
        able = [each for each in others if each.instrumental]
        _refuse(errors, "instrumental", f"{engine.title} makes only sung songs", able)
    if not draft.instrumental and not engine.sung:
        _refuse(errors, "instrumental", f"{engine.title} does not sing yet", [each for each in others if each.sung])
    if not draft.instrumental and not draft.lyrics and draft.operation in {"generate", "new_lyrics"} and engine.sung:
        errors["lyrics"].append("Write the words that are sung, or choose an instrumental.")
    if draft.voice and draft.voice not in {voice["name"] for voice in engine.voices}:
        errors["voice"].append(f"{engine.title} has no such voice. Choose one of its own, or let it choose.")
    if draft.language and draft.language not in engine.languages:
        errors["language"].append(f"{engine.title} cannot sing in this language. Leave it empty to let it find out.")


def _check_offered(draft: Draft, engine: Engine, errors: _Errors) -> None:
    for name, wish, offered in (
        ("genre", draft.genre, engine.genres),
        ("mood", draft.mood, engine.moods),
        ("meter", draft.meter, engine.meters),
    ):
        if wish and wish not in offered:
            errors[name].append(f"{engine.title} knows no such {name}. Choose one of its own, or say it in the prompt.")
    if unknown := [each for each in draft.instruments if each not in engine.instruments]:
        errors["instruments"].append(f"{engine.title} does not play {' or '.join(unknown[:3])}.")


def _check_numbers(draft: Draft, engine: Engine, entitlements: Entitlements, errors: _Errors) -> None:
    longest = min(engine.maximum_seconds, entitlements.maximum_seconds)
    if not engine.minimum_seconds <= draft.seconds <= longest:
        why = "on your plan" if entitlements.maximum_seconds < engine.maximum_seconds else f"with {engine.title}"
        errors["seconds"].append(f"A song can be {engine.minimum_seconds} to {longest} seconds long {why}.")
    if not 1 <= draft.takes <= entitlements.takes:
        errors["takes"].append(f"Your plan makes 1 to {entitlements.takes} takes at once.")
    if draft.tempo is not None and not TEMPO_RANGE[0] <= draft.tempo <= TEMPO_RANGE[1]:
        errors["tempo"].append(f"The tempo can be {TEMPO_RANGE[0]:.0f} to {TEMPO_RANGE[1]:.0f} beats a minute.")
    if draft.energy is not None and not 0 <= draft.energy <= 1:
        errors["energy"].append("The energy is a number from 0, still, to 1, wild.")
    if draft.seed is not None and not SEED_RANGE[0] <= draft.seed <= SEED_RANGE[1]:
        errors["seed"].append("A seed is a whole number from 0 to 9,007,199,254,740,991.")


def _check_controls(draft: Draft, engine: Engine, errors: _Errors) -> None:
    """What the engine does not follow is refused, never dropped."""
    for name in ("tempo", "key", "seed", "meter", "instruments", "energy", "voice"):
        if getattr(draft, name) not in (None, "", ()) and name not in engine.controls and name not in errors:
            errors[name].append(f"{engine.title} does not follow a given {name}: leave this empty.")


def _check_span(draft: Draft, seconds: float, errors: _Errors) -> None:
    if draft.span is None:
        return
    start, end = draft.span
    if not 0 <= start < end <= seconds + 0.5:
        errors["span"].append(f"Choose a span within the {seconds:.1f} seconds of this version.")
    elif end - start < SHORTEST_SPAN:
        errors["span"].append(f"A span is at least {SHORTEST_SPAN:.0f} seconds long.")


def _refuse(errors: _Errors, field: str, what: str, instead: Iterable[Engine]) -> None:
    titles = [engine.title for engine in instead]
    hint = f"{' and '.join(titles)} can." if titles else "No engine on this site can."
    errors[field].append(f"{what}. {hint}")
