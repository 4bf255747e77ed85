"""The rail at the left: places in their order, each with its screens and what waits there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app, request, url_for

from app.actor import acting
from app.words import Words

EXTENSION = "opsroom.rail"


@dataclass(frozen=True, slots=True)
class Place:
    """One line of the rail: a screen, or a few that belong together and then are tabs at the head of the page."""

    label: Words
    icon: str
    endpoints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Places under one heading; the first has none."""

    heading: Words | None
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class ShownScreen:
    label: str
    url: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class ShownPlace:
    label: str
    icon: str
    url: str
    is_open: bool
    waiting: int
    screens: tuple[ShownScreen, ...]


@dataclass(frozen=True, slots=True)
class Rail:
    """`waiting` tells, by endpoint, how much there needs somebody; it is asked once a page."""

    stretches: tuple[Stretch, ...]
    screens: Mapping[str, Any]
    waiting: Callable[[], Mapping[str, int]]

    def shown(self) -> list[tuple[str, list[ShownPlace]]]:
        """What the one who acts may open."""
        waiting = self.waiting()
        told = []
        for stretch in self.stretches:
            places = [place for each in stretch.places if (place := self._place(each, waiting))]
            if places:
                told.append((str(stretch.heading or ""), places))
        return told

    def _place(self, place: Place, waiting: Mapping[str, int]) -> ShownPlace | None:
        here = (request.endpoint or "").split(".")[0]
        screens = tuple(
            ShownScreen(str(self.screens[name].label), url_for(f"{name}.{_front(self.screens[name])}"), name == here)
            for name in place.endpoints
            if acting().may(self.screens[name].view_right)
        )
        if not screens:
            return None
        count = sum(waiting.get(name, 0) for name in place.endpoints)
        is_open = any(screen.is_open for screen in screens)
        return ShownPlace(str(place.label), place.icon, screens[0].url, is_open, count, screens)


def _front(screen: Any) -> str:
    return str(screen._default_view)  # noqa: SLF001  Flask-Admin's only word for it


def the_rail() -> Rail:
    rail: Rail = current_app.extensions[EXTENSION]
    return rail
