"""`flask` lists and refuses in plain words, whatever the settings; every command brings an empty home up first."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from app.settings import Settings, home_secret
from app.supervisor import stages
from integrations.zendesk.sandbox.cli import arguments

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = ("db", "demo", "rules", "user", "zendesk")


def flask(home: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    ours = ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ZENDESK_", "OPSROOM_")
    env = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return subprocess.run(
        [sys.executable, "-m", "flask", *words],
        cwd=ROOT,
        env={**env, "OPSROOM_HOME": str(home), "LANG": "C.UTF-8", **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("environ", [{}, {"SECRET_KEY": "short"}], ids=["whole", "half-set"])
def test_all_commands_are_listed(tmp_path: Path, environ: dict[str, str]) -> None:
    listed = flask(tmp_path, "--help", **environ)
    assert listed.returncode == 0
    assert [name for name in COMMANDS if f"\n  {name} " in listed.stdout] == list(COMMANDS)
    assert "Traceback" not in listed.stderr


@pytest.mark.parametrize("words", [("user", "list"), ("db", "upgrade"), ("rules", "export"), ("zendesk", "sync")])
def test_half_set_settings_are_refused_in_plain_words(tmp_path: Path, words: tuple[str, ...]) -> None:
    refused = flask(tmp_path, *words, SECRET_KEY="short")
    assert refused.returncode != 0
    assert "SECRET_KEY is weak" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_command_migrates_an_empty_home_first(tmp_path: Path) -> None:
    listed = flask(tmp_path / "new", "user", "list")
    assert listed.returncode == 0, listed.stderr
    assert (tmp_path / "new" / "opsroom.sqlite3").exists()


def test_the_web_does_not_start_half_set(tmp_path: Path) -> None:
    started = subprocess.run(
        [sys.executable, "-c", "from wsgi import create_app; create_app()"],
        cwd=ROOT,
        env={**os.environ, "OPSROOM_HOME": str(tmp_path), "SECRET_KEY": "short"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert started.returncode != 0
    assert "Opsroom cannot start" in started.stderr
    assert "Traceback" not in started.stderr


def test_the_sandbox_runs_until_it_is_asked_to_stop(tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("ZENDESK_", "OPSROOM_"))}
    with subprocess.Popen(
        [sys.executable, "-m", "flask", "zendesk", "sandbox", "--port", "0", "--world", "demo", "--tickets", "7"],
        cwd=ROOT,
        env={**env, "OPSROOM_HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    ) as sandbox:
        assert sandbox.stdout is not None
        told = sandbox.stdout.readline()
        url = told.split()[-1]
        try:
            health = requests.get(f"{url}/_sandbox/health", timeout=10).json()
            assert (health["tickets"], health["rules"]["run"]) == (7, True)
        finally:
            sandbox.send_signal(signal.SIGTERM)
        assert sandbox.wait(20) == 0
    assert (tmp_path / "sandbox" / "sandbox.sqlite3").exists()


def test_a_token_that_begins_with_a_dash_is_still_a_token(tmp_path: Path) -> None:
    """One in sixty-four did, and such a home never came up."""
    settings = replace(Settings.from_env({"OPSROOM_HOME": str(tmp_path)}), zendesk_token="-starts-like-an-option")
    sandbox = next(child for stage in stages(settings) for child in stage if child.name == "sandbox")
    read = arguments().parse_args(sandbox.argv[3:])
    assert read.token == "-starts-like-an-option"


def test_a_homes_own_secrets_begin_with_no_dash(tmp_path: Path) -> None:
    assert all(home_secret(tmp_path, f"secret{number}").isalnum() for number in range(100))
