"""The Zendesk sandbox as its own process, and the doors it keeps for tests."""

from __future__ import annotations

import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

EMAIL = "admin@demo.example"
TOKEN = "a-token-that-nobody-may-read"
AGENT, SECOND_AGENT, CUSTOMER = 9001, 9002, 9003
GROUP, SECOND_GROUP = 9101, 9102
MACRO, TRIGGER, AUTOMATION, FIELD = 9201, 9301, 9401, 9501

TAG_ACTION = {"field": "current_tags", "value": "seen"}
SEED: dict[str, Any] = {
    "groups": [{"id": GROUP, "name": "환불"}, {"id": SECOND_GROUP, "name": "Disputes"}],
    "users": [
        {"id": AGENT, "name": "Kim", "email": "kim@demo.example", "role": "agent", "locale": "ko"},
        {"id": SECOND_AGENT, "name": "Lee", "email": "lee@demo.example", "role": "agent", "locale": "en-US"},
        {"id": CUSTOMER, "name": "Park", "email": "park@customer.example", "role": "end-user", "locale": "ko"},
    ],
    "ticket_fields": [
        {
            "id": FIELD, "type": "tagger", "title": "사유",
            "custom_field_options": [{"id": 1, "name": "늦음", "value": "late"}],
        }
    ],
    "macros": [
        {
            "id": MACRO, "title": "답변", "active": True, "restriction": None, "surprise": {"kept": [1, None]},
            "actions": [{"field": "status", "value": "pending"}, {"field": "comment_value", "value": "안녕하세요"}],
        }
    ],
    "triggers": [
        {
            "id": TRIGGER, "title": "새 문의", "active": True, "position": 1, "actions": [TAG_ACTION],
            "conditions": {"all": [{"field": "status", "operator": "is", "value": "new"}], "any": []},
        }
    ],
    "automations": [
        {
            "id": AUTOMATION, "title": "24시간", "active": True, "position": 1, "actions": [TAG_ACTION],
            "conditions": {"all": [{"field": "NEW", "operator": "greater_than", "value": "24"}], "any": []},
        }
    ],
    "tickets": [],
}  # fmt: skip


def mark() -> str:
    return f"push-{secrets.token_hex(6)}"


@dataclass(frozen=True, slots=True)
class Box:
    url: str

    def post(self, path: str, body: Any) -> Any:
        return self._told(requests.post(f"{self.url}{path}", json=body, timeout=10))

    def break_next(self, **fault: Any) -> None:
        self.post("/_sandbox/faults", {"faults": [fault]})

    def mend(self) -> None:
        self._told(requests.delete(f"{self.url}/_sandbox/faults", timeout=10))

    def committed(self, ticket_id: int, method: str = "PUT") -> list[Any]:
        """What requests of this method really did to the ticket, one entry each."""
        rows = self._told(requests.get(f"{self.url}/_sandbox/journal", params={"since": 0}, timeout=10))["journal"]
        done = [note for row in rows if row["method"] == method for note in row["committed"]]
        return [note for note in done if note["kind"] == "ticket" and note["id"] == ticket_id]

    @staticmethod
    def _told(reply: requests.Response) -> Any:
        assert reply.ok, reply.text
        return reply.json() if reply.content else None


@contextmanager
def running_box(folder: Path, *options: str) -> Iterator[Box]:
    argv = ["-m", "integrations.zendesk.sandbox", "--port", "0", "--data", str(folder), "--email", EMAIL]
    process = subprocess.Popen([sys.executable, *argv, "--token", TOKEN, *options], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert " on http://127.0.0.1:" in line, line
        box = Box(line.rsplit(" ", 1)[1].strip())
        box.post("/_sandbox/seed", SEED)
        yield box
    finally:
        process.terminate()
        process.communicate(timeout=20)
