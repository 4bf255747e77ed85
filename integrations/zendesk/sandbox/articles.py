"""Articles of the Help Center, each in a section and in one language, and the sections of a category."""

import re
import sqlite3

from . import plain_rows, records
from .call import Call, Route
from .casts import cast
from .kinds import BY_MANY
from .paging import InMemory
from .replies import Reply, not_found, record_invalid
from .shape import Json, ident
from .sideloads import plain

_BLANK: Json = {
    "author_id": None, "comments_disabled": False, "content_tag_ids": [], "label_names": [], "draft": False,
    "promoted": False, "position": 0, "vote_sum": 0, "vote_count": 0, "section_id": None, "created_at": None,
    "updated_at": None, "edited_at": None, "name": None, "title": None, "body": None, "source_locale": "en-us",
    "locale": "en-us", "outdated": False, "outdated_locales": [], "permission_group_id": None, "user_segment_id": None,
    "user_segment_ids": [],
}  # fmt: skip
_FIXED = frozenset({"vote_sum", "vote_count", "section_id", "created_at", "updated_at", "edited_at", "name",
                    "source_locale", "outdated", "outdated_locales"})  # fmt: skip
_WRITABLE = frozenset(_BLANK) - _FIXED


def _shown(row: Json, base: str) -> Json:
    named = f"{row['locale']}/articles/{row['id']}-" + re.sub(r"\W+", "-", row["title"]).strip("-")
    head = {"id": row["id"], "url": f"{base}/api/v2/help_center/{named}.json", "html_url": f"{base}/hc/{named}"}
    return {**head, **row}


def _found(db: sqlite3.Connection, article_id: str) -> Json:
    row = records.one(db, "article", ident(article_id.partition("-")[0]))
    if row is None:
        raise not_found()
    return row


def _filled(row: Json, wanted: Json, now: str) -> Json:
    row |= {key: cast(key, _BLANK[key], wanted[key]) for key in wanted if key in _WRITABLE}
    if not row["title"]:
        raise record_invalid("title", "Title: cannot be blank", "BlankValue")
    if row["user_segment_id"] is not None and "user_segment_ids" not in wanted:
        row["user_segment_ids"] = [row["user_segment_id"]]
    return row | {"name": row["title"], "updated_at": now, "edited_at": now}


def index(call: Call, section_id: str | None = None, **_locale: str) -> Reply:
    words = (call.arg("query") or "").lower()
    with call.state.read() as db:
        rows = sorted(records.every(db, "article"), key=lambda row: (row["position"], row["id"]))
    rows = [row for row in rows if section_id is None or row["section_id"] == ident(section_id)]
    rows = [row for row in rows if words in f"{row['title']} {row['body']}".lower()]
    reply = call.page("articles", InMemory([(row["id"], _shown(row, call.base)) for row in rows]), guide=True)
    if isinstance(reply.body, dict) and not call.by_cursor:
        reply.body.update({"sort_by": "position", "sort_order": "asc"})
    return reply


def show(call: Call, article_id: str, **_locale: str) -> Reply:
    with call.state.read() as db:
        return Reply({"article": _shown(_found(db, article_id), call.base)})


def create(call: Call, section_id: str, **_locale: str) -> Reply:
    wanted = call.wanted("article")
    with call.write() as tx:
        section = records.one(tx.db, "section", ident(section_id))
        if section is None:
            raise not_found()
        born = {"section_id": section["id"], "author_id": call.user["id"], "created_at": tx.stamp}
        row = _filled({"id": tx.new_id(), **_BLANK, **born}, wanted, tx.stamp)
        row["source_locale"] = row["locale"]
        records.put(tx, "article", row)
        tx.note("article", row["id"], ["created"])
    shown = _shown(row, call.base)
    return Reply({"article": shown}, 201, {"location": shown["url"]})


def update(call: Call, article_id: str, **_locale: str) -> Reply:
    wanted = call.wanted("article")
    with call.write() as tx:
        row = _filled(_found(tx.db, article_id), wanted, tx.stamp)
        records.put(tx, "article", row)
        tx.note("article", row["id"], sorted(_WRITABLE & set(wanted)))
    return Reply({"article": _shown(row, call.base)})


def destroy(call: Call, article_id: str, **_locale: str) -> Reply:
    with call.write() as tx:
        row = _found(tx.db, article_id)
        records.drop(tx, "article", row["id"])
        tx.note("article", row["id"], ["deleted"])
    return Reply(None, 204)


def _category(db: sqlite3.Connection, category_id: str) -> Json:
    row = records.one(db, "category", ident(category_id))
    if row is None:
        raise not_found()
    return row


def sections(call: Call, category_id: str, **_locale: str) -> Reply:
    kind = BY_MANY["sections"]
    with call.state.read() as db:
        category = _category(db, category_id)
        rows = [row for row in plain_rows.ordered(db, kind) if row["category_id"] == category["id"]]
    reply = call.page("sections", InMemory([(row["id"], plain("section", row, call.base)) for row in rows]), guide=True)
    if isinstance(reply.body, dict) and not call.by_cursor:
        reply.body.update({"sort_by": "position", "sort_order": "asc"})
    return reply


def create_section(call: Call, category_id: str, **_locale: str) -> Reply:
    call.need_admin()
    wanted = call.wanted("section")
    with call.write() as tx:
        within = {"category_id": _category(tx.db, category_id)["id"]}
        row = plain_rows.make(tx, BY_MANY["sections"], wanted | within)
    shown = plain("section", row, call.base)
    return Reply({"section": shown}, 201, {"location": shown["url"]})


def _routes(place: str) -> tuple[Route, ...]:
    return (
        Route(["GET"], f"{place}/categories/<category_id>/sections", sections),
        Route(["POST"], f"{place}/categories/<category_id>/sections", create_section),
        Route(["GET"], f"{place}/articles", index),
        Route(["GET"], f"{place}/articles/search", index),
        Route(["GET"], f"{place}/sections/<section_id>/articles", index),
        Route(["POST"], f"{place}/sections/<section_id>/articles", create),
        Route(["GET"], f"{place}/articles/<article_id>", show),
        Route(["PUT"], f"{place}/articles/<article_id>", update),
        Route(["DELETE"], f"{place}/articles/<article_id>", destroy),
    )


ROUTES = _routes("/help_center") + _routes("/help_center/<locale>")
