"""A program started by a test, whose every process can be found again by a mark in its environment."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

DEADLINE_SECONDS = 20.0


class MarkedRun:
    """What it says is in `told()`. `end` and `until` give up after the deadline."""

    def __init__(
        self, argv: Sequence[str], out: Path, env: Mapping[str, str], *, deadline: float = DEADLINE_SECONDS
    ) -> None:
        self.mark = token_hex(8)
        self.out = out
        self.deadline = deadline
        with out.open("wb") as told:
            self.process = subprocess.Popen(
                argv,
                env={**os.environ, "TEST_MARK": self.mark, "LANG": "C", "PYTHONUNBUFFERED": "1", **env},
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=told,
            )

    def told(self) -> str:
        return self.out.read_text()

    def alive(self) -> set[int]:
        """The processes that are left of it, itself included. A dead one that nobody has buried yet counts as gone."""
        wanted = f"\0TEST_MARK={self.mark}\0".encode()
        found = set()
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if wanted in b"\0" + (entry / "environ").read_bytes():
                    found.add(int(entry.name))
        return found

    def argv_of(self, pid: int) -> str:
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            return ""

    def until(self, true: Callable[[], bool]) -> None:
        deadline = time.monotonic() + self.deadline
        while not true():
            assert time.monotonic() < deadline, self.told()
            time.sleep(0.02)

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(self.deadline)

    def clear_up(self) -> None:
        for pid in self.alive():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(self.deadline)
