"""Words of ours that are kept in one column and read in the reader's language. Pure."""

from __future__ import annotations

from app.words import Words, say

# Reads as " · " where it is shown as it is kept; nobody types en spaces.
_BETWEEN = "\u2002·\u2002"
LONGEST = 500


def as_kept(words: Words) -> str:
    """Both languages in one text of at most 500 characters."""
    half = (LONGEST - len(_BETWEEN)) // 2
    return f"{words.ko[:half]}{_BETWEEN}{words.en[:half]}"


def as_read(text: str | None) -> Words:
    """What `as_kept` kept, as Words again; what a person typed reads the same in both."""
    ko, between, en = (text or "").partition(_BETWEEN)
    return say(ko, en if between else ko)
