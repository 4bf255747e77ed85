"""What differs between two versions of a rule, as sentences that went and sentences that came. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.language.vocabulary import Use
from app.macros.controls import Pickers
from app.macros.sentences import Sentence, action_sentence, condition_sentence
from app.rules.form import GROUPS, raw_rows
from app.words import Words, say

GROUP_WORDS: Mapping[str, Words] = {
    "all": say("모두 맞으면", "Meet all of"),
    "any": say("하나라도 맞으면", "Meet any of"),
    "actions": say("하는 일", "Do"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """`came` False: it was there before and went."""

    group: str
    sentence: Sentence
    came: bool


def sentences_of(definition: Mapping[str, Any], use: Use, pickers: Pickers) -> dict[str, list[Sentence]]:
    """The whole rule as sentences, by group."""
    return {
        group: [(action_sentence if group == "actions" else condition_sentence)(row, use, pickers) for row in rows]
        for group, rows in raw_rows(definition).items()
    }


def difference(before: Mapping[str, Any], after: Mapping[str, Any], use: Use, pickers: Pickers) -> list[Line]:
    """Rows that are the same in both are left out, wherever they stand; so only their order has changed."""
    old, new = raw_rows(before), raw_rows(after)
    lines = []
    for group in GROUPS:
        say_row = action_sentence if group == "actions" else condition_sentence
        gone, come = _without(old[group], new[group]), _without(new[group], old[group])
        lines += [Line(group, say_row(row, use, pickers), came=False) for row in gone]
        lines += [Line(group, say_row(row, use, pickers), came=True) for row in come]
    return lines


def _without(rows: list[dict[str, Any]], others: list[dict[str, Any]]) -> list[dict[str, Any]]:
    left = list(others)
    kept = []
    for row in rows:
        if row in left:
            left.remove(row)
        else:
            kept.append(row)
    return kept
