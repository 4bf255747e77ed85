"""A plan is joined, stripped of what changes nothing, and hashed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.language.conditions import Condition, Conditions
from app.language.facts_of_ticket import BookingFacts, Change, Organization, Person, RefundFacts, TicketFacts, Update
from app.language.plan import REFUND_IS_OPEN, Notice, Plan, PlannedComment, RefundWish
from app.language.verdict import evaluate
from tests.app.language.semantics.cases import NOW

TAGS = st.frozensets(st.sampled_from("abcd"))
PLANS = st.builds(
    Plan,
    sets=st.dictionaries(st.sampled_from(["status", "priority", "custom_fields_1"]), st.sampled_from(["open", "low"])),
    add_tags=TAGS,
    remove_tags=TAGS,
    followers=st.lists(st.sampled_from("789")).map(tuple),
).map(lambda plan: replace(plan, remove_tags=plan.remove_tags - plan.add_tags))
TICKETS = st.builds(
    TicketFacts,
    status=st.sampled_from(["open", "new"]),
    priority=st.sampled_from(["", "low"]),
    tags=TAGS,
    custom_fields=st.dictionaries(st.just("1"), st.sampled_from(["open", "x"])),
)


def test_what_changes_nothing_is_dropped_and_remembered() -> None:
    facts = TicketFacts(status="open", tags=frozenset({"a"}), custom_fields={"1": ["x", "y"]}, follower_ids=("7",))
    plan = Plan(
        sets={"status": "open", "priority": "high", "custom_fields_1": "y x"},
        add_tags=frozenset({"a", "b"}),
        remove_tags=frozenset({"z"}),
        followers=("7", "8"),
    )
    left, dropped = plan.against(facts)
    assert left == Plan(sets={"priority": "high"}, add_tags=frozenset({"b"}), followers=("8",))
    assert {(one.field, str(one.value)) for one in dropped} == {
        ("status", "open"), ("custom_fields_1", "y x"), ("current_tags", "a"), ("remove_tags", "z"), ("follower", "7"),
    }  # fmt: skip
    assert dropped[0].to_json()["why"] == {"ko": "이미 그 값입니다.", "en": "It has that value already."}


def test_a_value_that_is_not_known_is_set() -> None:
    left, dropped = Plan(sets={"brand_id": "5", "locale_id": "69"}).against(TicketFacts())
    assert set(left.sets) == {"brand_id", "locale_id"}
    assert dropped == ()


@given(TICKETS, PLANS, PLANS)
def test_joining_is_doing_one_after_the_other(facts: TicketFacts, first: Plan, second: Plan) -> None:
    one_by_one = second.applied_to(first.applied_to(facts, NOW), NOW)
    at_once = first.then(second).applied_to(facts, NOW)
    assert at_once == one_by_one


@given(TICKETS, PLANS)
def test_what_is_left_does_the_same_as_the_whole_and_then_nothing(facts: TicketFacts, plan: Plan) -> None:
    left, _ = plan.against(facts)
    done = left.applied_to(facts, NOW)
    assert done.tags == plan.applied_to(facts, NOW).tags
    assert done.status == plan.applied_to(facts, NOW).status
    again, _ = plan.against(done)
    assert not again.changes_ticket


def test_the_next_rule_sees_the_change_and_where_the_update_began() -> None:
    facts = TicketFacts(
        status="open",
        assignee_id="7",
        assignee=Person("7"),
        update=Update("Change", changes={"status": Change("new", "open")}),
        status_since=NOW - timedelta(hours=5),
    )
    after = Plan(sets={"status": "pending", "assignee_id": "", "group_id": "11"}).applied_to(facts, NOW)
    assert (after.status, after.status_since, after.assignee, after.assigned_at) == ("pending", NOW, None, None)
    assert after.update is not None
    assert after.update.changes["status"] == Change("new", "pending")
    assert after.update.changes["group_id"] == Change("", "11")
    rows = (
        Condition("status", "value", "pending"),
        Condition("status", "value_previous", "new"),
        Condition("group_id", "changed"),
    )
    assert evaluate(Conditions(all=rows), after, NOW).met


def test_fields_of_people_and_organizations_are_set_on_them() -> None:
    facts = TicketFacts(requester=Person("9", locale_id="1"), organization=Organization("3"))
    plan = Plan(
        sets={"locale_id": "69", "requester.custom_fields.plan": "gold", "organization.custom_fields.size": "5"}
    )
    after = plan.applied_to(facts, NOW)
    assert after.requester is not None
    assert after.organization is not None
    assert (after.requester.locale_id, after.requester.custom_fields) == ("69", {"plan": "gold"})
    assert after.organization.custom_fields == {"size": "5"}
    assert not plan.against(after)[0].changes_ticket


def test_the_hash_is_of_the_effects_alone() -> None:
    one = Plan(sets={"status": "open", "priority": "low"}, add_tags=frozenset({"a", "b"}))
    same = Plan(sets={"priority": "low", "status": "open"}, add_tags=frozenset({"b", "a"}))
    assert one.effect_hash() == same.effect_hash()
    assert one.effect_hash().startswith("420ddabb7eb159d8"), "the hash is kept in the database"
    others = [
        Plan(sets={"status": "open"}),
        replace(one, comments=(PlannedComment("hello"),)),
        replace(one, notices=(Notice("notification_user", ("7",), "hello"),)),
    ]
    assert len({one.effect_hash(), *(other.effect_hash() for other in others)}) == 4


def test_an_empty_plan_says_so() -> None:
    assert Plan().is_empty
    assert not Plan(comments=(PlannedComment("hello"),)).is_empty
    assert not Plan(comments=(PlannedComment("hello"),)).changes_ticket


def test_a_refund_is_asked_for_once_and_not_while_one_is_open() -> None:
    wish = Plan(refunds=(RefundWish("partner_no_show"),))
    assert not wish.is_empty
    assert not wish.changes_ticket
    assert wish.then(Plan(refunds=(RefundWish("platform_error"),))).refunds == wish.refunds
    for nothing_open in (
        TicketFacts(),
        TicketFacts(refund=RefundFacts(state="paid")),
        TicketFacts(booking=BookingFacts()),
    ):
        assert wish.against(nothing_open)[0] == wish
    for one_open in (
        TicketFacts(refund=RefundFacts(state="unknown")),
        TicketFacts(booking=BookingFacts(open_refunds=1)),
    ):
        left, (dropped,) = wish.against(one_open)
        assert left.is_empty
        assert dropped.why == REFUND_IS_OPEN


def test_what_came_later_does_not_change_the_hash_of_what_was_there_before() -> None:
    """Runs of earlier versions are remembered by it: another hash would fire them again."""
    assert "refunds" not in Plan(sets={"status": "open"}).to_json()
    assert Plan(sets={"status": "open"}).effect_hash() == (
        "eabf11251d3fb82e0f2119733123b321a57f5ed855099740c6af8b5198832e33"
    )
    assert Plan(refunds=(RefundWish("platform_error"),)).effect_hash() != Plan().effect_hash()
