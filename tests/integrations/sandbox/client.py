"""What tests ask of a sandbox: its API as the admin, its own doors, a receiver of its webhooks, limited patience."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import requests
from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler, make_server

TOKEN = "a-token-for-tests"
EMAIL = "admin@demo.example"
Found = TypeVar("Found")


def until(look: Callable[[], Found | None], seconds: float = 30.0) -> Found:
    """The first thing that `look` finds; the test fails where it finds nothing in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError(f"nothing found in {seconds} seconds")


@dataclass(frozen=True, slots=True)
class Client:
    url: str
    email: str = EMAIL
    token: str = TOKEN

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        auth = (f"{self.email}/token", self.token)
        return requests.request(method, f"{self.url}/api/v2{path}", json=body, auth=auth, timeout=20, **options)

    def read(self, path: str, **params: Any) -> Any:
        reply = self.ask("GET", path, params=params)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def send(self, method: str, path: str, body: Any = None, status: int | None = None) -> Any:
        reply = self.ask(method, path, body)
        assert reply.status_code == status if status else reply.ok, reply.text
        return reply.json() if reply.content else None

    def ticket(self, **fields: Any) -> Any:
        given = {"subject": "Late cleaner", "comment": {"body": "Nobody came"}} | fields
        return self.send("POST", "/tickets", {"ticket": given})["ticket"]

    def change(self, ticket_id: int, **fields: Any) -> Any:
        return self.send("PUT", f"/tickets/{ticket_id}", {"ticket": fields})

    def user(self, name: str, role: str = "end-user", **fields: Any) -> Any:
        given = {"name": name, "email": f"{name.lower()}@demo.example", "role": role} | fields
        return self.send("POST", "/users", {"user": given})["user"]

    def agent_in(self, group_id: int, name: str = "Lee") -> Any:
        agent = self.user(name, "agent")
        membership = {"user_id": agent["id"], "group_id": group_id, "default": True}
        self.send("POST", "/group_memberships", {"group_membership": membership})
        return agent

    def group(self, name: str) -> Any:
        return self.send("POST", "/groups", {"group": {"name": name}})["group"]

    def door(self, method: str, path: str, body: Any = None) -> Any:
        reply = requests.request(method, f"{self.url}/_sandbox{path}", json=body, timeout=20)
        assert reply.ok, reply.text
        return reply.json()

    def break_next(self, **fault: Any) -> None:
        self.door("POST", "/faults", {"faults": [fault]})

    def journal(self, since: int = 0) -> Any:
        return self.door("GET", f"/journal?since={since}")["journal"]

    def committed(self, ticket_id: int) -> list[Any]:
        """Every commit that touched the ticket, in order."""
        notes = [note for line in self.journal() for note in line["committed"]]
        return [note for note in notes if note["kind"] == "ticket" and note["id"] == ticket_id]

    def as_user(self, user: Any) -> "Client":
        token = self.door("POST", "/tokens", {"email": user["email"]})["token"]
        return Client(self.url, user["email"], token)


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Quiet."""


@dataclass(slots=True)
class Receiver:
    """Takes webhooks and answers what it is told to: a status, or seconds to be late by."""

    url: str = ""
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def events(self) -> list[Any]:
        return [Request.from_values(data=body, content_type="application/json").get_json() for _, body in self.came]

    def types(self) -> list[str]:
        return [event["type"].removeprefix("zen:event-type:ticket.") for event in self.events()]

    def app(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        self.lines.append(f"{request.method} {request.full_path.removesuffix('?')}")
        self.came.append(({key.lower(): value for key, value in request.headers.items()}, request.get_data()))
        status, headers = self.answers.pop(0) if self.answers else (200, {})
        return Response("ok", status, headers)(environ, start_response)


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    server = make_server("127.0.0.1", 0, receiver.app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    yield receiver
    server.shutdown()
    thread.join()
    server.server_close()
