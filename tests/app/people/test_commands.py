"""`flask user`, as it is typed: on an empty home, with bad input, and never showing what it should not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from app.audit.model import AuditEntry
from app.cli import register_commands
from app.db import db
from app.people.commands import user
from app.people.model import Role, User
from app.people.passwords import matches

GOOD = "seven-lamps-in-the-harbour"
ROOT = Path(__file__).resolve().parents[3]


def flask_user(office: Flask, *words: str, typed: str = "") -> tuple[int, str]:
    """Its exit status and what it said. What the test has read is let go of first, as a lock of its own."""
    db.session.rollback()
    register_commands(office, {})
    done = office.test_cli_runner().invoke(user, words, input=typed)
    return done.exit_code, done.output


def the(email: str) -> User:
    db.session.expire_all()
    return db.session.scalars(select(User).where(User.email == email)).one()


def test_a_person_is_added_with_a_password_from_a_pipe(office: Flask) -> None:
    asked = ("add", "Kim@Example.com", "--name", "김하늘", "--role", "ops_manager", "--password-stdin")
    code, said = flask_user(office, *asked, typed=f"{GOOD}\n")
    assert (code, GOOD in said) == (0, False), said
    person = the("kim@example.com")
    assert (person.name, person.role, person.language) == ("김하늘", Role.ops_manager, "ko")
    assert matches(person.password_hash, GOOD)
    assert "create" in db.session.scalars(select(AuditEntry.verb)).all()


def test_without_a_terminal_a_password_is_made_and_told_once(lone_office: Flask) -> None:
    code, said = flask_user(lone_office, "add", "kim@example.com")
    assert code == 0, said
    told = said.strip().splitlines()[-1].split()[-1]
    assert matches(the("kim@example.com").password_hash, told)


@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        (("add", "nonsense", "--make-password"), "", "no e-mail address"),
        (("add", "kim@example.com", "--role", "king"), "", "king"),
        (("add", "kim@example.com", "--language", "fr"), "", "fr"),
        (("add", "kim@example.com", "--password-stdin"), "short\n", "12 characters"),
        (("add", "kim@example.com", "--password-stdin"), "", "12 characters"),
        (("reset", "nobody@example.com", "--make-password"), "", "There is no"),
    ],
)
def test_bad_input_is_a_plain_error(lone_office: Flask, words: tuple[str, ...], typed: str, said: str) -> None:
    code, told = flask_user(lone_office, *words, typed=typed)
    assert code != 0
    assert said in told
    assert "Traceback" not in told
    assert db.session.scalars(select(User)).all() == []


def test_the_same_person_twice_is_refused(lone_office: Flask) -> None:
    flask_user(lone_office, "add", "kim@example.com", "--make-password")
    code, said = flask_user(lone_office, "add", "KIM@example.com", "--make-password")
    assert (code, "flask user reset" in said) == (1, True)


def test_people_are_listed(lone_office: Flask) -> None:
    flask_user(lone_office, "add", "kim@example.com", "--name", "김하늘", "--role", "finance", "--make-password")
    person = the("kim@example.com")
    person.is_enabled = False
    db.session.commit()
    assert flask_user(lone_office, "list") == (0, "kim@example.com\t김하늘\tFinance\tdisabled\n")


def test_a_reset_changes_the_password_and_ends_the_sessions(office: Flask) -> None:
    flask_user(office, "add", "kim@example.com", "--make-password")
    epoch = the("kim@example.com").session_epoch
    code, _ = flask_user(office, "reset", "kim@example.com", "--password-stdin", typed=f"{GOOD}\n")
    assert code == 0
    assert matches(the("kim@example.com").password_hash, GOOD)
    assert the("kim@example.com").session_epoch == epoch + 1


def test_help_is_there_without_an_app() -> None:
    for words in (["--help"], ["add", "--help"], ["list", "--help"], ["reset", "--help"]):
        done = CliRunner().invoke(user, words)
        assert (done.exit_code, "Usage:" in done.output) == (0, True)


def test_an_empty_home_is_migrated_first(tmp_path: Path) -> None:
    """As a real process, with nothing but a folder's name."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("OPSROOM_", "ZENDESK_"))}
    env = {**env, "OPSROOM_HOME": str(tmp_path / "home"), "LC_ALL": "C.UTF-8"}
    for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL"):
        env.pop(name, None)
    words = [sys.executable, "-m", "flask", "user", "add", "kim@example.com", "--password-stdin"]
    done = subprocess.run(
        words, check=False, cwd=ROOT, env=env, input=f"{GOOD}\n", capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "Added kim@example.com as agent" in done.stdout
