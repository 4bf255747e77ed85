"""Whatever stands where a value belongs, the sandbox refuses it or takes it: it never fails itself."""

import random
import re
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from werkzeug.routing import Rule
from werkzeug.test import Client as WerkzeugClient

from integrations.zendesk.sandbox import places
from integrations.zendesk.sandbox.box import Sandbox
from integrations.zendesk.sandbox.kinds import BY_MANY, KINDS
from integrations.zendesk.sandbox.people import WRITABLE
from integrations.zendesk.sandbox.ticket_change import TAKEN_IN_BULK
from tests.integrations.sandbox.client import TOKEN, Client

ODD: tuple[object, ...] = (
    None, True, -1, 10**30, 1.5, "", "\x00", "99999999999999999999", [], [[1]], ["a", None], [{}], {"a": 1},
)  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "name", "start", "keys"),
    [
        ("PUT", "/tickets/1", "ticket", {}, sorted(TAKEN_IN_BULK)),
        ("POST", "/users", "user", {"name": "x"}, ["name", "email", "role", "locale", "tags", "user_fields"]),
        ("POST", "/webhooks", "webhook", {"name": "x", "endpoint": "http://127.0.0.1:9"},
         ["name", "endpoint", "subscriptions", "http_method", "status", "authentication"]),
        ("POST", "/views", "view", {"title": "x"}, ["title", "conditions", "all", "output", "restriction"]),
        ("POST", "/macros", "macro", {"title": "x"}, ["title", "actions", "position"]),
    ],
)  # fmt: skip
def test_an_odd_value_is_refused_or_taken(
    box: Client, method: str, path: str, name: str, start: dict[str, object], keys: list[str]
) -> None:
    box.ticket()
    for key in keys:
        for value in ODD:
            reply = box.ask(method, path, {name: start | {key: value}})
            assert reply.status_code < 500, (key, value, reply.text)
    for kind in ("tickets", "users", "webhooks", "views", "macros"):
        assert box.read(f"/{kind}")[kind] is not None


@pytest.mark.parametrize(
    "path", ["/tickets", "/users", "/groups", "/search", "/incremental/tickets/cursor", "/webhooks"]
)
def test_an_odd_question_is_answered(box: Client, path: str) -> None:
    for key in (
        "page",
        "per_page",
        "page[size]",
        "page[after]",
        "sort_by",
        "include",
        "ids",
        "query",
        "start_time",
        "cursor",
    ):
        for value in ("", "-1", "0", "x", "9" * 30, "\x00", "가나다"):
            assert box.ask("GET", path, params={key: value}).status_code < 500, (key, value)


def _named(rule: Rule) -> list[str]:
    """What the body of this address may be named: a kind's own word, or what stands in the address."""
    kind = str((rule.defaults or {}).get("kind", ""))
    ones = [BY_MANY[kind].one] if kind in BY_MANY else []
    words = [word for word in rule.rule.split("/") if word.isidentifier()]
    return [*ones, *words, *(word.removesuffix("s") for word in words)] or ["x"]


def test_every_address_refuses_or_takes_what_is_odd(tmp_path: Path) -> None:
    """Each address with each of its methods, a few odd bodies and questions each; the dice are always the same."""
    dice = random.Random(7)
    sandbox = Sandbox(tmp_path, token=TOKEN)
    client = WerkzeugClient(sandbox.wsgi_app)
    sign_in = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    ids = ["1", "x", "0", "99999999999999999999"]
    keys = sorted({key for kind in KINDS for key in kind.row} | set(TAKEN_IN_BULK) | WRITABLE)
    asked = 0
    for rule in sorted(places.url_map().iter_rules(), key=lambda rule: rule.rule):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if rule.rule == "/webhooks/test":
                continue
            for _ in range(3):
                path = re.sub(r"<[^>]+>", lambda _: dice.choice(ids), rule.rule)
                sent = {key: dice.choice(ODD) for key in dice.sample(keys, 4)}
                body = {dice.choice(_named(rule)): dice.choice([sent, sent, [sent], dice.choice(ODD)])}
                question = {dice.choice(["include", "ids", "page", "sort", "start_time", "query"]): dice.choice(ids)}
                reply = client.open(
                    path if path.startswith("/api/") else f"/api/v2{path}", method=method, headers=sign_in,
                    query_string=question, data=msgspec.json.encode(body) if method != "GET" else None,
                )  # fmt: skip
                assert reply.status_code < 500, (method, path, body, reply.text)
                asked += 1
    assert asked > 1500
    assert client.get("/api/v2/users/me", headers=sign_in).status_code == 200
    sandbox.stop()


LONG = "9" * 5000


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WerkzeugClient]:
    sandbox = Sandbox(tmp_path_factory.mktemp("calm"), token=TOKEN, withhold_seconds=0)
    yield WerkzeugClient(sandbox.wsgi_app)
    sandbox.stop()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/incremental/tickets/cursor?start_time=--5", 400),
        ("/incremental/ticket_events?start_time=--5", 400),
        ("/incremental/tickets/cursor?start_time=5-", 400),
        ("/incremental/tickets/cursor?start_time=-5", 200),
        (f"/incremental/tickets/cursor?start_time=0&per_page={LONG}", 200),
        (f"/incremental/tickets/cursor?cursor={b64encode(b'1e999||1|').decode()}", 400),
        (f"/incremental/tickets/cursor?cursor={b64encode(b'inf.0||1|').decode()}", 400),
        (f"/incremental/tickets?start_time={LONG}", 200),
        (f"/tickets?page={LONG}", 400),
        (f"/tickets?per_page={LONG}", 200),
        (f"/tickets?page[size]={LONG}", 400),
        (f"/search?query=x&page={LONG}", 422),
        (f"/search?query=x&per_page={LONG}", 200),
        ("/search?query=created:9999-12-31", 200),
        ("/search?query=created>9999-12-31", 200),
        ("/search?query=created>0001-01-01T00:00:00%2B14:00", 422),
        (f"/ticket_audits?limit={LONG}", 200),
        (f"/ticket_audits?cursor={b64encode(b'9' * 30 + b'|<').decode()}", 200),
        (f"/ticket_audits?cursor={b64encode(b'x|<').decode()}", 400),
        (f"/satisfaction_ratings?start_time={LONG}", 200),
        (f"/incremental/routing/attributes?cursor={LONG}", 200),
    ],
)
def test_numbers_of_any_length_are_read_or_refused(calm: WerkzeugClient, path: str, status: int) -> None:
    reply = calm.get(f"/api/v2{path}", headers={"Authorization": f"Bearer {TOKEN}"})
    assert reply.status_code == status, reply.text


@pytest.mark.parametrize("since", [LONG, "9" * 30, "x", "-1"])
@pytest.mark.parametrize("door", ["journal", "notifications"])
def test_doors_read_numbers_of_any_length(calm: WerkzeugClient, door: str, since: str) -> None:
    reply = calm.get(f"/_sandbox/{door}?since={since}&ticket_id={since}", environ_base={"REMOTE_ADDR": "127.0.0.1"})
    assert reply.status_code == 200, reply.text


def test_a_view_of_what_is_older_than_time_is_empty(box: Client) -> None:
    box.ticket()
    rule = {"field": "updated_at", "operator": "greater_than", "value": "9" * 18}
    view = box.send("POST", "/views", {"view": {"title": "Old", "all": [rule]}})["view"]["id"]
    assert box.read(f"/views/{view}/tickets")["tickets"] == []
