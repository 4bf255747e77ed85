"""The peers of the rule engine on made-up rules: JSONLogic in Rust, and a plain interpreter of Zendesk's JSON.

Both are given more than Opsroom's engine is: a ready dict of the ticket with the subject folded, its words taken apart
and the hours worked out, none of which is counted for them and all of which is for ours. JSONLogic has all rules in one
array, compiled once and asked in a session, as its own documentation advises for hot loops.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from app.language.values import WRITTEN_JOINED, folded
from benchmarks.worlds import CITY, NIGHTS, PLAN, PRIORITIES, STATUSES

ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "is": operator.eq,
    "is_not": operator.ne,
    "less_than": operator.lt,
    "greater_than": operator.gt,
}
SIGNS = {"is": "===", "is_not": "!==", "less_than": "<", "greater_than": ">"}
RANKS = {"status": STATUSES, "priority": PRIORITIES}
NUMBERS = (NIGHTS, "NEW")


def ready(facts: Any, hours: int) -> dict[str, Any]:
    """The ticket as the peers get it."""
    subject = folded(facts.subject)
    words = "".join(one if one.isalnum() or one == "_" else " " for one in WRITTEN_JOINED.sub(" ", subject)).split()
    return {
        "status": facts.status,
        "status_rank": STATUSES.index(facts.status),
        "priority": facts.priority,
        "priority_rank": PRIORITIES.index(facts.priority),
        "via_id": facts.via_id,
        "group_id": facts.group_id,
        "current_tags": sorted(facts.tags),
        "subject": subject,
        "words": words,
        CITY: facts.custom_fields["501"],
        PLAN: facts.custom_fields["502"],
        NIGHTS: facts.custom_fields["503"],
        "NEW": hours,
    }


def jsonlogic(rows: list[dict[str, Any]]) -> list[Any]:
    return [_both([_logic(one) for one in row["all"]], [_logic(one) for one in row["any"]]) for row in rows]


def _both(every: list[Any], some: list[Any]) -> Any:
    return {"and": [*every, _any_of(some)] if some else every}


def _any_of(rows: list[Any]) -> Any:
    return rows[0] if len(rows) == 1 else {"or": rows}


def _logic(row: dict[str, Any]) -> Any:
    field, sign, value = row["field"], row["operator"], row["value"]
    if sign.endswith("includes"):
        name = "current_tags" if field == "current_tags" else "words"
        found = _any_of([
            {"in": [one, {"var": "subject" if field != "current_tags" and _loose(one) else name}]}
            for one in value.lower().split()
        ])  # fmt: skip
        return {"!": [found]} if sign == "not_includes" else found
    if sign in {"less_than", "greater_than"} and field in RANKS:
        return {SIGNS[sign]: [{"var": f"{field}_rank"}, RANKS[field].index(value)]}
    return {SIGNS[sign]: [{"var": field}, int(value) if field in NUMBERS else value]}


def _loose(word: str) -> bool:
    """Found anywhere: written in Hangul, or not one word (then the subjects hold it only by itself)."""
    return bool(WRITTEN_JOINED.search(word)) or not word.isalnum()


def plain(rows: list[dict[str, Any]], ticket: dict[str, Any]) -> list[int]:
    """Which rules are met: one after the other, each condition as it stands, stopping where the answer is known."""
    return [
        place
        for place, row in enumerate(rows)
        if all(_holds(one, ticket) for one in row["all"])
        and (not row["any"] or any(_holds(one, ticket) for one in row["any"]))
    ]


def _holds(row: dict[str, Any], ticket: dict[str, Any]) -> bool:
    field, sign, value = row["field"], row["operator"], row["value"]
    if field == "current_tags":
        return any(one in ticket["current_tags"] for one in value.split()) is (sign == "includes")
    if field == "subject_includes_word":
        found = any(one in (ticket["subject"] if _loose(one) else ticket["words"]) for one in folded(value).split())
        return found is (sign == "includes")
    if field in NUMBERS:
        return ORDER[sign](ticket[field], int(value))
    if sign in {"less_than", "greater_than"}:
        return ORDER[sign](RANKS[field].index(ticket[field]), RANKS[field].index(value))
    return ORDER[sign](ticket[field], value)
