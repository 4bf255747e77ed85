"""Replies that real accounts gave: they go in whole, and come back in the shape they had."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from integrations.zendesk.sandbox import importer
from integrations.zendesk.sandbox.box import Sandbox
from integrations.zendesk.sandbox.kinds import BY_MANY
from tests.integrations.sandbox.client import TOKEN, Client

RECORDED = Path(os.environ.get("OPSROOM_RECORDED") or Path(__file__).parents[4] / "shared" / "recorded")

pytestmark = [
    pytest.mark.recorded,
    pytest.mark.skipif(not RECORDED.is_dir(), reason="no recorded exchanges on this machine"),
]


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("recorded")
    taken = importer.into_folder(importer.read_folder(RECORDED / "exchanges"), folder)
    box = Sandbox(folder, token=TOKEN, withhold_seconds=0)
    yield Client(box.start()), taken
    box.stop()


def exchanges() -> list[Any]:
    found = []
    for path in sorted((RECORDED / "exchanges").glob("*.json")):
        found += json.loads(path.read_bytes())
    return found


def shape(value: object) -> object:
    """Keys and kinds of values; the inside of lists and of nothing does not count."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return "list"
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def test_every_recording_goes_in(account: Any) -> None:
    _, taken = account
    assert taken.counts["ticket"] > 800
    assert taken.counts["user"] > 1000
    assert {"trigger", "automation", "macro", "view", "group", "ticket_field", "organization"} <= set(taken.counts)
    assert not [why for why in taken.ignored if why.startswith("entry")]


def newest(many: str) -> dict[Any, Any]:
    """The last version of each row that the recordings show in a reply."""
    one = BY_MANY[many].one if many in BY_MANY else many.removesuffix("s")
    found: dict[Any, Any] = {}
    for exchange in exchanges():
        body = exchange["response"]["body"]
        rows = [*body.get(many, []), *([body[one]] if one in body else [])] if isinstance(body, dict) else []
        for row in rows:
            known = found.get(row["id"], row)
            found[row["id"]] = max(known, row, key=lambda version: (version["updated_at"], version is row))
    return found


@pytest.mark.parametrize(
    "many",
    ["tickets", "users", "groups", "group_memberships", "organizations", "brands", "macros", "triggers", "automations",
     "views", "ticket_fields", "user_fields", "organization_fields", "custom_statuses", "recipient_addresses",
     "activities", "custom_roles", "topics"],
)  # fmt: skip
def test_rows_come_back_in_the_shape_they_had(account: Any, many: str) -> None:
    box, _ = account
    rows = newest(many)
    assert rows
    place = BY_MANY[many].place if many in BY_MANY else many
    one = BY_MANY[many].one if many in BY_MANY else many.removesuffix("s")
    for number, row in list(rows.items())[:150]:
        came = box.read(f"/{place}/{number}.json")[one]
        beside = {"authenticity_token", "result_type", "generated_timestamp"}
        wanted = {key: value for key, value in row.items() if key not in beside}
        came = {key: value for key, value in came.items() if key not in beside}
        assert set(came) | {"fields"} == set(wanted) | {"fields"}, number
        assert shape({key: came[key] for key in wanted if key != "fields"}) == shape(
            {key: value for key, value in wanted.items() if key != "fields"}
        ), number
        same = ("updated_at", "name", "title", "status", "email", "subject", "conditions", "actions")
        assert {key: came[key] for key in same if key in wanted} == {key: wanted[key] for key in same if key in wanted}


@pytest.mark.parametrize("name", ["business_rules_account_a.json"])
def test_the_rules_of_another_account_go_in(name: str, tmp_path: Path) -> None:
    body = json.loads((RECORDED / name).read_bytes())
    taken = importer.into_folder([importer.Source(name, body)], tmp_path)
    wanted = {"trigger": 8, "automation": 2, "macro": 2, "view": 9}
    assert {kind: taken.counts[kind] for kind in wanted} == wanted


def made_here(box: Client, recorded: Any) -> Any:
    request = recorded["request"]
    path = request["uri"].split("/api/v2", 1)[1]
    return box.ask(request["method"], path, request["body"])


def test_what_is_made_here_has_the_shape_of_what_was_made_there(account: Any) -> None:
    """Each recorded making of a single row is asked for again: same status, same keys, same kinds of values."""
    box, _ = account
    makings = [
        exchange for exchange in exchanges()
        if exchange["request"]["method"] == "POST" and exchange["response"]["status"] == 201
        and not any(part in exchange["request"]["uri"] for part in ("/calls", "/uploads", "/articles", "/services/"))
        and "clone" not in exchange["request"]["uri"]
    ]  # fmt: skip
    assert len(makings) > 60
    for making in makings:
        reply = made_here(box, making)
        name = making["request"]["uri"]
        assert reply.status_code == 201, (name, reply.text)
        for key, recorded in making["response"]["body"].items():
            came = reply.json()[key]
            assert set(came) - {"generated_timestamp"} == set(recorded) - {"generated_timestamp"}, name
