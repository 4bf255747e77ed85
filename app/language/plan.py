"""What a rule or a macro wants done to one ticket: a value that can be compared, joined, stripped of no-ops, hashed.

Nothing here does anything. What Zendesk does itself for its own rules and its API cannot be asked to do stays in the
plan as a notice or as held, for others to carry out or to show as not carried out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from app.language.facts_of_ticket import Change, Organization, Person, TicketFacts, but
from app.language.values import tags_of, text_of
from app.words import Words, say


@dataclass(frozen=True, slots=True)
class PlannedComment:
    """A comment to add. `body` is final text, HTML where `html`; `macro_id` says which macro wrote it."""

    body: str
    public: bool = True
    html: bool = False
    macro_id: str | None = None
    language: str = "ko"


@dataclass(frozen=True, slots=True)
class Notice:
    """The effect of kind "notify": a message that Zendesk's own rules would send (e-mail, text, webhook, target).

    `kind` is the action's name. `to`: ids of users or groups, a webhook's or target's id, or "all_agents".
    `subject` and `body` are final text; `body` of a webhook is the request's body, or its query.
    `sender`: the id of the number that a text message is sent from.
    """

    kind: str
    to: tuple[str, ...]
    body: str
    subject: str = ""
    sender: str = ""


@dataclass(frozen=True, slots=True)
class RefundWish:
    """A refund to be asked for, never to be approved by itself: by what the policy says for `reason` at that time."""

    reason: str


@dataclass(frozen=True, slots=True)
class Held:
    """An action that is understood and kept, and that nobody here can do by Zendesk's API."""

    field: str
    value: object


@dataclass(frozen=True, slots=True)
class Dropped:
    """An action that was left out, and why: it would change nothing, or its aim is empty on this ticket."""

    field: str
    value: object
    why: Words

    def to_json(self) -> dict[str, Any]:
        why = {"ko": self.why.in_language("ko"), "en": self.why.in_language("en")}
        return {"field": self.field, "value": self.value, "why": why}


NO_CHANGE = say("이미 그 값입니다.", "It has that value already.")
REFUND_IS_OPEN = say("이미 진행 중인 환불이 있습니다.", "A refund of the booking is open already.")
OPEN_REFUNDS = frozenset({"requested", "approved", "paying", "unknown"})
"""States of a refund in which nobody asks for another of the same booking."""

