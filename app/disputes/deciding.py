"""How a dispute ends: by a proposal that both sides accept, or by the ruling of somebody who spoke with neither."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app import clock
from app.actor import ActorKind, acting
from app.disputes import clocks
from app.disputes.borne_anew import bear_anew
from app.disputes.dispute import lock, take_seat
from app.disputes.earlier import Earlier, earlier_of
from app.disputes.entries import write
from app.disputes.late import late_no_more
from app.disputes.model import Dispute, DisputeState, Seat
from app.disputes.notices import tell
from app.disputes.offers import Answer, AnswerKind, Proposal, ProposalEnd, Remedy, Ruling
from app.disputes.partner_record import partner_record
from app.disputes.sides import PARTIES, REASONS, EntryKind, Side
from app.disputes.texts import AGREED, OFFER, OVER_OFFER, REFUND_COMES, REOPENED, RULED, WITHDRAWN, by_when
from app.errors import Forbidden, Refusal
from app.ledger.bearers import WHOLE, Bearer, Bearing, Share
from app.money import shares, shown
from app.people.model import User
from app.refunds.bearing import lay_on
from app.refunds.model import Refund
from app.refunds.refund import request_refund
from app.words import Words, say

_BOTH = say(
    "한국어와 영어로 모두 적어 주세요. 양쪽이 이 글을 읽습니다.",
    "Write it in Korean and in English: the sides read it.",
)


def propose(dispute: Dispute, remedy: Remedy, text: Words, hours: int) -> Proposal:
    """Puts an offer of ours to both sides and starts their clocks."""
    session = lock(dispute)
    _check(session, dispute, remedy)
    _both(text, "text")
    dispute.move_to(DisputeState.proposed)
    take_seat(session, dispute, Seat.talks)
    return _put(session, dispute, Side.us, remedy, text, hours)


def answer(dispute: Dispute, proposal: Proposal, side: Side, kind: AnswerKind, note: str = "") -> None:
    """What a side says to the open proposal. Both accepting ends the dispute; one refusing ends the proposal."""
    session = _answered(dispute, proposal, side, kind, note)
    if kind is AnswerKind.refused:
        proposal.end(ProposalEnd.refused)
        over_to_us(session, dispute)
        for each in PARTIES:
            tell(session, dispute, each, OVER_OFFER.fill(ref=dispute.ref))
    elif all((said := proposal.answer_of(each)) and said.kind is AnswerKind.accepted for each in PARTIES):
        _agree(session, dispute, proposal)
    elif any(clocks.running(dispute, each) for each in PARTIES):
        clocks.stop(dispute, Side.us)
        late_no_more(session, dispute)


def counter(
    dispute: Dispute, proposal: Proposal, side: Side, remedy: Remedy, text: Words, hours: int, note: str = ""
) -> Proposal:
    """A side would rather have this: its offer stands in place of the open one, and the other side is to answer."""
    session = lock(dispute)
    _check(session, dispute, remedy)
    _both(text, "text")
    _answered(dispute, proposal, side, AnswerKind.countered, note)
    proposal.end(ProposalEnd.countered)
    session.flush()
    made = _put(session, dispute, side, remedy, text, hours)
    said = say("자신이 낸 제안", "its own offer")
    made.answers.append(_answer(side, AnswerKind.accepted, str(said.ko)))
    session.flush()
    return made


def rule(dispute: Dispute, remedy: Remedy, clause: str, reasons: Words, *, warns_partner: bool = False) -> Ruling:
    """The decision of a person who has spoken with neither side; the database lets nobody else. Decided again, only
    what its earlier decisions have not refunded is asked for, and who bears what they have is who bears it now.
    """
    acting().must("disputes.rule")
    session = lock(dispute)
    person = acting().id
    if acting().kind is not ActorKind.person or person is None:
        raise Forbidden(say("분쟁은 사람이 결정합니다.", "A dispute is ruled on by a person."))
    if not clause.strip():
        raise Refusal(say("근거가 되는 정책 조항을 적어 주세요.", "Name the clause it rests on."), field="clause")
    _both(reasons, "reasons")
    _check(session, dispute, remedy)
    take_seat(session, dispute, Seat.rules)
    dispute.move_to(DisputeState.ruled)
    _rests(session, dispute)
    earlier = earlier_of(session, dispute)
    refund = _refund(session, dispute, remedy, earlier, clause.strip())
    moved = bear_anew(session, dispute, remedy, earlier, refund)
    ruling = Ruling(
        dispute=dispute,
        by_id=person,
        seat=Seat.rules,
        clause=clause.strip()[:200],
        reasons_ko=reasons.ko.strip(),
        reasons_en=reasons.en.strip(),
        warns_partner=warns_partner,
        refund=refund,
        at=clock.now(),
        **_amounts(dispute, remedy),
    )
    session.add(ruling)
    session.flush()
    told, stands = remedy.told(dispute.booking.currency), earlier.told(remedy, dispute.booking.currency)
    said = told + "\n" + reasons + stands + moved
    write(session, dispute, Side.us, EntryKind.ruled, said, refund_id=refund.id if refund else None)
    words = RULED.fill(ref=dispute.ref, remedy=told, clause=clause.strip(), reasons=reasons) + stands
    _tell_end(session, dispute, words, refund)
    partner_record(session, dispute, remedy, reasons, warns=warns_partner)
    return ruling


def withdraw(dispute: Dispute, why: str) -> None:
    """Nobody pursues it any more. Refuses without a reason."""
    session = lock(dispute)
    dispute.move_to(DisputeState.withdrawn, why)
    for one in dispute.proposals:
        one.end(ProposalEnd.withdrawn)
    _rests(session, dispute)
    for side in PARTIES:
        tell(session, dispute, side, WITHDRAWN.fill(ref=dispute.ref))


def reopen(dispute: Dispute, why: str) -> None:
    """Once, with a reason: it is for us to weigh again. What was refunded meanwhile stays as it is."""
    session = lock(dispute)
    if not dispute.is_over:
        raise Refusal(say("{ref}은(는) 아직 끝나지 않았습니다.", "{ref} is not over.").fill(ref=dispute.ref))
    dispute.move_to(DisputeState.weighing, why)
    session.flush()
    write(session, dispute, Side.us, EntryKind.reopened, say(why.strip(), why.strip()))
    clocks.start(session, dispute, Side.us, clocks.OUR_HOURS)
    for side in PARTIES:
        tell(session, dispute, side, REOPENED.fill(ref=dispute.ref))


def over_to_us(session: Session, dispute: Dispute) -> None:
    """The open proposal came to nothing: ours to weigh."""
    clocks.stop(dispute)
    dispute.move_to(DisputeState.weighing)
    clocks.start(session, dispute, Side.us, clocks.OUR_HOURS)


def _rests(session: Session, dispute: Dispute) -> None:
    """Nothing of it is late any more."""
    clocks.stop(dispute)
    late_no_more(session, dispute)


def _put(session: Session, dispute: Dispute, by: Side, remedy: Remedy, text: Words, hours: int) -> Proposal:
    proposal = Proposal(
        dispute=dispute,
        number=len(dispute.proposals) + 1,
        by_side=by,
        text_ko=text.ko.strip(),
        text_en=text.en.strip(),
        by_id=acting().id,
        at=clock.now(),
        open_key=dispute.id,
        **_amounts(dispute, remedy),
    )
    session.add(proposal)
    session.flush()
    told = remedy.told(dispute.booking.currency)
    write(session, dispute, by, EntryKind.offered, told + "\n" + text)
    _rests(session, dispute)
    for side in PARTIES:
        if side is by:
            continue
        due = clocks.start(session, dispute, side, hours).due_at
        tell(session, dispute, side, OFFER.fill(ref=dispute.ref, text=text, remedy=told, due=by_when(due)))
    return proposal


def _answered(dispute: Dispute, proposal: Proposal, side: Side, kind: AnswerKind, note: str) -> Session:
    acting().must("disputes.edit")
    session = lock(dispute)
    if side not in PARTIES:
        raise Refusal(say("고객이나 파트너의 답을 적어 주세요.", "Record the answer of a side."), field="side")
    if proposal.dispute_id != dispute.id or proposal.ended is not None or dispute.state is not DisputeState.proposed:
        raise Refusal(say("이 제안은 이미 끝났습니다.", "This proposal is over."))
    if proposal.answer_of(side) is not None:
        raise Refusal(say("이쪽은 이미 답했습니다.", "This side has answered."), field="side")
    take_seat(session, dispute, Seat.talks)
    proposal.answers.append(_answer(side, kind, note.strip()))
    clocks.stop(dispute, side, how=clocks.ClockEnd.answered)
    words = _SAID[kind] + (f"\n{note.strip()}" if note.strip() else "")
    write(session, dispute, side, EntryKind.answered, words)
    return session


def _answer(side: Side, kind: AnswerKind, note: str) -> Answer:
    return Answer(side=side, kind=kind, note=note, by=acting().name[:120], by_id=acting().id, at=clock.now())


_SAID = {
    AnswerKind.accepted: say("제안을 받아들였습니다.", "Accepts the proposal."),
    AnswerKind.refused: say("제안을 거절했습니다.", "Refuses the proposal."),
    AnswerKind.countered: say("다른 제안을 냈습니다.", "Makes another offer."),
}


def _agree(session: Session, dispute: Dispute, proposal: Proposal) -> None:
    proposal.end(ProposalEnd.accepted)
    remedy = proposal.remedy
    dispute.move_to(DisputeState.agreed)
    _rests(session, dispute)
    clause = say("양쪽의 합의", "agreed by both sides")
    earlier = earlier_of(session, dispute)
    refund = _refund(session, dispute, remedy, earlier, clause.ko)
    moved = bear_anew(session, dispute, remedy, earlier, refund)
    told, stands = remedy.told(dispute.booking.currency), earlier.told(remedy, dispute.booking.currency)
    write(session, dispute, Side.us, EntryKind.agreed, told + stands + moved, refund_id=refund.id if refund else None)
    _tell_end(session, dispute, AGREED.fill(ref=dispute.ref, remedy=told) + stands, refund)
    partner_record(session, dispute, remedy, proposal.text, warns=False)


def _refund(session: Session, dispute: Dispute, remedy: Remedy, earlier: Earlier, clause: str) -> Refund | None:
    """Asked for on the refund desk's own road, by whoever decides here; another person approves it there. Its token is
    of this decision, so it is asked for once; what earlier ones asked for is not asked for again.
    """
    amount = earlier.rest(remedy)
    if not amount:
        return None
    person = acting().id
    refund = request_refund(
        session,
        dispute.booking,
        REASONS[dispute.kind],
        at=dispute.opened_at,
        by_user=session.get_one(User, person) if person is not None else None,
        by_rule=None if person is not None else dispute.ref,
        amount_minor=amount,
        ticket=dispute.customer_ticket,
        note=f"{dispute.ref} · {clause}",
        form_token=f"dispute:{dispute.id}:{len(dispute.moves)}",
    )
    session.flush()
    lay_on(refund, _borne(dispute, remedy, earlier))
    session.flush()
    return refund


def _borne(dispute: Dispute, remedy: Remedy, earlier: Earlier) -> Bearing:
    """Who bears the refund, by the ledger's shares, to a hundredth of a percent: each what is still lacking of their
    part of the remedy. The insurer knows it by the dispute's number.
    """
    bearers = ((Bearer.partner, ""), (Bearer.platform, ""), (Bearer.insurer, dispute.ref))
    minors = (remedy.partner_minor, remedy.ours_minor, remedy.insurer_minor)
    lacking = [max(0, minor - earlier.borne_by(one)) for (one, _), minor in zip(bearers, minors, strict=True)]
    parts = zip(bearers, shares(WHOLE, lacking), strict=True)
    return Bearing(tuple(Share(bearer, share, claim) for (bearer, claim), share in parts if share))


def _tell_end(session: Session, dispute: Dispute, words: Words, refund: Refund | None) -> None:
    tell(session, dispute, Side.customer, words + REFUND_COMES if refund else words)
    tell(session, dispute, Side.partner, words)


def _check(session: Session, dispute: Dispute, remedy: Remedy) -> None:
    """What earlier decisions asked for is held already, and part of what this one may give."""
    booking = dispute.booking
    most = booking.left_minor + earlier_of(session, dispute).minor
    if remedy.refund_minor > most:
        left = shown(most, booking.currency)
        words = say("지금 환불할 수 있는 금액은 {left}입니다.", "Only {left} is left to refund.")
        raise Refusal(words.fill(left=left), field="refund")


def _both(words: Words, field: str) -> None:
    if not words.ko.strip() or not words.en.strip():
        raise Refusal(_BOTH, field=field)


def _amounts(dispute: Dispute, remedy: Remedy) -> dict[str, object]:
    return {
        "refund_minor": remedy.refund_minor,
        "partner_minor": remedy.partner_minor,
        "insurer_minor": remedy.insurer_minor,
        "re_clean": remedy.re_clean,
        "currency": dispute.booking.currency,
    }
