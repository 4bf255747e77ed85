"""The form in which a rule is edited: rows as Zendesk's trigger editor has them, to and from Zendesk's JSON. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.language.vocabulary import Use
from app.macros.rows import Form, Press, Row, action_json, action_row, condition_json, condition_row, rows_in
from app.rules.model import Rule, RuleKind

GROUPS = ("all", "any", "actions")


@dataclass(frozen=True, slots=True)
class RuleForm:
    title: str = ""
    kind: RuleKind = RuleKind.trigger
    description: str = ""
    all: tuple[Row, ...] = ()
    any: tuple[Row, ...] = ()
    actions: tuple[Row, ...] = ()

    @classmethod
    def of(cls, rule: Rule) -> RuleForm:
        return cls(rule.title, rule.kind, rule.description, **rows_of(rule.definition))

    @classmethod
    def read(cls, form: Form, *, kind: RuleKind | None = None, blank: bool = False) -> RuleForm:
        """What was posted; `kind` where it is settled already; `blank` keeps rows that nobody has filled in yet."""
        named = form.get("kind") or ""
        return cls(
            title=(form.get("title") or "").strip(),
            kind=kind or (RuleKind(named) if named in set(RuleKind) else RuleKind.trigger),
            description=_lines(form.get("description")),
            **{group: rows_in(form, group, blank=blank) for group in GROUPS},
        )

    @property
    def use(self) -> Use:
        return Use(self.kind.value)

    def group(self, name: str) -> tuple[Row, ...]:
        rows: tuple[Row, ...] = getattr(self, name)
        return rows

    def pressed(self, press: Press) -> RuleForm:
        """The form after a button was pressed that only moves rows about."""
        if press.group not in GROUPS:
            return self
        return replace(self, **{press.group: press.on(self.group(press.group))})  # type: ignore[arg-type]

    def definition(self, base: Mapping[str, Any]) -> dict[str, Any]:
        """Zendesk's JSON of the rule; every key of `base` that the form does not know stays."""
        rows = {"all": [condition_json(row) for row in self.all], "any": [condition_json(row) for row in self.any]}
        written: dict[str, Any] = {**base, "actions": [action_json(row) for row in self.actions], "title": self.title}
        if "raw_title" in base and base.get("title") != self.title:
            written["raw_title"] = self.title
        if _lines(base.get("description")) != self.description and "description" in base:
            written["description"] = self.description
        if "conditions" not in base and ("all" in base or "any" in base):
            return {**written, **rows}
        before = base.get("conditions")
        return {**written, "conditions": {**(before if isinstance(before, dict) else {}), **rows}}


def _lines(text: object) -> str:
    return text.replace("\r\n", "\n").strip() if isinstance(text, str) else ""


def rows_of(definition: Mapping[str, Any]) -> dict[str, tuple[Row, ...]]:
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
