"""The watermark is in what engines make where the operator chose one, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.audio.decode import read
from inference.engine import Context, Request, Result
from inference.produce import produce
from inference.provenance.spread import SpreadSpectrum
from inference.provenance.watermarks import SETTING, chosen
from tests.inference.engines import Chords
from tests.inference.provenance.test_spread import RATE, song


class Plays(Chords):
    """Plays a song in which a watermark can be found."""

    def generate(self, request: Request, context: Context) -> Result:
        result = super().generate(request, context)
        fields = {name: getattr(result, name) for name in Result.__dataclass_fields__}
        return Result(**(fields | {"mix": song()[: 30 * RATE]}))


def test_what_an_engine_makes_is_marked_where_that_was_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Request(prompt="chords", seconds=30.0, seed=1)
    monkeypatch.delenv(SETTING, raising=False)
    plain = produce(Plays(), asked, tmp_path / "plain", lambda stage, done: None)
    monkeypatch.setenv(SETTING, "spread")
    marked = produce(Plays(), asked, tmp_path / "marked", lambda stage, done: None)
    before, after = (read(tmp_path / name / "master.flac", RATE) for name in ("plain", "marked"))
    assert not SpreadSpectrum().detect(before, RATE).present
    assert SpreadSpectrum().detect(after, RATE).present
    # and it sounds as loud; stems are marked as well, and as long as they were
    stems = [read(tmp_path / name / "stems" / "bass.flac", RATE) for name in ("plain", "marked")]
    assert stems[0].shape == stems[1].shape
    assert not np.array_equal(stems[0], stems[1])
    assert np.abs(after).max() <= np.abs(before).max() + 1e-6
    assert marked.measured.seconds == plain.measured.seconds
    assert marked.measured.loudness_lufs == pytest.approx(plain.measured.loudness_lufs, abs=0.2)


def test_a_watermark_that_nobody_knows_is_no_silent_nothing() -> None:
    assert chosen({}) is None
    assert isinstance(chosen({SETTING: "spread"}), SpreadSpectrum)
    with pytest.raises(ValueError, match="spread"):
        chosen({SETTING: "sprad"})
