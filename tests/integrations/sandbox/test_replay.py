"""Recordings of real accounts are played to the sandbox in their order, and its replies have the recorded shapes."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from tests.integrations.sandbox.reference.recordings import RECORDED, exchange_files
from tests.integrations.sandbox.replay.ids import Ids
from tests.integrations.sandbox.replay.play import Outcome, played
from tests.integrations.sandbox.replay.reasons import REASONS, WITHOUT_REASON, by_reason
from tests.integrations.sandbox.replay.recording import Recording, read
from tests.integrations.sandbox.replay.same import differences
from tests.integrations.sandbox.replay.start import start_of

AT = {"Date": "Mon, 05 Jan 2026 09:00:00 GMT"}


def group(number: int, name: str) -> dict[str, Any]:
    return {
        "url": f"https://a.zendesk.com/api/v2/groups/{number}.json", "id": number, "is_public": True, "name": name,
        "description": "", "default": False, "deleted": False, "created_at": "2026-01-05T08:00:00Z",
        "updated_at": "2026-01-05T08:00:00Z",
    }  # fmt: skip


def exchange(method: str, place: str, sent: Any, status: int, body: Any) -> dict[str, Any]:
    uri = f"https://a.zendesk.com/api/v2{place}"
    return {
        "request": {"method": method, "uri": uri, "body": sent},
        "response": {"status": status, "headers": AT, "body": body},
    }


def page(rows: list[Any], **links: str | None) -> dict[str, Any]:
    marks = {"has_more": True, "after_cursor": "eyJh", "before_cursor": "eyJi"}
    return {"groups": rows, "meta": marks, "links": {"prev": "https://a.zendesk.com/p", "next": None, **links}}


NEXT = "https://a.zendesk.com/api/v2/groups.json?page%5Bafter%5D=eyJh&page%5Bsize%5D=1"
# As a real account might have answered: two groups were there, a third was made, walked to, renamed and deleted.
GROUPS = [
    exchange("DELETE", "/groups/8.json", None, 204, None),
    exchange("POST", "/groups.json", {"group": {"name": "C"}}, 201, {"group": group(77, "C")}),
    exchange("GET", "/groups.json?page%5Bsize%5D=1", None, 200, page([group(5, "A")], next=NEXT)),
    exchange("GET", NEXT.split("/api/v2")[1], None, 200, page([group(6, "B")], next=NEXT)),
    exchange("GET", "/groups.json", None, 200, {
        "groups": [group(5, "A"), group(6, "B"), group(77, "C")], "next_page": None, "previous_page": None, "count": 3,
    }),
    exchange("PUT", "/groups/77.json", {"group": {"id": 77, "name": "D"}}, 200, {"group": group(77, "D")}),
    exchange("DELETE", "/groups/77.json", None, 204, None),
    exchange("DELETE", "/groups/77.json", None, 404, {"error": "RecordNotFound", "description": "Not found"}),
]  # fmt: skip


def recorded(rows: list[Any], folder: Path) -> Recording:
    path = folder / "groups.json"
    path.write_text(json.dumps(rows))
    return read(path)


def wrong(rows: list[Any], folder: Path) -> dict[int, tuple[str, ...]]:
    outcomes = played(recorded(rows, folder), folder / "box")
    assert len(outcomes) == len(rows)
    return {outcome.number: outcome.wrong for outcome in outcomes if not outcome.matched}


def test_what_a_recording_shows_and_did_not_make_was_there_before(tmp_path: Path) -> None:
    start = start_of(recorded(GROUPS, tmp_path))
    assert set(start.rows["groups"]) == {"5", "6", "8"}
    assert start.made == {"77"}


def test_a_recording_is_played_with_our_own_ids_and_links(tmp_path: Path) -> None:
    assert wrong(GROUPS, tmp_path) == {}


@pytest.mark.parametrize(
    ("number", "change", "told"),
    [
        (1, {"status": 200}, "status: 200 there, 201 here"),
        (1, {"body": {"group": group(77, "C") | {"colour": "red"}}}, ".group.colour: missing here"),
        (1, {"body": {"group": {"id": 77, "name": "C"}}}, "not there"),
        (1, {"body": {"group": group(77, "C") | {"name": None}}}, ".group.name: null there, string here"),
        (2, {"body": page([group(5, "A")], next=None)}, ".links.next: null there, string here"),
        (4, {"body": {"groups": [group(5, "A")], "next_page": None, "previous_page": None, "count": 3}},
         ".groups: 1 rows there, "),
        (7, {"body": {"error": {"title": "Gone", "message": "Gone"}}}, ".error: object there, string here"),
    ],
)  # fmt: skip
def test_a_reply_of_another_shape_is_told(number: int, change: Any, told: str, tmp_path: Path) -> None:
    rows = copy.deepcopy(GROUPS)
    rows[number]["response"] |= change
    assert any(told in difference for difference in wrong(rows, tmp_path)[number])


def test_values_may_be_of_their_own_and_lists_of_plain_values_of_any_length() -> None:
    assert list(differences({"a": 1, "tags": ["x"]}, {"a": 2.5, "tags": []})) == []


def test_ids_are_replaced_wherever_they_stand() -> None:
    ids = Ids()
    ids.learn({"id": 77, "token": "abc"}, {"id": 10128, "token": "x/y"})
    assert ids.local("/api/v2/groups/77.json", "ids=77,5") == "/api/v2/groups/10128.json?ids=10128,5"
    assert ids.local("/api/v2/uploads/abc.json", "") == "/api/v2/uploads/x%2Fy.json"
    assert ids.sent({"group": {"id": 77, "name": "77 things"}}) == {"group": {"id": 10128, "name": "77 things"}}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    folder = tmp_path_factory.mktemp("replay")
    found: list[Outcome] = []
    for number, path in enumerate(exchange_files()):
        found += played(read(path), folder / str(number))
    return found


@pytest.mark.recorded
@pytest.mark.skipif(not RECORDED.is_dir(), reason="no recorded exchanges on this machine")
def test_recorded_exchanges_are_matched_but_for_what_has_a_reason(outcomes: list[Outcome]) -> None:
    matched = sum(outcome.matched for outcome in outcomes)
    print(f"{matched} of {len(outcomes)} recorded exchanges matched")  # noqa: T201 - what it is asked for
    left = by_reason(outcome for outcome in outcomes if not outcome.matched)
    assert left.get(WITHOUT_REASON, []) == []
    assert set(left) <= set(REASONS.values())
    assert len(outcomes) > 600
    assert matched / len(outcomes) >= 0.98
