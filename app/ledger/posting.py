"""What a refund's moves mean in the ledger, in the transaction of the move itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app import clock
from app.actor import acting
from app.bookings.model import Booking
from app.errors import Refusal
from app.ledger.bearers import Bearer, Bearing
from app.ledger.model import BEARERS, COSTS, Account, Clawback, ClawbackMove, ClawbackState, EntryKind, LedgerEntry
from app.money import shown
from app.words import say


@dataclass(frozen=True, slots=True)
class Owing:
    """A refund as the ledger sees it."""

    refund_id: int
    ref: str
    booking: Booking
    amount_minor: int
    currency: str
    bearing: Bearing


@dataclass(frozen=True, slots=True)
class Cost:
    """What an account bears of a refund now; `partner_id` where it is a partner's."""

    account: Account
    partner_id: int | None
    minor: int


def owe(session: Session, owing: Owing, why: str = "") -> None:
    """Approved: each bearer's part is owed to the customer. Refuses a partner's part where the booking has none."""
    for share, minor in owing.bearing.parts(owing.amount_minor):
        if minor:
            partner_id = partner_of(owing) if share.bearer is Bearer.partner else None
            claim = f"{share.claim} " if share.claim else ""
            post(session, owing, EntryKind.owed, BEARERS[share.bearer], Account.payable, minor, partner_id, claim + why)


def release(session: Session, owing: Owing, why: str = "") -> None:
    """Ends without payment, or the approval is void: what was laid on the bearers is taken off them again."""
    for cost in costs(session, owing.refund_id):
        post(session, owing, EntryKind.released, Account.payable, cost.account, cost.minor, cost.partner_id, why)


def pay(session: Session, owing: Owing, why: str = "") -> None:
    """Paid by the provider, or by hand; from now on the partner owes us their part."""
    post(session, owing, EntryKind.paid, Account.payable, Account.provider, owing.amount_minor, None, why)
    for cost in costs(session, owing.refund_id):
        if cost.partner_id is not None:
            claw_back(session, owing, cost.partner_id, cost.minor)


def move_cost(session: Session, owing: Owing, entry: LedgerEntry, to: Bearer, why: str) -> LedgerEntry:
    """A correction: what `entry` laid on one bearer is borne by another from now on. The entry itself stays.

    Right ledger.correct. Refuses without a reason, before it is paid, more than is still borne there, and to take it
    off a partner: a claw-back is waived, or settled.
    """
    acting().must("ledger.correct")
    if not is_paid(session, owing.refund_id):
        words = say(
            f"{owing.ref}은(는) 지급되지 않아 원장에서 정정할 수 없습니다. 지급 전에는 환불 화면에서 부담하는 쪽을 "
            "바꿔 주세요. 그러면 다시 승인을 받습니다.",
            f"{owing.ref} is not paid, so nothing is corrected in the ledger. Until it is being paid, change who bears "
            "it on the refund, which is then approved anew.",
        )
        raise Refusal(words)
    if not why.strip():
        raise Refusal(say("고치는 까닭을 적어 주세요.", "Say why it is corrected."), field="why")
    if entry.debit is Account.partner:
        words = say(
            "파트너가 부담하는 몫은 「구상」에서 면제하거나 정산해 주세요.",
            "What a partner bears is waived or settled under “Claw-backs”.",
        )
        raise Refusal(words)
    borne = sum(cost.minor for cost in costs(session, owing.refund_id) if cost.account is entry.debit)
    if entry.debit not in BEARERS.values() or BEARERS[to] is entry.debit or borne < entry.amount_minor:
        left = shown(max(borne, 0), entry.currency)
        words = say(
            f"{entry}은(는) 이렇게 옮길 수 없습니다. 지금 그쪽이 부담하는 금액은 {left}입니다.",
            f"{entry} cannot be moved so: that side bears {left} now.",
        )
        raise Refusal(words, field="to")
    partner_id = partner_of(owing) if to is Bearer.partner else None
    minor, reason = entry.amount_minor, f"{entry}: {why.strip()}"
    made = post(session, owing, EntryKind.moved, BEARERS[to], entry.debit, minor, partner_id, reason)
    if partner_id is not None:
        claw_back(session, owing, partner_id, minor)
    return made


def is_paid(session: Session, refund_id: int) -> bool:
    """Whether the refund is cleared with the provider. Only then is who bears it corrected here."""
    paid = exists().where(LedgerEntry.refund_id == refund_id, LedgerEntry.kind == EntryKind.paid)
    return bool(session.scalar(select(paid)))


def claw_back(session: Session, owing: Owing, partner_id: int, minor: int, *, gives_back: bool = False) -> Clawback:
    """From now on the partner owes it, or with `gives_back` we owe it to the partner."""
    now = clock.now()
    made = Clawback(
        partner_id=partner_id,
        booking_id=owing.booking.id,
        refund_id=owing.refund_id,
        state=ClawbackState.owed,
        amount_minor=minor,
        currency=owing.currency,
        gives_back=gives_back,
        owed_at=now,
    )
    made.moves.append(ClawbackMove(was=None, now=ClawbackState.owed, by=acting().name[:120], at=now, why=""))
    session.add(made)
    return made


def costs(session: Session, refund_id: int) -> list[Cost]:
    """What each account bears of the refund, as its entries say; accounts that bear nothing are left out."""
    asked = select(LedgerEntry.debit, LedgerEntry.credit, LedgerEntry.amount_minor, LedgerEntry.partner_id)
    sums: Counter[tuple[Account, int | None]] = Counter()
    for debit, credit, minor, partner_id in session.execute(asked.where(LedgerEntry.refund_id == refund_id)).all():
        for account, signed in ((debit, minor), (credit, -minor)):
            if account in COSTS:
                sums[account, partner_id if account is Account.partner else None] += signed
    return [Cost(account, partner_id, minor) for (account, partner_id), minor in sums.items() if minor]


def partner_of(owing: Owing) -> int:
    """Whose part it is. Refuses where the booking has no partner."""
    if owing.booking.partner_id is None:
        raise Refusal(
            say(
                f"{owing.booking.ref}에 파트너가 없어 파트너가 부담할 수 없습니다. 부담하는 쪽을 바꿔 주세요.",
                f"{owing.booking.ref} has no partner, so none can bear a part. Change who bears it.",
            ),
            field="shares",
        )
    return owing.booking.partner_id


def post(
    session: Session,
    owing: Owing,
    kind: EntryKind,
    debit: Account,
    credit: Account,
    minor: int,
    partner_id: int | None,
    why: str,
) -> LedgerEntry:
    """One entry of this refund, by whoever acts."""
    entry = LedgerEntry(
        at=clock.now(),
        kind=kind,
        debit=debit,
        credit=credit,
        amount_minor=minor,
        currency=owing.currency,
        booking_id=owing.booking.id,
        refund_id=owing.refund_id,
        partner_id=partner_id,
        by=acting().name[:120],
        why=why.strip()[:500],
    )
    session.add(entry)
    return entry
