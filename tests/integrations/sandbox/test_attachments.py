"""Files: uploaded, said, downloaded, taken away."""

from typing import Any

import pytest
import requests

from tests.integrations.sandbox.client import Client, receiving, until

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00P\x00\x00\x00>" + b"\x08" * 20


def upload(box: Client, name: str, body: bytes, kind: str = "application/binary", **params: str) -> Any:
    auth = (f"{box.email}/token", box.token)
    reply = requests.post(
        f"{box.url}/api/v2/uploads.json", body, params={"filename": name, **params}, auth=auth,
        headers={"content-type": kind}, timeout=20,
    )  # fmt: skip
    assert reply.status_code == 201, reply.text
    return reply.json()["upload"]


def say(box: Client, ticket_id: int, *tokens: str) -> Any:
    return box.change(ticket_id, comment={"body": "See the photos", "uploads": list(tokens)})


def test_several_files_of_one_token_stand_at_the_comment_and_are_downloaded(box: Client) -> None:
    first = upload(box, "문.png", PNG)
    second = upload(box, "note.txt", b"broken", token=first["token"])
    assert [row["file_name"] for row in second["attachments"]] == ["문.png", "note.txt"]
    assert (first["attachment"]["width"], first["attachment"]["height"]) == ("80", "62")
    ticket = box.ticket()
    audit = say(box, ticket["id"], first["token"])["audit"]
    comment = box.read(f"/tickets/{ticket['id']}/comments")["comments"][-1]
    assert comment["attachments"] == audit["events"][0]["attachments"]
    shown = comment["attachments"][1]
    assert shown["content_type"] == "text/plain"
    file = requests.get(shown["content_url"], timeout=20)
    assert (file.content, file.headers["content-type"].split(";")[0]) == (b"broken", "text/plain")
    assert file.headers["content-disposition"].startswith("attachment")
    assert box.read(f"/attachments/{shown['id']}.json")["attachment"] == shown


def test_a_token_is_good_for_one_comment(box: Client) -> None:
    token = upload(box, "note.txt", b"broken")["token"]
    ticket = box.ticket()
    say(box, ticket["id"], token)
    body = {"ticket": {"comment": {"body": "Again", "uploads": [token]}}}
    again = box.ask("PUT", f"/tickets/{ticket['id']}", body)
    assert (again.status_code, again.json()["error"]) == (422, "RecordInvalid")
    assert len(box.read(f"/tickets/{ticket['id']}/comments")["comments"]) == 2


def test_an_upload_that_was_thrown_away_is_gone(box: Client) -> None:
    sent = upload(box, "note.txt", b"broken")
    assert box.ask("DELETE", f"/uploads/{sent['token']}.json").status_code == 204
    assert box.ask("DELETE", f"/uploads/{sent['token']}.json").status_code == 404
    assert box.ask("GET", f"/attachments/{sent['attachment']['id']}").status_code == 404
    assert requests.get(sent["attachment"]["content_url"], timeout=20).status_code == 404


def test_a_file_of_a_comment_is_redacted_for_good(box: Client) -> None:
    token = upload(box, "passport.png", PNG, "image/png")["token"]
    ticket = box.ticket()
    comment = say(box, ticket["id"], token)["audit"]["events"][0]
    number, address = comment["attachments"][0]["id"], comment["attachments"][0]["content_url"]
    path = f"/tickets/{ticket['id']}/comments/{comment['id']}/attachments/{number}/redact"
    assert box.send("PUT", path)["attachment"]["file_name"] == "redacted.txt"
    assert requests.get(address, timeout=20).content != PNG
    shown = box.read(f"/tickets/{ticket['id']}/comments")["comments"][-1]["attachments"][0]
    assert (shown["file_name"], shown["deleted"]) == ("redacted.txt", True)
    assert box.ask("PUT", f"/tickets/{ticket['id'] + 1}/comments/1/attachments/{number}/redact").status_code == 404


def test_words_are_redacted_from_the_comment_its_audit_and_the_description(box: Client) -> None:
    ticket = box.ticket(comment={"body": "My number is 12-34, call 12-34"})
    comment = box.read(f"/tickets/{ticket['id']}/comments")["comments"][0]
    path = f"/tickets/{ticket['id']}/comments/{comment['id']}/redact"
    came = box.send("PUT", path, {"text": "12-34"})["comment"]
    assert came["body"] == "My number is ▇▇▇▇▇, call ▇▇▇▇▇"
    assert "12-34" not in box.ask("GET", f"/tickets/{ticket['id']}/audits").text
    assert box.read(f"/tickets/{ticket['id']}")["ticket"]["description"] == came["body"]
    assert box.ask("PUT", path, {}).status_code == 400
    box.change(ticket["id"], status="closed")
    assert box.ask("PUT", path, {"text": "number"}).status_code == 422


