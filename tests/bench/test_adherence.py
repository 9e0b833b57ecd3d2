"""The adherence bench judges as it says, and takes its own option and no other bench does."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management.base import CommandError

from bench.adherence import read_prompts, tempo_hit
from bench.management.commands.bench import Command


@pytest.mark.parametrize("heard", [100.0, 103.9, 96.1, 50.0, 200.0, 194.0])
def test_the_tempo_its_half_and_its_double_are_hits(heard: float) -> None:
    assert tempo_hit(100.0, heard)


@pytest.mark.parametrize("heard", [104.2, 95.8, 66.7, 150.0, 300.0, 33.3, 25.0, 400.0])
def test_nothing_else_is(heard: float) -> None:
    assert not tempo_hit(100.0, heard)


def test_a_file_of_prompts_is_read(tmp_path: Path) -> None:
    file = tmp_path / "prompts.jsonl"
    file.write_text('{"prompt": "jazz", "tempo": 98, "key": "Bb major", "seconds": 20}\n\n{"prompt": "rain"}\n')

    first, second = read_prompts(file)

    assert (first.prompt, first.tempo, first.tonality, first.seconds) == ("jazz", 98, (10, False), 20)
    assert (second.tempo, second.key) == (None, "")


@pytest.mark.parametrize("line", ["nonsense", '{"tempo": 98}', '{"prompt": "x", "tempo": "fast"}', "[1]"])
def test_a_line_that_is_no_prompt_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "prompts.jsonl"
    file.write_text(f'{{"prompt": "x"}}\n{line}\n')

    with pytest.raises(ValueError, match="line 2"):
        list(read_prompts(file))


def test_its_own_prompts_are_many_and_of_many_kinds() -> None:
    prompts = list(read_prompts(Path(__file__).parents[2] / "bench" / "adherence.jsonl"))

    assert len(prompts) >= 60
    assert sum(asked.tempo is not None for asked in prompts) >= 60
    assert sum(bool(asked.key) for asked in prompts) >= 60
    assert sum(not asked.prompt.isascii() for asked in prompts) >= 10


def _parsed(name: str, *words: str) -> dict[str, object]:
    command = Command()
    command._asked = name
    return vars(command.create_parser("manage.py", "bench").parse_args([name, *words]))


def test_the_option_belongs_to_its_bench(tmp_path: Path) -> None:
    file = tmp_path / "prompts.jsonl"
    file.write_text("")

    assert _parsed("adherence", "--prompts", str(file))["prompts"] == file
    assert _parsed("adherence")["prompts"] is None
    for name, words in (("generate", ["--prompts", str(file)]), ("adherence", ["--prompts", "nowhere.jsonl"])):
        with pytest.raises(CommandError):
            _parsed(name, *words)
