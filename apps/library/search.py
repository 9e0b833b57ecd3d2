"""Words as people type them, as a PostgreSQL full-text query."""

from __future__ import annotations

import re

from django.contrib.postgres.search import CombinedSearchQuery, SearchQuery

_WORD = re.compile(r"\w+")
_MOST_WORDS = 12
_MOST_LETTERS = 40


def words_of(text: str) -> list[str]:
    """The words of a search, without anything that means something to the query language."""
    return [word[:_MOST_LETTERS].lower() for word in _WORD.findall(text)][:_MOST_WORDS]


def query_of(text: str) -> SearchQuery | CombinedSearchQuery:
    """All the words: as beginnings of words in any language, or by their English stems."""
    words = words_of(text)
    beginnings = " & ".join(f"'{word}':*" for word in words)
    prefix = SearchQuery(beginnings, config="simple", search_type="raw")
    return prefix | SearchQuery(" ".join(words), config="english", search_type="plain")
