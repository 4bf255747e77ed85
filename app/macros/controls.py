"""Which control an editor shows for a value, and what it offers: the vocabulary made ready for a form of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from app.language.operators import CHANGE, DAYS, INCLUDES, IS, ORDER, ORDER_EQUAL, PRESENCE, TERMINAL, TEXT_SEARCH
from app.language.vocabulary import (
    OPERATORS,
    SECTIONS,
    Action,
    Choice,
    Field,
    Use,
    ValueKind,
    action_of,
    actions_for,
    field_of,
    fields_for,
)
from app.words import Words, say


class Control(StrEnum):
    """`message` is a recipient, a subject and a body; `note` a recipient and a body; `kept` a value that only stays."""

    nothing = "nothing"
    pick = "pick"
    text = "text"
    long_text = "long_text"
    number = "number"
    date = "date"
    tags = "tags"
    message = "message"
    note = "note"
    kept = "kept"


@dataclass(frozen=True, slots=True)
class AccountField:
    """A ticket field that the account made; `kind` is Zendesk's type of it."""

    key: str
    kind: str
    title: str
    options: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Pickers:
    """What of the account can be picked by name; `lists` by the kind of value they belong to."""

    lists: Mapping[ValueKind, tuple[Choice, ...]] = field(default_factory=lambda: MappingProxyType({}))
    fields: Mapping[str, AccountField] = field(default_factory=lambda: MappingProxyType({}))

    def label(self, entry: Entry, value: str) -> Words | None:
        """What a value is called, or None when it is not known here."""
        for one in (*entry.choices, *self.lists.get(entry.offers, ())) if entry.offers else entry.choices:
            if one.value == value:
                return one.label
        return NONE if value == "" and entry.nullable else None


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of a condition, or one action, as the editor offers it. `offers` names the list of the account that
    stands beside `choices`; `controls` holds the operators whose control is another; `seeks` is what the server is
    asked for when that list is too long for a page, or has no end."""

    key: str
    label: Words
    section: str
    control: Control
    operators: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    offers: ValueKind | None = None
    nullable: bool = False
    controls: Mapping[str, Control] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    seeks: str = ""

    def control_for(self, operator: str) -> Control:
        return Control.nothing if operator in TERMINAL else self.controls.get(operator, self.control)

    def search(self, pickers: Pickers) -> str:
        """What the server is asked for as one types; "" while all that fits stands on the page."""
        if self.control is Control.tags or self.seeks == ValueKind.user:
            return self.seeks
        listed = len(pickers.lists.get(self.offers, ())) if self.offers else 0
        return self.seeks if listed + len(self.choices) > LISTED else ""

    def to_json(self, pickers: Pickers) -> dict[str, Any]:
        """For the editor's script, in the reader's language."""
        search = self.search(pickers)
        listed = () if search.startswith("options:") else self.choices
        return {
            "label": str(self.label),
            "section": str(SECTIONS[self.section]),
            "control": self.control,
            "controls": dict(self.controls),
            "operators": list(self.operators),
            "choices": [{"value": one.value, "label": str(one.label)} for one in listed],
            "offers": None if search else self.offers,
            "search": search,
            "nullable": self.nullable,
        }


NONE = say("(없음)", "(none)")
LISTED = 30
"""Options that a page carries; a longer list is searched."""

_CONTROLS: Mapping[ValueKind, Control] = MappingProxyType({
    ValueKind.choice: Control.pick, ValueKind.yes_no: Control.pick, ValueKind.channel: Control.pick,
    ValueKind.group: Control.pick, ValueKind.agent: Control.pick, ValueKind.user: Control.pick,
    ValueKind.macro: Control.pick, ValueKind.routing_plan: Control.pick,
    ValueKind.brand: Control.pick, ValueKind.form: Control.pick, ValueKind.custom_status: Control.pick,
    ValueKind.locale: Control.pick, ValueKind.organization: Control.pick,
    ValueKind.tags: Control.tags, ValueKind.skills: Control.tags,
    ValueKind.number: Control.number, ValueKind.hours: Control.number, ValueKind.date: Control.date,
    ValueKind.long_text: Control.long_text, ValueKind.comment: Control.long_text,
    ValueKind.user_message: Control.message, ValueKind.group_message: Control.message,
    ValueKind.user_sms: Control.message, ValueKind.group_sms: Control.message,
    ValueKind.target_message: Control.note, ValueKind.webhook_message: Control.note,
    ValueKind.opaque: Control.kept,
})  # fmt: skip
"""Every other kind is a text: ids of lists that are not mirrored (schedules …) are typed as numbers."""

_OFFERS: Mapping[ValueKind, ValueKind] = MappingProxyType({
    ValueKind.group: ValueKind.group, ValueKind.agent: ValueKind.agent, ValueKind.user: ValueKind.agent,
    ValueKind.macro: ValueKind.macro, ValueKind.routing_plan: ValueKind.routing_plan,
    ValueKind.user_message: ValueKind.agent, ValueKind.user_sms: ValueKind.agent,
    ValueKind.group_message: ValueKind.group, ValueKind.group_sms: ValueKind.group,
    ValueKind.brand: ValueKind.brand, ValueKind.form: ValueKind.form, ValueKind.locale: ValueKind.locale,
    ValueKind.custom_status: ValueKind.custom_status, ValueKind.organization: ValueKind.organization,
})  # fmt: skip

NAMED = (ValueKind.brand, ValueKind.form, ValueKind.custom_status, ValueKind.locale, ValueKind.organization)
"""Lists that an account may not have told of (yet): as long as one is empty, its ids are typed."""

_SEEKS: Mapping[ValueKind, str] = MappingProxyType({
    ValueKind.user: "user", ValueKind.user_message: "user", ValueKind.user_sms: "user", ValueKind.tags: "tags",
})  # fmt: skip
"""Beside those of _OFFERS, which seek the list they offer."""

YES_NO = (Choice("true", say("예", "Yes")), Choice("false", say("아니요", "No")))

_TEXT = IS + PRESENCE + TEXT_SEARCH + CHANGE
_LIST = INCLUDES + IS + PRESENCE + CHANGE
_AMOUNT = IS + ORDER + ORDER_EQUAL + PRESENCE + CHANGE
_CUSTOM: Mapping[str, tuple[Control, tuple[str, ...]]] = MappingProxyType({
    "tagger": (Control.pick, _LIST),
    "multiselect": (Control.tags, INCLUDES + PRESENCE + ("changed", "not_changed")),
    "checkbox": (Control.pick, IS + CHANGE),
    "integer": (Control.number, _AMOUNT),
    "decimal": (Control.number, _AMOUNT),
    "date": (Control.date, _AMOUNT + DAYS),
    "text": (Control.text, _TEXT),
    "textarea": (Control.text, _TEXT),
    "regexp": (Control.text, _TEXT),
})  # fmt: skip
"""Which operators fit a field of the account, by its type: after recorded definitions of an account."""

OWN_KINDS = frozenset(_CUSTOM)
COMMENT_ACTIONS = frozenset({"comment_value", "comment_value_html", "comment_mode_is_public"})
"""A macro's answer is kept as two texts beside its actions, so that they are no rows of its form."""


