"""The vocabulary is whole: every field and action has both labels, its operators and the values of our own records."""

from __future__ import annotations

from enum import StrEnum

import pytest

from app.bookings.model import BookingState, Tier
from app.language import choices
from app.language.kinds import Choice, Use, ValueKind
from app.language.own import OWN_FIELDS
from app.language.vocabulary import (
    ACTION_FAMILIES,
    ACTIONS,
    FIELD_FAMILIES,
    FIELDS,
    OPERATORS,
    SECTIONS,
    action_of,
    actions_for,
    family_key,
    field_of,
    fields_for,
)
from app.partners.model import PartnerKind, PartnerState
from app.policies.model import Product
from app.refunds.model import RefundState
from app.refunds.reasons import Reason

OWN = {one.key for one in OWN_FIELDS}


@pytest.mark.parametrize("one", [*FIELDS.values(), *FIELD_FAMILIES.values()], ids=lambda one: one.key)
def test_every_field_is_told_in_both_languages_and_has_operators_that_exist(one: object) -> None:
    field = field_of(getattr(one, "key").replace("{id}", "1").replace("{key}", "k").replace("{n}", "9"))  # noqa: B009 - a field or a family
    assert field is not None
    assert field.label.in_language("ko")
    assert field.label.in_language("en")
    assert "{" not in field.label.in_language("ko") + field.label.in_language("en")
    assert field.section in SECTIONS
    assert field.operators
    assert all(operator in OPERATORS for operator in field.operators)
    assert field.valid_for
    assert bool(field.choices) or field.value_kind not in {ValueKind.choice, ValueKind.yes_no}
    for choice in field.choices:
        assert choice.label.in_language("ko")
        assert choice.label.in_language("en")


@pytest.mark.parametrize("one", [*ACTIONS.values(), *ACTION_FAMILIES.values()], ids=lambda one: one.key)
def test_every_action_is_told_in_both_languages(one: object) -> None:
    action = action_of(getattr(one, "key").replace("{id}", "1").replace("{key}", "k"))  # noqa: B009 - an action or a family
    assert action is not None
    assert action.label.in_language("ko")
    assert action.label.in_language("en")
    assert action.section in SECTIONS
    assert action.valid_for


def test_operators_are_told_in_both_languages() -> None:
    assert all(one.label.in_language("ko") and one.label.in_language("en") for one in OPERATORS.values())


def test_our_own_fields_stand_in_triggers_automations_and_policy_terms() -> None:
    for key in OWN:
        wanted = {Use.trigger, Use.automation, Use.view} | ({Use.terms} if key != "text.topic" else set())
        assert wanted == FIELDS[key].valid_for
    assert {one.key for one in fields_for(Use.terms)} == OWN - {"text.topic"}
    assert "macro" in {one.key for one in actions_for(Use.trigger)}


@pytest.mark.parametrize(
    ("table", "states"),
    [
        (choices.PRODUCTS, Product),
        (choices.TIERS, Tier),
        (choices.BOOKING_STATES, BookingState),
        (choices.PARTNER_STATES, PartnerState),
        (choices.REFUND_STATES, RefundState),
        (choices.REFUND_REASONS, Reason),
        (choices.PARTNER_KINDS, PartnerKind),
    ],
)
def test_conditions_know_the_values_that_our_records_really_have(
    table: tuple[Choice, ...], states: type[StrEnum]
) -> None:
    assert {one.value for one in table} == set(states)


def test_questions_about_a_change_are_for_triggers_only() -> None:
    assert "changed" in FIELDS["status"].operators_for(Use.trigger)
    assert "changed" not in FIELDS["status"].operators_for(Use.automation)
    assert FIELDS["status"].terminal_operators == {"changed", "not_changed"}


def test_an_accounts_own_fields_belong_to_a_family() -> None:
    assert family_key("custom_fields_360") == ("custom_fields_{id}", "360")
    assert family_key("requester.custom_fields.plan-b") == ("requester.custom_fields.{key}", "plan-b")
    own = field_of("custom_fields_360")
    assert own is not None
    assert own.label.in_language("en") == "Custom field 360"
    for stranger in (
        "custom_fields_",
        "custom_fields_x",
        "custom_fields_{id}",
        "requester.custom_fields.",
        "custom_fields_1 ",
    ):
        assert field_of(stranger) is None, stranger


def test_a_macro_may_not_make_a_ticket_new_or_closed() -> None:
    assert [one.value for one in ACTIONS["status"].choices_for(Use.macro)] == ["open", "pending", "hold", "solved"]
    assert "closed" in [one.value for one in ACTIONS["status"].choices_for(Use.trigger)]
