"""The sandbox as a process of its own: it tells its address, ends in order, and forgets nothing when killed."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
import requests

from tests.integrations.sandbox.client import TOKEN, Client, until

ROOT = Path(__file__).parents[3]
Starter = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Starter]:
    children: list[subprocess.Popen[str]] = []

    def starts(*words: str, data: Path = tmp_path / "account") -> subprocess.Popen[str]:
        argv = [sys.executable, "-m", "integrations.zendesk.sandbox", "--data", str(data), *words]
        child = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        children.append(child)
        return child

    yield starts
    for child in children:
        child.kill()
        child.communicate()


def address(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    line = child.stdout.readline()
    found = re.fullmatch(r"Zendesk sandbox on (http://127\.0\.0\.1:\d+)\n", line)
    assert found is not None, line
    return found[1]


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_it_tells_its_address_and_ends_in_order(start: Starter, name: signal.Signals) -> None:
    child = start("--port", "0", "--token", TOKEN)
    assert Client(address(child)).read("/users/me")["user"]["role"] == "admin"
    child.send_signal(name)
    assert child.wait(15) == 0


def test_a_kill_loses_nothing_that_was_answered(start: Starter) -> None:
    child = start("--port", "0", "--token", TOKEN)
    box = Client(address(child))
    box.ticket()
    box.change(1, comment={"body": "Said before the end"}, tags=["kept"])
    os.kill(child.pid, signal.SIGKILL)
    child.wait(15)
    again = Client(address(start("--port", "0")))
    assert again.read("/tickets/1")["ticket"]["tags"] == ["kept"]
    assert [row["body"] for row in again.read("/tickets/1/comments")["comments"]][-1] == "Said before the end"
    assert again.ticket()["id"] == 2
    assert [line["status"] for line in again.journal()][:2] == [201, 200]


def test_a_kill_in_the_middle_of_writes_leaves_each_change_whole_or_not_there(start: Starter, tmp_path: Path) -> None:
    child = start("--port", "0", "--token", TOKEN, "--world", "demo", "--traffic", "6000")
    box = Client(address(child))
    answered: list[tuple[int, str]] = []

    def write(hand: int) -> None:
        number = 0
        with suppress(requests.RequestException):
            while True:
                number += 1
                ticket, body = 1 + (hand + 4 * number) % 40, f"said {hand} {number}"
                if box.ask("PUT", f"/tickets/{ticket}", {"ticket": {"comment": {"body": body}}}).ok:
                    answered.append((ticket, body))

    hands = [threading.Thread(target=write, args=(hand,)) for hand in range(4)]
    for hand in hands:
        hand.start()
    until(lambda: len(answered) >= 40)
    os.kill(child.pid, signal.SIGKILL)
    child.wait(15)
    for hand in hands:
        hand.join(30)
    box = Client(address(start("--port", "0", "--world", "demo")))
    with closing(sqlite3.connect(tmp_path / "account" / "sandbox.sqlite3")) as db:
        assert db.execute("pragma integrity_check").fetchone() == ("ok",)
        kept = db.execute("select ticket_id, text from comments where text like 'said %'").fetchall()
        alone = db.execute("select count(*) from comments where audit_id not in (select id from audits)").fetchone()
    assert set(answered) <= set(kept)
    assert len(kept) == len(set(kept))
    assert alone == (0,)
    told = [note["id"] for line in box.journal() if line["method"] == "PUT" for note in line["committed"]
            if "comment" in note["changed"]]  # fmt: skip
    assert Counter(told) == Counter(ticket for ticket, _ in kept), "the journal tells the very changes that are there"
    found = box.read("/search/count", query=f'type:ticket comment:"{answered[-1][1]}"')["count"]
    assert found >= 1, "the word indexes came through, too"


def test_a_plan_of_faults_in_a_file_holds_from_the_start(start: Starter, tmp_path: Path) -> None:
    plan = tmp_path / "faults.json"
    plan.write_text('{"seed": 7, "faults": [{"kind": "status", "status": 503, "times": 2}]}')
    box = Client(address(start("--port", "0", "--token", TOKEN, "--faults", str(plan))))
    assert [box.ask("GET", "/tickets").status_code for _ in range(3)] == [503, 503, 200]


def test_a_plan_that_cannot_be_is_told_in_words(start: Starter, tmp_path: Path) -> None:
    plan = tmp_path / "faults.json"
    plan.write_text('{"faults": [{"kind": "fire"}]}')
    child = start("--port", "0", "--faults", str(plan))
    _, words = child.communicate(timeout=30)
    assert child.returncode == 1
    assert "kind must be one of" in words
    assert "Traceback" not in words


def test_without_a_token_one_is_made_for_its_owner_alone(start: Starter, tmp_path: Path) -> None:
    url = address(start("--port", "0"))
    path = tmp_path / "account" / "token"
    assert path.stat().st_mode & 0o777 == 0o600
    assert Client(url, token=path.read_text().strip()).read("/users/me")


def test_a_taken_port_is_told_in_words(start: Starter) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        child = start("--port", str(port))
        _, words = child.communicate(timeout=15)
    assert child.returncode == 1
    assert f"127.0.0.1:{port} is taken" in words
    assert "Traceback" not in words


def test_a_held_folder_is_told_in_words(start: Starter) -> None:
    address(start("--port", "0"))
    second = start("--port", "0")
    _, words = second.communicate(timeout=15)
    assert second.returncode == 1
    assert "Talk to it over HTTP, or stop it first" in words
    assert "Traceback" not in words
