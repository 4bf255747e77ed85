"""The sandbox's own pages: write as a customer, work as an agent, watch the webhooks, break things."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from werkzeug import Request, Response
from werkzeug.routing import Map, Rule
from werkzeug.utils import redirect

from integrations.local import is_local

from . import journal, macros, page_rows, people, records, tickets, words
from .automations import Hourly
from .faults import KINDS, FaultInvalid, Plan
from .replies import Refusal
from .shape import Json, ident
from .stage_pages import StagePages
from .state import State, Tx
from .ticket_change import PRIORITIES, STATUSES
from .tickets import By
from .traffic import Traffic

HERE = Path(__file__).parent
POLICY = "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'"
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
# The fields of a fault that belong to some kinds alone.
_OF_KINDS = {
    "seconds": ("delay", "slow", "429", "status", "webhook"), "status": ("status",), "error": ("409",),
    "mode": ("webhook",), "method": tuple(kind for kind in KINDS if kind != "webhook"),
    "when": tuple(kind for kind in KINDS if kind not in {"webhook", "slow"}),
}  # fmt: skip
CHANNELS = ("web", "email", "chat")
_LONGEST_TEXT = 65_535


class Pages:
    """Everything here goes through the same code as the API, and into the same journal."""

    def __init__(self, state: State, faults: Plan, email: str, traffic: Traffic, hourly: Hourly) -> None:
        self._state = state
        self._faults = faults
        self._email = email
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
            lstrip_blocks=True,
        )  # fmt: skip
        self._templates.filters["clock"] = words.clock_time
        stage = StagePages(state, traffic, hourly, self._shown)
        self._map = Map([
            *stage.rules(),
            Rule("/", methods=["GET"], endpoint=self._write),
            Rule("/write", methods=["POST"], endpoint=self._written),
            Rule("/queue", methods=["GET"], endpoint=self._queue),
            Rule("/tickets/<ticket_id>", methods=["GET"], endpoint=self._ticket),
            Rule("/tickets/<ticket_id>/reply", methods=["POST"], endpoint=self._reply),
            Rule("/tickets/<ticket_id>/change", methods=["POST"], endpoint=self._change),
            Rule("/tickets/<ticket_id>/macro", methods=["POST"], endpoint=self._macro),
            Rule("/webhooks", methods=["GET"], endpoint=self._webhooks),
            Rule("/faults", methods=["GET"], endpoint=self._show_faults),
            Rule("/faults", methods=["POST"], endpoint=self._add_fault),
            Rule("/faults/clear", methods=["POST"], endpoint=self._clear_faults),
            Rule("/language", methods=["POST"], endpoint=self._language),
            Rule("/static/<name>", methods=["GET"], endpoint=self._static),
        ])  # fmt: skip

    def respond(self, request: Request) -> Response:
        """These pages ask for no sign-in: they are for this machine alone, and no other site may post to them."""
        if not is_local(request):
            return Response("Only this machine may do that.", 403)
        endpoint, given = self._map.bind_to_environ(request.environ).match()
        answer: Callable[..., Response] = endpoint
        try:
            response = answer(request, **given)
        except Refusal as refusal:
            response = self._shown(request, "refused.html", {"why": _why(refusal)}, refusal.status)
        response.headers["content-security-policy"] = POLICY
        response.headers["x-content-type-options"] = "nosniff"
        response.headers["referrer-policy"] = "same-origin"
        return response

    def _shown(self, request: Request, name: str, values: Json, status: int = 200) -> Response:
        code = words.language(request)
        speak = words.speaker(code)

        def named(table: dict[str, tuple[str, str]], key: str | None) -> str:
            return speak(*table.get(key or "", (key or "", key or "")))

        text = self._templates.get_template(name).render(
            t=speak, language=code, path=request.path, named=named, words=words, statuses=STATUSES,
            priorities=PRIORITIES, here=request.full_path.rstrip("?"), **values,
        )  # fmt: skip
        return Response(text, status, content_type="text/html; charset=utf-8", headers={"cache-control": "no-store"})

    def _write(self, request: Request, typed: Json | None = None, wrong: str = "", status: int = 200) -> Response:
        known = typed or {"language": words.language(request), "channel": "web"}
        return self._shown(request, "write.html", {"typed": known, "wrong": wrong, "channels": CHANNELS}, status)

    def _written(self, request: Request) -> Response:
        """Lands on the ticket. What was typed is kept where something is missing."""
        names = ("name", "email", "language", "subject", "message", "channel")
        typed = {name: _typed(request, name) for name in names}
        speak = words.speaker(words.language(request))
        if not typed["name"] or not typed["email"] or not typed["message"]:
            wrong = speak(
                "이름, 이메일, 내용을 모두 적어 주세요.", "Please give a name, an e-mail address and a message."
            )
            return self._write(request, typed, wrong, 422)
        channel = typed["channel"] if typed["channel"] in CHANNELS else "web"
        line = journal.Line("POST", "/write")
        try:
            with self._state.write() as tx:
                customer = _customer(tx, typed)
                line.user_id = customer["id"]
                wanted = {"subject": typed["subject"] or None, "comment": {"body": typed["message"]}}
                ticket, _ = tickets.create(tx, wanted, By(customer, channel))
                journal.record(tx, line, 303)
        except Refusal as refusal:
            return self._write(request, typed, _why(refusal), 422)
        return redirect(f"/tickets/{ticket['id']}", 303)

    def _queue(self, request: Request) -> Response:
        status = request.args.get("status")
        with self._state.read() as db:
            found = page_rows.queue(db, ident(request.args.get("view")), status, self._me(db), self._state.clock())
        return self._shown(request, "queue.html", found | {"status": status})

    def _ticket(self, request: Request, ticket_id: str) -> Response:
        """?seat=customer shows only what the customer sees."""
        seat = "customer" if request.args.get("seat") == "customer" else "agent"
        with self._state.read() as db:
            found = page_rows.story(db, ident(ticket_id)) | page_rows.choices(db)
        return self._shown(request, "ticket.html", found | {"seat": seat})

    def _reply(self, request: Request, ticket_id: str) -> Response:
        """The customer speaks publicly; an agent chooses, and may set the status with the same click."""
        message = _typed(request, "message")
        is_customer = request.form.get("seat") == "customer"
        status = request.form.get("status", "")

        def change(tx: Tx, before: Json) -> tuple[Json, Json]:
            user = people.one(tx.db, before["requester_id"]) if is_customer else self._agent(tx, before)
            public = is_customer or request.form.get("public") == "true"
            wanted: Json = {"comment": {"body": message, "public": public}} if message else {}
            return wanted | ({"status": status} if status and not is_customer else {}), user or self._me(tx.db)

        return self._changed(request, ticket_id, change)

    def _change(self, request: Request, ticket_id: str) -> Response:
        form = request.form

        def change(tx: Tx, _before: Json) -> tuple[Json, Json]:
            wanted: Json = {
                key: form[key] or None for key in ("status", "priority", "group_id", "assignee_id") if key in form
            }
            return wanted | ({"tags": form["tags"]} if "tags" in form else {}), self._me(tx.db)

        return self._changed(request, ticket_id, change)

    def _macro(self, request: Request, ticket_id: str) -> Response:
        def change(tx: Tx, before: Json) -> tuple[Json, Json]:
            agent = self._agent(tx, before)
            macro = records.one(tx.db, "macro", ident(request.form.get("macro_id")))
            if macro is None:
                return {}, agent
            fill = macros.filled_by(tx.db, before, agent, tx.engine, tx.now)
            return macros.applied(macro, before, agent, fill) | {"macro_ids": [macro["id"]]}, agent

        return self._changed(request, ticket_id, change)

    def _changed(self, request: Request, ticket_id: str, change: Callable[[Tx, Json], tuple[Json, Json]]) -> Response:
        line = journal.Line("POST", request.path)
        with self._state.write() as tx:
            before = tickets.one(tx.db, ident(ticket_id))
            wanted, user = change(tx, before)
            line.user_id = user["id"]
            tickets.update(tx, before["id"], wanted, By(user, "web"))
            journal.record(tx, line, 303)
        seat = "?seat=customer" if request.form.get("seat") == "customer" else ""
        return redirect(f"/tickets/{before['id']}{seat}", 303)

    def _webhooks(self, request: Request) -> Response:
        with self._state.read() as db:
            return self._shown(request, "webhooks.html", page_rows.deliveries(db))

    def _show_faults(self, request: Request, wrong: str = "", status: int = 200) -> Response:
        return self._shown(
            request, "faults.html", {"faults": self._faults.told(), "wrong": wrong, "typed": request.form}, status
        )

    def _add_fault(self, request: Request) -> Response:
        """Only what belongs to the chosen kind: a form sends all its fields."""
        kind = request.form.get("kind", "")
        row: Json = {key: value for key, value in request.form.items() if value and kind in _OF_KINDS.get(key, (kind,))}
        if row.get("times") == "always":
            row["times"] = None
        if kind == "slow":
            row["when"] = "after"
        try:
            self._faults.add([row])
        except FaultInvalid as wrong:
            return self._show_faults(request, str(wrong), 422)
        return redirect("/faults", 303)

    def _clear_faults(self, request: Request) -> Response:
        self._faults.clear()
        return redirect("/faults", 303)

    def _language(self, request: Request) -> Response:
        back = request.form.get("back", "/")
        response = redirect(back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/", 303)
        code = "en" if request.form.get("language") == "en" else "ko"
        response.set_cookie(words.COOKIE, code, max_age=31_536_000, httponly=True, samesite="Lax")
        return response

    def _static(self, _request: Request, name: str) -> Response:
        path = HERE / "static" / Path(name).name
        if path.suffix not in _TYPES or not path.is_file():
            return Response("Not found", 404)
        headers = {"cache-control": "no-cache"}
        return Response(path.read_bytes(), content_type=_TYPES[path.suffix], headers=headers)

    def _me(self, db: sqlite3.Connection) -> Json:
        return people.by_email(db, self._email) or people.complete({"id": 0, "name": "Admin", "role": "admin"})

    def _agent(self, tx: Tx, ticket: Json) -> Json:
        """Whoever has the ticket answers; without her, the admin."""
        assignee = people.one(tx.db, ticket["assignee_id"])
        return assignee if assignee is not None and people.is_staff(assignee) else self._me(tx.db)


def _customer(tx: Tx, typed: Json) -> Json:
    customer = people.find_or_create(tx, {"name": typed["name"], "email": typed["email"], "locale": typed["language"]})
    spoken = {"ko": "ko", "en": "en-US"}.get(typed["language"])
    if spoken is not None and customer["role"] == "end-user" and customer["locale"] != spoken:
        return people.change(tx, customer, {"locale": spoken})
    return customer


def _typed(request: Request, name: str) -> str:
    """What stands in a form's field, with the line ends that the API uses."""
    return request.form.get(name, "").replace("\r\n", "\n").strip()[:_LONGEST_TEXT]


def _why(refusal: Refusal) -> str:
    body = refusal.body if isinstance(refusal.body, dict) else {}
    rows = [row for found in (body.get("details") or {}).values() for row in found]
    return " ".join(str(row["description"]) for row in rows) or str(body.get("description") or refusal.status)
