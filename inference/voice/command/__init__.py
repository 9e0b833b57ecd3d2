"""Voice conversion by a program of another environment: seed-vc, RVC, Applio, or whatever has a command line.

A manifest says how it is called; `docs/voices.md` has two. One conversion is one run: the program is started with its
arguments, heard for its progress, and ended when it hangs, prints without end, takes too much memory or disk, or is no
longer wanted. What it leaves in the folder it was given is checked before it is a vocal.
"""
