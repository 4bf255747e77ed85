"""Into the sandbox: over HTTP where it runs, into its folder where it does not. All of it, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import requests

from app.errors import Refusal
from app.settings import SANDBOX_EMAIL, Settings
from app.words import say
from integrations.zendesk.sandbox import account, importer
from integrations.zendesk.sandbox.state import FolderHeld, State

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
HEALTH_SECONDS, SEED_SECONDS = 3, 120


def has_sandbox(settings: Settings) -> bool:
    """Whether the demo's Zendesk is the sandbox of this home, and no account of anybody else's."""
    url = urlsplit(settings.zendesk_url or "")
    return settings.zendesk_email == SANDBOX_EMAIL and url.hostname in LOOPBACK


def tickets_there(settings: Settings) -> int:
    """How many tickets the sandbox holds; 0 where there is none yet."""
    running = _health(settings)
    if running is not None:
        return running
    folder = settings.home / "sandbox"
    if not (folder / "sandbox.sqlite3").exists():
        return 0
    state = _opened(settings)
    try:
        with state.read() as books:
            return int(books.execute("select count(*) from tickets").fetchone()[0])
    finally:
        state.close()


def seed(settings: Settings, body: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Refuses in words what the sandbox refuses; then nothing was taken in."""
    if _health(settings) is not None:
        _over_http(settings, body)
        return
    state = _opened(settings)
    try:
        account.set_up(state, email=SANDBOX_EMAIL, token=settings.zendesk_token)
        importer.take_bodies(state, [importer.Source("demo", body)])
    except importer.ImportRefused as refused:
        raise _refused(str(refused)) from refused
    finally:
        state.close()


def _over_http(settings: Settings, body: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    with requests.Session() as session:
        session.trust_env = False
        reply = session.post(f"{settings.zendesk_url}/_sandbox/seed", json=body, timeout=SEED_SECONDS)
    if reply.status_code != 201:
        raise _refused(reply.text[:300])


def _health(settings: Settings) -> int | None:
    """None when no sandbox answers there."""
    try:
        with requests.Session() as session:
            session.trust_env = False
            told = session.get(f"{settings.zendesk_url}/_sandbox/health", timeout=HEALTH_SECONDS)
            return int(told.json()["tickets"]) if told.status_code == 200 else None
    except (requests.RequestException, KeyError, ValueError):
        return None


def _opened(settings: Settings) -> State:
    try:
        return State(settings.home / "sandbox")
    except FolderHeld as held:
        raise _refused(str(held)) from held


def _refused(why: str) -> Refusal:
    return Refusal(
        say(f"Zendesk 연습장을 채우지 못했습니다: {why}", f"The Zendesk in a box could not be filled: {why}")
    )
