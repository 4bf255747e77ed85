"""Zendesk's circuit breaker: a webhook that mostly fails is left alone for a few seconds, and what came is lost."""

import threading
from collections import deque

BROKEN = "circuit broken"
WINDOW_SECONDS = 300.0
PAUSE_SECONDS = 5.0
FEWEST_REQUESTS = 100
SHARE_OF_ERRORS = 0.7
MOST_ERRORS = 1000


class Breaker:
    """Counts the requests of each webhook over five minutes. It opens at 70 % of errors, not below a hundred requests,
    or above a thousand errors, and lets the next request through after its pause. A restart forgets."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[str, deque[tuple[float, bool]]] = {}
        self._errors: dict[str, int] = {}
        self._open_until: dict[str, float] = {}

    def count(self, webhook_id: str, now: float, *, ok: bool) -> None:
        with self._lock:
            seen = self._seen.setdefault(webhook_id, deque())
            seen.append((now, ok))
            self._errors[webhook_id] = self._errors.get(webhook_id, 0) + (not ok)
            while seen[0][0] <= now - WINDOW_SECONDS:
                self._errors[webhook_id] -= not seen.popleft()[1]
            errors = self._errors[webhook_id]
            mostly = len(seen) >= FEWEST_REQUESTS and errors >= SHARE_OF_ERRORS * len(seen)
            if not ok and (mostly or errors > MOST_ERRORS):
                self._open_until[webhook_id] = now + PAUSE_SECONDS

    def is_open(self, webhook_id: str, now: float) -> bool:
        with self._lock:
            return now < self._open_until.get(webhook_id, now)
