"""Many at once: nothing is lost, nothing is done twice."""

from concurrent.futures import ThreadPoolExecutor

from tests.integrations.sandbox.client import Client


def test_updates_of_one_ticket_at_once_each_leave_their_comment_and_audit(box: Client) -> None:
    box.ticket()
    with ThreadPoolExecutor(10) as pool:
        replies = list(pool.map(lambda number: box.change(1, comment={"body": f"said {number}"}), range(30)))
    said = [row["body"] for row in box.read("/tickets/1/comments")["comments"]]
    assert sorted(said[1:]) == sorted(f"said {number}" for number in range(30))
    kept = [audit["id"] for audit in box.read("/tickets/1/audits")["audits"]][1:]
    assert sorted(kept) == sorted(reply["audit"]["id"] for reply in replies)
    assert len(box.committed(1)) == 31


def test_one_key_at_once_makes_one_ticket(box: Client) -> None:
    def create(_: int) -> int:
        body = {"ticket": {"description": "x"}}
        return box.ask("POST", "/tickets", body, headers={"Idempotency-Key": "one"}).status_code

    with ThreadPoolExecutor(10) as pool:
        statuses = set(pool.map(create, range(20)))
    assert statuses == {201}
    assert box.read("/tickets")["count"] == 1


def test_tickets_made_at_once_have_ids_of_their_own(box: Client) -> None:
    with ThreadPoolExecutor(10) as pool:
        ids = list(pool.map(lambda _: box.ticket()["id"], range(30)))
    assert sorted(ids) == list(range(1, 31))
    seen = box.read("/incremental/tickets/cursor", start_time=0)["tickets"]
    assert sorted(ticket["id"] for ticket in seen) == sorted(ids)