def condition_entry(key: str, use: Use, pickers: Pickers) -> Entry | None:
    """The field of that name as the editor shows it there; None when the language does not know it."""
    known = field_of(key)
    if known is None:
        return None
    if known.value_kind is ValueKind.custom:
        return _custom(known, pickers.fields.get(key), use)
    several = known.value_kind in {ValueKind.words, ValueKind.custom_status}
    words = dict.fromkeys(INCLUDES, Control.tags) if several else {}
    return Entry(
        key=key,
        label=known.label,
        section=known.section,
        control=_control_of(known),
        operators=known.operators_for(use),
        choices=known.choices,
        offers=_OFFERS.get(known.value_kind),
        nullable=known.nullable,
        controls=MappingProxyType(words),
        seeks=_seeks(known.value_kind),
    )


def _control_of(known: Field) -> Control:
    """Tags that are a list of ours (topics) are picked, not typed."""
    if known.value_kind is ValueKind.tags and known.choices:
        return Control.pick
    return _CONTROLS.get(known.value_kind, Control.text)


def action_entry(key: str, use: Use, pickers: Pickers) -> Entry | None:
    """As `condition_entry`, for an action."""
    known = action_of(key)
    if known is None:
        return None
    if known.value_kind is ValueKind.custom:
        return _custom(known, pickers.fields.get(key), use)
    return Entry(
        key=key,
        label=known.label,
        section=known.section,
        control=_CONTROLS.get(known.value_kind, Control.text),
        choices=known.choices_for(use),
        offers=_OFFERS.get(known.value_kind),
        nullable=known.nullable,
        seeks=_seeks(known.value_kind),
    )


def _seeks(kind: ValueKind) -> str:
    return _SEEKS.get(kind, str(_OFFERS.get(kind, "")))


def _custom(known: Field | Action, account: AccountField | None, use: Use) -> Entry:
    control, fitting = _CUSTOM.get(account.kind if account else "", (Control.text, None))
    operators = known.operators_for(use) if isinstance(known, Field) else ()
    days = dict.fromkeys(DAYS, Control.number)
    several = dict.fromkeys(INCLUDES, Control.tags)
    options = YES_NO if account and account.kind == "checkbox" else account.options if account else ()
    return Entry(
        key=known.key,
        label=say(account.title, account.title) if account else known.label,
        section=known.section,
        control=control,
        operators=tuple(one for one in operators if fitting is None or one in fitting),
        choices=options,
        nullable=known.nullable,
        controls=MappingProxyType(days | several),
        seeks=f"options:{known.key}" if options else "",
    )


def condition_entries(use: Use, pickers: Pickers) -> tuple[Entry, ...]:
    """All that a condition there may ask about, in the editor's order, the account's own fields last."""
    keys = (*(one.key for one in fields_for(use)), *pickers.fields)
    return _present(condition_entry(key, use, pickers) for key in keys)


def action_entries(use: Use, pickers: Pickers) -> tuple[Entry, ...]:
    """All that can be done there. What only Zendesk itself can make up (opaque values) is kept but not offered."""
    keys = (*(one.key for one in actions_for(use) if one.key not in COMMENT_ACTIONS), *pickers.fields)
    return tuple(
        one for one in _present(action_entry(key, use, pickers) for key in keys) if one.control is not Control.kept
    )


def _present(entries: Iterable[Entry | None]) -> tuple[Entry, ...]:
    return tuple(one for one in entries if one is not None)


def vocabulary(use: Use, pickers: Pickers) -> dict[str, Any]:
    """Everything the editor's script needs to follow a choice, in the reader's language."""
    fields = condition_entries(use, pickers) if use is not Use.macro else ()
    return {
        "fields": {one.key: one.to_json(pickers) for one in fields},
        "actions": {one.key: one.to_json(pickers) for one in action_entries(use, pickers)},
        "operators": {key: {"label": str(one.label), "bare": key in TERMINAL} for key, one in OPERATORS.items()},
        "lists": {
            kind: [{"value": one.value, "label": str(one.label)} for one in options]
            for kind, options in pickers.lists.items()
            if len(options) <= LISTED
        },
        "words": {"none": str(NONE), "unknown": str(UNKNOWN)},
    }


UNKNOWN = say("여기에 없는 값", "not known here")
