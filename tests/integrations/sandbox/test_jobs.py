"""Bulk changes are queued, worked and completed, with a row for each, and stop for nothing."""

from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client as WerkzeugClient

from integrations.zendesk.sandbox import job_steps
from integrations.zendesk.sandbox.box import Sandbox
from integrations.zendesk.sandbox.state import Tx
from integrations.zendesk.sandbox.tickets import By
from tests.integrations.sandbox.client import TOKEN, Client, until


def done(box: Client, reply: Any) -> Any:
    job = reply["job_status"]
    assert (job["status"], job["results"]) == ("queued", None)

    def look() -> Any:
        found = box.read(f"/job_statuses/{job['id']}")["job_status"]
        return found if found["status"] == "completed" else None

    return until(look)


def test_many_tickets_are_made(box: Client) -> None:
    job = done(box, box.send("POST", "/tickets/create_many", {"tickets": [{"description": "x"}] * 3}, 200))
    assert (job["total"], job["progress"]) == (3, 3)
    assert [row["id"] for row in job["results"]] == [1, 2, 3]
    assert job["message"].startswith("Completed at ")


def test_many_tickets_are_changed_in_both_forms(box: Client) -> None:
    for _ in range(3):
        box.ticket(tags=["a", "b"])
    change = {"ticket": {"additional_tags": ["c"], "remove_tags": ["a"], "status": "pending"}}
    job = done(box, box.send("PUT", "/tickets/update_many.json?ids=1,2", change, 200))
    assert job["results"][0] == {"id": 1, "action": "update", "status": "Updated", "success": True}
    done(box, box.send("PUT", "/tickets/update_many", {"tickets": [{"id": 3, "subject": "Third"}]}))
    seen = box.read("/tickets/show_many", ids="1,2,3")["tickets"]
    assert [ticket["tags"] for ticket in seen] == [["b", "c"], ["b", "c"], ["a", "b"]]
    assert seen[2]["subject"] == "Third"


def test_a_row_that_cannot_be_fails_alone(box: Client) -> None:
    box.ticket()
    rows = [{"id": 77, "subject": "x"}, {"id": 1, "status": "wrong"}, {"id": 1, "subject": "Good"}]
    job = done(box, box.send("PUT", "/tickets/update_many", {"tickets": rows}))
    assert [row.get("error") for row in job["results"]] == ["RecordNotFound", "TicketUpdateFailed", None]
    assert box.read("/tickets/1")["ticket"]["subject"] == "Good"
    assert [note["changed"] for note in box.committed(1)][1:] == [["subject"]]


@pytest.mark.parametrize(
    ("odd", "named"),
    [
        ({"due_at": "0001-01-01T00:00:00+10:00"}, "due_at"),
        ({"metadata": {"custom": "x"}, "priority": "low"}, "metadata"),
    ],
)
def test_an_odd_value_fails_its_own_row_as_it_fails_alone(box: Client, odd: Any, named: str) -> None:
    box.ticket()
    alone = box.send("PUT", "/tickets/1", {"ticket": odd}, 422)
    assert (alone["error"], list(alone["details"])) == ("RecordInvalid", [named])
    rows = [{"id": 1, "subject": "First"}, {"id": 1, **odd}, {"id": 1, "subject": "Last"}]
    job = done(box, box.send("PUT", "/tickets/update_many", {"tickets": rows}))
    assert [row["success"] for row in job["results"]] == [True, False, True]
    assert (job["results"][1]["id"], job["results"][1]["error"]) == (1, "TicketUpdateFailed")
    assert [note["changed"] for note in box.committed(1)][1:] == [["subject"], ["subject"]]


