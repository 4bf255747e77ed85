"""What changed in a ticket reads in words: labels for fields, names for ids."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.db import db
from app.tickets.changes import Names, names_in
from app.tickets.model import ZendeskField, ZendeskGroup, ZendeskUser
from tests.marketplace import kept


@pytest.fixture
def names(office: Flask) -> Names:
    kept(ZendeskGroup(zendesk_id=7, name="환불팀"))
    kept(ZendeskUser(zendesk_id=8, name="박지호"))
    kept(ZendeskField(zendesk_id=9, kind="text", title="출입 방법"))
    changes: list[dict[str, Any]] = [
        {"group_id": [None, 7], "assignee_id": 8, "9": [None, "x"], "subject": ["a", "b"]},
        {"custom_fields": [{"id": 9, "value": "문 앞"}], "followers": [{"user_id": 8, "action": "put"}]},
    ]
    return names_in(db.session(), changes)


@pytest.mark.parametrize(
    ("key", "value", "label", "told"),
    [
        ("group_id", 7, "그룹", "환불팀"),
        ("group_id", 70, "그룹", "70"),
        ("assignee_id", "8", "담당자", "박지호"),
        ("status", "new", "상태", "신규"),
        ("status", None, "상태", "–"),
        ("additional_tags", ["a", "b"], "태그 추가", "a, b"),
        ("9", "문 앞", "출입 방법", "문 앞"),
        ("custom_fields", [{"id": 9, "value": "문 앞"}], "사용자 정의 필드", "출입 방법: 문 앞"),
        ("followers", [{"user_id": 8, "action": "put"}], "팔로워", "박지호"),
        ("something_new", {"a": 1}, "something_new", "a: 1"),
    ],
)
def test_fields_and_values_are_told_by_name(names: Names, key: str, value: object, label: str, told: str) -> None:
    assert (names.label(key), names.value(key, value)) == (label, told)


@pytest.mark.parametrize(
    "odd", [{}, {"group_id": "x"}, {"assignee_id": ["９"]}, {"custom_fields": "x"}, {"followers": [1]}]
)
def test_odd_changes_break_nothing(lone_office: Flask, odd: dict[str, Any]) -> None:
    found = names_in(db.session(), [odd])
    for key, value in odd.items():
        found.value(key, value)
