"""The sandbox as one thing: a folder, a WSGI app, the threads that deliver webhooks and carry out jobs, a server."""

import socket
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from . import account, attachments, bodies
from .api import Api, Cut
from .automations import Hourly
from .call import BIGGEST_BODY
from .control import Control
from .deliveries import Deliveries
from .engine import Engine
from .faults import Plan
from .jobs import Jobs
from .limits import Limits
from .pages import Pages
from .state import State, wall_clock
from .traffic import Traffic

StartResponse = Callable[..., Any]


class PortTaken(Exception):
    """Nothing can listen there: the words name the address."""


class _Requests(WSGIRequestHandler):
    """Gives up on a client that is silent for a minute, and says nothing: customers' words belong in no log."""

    timeout = 60.0  # seconds without a byte
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: Any) -> None:
        """Quiet on purpose."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Quiet on purpose."""


class Sandbox:
    """`plan` names the rate limits ("off": none). `withhold_seconds` is how fresh an export may not be: 60 in Zendesk.

    `engine` runs the account's own rules (see engine.py); without one they are kept and do not run.
    Opening a folder that a running sandbox holds raises FolderHeld. `stop` may be called in any state, twice too.
    """

    def __init__(  # noqa: PLR0913 - one for each option of the command
        self,
        folder: Path,
        *,
        email: str = account.ADMIN_EMAIL,
        token: str | None = None,
        subdomain: str = "demo",
        plan: str = "off",
        withhold_seconds: int = 60,
        webhook_back_off_seconds: float = 1.0,
        clock: Callable[[], datetime] = wall_clock,
        engine: Engine | None = None,
    ) -> None:
        self.state = State(folder, clock)
        self.state.engine = engine
        account.set_up(self.state, subdomain=subdomain, email=email, token=token)
        self.faults = Plan()
        self.api = Api(self.state, self.faults, Limits(plan))
        self.api.withhold_seconds = withhold_seconds
        self._hourly = Hourly(self.state)
        self.traffic = Traffic(self.state)
        self._control = Control(self.state, self.faults, self.api, self._hourly, self.traffic)
        self._pages = Pages(self.state, self.faults, email, self.traffic, self._hourly)
        self._deliveries = Deliveries(self.state, self.faults, webhook_back_off_seconds)
        self.jobs = Jobs(self.state)
        self.state.after_commit += [self._deliveries.ring, self.jobs.ring]
        self._server: BaseWSGIServer | None = None
        self._serving: threading.Thread | None = None
        self._stopped = False

    def wsgi_app(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        try:
            response = self._respond(request)
        except Cut:
            connection: socket.socket | None = environ.get("werkzeug.socket")
            if connection is not None:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError("cut on purpose") from None
        return response(environ, start_response)

    def _respond(self, request: Request) -> Response:
        try:
            if request.path.startswith("/api/"):
                return self.api.respond(request)
            if request.path.startswith(attachments.PLACE):
                return attachments.respond(self.state, request)
            if request.path.startswith("/_sandbox"):
                return self._control.respond(request)
            bodies.whole(request, BIGGEST_BODY)
            return self._pages.respond(request)
        except HTTPException as wrong:
            return Response(wrong.description or "", wrong.code or 400, content_type="text/plain; charset=utf-8")

    def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Serves on threads of its own and returns the address. Port 0 picks a free one; a taken one: PortTaken."""
        try:
            self._server = make_server(host, port, self.wsgi_app, threaded=True, request_handler=_Requests)
        except (OSError, SystemExit) as wrong:
            raise PortTaken(f"{host}:{port} is taken, or nothing may listen there: choose another port") from wrong
        self._server.daemon_threads = True  # type: ignore[attr-defined]
        self._serving = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="sandbox", daemon=True)
        for thread in (self._deliveries, self.jobs, self._hourly, self.traffic, self._serving):
            thread.start()
        return f"http://{host}:{self._server.server_port}"

    def stop(self) -> None:
        if self._stopped:
            return
        self._stopped = True
        if self._server is not None and self._serving is not None:
            self._server.shutdown()
            self._serving.join()
            self._server.server_close()
            self.traffic.stop()
            self._deliveries.stop()
            self.jobs.stop()
            self._hourly.stop()
        self.state.close()