def test_a_row_at_which_the_sandbox_itself_fails_leaves_nothing_and_stops_no_other(
    box: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error that nobody foresaw, after the change was made."""
    step = job_steps.STEPS["ticket update"]

    def fails(tx: Tx, by: By, index: int, row: Any) -> Any:
        result = step(tx, by, index, row)
        if index == 1:
            raise LookupError("unforeseen")
        return result

    monkeypatch.setitem(job_steps.STEPS, "ticket update", fails)
    box.ticket()
    rows = [{"id": 1, "tags": ["a"]}, {"id": 1, "subject": "Never"}, {"id": 1, "priority": "low"}]
    job = done(box, box.send("PUT", "/tickets/update_many", {"tickets": rows}))
    assert [row["success"] for row in job["results"]] == [True, False, True]
    assert job["results"][1]["error"] == "InternalError"
    ticket = box.read("/tickets/1")["ticket"]
    assert (ticket["subject"], ticket["tags"], ticket["priority"]) == ("Late cleaner", ["a"], "low")
    assert [note["changed"] for note in box.committed(1)][1:] == [["tags"], ["priority"]]


def test_more_than_a_hundred_are_refused(box: Client) -> None:
    refused = box.send("POST", "/tickets/create_many", {"tickets": [{"description": "x"}] * 101}, 400)
    assert refused == {
        "error": "TooManyValues", "description": "Parameter  cannot specify more than 100 values", "max_count": 100,
    }  # fmt: skip
    assert box.ask("GET", f"/tickets/show_many?ids={','.join(map(str, range(101)))}").status_code == 400


def test_many_users_are_made_changed_and_removed(box: Client) -> None:
    ids = [
        row["id"]
        for row in done(box, box.send("POST", "/users/create_many", {"users": [{"name": "x"}] * 2}))["results"]
    ]
    done(box, box.send("PUT", "/users/update_many", {"users": [{"id": number, "name": "y"} for number in ids]}))
    found = box.read("/users/show_many", ids=",".join(map(str, ids)))["users"]
    assert [user["name"] for user in found] == ["y", "y"]
    done(box, box.send("DELETE", f"/users/destroy_many?ids={ids[0]}"))
    assert ids[0] not in {user["id"] for user in box.read("/users")["users"]}


def test_organizations_and_memberships_are_made_changed_and_removed_many_at_once(box: Client) -> None:
    named = [{"name": name, "external_id": name.lower()} for name in ("One", "Two", "one")]
    job = done(box, box.send("POST", "/organizations/create_many", {"organizations": named}))
    assert [row.get("success") for row in job["results"]] == [True, True, False]
    assert job["results"][2]["error"] == "OrganizationCreateFailed"
    assert "has already been taken" in job["results"][2]["details"]
    found = box.read("/organizations/show_many", external_ids="one,two")["organizations"]
    assert [row["name"] for row in found] == ["One", "Two"]
    numbers = [row["id"] for row in found]
    assert [row["id"] for row in box.read("/organizations/show_many?ids=" + str(numbers[0]))["organizations"]] == [
        numbers[0]
    ]
    change = {"organization": {"notes": "call first"}}
    done(box, box.send("PUT", "/organizations/update_many?external_ids=one,two", change))
    assert box.read("/organizations/search", external_id="two")["organizations"][0]["notes"] == "call first"
    assert [row["id"] for row in box.read("/organizations/autocomplete", name="tw")["organizations"]] == [numbers[1]]
    customers = [box.user("Kim"), box.user("Lee")]
    rows = [{"user_id": one["id"], "organization_id": numbers[0]} for one in (*customers, customers[0])]
    job = done(box, box.send("POST", "/organization_memberships/create_many", {"organization_memberships": rows}))
    assert [row.get("success") for row in job["results"]] == [True, True, False]
    assert box.read(f"/organizations/{numbers[0]}/related")["organization_related"]["users_count"] == 2
    made = [row["id"] for row in job["results"][:2]]
    done(box, box.send("DELETE", f"/organization_memberships/destroy_many?ids={made[0]}"))
    assert box.read(f"/users/{customers[0]['id']}")["user"]["organization_id"] is None
    done(box, box.send("DELETE", f"/organizations/destroy_many?ids={numbers[0]}"))
    assert box.read(f"/users/{customers[1]['id']}")["user"]["organization_id"] is None


def test_an_organization_is_known_by_its_external_id_and_merged(box: Client) -> None:
    wanted = {"name": "Old", "external_id": "x"}
    old = box.send("POST", "/organizations/create_or_update", {"organization": wanted}, 201)["organization"]
    again = box.send("POST", "/organizations/create_or_update", {"organization": wanted | {"name": "Older"}}, 200)
    assert (again["organization"]["id"], again["organization"]["name"]) == (old["id"], "Older")
    new = box.send("POST", "/organizations", {"organization": {"name": "New"}})["organization"]
    customer = box.user("Kim", organization_id=old["id"])
    ticket = box.ticket(requester_id=customer["id"])
    path = f"/organizations/{old['id']}/merge"
    merge = box.send("PUT", path, {"organization_merge": {"winner_id": new["id"]}})["organization_merge"]
    assert box.read(f"/organization_merges/{merge['id']}")["organization_merge"]["status"] == "complete"
    assert box.ask("GET", f"/organizations/{old['id']}").status_code == 404
    assert box.read(f"/users/{customer['id']}")["user"]["organization_id"] == new["id"]
    assert box.read(f"/tickets/{ticket['id']}")["ticket"]["organization_id"] == new["id"]
    assert box.read(f"/organizations/{new['id']}/merges")["organization_merges"][0]["id"] == merge["id"]
    assert box.ask("PUT", f"/organizations/{new['id']}/merge", {"organization_merge": {}}).status_code == 422


def test_thirty_jobs_wait_and_no_more(tmp_path: Path) -> None:
    """Nobody carries them out here: the account's threads were not started."""
    sandbox = Sandbox(tmp_path, token=TOKEN)
    client = WerkzeugClient(sandbox.wsgi_app)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    body = {"tickets": [{"description": "x"}]}
    replies = [client.post("/api/v2/tickets/create_many", json=body, headers=headers) for _ in range(31)]
    assert [reply.status_code for reply in replies] == [200] * 30 + [429]
    assert (replies[-1].json or {})["error"] == "TooManyJobs"
    sandbox.stop()
