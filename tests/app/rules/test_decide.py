"""Rules decide as Zendesk's cycle does, and the same every time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.language.account import Account
from app.language.facts_of_ticket import BookingFacts, Comment, CustomerFacts, Person, TicketFacts, Update
from app.language.plan import Held, Plan
from app.language.ruleset import RuleSet
from app.macros.definition import MacroDefinition
from app.macros.languages import language_for
from app.rules.decide import Decision, decide, merged
from app.rules.definition import RuleDefinition

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
CUSTOMER = Person("9", "end-user", "김민지", language="ko")
AGENT = Person("7", "agent", "Lee Jun", group_ids=("11", "12"))
WELCOME = MacroDefinition.parse(
    {
        "id": 5,
        "title": "접수 안내",
        "actions": [{"field": "status", "value": "pending"}, {"field": "current_tags", "value": "welcomed"}],
        "bodies": {
            "ko": "{{ticket.requester.name}} 님, 접수했습니다.",
            "en": "Hello {{ticket.requester.name}}, received.",
        },
    }
)


def a_rule(
    position: int,
    all: list[tuple[str, str, Any]],
    *actions: tuple[str, Any],
    kind: str = "trigger",
    title: str = "",
) -> RuleDefinition:
    rows = [{"field": field, "operator": operator, "value": value} for field, operator, value in all]
    raw = {
        "title": title or f"rule {position}",
        "position": position,
        "conditions": {"all": rows, "any": []},
        "actions": [{"field": field, "value": value} for field, value in actions],
    }
    return RuleDefinition.parse(raw, kind, str(position))


def a_ticket(**more: Any) -> TicketFacts:
    written = Comment("환불해 주세요", public=True, author=CUSTOMER)
    facts = TicketFacts(
        id="31",
        subject="환불 문의",
        description="환불해 주세요",
        status="new",
        requester_id="9",
        requester=CUSTOMER,
        comments=(written,),
        update=Update("Create", updater=CUSTOMER, comment=written),
    )
    return replace(facts, **more)


def fired(decisions: list[Decision]) -> list[str]:
    return [one.rule.id for one in decisions]


def ran(*rules: RuleDefinition, facts: TicketFacts | None = None, **more: Any) -> list[Decision]:
    return decide(RuleSet.compile(rules), facts or a_ticket(), NOW, **more)


NEW = ("status", "is", "new")


def test_rules_run_in_their_order_and_see_what_the_ones_before_did() -> None:
    decisions = ran(
        a_rule(2, [("group_id", "is", "11")], ("priority", "high")),
        a_rule(1, [NEW], ("group_id", "11")),
        a_rule(3, [("group_id", "is", "")], ("priority", "low")),
    )
    assert fired(decisions) == ["1", "2"]
    assert merged(decisions, a_ticket()).sets == {"group_id": "11", "priority": "high"}


def test_after_a_change_the_look_starts_from_the_top() -> None:
    decisions = ran(
        a_rule(1, [("priority", "is", "urgent")], ("current_tags", "hurry")),
        a_rule(2, [NEW], ("priority", "urgent")),
        a_rule(3, [("current_tags", "includes", "hurry")], ("group_id", "11")),
    )
    assert fired(decisions) == ["2", "1", "3"]


def test_a_trigger_fires_once_though_two_undo_each_other() -> None:
    decisions = ran(
        a_rule(1, [("priority", "is_not", "high")], ("priority", "high")),
        a_rule(2, [("priority", "is", "high")], ("priority", "low")),
    )
    assert fired(decisions) == ["1", "2"]
    assert merged(decisions, a_ticket(priority="low")).sets == {}, "they cancel out"


def test_a_rule_that_only_notifies_does_not_start_the_look_again() -> None:
    told = ("notification_user", ["requester_id", "#{{ticket.id}}", "{{ticket.latest_comment.value}}"])
    decisions = ran(a_rule(1, [NEW], told), a_rule(2, [NEW], ("priority", "low")))
    (notice,) = decisions[0].plan.notices
    assert (notice.kind, notice.to, notice.subject, notice.body) == (
        "notification_user", ("9",), "#31", "환불해 주세요",
    )  # fmt: skip
    assert fired(decisions) == ["1", "2"]


def test_automations_run_once_each_in_order_with_no_update() -> None:
    facts = a_ticket(update=None, status="solved", status_since=NOW - timedelta(hours=97))
    close = a_rule(2, [("SOLVED", "greater_than", "96")], ("status", "closed"), kind="automation")
    tag = a_rule(
        1, [("status", "is", "closed"), ("NEW", "greater_than", "0")], ("current_tags", "x"), kind="automation"
    )
    late = a_rule(3, [("status", "is", "closed"), ("SOLVED", "greater_than", "0")], ("type", "task"), kind="automation")
    facts = replace(facts, created_at=NOW - timedelta(days=9))
    assert fired(ran(tag, close, late, facts=facts)) == ["2"]
    after = a_rule(4, [("status", "is", "closed"), ("NEW", "greater_than", "0")], ("type", "task"), kind="automation")
    assert fired(ran(tag, close, after, facts=facts)) == ["2", "4"]


def test_no_ops_are_dropped_and_remembered() -> None:
    (decision,) = ran(
        a_rule(1, [NEW], ("status", "new"), ("current_tags", "vip")), facts=a_ticket(tags=frozenset({"vip"}))
    )
    assert decision.plan.is_empty
    assert [(one.field, one.value) for one in decision.dropped] == [("status", "new"), ("current_tags", "vip")]


def test_reasons_say_wanted_and_seen() -> None:
    (decision,) = ran(a_rule(1, [NEW, ("subject_includes_word", "includes", "환불 취소")], ("priority", "low")))
    assert [(one.wanted, one.seen) for one in decision.reasons] == [("new", "new"), ("환불 취소", ["환불"])]
    assert decision.to_json()["rule"] == "1"


def test_tags_are_set_by_adding_and_removing() -> None:
    facts = a_ticket(tags=frozenset({"old", "kept"}))
    (decision,) = ran(
        a_rule(1, [NEW], ("set_tags", "kept new"), ("current_tags", "more"), ("remove_tags", "new")), facts=facts
    )
    assert decision.plan.add_tags == {"more"}
    assert decision.plan.remove_tags == {"old"}


@pytest.mark.parametrize(
    ("actions", "updater", "sets"),
    [
        ([("assignee_id", "current_user")], AGENT, {"assignee_id": "7"}),
        ([("assignee_id", "current_user")], None, {}),
        ([("assignee_id", "requester_id")], AGENT, {"assignee_id": "9"}),
        ([("assignee_id", "")], AGENT, {"assignee_id": ""}),
        ([("group_id", "11"), ("group_id", "12")], AGENT, {"group_id": "12"}),
        ([("ticket_form_id", "default_ticket_form")], AGENT, {"ticket_form_id": "3"}),
        ([("custom_fields_360", "{{ticket.id}}-{{ticket.requester.name}}")], AGENT, {"custom_fields_360": "31-김민지"}),
        ([("custom_fields_360", True)], AGENT, {"custom_fields_360": "true"}),
        ([("locale_id", "1")], AGENT, {"locale_id": "1"}),
    ],
)
def test_words_of_actions_become_values(actions: list[tuple[str, Any]], updater: Person | None, sets: Any) -> None:
    facts = a_ticket(assignee_id="8", group_id="2", update=Update("Change", updater=updater))
    (decision,) = ran(a_rule(1, [NEW], *actions), facts=facts, account=Account(default_form_id="3"))
    assert dict(decision.plan.sets) == sets
    assert bool(decision.dropped) is not bool(sets)


def test_followers_and_ccs_are_people() -> None:
    facts = a_ticket(update=Update("Change", updater=AGENT))
    (decision,) = ran(a_rule(1, [NEW], ("follower", "current_user"), ("cc", "77")), facts=facts)
    assert (decision.plan.followers, decision.plan.ccs) == (("7",), ("77",))


@pytest.mark.parametrize(
    ("action", "to", "body"),
    [
        (("notification_user", ["requester_and_ccs", "s", "b {{ticket.id}}"]), ("9", "5"), "b 31"),
        (("notification_user", ["all_agents", "s", "b"]), ("all_agents",), "b"),
        (("notification_user", ["77", "s", "b"]), ("77",), "b"),
        (("notification_group", ["group_id", "s", "b"]), ("11",), "b"),
        (("notification_target", [12, "b"]), ("12",), "b"),
        (("notification_webhook", ["01ABC", '{"id": {{ticket.id}}}']), ("01ABC",), '{"id": 31}'),
        (("notification_webhook", ["01ABC", [["q", "{{ticket.id}} & {{ticket.id}}"]]]), ("01ABC",), "q=31+%26+31"),
        (("notification_webhook", ["01ABC"]), ("01ABC",), ""),
        (("notification_sms_user", ["requester_id", 150, "b"]), ("9",), "b"),
        (("notification_sms_group", ["12", "150", "b"]), ("12",), "b"),
        (("tweet_requester", "hi {{ticket.id}}"), ("9",), "hi 31"),
    ],
)  # fmt: skip
def test_messages_are_planned_with_their_final_words(action: tuple[str, Any], to: tuple[str, ...], body: str) -> None:
    (decision,) = ran(a_rule(1, [NEW], action), facts=a_ticket(cc_ids=("5", "9"), group_id="11"))
    (notice,) = decision.plan.notices
    assert (notice.kind, notice.to, notice.body) == (action[0], to, body)
    assert notice.sender == ("150" if "sms" in action[0] else "")


def test_a_message_to_nobody_is_dropped() -> None:
    (decision,) = ran(a_rule(1, [NEW], ("notification_user", ["assignee_id", "s", "b"])))
    assert decision.plan.is_empty
    assert decision.dropped[0].why.in_language("ko") == "이 티켓에는 그 사람이 없습니다."


@pytest.mark.parametrize(
    "action",
    [("share_ticket", "9"), ("deflection", ["x"]), ("add_skills", "3"), ("set_schedule", "7"),
     ("satisfaction_score", "offered"), ("side_conversation", ["s", "b"])],
)  # fmt: skip
def test_what_the_api_cannot_be_asked_to_do_is_held(action: tuple[str, Any]) -> None:
    (decision,) = ran(a_rule(1, [NEW], action))
    assert decision.plan == Plan(held=(Held(action[0], action[1]),))


def test_a_macro_answers_in_the_customers_language() -> None:
    rule = a_rule(1, [NEW], ("macro", "5"))
    (korean,) = ran(rule, macros={"5": WELCOME})
    (comment,) = korean.plan.comments
    assert (comment.body, comment.language, comment.macro_id, comment.public) == (
        "김민지 님, 접수했습니다.", "ko", "5", True,
    )  # fmt: skip
    assert korean.plan.sets == {"status": "pending"}
    assert korean.plan.macro_ids == ("5",)
    written = Comment("Please refund my booking", public=True, author=replace(CUSTOMER, language="en-US"))
    (english,) = ran(rule, facts=a_ticket(comments=(written,), subject="Refund"), macros={"5": WELCOME})
    assert english.plan.comments[0].body == "Hello 김민지, received."
    assert english.effect_hash != korean.effect_hash


def test_a_macro_that_is_not_there_plans_nothing_of_the_rule_and_says_so() -> None:
    (decision,) = ran(a_rule(1, [NEW], ("priority", "low"), ("macro", "404")), macros={"5": WELCOME})
    assert decision.plan.is_empty
    assert decision.refused is not None
    assert "404" in decision.refused.in_language("ko")
    assert decision.to_json()["refused"]["en"] == "Macro 404 does not exist or is off."


def test_a_text_that_cannot_be_made_plans_nothing_of_the_rule() -> None:
    raw = {
        "title": "t",
        "conditions": {"all": [{"field": "status", "operator": "is", "value": "new"}]},
        "actions": [
            {"field": "priority", "value": "low"},
            {"field": "custom_fields_1", "value": "{% for i in (1..9999) %}x{% endfor %}"},
        ],
    }
    decisions = ran(RuleDefinition.parse(raw, "trigger"), a_rule(2, [NEW], ("type", "task")))
    assert decisions[0].refused is not None
    assert decisions[0].plan.is_empty
    assert decisions[1].plan.sets == {"type": "task"}, "the others go on"


def test_a_customers_placeholder_stays_as_written() -> None:
    written = Comment("{{current_user.email}} {% assign x = 1 %}", public=True, author=CUSTOMER)
    facts = a_ticket(comments=(written,), update=Update("Change", Person("7", email="a@b.c"), comment=written))
    (decision,) = ran(a_rule(1, [NEW], ("custom_fields_1", "{{ticket.latest_comment.value}}")), facts=facts)
    assert decision.plan.sets["custom_fields_1"] == written.body


def test_our_own_records_decide_too() -> None:
    soon = a_rule(
        1,
        [("booking.hours_until_start", "less_than", "24"), ("customer.tier", "is", "vip"), NEW],
        ("priority", "urgent"),
    )
    facts = a_ticket(
        booking=BookingFacts(starts_at=NOW + timedelta(hours=5)), customer=CustomerFacts(tier="vip", language="ko")
    )
    assert fired(ran(soon, facts=facts)) == ["1"]
    assert fired(ran(soon)) == []


def test_the_language_is_of_the_newest_public_words_of_the_customer() -> None:
    agent_says = Comment("안녕하세요, 고객님", public=True, author=AGENT)
    in_english = Comment("I would like a refund", public=True, author=CUSTOMER)
    assert language_for(a_ticket(comments=(in_english, agent_says))) == "en"
    assert language_for(a_ticket(comments=())) == "ko"
    short = Comment("ok", public=True, author=CUSTOMER)
    assert language_for(a_ticket(comments=(short,), customer=CustomerFacts(language="en"))) == "en"


def test_the_same_facts_decide_the_same_twice() -> None:
    rules = RuleSet.compile(
        [a_rule(1, [NEW], ("macro", "5")), a_rule(2, [("status", "is", "pending")], ("type", "task"))]
    )
    one, other = (decide(rules, a_ticket(), NOW, macros={"5": WELCOME}) for _ in range(2))
    assert [decision.to_json() for decision in one] == [decision.to_json() for decision in other]


VALUES = st.sampled_from(["new", "open", "pending"])


@settings(max_examples=100)
@given(st.lists(st.tuples(VALUES, VALUES, st.sampled_from(["a", "b"]), st.sampled_from(["a", "b"])), max_size=12))
def test_no_set_of_rules_runs_for_ever(made: list[tuple[str, str, str, str]]) -> None:
    rules = [
        a_rule(at, [("status", "is", was), ("current_tags", "not_includes", off)], ("status", now), ("set_tags", on))
        for at, (was, now, off, on) in enumerate(made)
    ]
    decisions = ran(*rules)
    assert len(decisions) <= len(rules)
    assert len(set(fired(decisions))) == len(decisions)


def test_one_ticket_against_200_rules_takes_a_moment() -> None:
    rules = RuleSet.compile([
        a_rule(
            at,
            [("status", "less_than", "solved"), ("current_tags", "includes", f"tag{at}"),
             ("subject_includes_word", "includes", f"환불{at} late{at}"), ("group_id", "is_not", str(at))],
            ("priority", "high"),
        )
        for at in range(200)
    ])  # fmt: skip
    facts = a_ticket(subject="청소 환불 문의", tags=frozenset({"tag3"}))
    best = min(_seconds(rules, facts) for _ in range(20))
    assert best < 0.005


def _seconds(rules: RuleSet[RuleDefinition], facts: TicketFacts) -> float:
    began = perf_counter()
    decide(rules, facts, NOW)
    return perf_counter() - began
