"""`flask rules stop` and `start`: beside the commands of app/rules/commands.py, since what is owed lies up here."""

from __future__ import annotations

import click

from app.actor import Actor, ActorKind, acting_as
from app.audit.trail import because
from app.cli import with_office
from app.db import db
from app.errors import Refusal
from app.link.link import the_link, turn_rules
from app.outbox.stopping import stop_all, stop_rule
from app.rules.brakes.brake import release
from app.rules.commands import rules
from app.rules.model import Rule
from app.words import say

__all__ = ["rules"]

COMMAND = Actor(ActorKind.system, "flask rules")
WHICH = say("규칙 번호나 --all 가운데 하나를 적어 주세요.", "Give the number of a rule, or --all.")
NO_RULE = say("{number}번 규칙이 없습니다.", "There is no rule {number}.")
EVERY = say("모든 규칙", "all rules")
STOPPED = say(
    "멈추었습니다: {what}. 아직 보내지 않은 것은 보류했습니다.", "Stopped: {what}. What was still owed is held."
)
STARTED = say("다시 켰습니다: {what}.", "Started: {what}.")
NUMBER = click.argument("number", type=click.IntRange(1, 2**63 - 1), required=False)
ALL = click.option("--all", "every", is_flag=True, help="All rules.")


@rules.command("stop")
@NUMBER
@ALL
@click.option("--why", default="", help="Kept in the audit record.")
@with_office
def stop(number: int | None, every: bool, why: str) -> None:  # noqa: FBT001 - click hands flags over so
    """Stop one rule, or all, from the next decision on; what they still owe is held."""
    with acting_as(COMMAND):
        session, rule = db.session(), _rule(number, every=every)
        if why:
            because(session, why)
        if rule is None:
            stop_all(session, why)
        else:
            stop_rule(session, rule, why)
        told = STOPPED.fill(what=EVERY if rule is None else f"「{rule.title}」")
        session.commit()
    click.echo(str(told))


@rules.command("start")
@NUMBER
@ALL
@with_office
def start(number: int | None, every: bool) -> None:  # noqa: FBT001 - click hands flags over so
    """Let one stopped rule, or all, decide again. What is held stays held."""
    with acting_as(COMMAND):
        session, rule = db.session(), _rule(number, every=every)
        if rule is None:
            turn_rules(the_link(session), on=True)
        else:
            release(session, rule)
        told = STARTED.fill(what=EVERY if rule is None else f"「{rule.title}」")
        session.commit()
    click.echo(str(told))


def _rule(number: int | None, *, every: bool) -> Rule | None:
    """None for all of them."""
    if every is (number is not None):
        raise Refusal(WHICH)
    rule = None if every else db.session.get(Rule, number)
    if rule is None and not every:
        raise Refusal(NO_RULE.fill(number=number))
    return rule
