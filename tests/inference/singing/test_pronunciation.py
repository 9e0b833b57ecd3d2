"""Lyrics become words, syllables and speech sounds, whatever people paste."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.singing.model import CannotBeSung, SpokenWord
from inference.singing.pronunciation import LANGUAGES, guess_language, pronounce


def _line(text: str, language: str = "en") -> tuple[SpokenWord, ...]:
    (words,) = pronounce([text], language)
    return words


def _texts(text: str, language: str = "en") -> list[str]:
    return [word.text for word in _line(text, language)]


def _syllables(text: str, language: str = "en") -> list[str]:
    return ["·".join(syllable.text for syllable in word.syllables) for word in _line(text, language)]


def _sounds(text: str, language: str = "en") -> str:
    return "".join(p.symbol for word in _line(text, language) for s in word.syllables for p in s.phones)


@pytest.mark.parametrize(
    ("language", "text", "syllables"),
    [
        ("en", "Something lonely in the window", ["Some·thing", "lone·ly", "in", "the", "win·dow"]),
        ("en", "little rhythm, beautiful heaven", ["lit·tle", "rhy·thm,", "beau·ti·ful", "hea·ven"]),
        ("de", "Über den Wolken muss die Freiheit", ["Ü·ber", "den", "Wol·ken", "muss", "die", "Frei·heit"]),
        ("fr", "les amis sont ici", ["les", "a·mis", "sont", "i·ci"]),
        ("es", "Quiero vivir contigo", ["Quie·ro", "vi·vir", "con·ti·go"]),
        ("ru", "Я люблю тебя", ["Я", "лю·блю", "те·бя"]),
        ("cs", "v lese", ["v le·se"]),
        ("ko", "사랑해요", ["사·랑·해·요"]),
        ("ja", "さくら", ["さ·く·ら"]),
        ("zh", "我爱你", ["我", "爱", "你"]),
        ("tr", "çok güzel", ["çok", "gü·zel"]),
    ],
)
def test_words_of_many_languages_are_cut_into_the_syllables_a_score_prints(
    language: str, text: str, syllables: list[str]
) -> None:
    found = _syllables(text, language)

    assert [each.replace("·", "") for each in found] == [each.replace("·", "") for each in syllables]
    assert [each.count("·") for each in found] == [each.count("·") for each in syllables]
    if language != "ru":  # where the consonants of лю-блю go is a matter of taste
        assert found == syllables


def test_consonants_between_vowels_begin_the_next_syllable_as_far_as_can_be_said() -> None:
    (word,) = _line("instrument")

    assert ["".join(p.symbol for p in s.phones) for s in word.syllables] == ["ɪn", "stɹə", "mənt"]


def test_the_stressed_syllable_is_known() -> None:
    (word,) = _line("tomorrow")

    assert [syllable.stress for syllable in word.syllables].index(2) == 1


def test_a_number_is_said() -> None:
    (word,) = _line("1999!")

    assert word.text == "1999!"
    assert len(word.syllables) >= 5
    assert "".join(syllable.text for syllable in word.syllables) == "1999!"


def test_apostrophes_of_any_make_belong_to_the_word() -> None:
    assert _sounds("don’t") == _sounds("don't")
    assert len(_line("don’t")) == 1


def test_addresses_emoji_and_lone_punctuation_are_not_sung() -> None:
    found = _texts("love ❤️ — 😀 https://example.com/a?b=1 www.example.org me@example.com … you!")

    assert found == ["love", "you!"]


def test_a_line_with_nothing_to_sing_has_no_words() -> None:
    assert pronounce(["", "  ", "!!! ---", "🎵🎵"], "en") == ((), (), (), ())


def test_words_in_another_script_are_said_in_the_language_that_lends_them() -> None:
    assert len(_line("사랑해 baby", "ko")) == 2
    assert _sounds("baby", "ko") == _sounds("baby", "en")


@pytest.mark.parametrize(
    ("language", "text", "says"),
    [
        ("en", "שלום", "Hebrew"),
        ("en", "ตาก", "Thai"),
        ("ja", "世界", "kana"),
        ("en", "我爱你", "Chinese"),
        ("en", "a" * 500, "too long"),
        ("ar", "أحبك", "cannot be sung"),
        ("xx", "hello", "cannot be sung"),
    ],
)
def test_what_has_no_pronunciation_is_refused_in_words_that_help(language: str, text: str, says: str) -> None:
    with pytest.raises(CannotBeSung, match=says) as refused:
        pronounce([text], language)

    assert len(str(refused.value)) < 200


def test_sung_out_letters_are_said_as_the_word_they_stretch() -> None:
    assert _sounds("nooooo") == _sounds("no")
    assert _sounds("yeaaaah") == _sounds("yeah")


def test_words_without_a_vowel_hold_what_sounds_longest() -> None:
    for text in ("hmm", "mmm", "shh", "psst", "brrr"):
        (word,) = _line(text)
        assert all(sum(p.vowel for p in s.phones) == 1 for s in word.syllables)


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=60), st.sampled_from(["en", "de", "ru", "zh", "ja", "fr"]))
def test_whatever_is_pasted_is_pronounced_or_refused(text: str, language: str) -> None:
    try:
        words = _line(text, language)
    except CannotBeSung:
        return

    for word in words:
        assert word.syllables
        assert "".join(syllable.text for syllable in word.syllables) == word.text
        assert all(sum(phone.vowel for phone in syllable.phones) == 1 for syllable in word.syllables)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_on_offer_speaks(language: str) -> None:
    text = {
        "el": "καλημέρα", "hi": "नमस्ते", "ja": "さくら", "ko": "사랑", "zh": "你好", "ru": "привет", "uk": "привіт",
        "be": "вітаю", "bg": "здравей", "mk": "здраво", "kk": "сәлем", "sr": "здраво",
    }.get(language, "la mama")  # fmt: skip

    assert sum(len(word.syllables) for word in _line(text, language)) >= 2


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The night is young and I am here with you", "en"),
        ("Ich weiß nicht, was soll es bedeuten", "de"),
        ("Je ne sais pas où tu vas", "fr"),
        ("Te quiero mi amor y no es por nada", "es"),
        ("Non è per te che il cuore mio", "it"),
        ("Eu não sei o que você quer", "pt"),
        ("я тебе кохаю і ти це знаєш", "uk"),
        ("Я тебя люблю, ты это знаешь", "ru"),
        ("さくら さくら", "ja"),
        ("사랑해", "ko"),
        ("我爱你", "zh"),
        ("שלום", "he"),
        ("", "en"),
        ("la la la", "en"),
    ],
)
def test_the_language_of_lyrics_is_guessed(text: str, language: str) -> None:
    assert guess_language(text) == language
