"""One request of the API on its way: who asks, what was sent, where the state is, and the journal line it leaves."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import msgspec
from werkzeug import Request
from werkzeug.exceptions import RequestEntityTooLarge, RequestTimeout

from . import audit_logs, bodies, journal
from .paging import Source, listed
from .replies import Refusal, Reply, forbidden, invalid_attribute, no_json, too_large, warning
from .shape import Json, decode
from .state import State, Tx
from .tickets import By

BIGGEST_BODY = 10 * 1024 * 1024
MOST_EXPORTED = 1000  # rows on one page of an export


@dataclass(slots=True)
class Call:
    request: Request
    state: State
    line: journal.Line
    withhold_seconds: int
    user: Json = field(default_factory=dict)
    warnings: dict[str, str] = field(default_factory=dict)
    most: int = MOST_EXPORTED

    @property
    def base(self) -> str:
        """The address the client used: every URL we send points back to it."""
        return self.request.host_url.rstrip("/")

    @property
    def url(self) -> str:
        return self.request.base_url

    def arg(self, name: str) -> str | None:
        return self.request.args.get(name)

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """The change and the journal line that tells of it are one commit."""
        with self.state.write() as tx:
            yield tx
            audit_logs.keep(tx, self.user, self.request.remote_addr)
            journal.record(tx, self.line)

    def by(self) -> By:
        client = str(self.request.user_agent)[:200]
        system = {
            "client": client, "ip_address": self.request.remote_addr, "location": "Seoul, 11, South Korea",
            "latitude": 37.5683, "longitude": 126.9778,
        }  # fmt: skip
        return By(self.user, "api", system)

    def sent(self, biggest: int) -> bytes:
        """The body as it came, of so many bytes at most: 413 for more, 408 for one that breaks off."""
        try:
            sent = bodies.whole(self.request, biggest)
        except RequestEntityTooLarge as wrong:
            raise too_large(biggest) from wrong
        except RequestTimeout as wrong:
            body = {"error": "RequestTimeout", "description": "The request did not come in whole"}
            raise Refusal(408, body) from wrong
        if len(sent) > biggest:
            raise too_large(biggest)
        return sent

    def body(self) -> Json:
        """The JSON object sent, or an empty one. What is no JSON, or too deep to read, is refused with 422."""
        sent = self.sent(BIGGEST_BODY)
        if not sent.strip():
            return {}
        try:
            body = decode(sent)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as wrong:
            raise no_json() from wrong
        if not isinstance(body, dict):
            raise no_json()
        return body

    def wanted(self, name: str) -> Json:
        """The object under the resource's own name, as every write of Zendesk's has it."""
        found = self.body().get(name)
        if not isinstance(found, dict):
            raise invalid_attribute(name)
        return found

    def warn(self, controller: str, action: str, name: str, sent: object, taken: Collection[str]) -> None:
        """Unknown keys are dropped; the header says so."""
        keys = sent if isinstance(sent, dict) else {}
        self.warnings = warning(controller, action, [f"{name}.{key}" for key in keys if key not in taken])

    @property
    def by_cursor(self) -> bool:
        return any(key.startswith("page[") for key in self.request.args)

    def need_admin(self) -> None:
        if self.user["role"] != "admin":
            raise forbidden()

    def counted(self, number: int) -> Reply:
        return Reply({"count": {"value": number, "refreshed_at": self.state.clock().isoformat(timespec="seconds")}})

    def page(self, name: str, source: Source, *, guide: bool = False, beside: Json | None = None) -> Reply:
        part = listed(self.url, self.request.args, source, guide=guide)
        if part.beside.get("meta") and guide:
            return Reply(part.beside | {name: part.rows})
        return Reply({name: part.rows} | (beside or {}) | part.beside)


Endpoint = Callable[..., Reply]


@dataclass(frozen=True, slots=True)
class Route:
    """`path` is below /api/v2 and without ".json"; what stands in <> reaches the endpoint as text."""

    methods: Sequence[str]
    path: str
    endpoint: Endpoint
    options: Json = field(default_factory=dict)
