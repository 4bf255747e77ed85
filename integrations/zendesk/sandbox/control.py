"""/_sandbox: faults, the journal, filling the account, and health. For this machine only, and never for a web page."""

import secrets
from collections.abc import Callable

import msgspec
from werkzeug import Request, Response
from werkzeug.exceptions import RequestEntityTooLarge

from integrations.local import is_local

from . import account, bodies, clock, importer, journal, notices, people, rulebook
from .api import Api
from .automations import Hourly
from .faults import FaultInvalid, Plan
from .shape import Json, decode, encode, fine_stamp, whole
from .state import State
from .traffic import Traffic, TrafficRefused

BIGGEST_IMPORT = 512 * 1024 * 1024


class Control:
    def __init__(self, state: State, faults: Plan, api: Api, hourly: Hourly, traffic: Traffic) -> None:
        self._traffic = traffic
        self._hourly = hourly
        self._state = state
        self._faults = faults
        self._api = api
        self._places: dict[tuple[str, str], Callable[[Request], Response]] = {
            ("GET", "/_sandbox/health"): self._health,
            ("GET", "/_sandbox/journal"): self._journal,
            ("GET", "/_sandbox/notifications"): self._notifications,
            ("GET", "/_sandbox/rules"): self._rules,
            ("GET", "/_sandbox/faults"): self._told,
            ("POST", "/_sandbox/faults"): self._add,
            ("DELETE", "/_sandbox/faults"): self._clear,
            ("GET", "/_sandbox/traffic"): self._flow,
            ("POST", "/_sandbox/traffic"): self._set_flow,
            ("GET", "/_sandbox/clock"): self._time,
            ("POST", "/_sandbox/clock"): self._move,
            ("POST", "/_sandbox/clock-free"): self._clock_free,
            ("POST", "/_sandbox/tokens"): self._token,
            ("POST", "/_sandbox/seed"): self._seed,
            ("POST", "/_sandbox/import"): self._import,
        }

    def respond(self, request: Request) -> Response:
        if not is_local(request):
            return _json({"error": "Only this machine may do that"}, 403)
        place = self._places.get((request.method, request.path.rstrip("/")))
        if place is None:
            return _json({"error": "No such door", "doors": [f"{way} {path}" for way, path in self._places]}, 404)
        try:
            return place(request)
        except (FaultInvalid, importer.ImportRefused, clock.ClockRefused, TrafficRefused) as refused:
            return _json({"error": str(refused)}, 422)

    def _health(self, _request: Request) -> Response:
        with self._state.read() as db:
            number = db.execute("select count(*) from tickets").fetchone()[0]
            waiting = db.execute("select count(*) from invocations where done = 0").fetchone()[0]
        told = {"status": "ok", "tickets": number, "deliveries_waiting": waiting}
        rules = rulebook.standing(self._state.engine)
        return _json(told | {"requests_under_way": self._api.under_way, "rules": rules})

    def _journal(self, request: Request) -> Response:
        with self._state.read() as db:
            return _json({"journal": journal.since(db, whole(request.args.get("since", "")) or 0)})

    def _notifications(self, request: Request) -> Response:
        """What rules have told people and programs, oldest first."""
        since, ticket_id = (whole(request.args.get(name, "")) for name in ("since", "ticket_id"))
        with self._state.read() as db:
            return _json({"notifications": notices.kept(db, since or 0, ticket_id)})

    def _rules(self, _request: Request) -> Response:
        """Whether each active trigger and automation runs, and why not."""
        with self._state.write() as tx:
            return _json({"rules": rulebook.told(tx)})

    def _told(self, _request: Request) -> Response:
        return _json({"faults": self._faults.told()})

    def _add(self, request: Request) -> Response:
        body = _body(request)
        self._faults.add(body.get("faults"), body.get("seed"))
        return _json({"faults": self._faults.told()}, 201)

    def _clear(self, _request: Request) -> Response:
        self._faults.clear()
        return _json({"faults": []})

    def _flow(self, _request: Request) -> Response:
        return _json(self._traffic.told())

    def _set_flow(self, request: Request) -> Response:
        return _json(self._traffic.set(_body(request)))

    def _time(self, _request: Request) -> Response:
        kind = "simulated" if isinstance(self._state.clock, clock.SimulatedClock) else "real"
        return _json({"clock": kind, "now": fine_stamp(self._state.clock())})

    def _move(self, request: Request) -> Response:
        """Answers when the time has gone by: whatever the hours between had to run has run."""
        own = self._state.clock
        if not isinstance(own, clock.SimulatedClock):
            raise clock.ClockRefused("This clock is the wall's: start the sandbox with --clock simulated to move it")
        self._hourly.move(own, clock.wanted(_body(request), own()))
        return self._time(request)

    def _clock_free(self, request: Request) -> Response:
        """Exports withhold this many seconds from now on: none, if not told otherwise."""
        seconds = _body(request).get("seconds", 0)
        if not isinstance(seconds, int) or seconds < 0:
            raise FaultInvalid("seconds must be a whole number from 0")
        self._api.withhold_seconds = seconds
        return _json({"withhold_seconds": seconds})

    def _token(self, request: Request) -> Response:
        """A token of one user's own, to ask as an agent or a customer."""
        email = str(_body(request).get("email", ""))
        token = secrets.token_urlsafe(30)
        with self._state.write() as tx:
            user = people.by_email(tx.db, email)
            if user is None:
                return _json({"error": f"Nobody here has the e-mail address {email}"}, 422)
            account.let_in(tx, token, user["id"], account_wide=False)
        return _json({"email": email, "token": token}, 201)

    def _seed(self, request: Request) -> Response:
        found = importer.take_bodies(self._state, [importer.Source("seed", _body(request))])
        return _json(found.told(), 201)

    def _import(self, request: Request) -> Response:
        """{"files": [{"name": ..., "body": ...}]}: what a folder of reply bodies or exchanges would hold."""
        files = _body(request).get("files")
        if not isinstance(files, list) or not all(isinstance(row, dict) for row in files):
            raise importer.ImportRefused("files must be a list of {name, body}")
        sources = [importer.Source(str(row.get("name", "?")), row.get("body")) for row in files]
        return _json(importer.take_bodies(self._state, sources).told(), 201)


def _body(request: Request) -> Json:
    try:
        sent = bodies.whole(request, BIGGEST_IMPORT)
    except RequestEntityTooLarge as wrong:
        raise importer.ImportRefused("More than 512 MB at once: import from a folder instead") from wrong
    try:
        body = decode(sent) if sent.strip() else {}
    except (msgspec.DecodeError, RecursionError) as wrong:
        raise importer.ImportRefused(f"This is no JSON: {wrong}") from wrong
    if not isinstance(body, dict):
        raise importer.ImportRefused("A JSON object is wanted here")
    return body


def _json(body: Json, status: int = 200) -> Response:
    return Response(encode(body), status, content_type="application/json; charset=utf-8")
