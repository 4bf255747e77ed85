"""Bad luck on purpose: everything runs as real processes, a generator writes tickets and comments, and meanwhile
processes are killed, Redis forgets, PostgreSQL is restarted, webhooks go wrong, Zendesk errs, switches are turned and
rules are saved. Then the luck turns, and the oracle asks whether anything was lost or done twice.

DATABASE=sqlite|postgresql, SEED, LASTS (seconds of bad luck, 60), TICKETS (40); KEEP=folder keeps the home of a round
that went wrong. Exit status 1 when the oracle finds something.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import select

from app.bell import SilentBell
from app.db import db, reading
from app.errors import Refusal
from app.factory import create_app
from app.inbox.model import InboxState, WebhookEvent
from app.migrate import bring_up
from app.outbox.by_hand import Hand, move
from app.outbox.model import Push, PushState
from app.settings import Settings
from app.tickets.model import Comment, Ticket
from benchmarks.storm import Storm, committed
from tests.automations.acts import NEW, a_macro, a_rule
from tests.automations.conftest import GROUP, KOREAN, WORLD
from tests.conftest import settings_for
from tests.house import EMAIL, TOKEN, House, a_free_port, a_house
from tests.postgres import postgres_server

DATABASE = os.environ.get("DATABASE", "sqlite")
SEED = int(os.environ.get("SEED", "1"))
SECONDS = float(os.environ.get("LASTS", "60"))
TICKETS = int(os.environ.get("TICKETS", "40"))
SETTLE_SECONDS = 240.0
MORE = "한 가지 더요"
FIRST, AGAIN = "첫 답변입니다.", "다시 답변드립니다."
SAID_MORE = [
    {"field": "update_type", "operator": "is", "value": "Change"},
    {"field": "comment_is_public", "operator": "is", "value": "true"},
]


def write(house: House, dice: random.Random, number: int) -> None:
    """A customer writes, for the first time or again. What the sandbox did not take was never written."""
    try:
        known = [row["id"] for row in house.call("GET", "/api/v2/tickets.json?per_page=100")["tickets"]]
        if not known or dice.random() < 0.6:
            house.write(f"문의 {number}", f"안녕하세요 {number}", KOREAN)
            return
        more = {"comment": {"body": f"{MORE} {number}", "author_id": KOREAN}}
        house.call("PUT", f"/api/v2/tickets/{dice.choice(known)}.json", {"ticket": more})
    except (requests.RequestException, AssertionError):
        pass


def furnish() -> None:
    macro, further = a_macro(), a_macro(title="다음 답변")
    macro.body_ko = macro.body_en = FIRST
    further.body_ko = further.body_en = AGAIN
    db.session.commit()
    a_rule("route", NEW, [{"field": "group_id", "value": str(GROUP)}, {"field": "priority", "value": "normal"}])
    a_rule("answer", NEW, [{"field": "macro", "value": str(macro.id)}], position=2)
    a_rule("more", SAID_MORE, [{"field": "macro", "value": str(further.id)}], position=3)


def unsettled() -> Counter[str]:
    """Rows that are not at their end."""
    db.session.rollback()
    with reading():
        inbox = db.session.scalars(select(WebhookEvent.state).where(WebhookEvent.state.in_(INBOX_OPEN)))
        outbox = db.session.scalars(select(Push.state).where(Push.state.in_(OUTBOX_OPEN)))
        found = Counter([f"inbox {one}" for one in inbox] + [f"outbox {one}" for one in outbox])
    db.session.rollback()
    return found


INBOX_OPEN = (InboxState.new, InboxState.working, InboxState.dead)
OUTBOX_OPEN = tuple(one for one in PushState if one not in {PushState.sent, PushState.overtaken, PushState.dropped})


def let_go() -> None:
    """A person sends what was held."""

    def act() -> None:
        for push in db.session.scalars(select(Push).where(Push.state == PushState.held)):
            try:
                move(db.session(), push, Hand.send)
            except Refusal:
                continue

    committed(act)


def wrong(house: House) -> list[str]:
    """The oracle: the sandbox's tickets and journal against what each ticket should have got, and the mirror."""
    found = [f"{count} × {state}" for state, count in unsettled().items()]
    seen = house.call("GET", "/api/v2/tickets.json?per_page=100")["tickets"]
    for ticket in seen:
        number = ticket["id"]
        comments = house.call("GET", f"/api/v2/tickets/{number}/comments.json")["comments"]
        said = Counter(row["body"] for row in comments)
        more = sum(row["body"].startswith(MORE) for row in comments)
        if said[FIRST] != 1 or said[AGAIN] != more:
            found.append(f"ticket {number}: {said[FIRST]} first answers, {said[AGAIN]} to {more} further questions")
        if ticket["group_id"] != GROUP or ticket["priority"] != "normal" or "answered" not in ticket["tags"]:
            found.append(f"ticket {number}: {ticket['group_id']} {ticket['priority']} {ticket['tags']}")
        found += _unlike(ticket, len(comments))
    rows = house.call("GET", "/_sandbox/journal?since=0")["journal"]
    markers = Counter(str(note["marker"]) for row in rows for note in row["committed"] if note.get("marker"))
    return found + [f"marker {marker} was committed {count} times" for marker, count in markers.items() if count > 1]


