"""`flask payments …`: what a provider knows of a refund, what waits for an answer, and the journal of a double. Reads
alone: nothing is sent, and no refund is moved.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import click
import requests
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import clock
from app.cli import settings_of_now, terminal_language, with_office
from app.db import db
from app.desk.shown import ago
from app.desk.states import named
from app.errors import Refusal
from app.gateways import Gateway
from app.money import shown
from app.refunds.both import as_read
from app.refunds.model import Refund, RefundMove, RefundState
from app.words import Words, say, speak
from automations.providers import providers_of_app
from integrations.errors import Refused, Unavailable
from integrations.payments.port import WORDS, Outcome, OutcomeState

WAITING = (RefundState.paying, RefundState.unknown)
STATES = {
    OutcomeState.paid: say("지급됨", "paid"),
    OutcomeState.failed: say("실패", "failed"),
    OutcomeState.pending: say("처리 중", "pending"),
}
NONE_WAITS = say("결과를 기다리는 환불이 없습니다.", "No refund waits for its outcome.")
NOT_KNOWN = say("결제사는 이 환불을 알지 못합니다.", "The provider does not know this refund.")
NO_DOUBLE = say(
    "{gateway}은(는) 이 컴퓨터의 결제사 모형이 아니어서 기록을 보여 줄 수 없습니다. `make run`이나 "
    "`python -m integrations.payments.doubles`로 띄운 모형에만 기록이 있습니다.",
    "{gateway} is no double on this machine, so it has no journal to show. Only a double that `make run` or "
    "`python -m integrations.payments.doubles` has started keeps one.",
)
AWAY = say("{gateway}이(가) 답하지 않습니다: {why}", "{gateway} does not answer: {why}")
LAST = 20


@click.group("payments")
def payments() -> None:
    """Ask a payment provider about a refund, list what waits, read a double's journal."""
    speak(terminal_language())


@payments.command("lookup")
@click.option("--refund", "ref", required=True, help="The refund's number, as R-000012.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@with_office
def lookup(ref: str, as_json: bool) -> None:  # noqa: FBT001  click passes flags by name
    """Ask the provider of its booking what became of a refund. Changes nothing here or there."""
    session = db.session()
    refund = session.scalar(select(Refund).where(Refund.ref == ref.strip()).options(joinedload(Refund.booking)))
    if refund is None:
        raise Refusal(say(f"환불 {ref}을(를) 찾을 수 없습니다.", f"There is no refund {ref}."))
    gateway, sent, state = refund.booking.gateway, (refund.provider_key, refund.booking.payment_ref or ""), refund.state
    session.rollback()
    provider = providers_of_app().get(gateway)
    if provider is None:
        words = say(
            "{gateway}에 설정된 결제사가 없습니다. 재무가 직접 정산하는 환불입니다.",
            "No provider is set for {gateway}: finance settles this refund by hand.",
        )
        raise Refusal(words.fill(gateway=gateway))
    try:
        found = provider.lookup(*sent)
    except (Unavailable, Refused) as trouble:
        raise Refusal(AWAY.fill(gateway=gateway, why=str(trouble))) from None
    if as_json:
        click.echo(json.dumps(_as_json(ref.strip(), gateway, state, found), ensure_ascii=False, indent=2))
        return
    click.echo(f"{ref.strip()} · {gateway} · {say('여기서는', 'here')}: {named(state).words}")
    click.echo(f"{say('결제사', 'Provider')}: {_told(found)}")


@payments.command("unknown")
@with_office
def unknown() -> None:
    """List the refunds that were sent and whose outcome nobody knows yet, the longest waiting first."""
    asked = (
        select(Refund).where(Refund.state.in_(WAITING)).options(joinedload(Refund.booking), joinedload(Refund.moves))
    )
    rows = db.session.scalars(asked).unique().all()
    for refund in sorted(rows, key=lambda one: _since(one).at):
        click.echo(
            f"{refund.ref}  {refund.booking.gateway:<8} {shown(refund.amount_minor, refund.currency):>14}  "
            f"{named(refund.state).words} · {ago(_since(refund).at)}  {as_read(refund.failure)}"
        )
    if not rows:
        click.echo(str(NONE_WAITS))


@payments.command("journal")
@click.option("--gateway", required=True, help="As bookings name it: stripe or toss.")
@click.option("--last", type=click.IntRange(1, 10_000), default=LAST, show_default=True, help="How many lines.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@with_office
def journal(gateway: str, last: int, as_json: bool) -> None:  # noqa: FBT001  click passes flags by name
    """What was asked of a double on this machine, oldest first: when, what, under which key, and what became of it."""
    lines = _journal(gateway, settings_of_now().gateways.get(gateway))[-last:]
    if as_json:
        click.echo(json.dumps(lines, ensure_ascii=False, indent=2))
        return
    for line in lines:
        at = clock.in_seoul(datetime.fromtimestamp(line["at"], UTC))
        ended = line["status"] or say("답이 나가지 않음", "no answer left")
        more = " ".join(str(line[name]) for name in ("key", "refund", "fault") if line.get(name))
        click.echo(f"{at:%m-%d %H:%M:%S}  {line['method']:<4} {line['path']}  {ended}  {more}".rstrip())


def _journal(name: str, gateway: Gateway | None) -> list[dict[str, Any]]:
    """Refuses whatever is no double here: a real provider has no such address, and is not to be asked for it."""
    if gateway is None or urlsplit(gateway.api_url).hostname not in {"127.0.0.1", "localhost"}:
        raise Refusal(NO_DOUBLE.fill(gateway=name))
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(f"{gateway.api_url}/_double/journal", timeout=(2.0, 10.0))
            answer.raise_for_status()
            lines: list[dict[str, Any]] = answer.json()["journal"]
    except (requests.RequestException, ValueError, KeyError) as trouble:
        raise Refusal(AWAY.fill(gateway=name, why=type(trouble).__name__)) from None
    return lines


def _since(refund: Refund) -> RefundMove:
    """The move by which it came to wait."""
    return next(move for move in refund.moves if move.now in WAITING)


def _told(found: Outcome | None) -> Words:
    if found is None:
        return NOT_KNOWN
    told = STATES[found.state] + (f" · {found.reference}" if found.reference else "")
    return told + " · " + say(*WORDS[found.why]) if found.why else told


def _as_json(ref: str, gateway: str, state: RefundState, found: Outcome | None) -> dict[str, Any]:
    told = found and {"state": found.state.value, "reference": found.reference, "why": found.why and found.why.value}
    return {"refund": ref, "gateway": gateway, "here": state.value, "there": told}
