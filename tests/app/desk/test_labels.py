"""No column's raw name reaches a person: what a screen lists, details, filters and exports has a label of its own."""

from __future__ import annotations

import re

from flask import Flask

from app.desk.lists import SCREENS
from app.desk.view import DeskView
from app.people.model import Role
from app.words import Words, spoken
from tests.app.desk.shop import a_vendor
from tests.visit import visit_as


def told(screen: DeskView) -> list[tuple[str, object]]:
    columns = list(screen.get_list_columns())
    if screen.column_details_list or screen.details_template == DeskView.details_template:
        columns += screen.get_details_columns()
    if screen.can_export:
        columns += screen.get_export_columns()
    return [*columns, *((each.key_name or str(each.column.key), each.name) for each in screen._filters or ())]


def test_every_column_has_a_label_in_both_languages(lone_office: Flask) -> None:
    unnamed = []
    with lone_office.test_request_context("/"), spoken("ko"):
        for screen in lone_office.extensions[SCREENS]:
            if isinstance(screen, DeskView):
                assert told(screen)
                unnamed += [f"{screen.endpoint}.{name}" for name, label in told(screen) if not isinstance(label, Words)]
    assert sorted(set(unnamed)) == []


def test_a_bare_cell_carries_its_label_for_the_phone(lone_office: Flask) -> None:
    a_vendor()
    page = visit_as(lone_office, Role.ops_manager).open("/admin/vendors/").text
    assert re.search(r'class="[^"]*unsaid[^"]*" data-field="is_active" data-label="거래 중"', page)
    assert re.search(r'class="[^"]*unsaid[^"]*" data-field="(name|email)"', page) is None
    assert "<span>1건</span>" in page


def test_a_look_up_says_what_to_do(lone_office: Flask) -> None:
    page = visit_as(lone_office, Role.ops_manager).open("/admin/refunds/new/").text
    assert 'data-placeholder="입력해서 찾기"' in page
