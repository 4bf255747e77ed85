"""Tests of the desk add screens and doors of their own, so each has an app of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from app.bell import SilentBell
from app.factory import create_app
from app.settings import Settings


@pytest.fixture
def put_up() -> Callable[[Settings], Flask]:
    return lambda settings: create_app(settings, bell=SilentBell())
