"""What conditions on the ticket, its people and its update say, by hand, after Zendesk's conditions reference."""

from __future__ import annotations

from dataclasses import replace

from app.language.facts_of_ticket import Change, Comment, Person, Update
from tests.app.language.semantics.cases import (
    NOW,
    Case,
    ago,
    asked_by,
    both,
    by,
    changed,
    noted,
    said,
    scored,
    silent,
    tagged,
    ticket,
)


def _six_of_change(field: str, attribute: str, one: str, other: str, third: str) -> list[Case]:
    """A field that this update took from `one` to `other`."""
    moved = replace(ticket(**{attribute: other}), update=Update("Change", changes={field: Change(one, other)}))
    still = silent(**{attribute: other})
    return [
        *both(field, "changed", None, moved, still),
        *both(field, "not_changed", "", still, moved),
        *both(field, "value", other, moved, still),
        Case(field, "value", third, moved, False),
        *both(field, "value_previous", one, moved, still),
        Case(field, "value_previous", third, moved, False),
        *both(field, "not_value", other, still, moved),
        Case(field, "not_value", third, moved, True),
        *both(field, "not_value_previous", one, still, moved),
        Case(field, "not_value_previous", third, moved, True),
    ]


def _is(field: str, attribute: str, value: str, other: str) -> list[Case]:
    has, has_not = ticket(**{attribute: value}), ticket(**{attribute: other})
    return [
        *both(field, "is", value, has, has_not),
        *both(field, "is_not", value, has_not, has),
        Case(field, "is", value, ticket(**{attribute: None}), False),
        Case(field, "is_not", value, ticket(**{attribute: None}), False),
    ]


def _ids() -> list[Case]:
    found: list[Case] = []
    for field in ("group_id", "assignee_id", "requester_id", "organization_id", "brand_id", "ticket_form_id"):
        found += _is(field, field, "11", "12") + _six_of_change(field, field, "11", "12", "13")
    found += _is("satisfaction_reason_code", "satisfaction_reason_code", "5", "6")
    found += _six_of_change("satisfaction_reason_code", "satisfaction_reason_code", "5", "6", "7")
    found += _is("schedule_id", "schedule_id", "77", "88")
    found += _is("via_id", "via_id", "4", "0")
    found += _is("custom_status_id", "custom_status_id", "11", "12")
    found += _six_of_change("custom_status_id", "custom_status_id", "11", "12", "13")
    return found


MINE = Person("7", "agent", group_ids=("11", "12"))
GIVEN_TO_ME = ticket(assignee_id="7", update=Update("Change", MINE, changes={"assignee_id": Change("", "7")}))
CUSTOMER = Person("9", "end-user")


WORDS_OF_PEOPLE = [
    *both("assignee_id", "is", "current_user", by(MINE, assignee_id="7"), by(MINE, assignee_id="8")),
    *both("assignee_id", "is_not", "current_user", by(MINE, assignee_id=""), by(MINE, assignee_id="7")),
    Case("assignee_id", "is", "current_user", ticket(assignee_id="7"), False),
    Case("assignee_id", "is_not", "current_user", ticket(assignee_id="7"), False),
    *both("assignee_id", "is", "requester_id", ticket(assignee_id="9", requester_id="9"), ticket(requester_id="9")),
    *both("requester_id", "is", "assignee_id", ticket(assignee_id="9", requester_id="9"), ticket(requester_id="9")),
    *both("requester_id", "is", "current_user", by(CUSTOMER, requester_id="9"), by(MINE, requester_id="9")),
    *both("group_id", "is", "current_groups", by(MINE, group_id="12"), by(MINE, group_id="13")),
    *both("group_id", "is_not", "current_groups", by(MINE, group_id=""), by(MINE, group_id="11")),
    *both("group_id", "is", "", ticket(group_id=""), ticket(group_id="1")),
    *both("group_id", "is", "__NULL__", ticket(group_id=""), ticket(group_id="1")),
    *both("group_id", "is_not", "__NULL__", ticket(group_id="1"), ticket(group_id="")),
    *both("assignee_id", "is_not", "", ticket(assignee_id="1"), ticket(assignee_id="")),
    *both("role", "is", "agent", by(Person("1", "admin")), by(CUSTOMER)),
    *both("role", "is", "end_user", by(CUSTOMER), by(Person("0", "system"))),
    *both("role", "is_not", "end_user", by(MINE), by(CUSTOMER)),
    *both("role", "is", "7", by(MINE), by(CUSTOMER)),
    *both("role", "is_not", "7", by(CUSTOMER), by(MINE)),
    Case("role", "is_not", "agent", ticket(), False),
    *both("requester_role", "is", "0", ticket(requester=CUSTOMER), ticket(requester=MINE)),
    *both("requester_role", "is_not", "4", ticket(requester=Person("1", "admin")), ticket(requester=MINE)),
    *both("locale_id", "is", "69", asked_by(locale_id="69"), asked_by(locale_id="1")),
    *both("locale_id", "is_not", "69", asked_by(locale_id="1"), asked_by(locale_id="69")),
    Case("locale_id", "is_not", "69", asked_by(), False),
    *both("requester_time_zone", "is", "Seoul", asked_by(time_zone="Seoul"), asked_by(time_zone="Hawaii")),
    *both("requester_time_zone", "is_not", "Seoul", asked_by(time_zone="Hawaii"), asked_by(time_zone="Seoul")),
    *both(
        "requester_twitter_verified", "is", "true",
        asked_by(twitter_verified=True), asked_by(twitter_verified=False),
    ),
]  # fmt: skip

