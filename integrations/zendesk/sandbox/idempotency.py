"""Idempotency-Key: a request that comes again is answered as it was the first time, and done once."""

import hashlib
from collections.abc import Callable

from .call import Call
from .replies import Refusal, Reply
from .shape import decode, encode
from .state import Tx

LIFE_SECONDS = 2 * 60 * 60
LONGEST = 255


def once(tx: Tx, call: Call, key: str, make: Callable[[], Reply]) -> Reply:
    """What `make` answers, now or before. The key is taken in the transaction of what it guards: where that fails, in
    whatever way, the key is free again. Each user has keys of her own."""
    if len(key) > LONGEST:
        raise _wrong(f"Idempotency-Key must be at most {LONGEST} characters")
    sweep(tx)
    own = f"{call.user['id']} {key}"
    digest = hashlib.sha256(encode([call.body(), call.arg("async") == "true"])).hexdigest()
    kept = tx.db.execute("select * from idempotency where key = ?", (own,)).fetchone()
    if kept is not None:
        if kept["hash"] != digest:
            raise _wrong("Request parameters don't match the given idempotency key")
        headers = {"location": kept["location"], "x-idempotency-lookup": "hit"}
        return Reply(decode(kept["body"]), kept["status"], headers)
    reply = make()
    tx.db.execute(
        "insert into idempotency(key, hash, at, status, location, body) values (?, ?, ?, ?, ?, ?)",
        (own, digest, tx.now.timestamp(), reply.status, reply.headers["location"], encode(reply.body)),
    )
    return Reply(reply.body, reply.status, {**reply.headers, "x-idempotency-lookup": "miss"})


def sweep(tx: Tx) -> None:
    """Forgets keys whose two hours are over."""
    tx.db.execute("delete from idempotency where at < ?", (tx.now.timestamp() - LIFE_SECONDS,))


def _wrong(words: str) -> Refusal:
    return Refusal(400, {"error": "IdempotentRequestError", "description": words})
