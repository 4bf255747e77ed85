"""A crew of tiny real children: started in order, watched, restarted, and none left behind."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.marked import DEADLINE_SECONDS, MarkedRun

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for left processes in /proc")

CREW = """
import json, pathlib, sys
from app.children import Child, Crew
from app.words import speak
speak("en")
home = pathlib.Path(sys.argv[1])
def child(name, code, ready_file=None, **more):
    ready = (lambda: (home / ready_file).exists()) if ready_file else None
    return Child(name, (sys.executable, "-c", code, str(home)), ready=ready, **more)
stages = [[child(**row) for row in stage] for stage in json.loads(sys.argv[2])]
crew = Crew(stages, logs=home / "logs", tell=lambda line: print(line, flush=True), verbose="--verbose" in sys.argv)
sys.exit(crew.work(lambda: print("all ready", flush=True)))
"""
# Writes down when it starts and when it is asked to stop.
DIARY = """
import pathlib, signal, sys, time
diary = pathlib.Path(sys.argv[1]) / "diary"
def note(word):
    with diary.open("a") as page: page.write(word + "\\n")
def stop(*_):
    note("NAME stopped"); sys.exit(0)
signal.signal(signal.SIGTERM, stop)
note("NAME started")
(pathlib.Path(sys.argv[1]) / "NAME.ready").touch()
time.sleep(600)
"""
# Does not heed SIGTERM, and has a child of its own in another session, which does not either.
STUBBORN = """
import os, pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
(pathlib.Path(sys.argv[1]) / f"stubborn.{os.getpid()}").touch()
time.sleep(600)
"""


class Run(MarkedRun):
    """One crew in a process of its own."""

    def __init__(self, home: Path, stages: list[list[dict[str, object]]], *flags: str) -> None:
        super().__init__([sys.executable, "-c", CREW, str(home), json.dumps(stages), *flags], home / "out", {})
        self.home = home

    def diary(self) -> list[str]:
        page = self.home / "diary"
        return page.read_text().split("\n")[:-1] if page.exists() else []


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def crew(home: Path) -> Iterator[Callable[..., Run]]:
    runs: list[Run] = []

    def start(stages: list[list[dict[str, object]]], *flags: str) -> Run:
        runs.append(Run(home, stages, *flags))
        return runs[-1]

    yield start
    for run in runs:
        run.clear_up()


def keeps_a_diary(name: str, **more: object) -> dict[str, object]:
    return {"name": name, "code": DIARY.replace("NAME", name), "ready_file": f"{name}.ready", **more}


def says_ready(run: Run) -> bool:
    return "all ready" in run.told()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_children_start_in_order_and_stop_in_reverse_and_none_is_left(
    crew: Callable[..., Run], number: signal.Signals
) -> None:
    run = crew([[keeps_a_diary("first")], [keeps_a_diary("second")], [keeps_a_diary("third")]])
    run.until(lambda: says_ready(run))
    assert run.end(number) == 0
    assert run.diary() == [
        "first started",
        "second started",
        "third started",
        "third stopped",
        "second stopped",
        "first stopped",
    ]
    assert run.alive() == set()


def test_a_stubborn_child_is_killed_with_what_it_started(crew: Callable[..., Run], home: Path) -> None:
    run = crew([[{"name": "stubborn", "code": STUBBORN, "grace": 0.3}]])
    run.until(lambda: len(list(home.glob("stubborn.*"))) == 2)
    assert run.end(signal.SIGTERM) == 0
    assert "stubborn does not stop" in run.told()
    assert run.alive() == set()


def test_a_second_signal_does_not_wait(crew: Callable[..., Run], home: Path) -> None:
    run = crew([[{"name": "stubborn", "code": STUBBORN, "grace": 600}]])
    run.until(lambda: len(list(home.glob("stubborn.*"))) == 2)
    run.process.send_signal(signal.SIGINT)
    run.until(lambda: "Stopping" in run.told())
    assert run.end(signal.SIGINT) == 0
    assert run.alive() == set()


def test_a_killed_run_takes_its_children_and_theirs_along(crew: Callable[..., Run], home: Path) -> None:
    run = crew([[{"name": "stubborn", "code": STUBBORN}, keeps_a_diary("orderly")]])
    run.until(lambda: len(list(home.glob("stubborn.*"))) == 2 and says_ready(run))
    run.end(signal.SIGKILL)
    run.until(lambda: run.alive() == set())
    assert run.diary() == ["orderly started", "orderly stopped"]


def test_without_the_guard_a_killed_run_leaves_the_children_of_its_children(
    crew: Callable[..., Run], home: Path
) -> None:
    """The negative control of the test above."""
    run = crew([[{"name": "stubborn", "code": STUBBORN}]])
    run.until(lambda: len(list(home.glob("stubborn.*"))) == 2)
    own = {int(path.suffix[1:]) for path in home.glob("stubborn.*")}
    guards = run.alive() - own - {run.process.pid}
    assert len(guards) == 1
    os.kill(guards.pop(), signal.SIGKILL)
    run.end(signal.SIGKILL)
    run.until(lambda: run.alive() == own)


def test_a_child_that_dies_is_reported_with_its_last_lines_and_started_again(crew: Callable[..., Run]) -> None:
    once_only = DIARY.replace("NAME", "weak") + "\n"
    dies_first = (
        "import pathlib, sys\nseen = pathlib.Path(sys.argv[1]) / 'seen'\n"
        "if not seen.exists():\n    seen.touch(); print('the oil ran out'); sys.exit(7)\n"
    )
    run = crew([[{"name": "weak", "code": dies_first + once_only}]])
    run.until(lambda: run.diary() == ["weak started"])
    assert "weak died (exit 7)" in run.told()
    assert "the oil ran out" in run.told()
    assert run.end(signal.SIGINT) == 0


def test_a_killed_child_is_started_again_without_what_it_had_started(crew: Callable[..., Run], home: Path) -> None:
    run = crew([[{"name": "stubborn", "code": STUBBORN, "grace": 0.3}]])
    run.until(lambda: len(list(home.glob("stubborn.*"))) == 2)
    old = {int(path.suffix[1:]) for path in home.glob("stubborn.*")}
    os.kill(min(old), signal.SIGKILL)
    run.until(lambda: len(list(home.glob("stubborn.*"))) == 4)
    assert not old & run.alive()
    assert run.end(signal.SIGINT) == 0


def test_a_child_that_keeps_dying_stops_all_with_its_reason(crew: Callable[..., Run]) -> None:
    run = crew([[keeps_a_diary("sound")], [{"name": "broken", "code": "raise SystemExit('no such table: tickets')"}]])
    assert run.process.wait(DEADLINE_SECONDS) == 1
    assert "died 5 times within a minute (exit 1)" in run.told()
    assert "no such table: tickets" in run.told()
    assert run.diary() == ["sound started", "sound stopped"]
    assert run.alive() == set()


def test_a_step_that_fails_stops_all_before_the_next_begins(crew: Callable[..., Run]) -> None:
    failing = {"name": "prepare", "code": "raise SystemExit(3)", "once": True}
    run = crew([[keeps_a_diary("sound")], [failing], [keeps_a_diary("never")]])
    assert run.process.wait(DEADLINE_SECONDS) == 1
    assert "prepare did not get through (exit 3)" in run.told()
    assert run.diary() == ["sound started", "sound stopped"]


def test_a_child_that_is_never_ready_stops_all(crew: Callable[..., Run]) -> None:
    never = {"name": "slow", "code": "import time; time.sleep(600)", "ready_file": "never", "patience": 0.5}
    run = crew([[never]])
    assert run.process.wait(DEADLINE_SECONDS) == 1
    assert "slow: not ready within 0.5 s" in run.told()
    assert run.alive() == set()


def test_what_children_say_goes_to_their_logs_and_to_the_terminal_when_asked(
    crew: Callable[..., Run], home: Path
) -> None:
    talks = "import time; print('문을 열었습니다', flush=True); time.sleep(600)"
    run = crew([[{"name": "door", "code": talks}]], "--verbose")
    run.until(lambda: "door │ 문을 열었습니다" in run.told())
    assert (home / "logs" / "door.log").read_text() == "문을 열었습니다\n"
    assert run.end(signal.SIGINT) == 0


def test_without_asking_the_terminal_stays_quiet(crew: Callable[..., Run], home: Path) -> None:
    talks = "import time; print('문을 열었습니다', flush=True); time.sleep(600)"
    run = crew([[{"name": "door", "code": talks}]])
    run.until(lambda: says_ready(run) and (home / "logs" / "door.log").read_text() != "")
    assert run.end(signal.SIGINT) == 0
    assert "문을" not in run.told()
