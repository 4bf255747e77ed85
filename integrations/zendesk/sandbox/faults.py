"""Cruelty on demand: replies delayed, cut, slowed or replaced, before or after the commit, and webhooks gone wrong."""

import fnmatch
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec

from .shape import Json, decode

When = Literal["before", "after"]
KINDS = ("delay", "cut", "status", "429", "409", "slow", "webhook")
MODES = ("drop", "double", "delay", "badly_signed", "reorder")
CONFLICTS = ("DatabaseConflict", "UpdateConflict")
LONGEST = 120.0
KEYS = frozenset({
    "kind", "method", "path", "when", "seconds", "status", "times", "probability", "seed", "mode", "error",
})  # fmt: skip


_CHOICES: dict[str, tuple[str, tuple[str, ...]]] = {
    "kind": ("", KINDS), "when": ("before", ("before", "after")), "mode": ("drop", MODES),
    "error": (CONFLICTS[0], CONFLICTS),
}  # fmt: skip


class FaultInvalid(Exception):
    """A fault that cannot be: the words say which key and what may stand there."""


@dataclass(slots=True)
class Fault:
    """`times` counts down and None means for ever; `path` may hold * for any text; `error` names a 409.

    `seconds` is for delay and slow, and the Retry-After of a 429 or a status.
    """

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
    error: str = CONFLICTS[0]
    hits: int = 0
    dice: random.Random = field(default_factory=random.Random)

    def told(self) -> Json:
        names = ("kind", "method", "path", "when", "seconds", "status", "times", "probability", "seed", "mode", "error",
                 "hits")  # fmt: skip
        return {name: getattr(self, name) for name in names}


class Plan:
    """The faults in force, in the order they were set. Used by many threads at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, rows: object, seed: object = None) -> None:
        """All of them or none. With the plan's `seed` each fault without its own gets one that follows from it."""
        if not isinstance(rows, list):
            raise FaultInvalid("faults must be a list of objects")
        if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
            raise FaultInvalid("seed must be a whole number")
        made = [_made(row, None if seed is None else _seed_of(seed, place)) for place, row in enumerate(rows)]
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


def read(path: Path) -> tuple[object, object]:
    """The faults and the seed of a plan in a file: {"seed": 7, "faults": [...]}, or the list alone."""
    try:
        body = decode(path.read_bytes())
    except OSError as wrong:
        raise FaultInvalid(f"{path} cannot be read: {wrong.strerror}") from wrong
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as wrong:
        raise FaultInvalid(f"{path} is no JSON: {wrong}") from wrong
    if isinstance(body, dict):
        return body.get("faults"), body.get("seed")
    return body, None


def _seed_of(seed: int, place: int) -> int:
    return random.Random(f"{seed} {place}").getrandbits(32)  # noqa: S311 - a repeatable plan, not a secret


def _made(row: object, seed: int | None) -> Fault:
    if not isinstance(row, dict):
        raise FaultInvalid("each fault must be an object")
    unknown = sorted(set(map(str, row)) - KEYS)
    if unknown:
        raise FaultInvalid(f"{', '.join(unknown)}: no such key; a fault has {', '.join(sorted(KEYS))}")
    chosen = {key: str(row.get(key, default)) for key, (default, _) in _CHOICES.items()}
    for key, (_, allowed) in _CHOICES.items():
        if chosen[key] not in allowed:
            raise FaultInvalid(f"{key} must be one of {', '.join(allowed)}")
    if chosen["kind"] == "slow" and chosen["when"] == "before":
        raise FaultInvalid("a slow body needs when: after")
    fault = _numbered(row, chosen, seed)
    if fault.times is not None and fault.times < 1:
        raise FaultInvalid("times must be from 1, or null for ever")
    if not 0 <= fault.seconds <= LONGEST or not 100 <= fault.status <= 599 or not 0 <= fault.probability <= 1:
        raise FaultInvalid(f"seconds must be 0 to {LONGEST:.0f}, status 100 to 599, probability 0 to 1")
    fault.dice = random.Random(fault.seed)  # noqa: S311 - a repeatable plan, not a secret
    return fault


def _numbered(row: Json, chosen: dict[str, str], seed: int | None) -> Fault:
    try:
        times = row.get("times", 1)
        own_seed = row.get("seed", seed)
        return Fault(
            method=str(row.get("method", "*")).upper(), path=str(row.get("path", "*")),
            seconds=float(row.get("seconds", 0)), status=int(row.get("status", 503)),
            times=None if times is None else int(times), probability=float(row.get("probability", 1)),
            seed=None if own_seed is None else int(own_seed), **chosen,  # type: ignore[arg-type]
        )  # fmt: skip
    except (TypeError, ValueError) as wrong:
        raise FaultInvalid(f"seconds, status, times, probability and seed must be numbers: {wrong}") from wrong
