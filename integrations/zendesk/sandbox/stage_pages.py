"""The pages behind the scenes: which rules ran and whom they told, the customers who write by themselves, the clock."""

from collections.abc import Callable
from typing import Any

from werkzeug import Request, Response
from werkzeug.routing import Rule
from werkzeug.utils import redirect

from . import clock, journal, page_rows, rulebook, words
from .automations import Hourly
from .deliveries import again
from .shape import Json
from .state import State
from .traffic import Traffic, TrafficRefused

Shown = Callable[..., Response]
STEPS = ((3600, "1시간", "1 hour"), (86_400, "하루", "1 day"), (604_800, "일주일", "1 week"))


class StagePages:
    def __init__(self, state: State, traffic: Traffic, hourly: Hourly, shown: Shown) -> None:
        self._state = state
        self._traffic = traffic
        self._hourly = hourly
        self._shown = shown

    def rules(self) -> list[Rule]:
        places: list[tuple[str, str, Any]] = [
            ("/rules", "GET", self._rules), ("/world", "GET", self._world), ("/world/traffic", "POST", self._set),
            ("/world/clock", "POST", self._move), ("/webhooks/<invocation_id>/again", "POST", self._again),
        ]  # fmt: skip
        return [Rule(path, methods=[method], endpoint=endpoint) for path, method, endpoint in places]

    def _rules(self, request: Request) -> Response:
        with self._state.write() as tx:
            told = rulebook.told(tx)
        with self._state.read() as db:
            sent, runs = page_rows.notifications(db), page_rows.runs(db)
        values = {"rules": told, "sent": sent, "runs": runs, "engine": self._state.engine}
        return self._shown(request, "rules.html", values)

    def _world(self, request: Request, wrong: str = "", status: int = 200) -> Response:
        with self._state.read() as db:
            found = page_rows.account_numbers(db)
        own = self._state.clock
        values: Json = found | {
            "traffic": self._traffic.told(), "now": own(), "is_simulated": isinstance(own, clock.SimulatedClock),
            "steps": STEPS, "wrong": wrong,
        }  # fmt: skip
        return self._shown(request, "world.html", values, status)

    def _set(self, request: Request) -> Response:
        form, speak = request.form, words.speaker(words.language(request))
        try:
            if "now" in form:
                self._traffic.set({"now": int(form["now"])})
            else:
                self._traffic.set({"per_minute": float(form.get("per_minute") or 0), "agents": "agents" in form})
        except (ValueError, TrafficRefused):
            wrong = speak("1분에 0에서 6000까지의 수를 적어 주세요.", "Please give a number from 0 to 6000 a minute.")
            return self._world(request, wrong, 422)
        return redirect("/world", 303)

    def _move(self, request: Request) -> Response:
        own, speak = self._state.clock, words.speaker(words.language(request))
        seconds = request.form.get("seconds", "")
        if not isinstance(own, clock.SimulatedClock) or not seconds.isdecimal():
            wrong = speak("이 시계는 움직일 수 없습니다.", "This clock cannot be moved.")
            return self._world(request, wrong, 422)
        try:
            self._hourly.move(own, clock.wanted({"advance_seconds": int(seconds)}, own()))
        except clock.ClockRefused as refused:
            return self._world(request, str(refused), 422)
        return redirect("/world", 303)

    def _again(self, request: Request, invocation_id: str) -> Response:
        """The same invocation leaves once more, under its own id: whoever receives it must see that it knows it."""
        line = journal.Line("POST", request.path)
        with self._state.write() as tx:
            found = again(tx, invocation_id)
            tx.note("invocation", invocation_id, ["sent_again"] if found else [])
            journal.record(tx, line, 303 if found else 404)
        if not found:
            speak = words.speaker(words.language(request))
            return self._shown(
                request, "refused.html", {"why": speak("그런 전송이 없습니다.", "No such delivery.")}, 404
            )
        return redirect("/webhooks", 303)
