"""From what the sandbox shows of a ticket to the facts that rules are asked about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.language.facts_of_ticket import Change, Comment, Organization, Person, TicketFacts, Update
from app.tickets.channels import number_of
from integrations.zendesk.sandbox.engine import Books, Life, Look

Row = Mapping[str, Any]
# Conditions can ask how these changed; custom fields and tags come to them.
CHANGING = (
    "status", "custom_status_id", "type", "priority", "group_id", "assignee_id", "requester_id", "organization_id",
    "brand_id", "ticket_form_id", "subject", "external_id", "recipient", "due_at",
)  # fmt: skip
STAFF = frozenset({"agent", "admin"})


def facts_of(look: Look) -> TicketFacts:
    """The ticket as it stands at the look, this update and its comment included."""
    ticket, books, life = look.ticket, look.books, look.life
    people = _People(books)
    comments = tuple(_comment(one, people) for one in look.comments)
    return TicketFacts(
        id=str(ticket["id"]),
        external_id=ticket["external_id"] or "",
        subject=ticket["subject"] or "",
        description=ticket["description"] or "",
        status=ticket["status"],
        custom_status_id=_id(ticket["custom_status_id"]),
        type=ticket["type"] or "",
        priority=ticket["priority"] or "",
        group_id=_id(ticket["group_id"]),
        group_name=_name(books, "group", ticket["group_id"]),
        assignee_id=_id(ticket["assignee_id"]),
        requester_id=_id(ticket["requester_id"]) or None,
        organization_id=_id(ticket["organization_id"]),
        requester=people.one(ticket["requester_id"]),
        submitter=people.one(ticket["submitter_id"]),
        assignee=people.one(ticket["assignee_id"]),
        organization=organization_of(books, ticket["organization_id"]),
        tags=frozenset(ticket["tags"]),
        via_id=_channel((ticket["via"] or {}).get("channel")),
        recipient=ticket["recipient"] or "",
        brand_id=_id(ticket["brand_id"]),
        brand_name=_name(books, "brand", ticket["brand_id"]),
        ticket_form_id=_id(ticket["ticket_form_id"]),
        ticket_form_name=_name(books, "ticket_form", ticket["ticket_form_id"]),
        is_public=any(one.public for one in comments) if comments else bool(ticket["is_public"]),
        custom_fields=_custom(ticket),
        satisfaction_score=_score(ticket),
        satisfaction_reason_code=_reason(ticket),
        schedule_id=str(look.schedule_id) if look.schedule_id else None,
        url=look.url,
        updated_at=_moment(ticket["updated_at"]),
        due_at=_moment(ticket["due_at"]),
        sla_next_breach_at=min((at for at in look.breaches if at > look.now), default=None),
        sla_last_breach_at=max((at for at in look.breaches if at <= look.now), default=None),
        incidents=None if ticket["has_incidents"] else 0,
        cc_ids=tuple(str(one) for one in ticket["email_cc_ids"] or ()),
        follower_ids=tuple(str(one) for one in ticket["follower_ids"] or ()),
        ccs=people.many(ticket["email_cc_ids"] or ()),
        followers=people.many(ticket["follower_ids"] or ()),
        comments=comments,
        update=None if look.by_time else _update(look, people),
        **_lived(life),
    )


def organization_of(books: Books, number: object) -> Organization | None:
    row = books.row("organization", number) if number else None
    if row is None:
        return None
    return Organization(
        id=str(row["id"]),
        name=row["name"] or "",
        external_id=row.get("external_id") or "",
        details=row.get("details") or "",
        notes=row.get("notes") or "",
        tags=frozenset(row.get("tags") or ()),
        custom_fields=row.get("organization_fields") or {},
    )


class _People:
    """Each user is read once a look."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._known: dict[object, Person | None] = {}

    def one(self, number: object) -> Person | None:
        if not number:
            return None
        if number not in self._known:
            row = self._books.user(number)
            self._known[number] = None if row is None else self._person(row)
        return self._known[number]

    def many(self, numbers: Any) -> tuple[Person, ...]:
        return tuple(person for number in numbers if (person := self.one(number)) is not None)

    def _person(self, row: Row) -> Person:
        return Person(
            id=str(row["id"]),
            role=row["role"],
            name=row["name"] or "",
            email=row["email"] or "",
            phone=row["phone"] or "",
            language=row["locale"] or "",
            locale_id=_id(row["locale_id"]) or None,
            time_zone=row["time_zone"],
            external_id=row["external_id"] or "",
            details=row["details"] or "",
            notes=row["notes"] or "",
            signature=row["signature"] or "",
            organization=organization_of(self._books, row["organization_id"]),
            group_ids=tuple(str(one) for one in self._books.groups_of(row["id"])) if row["role"] in STAFF else (),
            tags=frozenset(row["tags"] or ()),
            custom_fields=row["user_fields"] or {},
        )


