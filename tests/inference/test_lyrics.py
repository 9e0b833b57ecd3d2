"""Lyrics are read as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.lyrics import LyricSection, parse


def shape(text: str) -> list[tuple[str, list[str]]]:
    """Kind and lines of every section."""
    return [(s.kind, [line.text for line in s.lines]) for s in parse(text).sections]


def test_tags_open_sections_and_words_keep_the_number_of_their_line() -> None:
    text = "[Verse 1: Ana]\nI walk the line\n\n[Chorus]\nOh, oh\nHold on"

    read = parse(text)

    assert shape(text) == [("verse", ["I walk the line"]), ("chorus", ["Oh, oh", "Hold on"])]
    assert [line.number for line in read.lines] == [1, 4, 5]


@pytest.mark.parametrize(
    ("tag", "kind"),
    [
        ("[verse]", "verse"),
        ("[Verse 2]", "verse"),
        ("[PRE-CHORUS]", "pre-chorus"),
        ("[Hook]", "chorus"),
        ("[refrain]", "chorus"),
        ("[Post-Chorus]", "chorus"),
        ("[Bridge - softly]", "bridge"),
        ("[Strophe II]", "verse"),
        ("Refrain:", "chorus"),
        ("[couplet 3]", "verse"),
        ("[Estribillo]", "chorus"),
        ("(Chorus)", "chorus"),
        ("**Bridge**", "bridge"),
        ("[Final Chorus]", "chorus"),
        ("【サビ】", "chorus"),
        ("[Intro]", "intro"),
        ("Outro", "outro"),
        ("[spoken, whispering]", ""),
    ],
)
def test_sections_are_known_by_many_names(tag: str, kind: str) -> None:
    assert shape(f"[verse]\nbefore\n{tag}\nsung words")[-1] == (kind, ["sung words"])


def test_an_unknown_tag_is_kept_as_a_section() -> None:
    assert [s.name for s in parse("[Rap by Max]\none two").sections] == ["rap by max"]


def test_a_chorus_without_words_repeats_the_one_before() -> None:
    text = "[chorus]\nla la\n[verse]\nwords\n[chorus]\n"

    assert shape(text)[2] == ("chorus", ["la la"])
    assert parse(text).sections[2].lines[0].number == 1


def test_repeats_are_written_out_by_line_and_by_section() -> None:
    assert shape("[chorus x2]\nhey hey (x3)") == [("chorus", ["hey hey"] * 3)] * 2
    assert shape("[chorus]\nhey\n(x2)") == [("chorus", ["hey"])] * 2


def test_wordless_sections_are_played_and_empty_verses_are_not() -> None:
    assert shape("[intro]\n[verse]\n[guitar solo]\n[verse]\nwords") == [
        ("intro", []),
        ("solo", []),
        ("verse", ["words"]),
    ]


def test_without_tags_the_stanza_that_comes_again_is_the_chorus() -> None:
    text = "one two\nthree\n\nthis is the song\nla la\n\nfour five\nsix\n\nThis is the song!\nla la"

    assert [kind for kind, _ in shape(text)] == ["verse", "chorus", "verse", "chorus"]


def test_without_tags_and_repeats_stanzas_still_contrast() -> None:
    kinds = [kind for kind, _ in shape("a b\n\nc d\n\ne f\n\ng h")]

    assert "chorus" in kinds
    assert "verse" in kinds


def test_words_in_brackets_are_backing_words() -> None:
    (section,) = parse("[verse]\nHold me (hold me) tonight\n(ooh, ooh)").sections

    assert [(w.text, w.backing) for w in section.lines[0].words] == [
        ("Hold", False),
        ("me", False),
        ("hold", True),
        ("me", True),
        ("tonight", False),
    ]
    assert all(w.backing for w in section.lines[1].words)


def test_emoji_and_web_addresses_are_left_out_and_said() -> None:
    read = parse("[verse]\nI love you ❤️🔥 see https://example.org/x?y=1\n🎉🎉\nwww.example.com")

    assert [line.text for line in read.lines] == ["I love you see"]
    assert len(read.notes) == 2


@pytest.mark.parametrize("text", ["", "\n\n", "🎉", "[verse]\n[chorus]", "...", "https://example.org", "()[]{}"])
def test_what_has_no_words_has_no_lines(text: str) -> None:
    assert parse(text).lines == ()


def test_a_word_that_is_also_a_heading_is_sung() -> None:
    assert shape("this is\nthe end\nend") == [("verse", ["this is", "the end", "end"])]


@settings(deadline=None, max_examples=150)
@given(st.text(alphabet=st.sampled_from("ab (x2)[]:\n#*'’-—🎉é1"), max_size=300))
def test_any_text_is_read_in_order_and_within_bounds(text: str) -> None:
    read = parse(text)

    count = len(text.splitlines())
    for section in read.sections:
        assert isinstance(section, LyricSection)
        assert all(0 <= line.number < count and line.words for line in section.lines)
    assert len(read.lines) <= 4000
