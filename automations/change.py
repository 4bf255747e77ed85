"""From a plan to the bodies of Zendesk's ticket updates. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.language.facts_of_ticket import TicketFacts
from app.language.plan import Plan, PlannedComment, present

IDS = frozenset({"group_id", "assignee_id", "brand_id", "ticket_form_id", "custom_status_id"})
PLAIN = frozenset({"status", "priority", "type", "subject"})
CUSTOM = "custom_fields_"


@dataclass(frozen=True, slots=True)
class Letter:
    """One update: `change` is the inside of {"ticket": …}, `before` what its fields had when it was decided."""

    change: dict[str, Any]
    before: dict[str, Any]


def letters(plan: Plan, facts: TicketFacts, macro_ids: Mapping[str, int]) -> list[Letter]:
    """The updates that carry out `plan` on the ticket of `facts`; the first takes all fields, every further comment
    one of its own. `macro_ids`: Zendesk's ids of the macros, where it knows them.

    What only Zendesk's own rules can do (notices, what the plan holds, the requester's fields) is not in here.
    """
    change, before = _fields(plan, facts)
    if plan.add_tags:
        change["additional_tags"] = sorted(plan.add_tags)
    if plan.remove_tags:
        change["remove_tags"] = sorted(plan.remove_tags)
    if plan.followers:
        change["followers"] = [{"user_id": int(one), "action": "put"} for one in plan.followers]
    if plan.ccs:
        change["email_ccs"] = [{"user_id": int(one), "action": "put"} for one in plan.ccs]
    if plan.comments:
        change["comment"] = _comment(plan.comments[0])
        known = [macro_ids[one] for one in plan.macro_ids if one in macro_ids]
        change |= {"macro_ids": known} if known else {}
    first = [Letter(change, before)] if change else []
    return first + [Letter({"comment": _comment(one)}, {}) for one in plan.comments[1:]]


def _fields(plan: Plan, facts: TicketFacts) -> tuple[dict[str, Any], dict[str, Any]]:
    plain = [key for key in plan.sets if key in IDS or key in PLAIN]
    change = {key: _sent(key, plan.sets[key]) for key in plain}
    before = {key: _sent(key, present(facts, key)) for key in plain}
    custom = {key.removeprefix(CUSTOM): value for key, value in plan.sets.items() if key.startswith(CUSTOM)}
    if custom:
        change["custom_fields"] = [{"id": int(field), "value": value} for field, value in custom.items()]
        before["custom_fields"] = {field: present(facts, f"{CUSTOM}{field}") or None for field in custom}
    return change, before


def _comment(comment: PlannedComment) -> dict[str, Any]:
    return {"html_body" if comment.html else "body": comment.body, "public": comment.public}


def _sent(key: str, value: object) -> Any:
    if value in (None, ""):
        return None
    return int(str(value)) if key in IDS else value