STATUS = [
    *_is("status", "status", "open", "pending"),
    *both("status", "less_than", "solved", ticket(status="hold"), ticket(status="solved")),
    *both("status", "greater_than", "pending", ticket(status="hold"), ticket(status="pending")),
    *_six_of_change("status", "status", "solved", "open", "closed"),
    *both("custom_status_id", "includes", "11 12", ticket(custom_status_id="12"), ticket(custom_status_id="13")),
    *both("custom_status_id", "not_includes", "11 12", ticket(custom_status_id="13"), ticket(custom_status_id="11")),
    *_is("type", "type", "question", "task"),
    *both("type", "is", "", ticket(type=""), ticket(type="task")),
    *_six_of_change("type", "type", "question", "incident", "task"),
    *both("ticket_type_id", "is", "1", ticket(type="question"), ticket(type="")),
    *both("ticket_type_id", "is_not", "0", ticket(type="task"), ticket(type="")),
    *_is("priority", "priority", "high", "low"),
    *both("priority", "less_than", "low", ticket(priority=""), ticket(priority="low")),
    *both("priority", "greater_than", "normal", ticket(priority="urgent"), ticket(priority="normal")),
    *_six_of_change("priority", "priority", "low", "high", "urgent"),
    *both("satisfaction_score", "is", "false", scored("offered"), scored("good")),
    *both("satisfaction_score", "is_not", "true", scored("good"), scored("unoffered")),
    *both("satisfaction_score", "less_than", "good", scored("bad_with_comment"), scored("good")),
    *both("satisfaction_score", "greater_than", "bad", scored("good_with_comment"), scored("bad")),
    *_six_of_change("satisfaction_score", "satisfaction_score", "bad_with_comment", "good", "bad"),
    Case("satisfaction_score", "value_previous", "false", changed("satisfaction_score", "offered", "bad"), True),
    Case("status", "changed", None, ticket(status="open"), False),
    Case("status", "not_changed", None, ticket(status="open"), False),
    Case("assignee_id", "changed", None, ticket(assignee_id="7", update=Update("Create")), True),
    Case("assignee_id", "changed", None, ticket(assignee_id="", update=Update("Create")), False),
    Case("group_id", "value", "7", ticket(group_id="7", update=Update("Create")), True),
    Case("assignee_id", "value", "current_user", GIVEN_TO_ME, True),
]  # fmt: skip

