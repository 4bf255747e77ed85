"""Cruelty on demand: answers delayed, cut or replaced, before or after the refund is booked, webhooks spoilt."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass, replace
from typing import Any

# What becomes of a request for a refund …
DELAY, CUT, STATUS, DECLINED, PENDING = "delay", "cut", "status", "declined", "pending"
# … and of the webhook that tells of it.
DROP, DOUBLE, EARLY, BADLY_SIGNED = "drop", "double", "early", "badly_signed"
REQUESTS, RINGS = (DELAY, CUT, STATUS, DECLINED, PENDING), (DROP, DOUBLE, EARLY, BADLY_SIGNED)
BEFORE, AFTER = "before", "after"
LONGEST_SECONDS = 60.0


class FaultInvalid(Exception):
    """A fault that cannot be; the words say what may stand there."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`when` it strikes: before the refund is booked, or after; `times` counts down. `method` is POST or GET."""

    kind: str
    when: str = BEFORE
    seconds: float = 0.0
    status: int = 503
    times: int = 1
    method: str = "POST"

    @classmethod
    def of(cls, row: object) -> Fault:
        if not isinstance(row, dict) or set(row) - set(cls.__slots__):
            raise FaultInvalid(f"a fault is an object of {', '.join(cls.__slots__)}")
        try:
            fault = cls(**row)
            numbers = float(fault.seconds) <= LONGEST_SECONDS and 500 <= int(fault.status) <= 599 and fault.times > 0
        except (TypeError, ValueError) as wrong:
            raise FaultInvalid("seconds, status and times are numbers, and a kind is needed") from wrong
        if fault.kind not in REQUESTS + RINGS or fault.when not in {BEFORE, AFTER}:
            raise FaultInvalid(f"kind is one of {', '.join(REQUESTS + RINGS)}; when is before or after")
        if not numbers or fault.method not in {"GET", "POST"}:
            raise FaultInvalid("seconds up to 60, status 500 to 599, times from 1, method GET or POST")
        return fault


class Plan:
    """The faults in force, in the order they were set. Used by many threads at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, rows: object) -> None:
        """All of them or none."""
        made = [Fault.of(row) for row in (rows if isinstance(rows, list) else [rows])]
        with self._lock:
            self._faults += made

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def told(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(fault) for fault in self._faults]

    def draw(self, method: str, *kinds: str, when: str | None = None) -> Fault | None:
        """The first fault of these kinds, used up by one of its times."""
        with self._lock:
            for at, fault in enumerate(self._faults):
                if fault.kind in kinds and fault.method == method and when in {None, fault.when}:
                    self._faults[at : at + 1] = [replace(fault, times=fault.times - 1)] if fault.times > 1 else []
                    return fault
        return None
