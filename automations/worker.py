"""The workers' composition root: `python -m automations.worker events|slow|long`, one queue a worker.

Everything is imported before the fork, so a job costs a fork and no more. The child throws away what it inherited of
database connections and Redis clients: both would be the parent's too.
"""

from __future__ import annotations

import sys
from typing import Any

from flask import current_app
from redis import Redis
from rq import Queue, Worker
from rq.serializers import JSONSerializer

from app.bell import QUEUES, RedisBell, hang_bell
from app.db import db
from automations import reactions
from automations.stage import night_app

# An idle worker otherwise sleeps 405 s in one call and does no maintenance (measured).
WORKER_TTL_SECONDS = 30
MAINTENANCE_SECONDS = 30
MONITORING_SECONDS = 10
# A worker otherwise sleeps up to a minute after its Redis is back.
LONGEST_WAIT_FOR_REDIS_SECONDS = 4.0


class NightWorker(Worker):
    """A worker whose children start with clean hands."""

    max_connection_wait_time = LONGEST_WAIT_FOR_REDIS_SECONDS

    def main_work_horse(self, *args: Any, **kwargs: Any) -> None:
        db.engine.dispose(close=False)
        bell = current_app.extensions["opsroom.bell"]
        if isinstance(bell, RedisBell):
            hang_bell(current_app, RedisBell(bell.url))
        super().main_work_horse(*args, **kwargs)


def main(queue_name: str) -> int:
    app = night_app()
    with app.app_context():
        bell = current_app.extensions["opsroom.bell"]
        connection = Redis.from_url(bell.url)
        queue = Queue(queue_name, connection=connection, serializer=JSONSerializer)
        worker = NightWorker(
            [queue],
            connection=connection,
            serializer=JSONSerializer,
            worker_ttl=WORKER_TTL_SECONDS,
            maintenance_interval=MAINTENANCE_SECONDS,
            job_monitoring_interval=MONITORING_SECONDS,
        )
        worker.work(logging_level="WARNING")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in QUEUES:
        raise SystemExit(f"usage: python -m automations.worker {'|'.join(QUEUES)}")
    assert reactions.REACTIONS, "imported before the fork"  # noqa: S101 - it is the import that matters
    raise SystemExit(main(sys.argv[1]))
