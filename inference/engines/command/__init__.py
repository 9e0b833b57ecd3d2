"""Engines that live in an environment of their own: a program that speaks lines of JSON over its standard streams.

A line is an object with one member, which names the message. The program is started once and makes many songs, one at a
time; it ends when its input closes. What it prints anywhere but on standard output is logged.

To the program:

- `{"describe": {}}`: what can you do?
- `{"run": {"song", "folder", "operation", "prompt", "caption", "lyrics", "language", "instrumental", "seconds", "seed",
  "tempo", "key", "meter", "genre", "mood", "instruments", "energy", "voice", "span", "parent", "parameters"}}`: make a
  song. The fields are those of `inference.engine.Request`; `caption` is the prompt with all that was chosen besides;
  `folder` is an empty one, for everything that is written; `parent` is `{"audio": PATH}`, the version to start from as
  a WAV file of float samples, or null.
- `{"cancel": {"song"}}`: no longer wanted. A song that is over may be cancelled, too: that means nothing.

From the program:

- `{"description": {"title", "version", "capabilities"}}`, the capabilities being those of `inference.engine`;
- `{"progress": {"song", "stage", "fraction"}}`, several times a second if it can; "loading" while weights are;
- and of these exactly one a song: `{"result": {"song", "audio", "weights", "parameters", "tempo"?, "key"?, "title"?}}`,
  where `audio` is a WAV or FLAC file in the folder that holds the whole song, mono or stereo, not yet mastered;
  `{"error": {"song", "message", "retryable"}}`, the message being for the person who asked; `{"cancelled": {"song"}}`.

Nothing of this is believed: see `program`, `conversation` and `sound`.
"""
