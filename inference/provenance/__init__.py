"""What is synthetic says so: in its tags, in a signed C2PA manifest, and in the sound itself.

`statement` is what is said; `tags`, `manifest` and `watermark` are three places to say it, each stronger than the
others against another kind of forgetting; `marking` says it in all that a file has, and reads back what is left.
"""
