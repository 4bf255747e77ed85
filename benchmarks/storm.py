"""What may go wrong: each function is one stroke of bad luck on a house of real processes."""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import redis
import requests
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.db import db
from app.link.link import the_link, turn_pushing
from app.link.model import Link
from app.rules.model import Rule, RuleVersion
from app.valkey import command
from tests.house import EMAIL, TOKEN, House

FAULTS: tuple[dict[str, Any], ...] = (
    {"method": "PUT", "path": "/api/v2/tickets/*", "kind": "status", "status": 503, "when": "before"},
    {"method": "PUT", "path": "/api/v2/tickets/*", "kind": "status", "status": 502, "when": "after"},
    {"method": "PUT", "path": "/api/v2/tickets/*", "kind": "cut", "when": "after"},
    {"method": "PUT", "path": "/api/v2/tickets/*", "kind": "cut", "when": "before"},
    {"method": "PUT", "path": "/api/v2/tickets/*", "kind": "delay", "when": "after", "seconds": 13},
    {"method": "PUT", "path": "/api/v2/tickets/*", "kind": "delay", "when": "before", "seconds": 13},
    {"method": "GET", "path": "/api/v2/tickets/*", "kind": "delay", "when": "before", "seconds": 11},
    {"method": "GET", "path": "/api/v2/tickets/*", "kind": "status", "status": 500},
    {"method": "GET", "path": "/api/v2/incremental/*", "kind": "cut"},
    {"method": "*", "path": "/api/v2/tickets/*", "kind": "429", "seconds": 2},
    {"kind": "webhook", "path": "*", "mode": "drop"},
    {"kind": "webhook", "path": "*", "mode": "double"},
    {"kind": "webhook", "path": "*", "mode": "reorder"},
    {"kind": "webhook", "path": "*", "mode": "badly_signed"},
    {"kind": "webhook", "path": "*", "mode": "delay", "seconds": 8},
)


@dataclass(slots=True)
class Storm:
    """What may go wrong here. Every method named in `LUCK` is one stroke; none waits for what it has done."""

    house: House
    dice: random.Random
    postgres: Path | None
    spare: list[subprocess.Popen[bytes]] = field(default_factory=list)
    strokes: Counter[str] = field(default_factory=Counter)

    def strike(self) -> None:
        luck = [*LUCK, *([restart_postgres] * (self.postgres is not None))]
        stroke = self.dice.choice(luck)
        self.strokes[stroke.__name__] += 1
        stroke(self)

    def over(self) -> None:
        """The luck turns: everything up, no faults, pushing on."""
        self.look_after()
        mended(self.house)
        self.turn(on=True)

    def look_after(self) -> None:
        """What the supervisor does: what has ended is started again."""
        for name, child in list(self.house.children.items()):
            if child.poll() is not None:
                self.strokes[f"{name} ended by itself"] += 1
                self.start(name)

    def clear_up(self) -> None:
        for one in self.spare:
            one.kill()
            one.wait()

    def start(self, name: str) -> None:
        settings = self.house.settings
        self.house.children.pop(name, None)
        self.house.start(name, *(word.format(settings=settings, data=settings.home / "box") for word in STARTS[name]))

    def turn(self, *, on: bool) -> None:
        def act() -> None:
            turn_pushing(the_link(db.session()), on=on)

        committed(act)


def kill_a_process(storm: Storm) -> None:
    name = storm.dice.choice(list(STARTS))
    storm.strokes[f"kill {name}"] += 1
    if name in storm.house.children and storm.house.children[name].poll() is None:
        storm.house.kill(name)
    storm.start(name)


def kill_a_job(storm: Storm) -> None:
    """The forked child alone: the worker lives on."""
    name = storm.dice.choice([one for one in STARTS if one.startswith(("worker", "slow"))])
    for child in psutil.Process(storm.house.children[name].pid).children():
        child.kill()


def orphan_a_job(storm: Storm) -> None:
    """The worker alone: its job goes on without it."""
    name = storm.dice.choice([one for one in STARTS if one.startswith("worker")])
    storm.house.children[name].kill()
    storm.house.children[name].wait(10)
    storm.start(name)


