"""What the templates of an editor show of each row: its choices, its control, and what is wrong with it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.language.vocabulary import OPERATORS, SECTIONS, Choice, Use
from app.macros.controls import (
    NAMED,
    NONE,
    UNKNOWN,
    Control,
    Entry,
    Pickers,
    action_entries,
    action_entry,
    condition_entries,
    condition_entry,
)
from app.macros.rows import Row
from app.words import Words, say

Problems = Mapping[tuple[str, int], Sequence[Words]]
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}|")


@dataclass(frozen=True, slots=True)
class Section:
    """Fields or actions under one heading of a long list."""

    label: Words
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class RowView:
    """`search`: what the server is asked for as one types a value; then `named` is what the value is called."""

    group: str
    index: int
    row: Row
    control: Control
    operators: tuple[Choice, ...]
    options: tuple[Choice, ...]
    stray: bool
    problems: tuple[Words, ...]
    search: str = ""
    named: str = ""

    @property
    def prefix(self) -> str:
        return f"{self.group}-{self.index}-"


def sections(use: Use, pickers: Pickers, *, actions: bool) -> tuple[Section, ...]:
    entries = action_entries(use, pickers) if actions else condition_entries(use, pickers)
    found: dict[str, list[Entry]] = {}
    for one in entries:
        found.setdefault(one.section, []).append(one)
    return tuple(Section(SECTIONS[name], tuple(some)) for name, some in found.items())


def row_views(
    group: str, rows: Iterable[Row], use: Use, pickers: Pickers, problems: Problems | None = None
) -> tuple[RowView, ...]:
    """Never refuses: a field, an operator or a value that is not known stays in its place and is shown as such."""
    offered = action_entries(use, pickers) if group == "actions" else condition_entries(use, pickers)
    keys = frozenset(one.key for one in offered)
    views = []
    for index, row in enumerate(rows):
        entry = (action_entry if group == "actions" else condition_entry)(row.field, use, pickers)
        control = _control(row, entry)
        search = entry.search(pickers) if entry else ""
        views.append(
            RowView(
                group=group,
                index=index,
                row=row,
                control=control,
                operators=_operators(row, entry),
                options=_options(row, entry, pickers) if entry and control in _PICKS and not search else (),
                stray=bool(row.field) and row.field not in keys,
                problems=tuple((problems or {}).get((group, index), ())),
                search=search if control in _PICKS or control is Control.tags else "",
                named=_named(row, entry, pickers) if entry and search and control in _PICKS else "",
            )
        )
    return tuple(views)


_PICKS = frozenset({Control.pick, Control.message, Control.note})


def _control(row: Row, entry: Entry | None) -> Control:
    """The control of the field, unless what is there could not be kept in it."""
    if row.frozen:
        return Control.kept
    control = entry.control_for(row.operator) if entry else Control.text
    if control is Control.date and not _DAY.fullmatch(row.value):
        return Control.text
    if control in {Control.text, Control.tags} and "\n" in row.value:
        return Control.long_text
    return control


def _operators(row: Row, entry: Entry | None) -> tuple[Choice, ...]:
    fitting = entry.operators if entry else ()
    keys = fitting if not row.operator or row.operator in fitting else (*fitting, row.operator)
    return tuple(Choice(key, OPERATORS[key].label if key in OPERATORS else say(key, key)) for key in keys)


def _named(row: Row, entry: Entry, pickers: Pickers) -> str:
    known = pickers.label(entry, row.value)
    return str(known if known is not None else _stray(row.value)) if row.value or known is not None else ""


def _stray(value: str) -> Words:
    return say("{value} ({unknown})", "{value} ({unknown})").fill(value=value, unknown=UNKNOWN)


def _options(row: Row, entry: Entry, pickers: Pickers) -> tuple[Choice, ...]:
    if entry.offers in NAMED and not entry.choices and not pickers.lists.get(entry.offers):
        return ()  # nobody told of any, so that its ids are typed
    none = (Choice("", NONE),) if entry.nullable else ()
    offered = (*none, *entry.choices, *(pickers.lists.get(entry.offers, ()) if entry.offers else ()))
    if not row.value or any(one.value == row.value for one in offered):
        return offered
    return (*offered, Choice(row.value, _stray(row.value)))
