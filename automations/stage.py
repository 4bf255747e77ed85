"""The app as the night shift needs it, with logs that say what and which, never a customer's words."""

from __future__ import annotations

import logging
import sys

from flask import Flask

from app.errors import SettingsError
from app.factory import create_app
from app.settings import Settings

RESERVED = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class Plain(logging.Formatter):
    """time level event key=value …"""

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        extra = " ".join(f"{key}={value}" for key, value in record.__dict__.items() if key not in RESERVED)
        return f"{line} {extra}" if extra else line


def night_app() -> Flask:
    """Raises SystemExit in plain words when the settings are half-set."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Plain("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    try:
        settings = Settings.from_env()
    except SettingsError as refused:
        raise SystemExit("Opsroom cannot start:\n" + "\n".join(f"- {line}" for line in refused.problems)) from None
    return create_app(settings)