def flush_redis(storm: Storm) -> None:
    client = redis.Redis.from_url(storm.house.env["REDIS_URL"])
    try:
        client.flushall()
    except redis.RedisError:
        pass
    finally:
        client.close()


def restart_redis(storm: Storm) -> None:
    home = storm.house.settings.home
    for one in psutil.Process().children():
        if one.is_running() and str(home / "valkey") in " ".join(one.cmdline()):
            one.kill()
            one.wait(5)
    storm.spare.append(
        subprocess.Popen(command(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    )


def restart_postgres(storm: Storm) -> None:
    assert storm.postgres is not None
    owner = storm.postgres.owner()
    program = psutil.Process(int((storm.postgres / "postmaster.pid").read_text().split()[0])).exe()
    subprocess.run(
        [
            str(Path(program).with_name("pg_ctl")),
            *("restart", "-w", "-m", storm.dice.choice(("immediate", "fast"))),
            *("-D", str(storm.postgres), "-l", str(storm.postgres / "log")),
        ],
        user=owner if os.geteuid() == 0 else None,
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=60,
    )


def err_in_zendesk(storm: Storm) -> None:
    fault = storm.dice.choice(FAULTS) | {"times": storm.dice.randint(1, 6)}
    storm.strokes[f"fault {fault['kind']} {fault.get('mode') or fault.get('method')}"] += 1
    with suppress(requests.RequestException, AssertionError):
        storm.house.call("POST", "/_sandbox/faults", {"faults": [fault]})


def turn_pushing_off_and_on(storm: Storm) -> None:
    was = []
    committed(lambda: was.append(db.session.scalar(select(Link.pushing).where(Link.id == 1))))
    storm.turn(on=not was[-1])


def save_a_rule(storm: Storm) -> None:
    def act() -> None:
        rule = storm.dice.choice(db.session.scalars(select(Rule)).all())
        rule.number += 1
        rule.updated_at = clock.now()
        rule.versions.append(
            RuleVersion(
                number=rule.number, title=rule.title, definition=rule.definition, by="chaos", at=rule.updated_at
            )
        )

    committed(act)


LUCK: tuple[Callable[[Storm], None], ...] = (
    *[kill_a_process] * 4,
    *[err_in_zendesk] * 5,
    kill_a_job,
    kill_a_job,
    orphan_a_job,
    flush_redis,
    restart_redis,
    turn_pushing_off_and_on,
    save_a_rule,
)
EVENTS, SLOW = ("-m", "automations.worker", "events"), ("-m", "automations.worker", "slow")
STARTS: dict[str, tuple[str, ...]] = {
    "worker0": EVENTS,
    "worker1": EVENTS,
    "slow": SLOW,
    "slow2": SLOW,
    "schedule": ("-m", "automations.schedule"),
    "schedule2": ("-m", "automations.schedule"),
    "web": (
        *("-m", "granian", "--interface", "wsgi", "--factory", "--host", "127.0.0.1", "--port", "{settings.port}"),
        *("--workers", "2", "--blocking-threads", "8", "--no-access-log", "wsgi:create_app"),
    ),
    "sandbox": (
        *("-m", "integrations.zendesk.sandbox", "--port", "{settings.sandbox_port}", "--withhold-seconds", "1"),
        *("--data", "{data}", "--email", EMAIL, "--token", TOKEN),
    ),
}


def committed(act: Callable[[], None]) -> None:
    """A person's act, tried until the database takes it."""

    def taken() -> bool:
        try:
            act()
            db.session.commit()
        except SQLAlchemyError:
            db.session.rollback()
            return False
        return True

    come_back("the database", taken)


def come_back(what: str, answers: Callable[[], bool]) -> None:
    for _ in range(100):
        if answers():
            return
        time.sleep(0.2)
    raise SystemExit(f"{what} did not come back")


def mended(house: House) -> None:
    def taken() -> bool:
        try:
            house.call("DELETE", "/_sandbox/faults")
        except (requests.RequestException, AssertionError):
            return False
        return True

    come_back("the sandbox", taken)
