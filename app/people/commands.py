"""`flask user`: add, list and reset the people who sign in."""

from __future__ import annotations

import sys

import click
from sqlalchemy import select

from app import clock
from app.cli import terminal_language, with_office
from app.db import db
from app.desk.states import named
from app.errors import Refusal
from app.people.model import EMAIL, Role, User
from app.people.passwords import fresh, hashed, must_be_good
from app.words import LANGUAGES, say


@click.group("user")
def user() -> None:
    """The people who sign in."""


@user.command("add")
@click.argument("email")
@click.option("--name", help="As colleagues see it; the part before @ where it is left out.")
@click.option("--role", type=click.Choice([role.value for role in Role]), default="agent", show_default=True)
@click.option("--language", type=click.Choice(LANGUAGES), default="ko", show_default=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option(
    "--make-password",
    is_flag=True,
    help="Make a password and print it once, as is done where there is no terminal to ask.",
)
@with_office
def add(email: str, name: str | None, role: str, language: str, password_stdin: bool, make_password: bool) -> None:  # noqa: FBT001  click passes flags by name
    """Add a person. The password is asked for without being shown, unless one of its options is given."""
    email = email.strip().lower()
    name = (name or email.split("@")[0]).strip()
    if not EMAIL.fullmatch(email) or len(email) > 254:
        raise Refusal(say(f"이메일 주소가 아닙니다: {email}", f"That is no e-mail address: {email}"))
    if db.session.scalar(select(User.id).where(User.email == email)) is not None:
        raise Refusal(
            say(
                f"{email} 님은 이미 있습니다. 비밀번호를 바꾸려면 `flask user reset {email}`를 쓰세요.",
                f"{email} exists already. To change the password use `flask user reset {email}`.",
            )
        )
    made = make_password or not (password_stdin or sys.stdin.isatty())
    password = _password(password_stdin=password_stdin, made=made)
    must_be_good(password, email=email, name=name)
    db.session.add(
        User(
            email=email,
            name=name[:120],
            role=Role(role),
            language=language,
            password_hash=hashed(password),
            created_at=clock.now(),
        )
    )
    db.session.commit()
    click.echo(
        str(say(f"{email} 님을 {role}(으)로 더했습니다.", f"Added {email} as {role}.").in_language(terminal_language()))
    )
    _tell(password, made=made)


@user.command("list")
@with_office
def show() -> None:
    """Everybody, with role and state."""
    for person in db.session.scalars(select(User).order_by(User.email)):
        marks = [word for word, on in (("demo", person.is_demo), ("disabled", not person.is_enabled)) if on]
        role = named(person.role).words.in_language(terminal_language())
        click.echo(f"{person.email}\t{person.name}\t{role}\t{' '.join(marks)}".rstrip())


@user.command("reset")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option(
    "--make-password",
    is_flag=True,
    help="Make a password and print it once, as is done where there is no terminal to ask.",
)
@with_office
def reset(email: str, password_stdin: bool, make_password: bool) -> None:  # noqa: FBT001  click passes flags by name
    """A new password for a person; all sessions of theirs end."""
    email = email.strip().lower()
    person = db.session.scalar(select(User).where(User.email == email))
    if person is None:
        raise Refusal(say(f"{email} 님이 없습니다.", f"There is no {email}."))
    # The prompt waits for a person: no transaction is held open meanwhile.
    name = person.name
    db.session.rollback()
    made = make_password or not (password_stdin or sys.stdin.isatty())
    password = _password(password_stdin=password_stdin, made=made)
    must_be_good(password, email=email, name=name)
    person.password_hash = hashed(password)
    db.session.commit()
    click.echo(
        say(f"{email} 님의 비밀번호를 바꾸었습니다.", f"The password of {email} is changed.").in_language(
            terminal_language()
        )
    )
    _tell(password, made=made)


def _password(*, password_stdin: bool, made: bool) -> str:
    if made:
        return fresh()
    if password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return asked


def _tell(password: str, *, made: bool) -> None:
    if made:
        click.echo(
            say(f"비밀번호(한 번만 보입니다): {password}", f"Password (shown once): {password}").in_language(
                terminal_language()
            )
        )
