"""Into the sandbox: over HTTP where it runs, into its folder where it does not. All of it, or nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from app.errors import Refusal
from app.settings import SANDBOX_EMAIL, Settings
from app.words import say
from integrations.zendesk.sandbox import account, importer, people
from integrations.zendesk.sandbox.state import FolderHeld, State

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
HEALTH_SECONDS = 3
# This machine is reached directly, whatever proxy the surroundings name.
DIRECT = build_opener(ProxyHandler({}))
ANSWERS_AS = "고객 행복팀"


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
    with closing(_opened(settings)) as state, state.read() as books:
        return int(books.execute("select count(*) from tickets").fetchone()[0])


def seed(settings: Settings, body: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Refuses in words what the sandbox refuses; then nothing was taken in."""
    try:
        if _health(settings) is not None:
            importer.over_http([importer.Source("demo", body), _named(_own_id(settings))], settings.zendesk_url or "")
            return
        with closing(_opened(settings)) as state:
            account.set_up(state, email=SANDBOX_EMAIL, token=settings.zendesk_token)
            with state.read() as books:
                own = people.by_email(books, SANDBOX_EMAIL)
            importer.take_bodies(state, [importer.Source("demo", body), _named(own["id"] if own else 0)])
    except importer.ImportRefused as refused:
        raise _refused(str(refused)) from refused


def _named(admin_id: int) -> importer.Source:
    """The user that Opsroom answers as: customers see a team, not an account's admin."""
    own = {"id": admin_id, "name": ANSWERS_AS, "email": SANDBOX_EMAIL, "role": "admin", "verified": True}
    return importer.Source("own user", {"users": [own]})


def _own_id(settings: Settings) -> int:
    """The id of the user whose token is the settings'."""
    signed = base64.b64encode(f"{settings.zendesk_email}/token:{settings.zendesk_token}".encode()).decode()
    asked = Request(f"{settings.zendesk_url}/api/v2/users/me.json", headers={"Authorization": f"Basic {signed}"})  # noqa: S310 - this machine alone
    try:
        with DIRECT.open(asked, timeout=HEALTH_SECONDS) as reply:
            return int(json.load(reply)["user"]["id"])
    except (OSError, KeyError, TypeError, ValueError) as wrong:
        raise _refused(str(wrong)) from wrong


def _health(settings: Settings) -> int | None:
    """None when no sandbox answers there."""
    try:
        with DIRECT.open(f"{settings.zendesk_url}/_sandbox/health", timeout=HEALTH_SECONDS) as reply:
            return int(json.load(reply)["tickets"])
    except (OSError, KeyError, ValueError):
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
