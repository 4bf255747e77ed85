"""Plays a recording to a sandbox that starts as the recorded account did, and tells how each reply differs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from werkzeug.test import Client, TestResponse

from integrations.zendesk.sandbox import importer, people, records
from integrations.zendesk.sandbox.box import Sandbox
from integrations.zendesk.sandbox.kinds import BY_MANY
from tests.integrations.sandbox.client import TOKEN
from tests.integrations.sandbox.replay.ids import Ids
from tests.integrations.sandbox.replay.recording import Exchange, Recording
from tests.integrations.sandbox.replay.same import differences
from tests.integrations.sandbox.replay.start import Start, start_of

_HERE = {"REMOTE_ADDR": "127.0.0.1"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One exchange played: `wrong` is empty where the reply matched."""

    recording: str
    number: int
    method: str
    place: str
    wrong: tuple[str, ...]

    @property
    def matched(self) -> bool:
        return not self.wrong


def played(recording: Recording, folder: Path) -> list[Outcome]:
    start = start_of(recording)
    with account(start, folder, recording.began_at()) as box:
        client, ids = Client(box.wsgi_app), Ids()
        found = []
        for number, exchange in enumerate(recording.exchanges):
            _pace(box, exchange)
            wrong = tuple(_wrong(client, exchange, ids, start.email))
            found.append(Outcome(recording.name, number, exchange.method, exchange.place, wrong))
        return found


@contextmanager
def account(start: Start, folder: Path, at: datetime | None) -> Iterator[Sandbox]:
    """A sandbox that stands still at the time of the recording and does its jobs when it is told to."""
    options: dict[str, Any] = {} if at is None else {"clock": lambda: at}
    box = Sandbox(folder, email=start.email, token=TOKEN, withhold_seconds=0, **options)
    try:
        _clear(box, start)
        importer.take_bodies(box.state, [importer.Source("start", start.body())])
        yield box
    finally:
        box.stop()


def _clear(box: Sandbox, start: Start) -> None:
    """What the recording lists it shows whole: rows that a new account has of that kind were not there.

    The admin who asks stays, and is older than anything that was looked for.
    """
    with box.state.write() as tx:
        admin = people.by_email(tx.db, start.email)
        if admin is not None:
            people.save(tx, admin | {"created_at": "2000-01-01T00:00:00Z"})
        for many in start.listed & BY_MANY.keys():
            for row in records.every(tx.db, BY_MANY[many].one):
                records.drop(tx, BY_MANY[many].one, row["id"])


def _pace(box: Sandbox, exchange: Exchange) -> None:
    """Jobs are as far as they were when the recording asked for them: how quick an account is belongs to no shape."""
    body = exchange.body if isinstance(exchange.body, dict) else {}
    job = body.get("job_status") or {}
    if exchange.method != "GET" or not exchange.place.startswith("/job_statuses"):
        while exchange.method == "GET" and box.jobs.carry_on():
            pass
        return
    if job.get("status") == "working":
        box.jobs.carry_on(at_most=max(1, int(job.get("progress") or 1)))
    elif job.get("status") != "queued":
        while box.jobs.carry_on():
            pass


def _wrong(client: Client, exchange: Exchange, ids: Ids, email: str) -> Iterator[str]:
    reply = _asked(client, exchange, ids, email)
    if reply.status_code != exchange.status:
        yield f"status: {exchange.status} there, {reply.status_code} here: {reply.get_data(as_text=True)[:120]}"
        return
    raw = reply.get_data()
    body = None
    if raw:
        try:
            body = msgspec.json.decode(raw)
        except msgspec.DecodeError:
            body = raw.decode()
    yield from differences(exchange.body, body)
    ids.learn(exchange.body, body)


def _asked(client: Client, exchange: Exchange, ids: Ids, email: str) -> TestResponse:
    options: dict[str, Any] = {}
    if exchange.sent is not None:
        sent = exchange.sent
        options["json"] = ids.sent(sent) if not isinstance(sent, str) else None
        if isinstance(sent, str):
            options = {"data": sent}
    elif exchange.place.startswith("/uploads"):
        options = {"data": b"a file", "content_type": "application/binary"}
    place = ids.local(exchange.path, exchange.query)
    return client.open(place, method=exchange.method, auth=(f"{email}/token", TOKEN), environ_base=_HERE, **options)