def _unlike(ticket: dict[str, Any], comments: int) -> list[str]:
    db.session.rollback()
    row = db.session.scalars(select(Ticket).where(Ticket.zendesk_id == ticket["id"])).first()
    if row is None:
        return [f"ticket {ticket['id']}: not mirrored"]
    kept = len(db.session.scalars(select(Comment.id).where(Comment.ticket_id == row.id)).all())
    there = (ticket["status"], ticket["priority"], sorted(ticket["tags"]), ticket["group_id"], comments)
    here = (row.status, row.priority, sorted(row.tags), row.group_id, kept)
    db.session.rollback()
    return [] if here == there else [f"ticket {ticket['id']}: mirror {here}, Zendesk {there}"]


@contextmanager
def a_database(home: Path) -> Iterator[tuple[str, Path | None]]:
    if DATABASE == "sqlite":
        yield f"sqlite:///{home / 'opsroom.sqlite3'}", None
        return
    others = set(Path(tempfile.gettempdir()).glob("opsroom-pg-*/cluster"))
    with postgres_server() as server:
        (cluster,) = set(Path(tempfile.gettempdir()).glob("opsroom-pg-*/cluster")) - others
        yield server.url(server.create("chaos")), cluster


def a_round(house: House, storm: Storm, dice: random.Random) -> list[str]:
    ends, number, strike_at, write_at = time.monotonic() + SECONDS, 0, time.monotonic() + 3.0, time.monotonic()
    while time.monotonic() < ends:
        if time.monotonic() >= write_at and number < TICKETS:
            number += 1
            write(house, dice, number)
            write_at = time.monotonic() + SECONDS / TICKETS * dice.uniform(0.2, 1.2)
        if time.monotonic() >= strike_at:
            storm.look_after()
            storm.strike()
            strike_at = time.monotonic() + dice.uniform(0.5, 3.0)
        time.sleep(0.05)
    storm.over()
    started, found = time.monotonic(), ["nothing asked"]
    while found and time.monotonic() < started + SETTLE_SECONDS:
        storm.look_after()
        let_go()
        time.sleep(2.0)
        if not unsettled():
            found = wrong(house)
    found = found and wrong(house)
    print(f"settled in {time.monotonic() - started:.0f} s; strokes: {dict(storm.strokes)}")
    return found


def main() -> int:
    dice = random.Random(SEED)
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        url, cluster = stack.enter_context(a_database(home))
        port, sandbox_port = a_free_port(), a_free_port()
        settings: Settings = replace(
            settings_for(home, url), redis_url=None, port=port, sandbox_port=sandbox_port,
            zendesk_url=f"http://127.0.0.1:{sandbox_port}", zendesk_email=EMAIL, zendesk_token=TOKEN,
        )  # fmt: skip
        bring_up(create_app(settings, bell=SilentBell()), lagging=True)
        house = stack.enter_context(a_house(settings, WORLD, furnish, workers=2))
        storm = Storm(house, dice, cluster)
        for name in ("slow2", "schedule2"):
            storm.start(name)
        stack.callback(storm.clear_up)
        found = a_round(house, storm, dice)
        if found:
            print("\n".join(found[:40]))
            if keep := os.environ.get("KEEP"):
                shutil.copytree(home, keep)
        print(f"chaos on {DATABASE}, seed {SEED}: {'WRONG' if found else 'nothing lost, nothing twice'}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
