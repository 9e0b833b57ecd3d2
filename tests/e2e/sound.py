"""Whether a page really sounds."""

from __future__ import annotations

from playwright.sync_api import Page

_PLAYING = "() => [...document.querySelectorAll('audio')].find(a => !a.paused && a.currentTime > 0.3)"
_LOUDEST = """async () => {
  const audio = [...document.querySelectorAll('audio')].find(a => !a.paused && a.currentTime > 0);
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(audio.captureStream()).connect(analyser);
  await context.resume();
  const samples = new Float32Array(analyser.fftSize);
  let loudest = 0;
  const until = performance.now() + 2000;
  while (performance.now() < until && loudest < 0.003) {
    await new Promise(requestAnimationFrame);
    analyser.getFloatTimeDomainData(samples);
    loudest = Math.max(loudest, ...samples.map(Math.abs));
  }
  await context.close();
  return loudest;
}"""

SILENCE = 0.001
"""−60 dBFS."""
WATCH = """() => {
  window.statuses = [];
  const player = document.getElementById('player');
  const note = () => statuses.push(player.dataset.status);
  new MutationObserver(note).observe(player, { attributeFilter: ['data-status'] });
}"""
"""Notes every status of the player from now on in `statuses`."""


def playing_position(page: Page) -> float:
    """Seconds into the song of the audio element that plays; waits for one that does."""
    page.wait_for_function(_PLAYING)
    position: float = page.evaluate(f"({_PLAYING})().currentTime")
    return position


def wait_until_past(page: Page, position: float) -> None:
    """Return when some audio element plays beyond `position` seconds."""
    script = "past => [...document.querySelectorAll('audio')].some(a => !a.paused && a.currentTime > past)"
    page.wait_for_function(script, arg=position)


def go_to(page: Page, seconds: float) -> None:
    """Move the song that plays."""
    script = "to => ([...document.querySelectorAll('audio')].find(audio => !audio.paused).currentTime = to)"
    page.evaluate(script, seconds)


def hears_sound(page: Page) -> bool:
    """Whether some audio element plays on and its signal rises above silence."""
    wait_until_past(page, playing_position(page))
    loudest: float = page.evaluate(_LOUDEST)
    return loudest > SILENCE
