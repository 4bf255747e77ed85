"""The commands of `flask`, listed even when the settings are half-set, each refusing in plain words."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import update_wrapper
from importlib import import_module
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from app.errors import Refusal, SettingsError
from app.migrate import bring_up
from app.settings import Settings

COMMANDS = {
    "demo": ("app.demo.commands:demo", "Fill this home with a believable marketplace to try Opsroom on."),
    "refunds": ("app.refunds.commands:refunds", "Compute what goes back for a booking."),
    "rules": ("app.outbox.commands:rules", "Import, export, rehearse, look over, explain and stop rules."),
    "user": ("app.people.commands:user", "The people who sign in."),
}


DATABASE_HELP = "Perform database migrations."


class LazyCommand(click.Command):
    """A command that is listed without being imported, and imported when it is called."""

    def __init__(self, name: str, place: str, short_help: str) -> None:
        super().__init__(name, short_help=short_help)
        self.place = place

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        module, _, attribute = self.place.partition(":")
        real: click.Command = getattr(import_module(module), attribute)
        return real.make_context(info_name, args, parent=parent, **extra)


def register_commands(app: Flask, more: Mapping[str, tuple[str, str]]) -> None:
    for name, (place, short_help) in {**COMMANDS, **more}.items():
        app.cli.add_command(LazyCommand(name, place, short_help))


def bare_app(refused: SettingsError) -> Flask:
    """An app that can list its commands and nothing else: the settings are not whole."""
    app = Flask("app")
    app.extensions["opsroom.refused"] = refused
    anything = {"ignore_unknown_options": True, "allow_extra_args": True}
    refusing = click.Command(
        "db", callback=with_office(lambda: None), short_help=DATABASE_HELP, context_settings=anything
    )
    app.cli.add_command(refusing)

    @app.before_request
    def refuse() -> tuple[str, int]:
        return str(refused), 503

    return app


def settings_of_now() -> Settings:
    settings: Settings = current_app.extensions["opsroom.settings"]
    return settings


def with_office(command: Callable[..., Any]) -> Callable[..., Any]:
    """For every command: refuses half-set settings, migrates an empty home first, and turns refusals into exit 1."""

    @with_appcontext
    def run(*args: Any, **kwargs: Any) -> Any:
        refused = current_app.extensions.get("opsroom.refused")
        if refused is not None:
            raise click.ClickException("Opsroom cannot start:\n" + "\n".join(f"- {line}" for line in refused.problems))
        try:
            bring_up(current_app, lagging=settings_of_now().demo)
            return command(*args, **kwargs)
        except Refusal as refusal:
            raise click.ClickException(refusal.words.in_language(terminal_language())) from refusal

    return update_wrapper(run, command)


def terminal_language() -> str:
    """Korean in a Korean terminal, English everywhere else."""
    return "ko" if (os.environ.get("LC_ALL") or os.environ.get("LANG") or "").startswith("ko") else "en"
