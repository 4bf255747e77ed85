"""One ticket turned around: what nobody touched goes back, what somebody touched stays, and says who."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.rules.undo.take_back import Happened, Left, take_back

NOON = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
RULE, AGENT = -1, 7101


def ours(audit: int, *effects: dict[str, Any], **changes: Any) -> Happened:
    return Happened(audit, NOON + timedelta(minutes=audit), RULE, changes, effects)


def theirs(audit: int, **changes: Any) -> Happened:
    return Happened(audit, NOON + timedelta(minutes=audit), AGENT, changes)


def sets(field: str, value: Any) -> dict[str, Any]:
    return {"field": field, "value": value}


def test_a_field_goes_back_to_what_it_was() -> None:
    back = take_back([ours(1, sets("priority", "high"), priority=["low", "high"])], {"priority": "high"})
    assert (back.change, back.before, back.stays) == ({"priority": "low"}, {"priority": "high"}, ())


def test_ids_go_back_as_numbers_and_nobody_as_none() -> None:
    events = [
        ours(
            1,
            sets("group_id", "7202"),
            sets("assignee_id", "7101"),
            group_id=["7201", "7202"],
            assignee_id=[None, 7101],
        )
    ]
    back = take_back(events, {"group_id": 7202, "assignee_id": 7101})
    assert back.change == {"group_id": 7201, "assignee_id": None}
    assert back.before == {"group_id": 7202, "assignee_id": 7101}


def test_a_custom_field_goes_back() -> None:
    back = take_back([ours(1, sets("custom_fields_31", "vip"), **{"31": [None, "vip"]})], {"31": "vip"})
    assert back.change == {"custom_fields": [{"id": 31, "value": None}]}
    assert back.before == {"custom_fields": {"31": "vip"}}


def test_what_somebody_touched_since_stays_and_says_who_and_when() -> None:
    events = [
        ours(
            1, sets("priority", "high"), sets("status", "pending"), priority=["low", "high"], status=["open", "pending"]
        ),
        theirs(2, priority=["high", "urgent"]),
    ]
    back = take_back(events, {"priority": "urgent", "status": "pending"})
    assert back.change == {"status": "open"}
    [stays] = back.stays
    assert (stays.field, stays.value, stays.why, stays.by) == ("priority", "high", Left.touched, AGENT)
    assert stays.at == NOON + timedelta(minutes=2)


def test_somebody_who_set_the_same_value_again_by_way_of_another_has_touched_it() -> None:
    events = [
        ours(1, sets("priority", "high"), priority=["low", "high"]),
        theirs(2, priority=["high", "urgent"]),
        theirs(3, priority=["urgent", "high"]),
    ]
    assert take_back(events, {"priority": "high"}).change == {}


def test_a_value_that_is_another_one_now_was_touched_though_no_update_tells_of_it() -> None:
    back = take_back([ours(1, sets("priority", "high"), priority=["low", "high"])], {"priority": "normal"})
    assert (back.change, [one.why for one in back.stays]) == ({}, [Left.touched])


def test_several_firings_go_back_to_before_the_first_but_not_past_what_somebody_did_between() -> None:
    low_high, high_urgent = ["low", "high"], ["high", "urgent"]
    in_a_row = [
        ours(1, sets("priority", "high"), priority=low_high),
        ours(2, sets("priority", "urgent"), priority=high_urgent),
    ]
    assert take_back(in_a_row, {"priority": "urgent"}).change == {"priority": "low"}
    between = [
        ours(1, sets("priority", "high"), priority=low_high),
        theirs(2, priority=["high", "normal"]),
        ours(3, sets("priority", "urgent"), priority=["normal", "urgent"]),
    ]
    assert take_back(between, {"priority": "urgent"}).change == {"priority": "normal"}


def test_each_tag_is_looked_at_by_itself() -> None:
    events = [
        ours(
            1,
            sets("current_tags", "a"),
            sets("current_tags", "b"),
            sets("current_tags", "had"),
            sets("remove_tags", "c"),
            tags=[["c", "had"], ["a", "b", "had"]],
        ),
        theirs(2, tags=["a b had", "a had"]),
        theirs(3, tags=["a had", "a had other"]),
    ]
    back = take_back(events, {"tags": ["a", "had", "other"]})
    assert back.change == {"remove_tags": ["a"], "additional_tags": ["c"]}
    assert [(one.field, one.value, one.why, one.by) for one in back.stays] == [
        ("current_tags", "b", Left.touched, AGENT)
    ]


def test_what_another_rule_did_in_the_same_update_stays() -> None:
    events = [ours(1, sets("priority", "high"), priority=["low", "high"], status=["new", "open"], tags=[[], ["x"]])]
    back = take_back(events, {"priority": "high", "status": "open", "tags": ["x"]})
    assert back.change == {"priority": "low"}


def test_nobody_goes_back_to_new() -> None:
    back = take_back([ours(1, sets("status", "pending"), status=["new", "pending"])], {"status": "pending"})
    assert back.change == {"status": "open"}


def test_from_new_to_open_there_is_no_way_back_and_nothing_to_tell() -> None:
    back = take_back([ours(1, sets("status", "open"), status=["new", "open"])], {"status": "open"})
    assert (back.change, back.stays) == ({}, ())


def test_the_plan_that_routed_is_told_by_whom_it_chose() -> None:
    events = [ours(1, sets("route", "refunds"), sets("group_id", "7202"), group_id=[None, "7202"])]
    back = take_back(events, {"group_id": 7202})
    assert (back.change, back.stays) == ({"group_id": None}, ())


@pytest.mark.parametrize("status", ["closed", "deleted"])
def test_a_closed_ticket_takes_nothing(status: str) -> None:
    back = take_back(
        [ours(1, sets("priority", "high"), priority=["low", "high"])], {"priority": "high", "status": status}
    )
    assert (back.change, [one.why for one in back.stays]) == ({}, [Left.closed])


def test_what_was_said_cannot_be_unsaid() -> None:
    comment = {"field": "comment", "value": "안녕하세요", "public": True, "macro_id": "3", "language": "ko"}
    mail = {"field": "notification_user", "value": ["requester_id"], "subject": "s", "body": "b", "held": True}
    back = take_back([ours(1, comment, mail, sets("follower", "7101"))], {})
    assert [(one.field, one.why) for one in back.stays] == [
        ("comment", Left.said),
        ("notification_user", Left.lasting),
        ("follower", Left.lasting),
    ]
    assert back.stays[0].value is None, "a customer's answer is not told again in another row"


def test_what_the_update_did_not_change_after_all_is_no_matter() -> None:
    back = take_back(
        [ours(1, sets("priority", "high"), sets("current_tags", "x"), status=["new", "open"])], {"status": "open"}
    )
    assert (back.change, back.stays) == ({}, ())
