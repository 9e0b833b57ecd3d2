"""Files that people bring: taken in, checked, normalised into tracks."""
