"""The demo mailbox's page: for people in both languages, for programs as JSON; it also takes webhooks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from html import escape, unescape
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from werkzeug.wrappers import Request, Response

LARGEST = 1024 * 1024
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_SEOUL = ZoneInfo("Asia/Seoul")
_ADDRESS = re.compile(r"https?://[^\s<>\"']+")
_STYLE = """
:root { color-scheme: light dark; font: 16px/1.55 system-ui, sans-serif; }
body { max-width: 46rem; margin: 0 auto; padding: 1.25rem; }
h1 { font-size: 1.25rem; margin: 0 0 .25rem; } .quiet { opacity: .7; margin: 0; }
article { border: 1px solid color-mix(in srgb, currentColor 22%, transparent); border-radius: .6rem;
  padding: .9rem 1rem; margin: 1rem 0; } h2 { font-size: 1rem; margin: 0 0 .35rem; }
pre { white-space: pre-wrap; overflow-wrap: anywhere;
  font: inherit; margin: .6rem 0 0; } a { color: inherit; }
"""


class Row(Protocol):
    """As Arrived of the mailbox."""

    @property
    def kind(self) -> str: ...
    @property
    def at(self) -> str: ...
    @property
    def to(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def body(self) -> str: ...


class Box(Protocol):
    def keep(self, **row: Any) -> None: ...
    def arrived(self) -> Sequence[Any]: ...
    def empty(self) -> None: ...


def page(box: Box) -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    """GET / for people, GET /letters.json for programs, POST /hooks/NAME takes a webhook, DELETE / empties it."""

    @Request.application
    def answer(request: Request) -> Response:
        if request.method == "POST" and request.path.startswith("/hooks/"):
            return _take(box, request)
        if request.method == "DELETE":
            box.empty()
            return Response(status=204)
        if request.path == "/health":
            return Response("ok")
        if request.path == "/letters.json":
            rows = [asdict(one) for one in box.arrived()]
            return Response(json.dumps(rows, ensure_ascii=False), mimetype="application/json")
        if request.path != "/":
            return Response(status=404)
        return Response(_html(box.arrived()), mimetype="text/html", headers={"Content-Security-Policy": POLICY})

    return answer


def _take(box: Box, request: Request) -> Response:
    if (request.content_length or 0) > LARGEST:
        return Response(status=413)
    headers = {name: value for name, value in request.headers.items() if name.lower().startswith("x-opsroom")}
    box.keep(
        kind="webhook",
        sender="",
        to=request.path.removeprefix("/hooks/"),
        subject="",
        body=request.get_data(as_text=True),
        message_id=request.headers.get("X-Opsroom-Letter", ""),
        headers=headers,
    )
    return Response("ok")


def _html(rows: Sequence[Row]) -> str:
    told = (
        "".join(_article(row) for row in rows)
        or "<article><p class=quiet>아직 온 것이 없습니다. · Nothing yet.</p></article>"
    )
    return (
        "<!doctype html><html lang=ko><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>편지함 · Mailbox</title><style>{_STYLE}</style><h1>편지함 · Mailbox</h1>"
        "<p class=quiet>데모가 보낸 이메일과 웹훅이 여기에만 쌓입니다. · What the demo sends ends here. "
        f"<a href=/letters.json>JSON</a></p><main>{told}</main></html>"
    )


def _article(row: Row) -> str:
    kind = "✉ 이메일 · E-mail" if row.kind == "email" else "⇢ 웹훅 · Webhook"
    return (
        f"<article><h2>{escape(row.subject) or escape(row.to)}</h2><p class=quiet>{kind} · {escape(row.to)} · "
        f"<time datetime='{escape(row.at)}'>{_in_seoul(row.at)}</time></p>"
        f"<pre>{_linked(_readable(row))}</pre></article>"
    )


def _in_seoul(at: str) -> str:
    return f"{datetime.fromisoformat(at).astimezone(_SEOUL):%Y-%m-%d %H:%M:%S} KST"


def _linked(text: str) -> str:
    """The text with its addresses to click."""
    parts, end = [], 0
    for found in _ADDRESS.finditer(text):
        address = escape(found[0])
        parts.append(f"{escape(text[end : found.start()])}<a href='{address}'>{address}</a>")
        end = found.end()
    return "".join(parts) + escape(text[end:])


def _readable(row: Row) -> str:
    """A Slack message reads as its text; other JSON as it came."""
    if row.kind != "webhook":
        return row.body
    try:
        parsed = json.loads(row.body)
    except ValueError:
        return row.body
    return unescape(parsed["text"]) if isinstance(parsed, dict) and isinstance(parsed.get("text"), str) else row.body
