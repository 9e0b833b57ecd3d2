"""A song with another voice, or taken apart: everything from its master to the files of a new version."""
