"""The library's world, for what is built on it."""

from tests.library.conftest import make_world, media, song_folder, world

__all__ = ["make_world", "media", "song_folder", "world"]
