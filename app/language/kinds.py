"""The shapes that the vocabulary is made of: fields, operators, actions and the kinds of value they take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from app.words import Words


class Use(StrEnum):
    """Where a condition or an action may stand. `terms` is ours: the terms of a policy speak the same language."""

    trigger = "trigger"
    automation = "automation"
    view = "view"
    sla_policy = "sla_policy"
    macro = "macro"
    terms = "terms"


class ValueKind(StrEnum):
    """What kind of value a field or an action takes; an editor picks its input by it."""

    choice = "choice"
    group = "group"
    agent = "agent"
    user = "user"
    organization = "organization"
    brand = "brand"
    form = "form"
    custom_status = "custom_status"
    schedule = "schedule"
    locale = "locale"
    channel = "channel"
    address = "address"
    text = "text"
    long_text = "long_text"
    words = "words"
    tags = "tags"
    number = "number"
    hours = "hours"
    yes_no = "yes_no"
    date = "date"
    datetime = "datetime"
    custom = "custom"
    macro = "macro"
    routing_plan = "routing_plan"
    comment = "comment"
    user_message = "user_message"
    group_message = "group_message"
    target_message = "target_message"
    webhook_message = "webhook_message"
    user_sms = "user_sms"
    group_sms = "group_sms"
    sharing_agreement = "sharing_agreement"
    skills = "skills"
    target = "target"
    webhook = "webhook"
    opaque = "opaque"


ID_KINDS = frozenset({
    ValueKind.group, ValueKind.agent, ValueKind.user, ValueKind.organization, ValueKind.brand, ValueKind.form,
    ValueKind.custom_status, ValueKind.schedule, ValueKind.locale, ValueKind.channel, ValueKind.macro,
    ValueKind.sharing_agreement,
})  # fmt: skip
"""Their value is an id of the account (digits), or one of the field's own words such as `current_user`."""


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: Words


@dataclass(frozen=True, slots=True)
class Operator:
    """`terminal` takes no value; `on_change` asks about the update itself, so only a trigger may use it."""

    key: str
    label: Words
    terminal: bool = False
    on_change: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a condition can ask about.

    `choices` are the only values of a choice, and the words that stand beside ids of other kinds. `nullable` fields
    also take "" for none. A `time` field makes an automation run on time and, when `only_in_all`, may not stand in
    "any". `operators` are in the order an editor shows them.
    """

    key: str
    label: Words
    operators: tuple[str, ...]
    value_kind: ValueKind
    valid_for: frozenset[Use]
    section: str = "ticket"
    choices: tuple[Choice, ...] = ()
    nullable: bool = False
    time: bool = False
    only_in_all: bool = False
    terminal_operators: frozenset[str] = frozenset()
    change_operators: frozenset[str] = frozenset()

    def operators_for(self, use: Use) -> tuple[str, ...]:
        """The operators that fit there: those that ask about a change are a trigger's alone."""
        if use is Use.trigger:
            return self.operators
        return tuple(one for one in self.operators if one not in self.change_operators)


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a rule or a macro can do. `choices_in` narrows the choices where a use allows fewer."""

    key: str
    label: Words
    value_kind: ValueKind
    valid_for: frozenset[Use]
    section: str = "ticket"
    choices: tuple[Choice, ...] = ()
    nullable: bool = False
    repeatable: bool = False
    choices_in: dict[Use, tuple[Choice, ...]] = field(default_factory=dict, hash=False)

    def choices_for(self, use: Use) -> tuple[Choice, ...]:
        return self.choices_in.get(use, self.choices)


TextCheck = Callable[[str], Words | None]
"""Says in words what is wrong with a text that holds placeholders, or None."""
