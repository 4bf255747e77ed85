"""The rules of a real account, recorded, run in the sandbox as its people know them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from automations.sandbox.engine import OpsroomEngine
from integrations.zendesk.sandbox.box import Sandbox
from integrations.zendesk.sandbox.clock import SimulatedClock
from tests.automations.sandbox.acts import says
from tests.integrations.sandbox.client import TOKEN, Client
from tests.integrations.zendesk.recorded import recorded

pytestmark = pytest.mark.recorded


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Everything of it switched on, and the actions' people among ours."""
    rows = json.loads((recorded() / "business_rules_account_a.json").read_bytes())
    folder = tmp_path_factory.mktemp("account")
    box = Sandbox(folder, token=TOKEN, engine=OpsroomEngine(), clock=SimulatedClock(folder))
    client = Client(box.start())
    client.door("POST", "/seed", {
        "triggers": [row | {"active": True} for row in rows["triggers"]],
        "automations": [row for row in rows["automations"] if row["title"] != "title here"],
    })  # fmt: skip
    yield client
    box.stop()


def told(box: Client, ticket: Any) -> dict[str, Any]:
    rows = box.door("GET", f"/notifications?ticket_id={ticket['id']}")["notifications"]
    return {row["rule_title"]: row for row in rows}


def test_every_rule_of_it_is_understood(account: Client) -> None:
    rows = account.door("GET", "/rules")["rules"]
    assert len(rows) == 9
    assert [row["title"] for row in rows if not row["runs"]] == []


def test_who_hears_of_a_request_and_what_becomes_of_it(account: Client) -> None:
    agent = account.user("Agent", "agent")
    customer = account.user("Asker")
    page = {"name": "Asker", "email": customer["email"], "message": "Nobody came", "subject": "Late", "language": "en"}
    ticket = written(account, page)
    found = told(account, ticket)
    assert set(found) == {"Notify requester and CCs of received request", "Notify all agents of received request"}
    assert found["Notify requester and CCs of received request"]["recipients"] == [customer["id"]]
    assert agent["id"] in found["Notify all agents of received request"]["recipients"]
    assert "Late" in found["Notify all agents of received request"]["subject"]
    account.change(ticket["id"], assignee_id=agent["id"])
    assert told(account, ticket)["Notify assignee of assignment"]["recipients"] == [agent["id"]]
    account.change(ticket["id"], status="solved", comment={"body": "She is on her way"})
    assert told(account, ticket)["Notify requester and CCs of comment update"]["body"].endswith("She is on her way")
    says(account, ticket, "Still nobody")
    reopened = told(account, ticket)["Notify assignee of reopened ticket"]
    assert reopened["recipients"] == [agent["id"]]
    assert "Still nobody" in reopened["body"]


def test_what_is_solved_is_closed_by_its_own_automation(account: Client) -> None:
    ticket = account.ticket(status="solved")
    account.door("POST", "/clock", {"advance_seconds": 98 * 3600})
    assert account.read(f"/tickets/{ticket['id']}")["ticket"]["status"] == "closed"


def written(box: Client, page: dict[str, str]) -> Any:
    reply = requests.post(f"{box.url}/write", data=page | {"channel": "email"}, timeout=20, allow_redirects=False)
    return {"id": int(reply.headers["location"].rpartition("/")[2])}