_FACTS = frozenset({
    "status", "custom_status_id", "type", "priority", "group_id", "assignee_id", "brand_id", "ticket_form_id",
    "subject",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """`sets`: field -> value by the names that conditions use ("" for none); tags are only added or removed. Of
    `refunds` there is one at most: while it is open nobody asks for another.

    `locale_id` and "requester.custom_fields.*" in `sets` are the requester's, "organization.custom_fields.*" the
    organization's. One update of a ticket carries one comment: of several, each takes an update of its own.
    """

    sets: Mapping[str, object] = field(default_factory=dict)
    add_tags: frozenset[str] = frozenset()
    remove_tags: frozenset[str] = frozenset()
    followers: tuple[str, ...] = ()
    ccs: tuple[str, ...] = ()
    comments: tuple[PlannedComment, ...] = ()
    notices: tuple[Notice, ...] = ()
    held: tuple[Held, ...] = ()
    macro_ids: tuple[str, ...] = ()
    refunds: tuple[RefundWish, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.changes_ticket or self.comments or self.notices or self.held or self.refunds)

    @property
    def changes_ticket(self) -> bool:
        """Whether a condition could see a difference afterwards."""
        return bool(self.sets or self.add_tags or self.remove_tags or self.followers or self.ccs)

    def then(self, later: Plan) -> Plan:
        """Both in one: of what both touch, the later one stands."""
        return Plan(
            sets={**self.sets, **later.sets},
            add_tags=(self.add_tags - later.remove_tags) | later.add_tags,
            remove_tags=(self.remove_tags - later.add_tags) | later.remove_tags,
            followers=_each_once(self.followers + later.followers),
            ccs=_each_once(self.ccs + later.ccs),
            comments=self.comments + later.comments,
            notices=self.notices + later.notices,
            held=self.held + later.held,
            macro_ids=_each_once(self.macro_ids + later.macro_ids),
            refunds=(self.refunds + later.refunds)[:1],
        )

    def against(self, facts: TicketFacts) -> tuple[Plan, tuple[Dropped, ...]]:
        """The plan without what the ticket already has, and what was dropped."""
        same = {key: value for key, value in self.sets.items() if _has(facts, key, value)}
        add, remove = self.add_tags - facts.tags, self.remove_tags & facts.tags
        dropped = [Dropped(key, value, NO_CHANGE) for key, value in same.items()]
        dropped += [Dropped("current_tags", tag, NO_CHANGE) for tag in sorted(self.add_tags - add)]
        dropped += [Dropped("remove_tags", tag, NO_CHANGE) for tag in sorted(self.remove_tags - remove)]
        dropped += [Dropped("follower", one, NO_CHANGE) for one in self.followers if one in (facts.follower_ids or ())]
        dropped += [Dropped("cc", one, NO_CHANGE) for one in self.ccs if one in (facts.cc_ids or ())]
        has_open = _has_open_refund(facts)
        dropped += [Dropped("request_refund", one.reason, REFUND_IS_OPEN) for one in self.refunds if has_open]
        left = replace(
            self,
            refunds=() if has_open else self.refunds,
            sets={key: value for key, value in self.sets.items() if key not in same},
            add_tags=add,
            remove_tags=remove,
            followers=tuple(one for one in self.followers if one not in (facts.follower_ids or ())),
            ccs=tuple(one for one in self.ccs if one not in (facts.cc_ids or ())),
        )
        return left, tuple(dropped)

    def applied_to(self, facts: TicketFacts, now: datetime) -> TicketFacts:
        """The ticket as it will be: what the next rule of the same update looks at, its changes included."""
        changes = {key: Change(present(facts, key), value) for key, value in self.sets.items()}
        taken: dict[str, Any] = {key: text_of(value) for key, value in self.sets.items() if key in _FACTS}
        if "status" in self.sets:
            taken["status_since"] = now
        if "assignee_id" in self.sets:
            taken |= {"assignee": None, "assigned_at": now if taken["assignee_id"] else None}
        if "group_id" in self.sets:
            taken["group_name"] = ""
        if facts.update is not None:
            first = facts.update.changes
            joined = {
                key: Change(first[key].before if key in first else one.before, one.after)
                for key, one in changes.items()
            }
            taken["update"] = replace(facts.update, changes={**first, **joined})
        return but(
            facts,
            tags=(facts.tags - self.remove_tags) | self.add_tags,
            follower_ids=_each_once((facts.follower_ids or ()) + self.followers),
            cc_ids=_each_once((facts.cc_ids or ()) + self.ccs),
            custom_fields={**facts.custom_fields, **_named(self.sets, "custom_fields_")},
            requester=_with_fields(facts.requester, self.sets),
            organization=_with_organization_fields(facts.organization, self.sets),
            **taken,
        )

    def effect_hash(self) -> str:
        """The same for the same effects, whatever the order they were planned in, on any machine."""
        text = json.dumps(self.to_json(), ensure_ascii=True, sort_keys=True, default=text_of)
        return hashlib.sha256(text.encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """What came later stands in it only where it is asked for, so that what was hashed before stays the same."""
        later = {"refunds": [{"reason": one.reason} for one in self.refunds]} if self.refunds else {}
        return {
            **later,
            "sets": dict(sorted(self.sets.items())),
            "add_tags": sorted(self.add_tags),
            "remove_tags": sorted(self.remove_tags),
            "followers": sorted(self.followers),
            "ccs": sorted(self.ccs),
            "comments": [
                {
                    "body": one.body,
                    "public": one.public,
                    "html": one.html,
                    "macro_id": one.macro_id,
                    "language": one.language,
                }
                for one in self.comments
            ],
            "notices": [
                {"kind": one.kind, "to": list(one.to), "subject": one.subject, "body": one.body, "sender": one.sender}
                for one in self.notices
            ],
            "held": [{"field": one.field, "value": one.value} for one in self.held],
            "macro_ids": list(self.macro_ids),
        }


def present(facts: TicketFacts, key: str) -> object:
    """What the ticket has now in a field that a plan can set; None when it is not known."""
    if key in _FACTS:
        return getattr(facts, key)
    if key.startswith("custom_fields_"):
        return facts.custom_fields.get(key.removeprefix("custom_fields_"), "")
    if key == "locale_id":
        return facts.requester.locale_id if facts.requester else None
    owner = facts.requester if key.startswith("requester.") else facts.organization
    known = owner.custom_fields if owner else None
    return None if known is None else known.get(key.partition(".custom_fields.")[2], "")


def _has_open_refund(facts: TicketFacts) -> bool:
    if facts.booking is not None and facts.booking.open_refunds:
        return True
    return facts.refund is not None and facts.refund.state in OPEN_REFUNDS


def _has(facts: TicketFacts, key: str, value: object) -> bool:
    now = present(facts, key)
    if isinstance(now, list | tuple) or isinstance(value, list | tuple):
        return tags_of(now) == tags_of(value)
    return now is not None and text_of(now) == text_of(value)


def _named(sets: Mapping[str, object], prefix: str) -> dict[str, object]:
    return {key.removeprefix(prefix): value for key, value in sets.items() if key.startswith(prefix)}


def _with_fields(person: Person | None, sets: Mapping[str, object]) -> Person | None:
    if person is None:
        return None
    named = _named(sets, "requester.custom_fields.")
    if not named and "locale_id" not in sets and person.custom_fields is not None:
        return person
    locale_id = text_of(sets["locale_id"]) if "locale_id" in sets else person.locale_id
    fields = {**(person.custom_fields or {}), **named}
    return replace(person, locale_id=locale_id, custom_fields=fields)


def _with_organization_fields(organization: Organization | None, sets: Mapping[str, object]) -> Organization | None:
    named = _named(sets, "organization.custom_fields.")
    if organization is None or not named:
        return organization
    return replace(organization, custom_fields={**organization.custom_fields, **named})


def _each_once(ids: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))
