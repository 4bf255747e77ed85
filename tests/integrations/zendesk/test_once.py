"""A change is written once: an answer that was lost is looked for, never sent again by itself."""

from __future__ import annotations

from typing import Any

import pytest
from requests.adapters import HTTPAdapter

from integrations.errors import Conflict, Refused, Unknown
from integrations.zendesk.client import Zendesk
from integrations.zendesk.types import Ticket
from tests.integrations.zendesk.box import CUSTOMER, EMAIL, TOKEN, Box, mark

LOST: list[dict[str, Any]] = [
    {"kind": "cut", "when": "after"},
    {"kind": "status", "status": 503, "when": "after"},
    {"kind": "status", "status": 504, "when": "after"},
    {"kind": "delay", "seconds": 2, "when": "after"},
]


@pytest.mark.parametrize("fault", LOST, ids=["cut", "503", "504", "time-out"])
def test_an_answer_lost_after_the_commit_leaves_one_comment_that_is_found(
    box: Box, ticket: Ticket, fault: dict[str, Any]
) -> None:
    impatient = Zendesk(box.url, EMAIL, TOKEN, timeout=(1.0, 0.5))
    marker = mark()
    box.break_next(method="PUT", path=f"/api/v2/tickets/{ticket.id}", times=1, **fault)
    with pytest.raises(Unknown):
        impatient.update_ticket(ticket.id, {"comment": {"body": "한 번만"}}, updated_stamp=None, marker=marker)
    assert len(box.committed(ticket.id)) == 1
    found = impatient.find_marker(ticket.id, marker)
    assert found is not None
    assert [said.body for said in found.comments] == ["한 번만"]


def test_sending_it_again_with_the_same_stamp_is_refused_once_the_first_arrived(box: Box, account: Zendesk) -> None:
    number, at = 80_002, "2026-01-01T00:00:00Z"
    said = [{"author_id": CUSTOMER, "body": "오래된 문의", "public": True, "created_at": at}]
    seed = {"id": number, "requester_id": CUSTOMER, "status": "open", "updated_at": at, "comments": said}
    box.post("/_sandbox/seed", {"tickets": [seed]})
    change, marker, stamp = {"comment": {"body": "한 번만"}}, mark(), account.ticket(number).stamp
    box.break_next(method="PUT", path=f"/api/v2/tickets/{number}", kind="cut", when="after")
    with pytest.raises(Unknown):
        account.update_ticket(number, change, updated_stamp=stamp, marker=marker)
    with pytest.raises(Conflict):
        account.update_ticket(number, change, updated_stamp=stamp, marker=marker)
    assert len(box.committed(number)) == 1


def test_with_the_retries_that_zenpy_brings_the_comment_would_be_there_four_times(
    box: Box, ticket: Ticket, account: Zendesk
) -> None:
    """The negative control: Zenpy's own adapter arguments, the same fault."""
    account._wire.max_retries = HTTPAdapter(**type(account._zenpy).http_adapter_kwargs()).max_retries
    box.break_next(method="PUT", path=f"/api/v2/tickets/{ticket.id}", kind="cut", when="after", times=9)
    with pytest.raises(Unknown):
        account.update_ticket(ticket.id, {"comment": {"body": "네 번"}}, updated_stamp=None, marker=mark())
    assert len(box.committed(ticket.id)) == 4


def test_a_change_that_never_arrived_is_not_found(box: Box, account: Zendesk, ticket: Ticket) -> None:
    marker = mark()
    box.break_next(method="PUT", path=f"/api/v2/tickets/{ticket.id}", kind="cut", when="before")
    with pytest.raises(Unknown):
        account.update_ticket(ticket.id, {"comment": {"body": "x"}}, updated_stamp=None, marker=marker)
    assert account.find_marker(ticket.id, marker) is None
    assert box.committed(ticket.id) == []


def test_a_marker_is_found_among_several_pages_of_audits(box: Box, account: Zendesk) -> None:
    minutes = (f"2026-01-01T{number // 60:02}:{number % 60:02}:00Z" for number in range(230))
    said = [{"author_id": CUSTOMER, "body": at, "public": True, "created_at": at} for at in minutes]
    number = 80_001
    seed = {"id": number, "subject": "긴 대화", "requester_id": CUSTOMER, "status": "open", "comments": said}
    box.post("/_sandbox/seed", {"tickets": [seed]})
    old, new = mark(), mark()
    account.update_ticket(number, {"priority": "low"}, updated_stamp=None, marker=old)
    account.update_ticket(number, {"priority": "high"}, updated_stamp=None, marker=new)
    assert len(account.audits(number)) == 232
    for marker in (old, new):
        found = account.find_marker(number, marker)
        assert found is not None
        assert found.marker == marker
    assert account.find_marker(number, mark()) is None


def test_the_same_key_creates_one_ticket_even_when_the_answer_was_lost(box: Box, account: Zendesk) -> None:
    key, fields = mark(), {"subject": mark(), "comment": {"body": "한 번만"}, "requester_id": CUSTOMER}
    box.break_next(method="POST", path="/api/v2/tickets", kind="cut", when="after")
    with pytest.raises(Unknown):
        account.create_ticket(fields, idempotency_key=key)
    made, _ = account.create_ticket(fields, idempotency_key=key)
    again, _ = account.create_ticket(fields, idempotency_key=key)
    assert made.id == again.id
    assert len(box.committed(made.id, "POST")) == 1
    with pytest.raises(Refused) as refusal:
        account.create_ticket(fields | {"priority": "low"}, idempotency_key=key)
    assert refusal.value.status == 400
