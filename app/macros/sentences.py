"""Conditions and actions as a person reads them: what is asked, how, and what for, ids by their names. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.language.vocabulary import OPERATORS, Use
from app.macros.controls import NAMED, Control, Entry, Pickers, action_entry, condition_entry
from app.macros.rows import action_row, condition_row
from app.words import Words, say


@dataclass(frozen=True, slots=True)
class Sentence:
    """`known` False: the value is an id that is not known here. `detail` is the text of a message."""

    label: Words
    operator: Words
    value: Words
    known: bool = True
    detail: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (str(self.label), str(self.operator), str(self.value)) if part)


NOTHING = say("", "")
EMPTY = say("(없음)", "(none)")
KEPT = say("(Zendesk 형식 그대로)", "(kept as Zendesk wrote it)")


def condition_sentence(raw: Mapping[str, Any], use: Use, pickers: Pickers) -> Sentence:
    row = condition_row(raw)
    entry = condition_entry(row.field, use, pickers)
    operator = OPERATORS[row.operator].label if row.operator in OPERATORS else _as_is(row.operator)
    if entry is None:
        return Sentence(_as_is(row.field), operator, _as_is(row.value), known=False)
    if entry.control_for(row.operator) is Control.nothing:
        return Sentence(entry.label, operator, NOTHING)
    value, known = _value(entry, row.value, row.operator, pickers, frozen=row.frozen)
    return Sentence(entry.label, operator, value, known)


def action_sentence(raw: Mapping[str, Any], use: Use, pickers: Pickers) -> Sentence:
    row = action_row(raw)
    entry = action_entry(row.field, use, pickers)
    if entry is None:
        return Sentence(_as_is(row.field), NOTHING, _as_is(row.value), known=False)
    value, known = _value(entry, row.value, "", pickers, frozen=row.frozen)
    detail = "\n\n".join(part for part in (row.subject, row.body) if part)
    return Sentence(entry.label, NOTHING, value, known, detail)


def value_words(key: str, operator: str, value: object, use: Use, pickers: Pickers) -> Words:
    """A value of that condition field by its name: for wanted and seen values of a run."""
    return condition_sentence({"field": key, "operator": operator, "value": value}, use, pickers).value


def _value(entry: Entry, text: str, operator: str, pickers: Pickers, *, frozen: bool) -> tuple[Words, bool]:
    if frozen:
        return KEPT, True
    control = entry.control_for(operator)
    if control in {Control.pick, Control.message, Control.note}:
        label = pickers.label(entry, text)
        told_of = entry.offers is not None and (entry.offers not in NAMED or bool(pickers.lists.get(entry.offers)))
        listed = bool(entry.choices) or told_of
        return (label, True) if label is not None else (_as_is(text), not listed)
    if not text:
        return EMPTY, True
    return _as_is(text), True


def _as_is(text: str) -> Words:
    return say(text, text)
