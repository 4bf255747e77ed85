"""The night shift's stage: an office on a real database, the sandbox over HTTP, and the two joined."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

from app.db import db
from app.inbox.intake import keep
from app.link.link import the_link
from app.settings import Settings
from automations import connect, mirror, push
from integrations.zendesk.sandbox.box import Sandbox
from tests.conftest import settings_for

EMAIL, TOKEN = "admin@demo.example", "a-token-for-tests-only"
KOREAN, ENGLISH = 7001, 7002
AGENT, GROUP, GLOBAL_GROUP = 7101, 7201, 7202
WORLD = {
    "groups": [{"id": GROUP, "name": "일반팀"}, {"id": GLOBAL_GROUP, "name": "글로벌팀"}],
    "users": [
        {"id": KOREAN, "name": "박지우", "email": "jiwoo@example.com", "role": "end-user", "locale": "ko"},
        {"id": ENGLISH, "name": "Emma Wilson", "email": "emma@example.com", "role": "end-user", "locale": "en-US"},
        {"id": AGENT, "name": "이서준", "email": "seojun@example.com", "role": "agent", "locale": "ko"},
    ],
}


@dataclass(slots=True)
class Stage:
    app: Flask
    box: Sandbox
    url: str
    server: BaseWSGIServer
    inbox_url: str
    agent_token: str = ""
    api: requests.Session = field(default_factory=requests.Session)

    def call(self, method: str, path: str, body: Any = None, **kwargs: Any) -> Any:
        reply = self.api.request(method, f"{self.url}{path}", json=body, timeout=10, **kwargs)
        assert reply.ok, f"{reply.status_code} {reply.text}"
        return reply.json() if reply.content else None

    def write(self, subject: str, body: str, requester: int = KOREAN, **more: Any) -> int:
        """A customer writes; gives the ticket's number."""
        ticket = {"subject": subject, "comment": {"body": body}, "requester_id": requester, "submitter_id": requester}
        return int(self.call("POST", "/api/v2/tickets.json", {"ticket": ticket | more})["ticket"]["id"])

    def change(self, ticket_id: int, **fields: Any) -> Any:
        """Somebody (the admin of the account) changes a ticket."""
        return self.call("PUT", f"/api/v2/tickets/{ticket_id}.json", {"ticket": fields})

    def ticket(self, ticket_id: int) -> Any:
        return self.call("GET", f"/api/v2/tickets/{ticket_id}.json")["ticket"]

    def comments(self, ticket_id: int) -> list[Any]:
        return list(self.call("GET", f"/api/v2/tickets/{ticket_id}/comments.json")["comments"])

    def fault(self, **fault: Any) -> None:
        self.call("POST", "/_sandbox/faults", {"faults": [fault]})

    def mend(self) -> None:
        self.call("DELETE", "/_sandbox/faults")

    def journal(self, method: str = "PUT") -> list[Any]:
        """What requests of this method really committed to tickets."""
        rows = self.call("GET", "/_sandbox/journal?since=0")["journal"]
        return [
            note for row in rows if row["method"] == method for note in row["committed"] if note["kind"] == "ticket"
        ]

    def look(self, ticket_id: int) -> None:
        """As if Zendesk had told of the ticket: looks at it now."""
        from_hand = f"test:{ticket_id}:{len(self.journal('PUT'))}:{len(self.journal('POST'))}"
        keep_reason(ticket_id, from_hand)
        self.work()

    def work(self) -> None:
        """The night shift in this process, until nothing is due."""
        mirror.drain()
        push.drain()
        db.session.remove()


def keep_reason(ticket_id: int, name: str) -> None:
    keep(db.session(), source="manual", invocation_id=name, ticket_id=ticket_id)
    db.session.commit()


@pytest.fixture
def settings(tmp_path: Path, database_url: str, box: tuple[Sandbox, str]) -> Settings:
    return replace(settings_for(tmp_path, database_url), zendesk_url=box[1], zendesk_email=EMAIL, zendesk_token=TOKEN)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[tuple[Sandbox, str]]:
    sandbox = Sandbox(tmp_path / "box", email=EMAIL, token=TOKEN, withhold_seconds=0, webhook_back_off_seconds=0.05)
    url = sandbox.start()
    yield sandbox, url
    sandbox.stop()


@pytest.fixture
def stage(office: Flask, box: tuple[Sandbox, str]) -> Iterator[Stage]:
    """Office and sandbox joined, pushing on; the office's web serves, so real webhooks arrive."""
    server = make_server("127.0.0.1", 0, office, threaded=True)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    sandbox, url = box
    made = Stage(office, sandbox, url, server, f"http://127.0.0.1:{server.server_port}/webhooks/zendesk")
    made.api.auth = (f"{EMAIL}/token", TOKEN)
    made.call("POST", "/_sandbox/seed", WORLD)
    connect.join(db.session(), made.inbox_url)
    the_link(db.session()).pushing = True
    db.session.commit()
    yield made
    made.api.close()
    server.shutdown()
    serving.join()
    server.server_close()
