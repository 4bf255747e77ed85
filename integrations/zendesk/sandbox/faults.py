"""Cruelty on demand: replies delayed, cut, slowed or replaced, before or after the commit, and webhooks gone wrong."""

import fnmatch
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from .shape import Json

When = Literal["before", "after"]
KINDS = ("delay", "cut", "status", "429", "slow", "webhook")
MODES = ("drop", "double", "delay", "badly_signed", "reorder")
LONGEST = 120.0


class FaultInvalid(Exception):
    """A fault that cannot be: the words say which key and what may stand there."""


@dataclass(slots=True)
class Fault:
    """`times` counts down and None means for ever; `path` may hold * for any text; `seconds` is for delay and slow."""

    kind: str
    method: str = "*"
    path: str = "*"
    when: str = "before"
    seconds: float = 0.0
    status: int = 503
    times: int | None = 1
    probability: float = 1.0
    seed: int | None = None
    mode: str = "drop"
    hits: int = 0
    dice: random.Random = field(default_factory=random.Random)

    def told(self) -> Json:
        names = ("kind", "method", "path", "when", "seconds", "status", "times", "probability", "seed", "mode", "hits")
        return {name: getattr(self, name) for name in names}


class Plan:
    """The faults in force, in the order they were set. Used by many threads at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, rows: object) -> None:
        """All of them or none."""
        if not isinstance(rows, list):
            raise FaultInvalid("faults must be a list of objects")
        made = [_made(row) for row in rows]
        with self._lock:
            self._faults += made

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def told(self) -> list[Json]:
        with self._lock:
            return [fault.told() for fault in self._faults]

    def draw(self, method: str, path: str, when: When) -> Fault | None:
        """The first fault that hits this request at this moment; drawing it uses one of its times."""
        path = path.removesuffix(".json")
        return self._draw(
            lambda fault: (
                fault.kind != "webhook"
                and fault.when == when
                and fault.method in {"*", method}
                and fnmatch.fnmatchcase(path, fault.path.removesuffix(".json"))
            )
        )

    def draw_webhook(self, kind: str, *modes: str) -> Fault | None:
        """`kind` is the event type about to be delivered; a fault's path is matched against it."""
        return self._draw(
            lambda fault: fault.kind == "webhook" and fault.mode in modes and fnmatch.fnmatchcase(kind, fault.path)
        )

    def _draw(self, fits: Callable[[Fault], bool]) -> Fault | None:
        with self._lock:
            for fault in self._faults:
                if fault.times == 0 or not fits(fault):
                    continue
                if fault.probability < 1 and fault.dice.random() >= fault.probability:
                    continue
                fault.hits += 1
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None


def _made(row: object) -> Fault:
    if not isinstance(row, dict):
        raise FaultInvalid("each fault must be an object")
    kind = str(row.get("kind", ""))
    if kind not in KINDS:
        raise FaultInvalid(f"kind must be one of {', '.join(KINDS)}")
    when = str(row.get("when", "before"))
    mode = str(row.get("mode", "drop"))
    if when not in {"before", "after"}:
        raise FaultInvalid("when must be before or after")
    if mode not in MODES:
        raise FaultInvalid(f"mode must be one of {', '.join(MODES)}")
    try:
        times = row.get("times", 1)
        seed = row.get("seed")
        fault = Fault(
            kind=kind, method=str(row.get("method", "*")).upper(), path=str(row.get("path", "*")), when=when, mode=mode,
            seconds=float(row.get("seconds", 0)), status=int(row.get("status", 503)),
            times=None if times is None else int(times), probability=float(row.get("probability", 1)),
            seed=None if seed is None else int(seed),
        )  # fmt: skip
    except (TypeError, ValueError) as wrong:
        raise FaultInvalid(f"seconds, status, times, probability and seed must be numbers: {wrong}") from wrong
    if not 0 <= fault.seconds <= LONGEST or not 100 <= fault.status <= 599 or not 0 <= fault.probability <= 1:
        raise FaultInvalid(f"seconds must be 0 to {LONGEST:.0f}, status 100 to 599, probability 0 to 1")
    fault.dice = random.Random(fault.seed)  # noqa: S311 - a repeatable plan, not a secret
    return fault
