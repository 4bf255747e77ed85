"""`flask demo`: a believable marketplace, made once."""

from __future__ import annotations

import sys
import time

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.bookings.model import Customer
from app.cli import settings_of_now, terminal_language, with_office
from app.db import db, one_at_a_time
from app.demo.account_door import has_sandbox, seed, tickets_there
from app.demo.bodies import account_body
from app.demo.books import compare_books, keep_books
from app.demo.deep_rows import deepen
from app.demo.evidence_rows import evidence
from app.demo.many_cancellations import many
from app.demo.office import fill, opened_at
from app.demo.past import TICKETS
from app.demo.refund_rows import the_past
from app.demo.sign_ins import make_passwords, passwords
from app.errors import Refusal
from app.people.model import User
from app.people.passwords import hashed
from app.settings import Settings
from app.words import Words, say, speak


@click.command("demo")
@click.option("--tickets", type=click.IntRange(min=0, max=1_000_000), default=0, help="So many past tickets in all.")
@click.option("--cancellations", type=click.IntRange(min=0, max=100_000), default=0, help="So many past cancellations.")
@with_office
def demo(tickets: int, cancellations: int) -> None:
    """Fill this home with a believable marketplace to try Opsroom on.

    Done once: a second run changes nothing, and one that was interrupted is completed. With --tickets, closed tickets
    of four months with their whole history are added to the mirror, for rehearsals of rules. With --cancellations,
    paid refunds of a year are added, to try the terms of policies on.
    """
    speak(terminal_language())
    settings, session = settings_of_now(), db.session()
    if not settings.demo:
        raise Refusal(
            say(
                "데모 자료는 데모 설정에서만 만듭니다. 운영 설정(SECRET_KEY, DATABASE_URL, …)을 빼고 실행해 주세요.",
                "The demo is made under the demo's settings alone. Unset production's (SECRET_KEY, DATABASE_URL, …).",
            )
        )
    started = time.monotonic()
    did = make(session, settings)
    if tickets > TICKETS:
        did = _deepen(session, tickets - TICKETS) or did
    if cancellations:
        did = _call_off(session, cancellations) or did
    if did:
        tell(
            say("데모 준비를 마쳤습니다({s}초).", "The demo is ready ({s} s).").fill(
                s=f"{time.monotonic() - started:.1f}"
            )
        )
    else:
        tell(say("데모가 이미 있습니다. 그대로 둡니다.", "The demo is here already; nothing was changed."))


def make(session: Session, settings: Settings) -> bool:
    """Does what is still to do, and says whether anything was. Commits.

    The office comes first, in one transaction; the provider's books and the sandbox follow from its rows, and are
    taken once however often they are sent. Of two at once the second waits, and finds it done.
    """
    did = False
    one_at_a_time(session, "demo")
    known = passwords(settings.home)
    moment = opened_at(session)
    if moment is None:
        _refuse_strangers(session)
        tell(say("데모 자료를 만듭니다 …", "Making the demo …"))
        moment = clock.now().replace(microsecond=0)
        fill(session, moment, known or make_passwords(settings.home), tell)
        session.commit()
        did = True
    elif known is None:
        _set_passwords(session, make_passwords(settings.home))
        tell(say("데모 암호를 새로 만들었습니다.", "Made new demo passwords."))
        did = True
    keep_books(session, settings.home / "payments")
    compare_books(session, settings.home / "payments", moment)
    evidence(session, settings.home)
    session.commit()
    if has_sandbox(settings) and tickets_there(settings) < TICKETS:
        tickets = the_past(session, moment)
        people = session.scalars(select(Customer).where(Customer.zendesk_id.is_not(None)).order_by(Customer.zendesk_id))
        body = account_body(moment, people.all(), tickets)
        session.rollback()
        seed(settings, body)
        tell(say(f"Zendesk 연습장에 티켓 {len(tickets)}건", f"{len(tickets)} tickets in the Zendesk in a box"))
        did = True
    return did


def _deepen(session: Session, wanted: int) -> bool:
    """Says whether any ticket was made."""
    moment = opened_at(session)
    if moment is None:
        return False
    before = None
    with click.progressbar(length=wanted, label=str(say("지난 티켓", "Past tickets")), file=sys.stderr) as bar:
        for there in deepen(session, moment, wanted):
            before = there
            bar.update(there - bar.pos)
    if before is not None:
        tell(say(f"지난 티켓 {before:,}건", f"{before:,} past tickets"))
    return before is not None


def _call_off(session: Session, wanted: int) -> bool:
    """Says whether any cancellation was made."""
    moment = opened_at(session)
    if moment is None:
        return False
    made = 0
    with click.progressbar(length=wanted, label=str(say("지난 취소", "Past cancellations")), file=sys.stderr) as bar:
        for made in many(session, moment, wanted):
            bar.update(made - bar.pos)
    if made:
        tell(say(f"지난 취소 {made:,}건", f"{made:,} past cancellations"))
    return bool(made)


def tell(words: Words) -> None:
    click.echo(f"  {words}")


def _refuse_strangers(session: Session) -> None:
    """Fills an office without people only: what somebody works in is not mixed with a demo."""
    if session.scalar(select(User.id).limit(1)) is not None:
        raise Refusal(
            say(
                "이 폴더에는 이미 사용자가 있습니다. 데모는 빈 폴더에 만들어 주세요: OPSROOM_HOME=… flask demo",
                "This home has people already. Make the demo in an empty one: OPSROOM_HOME=… flask demo",
            )
        )


def _set_passwords(session: Session, made: dict[str, str]) -> None:
    for user in session.scalars(select(User).where(User.is_demo.is_(True))):
        if user.email in made:
            user.password_hash = hashed(made[user.email])
    session.commit()
