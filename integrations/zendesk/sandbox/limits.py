"""Zendesk's rate limits: requests a minute by plan, exports a minute, updates of one ticket and of all of them."""

import re
import threading
import time
from collections import deque
from collections.abc import Callable

from .replies import Refusal

PLANS: dict[str, int | None] = {
    "off": None, "essential": 10, "team": 200, "growth": 400, "professional": 400, "enterprise": 700,
    "high_volume": 2500,
}  # fmt: skip
SHOWN_WITHOUT_PLAN = 700
EXPORTS_A_MINUTE = 10
EXPORTS_WITH_HIGH_VOLUME = 30
UPDATES_OF_A_TICKET = 30
LONGEST = 600  # seconds that anything counts for
UPDATES_A_MINUTE = 100  # of all tickets together
UPDATES_WITH_HIGH_VOLUME = 300
_TICKET = re.compile(r"/api/v2/tickets/(\d+)$")
_EXPORT = "/api/v2/incremental/"


class Limits:
    """Counts requests in memory; a restart forgets them. With the plan "off" it only writes the headers."""

    def __init__(self, plan: str = "off", clock: Callable[[], float] = time.monotonic) -> None:
        self.plan = plan
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[str, deque[float]] = {}
        self._forgot_at = clock()

    def take(self, method: str, path: str, user_id: int) -> dict[str, str]:
        """Counts this request and returns the headers of its reply, or refuses it with the 429 it deserves."""
        total = PLANS[self.plan]
        if total is None:
            return _headers(SHOWN_WITHOUT_PLAN, SHOWN_WITHOUT_PLAN, 60)
        with self._lock:
            left, reset = self._count("account", total, 60)
            headers = _headers(total, max(left, 0), reset)
            if left < 0:
                words = "Number of allowed API requests per minute exceeded"
                raise Refusal(429, words, headers | {"retry-after": str(reset)})
            self._export(path, headers)
            headers |= self._ticket(method, path, user_id, headers)
        return headers

    def _export(self, path: str, headers: dict[str, str]) -> None:
        if not path.startswith(_EXPORT):
            return
        allowed = EXPORTS_WITH_HIGH_VOLUME if self.plan == "high_volume" else EXPORTS_A_MINUTE
        left, reset = self._count("export", allowed, 60)
        if left < 0:
            words = "Number of allowed incremental export API requests per minute exceeded"
            body = {"error": "APIRateLimitExceeded", "description": words}
            raise Refusal(429, body, headers | {"retry-after": str(reset)})

    def _ticket(self, method: str, path: str, user_id: int, headers: dict[str, str]) -> dict[str, str]:
        """Updates are counted twice: those of this ticket by this user, and those of all tickets by anybody."""
        found = _TICKET.search(path)
        if method != "PUT" or found is None:
            return {}
        allowed = UPDATES_WITH_HIGH_VOLUME if self.plan == "high_volume" else UPDATES_A_MINUTE
        mine: dict[str, str] = {}
        for header, name, most, seconds, words in (
            ("zendesk-ratelimit-per-ticket-updates", f"ticket {found[1]} {user_id}", UPDATES_OF_A_TICKET, LONGEST,
             "Number of allowed updates to this ticket within 10 minutes exceeded"),
            ("zendesk-ratelimit-tickets-update", "ticket updates", allowed, 60,
             "Number of allowed ticket update API requests per minute exceeded"),
        ):  # fmt: skip
            left, reset = self._count(name, most, seconds)
            mine[header] = f"total={most}; remaining={max(left, 0)}; resets={reset}"
            if left < 0:
                body = {"error": "APIRateLimitExceeded", "description": words}
                raise Refusal(429, body, headers | mine | {"retry-after": str(reset)})
        return mine

    def _count(self, name: str, allowed: int, seconds: int) -> tuple[int, int]:
        """How many are left after this one (below zero: it is one too many) and in how many seconds one comes free."""
        now = self._clock()
        self._forget(now)
        seen = self._seen.setdefault(name, deque())
        while seen and seen[0] <= now - seconds:
            seen.popleft()
        if len(seen) < allowed:
            seen.append(now)
            left = allowed - len(seen)
        else:
            left = -1
        return left, max(1, round(seen[0] + seconds - now)) if seen else seconds

    def _forget(self, now: float) -> None:
        """Once in the longest time that anything counts, what has not been asked for since."""
        if now - self._forgot_at < LONGEST:
            return
        self._forgot_at = now
        self._seen = {name: seen for name, seen in self._seen.items() if seen and seen[-1] > now - LONGEST}


def _headers(total: int, left: int, reset: int) -> dict[str, str]:
    """Both spellings that Zendesk has used, and the older pair with x-."""
    return {
        "x-rate-limit": str(total), "x-rate-limit-remaining": str(left), "ratelimit-limit": str(total),
        "ratelimit-remaining": str(left), "ratelimit-reset": str(reset), "rate-limit": str(total),
        "rate-limit-remaining": str(left), "rate-limit-reset": str(reset),
    }  # fmt: skip
