"""Zenpy, a client library of another house, works on the sandbox as it is. Only its addresses are turned to it."""

from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from zenpy import Zenpy
from zenpy.lib.api_objects import Comment, Macro, Ticket, User
from zenpy.lib.exception import APIException, RecordNotFoundException, TooManyValuesException

from tests.integrations.sandbox.client import EMAIL, TOKEN, Client, until
from tests.integrations.sandbox.zenpy_adapter import ToTheBox


@pytest.fixture
def zenpy(box: Client) -> Any:
    session = requests.Session()
    session.auth = (f"{EMAIL}/token", TOKEN)
    session.mount("https://", ToTheBox(box.url))
    session.mount("http://", HTTPAdapter())
    session.authorized = True  # type: ignore[attr-defined]
    return Zenpy(subdomain="demo", session=session, disable_cache=True)


def test_tickets_are_made_changed_and_found(zenpy: Any, box: Client) -> None:
    made = zenpy.tickets.create(Ticket(subject="Hi", comment=Comment(body="안녕하세요")))
    assert (made.ticket.id, made.ticket.status) == (1, "new")
    assert made.audit.events[0]["type"] == "Comment"
    ticket = zenpy.tickets(id=1)
    ticket.status = "pending"
    ticket.tags = ["a", "b"]
    assert zenpy.tickets.update(ticket).ticket.tags == ["a", "b"]
    assert [comment.body for comment in zenpy.tickets.comments(ticket=1)] == ["안녕하세요"]
    assert [found.id for found in zenpy.search("pending", type="ticket", status="pending")] == []
    assert [found.id for found in zenpy.search(type="ticket", status="pending")] == [1]
    assert len(list(zenpy.tickets.audits(ticket=1))) == 2
    assert list(zenpy.tickets.add_tags(1, ["c"])) == ["a", "b", "c"]
    zenpy.tickets.delete(zenpy.tickets(id=1))
    with pytest.raises(RecordNotFoundException):
        zenpy.tickets(id=1)


def test_lists_are_walked_over_both_kinds_of_pages(zenpy: Any, box: Client) -> None:
    for _ in range(5):
        box.ticket()
    assert [ticket.id for ticket in zenpy.tickets(cursor_pagination=2)] == [1, 2, 3, 4, 5]
    assert [ticket.id for ticket in zenpy.tickets(cursor_pagination=False, per_page=2)] == [1, 2, 3, 4, 5]
    assert len(zenpy.tickets(cursor_pagination=False)) == 5


def test_the_export_is_walked_to_its_end(zenpy: Any, box: Client) -> None:
    for _ in range(3):
        box.ticket()
    export = zenpy.tickets.incremental(start_time=0, paginate_by_time=False)
    assert [ticket.id for ticket in export] == [1, 2, 3]
    assert export.end_of_stream is True
    again = zenpy.tickets.incremental(cursor=export.after_cursor)
    assert list(again) == []


def test_a_conflict_and_too_many_are_told(zenpy: Any, box: Client) -> None:
    box.ticket()
    stale = Ticket(id=1, subject="x")
    stale.safe_update, stale.updated_stamp = True, "2020-01-01T00:00:00Z"
    with pytest.raises(APIException, match="UpdateConflict"):
        zenpy.tickets.update(stale)
    with pytest.raises(TooManyValuesException):
        zenpy.users.create([User(name="x")] * 101)


def test_bulk_work_is_a_job(zenpy: Any, box: Client) -> None:
    job = zenpy.tickets.create([Ticket(description="x"), Ticket(description="y")])
    until(lambda: zenpy.job_status(id=job.id).status == "completed")
    assert [ticket.id for ticket in zenpy.tickets(ids=[1, 2])] == [1, 2]


def test_people_groups_rules_and_macros_are_read(zenpy: Any, box: Client) -> None:
    group = box.group("Refunds")
    agent = box.agent_in(group["id"])
    box.send("POST", "/triggers", {"trigger": {"title": "T", "actions": []}})
    macro = zenpy.macros.create(Macro(title="M", actions=[{"field": "status", "value": "solved"}]))
    assert zenpy.users.me().email == EMAIL
    assert "Refunds" in {found.name for found in zenpy.groups()}
    assert [found.id for found in zenpy.users.groups(agent["id"])] == [group["id"]]
    assert [found.title for found in zenpy.triggers()] == ["T"]
    assert [found.title for found in zenpy.macros()] == ["M"]
    box.ticket()
    assert zenpy.tickets.show_macro_effect(1, macro.id).ticket.status == "solved"
    assert {field.title for field in zenpy.ticket_fields()} >= {"Subject", "Status"}
    assert list(zenpy.webhooks.list()) == []
