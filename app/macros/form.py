"""The form in which a macro is edited: an answer in two languages, and rows of actions. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from app.macros.model import Macro
from app.macros.rows import Form, Press, Row, action_json, action_row, rows_in

GROUP = "actions"


@dataclass(frozen=True, slots=True)
class MacroForm:
    title: str = ""
    key: str = ""
    body_ko: str = ""
    body_en: str = ""
    public: bool = True
    actions: tuple[Row, ...] = ()

    @classmethod
    def of(cls, macro: Macro) -> MacroForm:
        rows = tuple(action_row(one) for one in macro.actions)
        return cls(macro.title, macro.key or "", macro.body_ko, macro.body_en, macro.is_public, rows)

    @classmethod
    def read(cls, form: Form, *, blank: bool = False) -> MacroForm:
        """What was posted; `blank` keeps rows that nobody has filled in yet."""
        return cls(
            title=(form.get("title") or "").strip(),
            key=(form.get("key") or "").strip(),
            body_ko=(form.get("body_ko") or "").replace("\r\n", "\n"),
            body_en=(form.get("body_en") or "").replace("\r\n", "\n"),
            public=form.get("public") != "false",
            actions=rows_in(form, GROUP, blank=blank),
        )

    def pressed(self, press: Press) -> MacroForm:
        return replace(self, actions=press.on(self.actions)) if press.group == GROUP else self

    @property
    def bodies(self) -> dict[str, str]:
        return {"ko": self.body_ko, "en": self.body_en}

    def written(self) -> list[dict[str, Any]]:
        return [action_json(row) for row in self.actions]
