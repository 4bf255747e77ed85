"""Bulk changes as Zendesk makes them: queued, worked row by row, completed with a result a row. Survives kill -9."""

import logging
import secrets
import sqlite3
import threading

from . import job_steps, journal, people
from .call import Call, Route
from .paging import InMemory, listed
from .replies import Refusal, Reply, not_found, too_many
from .shape import Json, decode, text_of
from .state import State, Tx
from .tickets import By

log = logging.getLogger(__name__)
MOST_WAITING = 30


def start(call: Call, kind: str, rows: list[Json], status: int = 200) -> Reply:
    """Answers with the queued job. Refused (429) while 30 others wait. `kind` is one of the steps, "subject verb"."""
    with call.write() as tx:
        return queue(tx, call, kind, rows, status)


def queue(tx: Tx, call: Call, kind: str, rows: list[Json], status: int = 200) -> Reply:
    """The same within a transaction that does more."""
    job_id = f"V3-{secrets.token_hex(16)}"
    waiting = tx.db.execute("select count(*) from jobs where state in ('queued', 'working')").fetchone()[0]
    if waiting >= MOST_WAITING:
        raise Refusal(429, {"error": "TooManyJobs", "description": "Too many jobs are queued or running"})
    tx.db.execute(
        "insert into jobs(id, kind, user_id, state, payload, total, progress, results, created_at)"
        " values (?, ?, ?, 'queued', ?, ?, 0, '[]', ?)",
        (job_id, kind, call.user["id"], text_of(rows), len(rows), tx.stamp),
    )
    tx.wakes = True
    total = None if kind in job_steps.WHOLE else len(rows)
    return Reply({"job_status": _told(job_id, call.base, total, None, "queued", None, None)}, status)


def _told(
    job_id: str, base: str, total: int | None, progress: int | None, state: str, message: str | None, results: object
) -> Json:
    return {
        "id": job_id, "url": f"{base}/api/v2/job_statuses/{job_id}.json", "total": total, "progress": progress,
        "status": state, "message": message, "results": results,
    }  # fmt: skip


def show(call: Call, job_id: str) -> Reply:
    with call.state.read() as db:
        row = db.execute("select * from jobs where id = ?", (job_id,)).fetchone()
    if row is None:
        raise not_found()
    return Reply({"job_status": _shown(call, dict(row))})


def index(call: Call) -> Reply:
    """The newest first. By cursor always, as Zendesk lists them."""

    def render(row: sqlite3.Row) -> object:
        return _shown(call, dict(row))

    with call.state.read() as db:
        rows = db.execute("select * from jobs order by rowid desc").fetchall()
    args = call.request.args.copy()
    args.setdefault("page[size]", "100")
    part = listed(call.url, args, InMemory([(row["id"], render(row)) for row in rows]))
    return Reply({"job_statuses": part.rows} | part.beside)


def show_many(call: Call) -> Reply:
    wanted = [part for part in (call.arg("ids") or "").split(",") if part]
    if len(wanted) > 100:
        raise too_many("Parameter  cannot specify more than 100 values", 100)
    with call.state.read() as db:
        rows = [row for part in wanted if (row := db.execute("select * from jobs where id = ?", (part,)).fetchone())]
    return Reply({"job_statuses": [_shown(call, dict(row)) for row in rows]})


def _shown(call: Call, row: Json) -> Json:
    done = row["state"] == "completed"
    results = decode(row["results"]) if done else None
    total, progress = row["total"], None if row["state"] == "queued" else row["progress"]
    if row["kind"] in job_steps.WHOLE:
        total = progress = None
        results = {"success": all(found["success"] for found in results)} if results is not None else None
    return _told(row["id"], call.base, total, progress, row["state"], row["message"], results)


