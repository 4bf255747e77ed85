"""`flask refunds quote`, as it is typed."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from app.cli import register_commands
from app.db import db
from app.policies.terms import read_terms
from app.refunds.commands import refunds
from app.refunds.quote import again
from tests.marketplace import FIRST_MONTH, a_booking, a_version


def flask_refunds(office: Flask, *words: str, language: str = "en") -> tuple[int, str]:
    db.session.rollback()
    register_commands(office, {})
    done = office.test_cli_runner().invoke(refunds, ("quote", *words), env={"LC_ALL": f"{language}_XX.UTF-8"})
    return done.exit_code, done.output


def test_the_whole_quote_comes_as_the_same_bytes_each_time(office: Flask) -> None:
    a_booking(ref="B-1", bound=a_version(FIRST_MONTH))
    asked = ("--booking", "B-1", "--at", "2026-09-16T10:00", "--reason", "customer_cancelled", "--json")
    code, said = flask_refunds(office, *asked)
    assert code == 0, said
    assert flask_refunds(office, *asked, language="ko") == (0, said)
    here = ("--booking", "B-1", "--at", "2026-09-16T01:00:00+00:00", "--json")
    assert flask_refunds(office, *here) == (0, said), "the same moment told in UTC"
    told = json.loads(said)
    assert (told["form"], told["amount_minor"], told["at"]) == (2, 600_000, "2026-09-16T01:00:00+00:00")
    assert again(told, read_terms(FIRST_MONTH).to_json()).to_text() + "\n" == said


def test_without_json_each_line_is_told_in_the_terminals_language(lone_office: Flask) -> None:
    a_booking(ref="B-1", bound=a_version(FIRST_MONTH))
    asked = ("--booking", "B-1", "--at", "2026-09-16T10:00")
    _, english = flask_refunds(lone_office, *asked)
    assert "50% of the first period's price, ₩1,200,000, is kept" in english
    assert "₩600,000  Refund" in english
    _, korean = flask_refunds(lone_office, *asked, language="ko")
    assert "첫 기간 금액 ₩1,200,000의 50% 공제" in korean


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (("--booking", "B-404"), "There is no booking B-404."),
        (("--booking", "B-1", "--reason", "rain"), "Unknown reason: rain. Known: customer_cancelled, "),
        (("--booking", "B-1", "--at", "soon"), "This is no time: soon."),
        (("--booking", "B-1", "--extent", "5"), "This reason has no extent."),
        (("--booking", "B-2"), "No policy binds B-2"),
    ],
)
def test_what_cannot_be_quoted_is_refused_in_words(lone_office: Flask, words: tuple[str, ...], refusal: str) -> None:
    a_booking(ref="B-1")
    a_booking(ref="B-2", unbound=True)
    code, said = flask_refunds(lone_office, *words)
    assert code == 1
    assert refusal in said
    assert "Traceback" not in said
