"""What tests of webhooks do: subscribe, and wait for what became of the deliveries."""

from typing import Any

from tests.integrations.sandbox.client import Client, until

EVERY = ("created", "comment_added", "status_changed", "tags_changed", "priority_changed", "group_assignment_changed",
         "agent_assignment_changed", "subject_changed", "custom_field_changed", "type_changed", "requester_changed",
         "soft_deleted")  # fmt: skip


def subscribed(box: Client, endpoint: str, names: tuple[str, ...] = EVERY, **more: Any) -> Any:
    events = [f"zen:event-type:ticket.{name}" for name in names]
    hook = {"name": "Opsroom", "endpoint": endpoint, "http_method": "POST", "request_format": "json"}
    hook |= {"status": "active", "subscriptions": events} | more
    return box.send("POST", "/webhooks", {"webhook": hook}, 201)["webhook"]


def finished(box: Client, hook: Any, number: int = 1) -> Any:
    def look() -> Any:
        rows = box.read(f"/webhooks/{hook['id']}/invocations")["invocations"]
        return rows if len(rows) >= number and all(row["latest_completed_at"] for row in rows) else None

    return until(look)


def attempts(box: Client, hook: Any) -> Any:
    invocation = finished(box, hook)[0]["id"]
    return box.read(f"/webhooks/{hook['id']}/invocations/{invocation}/attempts")["attempts"]
