"""Rows that a sandbox has before it is asked for every operation: people, tickets that were talked about, files."""

from typing import Any

from tests.integrations.sandbox.client import Client, until

Ids = dict[str, list[str]]
_OPTIONS = [{"name": name, "value": f"v_{name.lower()}"} for name in ("Red", "Green")]
# Kinds that no operation makes a row of.
_SEED: dict[str, list[dict[str, Any]]] = {
    "activities": [{"id": 901, "title": "said something", "verb": "tickets.comment"}],
    "target_failures": [{"id": 902, "target_name": "Other", "status_code": 500}],
    "suspended_tickets": [
        {"id": number, "subject": "Buy now", "content": "Cheap", "cause": "Detected as spam", "author":
         {"name": "Spammer", "email": f"spam{number}@demo.example"}, "recipient": "support@demo.example"}
        for number in range(903, 907)
    ],
    "monitored_twitter_handles": [{"id": 908, "screen_name": "demo"}],
    "reasons": [{"id": 909, "value": "It took too long", "raw_value": "It took too long", "reason_code": 1000}],
}  # fmt: skip


def set_up(box: Client) -> Ids:
    """The ids of what was made, by the names under which `asks.py` speaks of them."""
    box.door("POST", "/seed", _SEED)
    people = [box.user(f"Customer{number}") for number in range(4)]
    leaver, gone = box.user("Leaver"), [box.user(f"Gone{number}") for number in range(2)]
    for user in gone:
        box.send("DELETE", f"/users/{user['id']}")
    groups = [box.group(name) for name in ("One", "Two")]
    agent = box.agent_in(groups[0]["id"])
    agent2 = box.user("Kim", "agent")
    organizations = [box.send("POST", "/organizations", {"organization": {"name": name}}) for name in "ABC"]
    tickets = [box.ticket(requester_id=people[0]["id"]) for _ in range(6)]
    comments, audits = _talk(box, tickets[0]["id"])
    spam, solved = box.ticket(requester_id=people[3]["id"]), box.ticket(requester_id=people[0]["id"], status="solved")
    deleted = [box.ticket() for _ in range(4)]
    for ticket in deleted:
        box.send("DELETE", f"/tickets/{ticket['id']}", None, 204)
    tagger = {"ticket_field": {"type": "tagger", "title": "Colour", "custom_field_options": _OPTIONS}}
    field = box.send("POST", "/ticket_fields", tagger)["ticket_field"]
    wanted = {"user_field": {"type": "dropdown", "key": "colour", "title": "Colour", "custom_field_options": _OPTIONS}}
    dropdown = box.send("POST", "/user_fields", wanted)["user_field"]
    wanted = {"user_field": {"type": "lookup", "key": "buddy", "title": "B", "relationship_target_type": "zen:user"}}
    lookup = box.send("POST", "/user_fields", wanted)["user_field"]
    for name in ("room", "floor"):
        payload = {"ticket_fields": {name: {"type": "text", "title": name}}}
        _done(box, box.send("POST", "/resource_collections", {"payload": payload})["job_status"])
    job = box.send("POST", "/users/create_many", {"users": [{"name": "Made"}]})["job_status"]
    _done(box, job)
    categories = {row["status_category"]: row["id"] for row in box.read("/custom_statuses")["custom_statuses"]}
    macro = box.send(
        "POST", "/macros", {"macro": {"title": "Close", "actions": [{"field": "status", "value": "open"}]}}
    )
    file = _macro_file(box, macro["macro"]["id"])
    spare = {"user_id": people[2]["id"], "organization_id": organizations[1]["organization"]["id"]}
    wanted = {"organization_membership": spare}
    spare = box.send("POST", "/organization_memberships", wanted)["organization_membership"]
    membership = box.read(f"/users/{agent['id']}/group_memberships")["group_memberships"][0]["id"]
    found: dict[str, list[Any]] = {
        "user_id": people[:3], "agent_id": [agent2], "member_id": [agent], "me_id": [box.read("/users/me")["user"]],
        "group_id": groups,
        "organization_id": [row["organization"] for row in organizations], "ticket_id": tickets, "request_id": tickets,
        "spam_id": [spam], "solved_id": [solved], "deleted_id": deleted, "leaver_id": [leaver], "gone_id": gone,
        "deleted_user_id": gone, "tagger_id": [field], "option_id": field["custom_field_options"],
        "dropdown_id": [dropdown], "user_option_id": dropdown["custom_field_options"], "job_status_id": [job],
        "comment_id": comments, "audit_id": audits, "attachment_id": comments[0]["attachments"],
        "macro_attachment_id": [file], "spare_membership_id": [spare],
        "lookup_id": [lookup], "resource_collection_id": box.read("/resource_collections")["resource_collections"],
        "suspended_id": _SEED["suspended_tickets"], "id": _SEED["suspended_tickets"],
    }  # fmt: skip
    ids = {name: [str(row["id"]) for row in rows] for name, rows in found.items()}
    return ids | {"status_id": [str(categories["open"])], "agent_membership_id": [str(membership)]}


def _done(box: Client, job: Any) -> None:
    until(lambda: box.read(f"/job_statuses/{job['id']}")["job_status"]["status"] == "completed")


def _talk(box: Client, ticket_id: int) -> tuple[list[Any], list[Any]]:
    upload = box.ask("POST", "/uploads?filename=plan.txt", data=b"a plan", headers={"content-type": "text/plain"})
    box.change(ticket_id, comment={"body": "Some words", "uploads": [upload.json()["upload"]["token"]]})
    for _ in range(3):
        box.change(ticket_id, comment={"body": "Some words"})
    comments = box.read(f"/tickets/{ticket_id}/comments")["comments"][1:]
    return comments, box.read(f"/tickets/{ticket_id}/audits")["audits"]


def _macro_file(box: Client, macro_id: int) -> Any:
    place = f"/macros/{macro_id}/attachments"
    reply = box.ask("POST", f"{place}?filename=plan.txt", data=b"a plan", headers={"content-type": "text/plain"})
    return next(iter(reply.json().values()))
