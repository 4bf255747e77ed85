"""The doubles on one port: each under its name (`/stripe/v1/…`, `/toss/v1/…`), and a page for people at `/`."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler, make_server

from integrations.local import is_local
from integrations.payments.doubles.double import Cut, Double
from integrations.payments.doubles.page import page

StartResponse = Callable[..., Any]


class _Requests(WSGIRequestHandler):
    """Keeps connections alive and says nothing."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: Any) -> None:
        """Quiet on purpose."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Quiet on purpose."""


class Desk:
    def __init__(self, doubles: Sequence[Double]) -> None:
        self._doubles: Mapping[str, Double] = {double.manner.name: double for double in doubles}

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
        if not is_local(request):
            return Response("Only this machine may do that", 403)
        if request.path == "/health":
            return Response("ok")
        if request.path == "/" and request.method == "GET":
            return page(self._doubles.values())
        _, name, *rest = request.path.split("/", 2)
        double = self._doubles.get(name)
        if double is None:
            return Response(f"Here are {', '.join(self._doubles)}", 404)
        return double.respond(request, "/" + "".join(rest))


@contextmanager
def serving(doubles: Sequence[Double], host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """The address, for as long as the block lasts. Raises OSError where nothing can listen there."""
    try:
        server = make_server(host, port, Desk(doubles).wsgi_app, threaded=True, request_handler=_Requests)
    except SystemExit as wrong:
        raise OSError(f"{host}:{port} is taken: choose another port") from wrong
    server.daemon_threads = True  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="doubles", daemon=True)
    thread.start()
    for double in doubles:
        double.rings.start()
    try:
        yield f"http://{host}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        for double in doubles:
            double.rings.stop()
