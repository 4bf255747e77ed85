"""Giving something of the catalogue: within its limits however many give at once, approved where it costs more."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import Session, object_session

from app import clock
from app.actor import ActorKind, acting
from app.bookings.model import Booking
from app.db import one_at_a_time
from app.errors import ChangedMeanwhile, Forbidden, Refusal
from app.facts import Fact, announce
from app.people.model import User
from app.people.rights import RIGHTS as RIGHTS_OF
from app.refunds.authority.model import rows_of
from app.refunds.authority.need import Asked, Need, Spending, need
from app.refunds.goodwill.model import (
    CatalogueEntry,
    Goodwill,
    GoodwillApproval,
    GoodwillKind,
    GoodwillMove,
    GoodwillState,
)
from app.refunds.goodwill.worth import Counts, Worth, over, worth
from app.refunds.model import LETS_GO, Refund
from app.refunds.reasons import Reason
from app.refunds.refund import request_refund
from app.tickets.model import Ticket
from app.words import Words, say


def counts_of(session: Session, entry: CatalogueEntry, booking: Booking, giver_id: int, now: datetime) -> Counts:
    """How often the entry was given, or waits to be; what was rejected or never paid is not counted."""
    seoul = clock.in_seoul(now)
    month = seoul.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    theirs = Booking.customer_id == booking.customer_id
    since = now - timedelta(days=entry.customer_days)
    row = session.execute(
        select(
            func.count().filter(Goodwill.booking_id == booking.id),
            func.count().filter(theirs, Goodwill.given_at > since),
            func.count().filter(Goodwill.given_by_id == giver_id, Goodwill.given_at >= month),
        )
        .select_from(Goodwill)
        .join(Goodwill.booking)
        .outerjoin(Goodwill.refund)
        .where(Goodwill.entry_id == entry.id, counts())
    ).one()
    return Counts(*row)


def counts() -> ColumnElement[bool]:
    """What costs something, or will: of rows with their refund joined."""
    live = Goodwill.state.in_((GoodwillState.waiting, GoodwillState.given))
    return and_(live, or_(Refund.id.is_(None), not_(Refund.state.in_(LETS_GO))))


def hold_entry(session: Session, entry: CatalogueEntry) -> None:
    """Whoever gives the same entry stands in line until this transaction ends: the counts are then exact."""
    one_at_a_time(session, f"goodwill:{entry.id}")


def give(
    session: Session,
    entry: CatalogueEntry,
    booking: Booking,
    *,
    reason: Reason,
    why: str,
    ticket: Ticket | None = None,
    form_token: str | None = None,
) -> Goodwill:
    """Given at once, or waiting for approval where it costs more. One form token gives once. Refuses in words what the
    entry does not allow, what its limits leave no room for, and a reason that is not told.
    """
    giver = _giver(session, entry)
    if not why.strip():
        raise Refusal(say("무슨 일이 있었는지 적어 주세요.", "Say what happened."), field="why")
    if entry.currency != booking.currency:
        raise Refusal(
            say(
                f"이 보상은 {entry.currency}이고 예약은 {booking.currency}입니다. 다른 보상을 골라 주세요.",
                f"This is in {entry.currency}, and the booking in {booking.currency}. Choose another one.",
            ),
            field="entry",
        )
    hold_entry(session, entry)
    made = session.scalar(select(Goodwill).where(Goodwill.form_token == form_token)) if form_token else None
    if made is not None:
        return made
    now = clock.now()
    reached = over(entry.limits, counts_of(session, entry, booking, giver.id, now))
    if reached is not None:
        raise Refusal(reached, field="entry")
    goodwill = _made(session, entry, booking, giver, reason, why.strip(), ticket, form_token, now)
    if entry.kind is GoodwillKind.extra_refund:
        goodwill.refund = _refunded(session, goodwill, ticket)
    session.flush()
    if goodwill.state is GoodwillState.given:
        announce(session, Fact.refund_approved)
    return goodwill


def _made(  # noqa: PLR0913, PLR0917 - the form's fields
    session: Session,
    entry: CatalogueEntry,
    booking: Booking,
    giver: User,
    reason: Reason,
    why: str,
    ticket: Ticket | None,
    form_token: str | None,
    now: datetime,
) -> Goodwill:
    value = worth(entry.price, booking.paid_minor)
    at_once = entry.kind is GoodwillKind.extra_refund or value.cost_minor <= entry.alone_up_to_minor
    state = GoodwillState.given if at_once else GoodwillState.waiting
    one_at_a_time(session, "goodwills.ref")
    goodwill = Goodwill(
        ref=f"G-{(session.scalar(select(func.max(Goodwill.id))) or 0) + 1:06d}",
        entry=entry,
        booking=booking,
        ticket=ticket,
        kind=entry.kind,
        name_ko=entry.name_ko,
        name_en=entry.name_en,
        reason=reason,
        why=why,
        currency=entry.currency,
        amount_minor=value.amount_minor,
        cost_minor=value.cost_minor,
        state=state,
        given_by=giver,
        approvers=0 if at_once else _need_of(session, entry.currency, value).approvers,
        given_at=now,
        decided_at=now if at_once else None,
        form_token=form_token,
    )
    goodwill.moves.append(GoodwillMove(was=None, now=state, by=giver.name, at=now))
    if ticket is not None and ticket.booking_id is None:
        ticket.booking = booking
    session.add(goodwill)
    return goodwill


def _refunded(session: Session, goodwill: Goodwill, ticket: Ticket | None) -> Refund:
    """The refund that the money goes out by, with its own approval; it is told to the customer as refunds are."""
    acting().must("refunds.request")
    session.flush()
    return request_refund(
        session,
        goodwill.booking,
        goodwill.reason,
        at=goodwill.given_at,
        by_user=goodwill.given_by,
        amount_minor=goodwill.amount_minor,
        ticket=ticket,
        note=f"{goodwill.ref} · {goodwill.name_ko}: {goodwill.why}"[:2000],
    )


def _giver(session: Session, entry: CatalogueEntry) -> User:
    actor = acting()
    actor.must("goodwill.give")
    if actor.kind is not ActorKind.person or actor.id is None:
        raise Forbidden(say("보상은 사람이 드립니다.", "Compensation is given by a person."))
    giver = session.get_one(User, actor.id)
    if not entry.is_active:
        raise Refusal(say("지금은 쓰지 않는 보상입니다.", "This is not given any more."), field="entry")
    if giver.role.value not in entry.roles:
        words = say("{name} 님의 역할로는 드릴 수 없는 보상입니다.", "{name} has not the role to give this.")
        raise Refusal(words.fill(name=giver.name), field="entry")
    return giver


# ------------------------------------------------------------------------------------------------------------ approval
def need_of(session: Session, goodwill: Goodwill) -> Need:
    return _need_of(session, goodwill.currency, Worth(goodwill.amount_minor, goodwill.cost_minor))


def _need_of(session: Session, currency: str, value: Worth) -> Need:
    return need(Asked(Spending.compensation, currency, value.cost_minor, 0), rows_of(session))


def missing(session: Session, goodwill: Goodwill) -> Words | None:
    return need_of(session, goodwill).missing_words([one.given for one in goodwill.approvals if one.stands])


def why_not(session: Session, goodwill: Goodwill, user: User) -> Words | None:
    """Why `user` cannot approve it; None when they can."""
    if user.id == goodwill.given_by_id:
        words = say("{ref}은(는) {name} 님이 드리려는 것입니다. 다른 사람이 승인해야 합니다.",
                    "{name} gives {ref}. Another person must approve it.")  # fmt: skip
        return words.fill(ref=goodwill.ref, name=user.name)
    if any(one.approver_id == user.id for one in goodwill.approvals):
        return say("{name} 님은 이미 승인했습니다.", "{name} has approved it already.").fill(name=user.name)
    standing = [one.given for one in goodwill.approvals if one.stands]
    roles = need_of(session, goodwill).open_for(standing)
    if "refunds.approve" not in RIGHTS_OF[user.role] or (roles and user.role not in roles):
        words = say("{name} 님은 승인할 수 없습니다. {missing}", "{name} cannot approve it. {missing}")
        return words.fill(name=user.name, missing=missing(session, goodwill) or "")
    return None


def approve(goodwill: Goodwill, why: str = "") -> None:
    """The acting person's approval; given, and told to the customer, once nobody is missing."""
    actor = acting()
    actor.must("refunds.approve")
    session = lock(goodwill)
    if actor.id is None or actor.kind is not ActorKind.person:
        raise Forbidden(say("보상은 사람이 승인합니다.", "Compensation is approved by a person."))
    if goodwill.state is not GoodwillState.waiting:
        goodwill.move_to(GoodwillState.given, why)
    user = session.get_one(User, actor.id)
    refusal = why_not(session, goodwill, user)
    if refusal is not None:
        raise Forbidden(refusal)
    goodwill.approvals.append(
        GoodwillApproval(
            maker_id=goodwill.given_by_id,
            approver=user,
            role=user.role,
            sum=goodwill.sum_to_approve(),
            why=why[:500],
            at=clock.now(),
        )
    )
    session.flush()
    asked = need_of(session, goodwill)
    standing = [one.given for one in goodwill.approvals if one.stands and one.role in asked.roles]
    if asked.open_for(standing):
        return
    first, *others = (one.user_id for one in standing)
    goodwill.approvers, goodwill.approved_by_id = asked.approvers, first
    goodwill.approved_also_by_id = others[0] if others else None
    goodwill.move_to(GoodwillState.given, why)
    goodwill.decided_at = clock.now()
    announce(session, Fact.refund_approved)


def reject(goodwill: Goodwill, why: str) -> None:
    """Refuses without a reason."""
    lock(goodwill)
    if not why.strip():
        raise Refusal(say("거절하는 까닭을 적어 주세요.", "Say why it is rejected."), field="why")
    goodwill.move_to(GoodwillState.rejected, why.strip())
    goodwill.decided_at = clock.now()


def cancel(goodwill: Goodwill, why: str = "") -> None:
    lock(goodwill)
    goodwill.move_to(GoodwillState.cancelled, why.strip())
    goodwill.decided_at = clock.now()


def lock(goodwill: Goodwill, *, seen: str | None = None) -> Session:
    """As the lock of a refund."""
    session = object_session(goodwill)
    if session is None:
        raise ValueError("the compensation is not in a session")
    session.refresh(goodwill, with_for_update={"of": Goodwill})
    if seen is not None and seen != str(goodwill.version):
        words = say("그사이 {ref}이(가) 바뀌었습니다. 다시 확인해 주세요.", "{ref} has changed meanwhile. Look again.")
        raise ChangedMeanwhile(words.fill(ref=goodwill.ref))
    return session
