"""A payment provider in a box: books, a fault plan, a journal and webhooks, over real HTTP, for this machine only.

`/v1/…` is the provider's own API, `/_double/…` its desk: health, journal, refunds, faults, payments, settle,
forget-keys.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from werkzeug import Request, Response

from integrations.payments.doubles.books import Books
from integrations.payments.doubles.call import Answer, Call, Manner, spoil_kept
from integrations.payments.doubles.plan import AFTER, BEFORE, CUT, DECLINED, DELAY, PENDING, STATUS, FaultInvalid, Plan
from integrations.payments.doubles.rings import Hook, Rings

Json = dict[str, Any]


class Cut(Exception):
    """The connection is to be cut without an answer."""


class Double:
    """`hook` None: it rings nowhere."""

    def __init__(self, path: Path, manner: Manner, hook: Hook | None = None) -> None:
        self.books, self.plan, self.manner = Books(path), Plan(), manner
        self.rings = Rings(self.books, manner, self.plan, hook)
        self._under_way: set[str] = set()
        self._lock = threading.Lock()
        self._desk: Mapping[tuple[str, str], Callable[[Json], Any]] = {
            ("GET", "health"): lambda _: {"status": "ok"},
            ("GET", "journal"): lambda _: {"journal": self.books.journal()},
            ("GET", "refunds"): lambda _: {"refunds": [asdict(one) for one in self.books.refunds()]},
            ("GET", "faults"): lambda _: {"faults": self.plan.told()},
            ("POST", "faults"): self._add_faults,
            ("DELETE", "faults"): self._clear_faults,
            ("POST", "payments"): self._take_payment,
            ("POST", "settle"): self._settle,
            ("POST", "forget-keys"): self._forget_keys,
        }

    def respond(self, request: Request, path: str) -> Response:
        """Raises Cut where a fault says so."""
        if path.startswith("/_double/"):
            return self._at_the_desk(request, path.removeprefix("/_double/"))
        key = request.headers.get("Idempotency-Key")
        if request.method != "POST" or key is None:
            return self._answered(request, path, key)
        with self._lock:
            if key in self._under_way:
                return _response(self.manner.in_progress())
            self._under_way.add(key)
        try:
            return self._answered(request, path, key)
        finally:
            with self._lock:
                self._under_way.discard(key)

    def _answered(self, request: Request, path: str, key: str | None) -> Response:
        number = self.books.arrived(request.method, path, key)
        line: Json = {"status": 0, "fault": "", "refund": None}
        ring: int | None = None
        try:
            struck = self._struck(request.method, BEFORE, line)
            if struck is not None:
                return _response(struck)
            twist = self.plan.draw(request.method, DECLINED, PENDING)
            call = _call(request, path, key, None if twist is None else twist.kind)
            with self.books.open() as db:
                answer = self.manner.answer(db, call)
                ring = self.rings.owe(db, answer.made) if answer.made is not None else None
            line["status"] = answer.status
            line["refund"] = answer.made and answer.made.reference
            self.rings.before_the_answer(ring)
            struck = self._struck(request.method, AFTER, line)
            if struck is not None and key is not None:
                with self.books.open() as db:
                    spoil_kept(db, key, struck.status, struck.body)
            return _response(struck or answer)
        finally:
            self.books.answered(number, **line)
            self.rings.leave(ring)

    def _struck(self, method: str, when: str, line: Json) -> Answer | None:
        fault = self.plan.draw(method, DELAY, CUT, STATUS, when=when)
        if fault is None:
            return None
        line["fault"] = f"{fault.kind} {when}"
        if fault.kind == CUT:
            line["status"] = 0
            raise Cut
        if fault.kind == DELAY:
            time.sleep(fault.seconds)
            return None
        line["status"] = fault.status
        return Answer(fault.status, self.manner.trouble(fault.status))

    # ------------------------------------------------------------------------------------------------------ the desk
    def _at_the_desk(self, request: Request, name: str) -> Response:
        door = self._desk.get((request.method, name.rstrip("/")))
        if door is None:
            return _response(Answer(404, {"doors": [" /_double/".join(pair) for pair in self._desk]}))
        try:
            given = json.loads(request.get_data() or b"{}")
            return _response(Answer(200, door(given if isinstance(given, dict) else {"rows": given})))
        except (FaultInvalid, ValueError, KeyError, TypeError) as wrong:
            return _response(Answer(422, {"error": str(wrong)}))

    def _add_faults(self, given: Json) -> Json:
        self.plan.add(given["faults"])
        return {"faults": self.plan.told()}

    def _clear_faults(self, _given: Json) -> Json:
        self.plan.clear()
        return {"faults": []}

    def _forget_keys(self, _given: Json) -> Json:
        self.books.forget_answers()
        return {"keys": 0}

    def _take_payment(self, given: Json) -> Json:
        row = (str(given["payment"]), int(given["minor"]), str(given["currency"]), float(given.get("at", time.time())))
        self.books.take_payments([row])
        return {"payment": row[0]}

    def _settle(self, given: Json) -> Json:
        """A refund's end, at the bank's own time; the webhook tells of it."""
        settled = self.books.settle(str(given["reference"]), paid=bool(given["paid"]))
        if settled is None:
            raise FaultInvalid("no refund of this reference can be settled")
        with self.books.open() as db:
            ring = self.rings.owe(db, settled)
        self.rings.leave(ring)
        return asdict(settled)


def _call(request: Request, path: str, key: str | None, twist: str | None) -> Call:
    given: Mapping[str, Any] = request.form.to_dict()
    if request.is_json:
        with suppress(ValueError):
            sent = json.loads(request.get_data())
            given = sent if isinstance(sent, dict) else {}
    authorization = request.headers.get("Authorization", "")
    return Call(request.method, path, request.args.to_dict(), given, key, authorization, twist)


def _response(answer: Answer) -> Response:
    body = json.dumps(answer.body, ensure_ascii=False)
    return Response(body, answer.status, content_type="application/json; charset=utf-8")
