"""The reference that each reply of a sandbox is held against: whole, true of real replies, and strict."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from integrations.zendesk.sandbox.api import Api
from integrations.zendesk.sandbox.replies import Reply
from tests.integrations.sandbox.client import Client
from tests.integrations.sandbox.reference.known_errors import MORE_KEYS, MORE_STATUSES, OTHER_REPLIES, OTHER_SHAPES
from tests.integrations.sandbox.reference.recordings import RECORDED, exchange_files
from tests.integrations.sandbox.reference.shapes import complaints
from tests.integrations.sandbox.reference.table import TABLE, reference
from tests.integrations.sandbox.reference.watch import Watch

GROUP = {
    "id": 5, "url": "https://demo.zendesk.com/api/v2/groups/5.json", "is_public": True, "name": "Refunds",
    "description": "", "default": False, "deleted": False, "created_at": "2026-01-01T00:00:00Z",
    "updated_at": "2026-01-01T00:00:00Z",
}  # fmt: skip


def wrong(name: str, status: int, body: object) -> list[str]:
    return complaints(reference(), reference().operations[name], status, body)


def test_the_table_holds_the_support_apis_operations() -> None:
    assert len(reference().operations) == 440
    assert reference().asked("GET", "/api/v2/tickets/35.json").name == "ShowTicket"  # type: ignore[union-attr]
    assert reference().asked("GET", "/api/v2/tickets/count").name == "CountTickets"  # type: ignore[union-attr]
    assert reference().asked("GET", "/api/v2/webhooks/1") is None
    assert reference().asked("GET", "/api/v2/tickets/recent") is None


def test_a_reply_as_zendesk_gives_it_is_good() -> None:
    assert wrong("ShowGroupById", 200, {"group": GROUP}) == []
    assert wrong("ListGroups", 200, {"groups": [GROUP], "next_page": None, "previous_page": None, "count": 1}) == []
    assert wrong("DeleteGroup", 204, None) == []
    assert wrong("ShowGroupById", 404, {"error": "RecordNotFound", "description": "Not found"}) == []
    assert wrong("ListGroups", 429, "Number of allowed API requests per minute exceeded") == []


@pytest.mark.parametrize(
    ("name", "status", "body", "told"),
    [
        ("ShowGroupById", 201, {"group": GROUP}, "status 201"),
        ("ShowGroupById", 200, {"group": GROUP | {"colour": "red"}}, "colour is no key"),
        ("ShowGroupById", 200, {"group": GROUP | {"name": 5}}, "name is 5"),
        ("ShowGroupById", 200, {"group": GROUP | {"id": None}}, "id is None"),
        ("ShowGroupById", 200, {"group": GROUP | {"deleted": 0}}, "deleted is 0"),
        ("ShowGroupById", 200, {"group": {key: GROUP[key] for key in GROUP if key != "name"}}, "name is missing"),
        ("ShowGroupById", 200, {"group": [GROUP]}, "not an object"),
        ("ListGroups", 200, {"groups": GROUP}, "not a list"),
        ("ListGroups", 200, {"groups": [GROUP], "pages": 5}, "pages is no key"),
        ("ListGroups", 200, {"groups": [GROUP, GROUP | {"id": "6"}]}, "[1].id is '6'"),
        ("DeleteGroup", 204, {"group": GROUP}, "a body where there should be none"),
        ("ShowGroupById", 404, "gone", "no JSON object"),
        ("ShowGroupById", 404, {"message": "gone"}, "neither error nor errors"),
        ("CreateGroup", 422, {"error": "RecordInvalid", "details": {"name": "is bad"}}, "details.name"),
        ("ShowGroupById", 403, {"error": {"title": "Forbidden"}}, "no title and message"),
        ("ListGroups", 400, {"errors": [{"code": "x"}]}, "rows with a title"),
    ],
)  # fmt: skip
def test_a_reply_that_zendesk_would_not_give_is_told(name: str, status: int, body: object, told: str) -> None:
    found = wrong(name, status, body)
    assert len(found) == 1
    assert told in found[0]


def test_a_sandbox_that_answers_otherwise_is_caught(box: Client, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    box.read("/groups")
    assert watch.taken() == []
    assert watch.answered["ListGroups"] > 0
    monkeypatch.setattr(Api, "_where", lambda *_: (lambda _call: Reply({"groups": [{"id": "5"}]}), {}))
    box.read("/groups")
    assert [each.split(": ", 1)[1] for each in watch.taken()] == [
        ".groups[0].name is missing", ".groups[0].id is '5' and not a integer"
    ]  # fmt: skip


def test_what_is_mended_is_in_the_document_and_says_why() -> None:
    table = json.loads(TABLE.read_text())
    names = {row["name"]: row for row in table["operations"]}
    for name, statuses in MORE_STATUSES.items():
        assert not set(statuses) & set(names[name]["reply"]), name
    for name, statuses in OTHER_REPLIES.items():
        assert set(statuses) <= set(names[name]["reply"]), name
    for name, keys in MORE_KEYS.items():
        known = {key.rstrip("!<>") for key in table["shapes"][name]}
        assert not set(keys) & known, name
    for name in OTHER_SHAPES:
        shape, _, key = name.partition(".")
        assert key in {"", *table["shapes"][shape]}, name
    told = [*MORE_STATUSES.values(), *OTHER_REPLIES.values(), *MORE_KEYS.values(), OTHER_SHAPES]
    assert all(mended.reason.startswith(("recorded", "told")) for rows in told for mended in rows.values())


@pytest.mark.recorded
@pytest.mark.skipif(not RECORDED.is_dir(), reason="no recorded exchanges on this machine")
def test_real_replies_fit_the_reference() -> None:
    found: list[Any] = []
    seen = 0
    for path in exchange_files():
        for exchange in json.loads(path.read_bytes()):
            request, response = exchange["request"], exchange["response"]
            operation = reference().asked(request["method"], urlsplit(request["uri"]).path)
            if operation is not None:
                seen += 1
                found += complaints(reference(), operation, response["status"], response["body"])
    assert found == []
    assert seen > 600
