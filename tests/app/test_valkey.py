"""The home's own Valkey, for real: behind its password, and with its memory on disk."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
import redis

from app.valkey import NoValkey, answers, command, home_redis_url, program, running


def test_it_answers_who_knows_the_homes_password_and_nobody_else(tmp_path: Path) -> None:
    with running(tmp_path) as url:
        assert url == home_redis_url(tmp_path)
        assert answers(url)
        stranger = redis.Redis.from_url(f"redis://{url.rpartition('@')[2]}")
        with closing(stranger), pytest.raises(redis.AuthenticationError):
            stranger.ping()
    assert not answers(url)


def test_what_was_told_survives_a_restart(tmp_path: Path) -> None:
    with running(tmp_path) as url, closing(redis.Redis.from_url(url)) as client:
        client.set("kept", "yes")
    with running(tmp_path) as url, closing(redis.Redis.from_url(url)) as client:
        assert client.get("kept") == b"yes"


def test_its_port_is_kept_and_left_when_somebody_else_has_it(tmp_path: Path) -> None:
    first = home_redis_url(tmp_path)
    assert home_redis_url(tmp_path) == first
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", int(first.rpartition(":")[2].partition("/")[0])))
        with running(tmp_path) as url:
            assert url != first
            assert home_redis_url(tmp_path) == url


def test_an_orphan_on_the_same_folder_is_stopped_first(tmp_path: Path) -> None:
    orphan = subprocess.Popen(command(tmp_path), stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 10
    try:
        while not answers(home_redis_url(tmp_path)):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        with running(tmp_path) as url:
            assert answers(url)
            assert orphan.wait(10) == 0
    finally:
        orphan.send_signal(signal.SIGKILL)
        orphan.wait()


def test_only_its_owner_reads_its_files(tmp_path: Path) -> None:
    command(tmp_path)
    assert (tmp_path / "valkey").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "valkey" / "valkey.conf").stat().st_mode & 0o777 == 0o600


def a_server_that_calls_itself(version: str, folder: Path) -> None:
    folder.mkdir()
    server = folder / "redis-server"
    server.write_text(f"#!{sys.executable}\nprint('Redis server v={version} sha=00000000:0 malloc=libc bits=64')\n")
    server.chmod(0o755)


@pytest.mark.parametrize(("version", "taken"), [("5.0.14", False), ("6.0.16", False), ("6.2.0", True), ("7.2.4", True)])
def test_a_server_of_the_machine_is_taken_when_it_is_new_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, taken: bool
) -> None:
    a_server_that_calls_itself(version, tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}/nowhere")
    assert (program() == tmp_path / "bin" / "redis-server") is taken


def test_one_that_cannot_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_server_that_calls_itself("7.2.4", tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}/nowhere")
    with pytest.raises(NoValkey, match="malloc=libc"), running(tmp_path):
        pass
