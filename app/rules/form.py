"""The form in which a rule is edited: rows as Zendesk's trigger editor has them, or its JSON as text. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.language.vocabulary import Use
from app.macros.rows import Form, Press, Row, action_json, action_row, condition_json, condition_row, rows_in
from app.macros.storable import is_storable
from app.rules.model import Rule, RuleKind
from app.rules.raw import RawRefused, read_raw, to_raw

GROUPS = ("all", "any", "actions")


@dataclass(frozen=True, slots=True)
class RuleForm:
    """`base` is the JSON around the rows, every key that no row shows; None where the form did not bring it. `raw` is
    the JSON as it was typed, when it is edited as text: then it alone counts, and the rows are empty."""

    title: str = ""
    kind: RuleKind = RuleKind.trigger
    description: str = ""
    all: tuple[Row, ...] = ()
    any: tuple[Row, ...] = ()
    actions: tuple[Row, ...] = ()
    base: Mapping[str, Any] | None = field(default=None, hash=False)
    raw: str | None = None

    @classmethod
    def of(cls, rule: Rule) -> RuleForm:
        return cls(
            rule.title,
            rule.kind,
            rule.description,
            **rows_of(rule.definition),
            base=without_rows(rule.definition),
        )

    @classmethod
    def read(cls, form: Form, *, kind: RuleKind | None = None, blank: bool = False) -> RuleForm:
        """What was posted; `kind` where it is settled already; `blank` keeps rows that nobody has filled in yet."""
        named = form.get("kind") or ""
        raw = form.get("raw")
        read = cls(
            title=(form.get("title") or "").strip(),
            kind=kind or (RuleKind(named) if named in set(RuleKind) else RuleKind.trigger),
            description=_lines(form.get("description")),
            base=_read_base(form.get("base")),
        )
        if raw is not None:
            return _titled(replace(read, raw=raw.replace("\r\n", "\n")))
        return replace(read, **{group: rows_in(form, group, blank=blank) for group in GROUPS})  # type: ignore[arg-type]

    @property
    def use(self) -> Use:
        return Use(self.kind.value)

    def group(self, name: str) -> tuple[Row, ...]:
        rows: tuple[Row, ...] = getattr(self, name)
        return rows

    def pressed(self, press: Press) -> RuleForm:
        """The form after a button was pressed that only moves rows about, or shows it the other way."""
        if press.verb == "as":
            return self._as_raw() if press.group == "raw" else self._as_rows()
        if press.group not in GROUPS:
            return self
        return replace(self, **{press.group: press.on(self.group(press.group))})  # type: ignore[arg-type]

    def definition(self, base: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Zendesk's JSON of the rule; every key that the form does not know stays: of the JSON the form brought, else
        of `base`. Refuses with RawRefused a text that is no JSON."""
        if self.raw is not None:
            return {**read_raw(self.raw), "title": self.title}
        around = self.base if self.base is not None else base or {}
        rows = {"all": [condition_json(row) for row in self.all], "any": [condition_json(row) for row in self.any]}
        written: dict[str, Any] = {**around, "actions": [action_json(row) for row in self.actions], "title": self.title}
        if "raw_title" in around and around.get("title") != self.title:
            written["raw_title"] = self.title
        if _lines(around.get("description")) != self.description and "description" in around:
            written["description"] = self.description
        if "conditions" not in around and ("all" in around or "any" in around):
            return {**written, **_where_kept(rows, around)}
        before = around.get("conditions")
        before = before if isinstance(before, dict) else {}
        return {**written, "conditions": {**before, **_where_kept(rows, before)}}

    def filled(self) -> RuleForm:
        """Without the rows that nobody has filled in yet."""
        return replace(
            self,
            **{group: tuple(row for row in self.group(group) if not row.is_blank) for group in GROUPS},  # type: ignore[arg-type]
        )

    @property
    def base_json(self) -> str:
        return json.dumps(self.base, ensure_ascii=False) if self.base is not None else ""

    def _as_raw(self) -> RuleForm:
        if self.raw is not None:
            return self
        return replace(self, raw=to_raw(self.filled().definition(), self.title), all=(), any=(), actions=())

    def _as_rows(self) -> RuleForm:
        """Stays text while the text is not of a rule's shape: nothing of it may get lost."""
        if self.raw is None:
            return self
        try:
            definition = read_raw(self.raw)
        except RawRefused:
            return self
        if not _is_shaped(definition):
            return self
        return replace(_titled(self), **rows_of(definition), base=without_rows(definition), raw=None)


def _titled(form: RuleForm) -> RuleForm:
    """With the title and the description that stand in its text."""
    try:
        raw = read_raw(form.raw or "")
    except RawRefused:
        return form
    title, description = raw.get("title"), raw.get("description")
    return replace(
        form,
        title=title.strip() if isinstance(title, str) else "",
        description=_lines(description) if isinstance(description, str) else form.description,
    )


def _where_kept(rows: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """A group without rows stays as absent, or null, as it was."""
    return {name: some for name, some in rows.items() if some or not before or isinstance(before.get(name), list)}


def _lines(text: object) -> str:
    return text.replace("\r\n", "\n").strip() if isinstance(text, str) else ""


def _read_base(text: str | None) -> dict[str, Any] | None:
    try:
        base = json.loads(text or "null")
    except (ValueError, RecursionError):
        return None
    return base if isinstance(base, dict) and is_storable(base) else None


def _is_shaped(definition: Mapping[str, Any]) -> bool:
    """Whether rows can be made of it: lists of objects whose names and operators are texts."""
    conditions = definition.get("conditions", definition)
    if not isinstance(conditions, dict):
        return False
    lists = conditions.get("all"), conditions.get("any"), definition.get("actions")
    return all(
        one is None
        or (
            isinstance(one, list)
            and all(isinstance(row, dict) and isinstance(row.get("field"), str) and _plain(row) for row in one)
        )
        for one in lists
    )


def _plain(row: Mapping[str, Any]) -> bool:
    return isinstance(row.get("operator", ""), str | None)


def without_rows(definition: Mapping[str, Any]) -> dict[str, Any]:
    """What stands around the rows."""

    def emptied(holds: Mapping[str, Any]) -> dict[str, Any]:
        return {name: [] if name in GROUPS and isinstance(one, list) else one for name, one in holds.items()}

    conditions = definition.get("conditions")
    around = emptied(definition)
    return {**around, "conditions": emptied(conditions)} if isinstance(conditions, dict) else around


def rows_of(definition: Mapping[str, Any]) -> dict[str, Any]:
    raw = raw_rows(definition)
    return {
        "all": tuple(condition_row(one) for one in raw["all"]),
        "any": tuple(condition_row(one) for one in raw["any"]),
        "actions": tuple(action_row(one) for one in raw["actions"]),
    }


def raw_rows(definition: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The rows of each group as they are in the JSON; Zendesk also takes all and any at the top."""
    conditions = definition.get("conditions", definition)
    return {
        "all": list(conditions.get("all") or ()),
        "any": list(conditions.get("any") or ()),
        "actions": list(definition.get("actions") or ()),
    }
