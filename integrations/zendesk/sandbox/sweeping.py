"""What nobody asks for any more is swept away once an hour by the sandbox's clock: no folder grows for ever."""

from datetime import timedelta

from . import idempotency
from .shape import fine_stamp, stamp
from .state import State

DELIVERIES_KEPT = timedelta(days=7)
JOBS_KEPT = timedelta(days=1)


def sweep(state: State) -> None:
    """Uploads that no comment claimed in time, deliveries a week after their end with their attempts, jobs a day after
    they were asked for where they have ended, and idempotency keys after two hours."""
    with state.write() as tx:
        tx.db.execute(
            "delete from attachments where upload is not null and comment_id is null and expires_at <= ?", (tx.stamp,)
        )
        old = (fine_stamp(tx.now - DELIVERIES_KEPT),)
        ended = "select id from invocations where done = 1 and completed_at < ?"
        tx.db.execute(f"delete from attempts where invocation_id in ({ended})", old)  # noqa: S608 - our own words
        tx.db.execute("delete from invocations where done = 1 and completed_at < ?", old)
        sql = "delete from jobs where state in ('completed', 'failed') and created_at < ?"
        tx.db.execute(sql, (stamp(tx.now - JOBS_KEPT),))
        idempotency.sweep(tx)
