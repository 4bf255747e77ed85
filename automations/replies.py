"""What a side of a dispute writes on its ticket while it is to answer is its answer: nobody has to carry it over."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.disputes import clocks
from app.disputes.dispute import bring_comment
from app.disputes.model import OVER, Dispute, DisputeState
from app.disputes.sides import Side
from app.tickets.model import Comment, Ticket


def heard(session: Session, ticket: Ticket) -> None:
    """Brings the requester's newest public words into the record of the ticket's dispute; the side's clock stops. To a
    proposal only a person can tell what was answered, so that becomes ours to write down. The caller commits.
    """
    mine = or_(Dispute.customer_ticket_id == ticket.id, Dispute.partner_ticket_id == ticket.id)
    for dispute in session.scalars(select(Dispute).where(mine, Dispute.state.not_in(OVER))).all():
        side = Side.customer if dispute.customer_ticket_id == ticket.id else Side.partner
        running = clocks.running(dispute, side)
        if running is None or ticket.requester_id is None:
            continue
        known = {one.comment_id for one in dispute.entries}
        new = select(Comment).where(
            Comment.ticket_id == ticket.id,
            Comment.author_id == ticket.requester_id,
            Comment.is_public,
            Comment.created_at >= running.started_at.replace(microsecond=0),
        )
        fresh = [one for one in session.scalars(new.order_by(Comment.zendesk_id)) if one.id not in known]
        for comment in fresh:
            bring_comment(dispute, comment)
        if fresh and dispute.state is DisputeState.proposed:
            clocks.stop(dispute, side, how=clocks.ClockEnd.answered)
            if clocks.running(dispute, Side.us) is None:
                clocks.start(session, dispute, Side.us, clocks.OUR_HOURS)