def test_what_an_agent_marked_is_redacted(box: Client) -> None:
    ticket = box.ticket()
    comment = box.read(f"/tickets/{ticket['id']}/comments")["comments"][0]
    body = {"ticket_id": ticket["id"], "html_body": "<p>Code <redact>8475</redact>!</p>"}
    assert box.send("PUT", f"/comment_redactions/{comment['id']}", body)["comment"]["plain_body"] == "Code ▇▇▇▇!"


def test_a_file_is_told_to_webhooks(box: Client) -> None:
    with receiving() as receiver:
        kinds = [f"zen:event-type:ticket.{name}" for name in ("attachment_linked_to_comment", "comment_redacted")]
        hook = {"name": "Files", "endpoint": receiver.url, "http_method": "POST", "request_format": "json",
                "status": "active", "subscriptions": kinds}  # fmt: skip
        box.send("POST", "/webhooks", {"webhook": hook})
        ticket = box.ticket(comment={"body": "Door 7", "uploads": [upload(box, "door.txt", b"x")["token"]]})
        comment = box.read(f"/tickets/{ticket['id']}/comments")["comments"][0]
        box.send("PUT", f"/tickets/{ticket['id']}/comments/{comment['id']}/redact", {"text": "7"})
        until(lambda: len(receiver.came) == 2)
        assert sorted(receiver.types()) == ["attachment_linked_to_comment", "comment_redacted"]


def test_the_audits_of_all_tickets_come_newest_first_by_cursor(box: Client) -> None:
    one, other = box.ticket(), box.ticket()
    box.change(one["id"], status="pending")
    page = box.read("/ticket_audits", limit=2)
    assert [row["ticket_id"] for row in page["audits"]] == [one["id"], other["id"]]
    older = requests.get(page["before_url"], auth=(f"{box.email}/token", box.token), timeout=20).json()
    assert [row["ticket_id"] for row in older["audits"]] == [one["id"]]
    assert box.read("/ticket_audits", cursor=page["after_cursor"])["audits"] == []
    assert box.read(f"/tickets/{one['id']}/audits/count")["count"]["value"] == 2


@pytest.mark.parametrize("way", ["comments", "audits"])
def test_a_comment_is_made_private_by_its_own_id_or_its_audits(box: Client, way: str) -> None:
    ticket = box.ticket()
    comment = box.read(f"/tickets/{ticket['id']}/comments")["comments"][0]
    number = comment["id"] if way == "comments" else comment["audit_id"]
    assert box.ask("PUT", f"/tickets/{ticket['id']}/{way}/{number}/make_private").status_code == 200
    assert box.read(f"/tickets/{ticket['id']}/comments")["comments"][0]["public"] is False
    events = box.read(f"/tickets/{ticket['id']}/audits")["audits"]
    assert events[0]["events"][0]["public"] is False
    assert events[-1]["events"][0]["type"] == "CommentPrivacyChange"


def test_files_of_a_suspended_ticket_are_taken_to_a_new_one(box: Client) -> None:
    first = upload(box, "door.png", PNG, "image/png")["attachment"]
    row = {"subject": "Held back", "content": "x", "attachments": [{"id": first["id"]}, {"id": 77}]}
    box.door("POST", "/seed", {"suspended_tickets": [row]})
    number = box.read("/suspended_tickets")["suspended_tickets"][0]["id"]
    sent = box.send("POST", f"/suspended_tickets/{number}/attachments", None, 200)["upload"]
    assert [file["file_name"] for file in sent["attachments"]] == ["door.png"]
    assert sent["attachments"][0]["id"] != first["id"]
    ticket = box.ticket(comment={"body": "Taken over", "uploads": [sent["token"]]})
    shown = box.read(f"/tickets/{ticket['id']}/comments")["comments"][0]["attachments"]
    assert requests.get(shown[0]["content_url"], timeout=20).content == PNG
    assert (
        box.send("POST", f"/suspended_tickets/attachments?id={number}", None, 200)["upload"]["token"] != sent["token"]
    )
    assert box.ask("POST", "/suspended_tickets/77/attachments").status_code == 404
