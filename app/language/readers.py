"""How the value of each condition field is read from the facts: one small function a field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from operator import attrgetter
from types import MappingProxyType

from app.language.facts_of_ticket import Person, TicketFacts
from app.language.own_readers import OWN_READERS, customer_reader
from app.language.sight import NO_UPDATE, NO_UPDATER, NOT_KNOWN, Sight, Unknown
from app.words import say

Read = Callable[[Sight], object]
Span = tuple[datetime, datetime]

_SCORES = {"offered": "false", "unoffered": "true"}
_ROLE_IDS = {"end_user": "0", "end-user": "0", "agent": "4", "admin": "2"}
_TYPE_IDS = {"": "0", "question": "1", "incident": "2", "problem": "3", "task": "4"}
_NOT_IN_STATUS = Unknown(say("지금은 그 상태가 아닙니다.", "The ticket is not in that status now."))
_NOT_YET = Unknown(say("아직 그 시각이 되지 않았습니다.", "That time has not come yet."))
_PAST = Unknown(say("그 시각이 이미 지났습니다.", "That time has already passed."))
_NO_SUCH_TIME = Unknown(say("이 티켓에는 그 시각이 없습니다.", "The ticket has no such time."))


def _or_unknown(value: object) -> object:
    return NOT_KNOWN if value is None else value


def _fact(name: str) -> Read:
    read = attrgetter(name)
    return lambda sight: _or_unknown(read(sight.facts))


def _of_update(name: str) -> Read:
    read = attrgetter(name)
    return lambda sight: NO_UPDATE if sight.facts.update is None else _or_unknown(read(sight.facts.update))


def _of_requester(name: str) -> Read:
    read = attrgetter(name)

    def of_requester(sight: Sight) -> object:
        person = sight.facts.requester
        return NOT_KNOWN if person is None else _or_unknown(read(person))

    return of_requester


def _satisfaction(sight: Sight) -> object:
    score = sight.facts.satisfaction_score
    return NOT_KNOWN if score is None else _SCORES.get(score, score)


def _requester_role(sight: Sight) -> object:
    person = sight.facts.requester
    return NOT_KNOWN if person is None else _or_unknown(_ROLE_IDS.get(person.role or ""))


def _type_id(sight: Sight) -> object:
    return _or_unknown(_TYPE_IDS.get(sight.facts.type or "")) if sight.facts.type is not None else NOT_KNOWN


def _privacy(sight: Sight) -> object:
    public = sight.facts.is_public
    return NOT_KNOWN if public is None else ("public" if public else "private")


def _updater(sight: Sight) -> object:
    return sight.facts.updater or NO_UPDATER


def _comment(sight: Sight) -> object:
    """The comment of this update; "" when it has none."""
    update = sight.facts.update
    return NO_UPDATE if update is None else update.comment or ""


def _attachment(sight: Sight) -> object:
    update = sight.facts.update
    if update is None:
        return NO_UPDATE
    if update.comment is None:
        return False
    return NOT_KNOWN if update.comment.attachments is None else update.comment.attachments > 0


ATTRIBUTES: Mapping[str, str] = MappingProxyType({
    **{
        name: name
        for name in (
            "status", "custom_status_id", "type", "priority", "group_id", "assignee_id", "requester_id",
            "organization_id", "via_id", "recipient", "brand_id", "ticket_form_id", "satisfaction_reason_code",
            "reopens", "replies", "agent_stations", "group_stations", "schedule_id",
        )
    },
    "current_tags": "tags",
    "number_of_incidents": "incidents",
    "exact_created_at": "created_at",
})  # fmt: skip
"""Fields whose value is an attribute of the facts as it stands; None there is not known."""

FEW_VALUES = frozenset({
    "status", "custom_status_id", "type", "priority", "group_id", "via_id", "brand_id", "ticket_form_id", "schedule_id",
})  # fmt: skip
"""Those of which an account has few different ones."""

READERS: Mapping[str, Read] = MappingProxyType({
    **{field: _fact(name) for field, name in ATTRIBUTES.items()},
    "current_via_id": _of_update("via_id"),
    "update_type": _of_update("type"),
    "locale_id": _of_requester("locale_id"),
    "requester_time_zone": _of_requester("time_zone"),
    "requester_twitter_followers_count": _of_requester("twitter_followers_count"),
    "requester_twitter_statuses_count": _of_requester("twitter_statuses_count"),
    "requester_twitter_verified": _of_requester("twitter_verified"),
    "satisfaction_score": _satisfaction,
    "requester_role": _requester_role,
    "ticket_type_id": _type_id,
    "ticket_is_public": _privacy,
    "role": _updater,
    "comment_is_public": _comment,
    "attachment": _attachment,
    "cc": lambda sight: NOT_KNOWN if sight.facts.cc_ids is None else bool(sight.facts.cc_ids),
    "ticket_due_date": lambda sight: sight.facts.due_at is not None,
    "in_business_hours": lambda sight: sight.calendar.is_open(sight.now),
    "on_holiday": lambda sight: sight.calendar.holiday(sight.now) is not None,
    "within_schedule": lambda sight: sight.now,
    **OWN_READERS,
})  # fmt: skip


def _subject_and_comment(facts: TicketFacts) -> str:
    comment = facts.update.comment if facts.update else None
    return f"{facts.subject}\n{comment.body}" if comment else ""


TEXTS: Mapping[str, Callable[[TicketFacts], str]] = MappingProxyType({
    "subject_includes_word": attrgetter("subject"),
    "description_includes_word": attrgetter("description"),
    "comment_includes_word": _subject_and_comment,
})  # fmt: skip
"""What the word conditions search. Zendesk's comment condition searches subject and body of an update's comment."""


def _since(name: str, status: str) -> Callable[[Sight], Span | Unknown]:
    read = attrgetter(name)

    def since(sight: Sight) -> Span | Unknown:
        if status and sight.facts.status != status:
            return _NOT_IN_STATUS
        start: datetime | None = read(sight.facts)
        if start is None:
            return _NO_SUCH_TIME
        return (start, sight.now) if start <= sight.now else _NOT_YET

    return since


def _until(name: str) -> Callable[[Sight], Span | Unknown]:
    read = attrgetter(name)

    def until(sight: Sight) -> Span | Unknown:
        end: datetime | None = read(sight.facts)
        if end is None:
            return _NO_SUCH_TIME
        return (sight.now, end) if sight.now <= end else _PAST

    return until


SINCE: Mapping[str, tuple[str, str]] = MappingProxyType({
    "NEW": ("created_at", ""),
    "OPEN": ("status_since", "open"),
    "PENDING": ("status_since", "pending"),
    "HOLD": ("status_since", "hold"),
    "SOLVED": ("status_since", "solved"),
    "CLOSED": ("status_since", "closed"),
    "assigned_at": ("assigned_at", ""),
    "updated_at": ("updated_at", ""),
    "requester_updated_at": ("requester_updated_at", ""),
    "assignee_updated_at": ("assignee_updated_at", ""),
    "due_at": ("due_at", ""),
    "due_date": ("due_at", ""),
    "sla_next_breach_at": ("sla_last_breach_at", ""),
})  # fmt: skip
"""The time from which each "hours since" counts, and the status in which alone it does."""

UNTIL: Mapping[str, str] = MappingProxyType({
    "until_due_date": "due_at",
    "until_sla_next_breach_at": "sla_next_breach_at",
})  # fmt: skip
"""The time to which each "hours until" counts."""

SPANS: Mapping[str, Callable[[Sight], Span | Unknown]] = MappingProxyType({
    **{field: _since(name, status) for field, (name, status) in SINCE.items()},
    **{field: _until(name) for field, name in UNTIL.items()},
})  # fmt: skip
"""From when to when each of them counts."""


def _of_person(person: Person | None, key: str) -> object:
    return NOT_KNOWN if person is None or person.custom_fields is None else person.custom_fields.get(key, "")


def custom_reader(family: str, key: str) -> Read:
    """Reads a field of a family: of the account's own, one that the ticket or the person does not carry is empty."""
    of_customer = customer_reader(family, key)
    if of_customer is not None:
        return of_customer
    if family == "requester.custom_fields.{key}":
        return lambda sight: _of_person(sight.facts.requester, key)
    if family == "organization.custom_fields.{key}":

        def of_organization(sight: Sight) -> object:
            facts = sight.facts
            if facts.organization is not None:
                return facts.organization.custom_fields.get(key, "")
            return "" if facts.organization_id == "" else NOT_KNOWN

        return of_organization
    return lambda sight: sight.facts.custom_fields.get(key, "")
