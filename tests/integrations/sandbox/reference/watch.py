"""Stands behind every sandbox of a test run and holds each of its replies against the reference."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from werkzeug import Request, Response

from integrations.zendesk.sandbox.api import Api
from tests.integrations.sandbox.reference.shapes import complaints
from tests.integrations.sandbox.reference.table import reference


@dataclass(slots=True)
class Watch:
    """`answered` counts the good replies (below 400) of each operation; `wrong` tells of the others in order."""

    answered: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def look(self, method: str, path: str, status: int, body: object) -> None:
        operation = reference().asked(method, path)
        failed = isinstance(body, dict) and body.get("error") == "InternalError"
        found = ["the sandbox failed"] if failed else []
        if operation is not None:
            found = found or complaints(reference(), operation, status, body)
        with self.lock:
            self.wrong += [f"{method} {path} {status}: {each}" for each in found]
            if operation is not None and status < 400 and not found:
                self.answered[operation.name] += 1

    def taken(self) -> list[str]:
        """What was wrong since this was last asked."""
        with self.lock:
            found, self.wrong = self.wrong, []
        return found


@contextmanager
def watching() -> Iterator[Watch]:
    """Every sandbox of this process, as long as it lasts. Replies that are cut or come in pieces are not looked at."""
    watch = Watch()
    respond = Api.respond

    def watched(api: Api, request: Request) -> Response:
        response = respond(api, request)
        if not response.is_streamed:
            watch.look(request.method, request.path, response.status_code, _body(response))
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Api, "respond", watched)
        yield watch


def _body(response: Response) -> Any:
    raw = response.get_data()
    if not raw:
        return None
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return raw.decode("utf-8", "replace")
