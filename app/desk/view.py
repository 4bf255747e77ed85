"""The base of every screen over a table: declared, guarded, scoped, exported safely."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from flask_admin import BaseView
from flask_admin.actions import action
from flask_admin.contrib.sqla import ModelView

from app.db import Base, db
from app.desk.gate import Gate, needs
from app.words import Words, say

__all__ = ["DeskPage", "DeskView", "desk_action", "needs"]

Action = TypeVar("Action", bound=Callable[..., Any])


def desk_action(name: str, label: Words, confirmation: Words | None = None, right: str | None = None) -> Any:
    """A bulk action over chosen rows. `right` is what it asks for; without one, `<subject>.edit`."""

    def mark(act: Action) -> Action:
        act._right = right  # type: ignore[attr-defined]
        return action(name, label, confirmation)(act)

    return mark


class DeskPage(Gate, BaseView):
    """A screen that is not a table: it exposes its own routes."""

    subject: ClassVar[str]
    endpoint_name: ClassVar[str] = ""
    label: ClassVar[Words] = say("화면", "Screen")
    icon: ClassVar[str] = "dot"

    def __init__(self, url: str | None = None) -> None:
        endpoint = self.endpoint_name or self.subject
        super().__init__(name=self.label, endpoint=endpoint, url=url or f"/admin/{endpoint}")


class DeskView(Gate, ModelView):
    """A screen over `model`. `subject` is the prefix of its rights, `endpoint_name` its place under /admin/."""

    model: Any = Base
    subject: ClassVar[str]
    endpoint_name: ClassVar[str] = ""
    label: ClassVar[Words] = say("목록", "List")
    icon: ClassVar[str] = "dot"

    can_view_details = True
    can_delete = False
    can_export = True
    export_types = ["csv", "xlsx"]
    page_size = 50

    def __init__(self) -> None:
        endpoint = self.endpoint_name or self.subject
        super().__init__(self.model, db, name=self.label, endpoint=endpoint, url=f"/admin/{endpoint}")
