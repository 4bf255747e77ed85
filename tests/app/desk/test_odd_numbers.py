"""Numbers that nobody types: longer than Python reads, or in digits that are none."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.marketplace import a_policy
from tests.visit import visit_as

LONG = "9" * 5000


@pytest.mark.parametrize("route", ["details", "edit"])
def test_a_record_of_thousands_of_digits_is_not_found(lone_office: Flask, route: str) -> None:
    assert visit_as(lone_office).open(f"/admin/vendors/{route}/?id={LONG}").status_code == 404


def test_thousands_of_digits_in_a_form_are_no_number(lone_office: Flask) -> None:
    visit = visit_as(lone_office)
    posts = {
        "/admin/partners/move/": {"id": LONG},
        "/admin/policies/publish/": {"id": str(a_policy().id), "version": LONG},
        "/admin/partners/ajax/update/": {"name": "city", "list_form_pk": LONG},
    }
    assert {path: visit.send(path, form).status_code for path, form in posts.items()} == dict.fromkeys(posts, 404)
    assert visit.send("/admin/inbox/action/", {"action": "retry", "rowid": LONG}).status_code == 302
    assert visit.send("/admin/bookings/new/", {"customer": LONG}).status_code == 422


@pytest.mark.parametrize("typed", ["9223372036854775808", "-" + "9" * 40, LONG])
def test_a_number_that_no_column_holds_is_told_at_its_field(lone_office: Flask, typed: str) -> None:
    visit = visit_as(lone_office)
    for screen in ("customers", "partners", "users"):
        answer = visit.send(f"/admin/{screen}/new/", {"name": "김", "zendesk_id": typed})
        assert answer.status_code == 422
        assert f'value="{typed}"' in answer.text


@pytest.mark.parametrize("screen", ["rules", "macros"])
def test_a_button_of_a_row_that_is_no_number_changes_nothing(lone_office: Flask, screen: str) -> None:
    pressed = visit_as(lone_office).send(f"/admin/{screen}/new/", {"press": "remove:actions:²"})
    assert pressed.status_code == 200
