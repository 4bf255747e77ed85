"""The client against the sandbox over real HTTP: Zenpy asks, our types tell, writes are sent once."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.errors import Conflict, Refused, Unavailable, Unknown
from integrations.zendesk.client import Zendesk
from integrations.zendesk.signature import BadSignature, verify
from integrations.zendesk.types import Ticket
from tests.integrations.zendesk.box import (
    AGENT,
    AUTOMATION,
    CUSTOMER,
    EMAIL,
    FIELD,
    GROUP,
    MACRO,
    SECOND_AGENT,
    SECOND_GROUP,
    TOKEN,
    TRIGGER,
    Box,
    mark,
)
from tests.integrations.zendesk.stand_in import StandIn, reply
from tests.integrations.zendesk.test_types import AUDIT, TICKET

NO_SUCH = 987_654_321


def test_the_token_is_an_admins(account: Zendesk) -> None:
    me = account.me()
    assert (me.email, me.role) == (EMAIL, "admin")


def test_a_wrong_token_is_refused(box: Box) -> None:
    with pytest.raises(Refused) as refusal:
        Zendesk(box.url, EMAIL, "not-the-token").me()
    assert refusal.value.status == 401


def test_a_ticket_is_read_with_all_that_opsroom_needs(account: Zendesk, ticket: Ticket) -> None:
    seen = account.ticket(ticket.id)
    assert (seen.subject, seen.description, seen.status) == ("환불 문의", "환불해 주세요", "new")
    assert (seen.requester_id, set(seen.tags)) == (CUSTOMER, {"vip", "seoul", "late"}), "a choice is a tag, too"
    assert {field.id: field.value for field in seen.custom_fields}[FIELD] == "late"
    assert seen.created_at.utcoffset() == timedelta(0)
    assert abs(seen.updated_at - datetime.now(UTC)) < timedelta(minutes=1)


def test_tickets_are_counted(account: Zendesk, ticket: Ticket) -> None:
    assert account.ticket_count() >= 1


def test_a_second_read_asks_again_in_place_of_remembering(account: Zendesk, ticket: Ticket, box: Box) -> None:
    account.ticket(ticket.id)
    other = Zendesk(box.url, EMAIL, TOKEN)
    other.update_ticket(ticket.id, {"priority": "urgent"}, updated_stamp=None, marker=mark())
    assert account.ticket(ticket.id).priority == "urgent"


def test_what_does_not_exist_is_refused(account: Zendesk) -> None:
    for call in (account.ticket, account.audits):
        with pytest.raises(Refused) as refusal:
            call(NO_SUCH)
        assert refusal.value.status == 404


@pytest.mark.parametrize("number", [0, -1])
def test_a_number_that_is_no_id_is_not_sent(account: Zendesk, number: int) -> None:
    with pytest.raises(ValueError):
        account.ticket(number)


def test_people_groups_fields_brands_and_locales_are_read(account: Zendesk) -> None:
    assert {user.id for user in account.users([AGENT, CUSTOMER, NO_SUCH])} == {AGENT, CUSTOMER}
    staff = {user.id: user.role for user in account.agents()}
    assert staff[AGENT] == staff[SECOND_AGENT] == "agent"
    assert "admin" in staff.values()
    assert CUSTOMER not in staff
    assert {GROUP, SECOND_GROUP} <= {group.id for group in account.groups()}
    fields = {field.id: field for field in account.ticket_fields()}
    assert [(option.name, option.value) for option in fields[FIELD].options] == [("늦음", "late")]
    assert account.brands()
    assert {"ko", "en-US"} <= {locale.locale for locale in account.locales()}


def test_more_users_than_a_request_takes_are_read_in_several(account: Zendesk, box: Box) -> None:
    wanted = list(range(70_000, 70_230))
    box.post("/_sandbox/seed", {"users": [{"id": number, "name": f"U{number}"} for number in wanted]})
    assert sorted(user.id for user in account.users(wanted)) == wanted


def test_rules_come_as_zendesk_wrote_them(account: Zendesk) -> None:
    assert rule(account.triggers(), TRIGGER)["conditions"]["all"][0]["operator"] == "is"
    assert rule(account.automations(), AUTOMATION)["actions"] == [{"field": "current_tags", "value": "seen"}]
    macro = rule(account.macros(), MACRO)
    assert (macro["title"], macro["restriction"]) == ("답변", None)
    assert isinstance(account.views(), list)


def rule(rules: list[dict[str, Any]], number: int) -> dict[str, Any]:
    return next(row for row in rules if row["id"] == number)


def test_a_rule_is_switched_off_and_on(account: Zendesk) -> None:
    for switch, rules, number in (
        (account.switch_trigger, account.triggers, TRIGGER),
        (account.switch_automation, account.automations, AUTOMATION),
    ):
        for active in (False, True):
            switch(number, active)
            assert rule(rules(), number)["active"] is active
        with pytest.raises(Refused):
            switch(NO_SUCH, False)


def test_applying_a_macro_tells_the_outcome_and_changes_nothing(account: Zendesk, ticket: Ticket) -> None:
    before = account.ticket_with_audits(ticket.id)
    outcome = account.apply_macro(ticket.id, MACRO)
    assert outcome["status"] == "pending"
    assert "안녕하세요" in outcome["comment"]["body"]
    assert account.ticket_with_audits(ticket.id) == before


def test_a_change_comes_back_as_ticket_and_audit(account: Zendesk, ticket: Ticket) -> None:
    marker = mark()
    change = {"status": "pending", "group_id": GROUP, "comment": {"body": "확인 중입니다", "public": True}}
    seen, audit = account.update_ticket(ticket.id, change, updated_stamp=ticket.stamp, marker=marker)
    assert (seen.status, seen.group_id) == ("pending", GROUP)
    assert audit is not None
    assert audit.marker == marker
    assert [(said.body, said.public) for said in audit.comments] == [("확인 중입니다", True)]
    changes = {event.field_name: (event.previous_value, event.value) for event in audit.events}
    assert changes["status"] == ("new", "pending")


def test_a_ticket_comes_with_its_whole_history(account: Zendesk, ticket: Ticket) -> None:
    marker = mark()
    account.update_ticket(ticket.id, {"priority": "high"}, updated_stamp=None, marker=marker)
    seen, audits = account.ticket_with_audits(ticket.id)
    assert seen.priority == "high"
    assert [audit.marker for audit in audits] == [None, marker]
    assert [said.body for said in audits[0].comments] == ["환불해 주세요"]


def test_a_stale_change_is_a_conflict_and_leaves_no_trace(account: Zendesk, ticket: Ticket, box: Box) -> None:
    stale = (ticket.updated_at - timedelta(seconds=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    with pytest.raises(Conflict) as conflict:
        account.update_ticket(ticket.id, {"comment": {"body": "late"}}, updated_stamp=stale, marker=mark())
    assert conflict.value.status == 409
    assert box.committed(ticket.id) == []


def test_without_the_stamp_the_same_change_would_have_been_written(account: Zendesk, ticket: Ticket, box: Box) -> None:
    """The negative control of the test before."""
    account.update_ticket(ticket.id, {"comment": {"body": "late"}}, updated_stamp=None, marker=mark())
    assert len(box.committed(ticket.id)) == 1


def test_a_change_of_a_closed_ticket_is_refused_in_zendesks_words(account: Zendesk, ticket: Ticket) -> None:
    account.update_ticket(ticket.id, {"status": "closed", "assignee_id": AGENT}, updated_stamp=None, marker=mark())
    with pytest.raises(Refused) as refusal:
        account.update_ticket(ticket.id, {"priority": "low"}, updated_stamp=None, marker=mark())
    assert refusal.value.status == 422
    assert "status" in refusal.value.details


def test_a_change_that_changes_nothing_brings_no_audit_of_ours(account: Zendesk, ticket: Ticket) -> None:
    marker = mark()
    seen, audit = account.update_ticket(ticket.id, {"subject": ticket.subject}, updated_stamp=None, marker=marker)
    assert seen.id == ticket.id
    assert audit is None
    assert account.find_marker(ticket.id, marker) is None


def test_the_audit_of_an_older_change_is_not_taken_for_ours(zendesk: Zendesk, stand_in: StandIn) -> None:
    stand_in.then(reply(200, {"ticket": TICKET, "audit": AUDIT}), reply(200, {"ticket": TICKET, "audit": None}))
    for _ in range(2):
        seen, audit = zendesk.update_ticket(7, {"priority": "low"}, updated_stamp=None, marker="push-13")
        assert (seen.id, audit) == (7, None)
    assert stand_in.heard[0].json["ticket"]["metadata"]["opsroom"] == "push-13"


def test_tags_are_added_and_removed_and_never_set(account: Zendesk, ticket: Ticket) -> None:
    change = {"additional_tags": ["refund", "vip"], "remove_tags": ["seoul"]}
    seen, _ = account.update_ticket(ticket.id, change, updated_stamp=ticket.stamp, marker=mark())
    assert set(seen.tags) == {"vip", "refund", "late"}


def test_tags_of_a_ticket_that_moved_on_are_a_conflict(account: Zendesk, ticket: Ticket, box: Box) -> None:
    stale = (ticket.updated_at - timedelta(seconds=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    with pytest.raises(Conflict):
        account.update_ticket(ticket.id, {"additional_tags": ["x"]}, updated_stamp=stale, marker=mark())
    assert box.committed(ticket.id) == []


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_a_ticket_needs_a_key(account: Zendesk, key: str) -> None:
    with pytest.raises(ValueError):
        account.create_ticket({}, idempotency_key=key)


def test_a_rate_limit_raises_at_once_for_zenpy_too(box: Box, account: Zendesk, ticket: Ticket) -> None:
    box.break_next(method="GET", path="/api/v2/tickets/*", kind="429", when="before", seconds=40)
    with pytest.raises(Unavailable) as limited:
        account.ticket(ticket.id)
    assert not isinstance(limited.value, Unknown)
    assert limited.value.retry_after is not None
    assert limited.value.retry_after > 0


def test_a_webhook_is_made_read_changed_and_deleted(account: Zendesk) -> None:
    subscriptions = ["zen:event-type:ticket.created", "zen:event-type:ticket.comment_added"]
    made = account.create_webhook("Opsroom", "http://127.0.0.1:9/webhooks/zendesk", subscriptions)
    assert (made.status, set(made.subscriptions)) == ("active", set(subscriptions))
    assert len(account.signing_secret(made.id)) > 20
    account.update_webhook(made.id, {"status": "inactive"})
    assert {webhook.id: webhook.status for webhook in account.webhooks()}[made.id] == "inactive"
    account.delete_webhook(made.id)
    account.delete_webhook(made.id)
    assert made.id not in {webhook.id for webhook in account.webhooks()}
    with pytest.raises(Refused):
        account.signing_secret(made.id)


def test_what_the_webhook_sends_is_signed_with_the_secret_that_was_read(account: Zendesk, stand_in: StandIn) -> None:
    stand_in.then(reply(200))
    made = account.create_webhook("Opsroom", f"{stand_in.url}/webhooks/zendesk", ["zen:event-type:ticket.created"])
    try:
        account.create_ticket({"comment": {"body": "서명해 주세요"}, "requester_id": CUSTOMER}, idempotency_key=mark())
        deadline = time.monotonic() + 5
        while not stand_in.heard and time.monotonic() < deadline:
            time.sleep(0.02)
        heard = stand_in.heard[0]
        stamp = heard.headers["x-zendesk-webhook-signature-timestamp"]
        signature = heard.headers["x-zendesk-webhook-signature"]
        verify([account.signing_secret(made.id)], stamp, signature, heard.body, datetime.now(UTC))
        with pytest.raises(BadSignature):
            verify(["another"], stamp, signature, heard.body, datetime.now(UTC))
    finally:
        account.delete_webhook(made.id)


def test_an_id_of_a_webhook_cannot_lead_elsewhere(account: Zendesk) -> None:
    for strange in ("", "../tickets/1", "a?b", "웹훅"):
        with pytest.raises(ValueError):
            account.delete_webhook(strange)
