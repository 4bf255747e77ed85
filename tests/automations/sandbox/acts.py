"""What tests of an account's rules do: make one, and read what it did."""

from typing import Any

import requests

from tests.integrations.sandbox.client import Client

CREATED, CHANGED = ("update_type", "is", "Create"), ("update_type", "is", "Change")


def rule(box: Client, title: str, all_of: list[tuple[str, str, Any]], *actions: tuple[str, Any], **more: Any) -> Any:
    row = {
        "title": title,
        "conditions": {"all": [{"field": a, "operator": b, "value": c} for a, b, c in all_of], "any": []},
        "actions": [{"field": field, "value": value} for field, value in actions],
    } | more
    return box.send("POST", "/triggers", {"trigger": row}, 201)["trigger"]


def says(box: Client, ticket: Any, words: str) -> None:
    """As the customer, on the sandbox's page."""
    form = {"seat": "customer", "message": words}
    assert requests.post(f"{box.url}/tickets/{ticket['id']}/reply", data=form, timeout=20).ok


def audit(box: Client, ticket: Any) -> Any:
    return box.read(f"/tickets/{ticket['id']}/audits")["audits"][-1]


def by_rules(told: Any) -> list[tuple[str, str, Any]]:
    """Which rule changed which field to what."""
    return [
        (event["via"]["source"]["from"]["title"], event["field_name"], event["value"])
        for event in told["events"]
        if "via" in event and event["type"] == "Change"
    ]
