"""Zendesk's JSON becomes our values: what we do not know is ignored, what is null counts as missing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from integrations.errors import Refused, Unavailable
from integrations.zendesk.types import (
    Audit,
    Group,
    Ticket,
    TicketField,
    User,
    Webhook,
    decoded,
    decoded_each,
    member,
    members,
)
from tests.integrations.zendesk.recorded import replies

TICKET: dict[str, Any] = {
    "id": 7,
    "created_at": "2026-03-02T01:02:03Z",
    "updated_at": "2026-03-02T04:05:06Z",
    "status": "open",
}


def json(value: Any) -> bytes:
    return msgspec.json.encode(value)


def test_a_ticket_needs_little_and_has_a_default_for_the_rest() -> None:
    ticket = decoded(json(TICKET), Ticket)
    assert (ticket.subject, ticket.tags, ticket.custom_fields, ticket.via.channel) == (None, (), (), None)
    assert ticket.generated_timestamp == 0
    assert ticket.updated_at == datetime(2026, 3, 2, 4, 5, 6, tzinfo=UTC)


def test_keys_we_do_not_know_are_ignored() -> None:
    assert decoded(json(TICKET | {"sentiment": {"deep": [1, {"er": None}]}}), Ticket).id == 7


@pytest.mark.parametrize("key", sorted(set(Ticket.__struct_fields__) - set(TICKET)))
def test_a_null_is_as_good_as_nothing(key: str) -> None:
    assert decoded(json(TICKET | {key: None}), Ticket) == decoded(json(TICKET), Ticket)


def test_an_id_written_as_text_is_read() -> None:
    assert decoded(json(TICKET | {"group_id": "360001"}), Ticket).group_id == 360001


def test_custom_fields_keep_their_values_as_they_are() -> None:
    values: list[Any] = ["refund_late", True, None, ["a", "b"], 12.5, "2026-03-02"]
    fields = [{"id": number, "value": value} for number, value in enumerate(values, 1)]
    ticket = decoded(json(TICKET | {"custom_fields": fields}), Ticket)
    assert [field.value for field in ticket.custom_fields] == values


def test_a_value_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        decoded(json(TICKET), Ticket).status = "solved"  # type: ignore[misc]


def test_the_stamp_of_a_ticket_is_its_update_in_utc_and_whole_seconds() -> None:
    ticket = decoded(json(TICKET | {"updated_at": "2026-03-02T13:05:06.789+09:00"}), Ticket)
    assert ticket.stamp == "2026-03-02T04:05:06Z"


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"Number of allowed API requests", b"\xff\xfe", b'{"ticket": {', b"nul"]
)
def test_what_is_no_json_may_be_tried_again(body: bytes) -> None:
    with pytest.raises(Unavailable, match="not JSON"):
        member(body, "ticket", Ticket)


@pytest.mark.parametrize("wrong", [{"id": None}, {"id": "seven"}, {"updated_at": "soon"}, {"tags": "a b"}, {"via": []}])
def test_a_shape_we_do_not_know_is_refused_by_its_place_without_its_content(wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=r"`|\$|datetime") as refusal:
        decoded(json(TICKET | {"subject": "환불해 주세요"} | wrong), Ticket)
    assert "환불" not in str(refusal.value)
    assert "soon" not in str(refusal.value)


def test_an_answer_without_its_member_is_refused() -> None:
    for body in (b"{}", b"[]", b"null", b'{"ticket": null}'):
        with pytest.raises(Refused):
            member(body, "ticket", Ticket)


def test_one_bad_record_does_not_hold_up_the_others() -> None:
    good, bad = json(TICKET), json({"id": "seven"})
    tickets, unreadable = decoded_each([msgspec.Raw(good), msgspec.Raw(bad), msgspec.Raw(good)], Ticket)
    assert ([ticket.id for ticket in tickets], unreadable) == ([7, 7], 1)


AUDIT: dict[str, Any] = {
    "id": 50,
    "ticket_id": 7,
    "created_at": "2026-03-02T04:05:06Z",
    "author_id": 3,
    "metadata": {"system": {"ip_address": "203.0.113.7"}, "custom": {"opsroom": "push-12"}},
    "events": [
        {"id": 51, "type": "Comment", "public": False, "body": "rich", "plain_body": "plain", "author_id": 4},
        {"id": 52, "type": "Change", "field_name": "status", "value": "open", "previous_value": "new"},
        {"id": 53, "type": "SomethingNew", "tomorrow": {"is": "another"}},
        {"id": 54, "type": "AgentMacroReference", "macro_id": "99"},
    ],
    "via": {"channel": "api", "source": {"from": {}, "to": {}, "rel": None}},
}


def test_an_audit_tells_its_comments_and_keeps_events_of_types_we_do_not_know() -> None:
    audit = decoded(json(AUDIT), Audit)
    assert [(said.id, said.public, said.body, said.author_id) for said in audit.comments] == [(51, False, "plain", 4)]
    assert [event.type for event in audit.events] == ["Comment", "Change", "SomethingNew", "AgentMacroReference"]
    assert audit.events[3].macro_id == 99


def test_our_marker_is_read_from_the_audit() -> None:
    assert decoded(json(AUDIT), Audit).marker == "push-12"


@pytest.mark.parametrize("custom", [None, {}, [], "opsroom", {"opsroom": None}, {"opsroom": 5}, {"other": "x"}])
def test_an_audit_of_somebody_else_has_no_marker(custom: Any) -> None:
    assert decoded(json(AUDIT | {"metadata": {"custom": custom}}), Audit).marker is None
    assert decoded(json(AUDIT | {"metadata": None}), Audit).marker is None


def test_options_of_a_field_come_from_wherever_zendesk_puts_them() -> None:
    option = {"id": 1, "name": "환불", "value": "refund", "default": False}
    own = decoded(json({"id": 1, "type": "tagger", "custom_field_options": [option]}), TicketField)
    system = decoded(json({"id": 2, "type": "status", "system_field_options": [option]}), TicketField)
    assert [choice.value for choice in own.options + system.options] == ["refund", "refund"]


@pytest.mark.recorded
def test_every_recorded_record_is_read() -> None:
    kinds: dict[str, type[Any]] = {
        "ticket": Ticket, "audit": Audit, "user": User, "group": Group, "ticket_field": TicketField, "webhook": Webhook
    }  # fmt: skip
    seen = dict.fromkeys(kinds, 0)
    for name, reply in replies():
        for key, kind in kinds.items():
            if isinstance(reply.get(key), dict):
                assert member(json(reply), key, kind), name
                seen[key] += 1
            if isinstance(reply.get(f"{key}s"), list):
                assert len(members(json(reply), f"{key}s", kind)) == len(reply[f"{key}s"]), name
                seen[key] += len(reply[f"{key}s"])
    assert min(seen.values()) > 0, seen