def _lived(life: Life) -> dict[str, Any]:
    return {
        "created_at": life.created_at,
        "status_since": life.status_since,
        "assigned_at": life.assigned_at,
        "requester_updated_at": life.requester_updated_at,
        "assignee_updated_at": life.assignee_updated_at,
        "reopens": life.reopens,
        "replies": life.replies,
        "agent_stations": life.assignee_stations,
        "group_stations": life.group_stations,
    }


def _update(look: Look, people: _People) -> Update:
    actor = look.actor or {}
    updater = people.one(actor.get("id")) or Person(id=_id(actor.get("id")), role="system")
    said = None if look.said is None else _comment(look.said, people)
    if look.before is None:
        return Update("Create", updater, _channel(look.channel), said)
    return Update("Change", updater, _channel(look.channel), said, _changes(look.before, look.ticket))


def _changes(before: Row, after: Row) -> dict[str, Change]:
    """Against the ticket before the update: what its own rules have changed since counts as changed by it."""
    found = {key: Change(_said(before[key]), _said(after[key])) for key in CHANGING if before[key] != after[key]}
    if before["tags"] != after["tags"]:
        found["current_tags"] = Change(frozenset(before["tags"]), frozenset(after["tags"]))
    if _score(before) != _score(after):
        found["satisfaction_score"] = Change(_score(before), _score(after))
    was, now = _custom(before), _custom(after)
    for key in now.keys() | was.keys():
        if was.get(key, "") != now.get(key, ""):
            found[f"custom_fields_{key}"] = Change(was.get(key, ""), now.get(key, ""))
    return found


def _comment(row: Row, people: _People) -> Comment:
    return Comment(
        body=row["body"] or "",
        public=bool(row["public"]),
        id=str(row["id"]),
        author=people.one(row["author_id"]),
        created_at=_moment(row.get("created_at")),
        attachments=len(row.get("attachments") or ()),
    )


def _custom(ticket: Row) -> dict[str, object]:
    return {str(row["id"]): "" if row["value"] is None else row["value"] for row in ticket["custom_fields"]}


def _said(value: Any) -> object:
    """As the facts themselves hold it: ids as text, nothing as ""."""
    if value is None:
        return ""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _score(ticket: Row) -> str:
    rating = ticket["satisfaction_rating"] or {}
    score = str(rating.get("score") or "unoffered")
    return f"{score}_with_comment" if score in {"good", "bad"} and rating.get("comment") else score


def _reason(ticket: Row) -> str:
    return _id((ticket["satisfaction_rating"] or {}).get("reason_id"))


def _name(books: Books, kind: str, number: object) -> str:
    row = books.row(kind, number) if number else None
    return "" if row is None else str(row["name"])


def _channel(word: object) -> str | None:
    return number_of(str(word)) if word else None


def _id(value: object) -> str:
    return "" if value in (None, "") else str(value)


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None
