"""Rights on every route of every screen: deny unless the one who acts may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from flask import request

from app.actor import acting

Route = TypeVar("Route", bound=Callable[..., Any])

VIEWED = frozenset({"index_view", "details_view", "ajax_lookup", "index"})
ACTED = "action_view"
EXPORTED = "export"
EXPORT_RIGHT = "exports.make"


def needs(right: str) -> Callable[[Route], Route]:
    """The right that an exposed route of a screen asks for, beyond the right to view the screen."""

    def mark(route: Route) -> Route:
        route.asks_right = right  # type: ignore[attr-defined]
        return route

    return mark


class Gate:
    """Mixed into every screen. `subject` is the prefix of its rights; `rights` names another right for a route
    ("create_view": "refunds.request"). Every route asks for `<subject>.view`; beyond that, a route that changes
    something asks for its own right, or `<subject>.edit` where it names none.
    """

    subject: ClassVar[str]
    rights: ClassVar[dict[str, str]] = {}

    @property
    def view_right(self) -> str:
        return f"{self.subject}.view"

    def rights_for(self, route: str, method: str) -> tuple[str, ...]:
        """Every right that `method` on `route` asks for; the route of bulk actions asks per action besides."""
        own = self.rights.get(route) or getattr(getattr(type(self), route, None), "asks_right", None)
        if own:
            return (self.view_right, own)
        if route == EXPORTED:
            return (self.view_right, EXPORT_RIGHT)
        if route in VIEWED or route == ACTED:
            return (self.view_right,)
        if route in {"create_view", "edit_view", "delete_view", "ajax_update"} or method not in {"GET", "HEAD"}:
            return (self.view_right, f"{self.subject}.edit")
        return (self.view_right,)

    def may(self, route: str, method: str = "POST") -> bool:
        """Whether the one who acts may use `route`: what templates ask before they show a button."""
        return all(acting().may(right) for right in self.rights_for(route, method))

    def is_accessible(self) -> bool:
        return acting().may(self.view_right)

    def _handle_view(self, name: str, **kwargs: Any) -> None:
        """Flask-Admin asks here before every route. Refuses in words."""
        for right in self.rights_for(name, request.method):
            acting().must(right)
