"""Worlds: the demo house, a file, nothing; brought in whole, in parts that outlive a kill, and never twice."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from integrations.zendesk.sandbox import account, demo_world, world
from integrations.zendesk.sandbox.box import Sandbox
from integrations.zendesk.sandbox.importer import ImportRefused
from integrations.zendesk.sandbox.state import State
from integrations.zendesk.sandbox.world import WorldRefused, bring_in
from tests.integrations.sandbox.client import TOKEN, Client

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
LINES = [{"ticket": {"id": number, "subject": f"s {number}", "requester_id": 1, "description": "x"}}
         for number in range(1, 12)]  # fmt: skip


@contextmanager
def folder_of(path: Path) -> Iterator[State]:
    state = State(path, lambda: NOW)
    account.set_up(state, token=TOKEN)
    yield state
    state.close()


def bodies(state: State) -> list[Any]:
    with state.read() as db:
        return [tuple(row) for row in db.execute("select id, subject, updated_at, tags from tickets order by id")]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    box = Sandbox(tmp_path_factory.mktemp("demo"), token=TOKEN)
    bring_in(box.state, "demo")
    yield Client(box.start())
    box.stop()


def test_the_demo_is_a_house_at_work(demo: Client) -> None:
    tickets = demo.read("/tickets")["tickets"]
    assert len(tickets) == demo_world.TICKETS
    assert {ticket["status"] for ticket in tickets} >= {"new", "open", "pending", "solved", "closed"}
    said = [
        row["body"] for ticket in tickets[:20] for row in demo.read(f"/tickets/{ticket['id']}/comments")["comments"]
    ]
    assert any("\uac00" <= letter <= "\ud7a3" for body in said for letter in body)
    assert any(body.isascii() for body in said)
    assert not [body for body in said if "{" in body], "every detail was filled in"
    for kind in ("groups", "macros", "views", "triggers", "automations", "ticket_fields"):
        assert demo.read(f"/{kind}")["count"] > 0
    views = demo.read("/views")["views"]
    assert any(demo.read(f"/views/{view['id']}/count")["view_count"]["value"] for view in views)
    agents = {row["id"] for row in demo.read("/users", role="agent")["users"]}
    assert {ticket["assignee_id"] for ticket in tickets} - {None} <= agents


def test_the_same_seed_makes_the_same_demo_and_another_one_another(tmp_path: Path) -> None:
    seen = []
    for place, seed in enumerate((1, 1, 2)):
        with folder_of(tmp_path / str(place)) as state:
            bring_in(state, "demo", seed=seed)
            seen.append(bodies(state))
    assert seen[0] == seen[1] != seen[2]


def test_a_world_stopped_in_its_middle_goes_on_and_comes_in_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world, "LINES_AT_ONCE", 3)
    path = tmp_path / "house.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in LINES))

    def stop(parts: int) -> None:
        if parts == 2:
            raise KeyboardInterrupt

    with folder_of(tmp_path / "a") as state:
        with pytest.raises(KeyboardInterrupt):
            bring_in(state, str(path), progress=stop)
        assert len(bodies(state)) == 6
        assert bring_in(state, str(path)) == 2
        assert len(bodies(state)) == 11
        assert bring_in(state, str(path)) == 0
        with state.read() as db:
            assert db.execute("select count(*) from comments").fetchone()[0] == 11


def test_a_world_may_be_a_json_file_or_a_folder(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    path = tmp_path / "files" / "house.json"
    path.write_text(json.dumps({"tickets": [line["ticket"] for line in LINES]}))
    for place, name in enumerate((path, path.parent)):
        with folder_of(tmp_path / str(place)) as state:
            bring_in(state, str(name))
            assert len(bodies(state)) == 11


def test_a_folder_keeps_its_world(tmp_path: Path) -> None:
    with folder_of(tmp_path / "a") as state:
        bring_in(state, "empty")
        bring_in(state, "empty")
        with pytest.raises(WorldRefused, match="holds empty already"):
            bring_in(state, "demo")


def test_a_world_is_not_poured_over_tickets_that_are_there(tmp_path: Path) -> None:
    path = tmp_path / "house.json"
    path.write_text(json.dumps(LINES[0]))
    with folder_of(tmp_path / "a") as state:
        bring_in(state, str(path))
        with state.write() as tx:
            tx.db.execute("delete from meta where key like 'world%'")
        with pytest.raises(WorldRefused, match="holds tickets already"):
            bring_in(state, "demo")


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [("no.json", None, "cannot be read"), ("no.jsonl", None, "cannot be read"), ("bad.json", "{", "no JSON"),
     ("bad.jsonl", '{}\n{"ticket"', "line 2"), ("bad.jsonl", "7", "line 1"),
     ("odd.json", '{"tickets": [7]}', "no object")],
)  # fmt: skip
def test_a_file_that_cannot_be_is_told(tmp_path: Path, name: str, text: str | None, why: str) -> None:
    path = tmp_path / name
    if text is not None:
        path.write_text(text)
    with folder_of(tmp_path / "a") as state, pytest.raises((WorldRefused, ImportRefused), match=why):
        bring_in(state, str(path))
