"""What a rule did to one ticket, turned around: only where nobody has touched it since. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.language.values import tags_of

PLAIN = frozenset({"status", "priority", "type", "subject"})
IDS = frozenset({"group_id", "assignee_id", "brand_id", "ticket_form_id", "custom_status_id"})
ADDED, REMOVED = "current_tags", "remove_tags"
CUSTOM = "custom_fields_"
TAGS = "tags"
# Why something was left out, and what chose the group and the person, which stand beside it as effects of their own.
TOLD_ONLY = frozenset({"refused", "route"})
OVER = frozenset({"closed", "deleted"})


class Left(StrEnum):
    """Why something a rule did stays as it is."""

    touched = "touched"
    closed = "closed"
    said = "said"
    lasting = "lasting"
    under_way = "under_way"
    not_here = "not_here"


@dataclass(frozen=True, slots=True)
class Happened:
    """One update of the ticket. `effects`: what the rule to be taken back wanted by it, as its runs keep it; empty for
    everybody else's updates. `changes`: {field: [before, after]} as Zendesk tells them.
    """

    audit_id: int
    at: datetime
    author_id: int | None
    changes: Mapping[str, Any]
    effects: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Stays:
    """One thing that is left alone. `by` and `at`: who touched it since, and when, where that is why."""

    field: str
    value: Any
    why: Left
    by: int | None = None
    at: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        at = self.at.isoformat() if self.at else None
        return {"field": self.field, "value": self.value, "why": self.why.value, "by": self.by, "at": at}


@dataclass(frozen=True, slots=True)
class TakenBack:
    """`change` and `before` as the outbox takes them; empty when nothing can be taken back."""

    change: dict[str, Any]
    before: dict[str, Any]
    stays: tuple[Stays, ...] = ()


@dataclass(frozen=True, slots=True)
class _Back:
    """From what it is (as the rule left it) to what it was."""

    stands: Any
    back_to: Any


def take_back(events: Sequence[Happened], now: Mapping[str, Any]) -> TakenBack:
    """`events`: every update that is known of the ticket. `now`: its values, custom fields by their id.

    A field goes back to what it was before the rule; if somebody changed it between two firings, to what they made of
    it. A field, or a single tag, touched after the rule's last firing stays, and so does what cannot be unsaid.
    """
    ordered = sorted(events, key=lambda one: one.audit_id)
    wanted = [(event, effect) for event in ordered for effect in event.effects if effect.get("field") not in TOLD_ONLY]
    stays = [_lasting(effect) for _, effect in wanted if not _turns(effect)]
    turning = list(dict.fromkeys(_key(effect) for _, effect in wanted if _turns(effect)))
    if now.get("status") in OVER:
        return TakenBack({}, {}, (*stays, *(Stays(_told(key), None, Left.closed) for key in turning)))
    change: dict[str, Any] = {}
    before: dict[str, Any] = {}
    for key in turning:
        field, tag = key
        outcome = _tag_back(ordered, tag, now) if tag else _field_back(ordered, field, now)
        if isinstance(outcome, Stays):
            stays.append(outcome)
        elif outcome is not None:
            _write(change, before, key, outcome)
    return TakenBack(change, before, tuple(stays))


def _field_back(ordered: Sequence[Happened], field: str, now: Mapping[str, Any]) -> _Back | Stays | None:
    """None when the rule's update did not change the field after all."""
    touching = [one for one in ordered if field in one.changes]
    ours = [one for one in touching if any(_key(effect) == (field, "") for effect in one.effects)]
    if not ours:
        return None
    newest = touching[-1]
    made = ours[-1].changes[field][1]
    if newest is not ours[-1]:
        return Stays(_told((field, "")), made, Left.touched, newest.author_id, newest.at)
    if not _same(now.get(field), made):
        return Stays(_told((field, "")), made, Left.touched)
    was = _first_of_row(touching, ours).changes[field][0]
    return None if _sent(field, was) == _sent(field, made) else _Back(made, was)


def _tag_back(ordered: Sequence[Happened], tag: str, now: Mapping[str, Any]) -> _Back | Stays | None:
    flips = [one for one in ordered if TAGS in one.changes and _had(one, 0, tag) is not _had(one, 1, tag)]
    ours = [one for one in flips if any(_key(effect) == (TAGS, tag) for effect in one.effects)]
    if not ours:
        return None
    newest, made = flips[-1], _had(ours[-1], 1, tag)
    field = ADDED if made else REMOVED
    if newest is not ours[-1]:
        return Stays(field, tag, Left.touched, newest.author_id, newest.at)
    if (tag in tags_of(now.get(TAGS))) is not made:
        return Stays(field, tag, Left.touched)
    was = _had(_first_of_row(flips, ours), 0, tag)
    return None if was is made else _Back(made, was)


def _first_of_row(touching: Sequence[Happened], ours: Sequence[Happened]) -> Happened:
    """The first of the rule's updates that stand together at the end, with nobody else's between them."""
    first = touching[-1]
    for one in reversed(touching):
        if one not in ours:
            break
        first = one
    return first


def _write(change: dict[str, Any], before: dict[str, Any], key: tuple[str, str], back: _Back) -> None:
    field, tag = key
    if tag:
        change.setdefault("additional_tags" if back.back_to else "remove_tags", []).append(tag)
    elif field.isdigit():
        change.setdefault("custom_fields", []).append({"id": int(field), "value": back.back_to})
        before.setdefault("custom_fields", {})[field] = back.stands
    else:
        change[field], before[field] = _sent(field, back.back_to), _sent(field, back.stands)


def _sent(field: str, value: Any) -> Any:
    if value in (None, ""):
        return None
    # Zendesk takes nobody back to "new": the nearest that it takes is "open".
    if field == "status" and value == "new":
        return "open"
    return int(str(value)) if field in IDS else value


def _turns(effect: Mapping[str, Any]) -> bool:
    field = str(effect.get("field"))
    if effect.get("held") or effect.get("public") is not None:
        return False
    return field in PLAIN or field in IDS or field in {ADDED, REMOVED} or _custom(field) is not None


def _key(effect: Mapping[str, Any]) -> tuple[str, str]:
    """(Zendesk's name of the field in an audit, the tag where it is about one)."""
    field = str(effect.get("field"))
    if field in {ADDED, REMOVED}:
        return TAGS, str(effect.get("value")).lower()
    return _custom(field) or field, ""


def _told(key: tuple[str, str]) -> str:
    """As conditions and actions call it."""
    field, tag = key
    return ADDED if tag else f"{CUSTOM}{field}" if field.isdigit() else field


def _custom(field: str) -> str | None:
    digits = field.removeprefix(CUSTOM)
    return digits if digits != field and digits.isdigit() else None


def _lasting(effect: Mapping[str, Any]) -> Stays:
    """Comments and messages are read already; followers and what Zendesk alone does are left to people."""
    is_comment = effect.get("field") == "comment"
    value = None if is_comment else effect.get("value")
    return Stays(str(effect.get("field")), value, Left.said if is_comment else Left.lasting)


def _had(event: Happened, side: int, tag: str) -> bool:
    return tag in tags_of(event.changes[TAGS][side])


def _same(one: Any, other: Any) -> bool:
    empty = [value in (None, "", []) for value in (one, other)]
    return all(empty) if any(empty) else one == other or str(one) == str(other)
