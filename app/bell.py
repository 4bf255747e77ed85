"""The doorbell: one RQ job says that something waits in the database, and carries nothing else.

Losing a ring costs time, never work: the rows stay, and the sweep rings again. A ring that waits unheard swallows the
next ones of its name, so a burst of a thousand webhooks is one job.
"""

from __future__ import annotations

import logging
from typing import Protocol, cast

import redis
from flask import Flask, current_app
from rq import Queue
from rq.serializers import JSONSerializer

log = logging.getLogger(__name__)

EVENTS, SLOW, LONG = "events", "slow", "long"
QUEUES = (EVENTS, SLOW, LONG)
# What takes seconds shares SLOW; what takes minutes shares LONG, in slices. Everything else is EVENTS.
LANES = {
    "sync_asked": SLOW,
    "time_rules_due": SLOW,
    "shadows_due": SLOW,
    "reconcile_due": SLOW,
    "partners_due": SLOW,
    "partner_scores_due": SLOW,
    "rehearsal_asked": LONG,
    "history_asked": LONG,
    "import_asked": LONG,
}
REACTION = "automations.reactions.ring"
RING_SECONDS = 30
JOB_SECONDS = {EVENTS: 120, SLOW: 3600, LONG: 3600}


class Bell(Protocol):
    def ring(self, fact: str) -> None:
        """Never raises: a bell that cannot be heard is logged, and the sweep makes it good."""


class RedisBell:
    """Rings through RQ. The client is made on first use, so that a fork never shares one."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client: redis.Redis | None = None

    @property
    def client(self) -> redis.Redis:
        if self._client is None:
            self._client = redis.Redis.from_url(self.url, socket_connect_timeout=1, socket_timeout=3)
        return self._client

    def ring(self, fact: str) -> None:
        try:
            if not self.client.set(waiting_key(fact), "1", nx=True, ex=RING_SECONDS):
                return
            lane = LANES.get(fact, EVENTS)
            Queue(lane, connection=self.client, serializer=JSONSerializer).enqueue(
                REACTION, fact, job_timeout=JOB_SECONDS[lane], result_ttl=0, failure_ttl=86_400
            )
        except redis.RedisError:
            log.warning("bell_unheard", extra={"fact": fact})

    def heard(self, fact: str) -> None:
        """Said by the job before it looks at the rows: whoever commits after this rings anew."""
        self.client.delete(waiting_key(fact))


class SilentBell:
    """For commands and tests that work the rows themselves; remembers what was rung."""

    def __init__(self) -> None:
        self.rung: list[str] = []

    def ring(self, fact: str) -> None:
        self.rung.append(fact)


def waiting_key(fact: str) -> str:
    return f"opsroom:ring:{fact}"


def hang_bell(app: Flask, bell: Bell) -> None:
    app.extensions["opsroom.bell"] = bell


def bell_of_now() -> Bell:
    """The bell of the app whose context this is."""
    return cast(Bell, current_app.extensions["opsroom.bell"])
