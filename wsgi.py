"""The composition root of the web and of every `flask` command."""

from __future__ import annotations

import click
from flask import Flask

from app.cli import bare_app, register_commands
from app.errors import SettingsError
from app.factory import create_app as create_office
from app.settings import Settings

MORE_COMMANDS = {
    "payments": (
        "automations.payment_commands:payments",
        "Ask a payment provider about a refund, list what waits, read a double's journal.",
    ),
    "zendesk": ("automations.commands:zendesk", "Connect, import and sync a Zendesk account; run the sandbox."),
}


def create_app() -> Flask:
    """The whole app. Under `flask`, half-set settings still list every command; each refuses to run."""
    try:
        settings = Settings.from_env()
    except SettingsError as refused:
        if click.get_current_context(silent=True) is None:
            raise SystemExit("Opsroom cannot start:\n" + "\n".join(f"- {line}" for line in refused.problems)) from None
        app = bare_app(refused)
    else:
        app = create_office(settings)
    register_commands(app, MORE_COMMANDS)
    return app
