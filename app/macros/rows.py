"""The rows of an editor's form and the JSON they stand for: what is not touched goes back as it came.

A row carries the JSON it was made from (`kept`). As long as what a person sees is unchanged, that JSON is used again,
byte for byte; otherwise a new row is made and the keys that we do not know are carried over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from typing import Any, Protocol

from app.language.values import text_of
from app.language.vocabulary import ValueKind, action_of
from app.macros.storable import is_storable

ROWS_A_GROUP = 200
_INDEX = re.compile(r"(?P<group>[a-z]+)-(?P<index>[0-9]{1,6})-field")
_PARTS = {
    ValueKind.user_message: 3,
    ValueKind.group_message: 3,
    ValueKind.user_sms: 3,
    ValueKind.group_sms: 3,
    ValueKind.target_message: 2,
    ValueKind.webhook_message: 2,
}


class Form(Protocol):
    """A posted form, as werkzeug gives it: keys in the order they were sent."""

    def keys(self) -> Iterable[str]: ...

    def get(self, key: str) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Row:
    """What a person sees of one condition or action. `subject` and `body` are of messages only; `frozen` says that
    the value is of a shape that cannot be shown, so that it stays as it is."""

    field: str = ""
    operator: str = ""
    value: str = ""
    subject: str = ""
    body: str = ""
    frozen: bool = False
    kept: Mapping[str, Any] | None = attribute(default=None, hash=False, compare=False)

    @property
    def is_blank(self) -> bool:
        return not (self.field or self.value or self.subject or self.body)

    @property
    def kept_json(self) -> str:
        return json.dumps(self.kept, ensure_ascii=False) if self.kept is not None else ""


def condition_row(raw: Mapping[str, Any]) -> Row:
    value = raw.get("value")
    shown = _plain(value)
    return Row(
        field=text_of(raw.get("field")),
        operator=text_of(raw.get("operator")) or "is",
        value=shown or "",
        frozen=shown is None,
        kept=raw,
    )


def action_row(raw: Mapping[str, Any]) -> Row:
    key, value = text_of(raw.get("field")), raw.get("value")
    known = action_of(key)
    parts = _PARTS.get(known.value_kind, 0) if known else 0
    if parts and isinstance(value, list) and len(value) == parts and all(isinstance(one, str | int) for one in value):
        who, *texts = (_one_newline(text_of(one)) for one in value)
        return Row(key, value=who, subject=texts[0] if parts == 3 else "", body=texts[-1], kept=raw)
    shown = _plain(value)
    return Row(key, value=shown or "", frozen=shown is None, kept=raw)


def condition_json(row: Row) -> dict[str, Any]:
    if row.kept is not None and condition_row(row.kept) == row:
        return dict(row.kept)
    return {**_extra(row), "field": row.field, "operator": row.operator or "is", "value": row.value.strip()}


def action_json(row: Row) -> dict[str, Any]:
    if row.kept is not None and action_row(row.kept) == row:
        return dict(row.kept)
    known = action_of(row.field)
    parts = _PARTS.get(known.value_kind, 0) if known else 0
    value: object = row.value.strip()
    if parts:
        value = [value, *((row.subject,) if parts == 3 else ()), row.body]
    return {**_extra(row), "field": row.field, "value": value}


def rows_in(form: Form, group: str, *, blank: bool = False) -> tuple[Row, ...]:
    """The rows of a group in the order in which they were sent; blank ones only when asked for."""
    indexes = [found["index"] for found in map(_INDEX.fullmatch, form.keys()) if found and found["group"] == group]
    rows = (_row_in(form, f"{group}-{index}-") for index in indexes[:ROWS_A_GROUP])
    return tuple(row for row in rows if blank or not row.is_blank)


def named_people(rows: Iterable[Row]) -> list[int]:
    """Numbers that stand as values and could be people, so that they can be called by their names."""
    words = (word for row in rows for word in row.value.split() if row.field not in {"set_tags", "current_tags"})
    return [int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 19]


def _row_in(form: Form, prefix: str) -> Row:
    def text(name: str) -> str:
        return _one_newline(form.get(prefix + name) or "")

    row = Row(
        field=text("field").strip(),
        operator=text("operator").strip(),
        value=text("value"),
        subject=text("subject"),
        body=text("body"),
        kept=_read_kept(form.get(prefix + "kept")),
    )
    return replace(row, frozen=_still_frozen(row))


def _still_frozen(row: Row) -> bool:
    """A frozen value stays so until the row is given another field: nothing else of it can be typed."""
    if row.kept is None or text_of(row.kept.get("field")) != row.field:
        return False
    return (condition_row if "operator" in row.kept else action_row)(row.kept).frozen


def _read_kept(text: str | None) -> Mapping[str, Any] | None:
    try:
        kept = json.loads(text or "null")
    except (ValueError, RecursionError):
        return None
    return kept if isinstance(kept, dict) and is_storable(kept) else None


def _extra(row: Row) -> dict[str, Any]:
    known = {"field", "operator", "value"}
    return {key: value for key, value in (row.kept or {}).items() if key not in known}


def _plain(value: object) -> str | None:
    """A value as one text, or None when it cannot be shown so. Lists of ids or tags are parted by spaces."""
    if isinstance(value, list):
        texts = [text_of(one) for one in value]
        fit = all(isinstance(one, str | int) for one in value) and not any(re.search(r"[\s,]", one) for one in texts)
        return " ".join(texts) if fit else None
    return None if isinstance(value, dict) else _one_newline(text_of(value))


def _one_newline(text: str) -> str:
    """A browser sends every line's end as CR LF."""
    return text.replace("\r\n", "\n").replace("\x00", "")


@dataclass(frozen=True, slots=True)
class Press:
    """A button of the editor that was pressed without its script: "add:all", "remove:all:2", "up:actions:1" …"""

    verb: str
    group: str
    index: int = -1

    @classmethod
    def read(cls, text: str | None) -> Press | None:
        verb, _, rest = (text or "").partition(":")
        group, _, index = rest.partition(":")
        if verb not in {"add", "remove", "up", "down", "follow", "as"}:
            return None
        return cls(verb, group, int(index) if index.isdecimal() and len(index) < 7 else -1)

    def on(self, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        moved = list(rows)
        if self.verb == "add":
            return (*rows, Row())
        if not 0 <= self.index < len(rows):
            return rows
        row = moved.pop(self.index)
        if self.verb == "up":
            moved.insert(max(self.index - 1, 0), row)
        elif self.verb == "down":
            moved.insert(self.index + 1, row)
        elif self.verb == "follow":
            return rows
        return tuple(moved)
