"""First load of an account: our export into our mirror, beside Zenpy's generator with one ORM merge a ticket.

Both read the same sandbox over HTTP in this run, one after the other, twice; what counts is the ratio.
TICKETS=100000 says how many tickets the account has (20,000 by default); the peer reads a sample of them.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from app.bell import SilentBell
from app.db import db
from app.factory import create_app
from app.link.link import the_link
from app.migrate import bring_up
from app.settings import Settings
from app.tickets.model import Ticket
from automations import connect, sync
from automations.outside import zendesk
from automations.rows import ticket_row
from integrations.zendesk.sandbox.importer import Source, into_folder
from integrations.zendesk.types import Ticket as OutsideTicket
from integrations.zendesk.types import decoded

TOKEN = "a-token-for-benchmarks-only"
EMAIL = "admin@demo.example"
TICKETS = int(os.environ.get("TICKETS", "20000"))
SAMPLE = 2000
ROUNDS = 2


def world(count: int) -> dict[str, Any]:
    start = datetime.now(UTC) - timedelta(days=90)
    users = [
        {"id": 70_000 + number, "name": f"고객 {number}", "email": f"c{number}@example.com", "role": "end-user"}
        for number in range(500)
    ]
    tickets = [
        {
            "id": number + 1,
            "subject": f"환불 문의 {number} · refund question",
            "description": "안녕하세요. 예약을 취소하고 싶습니다. " * 6,
            "status": ("open", "pending", "solved", "closed")[number % 4],
            "priority": (None, "low", "normal", "high")[number % 4],
            "tags": ["refund", f"city_{number % 12}"],
            "requester_id": 70_000 + number % 500,
            "created_at": f"{start + timedelta(seconds=number * 60):%Y-%m-%dT%H:%M:%SZ}",
            "updated_at": f"{start + timedelta(seconds=number * 60 + 30):%Y-%m-%dT%H:%M:%SZ}",
            "custom_fields": [{"id": 3600 + field, "value": f"value {field}"} for field in range(12)],
        }
        for number in range(count)
    ]
    return {"users": users, "tickets": tickets}


@contextmanager
def account(folder: Path) -> Iterator[str]:
    with subprocess.Popen(
        [sys.executable, "-m", "integrations.zendesk.sandbox", "--port", "0", "--data", str(folder), "--token", TOKEN],
        stdout=subprocess.PIPE,
        text=True,
    ) as box:
        assert box.stdout is not None
        yield box.stdout.readline().split()[-1]
        box.terminate()


def office(home: Path, url: str) -> Any:
    settings = Settings(
        home=home,
        demo=True,
        secret_key="k" * 40,
        database_url=os.environ.get("DATABASE_URL") or f"sqlite:///{home / 'opsroom.sqlite3'}",
        redis_url="redis://127.0.0.1:1/0",
        zendesk_url=url,
        zendesk_email=EMAIL,
        zendesk_token=TOKEN,
        public_url="http://127.0.0.1:1",
    )
    app = create_app(settings, bell=SilentBell())
    bring_up(app, lagging=True)
    return app


def ours() -> float:
    """Tickets a second, from HTTP to the committed mirror."""
    started = time.perf_counter()
    loaded = [progress.loaded for progress in sync.load(db.session(), zendesk())]
    return loaded[-1] / (time.perf_counter() - started)


def peer(url: str) -> float:
    """The usual way: pages as dicts, one merged object a ticket, one commit a page."""
    started, done = time.perf_counter(), 0
    page = f"{url}/api/v2/incremental/tickets/cursor.json?start_time=0&per_page=1000"
    with requests.Session() as session:
        session.auth = (f"{EMAIL}/token", TOKEN)
        while done < SAMPLE:
            reply = session.get(page, timeout=60)
            for body in reply.json()["tickets"]:
                ticket = decoded(json.dumps(body).encode(), OutsideTicket)
                row = ticket_row(ticket, datetime.now(UTC))
                known = db.session.query(Ticket.id).filter_by(zendesk_id=row["zendesk_id"]).scalar()
                db.session.merge(Ticket(id=known, **row))
                done += 1
            db.session.commit()
            page = reply.json()["after_url"]
    return done / (time.perf_counter() - started)


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        started = time.perf_counter()
        into_folder([Source("bench", world(TICKETS))], home / "box")
        print(f"{TICKETS:,} tickets made in {time.perf_counter() - started:.1f} s")
        ratios = []
        for number in range(ROUNDS):
            with account(home / "box") as url, office(home / f"office{number}", url).app_context():
                connect.join(db.session(), "http://127.0.0.1:1/webhooks/zendesk")
                usual = peer(url)
                quick = ours()
                the_link(db.session())
                db.session.remove()
                db.engine.dispose()
            ratios.append(quick / usual)
            print(f"round {number + 1}: {quick / usual:.1f} × one merge a ticket ({TICKETS / quick:.0f} s for all)")
        print(f"first load: {statistics.median(ratios):.1f} × (min {min(ratios):.1f}, max {max(ratios):.1f})")


if __name__ == "__main__":
    main()
