"""Merges tell of all that they change: to webhooks, in audits, in the journal and in exports."""

from typing import Any

from tests.integrations.sandbox.client import Client, receiving, until


def subscribed(box: Client, url: str, *names: str) -> None:
    hook = {"name": "Merges", "endpoint": url, "http_method": "POST", "request_format": "json", "status": "active",
            "subscriptions": [f"zen:event-type:ticket.{name}" for name in names]}  # fmt: skip
    box.send("POST", "/webhooks", {"webhook": hook})


def last_audit(box: Client, ticket_id: int) -> Any:
    return box.read(f"/tickets/{ticket_id}/audits")["audits"][-1]


def test_a_ticket_merge_tells_webhooks_of_both_tickets(box: Client) -> None:
    customer = box.user("Merger")
    source, target = box.ticket(requester_id=customer["id"]), box.ticket()
    with receiving() as receiver:
        subscribed(box, receiver.url, "comment_added", "status_changed", "tags_changed", "email_ccs_changed", "merged")
        wanted = {"ids": [source["id"]], "target_comment_is_public": True, "target_comment": "Both are one"}
        box.send("POST", f"/tickets/{target['id']}/merge", wanted)
        until(lambda: len(receiver.came) >= 6)
        told = [(event["subject"].rpartition(":")[2], event["type"].rpartition(".")[2]) for event in receiver.events()]
        into, gone = str(target["id"]), str(source["id"])
        assert sorted(told) == sorted([
            (into, "comment_added"), (into, "email_ccs_changed"), (gone, "comment_added"), (gone, "status_changed"),
            (gone, "tags_changed"), (gone, "merged"),
        ])  # fmt: skip
        texts = [event["event"]["comment"]["body"] for event in receiver.events() if "comment" in event["event"]]
        assert "Both are one" in texts


def test_a_user_merge_tells_of_each_ticket(box: Client) -> None:
    loser, winner = box.user("Lose"), box.user("Win")
    said = {"body": "It was me", "author_id": loser["id"]}
    ticket = box.ticket(requester_id=loser["id"], comment=said)
    copied, other = box.ticket(email_cc_ids=[loser["id"], winner["id"]]), box.ticket()
    untouched = box.read(f"/tickets/{other['id']}/audits")
    since = box.journal()[-1]["seq"]
    cursor = box.read("/incremental/tickets/cursor", start_time=0)["after_cursor"]
    with receiving() as receiver:
        subscribed(box, receiver.url, "requester_changed")
        box.send("PUT", f"/users/{loser['id']}/merge", {"user": {"id": winner["id"]}})
        until(lambda: receiver.came)
        (event,) = receiver.events()
    assert event["event"]["current"] == str(winner["id"])
    change = next(one for one in last_audit(box, ticket["id"])["events"] if one["field_name"] == "requester_id")
    assert (change["previous_value"], change["value"]) == (str(loser["id"]), str(winner["id"]))
    assert box.read(f"/tickets/{copied['id']}")["ticket"]["email_cc_ids"] == [winner["id"]]
    assert box.read(f"/tickets/{other['id']}/audits") == untouched
    notes = [note for line in box.journal(since) for note in line["committed"] if note["kind"] == "ticket"]
    assert {note["id"]: "requester_id" in note["changed"] for note in notes} == {
        ticket["id"]: True, copied["id"]: False}  # fmt: skip
    again = box.read("/incremental/tickets/cursor", cursor=cursor)["tickets"]
    assert {row["id"] for row in again} == {ticket["id"], copied["id"]}
    comment = box.read(f"/tickets/{ticket['id']}/comments")["comments"][0]
    first = box.read(f"/tickets/{ticket['id']}/audits")["audits"][0]["events"][0]
    assert (comment["author_id"], first["author_id"], first["type"]) == (winner["id"], winner["id"], "Comment")
