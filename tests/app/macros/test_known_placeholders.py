"""Every placeholder that Zendesk documents is filled or told; what is filled here is known, and the other way round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from app.language.account import PLAIN_ACCOUNT
from app.language.facts_of_ticket import (
    BookingFacts,
    Comment,
    CustomerFacts,
    GoodwillFacts,
    Organization,
    PartnerFacts,
    Person,
    RefundFacts,
    TicketFacts,
    Update,
)
from app.macros.definition import problems as macro_problems
from app.macros.known_placeholders import ROOTS
from app.macros.placeholder_names import OFFERED
from app.macros.placeholders import placeholder_values
from app.macros.render import placeholders_told, render
from app.rules.definition import RuleDefinition, problems

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
ORGANIZATION = Organization("5", name="한강 상사", custom_fields={"plan": "gold"})
PERSON = Person("9", "end-user", "Kim Minji", organization=ORGANIZATION, custom_fields={"grade": "a"})
FULL = TicketFacts(
    id="31", subject="s", requester=PERSON, submitter=PERSON, assignee=PERSON, organization=ORGANIZATION,
    comments=(Comment("hello", public=True, author=PERSON, created_at=NOW),), custom_fields={"360": "x"},
    update=Update("Change", updater=PERSON), ccs=(PERSON,), followers=(PERSON,), created_at=NOW, updated_at=NOW,
    booking=BookingFacts(number="B-1", starts_at=NOW, ends_at=NOW), partner=PartnerFacts("이청소", "active", "서울"),
    customer=CustomerFacts("민지", "vip", "ko"), refund=RefundFacts("R-1", "paid", 10, reason="partner_late"),
    goodwill=GoodwillFacts("G-1", {"ko": "적립금"}, 10),
)  # fmt: skip


def told(text: str) -> list[str]:
    return [words.in_language("en") for words in placeholders_told(text)]


def paths(values: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for name, value in values.items():
        yield f"{before}{name}"
        inner = value[0] if isinstance(value, list) and value else value
        if isinstance(inner, dict) and name != "custom_fields":
            yield from paths(inner, f"{before}{name}.")


def test_everything_that_is_filled_is_a_known_name() -> None:
    filled = list(paths(placeholder_values(FULL, NOW, "ko", PLAIN_ACCOUNT)))
    assert len(filled) > 150
    assert [path for path in filled if told(f"{{{{{path}}}}}")] == []


def test_every_known_name_is_filled() -> None:
    """All but what Zendesk alone knows of an organization's sharing."""
    filled = set(paths(placeholder_values(FULL, NOW, "ko", PLAIN_ACCOUNT)))

    def known(names: Mapping[str, Any], before: str = "") -> Iterator[str]:
        for name, deeper in names.items():
            if name == "*" or before + name == "dc":
                continue
            yield before + name
            if deeper is not None and "*" not in deeper:
                yield from known(deeper, f"{before}{name}.")

    missing = {path for path in known(ROOTS) if path not in filled}
    assert {path.rpartition(".")[2] for path in missing} == {"is_shared", "is_shared_comments"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{ticket.requester.first_name}} {{ticket.ticket_field_360}} {{dc.hello}} {{ticket.comments[0].value}}", None),
        ("{% for c in ticket.comments %}{{c.author.name}}{% endfor %}{% assign x = 1 %}{{x}}", None),
        ("{{ticket.requester.custom_fields.grade}} {{ticket.comments.size}} {{booking.nights}}", None),
        ("{{ticket.requestor.name}}", "not a known placeholder"),
        ("{{weather}}", "not a known placeholder"),
        ("{% if ticket.colour %}a{% endif %}", "not a known placeholder"),
        ("{{satisfaction.rating_section}}", "Zendesk alone"),
        ("{{ticket.encoded_id}}", "Zendesk alone"),
        ("{{zd.your_unsolved_tickets}}", "Zendesk alone"),
        ("{{account.incoming_phone_number_7}}", "Zendesk alone"),
    ],
)
def test_what_says_nothing_here_is_told(text: str, words: str | None) -> None:
    found = told(text)
    assert found == [] if words is None else words in found[0]


def test_a_rule_and_a_macro_are_warned_and_taken_all_the_same() -> None:
    conditions = {"all": [{"field": "status", "operator": "is", "value": "open"}]}
    message = ["all_agents", "새 티켓", "{{ticket.requestor.name}}"]
    raw = {"title": "t", "conditions": conditions, "actions": [{"field": "notification_user", "value": message}]}
    (warning,) = problems(raw, "trigger")
    assert (warning.path, warning.warning) == ("actions[0].value", True)
    assert RuleDefinition.parse(raw, "trigger").title == "t"
    (told_of_macro,) = macro_problems({"title": "m", "actions": [{"field": "comment_value", "value": "{{weather}}"}]})
    assert told_of_macro.warning


def test_people_on_a_ticket_are_named() -> None:
    assert render("{{ticket.cc_names}} · {{ticket.followers[0].email}}{{ticket.follower_names}}", FULL, NOW) == (
        "Kim Minji · Kim Minji"
    )
    ours = render("{{refund.reason}} · {{partner.state}} · {{booking.nights}}", FULL, NOW)
    assert ours == "파트너 지각 · 활동 중 · 0"


def test_what_the_editors_offer_is_known() -> None:
    assert [one.name for one in OFFERED if told(f"{{{{{one.name}}}}}")] == []
