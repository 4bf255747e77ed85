"""The tabs of rules: what is searched for is searched among all of them."""

from __future__ import annotations

from flask import Flask

from app.people.model import Role
from tests.visit import visit_as


def test_a_search_without_a_tab_opens_all_and_not_the_retired_ones(office: Flask) -> None:
    visit = visit_as(office, Role.ops_manager)
    for screen in ("rules", "macros"):
        page = visit.open(f"/admin/{screen}/?search=x").text
        assert 'data-tab="all" class="on"' in page
