"""The menu: which screens there are, in which order."""

from __future__ import annotations

from flask import Flask


def open_site(app: Flask) -> None:
    """Registers every screen."""
