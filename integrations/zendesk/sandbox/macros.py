"""What a macro would do to a ticket. Asking changes nothing; the client sends the result back as an update."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from liquid import Environment
from liquid.exceptions import LiquidError

from . import looks, people, records, tickets
from .call import Call, Route
from .engine import Engine
from .replies import Reply, not_found
from .shape import Json, html_of, ident, plain_of
from .ticket_change import tags_of

_PLAIN = ("status", "priority", "type", "subject")
_IDS = ("group_id", "assignee_id", "brand_id", "ticket_form_id", "custom_status_id")


Fill = Callable[[str, bool], str]


def filled_by(
    db: sqlite3.Connection, ticket: Json | None, actor: Json, engine: Engine | None, now: datetime
) -> Fill:  # fmt: skip
    """How a text becomes one for this ticket: by the engine with every placeholder, else by the few known here."""
    if engine is None or ticket is None:
        words = _words(db, ticket, actor)
        return lambda text, _html: _rendered(text, words)
    look = replace(looks.by_time(db, now, ticket), actor=actor, before=ticket, channel="web")
    return lambda text, html: engine.text(text, look, html=html)


def applied(macro: Json, ticket: Json | None, actor: Json, fill: Fill) -> Json:
    """The changes of a macro as the keys of a ticket, with the comment filled in for this ticket."""
    result: Json = {}
    fields: list[Json] = []
    comment: Json = {}
    base_tags = set(ticket["tags"]) if ticket else set()
    for action in macro["actions"]:
        name, value = str(action.get("field")), action.get("value")
        if name in _PLAIN:
            result[name] = value
        elif name in _IDS:
            result[name] = _pointed(value, actor, ticket)
        elif name in ("current_tags", "set_tags", "remove_tags"):
            base_tags = _tags(name, base_tags, value)
            result["tags"] = sorted(base_tags)
        elif name in ("comment_value", "comment_value_html"):
            comment |= _comment(name, value, fill)
        elif name == "comment_mode_is_public":
            comment["public"] = str(value).lower() == "true"
        elif name.startswith(("custom_fields_", "ticket_fields_")):
            fields.append({"id": ident(name.rsplit("_", 1)[1]), "value": value})
    if fields:
        result["fields"] = fields
    if "body" in comment:
        result["comment"] = {"public": True} | comment
    return result


def _tags(name: str, tags: set[str], value: object) -> set[str]:
    given = set(tags_of(value))
    return {"current_tags": tags | given, "set_tags": given, "remove_tags": tags - given}[name]


def _pointed(value: object, actor: Json, ticket: Json | None) -> int | None:
    if value == "current_user":
        return int(actor["id"])
    if value == "requester_id":
        return ticket["requester_id"] if ticket else None
    if value == "current_groups":
        return ident(actor["default_group_id"])
    return ident(value)


def _comment(name: str, value: object, fill: Fill) -> Json:
    """A value may be a list of channel and text; the text is what counts here."""
    scoped = value if isinstance(value, list) else ["channel:all", value]
    text = fill(str(scoped[-1] or ""), name == "comment_value_html")
    pairs = [[str(scoped[0]), text]]
    if name == "comment_value_html":
        return {"body": plain_of(text), "html_body": text, "scoped_body": pairs}
    return {"body": text, "html_body": html_of(text), "scoped_body": pairs}


def _rendered(text: str, words: Json) -> str:
    """Placeholders that mean nothing become nothing; a text that is no Liquid stays as it was written."""
    try:
        return str(Environment().from_string(text).render(**words))
    except LiquidError:
        return text


def _words(db: sqlite3.Connection, ticket: Json | None, actor: Json) -> Json:
    if ticket is None:
        return {"current_user": _person(actor), "agent": _person(actor)}
    persons = {key: _person(people.one(db, ticket[f"{key}_id"])) for key in ("requester", "assignee", "submitter")}
    group = records.one(db, "group", ticket["group_id"]) or {}
    told = {key: ticket[key] for key in ("id", "external_id", "description", "status", "priority", "created_at",
                                         "updated_at")}  # fmt: skip
    told |= {"title": ticket["subject"], "ticket_type": ticket["type"], "tags": " ".join(ticket["tags"]),
             "group": {"name": group.get("name"), "id": group.get("id")}, **persons}  # fmt: skip
    told |= {f"ticket_field_{row['id']}": row["value"] for row in ticket["custom_fields"]}
    return {"ticket": told, "current_user": _person(actor), "agent": _person(actor)}


def _person(user: Json | None) -> dict[str, Any]:
    if user is None:
        return {}
    first, _, last = str(user["name"]).partition(" ")
    kept = {key: user[key] for key in ("id", "name", "email", "phone", "external_id", "details", "notes", "time_zone",
                                       "role", "locale", "signature")}  # fmt: skip
    return kept | {"first_name": first, "last_name": last, "language": user["locale"], "tags": " ".join(user["tags"])}


def _macro(db: sqlite3.Connection, macro_id: str) -> Json:
    macro = records.one(db, "macro", ident(macro_id))
    if macro is None:
        raise not_found()
    return macro


def apply(call: Call, macro_id: str) -> Reply:
    with call.state.read() as db:
        fill = filled_by(db, None, call.user, None, call.state.clock())
        return Reply({"result": {"ticket": applied(_macro(db, macro_id), None, call.user, fill)}})


def apply_to(call: Call, ticket_id: str, macro_id: str) -> Reply:
    """The whole ticket as it would be, with the comment that would be said."""
    with call.state.read() as db:
        ticket = tickets.one(db, ident(ticket_id))
        fill = filled_by(db, ticket, call.user, call.state.engine, call.state.clock())
        result = applied(_macro(db, macro_id), ticket, call.user, fill)
        values = {row["id"]: row["value"] for row in ticket["custom_fields"]}
        values |= {row["id"]: row["value"] for row in result.pop("fields", [])}
        shown = tickets.shown(ticket, call.base) | result
        shown["custom_fields"] = shown["fields"] = [{"id": number, "value": value} for number, value in values.items()]
        return Reply({"result": {"ticket": shown}})


ROUTES = (
    Route(["GET"], "/macros/<macro_id>/apply", apply),
    Route(["GET"], "/tickets/<ticket_id>/macros/<macro_id>/apply", apply_to),
)
