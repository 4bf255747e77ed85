"""The children of one run: started in order, watched, restarted when they die, and none left behind.

A child and everything it starts carry a mark in their environment, and die with the run, whatever ends it: an orderly
stop goes stage by stage from the last to the first; a killed run is cleared up by its guard, a process of its own that
waits for the run's end; and a child asks the kernel for a SIGTERM when its parent is gone.
"""

from __future__ import annotations

import ctypes
import os
import secrets
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from app.words import Words, say

MARK = "OPSROOM_RUN"
LOOK_SECONDS = 0.1
PATIENCE_SECONDS = 60.0
GRACE_SECONDS = 10.0
GUARD_GRACE_SECONDS = 3.0
DEATHS, DEATHS_WITHIN_SECONDS = 5, 60.0
BACK_OFF_SECONDS = (0.2, 1.0, 2.0, 4.0)
LAST_LINES = 15
LOG_BYTES = 5_000_000
IMPATIENT = 2
PR_SET_PDEATHSIG = 1
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Child:
    """`ready` is asked again and again until it says yes; whatever OSError it raises means not yet. `once`: it works to
    its end, speaks to the terminal, and is not restarted. `patience` are the seconds it may take to be ready (or to
    end), `grace` those between being asked to stop and being killed."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] | None = None
    once: bool = False
    patience: float = PATIENCE_SECONDS
    grace: float = GRACE_SECONDS


class Stopped(Exception):
    """The run cannot go on."""

    def __init__(self, why: Words, last_lines: str = "") -> None:
        super().__init__(f"{why}\n{last_lines}" if last_lines else str(why))


class AskedToStop(Exception):
    """Somebody pressed Ctrl-C or sent a signal."""


class Crew:
    """`stages` are started one after the other, the children of one stage together. `tell` prints a line for people.
    Children's output goes to `logs`/NAME.log, and to `tell` as well when `verbose`. Who asks twice is not kept
    waiting: all are killed."""

    def __init__(
        self, stages: Sequence[Sequence[Child]], *, logs: Path, tell: Callable[[str], None], verbose: bool = False
    ) -> None:
        self._stages = stages
        self._logs = logs
        self._tell = tell
        self._verbose = verbose
        self._run = secrets.token_hex(8)
        self._asked = 0
        self._posts: list[list[_Post]] = []

    def work(self, when_ready: Callable[[], None]) -> int:
        """Runs until it is asked to stop (0), or cannot go on (1)."""
        self._logs.mkdir(parents=True, exist_ok=True)
        with _guard(self._run), self._signals():
            try:
                for stage in self._stages:
                    self._start(stage)
                when_ready()
                while True:
                    self._look()
            except AskedToStop:
                self._tell(str(say("멈추는 중입니다.", "Stopping.")))
                return 0
            except Stopped as stopped:
                self._tell(f"✗ {stopped}")
                return 1
            finally:
                self._stop()

    def _start(self, stage: Sequence[Child]) -> None:
        posts = [_Post(child, self._logs / f"{child.name}.log", self._run) for child in stage]
        self._posts.append(posts)
        for post in posts:
            post.start()
        for post in posts:
            deadline = time.monotonic() + post.child.patience
            while not post.is_ready():
                if time.monotonic() > deadline:
                    late = say("{name}: {limit}초 안에 준비되지 않았습니다.", "{name}: not ready within {limit} s.")
                    raise Stopped(late.fill(name=post.child.name, limit=post.child.patience), post.last_lines())
                self._look()
        self._tell(f"  ✓ {', '.join(post.child.name for post in posts)}")

    def _look(self) -> None:
        """One round over all children, and a short rest. Raises AskedToStop or Stopped."""
        for post in (post for stage in self._posts for post in stage):
            if self._verbose:
                for line in post.new_lines():
                    self._tell(f"{post.child.name:>12} │ {line}")
            self._mourn(post)
        if self._asked:
            raise AskedToStop
        time.sleep(LOOK_SECONDS)

    def _mourn(self, post: _Post) -> None:
        death = post.death()
        if death is None:
            return
        told = {"name": post.child.name, "death": death, "deaths": len(post.deaths)}
        if post.child.once:
            raise Stopped(
                say("{name}: 끝내지 못했습니다 ({death}).", "{name} did not get through ({death}).").fill(**told)
            )
        if len(post.deaths) >= DEATHS:
            keeps_dying = say(
                "{name}: 1분 안에 {deaths}번 멈추어({death}) 모두 종료합니다.",
                "{name} died {deaths} times within a minute ({death}), so everything stops.",
            )
            raise Stopped(keeps_dying.fill(**told), post.last_lines())
        died = say("{name}: 멈추어({death}) 다시 시작합니다.", "{name} died ({death}) and is started again.")
        self._tell(f"! {died.fill(**told)}\n{post.last_lines()}")

    def _stop(self) -> None:
        for stage in reversed(self._posts):
            for post in stage:
                post.ask_to_stop()
            deadlines = {post: time.monotonic() + post.child.grace for post in stage}
            while any(post.is_alive() for post in stage) and self._asked < IMPATIENT:
                late = [post for post in stage if post.is_alive() and time.monotonic() > deadlines[post]]
                for post in late:
                    killed = say("{name}: 응답이 없어 강제로 종료합니다.", "{name} does not stop, so it is killed.")
                    self._tell(f"! {killed.fill(name=post.child.name)}")
                    post.kill()
                time.sleep(LOOK_SECONDS / 2)
            for post in stage:
                post.kill()

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def asked(_number: int, _frame: FrameType | None) -> None:
            self._asked += 1

        # nohup ignores SIGHUP on purpose; a shell's & ignores SIGINT without anybody having wished so
        hung_up = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
        heeded = [number for number in STOPPING if not (hung_up and number == signal.SIGHUP)]
        before = {number: signal.signal(number, asked) for number in heeded}
        try:
            yield
        finally:
            for number, was in before.items():
                signal.signal(number, was)


class _Post:
    """The place of one child: the process that fills it now, and how often it fell."""

    def __init__(self, child: Child, log: Path, run: str) -> None:
        self.child = child
        self.log = log
        self.deaths: deque[float] = deque()
        self._mark = f"{run}/{child.name}/"
        self._process: subprocess.Popen[bytes] | None = None
        self._restart_at: float | None = None
        self._started_from = 0
        self._read_to = 0
        if log.exists() and log.stat().st_size > LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))

    def start(self) -> None:
        self._restart_at = None
        with self.log.open("ab") as log:
            self._started_from = self._read_to = max(self._read_to, log.tell())
            out = None if self.child.once else log
            self._process = subprocess.Popen(
                self.child.argv,
                env={**os.environ, **self.child.env, MARK: self._mark},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 a run has one thread
            )

    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def is_ready(self) -> bool:
        if self.child.once:
            return self._process is not None and self._process.poll() == 0
        if not self.is_alive():
            return False
        if self.child.ready is None:
            return True
        try:
            return self.child.ready()
        except OSError:
            return False

    def death(self) -> str | None:
        """How it died, once; starts it again when its time has come."""
        if self._restart_at is not None:
            if time.monotonic() >= self._restart_at:
                self.start()
            return None
        if self._process is None or self._process.poll() is None or (self.child.once and self._process.returncode == 0):
            return None
        self.kill()
        now = time.monotonic()
        self.deaths.append(now)
        while now - self.deaths[0] > DEATHS_WITHIN_SECONDS:
            self.deaths.popleft()
        self._restart_at = now + BACK_OFF_SECONDS[min(len(self.deaths), len(BACK_OFF_SECONDS)) - 1]
        code = self._process.returncode
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit {code}"

    def ask_to_stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def kill(self) -> None:
        """Ends it at once with everything it started."""
        if self._process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for pid in _marked(self._mark):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()

    def last_lines(self) -> str:
        """What it said last, since it was last started."""
        if self.child.once or not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(self._started_from)
            lines = log.read().decode(errors="replace").splitlines()[-LAST_LINES:]
        return "\n".join(f"    {line}" for line in [*lines, f"({self.log})"])

    def new_lines(self) -> list[str]:
        """Whole lines written since the last question."""
        if self.child.once or not self.log.exists():
            return []
        with self.log.open("rb") as log:
            log.seek(self._read_to)
            text, newline, _ = log.read().rpartition(b"\n")
        self._read_to += len(text) + len(newline)
        return text.decode(errors="replace").splitlines()


@contextmanager
def _guard(run: str) -> Iterator[None]:
    """A process of its own that outlives this one by a moment: at the end of the block, or when this process is
    killed, it ends whatever still carries the run's mark. It holds what this process holds (the home's lock) until
    then."""
    reading, writing = os.pipe()
    guard = os.fork()
    if guard == 0:
        try:
            os.close(writing)
            os.setsid()
            for number in STOPPING:
                signal.signal(number, signal.SIG_IGN)
            os.read(reading, 1)
            _clear(f"{run}/")
        finally:
            os._exit(0)
    os.close(reading)
    try:
        yield
    finally:
        os.close(writing)
        os.waitpid(guard, 0)


def _clear(run: str) -> None:
    """Asks all that carry the mark to stop, and kills what is left after a while."""
    kill_at = time.monotonic() + GUARD_GRACE_SECONDS
    give_up_at = kill_at + GRACE_SECONDS
    asked: set[int] = set()
    while (left := _marked(run)) and time.monotonic() < give_up_at:
        killing = time.monotonic() > kill_at
        for pid in left if killing else left - asked:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL if killing else signal.SIGTERM)
        asked |= left
        time.sleep(LOOK_SECONDS / 2)


def _marked(mark: str) -> set[int]:
    """The living processes whose mark begins so. Knows none where the kernel shows no environments (macOS)."""
    wanted = f"\0{MARK}={mark}".encode()
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if wanted in b"\0" + (entry / "environ").read_bytes() and int(entry.name) != os.getpid():
                found.add(int(entry.name))
    return found


def _die_with_parent() -> None:
    """Asks the kernel for a SIGTERM when the run is killed (Linux; elsewhere the guard is alone)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
