"""A decoded upload becomes the files and facts of a version."""
