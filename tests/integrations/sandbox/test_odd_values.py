"""Whatever stands where a value belongs, the sandbox refuses it or takes it: it never fails itself."""

import pytest

from integrations.zendesk.sandbox.ticket_change import TAKEN_IN_BULK
from tests.integrations.sandbox.client import Client

ODD: tuple[object, ...] = (
    None, True, -1, 10**30, 1.5, "", "\x00", "99999999999999999999", [], [[1]], ["a", None], [{}], {"a": 1},
)  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "name", "start", "keys"),
    [
        ("PUT", "/tickets/1", "ticket", {}, sorted(TAKEN_IN_BULK)),
        ("POST", "/users", "user", {"name": "x"}, ["name", "email", "role", "locale", "tags", "user_fields"]),
        ("POST", "/webhooks", "webhook", {"name": "x", "endpoint": "http://127.0.0.1:9"},
         ["name", "endpoint", "subscriptions", "http_method", "status", "authentication"]),
        ("POST", "/views", "view", {"title": "x"}, ["title", "conditions", "all", "output", "restriction"]),
        ("POST", "/macros", "macro", {"title": "x"}, ["title", "actions", "position"]),
    ],
)  # fmt: skip
def test_an_odd_value_is_refused_or_taken(
    box: Client, method: str, path: str, name: str, start: dict[str, object], keys: list[str]
) -> None:
    box.ticket()
    for key in keys:
        for value in ODD:
            reply = box.ask(method, path, {name: start | {key: value}})
            assert reply.status_code < 500, (key, value, reply.text)
    for kind in ("tickets", "users", "webhooks", "views", "macros"):
        assert box.read(f"/{kind}")[kind] is not None


@pytest.mark.parametrize(
    "path", ["/tickets", "/users", "/groups", "/search", "/incremental/tickets/cursor", "/webhooks"]
)
def test_an_odd_question_is_answered(box: Client, path: str) -> None:
    for key in (
        "page",
        "per_page",
        "page[size]",
        "page[after]",
        "sort_by",
        "include",
        "ids",
        "query",
        "start_time",
        "cursor",
    ):
        for value in ("", "-1", "0", "x", "9" * 30, "\x00", "가나다"):
            assert box.ask("GET", path, params={key: value}).status_code < 500, (key, value)