TAGS_AND_TEXT = [
    *both("current_tags", "includes", "refund VIP", tagged("vip"), tagged("vip2")),
    *both("current_tags", "not_includes", "refund vip", tagged(), tagged("refund")),
    Case("current_tags", "includes", ["vip"], tagged("vip"), True),
    *both(
        "subject_includes_word", "includes", "refund 취소",
        ticket(subject="Refund, please"), ticket(subject="refunds and refunded"),
    ),
    Case("subject_includes_word", "includes", "환불", ticket(subject="전액환불을 원해요"), True),
    Case("subject_includes_word", "includes", "환불", ticket(subject="전액환불을"), True),
    Case("subject_includes_word", "includes", "refund", ticket(subject="refund를 원해요"), True),
    Case("subject_includes_word", "includes", "c++ a/s", ticket(subject="A/S 신청"), True),
    Case("subject_includes_word", "includes", "a/s", ticket(subject="data/set"), False),
    *both("subject_includes_word", "not_includes", "refund", ticket(subject="hello"), ticket(subject="REFUND!")),
    *both("subject_includes_word", "is", "fund pl", ticket(subject="Refund please"), ticket(subject="fund, pl")),
    *both("subject_includes_word", "is_not", "fund", ticket(subject="hello"), ticket(subject="Refund")),
    *both(
        "description_includes_word", "includes", "late",
        ticket(description="you are LATE"), ticket(description="later"),
    ),
    *both(
        "description_includes_word", "not_includes", "late",
        ticket(description="later"), ticket(description="late"),
    ),
    *both("description_includes_word", "is", "ate", ticket(description="late"), ticket(description="soon")),
    *both("description_includes_word", "is_not", "ate", ticket(description="soon"), ticket(description="late")),
    *both("comment_includes_word", "includes", "broken", said("it is broken"), said("hello", description="broken")),
    Case("comment_includes_word", "includes", "broken", said("hello", subject="Broken"), True),
    Case("comment_includes_word", "includes", "broken", silent(subject="Broken"), False),
    *both("comment_includes_word", "not_includes", "broken", silent(), noted("broken")),
    *both("comment_includes_word", "is", "is bro", said("it is broken"), silent()),
    *both("comment_includes_word", "is_not", "bro", silent(), said("broken")),
    *both("recipient", "is", "Help@acme.kr", ticket(recipient="help@acme.kr"), ticket(recipient="x@acme.kr")),
]  # fmt: skip

UPDATES = [
    *both("update_type", "is", "Create", ticket(update=Update("Create")), silent()),
    Case("update_type", "is", "Change", ticket(), False),
    *both("comment_is_public", "is", True, said("a"), noted("a")),
    Case("comment_is_public", "is", True, silent(), False),
    *both("comment_is_public", "is", "false", noted("a"), silent()),
    *both("comment_is_public", "is", "not_relevant", noted("a"), silent()),
    *both("comment_is_public", "is", "requester_can_see_comment", said("a"), noted("a")),
    *both("ticket_is_public", "is", "private", ticket(is_public=False), ticket(is_public=True)),
    *both(
        "current_via_id", "is", "5",
        ticket(update=Update("Change", via_id="5")), ticket(update=Update("Change", via_id="4")),
    ),
    *both("current_via_id", "is_not", "5", ticket(update=Update("Change", via_id="4")), ticket(via_id="4")),
    *both(
        "attachment", "is", "true",
        ticket(update=Update("Change", comment=Comment("a", True, attachments=1))), silent(),
    ),
    *both("cc", "is", "true", ticket(cc_ids=("1",)), ticket()),
    Case("cc", "is", "false", ticket(cc_ids=None), False),
    Case(
        "attachment", "is", "false",
        ticket(update=Update("Change", comment=Comment("a", True, attachments=None))), False,
    ),
    Case("attachment", "is", "false", silent(), True),
    *both("ticket_due_date", "is", "false", ticket(), ticket(due_at=NOW)),
    *both("in_business_hours", "is", "true", ticket(), ticket(schedule_id="77")),
    Case("on_holiday", "is", "false", ticket(), True),
    Case("within_schedule", "is", "88", ticket(), True),
    Case("within_schedule", "is", "77", ticket(), False),
    Case("within_schedule", "is", "404", ticket(), False),
    *both(
        "exact_created_at", "less_than", "2026-11-23 09:00",
        ticket(created_at=ago(2)), ticket(created_at=ago(1.5)),
    ),
    *both(
        "exact_created_at", "less_than_equal", "2026-11-23 09:00",
        ticket(created_at=ago(1.5)), ticket(created_at=ago(1)),
    ),
    *both(
        "exact_created_at", "greater_than", "2026-11-23 09:00",
        ticket(created_at=ago(1)), ticket(created_at=ago(1.5)),
    ),
    *both(
        "exact_created_at", "greater_than_equal", "2026-11-23 09:00",
        ticket(created_at=ago(1.5)), ticket(created_at=ago(2)),
    ),
]  # fmt: skip
TICKET_CASES = [*_ids(), *WORDS_OF_PEOPLE, *STATUS, *TAGS_AND_TEXT, *UPDATES]
