"""What templates may call: the two languages, money, times, chips, icons, and files with their version."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, request, url_for
from markupsafe import Markup

from app import clock
from app.actor import acting
from app.desk.rail import the_rail
from app.desk.shown import NO, YES, ago, chip, day, lines, money, plain, shown, when
from app.desk.states import named_as
from app.desk.troubles import told
from app.words import language, say

DAY_SECONDS = 86_400
STATIC = Path(__file__).parent / "static"


def dress(app: Flask) -> None:
    # Files of ours carry their version in the address, so they may be kept.
    app.get_send_file_max_age = _kept_for  # type: ignore[method-assign,assignment]
    app.jinja_env.globals.update(
        t=say,
        language=language,
        acting=acting,
        rail=lambda: the_rail().shown(),
        money=money,
        when=when,
        day=day,
        ago=ago,
        chip=chip,
        lines=lines,
        shown=shown,
        plain=plain,
        plain_state=lambda kind, value: named_as(kind, value).words,
        told=told,
        is_bare=is_bare,
        icon=icon,
        asset=asset,
        has_fonts=has_fonts,
        here=lambda: request.full_path.rstrip("?"),
        today=lambda: clock.in_seoul(clock.now()),
    )
    app.jinja_env.filters.update(money=money, when=when, day=day, ago=ago, chip=chip, plain=plain)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _kept_for(name: str | None) -> int | None:
    """Seconds. A module that a script imports by its bare name has no version there, so it is asked for each time."""
    return None if name is not None and name.endswith(".js") and "v" not in request.args else DAY_SECONDS


def is_bare(value: object) -> bool:
    """Whether a cell says nothing without the head of its column, which a phone does not show."""
    return (text := str(value)).isdigit() or text in {str(YES), str(NO)}


def icon(name: str) -> Markup:
    """An icon of app/desk/assets.py; nothing where the icons were not brought."""
    if not _has("vendor/icons/sprite.svg"):
        return Markup("")
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>').format(
        asset("vendor/icons/sprite.svg"), name
    )


def has_fonts() -> bool:
    return _has("vendor/fonts/fonts.css")


def asset(name: str) -> str:
    """The address of a file of ours, different whenever the file is."""
    return url_for("static", filename=name, v=_version(name))


@cache
def _has(name: str) -> bool:
    return (STATIC / name).exists()


@cache
def _version(name: str) -> str:
    found: Any = STATIC / name
    return f"{int(found.stat().st_mtime):x}" if found.exists() else "0"