class Jobs(threading.Thread):
    """Carries out the queued jobs, one after the other, a commit a row: what is half done goes on after a restart."""

    def __init__(self, state: State) -> None:
        super().__init__(name="sandbox-jobs", daemon=True)
        self._state = state
        self._bell = threading.Event()
        self._stopping = threading.Event()

    def ring(self) -> None:
        self._bell.set()

    def stop(self) -> None:
        self._stopping.set()
        self._bell.set()
        self.join(10)

    def run(self) -> None:
        while not self._stopping.is_set():
            self._bell.clear()
            if not self.carry_on():
                self._bell.wait(5)

    def carry_on(self, at_most: int | None = None) -> bool:
        """Works at the oldest job that waits, to its end or for so many rows. False where none waits.

        The thread does so by itself; where it was never started, jobs stand still in between.
        """
        with self._state.read() as db:
            row = db.execute(
                "select * from jobs where state in ('queued', 'working') order by rowid limit 1"
            ).fetchone()
        if row is None:
            return False
        try:
            self._work(dict(row), at_most)
        except Exception:
            log.exception("sandbox.job_failed", extra={"job": row["id"]})
            with self._state.write() as tx:
                tx.db.execute("update jobs set state = 'failed', message = 'Failed' where id = ?", (row["id"],))
        return True

    def _work(self, job: Json, at_most: int | None) -> None:
        rows, results = decode(job["payload"]), decode(job["results"])
        subject, verb = job["kind"].split()
        for number, index in enumerate(range(len(results), len(rows))):
            if self._stopping.is_set() or number == at_most:
                return
            line = journal.Line("JOB", f"/api/v2/job_statuses/{job['id']}", user_id=job["user_id"])
            with self._state.write() as tx:
                results.append(_result(tx, job, index, rows[index]))
                tx.db.execute(
                    "update jobs set state = 'working', progress = ?, results = ?, message = ? where id = ?",
                    (index + 1, text_of(results), f"{job_steps.DOING[verb]} {subject} #{index + 1}", job["id"]),
                )
                journal.record(tx, line, 200)
        if at_most is not None:
            return
        with self._state.write() as tx:
            message = f"Completed at {tx.now:%Y-%m-%d %H:%M:%S} +0000"
            tx.db.execute(
                "update jobs set state = 'completed', progress = total, message = ? where id = ?", (message, job["id"])
            )


def _actor(tx: Tx, job: Json) -> By:
    return By(people.one(tx.db, job["user_id"]) or people.complete({"id": job["user_id"]}))


def _result(tx: Tx, job: Json, index: int, row: Json) -> Json:
    """What became of one row. Whatever is wrong with it, it leaves nothing behind and the others are done."""
    subject, verb = job["kind"].split()
    tx.db.execute("savepoint one_row")
    try:
        return job_steps.STEPS[job["kind"]](tx, _actor(tx, job), index, row)
    except Refusal as refused:
        refusal = refused
    except (OverflowError, RecursionError):
        refusal = Refusal(422, {"error": "InvalidValue", "description": "A value is out of range"})
    except Exception:
        log.exception("sandbox.job_row_failed", extra={"job": job["id"]})
        refusal = Refusal(500, {"error": "InternalError", "description": "The sandbox failed at this row"})
    tx.db.execute("rollback to one_row")
    tx.committed.clear()
    return _refused(subject, verb, index, row, refusal)


def _refused(subject: str, verb: str, index: int, row: object, refusal: Refusal) -> Json:
    """A row that could not be done stands in the results of a job that is still completed."""
    body = refusal.body if isinstance(refusal.body, dict) else {}
    details = body.get("details") or {}
    words = " ".join(found["description"] for rows in details.values() for found in rows) or body.get("description")
    named = body.get("error")
    if isinstance(named, dict):
        named, words = named["title"], named["message"]
    error = f"{subject.title().replace('_', '')}{verb.title().replace('_', '')}Failed" if details else named
    known = {"id": row["id"]} if isinstance(row, dict) and row.get("id") is not None else {}
    told = {"action": verb, "success": False, "status": "Failed", "error": error, "details": words}
    return {"index": index, **known, **told}


ROUTES = (
    Route(["GET"], "/job_statuses", index),
    Route(["GET"], "/job_statuses/show_many", show_many),
    Route(["GET"], "/job_statuses/<job_id>", show),
)
